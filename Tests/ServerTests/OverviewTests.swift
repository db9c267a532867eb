import Core
import Foundation
import Testing

@testable import Server

/// The start page: what is going on now, by role.
@Suite struct OverviewTests {
    @Test(arguments: Engine.allCases)
    func aManagerSeesWhatGoesOn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (lena, kai) = (
                try await server.person(.worker, in: company.id, name: "Vogt"),
                try await server.person(.worker, in: company.id, name: "Berg")
            )
            let overview = company.path + "/overview"
            let empty = try await company.manager.get(overview).json
            #expect(empty["sites"] == .list([]) && empty["low"] == .list([]) && empty["present"] == .list([]))
            #expect(empty["counts"]?["sites"] == 0 && empty["counts"]?["low"] == 0 && empty["counts"]?["present"] == 0)

            let (old, gone) = (try await company.site("Fertig"), try await company.site("Weg"))
            server.clock.advance(by: .milliseconds(1))
            let bath = try await company.site("Bad", users: [lena.id, kai.id, company.managerID])
            server.clock.advance(by: .milliseconds(1))
            let hall = try await company.site("Halle", users: [kai.id])
            for site in [old, gone, bath] {
                _ = try await company.material(site, name: "Mörtel", amount: "1", threshold: "2")
            }
            _ = try await company.material(bath, name: "Kleber", amount: "3", threshold: "2")
            _ = try await company.material(hall, name: "MÖRTEL", amount: "0.5", threshold: "2")
            for site in [old, bath] {
                _ = try await company.manager.post(site + "/check-in")
                _ = try await company.manager.post(site + "/check-out")
            }
            _ = try await lena.client.post(bath + "/check-in")
            server.clock.advance(by: .seconds(1))
            _ = try await kai.client.post(hall + "/check-in")
            _ = try await company.manager.patch(old, "{\"status\": \"INACTIVE\"}")
            _ = try await company.manager.patch(hall, "{\"priority\": \"high\"}")
            #expect(try await company.manager.delete(gone).status == 204)

            let seen = try await company.manager.get(overview)
            #expect(seen.status == 200)
            let sites = seen.json["sites"]?.list ?? []
            #expect(sites.map { $0["name"] } == ["Halle", "Bad"])
            #expect(sites.map { $0["lowCount"] } == [1, 1])
            #expect(sites.map { $0["assignmentCount"] } == [1, 3])
            #expect(sites.map { $0["isAssigned"] } == [false, true])
            #expect(sites.map { $0["lastVisited"] == .null } == [true, false])
            #expect(
                sites[1]["assignments"]?.list.compactMap { $0["userId"]?.text }.sorted()
                    == [lena.id, kai.id, company.managerID].sorted())
            #expect(sites[0]["status"] == "ACTIVE" && sites[0]["priority"] == "high")
            #expect(sites[0]["material"] == nil && sites[0]["addressParts"]?["city"] == "Bonn")

            // One material, however it is written; the site with high priority first.
            let low = seen.json["low"]?.list ?? []
            #expect(low.map { $0["name"] } == ["MÖRTEL"])
            #expect(low[0]["stocks"]?.list.map { $0["siteName"] } == ["Halle", "Bad"])
            #expect(low[0]["stocks"]?[0]?["amount"] == 0.5 && low[0]["stocks"]?[0]?["threshold"] == 2)

            #expect(seen.json["present"]?.list.map { $0["userName"] } == ["Kai Vogt", "Kai Berg"])
            #expect(seen.json["present"]?.list.map { $0["siteName"] } == ["Bad", "Halle"])
            #expect(seen.json["counts"]?["sites"] == 2 && seen.json["counts"]?["low"] == 2)
            #expect(seen.json["counts"]?["present"] == 2)

            let admin = try await server.person(.admin)
            let theirs = try await admin.client.get(overview).json
            #expect(theirs["counts"] == seen.json["counts"] && theirs["low"] == seen.json["low"])
            let stranger = try await TestCompany.register(server.client)
            #expect(try await stranger.manager.get(overview).status == 404)
            #expect(try await stranger.manager.get(stranger.path + "/overview").json == empty)
        }
    }

    @Test(arguments: Engine.allCases)
    func aWorkerSeesTheirOwn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (lena, kai) = (
                try await server.person(.worker, in: company.id), try await server.person(.worker, in: company.id)
            )
            let bath = try await company.site("Bad", users: [lena.id, kai.id])
            let hall = try await company.site("Halle", users: [kai.id])
            for site in [bath, hall] { _ = try await company.material(site, amount: "1", threshold: "2") }
            _ = try await lena.client.post(bath + "/check-in")
            _ = try await kai.client.post(hall + "/check-in")

            let overview = company.path + "/overview"
            let seen = try await lena.client.get(overview).json
            #expect(seen["sites"]?.list.map { $0["name"] } == ["Bad"])
            #expect(seen["low"]?.list.compactMap { $0["stocks"]?.list.count } == [1])
            #expect(seen["low"]?[0]?["stocks"]?[0]?["siteName"] == "Bad")
            #expect(seen["present"]?.list.compactMap { $0["userId"]?.text } == [lena.id])
            #expect(seen["counts"]?["sites"] == 1 && seen["counts"]?["low"] == 1 && seen["counts"]?["present"] == 1)

            // A person who is unassigned from a site still sees that they are checked in there.
            _ = try await company.manager.patch(bath, "{\"users\": []}")
            let left = try await lena.client.get(overview).json
            #expect(left["sites"] == .list([]) && left["low"] == .list([]))
            #expect(left["present"]?.list.map { $0["siteName"] } == ["Bad"])
            #expect(left["counts"]?["present"] == 1 && left["counts"]?["sites"] == 0)
            #expect(try await lena.client.post(bath + "/check-out").status == 200)
            #expect(try await lena.client.get(overview).json["present"] == .list([]))
        }
    }

    /// Also to a phone that the break wasn't clocked on.
    @Test(arguments: Engine.allCases)
    func whoIsOnABreakIsSaid(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let lena = try await server.person(.worker, in: company.id)
            let bath = try await company.site("Bad", users: [lena.id])
            let overview = company.path + "/overview"
            func present(to client: Client) async throws -> JSON? { try await client.get(overview).json["present"]?[0] }

            _ = try await lena.client.post(bath + "/check-in")
            let working = try await present(to: lena.client)
            #expect(working?["onBreakSince"] == .null && working?["breakCount"] == 0)
            server.clock.advance(by: .seconds(3600))
            let answer = try await lena.client.post(bath + "/break-start").json
            let from = answer["breaks"]?[0]?["from"]
            for client in [lena.client, company.manager] {
                let resting = try await present(to: client)
                #expect(from != nil && resting?["onBreakSince"] == from && resting?["breakCount"] == 1)
            }
            server.clock.advance(by: .seconds(1800))
            _ = try await lena.client.post(bath + "/break-end")
            let back = try await present(to: lena.client)
            #expect(back?["onBreakSince"] == .null && back?["breakCount"] == 1)
            _ = try await lena.client.post(bath + "/break-stated", "{\"minutes\": 0}")
            #expect(try await present(to: lena.client)?["breakCount"] == 2)
        }
    }

    /// At most fifty stocks, and five people per site; the counts stay exact while people take and add.
    @Test(arguments: Engine.allCases)
    func whatRunsLowIsBounded(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            var users: [String] = []
            for _ in 0..<7 { users.append(try await server.person(.worker, in: company.id).id) }
            let urgent = try await company.site("Dringend", users: users)
            server.clock.advance(by: .milliseconds(1))
            let newer = try await company.site("Neuer")
            _ = try await company.manager.patch(urgent, "{\"priority\": \"high\"}")
            var materials: [String] = []
            for number in 0..<60 {
                server.clock.advance(by: .milliseconds(1))
                let site = number < 30 ? urgent : newer
                materials.append(
                    try await company.material(site, name: "Nummer \(number)", amount: "1", threshold: "2"))
            }
            let overview = company.path + "/overview"
            let seen = try await company.manager.get(overview).json
            let names = seen["low"]?.list.compactMap { $0["name"]?.text } ?? []
            #expect(names == (0..<50).map { "Nummer \($0)" })
            #expect(seen["counts"]?["low"] == 60)
            #expect(seen["sites"]?.list.map { $0["lowCount"] } == [30, 30])
            #expect(seen["sites"]?[1]?["assignments"]?.list.count == 5)
            #expect(seen["sites"]?[1]?["assignmentCount"] == 7)

            _ = try await company.manager.post(materials[0] + "/adjust-quantity", "{\"delta\": 1}")
            _ = try await company.manager.patch(materials[1], "{\"threshold\": 0}")
            _ = try await company.manager.delete(materials[2])
            let after = try await company.manager.get(overview).json
            #expect(after["counts"]?["low"] == 57 && after["low"]?[0]?["name"] == "Nummer 3")
        }
    }
}

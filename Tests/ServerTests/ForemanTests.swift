import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A foreman checks the people of their site in, and enters and corrects their hours.
@Suite struct ForemanTests {
    private struct Crew {
        let company: TestCompany
        let site: String
        let foreman: (client: Client, id: String)
        let worker: (client: Client, id: String)
        let other: (client: Client, id: String)

        init(_ server: TestServer) async throws {
            company = try await TestCompany.register(server.client)
            foreman = try await server.person(.worker, in: company.id, name: "Polier")
            worker = try await server.person(.worker, in: company.id, name: "Maurer")
            other = try await server.person(.worker, in: company.id, name: "Fremd")
            site = try await company.site(users: [foreman.id, worker.id])
            let led = try await company.manager.patch(site, "{\"foremen\": [\"\(foreman.id)\"]}")
            guard led.status == 200 else { throw Unexpected(reply: led) }
        }

        func enter(_ client: Client, _ ids: [String], _ times: String, key: String = "") async throws -> Reply {
            let users = ids.map { "\"\($0)\"" }.joined(separator: ",")
            return try await client.send(
                "POST", site + "/time-entries", body: "{\"userIds\": [\(users)], \(times), \"reason\": \"Ohne Handy\"}",
                headers: ["Idempotency-Key": key])
        }
    }

    private static let morning = """
        "checkedInAt": "2026-11-23T07:00:00Z", "checkedOutAt": "2026-11-23T11:30:00Z"
        """

    @Test(arguments: Engine.allCases)
    func aForemanChecksTheCrewIn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let ids = [crew.foreman.id, crew.worker.id]
            let entered = try await crew.enter(crew.foreman.client, ids, "\"checkedInAt\": \"2026-11-23T07:00:00Z\"")
            #expect(entered.status == 201, "\(entered.text)")
            let mine = try #require(entered.json.list.first { $0["userId"]?.text == crew.worker.id })
            #expect(entered.json.list.count == 2 && mine["checkedOutAt"] == .null && mine["userName"] == "Kai Maurer")
            #expect(mine["enteredBy"]?.text == crew.foreman.id && mine["enteredByName"] == "Kai Polier")
            #expect(mine["reason"] == "Ohne Handy" && mine["corrections"] == .list([]))
            // The worker sees who did it, and checks out by themselves.
            let own = try await crew.worker.client.get(crew.site + "/time-entries").json.list
            #expect(own.count == 1 && own[0]["enteredByName"] == "Kai Polier")
            #expect(try await crew.worker.client.post(crew.site + "/check-out").status == 200)
            // The foreman reads everyone's hours on the site, others their own.
            #expect(try await crew.foreman.client.get(crew.site + "/time-entries").json.list.count == 2)
            #expect(try await crew.foreman.client.get(crew.company.path + "/time-entries").json.list.count == 1)
            let id = mine["id"]?.text ?? ""
            let corrected = try await crew.foreman.client.patch(
                crew.site + "/time-entries/" + id,
                "{\"checkedInAt\": \"2026-11-23T06:30:00Z\", \"reason\": \"Früher da\"}")
            #expect(corrected.status == 200 && corrected.json["corrections"]?.list.count == 1, "\(corrected.text)")
            let audit = try await crew.company.manager.get(crew.company.path + "/audit").json.list
            #expect(audit.filter { $0["action"] == "time-entry.entered" }.count == 2)
            // Records that name the foreman keep their name readable.
            try await crew.company.manager.confirm()
            #expect(
                try await crew.company.manager.delete(crew.company.path + "/users/" + crew.foreman.id).status == 204)
            let kept = try await crew.company.manager.get(crew.site + "/time-entries").json.list
            #expect(kept.allSatisfy { $0["enteredByName"] == "Kai Polier" })
        }
    }

    @Test(arguments: Engine.allCases)
    func onlyForemenOfTheSiteAndManagersDo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            #expect(
                try await crew.enter(crew.worker.client, [crew.worker.id], Self.morning).json["code"] == "foremen-only")
            #expect(try await crew.enter(crew.other.client, [crew.other.id], Self.morning).status == 404)
            // Who isn't of the crew isn't named.
            let stranger = try await crew.enter(crew.foreman.client, [crew.worker.id, crew.other.id], Self.morning)
            #expect(stranger.status == 400 && stranger.json["fields"]?[0]?["code"] == "not-assigned")
            #expect(stranger.json["fields"]?[0]?["params"]?["id"]?.text == crew.other.id)
            #expect(try await crew.company.manager.get(crew.site + "/time-entries").json == .list([]), "all or none")
            #expect(try await crew.enter(crew.company.manager, [crew.other.id], Self.morning).status == 201)
            let foreign = try await TestCompany.register(server.client)
            let named = try await crew.enter(crew.company.manager, [foreign.managerID], Self.morning)
            #expect(named.status == 400 && named.json["fields"]?[0]?["code"] == "not-of-this-company")
            // A worker corrects no one's hours, a foreman those of their site.
            let entry =
                try await crew.enter(crew.foreman.client, [crew.worker.id], Self.morning).json[0]?["id"]?.text ?? ""
            let body = "{\"checkedOutAt\": \"2026-11-23T11:00:00Z\", \"reason\": \"Früher fort\"}"
            for (client, status) in [(crew.worker.client, 403), (crew.other.client, 404), (crew.foreman.client, 200)] {
                #expect(try await client.patch(crew.site + "/time-entries/" + entry, body).status == status)
            }
            // Foremen who were withdrawn while they were offline.
            #expect(try await crew.company.manager.patch(crew.site, "{\"foremen\": []}").status == 200)
            let late = try await crew.enter(crew.foreman.client, [crew.foreman.id], Self.morning)
            #expect(late.status == 403 && late.json["code"] == "foremen-only")
            #expect(try await crew.foreman.client.get(crew.site + "/time-entries").json == .list([]))
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsEnteredFitsTheDay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            func code(_ times: String, _ client: Client? = nil) async throws -> String? {
                let reply = try await crew.enter(client ?? crew.company.manager, [crew.worker.id], times)
                return reply.json["fields"]?[0]?["code"]?.text ?? reply.json["code"]?.text
            }
            let (came, went) = ("\"checkedInAt\":", "\"checkedOutAt\":")
            #expect(try await code("\(came) \"2026-11-23T12:02:00Z\"") == "in-the-future")
            #expect(
                try await code("\(came) \"2026-11-23T08:00:00Z\", \(went) \"2026-11-23T07:00:00Z\"")
                    == "before-check-in")
            #expect(try await code("\(came) \"2021-11-01T08:00:00Z\", \(went) \"2021-11-01T09:00:00Z\"") == "too-old")
            let older = "\(came) \"2026-11-16T11:59:00Z\", \(went) \"2026-11-16T15:00:00Z\""
            #expect(try await code(older, crew.foreman.client) == "foremen-recent-only")
            #expect(try await crew.enter(crew.company.manager, [crew.worker.id], older).status == 201)
            #expect(try await crew.enter(crew.foreman.client, [crew.worker.id], Self.morning).status == 201)
            #expect(
                try await code("\(came) \"2026-11-23T11:00:00Z\", \(went) \"2026-11-23T11:45:00Z\"")
                    == "overlaps-another-entry")
            #expect(
                try await crew.enter(crew.foreman.client, [crew.worker.id], "\(came) \"2026-11-23T11:30:00Z\"").status
                    == 201)
            #expect(try await code("\(came) \"2026-11-23T11:50:00Z\"") == "overlaps-another-entry")
            for body in ["{}", "{\"userIds\": []}"] {
                let reply = try await crew.company.manager.post(crew.site + "/time-entries", body)
                #expect(reply.status == 400 && reply.json["fields"]?.list.count == 3, "\(reply.text)")
            }
        }
    }

    /// A phone that lost its signal sends again, and two foremen enter the same people at once.
    @Test(arguments: Engine.allCases)
    func nobodysHoursAreEnteredTwice(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let ids = [crew.worker.id, crew.foreman.id]
            let first = try await crew.enter(crew.foreman.client, ids, Self.morning, key: "k")
            let again = try await crew.enter(crew.foreman.client, ids, Self.morning, key: "k")
            #expect(first.status == 201 && again.status == 201 && first.json == again.json)
            #expect(try await crew.enter(crew.company.manager, ids, Self.morning).status == 409)

            // On two sites, so that no lock of a site keeps them apart.
            let elsewhere = try await crew.company.site("Dach", users: ids) + "/time-entries"
            for day in 1..<10 {
                let date = "2026-11-0\(day)"
                let times = "\"checkedInAt\": \"\(date)T07:00:00Z\", \"checkedOutAt\": \"\(date)T11:00:00Z\""
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<24 {
                        let names = (number % 2 == 0 ? ids : ids.reversed()).map { "\"\($0)\"" }.joined(separator: ",")
                        let body = "{\"userIds\": [\(names)], \(times), \"reason\": \"Zettel\"}"
                        let path = number % 2 == 0 ? elsewhere : crew.site + "/time-entries"
                        group.addTask { try await crew.company.manager.post(path, body).status }
                    }
                    return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(statuses == [201: 1, 409: 23])
            }
            #expect(try await crew.company.manager.get(crew.company.path + "/time-entries").json.list.count == 20)
        }
    }

    /// An entry is corrected while another one is entered on another site: they never share time.
    @Test(arguments: Engine.allCases)
    func correctionsAndEntriesDontOverlap(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let elsewhere = try await crew.company.site("Dach", users: [crew.worker.id]) + "/time-entries"
            func body(_ day: Int, _ from: Int, _ to: Int) -> String {
                let date = "2026-11-\(day < 10 ? "0" : "")\(day)T"
                return """
                    {"userIds": ["\(crew.worker.id)"], "checkedInAt": "\(date)\(from):00:00Z",
                     "checkedOutAt": "\(date)\(to):00:00Z", "reason": "Zettel"}
                    """
            }
            for day in 1...20 {
                let made = try await crew.company.manager.post(crew.site + "/time-entries", body(day, 10, 11))
                let entry = crew.site + "/time-entries/" + (made.json[0]?["id"]?.text ?? "")
                let date = "2026-11-\(day < 10 ? "0" : "")\(day)"
                let until = "{\"checkedOutAt\": \"\(date)T13:00:00Z\", \"reason\": \"Länger\"}"
                async let corrected = crew.company.manager.patch(entry, until).status
                async let entered = crew.company.manager.post(elsewhere, body(day, 12, 14)).status
                let both = try await [corrected, entered]
                #expect(both.count { $0 < 300 } == 1 && both.contains(409), "\(day): \(both)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func foremenAreAssigned(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            func team(_ reply: Reply) -> [String: Bool] {
                Dictionary(
                    uniqueKeysWithValues: reply.json["assignments"]?.list.map {
                        ($0["userId"]?.text ?? "", $0["isForeman"] == true)
                    } ?? [])
            }
            let phone = "{\"phone\": \"+49 170 1\"}"
            #expect(
                try await crew.company.manager.put(crew.company.path + "/users/" + crew.foreman.id, phone).status == 200
            )
            let seen = try await crew.worker.client.get(crew.site)
            #expect(team(seen) == [crew.foreman.id: true, crew.worker.id: false])
            #expect(seen.json["assignments"]?.list.contains { $0["phone"] == "+49 170 1" } == true)
            let refused = try await crew.company.manager.patch(crew.site, "{\"foremen\": [\"\(crew.other.id)\"]}")
            #expect(refused.status == 400 && refused.json["fields"]?[0]?["code"] == "not-assigned")
            // Who stays keeps what they are; who goes and comes back doesn't.
            func assign(_ ids: String...) async throws -> [String: Bool] {
                let users = ids.map { "\"\($0)\"" }.joined(separator: ",")
                return team(try await crew.company.manager.patch(crew.site, "{\"users\": [\(users)]}"))
            }
            #expect(try await assign(crew.foreman.id, crew.other.id) == [crew.foreman.id: true, crew.other.id: false])
            #expect(try await assign(crew.other.id) == [crew.other.id: false])
            #expect(try await assign(crew.foreman.id) == [crew.foreman.id: false])
            let made = try await crew.company.manager.post(
                crew.company.path + "/sites",
                "{\"name\": \"Dach\", \"users\": [\"\(crew.other.id)\"], \"foremen\": [\"\(crew.other.id)\"]}")
            #expect(team(made) == [crew.other.id: true])
        }
    }

    /// A late move that waits for the office has changed nothing of the day.
    @Test(arguments: Engine.allCases)
    func aMoveThatIsRefusedLeavesTheDayAsItWas(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let other = try await crew.company.site("Halle", users: [crew.foreman.id, crew.worker.id])
            let entered = try await crew.enter(crew.foreman.client, [crew.worker.id], Self.morning)
            let entry = crew.site + "/time-entries/" + (entered.json[0]?["id"]?.text ?? "")
            let days = "{\"from\": \"2026-11-23\", \"until\": \"2026-11-23\"}"
            server.clock.advance(by: .seconds(86_400))
            let submitted = try await crew.worker.client.post(crew.company.path + "/time-sheets/submit", days)
            #expect(submitted.status == 200, "\(submitted.text)")
            let at = (server.clock.now + .seconds(-600)).text
            let move = "{\"siteId\": \"\(other.lastSegment)\", \"reason\": \"Falsch\", \"at\": \"\(at)\"}"
            let kept = try await crew.foreman.client.patch(entry, move)
            #expect(kept.status == 202 && kept.json["code"] == "foremen-only", "\(kept.text)")
            let sheets = try await crew.company.manager.get(
                "\(crew.company.path)/time-sheets?from=2026-11-23&to=2026-11-23&userId=\(crew.worker.id)")
            let approval = sheets.json[0]?["days"]?[0]?["approval"]
            #expect(approval?["state"] == "SUBMITTED" && approval?["changedSince"] == false, "\(sheets.text)")
        }
    }
}

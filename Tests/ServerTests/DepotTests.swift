import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A company's depot: a place for material where everyone works, and that is no site.
@Suite struct DepotTests {
    @Test(arguments: Engine.allCases)
    func everyoneWorksInTheDepot(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let depot = company.path + "/sites/" + company.depot
            let glue = try await company.material(depot)
            let seen = try await worker.client.get(depot)
            #expect(seen.status == 200 && seen.json["kind"] == "DEPOT" && seen.json["name"] == "Lager")
            #expect(seen.json["assignments"]?.list.isEmpty == true)
            #expect(try await worker.client.get(depot + "/materials").json.list.count == 1)
            #expect(try await worker.client.get(glue + "/movements").status == 200)
            #expect(try await worker.client.get(depot + "/history").status == 200)
            #expect(try await worker.client.get(depot + "/time-entries").status == 200)
            #expect(try await worker.client.post(glue + "/adjust-quantity", "{\"delta\": -1}").status == 200)
            #expect(try await worker.client.post(depot + "/check-in").status == 200)
            let overview = try await company.manager.get(company.path + "/overview").json
            #expect(overview["present"]?.list.map { $0["siteName"] } == ["Lager"], "\(overview)")
            #expect(try await worker.client.get(depot + "/time-entries").json.list.count == 1)
            #expect(try await worker.client.post(depot + "/check-out").status == 200)
            let own = "\(depot)/time-entries"
            let entered = try await worker.client.post(
                own,
                """
                {"userIds": ["\(worker.id)"], "checkedInAt": "2026-11-23T08:00:00Z", "checkedOutAt": "2026-11-23T09:00:00Z",
                 "reason": "x"}
                """)
            #expect(entered.status == 403 && entered.json["code"] == "foremen-only")
            let stranger = try await TestCompany.register(server.client)
            #expect(try await stranger.manager.get(depot).status == 404)
        }
    }

    @Test(arguments: Engine.allCases)
    func itIsNoSite(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let (path, manager) = (company.path, company.manager)
            for (client, query) in [
                (manager, "/sites"), (manager, "/sites?status=ACTIVE"), (manager, "/sites/user/\(worker.id)"),
                (worker.client, "/sites"), (worker.client, "/sites/user/\(worker.id)"),
            ] {
                #expect(try await client.get(path + query).json.list.isEmpty, "\(query)")
            }
            #expect(try await manager.get(path).json["siteCount"]?.number == 0)
            let overview = try await manager.get(path + "/overview").json
            #expect(overview["sites"]?.list.isEmpty == true && overview["counts"]?["sites"]?.number == 0)
            for client in [manager, worker.client] {
                let depots = try await client.get(path + "/sites?kind=DEPOT").json.list
                #expect(depots.map { $0["id"]?.text } == [company.depot])
            }
            try await Limited.set([.sites: 1, .activeSites: 1], company, server)
            _ = try await company.site()
        }
    }

    @Test(arguments: Engine.allCases)
    func itStays(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let (depot, manager) = (company.path + "/sites/" + company.depot, company.manager)
            func refused(_ reply: Reply, _ code: String) {
                #expect(reply.status == 409 && reply.json["code"]?.text == code, "\(reply.text)")
            }
            refused(try await manager.delete(depot), "depot-stays")
            for status in ["INACTIVE", "FINISHED"] {
                refused(try await manager.patch(depot, "{\"status\": \"\(status)\"}"), "depot-stays")
            }
            refused(try await manager.patch(depot, "{\"users\": [\"\(worker.id)\"]}"), "depot-is-everyones")
            refused(try await manager.patch(depot, "{\"foremen\": [\"\(worker.id)\"]}"), "depot-is-everyones")
            let renamed = try await manager.patch(
                depot,
                """
                {"name": "Halle 2", "status": "ACTIVE", "users": [], "foremen": [], "notes": "Tor links", "contactName": "Ines Roth",
                 "address": {"street": "Am Hafen"}}
                """)
            #expect(renamed.status == 200 && renamed.json["name"] == "Halle 2", "\(renamed.text)")
            #expect(
                try await manager.patch(depot, "{\"kind\": \"SITE\"}").json["fields"]?[0]?["code"] == "unknown-field")
        }
    }
}

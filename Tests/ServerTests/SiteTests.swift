import Core
import Foundation
import Testing

/// Changing and removing sites and material.
@Suite struct SiteTests {
    @Test(arguments: Engine.allCases)
    func aSiteChangesInAnyPart(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (lena, kai) = (
                try await server.person(.worker, in: company.id), try await server.person(.worker, in: company.id)
            )
            let site = try await company.site(users: [lena.id])
            let before = try await company.manager.get(site).json
            server.clock.advance(by: .seconds(60))

            let named = try await company.manager.patch(
                site, "{\"name\": \"Bad Maier\", \"priority\": \"high\", \"notes\": \"Schlüssel beim Nachbarn\"}")
            #expect(named.status == 200 && named.header("ETag") == "\"2\"")
            #expect(named.json["name"] == "Bad Maier" && named.json["priority"] == "high")
            #expect(named.json["startDate"] == before["startDate"] && named.json["address"] == before["address"])
            #expect(named.json["assignments"]?.list.count == 1)
            #expect(named.json["updatedAt"] == "2026-11-23T12:01:00.000Z")
            #expect(try await company.manager.patch(site, "{\"notes\": null}").json["notes"] == .null)
            #expect(try await company.manager.patch(site, "{\"name\": null}").status == 400)
            #expect(try await company.manager.patch(site, "{\"users\": null}").status == 400)
            let backwards = try await company.manager.patch(site, "{\"endDate\": \"2026-10-01\"}")
            #expect(backwards.status == 400 && backwards.json["fields"]?[0]?["field"] == "endDate")

            let moved = try await company.manager.patch(site, "{\"users\": [\"\(kai.id)\", \"\(kai.id)\"]}")
            #expect(moved.json["assignments"]?.list.compactMap { $0["userId"]?.text } == [kai.id])
            #expect(try await lena.client.get(site).status == 404)
            #expect(try await kai.client.get(site).status == 200)

            // With a person of another company: no one is assigned or unassigned, and nothing else changes either.
            let stranger = try await TestCompany.register(server.client)
            let refused = try await company.manager.patch(
                site, "{\"name\": \"Anders\", \"users\": [\"\(lena.id)\", \"\(stranger.managerID)\"]}")
            #expect(refused.status == 400)
            #expect(refused.json["error"]?.text?.contains(stranger.managerID) == true)
            let after = try await company.manager.get(site).json
            #expect(after["name"] == "Bad Maier")
            #expect(after["assignments"]?.list.compactMap { $0["userId"]?.text } == [kai.id])
        }
    }

    @Test(arguments: Engine.allCases)
    func aRemovedSiteIsGoneForItsPeopleButItsHoursStay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [worker.id])
            let material = try await company.material(site)
            _ = try await worker.client.post(site + "/check-in")
            server.clock.advance(by: .seconds(1800))
            #expect(try await company.manager.delete(site).status == 204)
            for path in [site, material + "/movements", site + "/materials"] {
                #expect(try await worker.client.get(path).status == 404)
                #expect(try await company.manager.get(path).status == 200)
            }
            #expect(try await company.manager.post(material + "/adjust-quantity", "{\"delta\": 1}").status == 404)
            #expect(try await company.manager.patch(site, "{\"name\": \"X\"}").status == 404)
            #expect(try await company.manager.get(company.path + "/sites").json == .list([]))
            #expect(try await company.manager.get(company.path).json["siteCount"] == 0)
            let entries = try await company.manager.get(company.path + "/time-entries").json
            #expect(entries[0]?["minutes"] == 30)
            #expect(entries[0]?["corrections"]?[0]?["reason"] == "Site removed")
            #expect(entries[0]?["corrections"]?[0]?["reasonCode"] == "site-removed")
            #expect(entries[0]?["corrections"]?[0]?["checkedOutAt"] == .null)
            let other = try await company.site(users: [worker.id])
            #expect(try await worker.client.post(other + "/check-in").status == 200, "the open visit has ended")
        }
    }

    @Test(arguments: Engine.allCases)
    func sitesAreListedByPerson(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (lena, kai) = (
                try await server.person(.worker, in: company.id), try await server.person(.worker, in: company.id)
            )
            for (name, users) in [("eins", [lena.id]), ("zwei", [lena.id, kai.id]), ("drei", [kai.id])] {
                server.clock.advance(by: .milliseconds(1))
                _ = try await company.site(name, users: users)
            }
            let path = company.path + "/sites/user/"
            func names(_ client: Client, _ id: String) async throws -> [String] {
                try await client.get(path + id).json.list.compactMap { $0["name"]?.text }
            }
            #expect(try await names(company.manager, lena.id) == ["zwei", "eins"])
            #expect(try await names(company.manager, kai.id) == ["drei", "zwei"])
            #expect(try await names(lena.client, lena.id) == ["zwei", "eins"])
            #expect(try await lena.client.get(path + kai.id).status == 404)
            #expect(try await company.manager.get(path + company.managerID).json == .list([]))
        }
    }

    @Test(arguments: Engine.allCases)
    func anAmountSetByAnEditIsAMovement(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site())
            let edited = try await company.manager.patch(material, "{\"amount\": 7.25, \"name\": \"Fugenmörtel\"}")
            #expect(edited.json["amount"] == 7.25 && edited.json["name"] == "Fugenmörtel")
            #expect(edited.json["unit"] == "Sack" && edited.header("ETag") == "\"2\"")
            let same = try await company.manager.patch(material, "{\"amount\": 7.25, \"threshold\": 8}")
            #expect(same.json["belowThreshold"] == true)
            let movements = try await company.manager.get(material + "/movements").json.list
            #expect(movements.map { $0["delta"] } == [-2.75, 10])
            #expect(movements.map { $0["amountAfter"] } == [7.25, 10])

            #expect(try await company.manager.delete(material).status == 204)
            #expect(try await company.manager.delete(material).status == 404)
            #expect(try await company.manager.patch(material, "{}").status == 404)
            #expect(try await company.manager.post(material + "/adjust-quantity", "{\"delta\": 1}").status == 404)
            #expect(try await company.manager.get(material + "/movements").json.list == movements)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCompanyChangesItsSettings(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let admin = try await server.person(.admin)
            #expect(try await worker.client.patch(company.path, "{\"name\": \"X\"}").status == 403)
            let changed = try await company.manager.patch(
                company.path, "{\"name\": \"Fliesen Süd\", \"timeZone\": \"Europe/Vienna\", \"language\": \"en\"}")
            #expect(changed.json["name"] == "Fliesen Süd" && changed.json["timeZone"] == "Europe/Vienna")
            #expect(changed.json["language"] == "en" && changed.header("ETag") == "\"2\"")
            #expect(changed.json["address"] == "Werkstraße 1a, 50667 Köln, Deutschland")
            let wrong = try await company.manager.patch(company.path, "{\"timeZone\": \"Mars/Olympus\"}")
            #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["field"] == "timeZone")

            #expect(try await company.manager.get("/api/v1/companies").status == 403)
            server.clock.advance(by: .milliseconds(1))
            _ = try await TestCompany.register(server.client, name: "Fliesen Ost")
            let all = try await admin.client.get("/api/v1/companies?limit=1")
            #expect(all.json.list.map { $0["name"] } == ["Fliesen Süd"])
            let link = String((all.header("Link") ?? "").dropFirst().prefix { $0 != ">" })
            #expect(try await admin.client.get(link).json.list.map { $0["name"] } == ["Fliesen Ost"])
        }
    }
}

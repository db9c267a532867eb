import Foundation
import Storage
import Testing

@testable import Core

/// Audit entries, exports and erasure.
@Suite struct RecordTests {
    @Test(arguments: Engine.allCases)
    func whatWasChangedIsWrittenDown(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let audit = company.path + "/audit"
            let session = try await company.manager.get("/api/v1/auth/sessions").json[0]?["id"]
            func step() { server.clock.advance(by: .seconds(1)) }
            step()
            let worker = try await server.person(.worker, in: company.id)
            let user = company.path + "/users/" + worker.id
            let site = try await company.site("Bad", users: [worker.id])
            step()
            _ = try await company.manager.patch(site, "{\"priority\": \"high\", \"notes\": \"Geheimes\"}")
            step()
            let material = try await company.material(site)
            step()
            _ = try await company.manager.patch(material, "{\"threshold\": 3}")
            step()
            _ = try await company.manager.delete(material)
            step()
            _ = try await company.manager.put(user, "{\"role\": \"MANAGER\", \"lastName\": \"Rot\"}")
            step()
            _ = try await company.manager.put("/api/v1/users/me", "{\"language\": \"en\"}")
            step()
            _ = try await company.manager.patch(site, "{\"priority\": \"urgent\"}")
            _ = try await company.manager.delete(site)

            let entries = try await company.manager.get(audit).json.list
            #expect(
                entries.compactMap { $0["action"]?.text } == [
                    "site.removed", "user.changed", "user.changed", "material.removed", "material.changed",
                    "material.created", "site.changed", "site.created", "company.registered",
                ])
            #expect(entries.dropLast().allSatisfy { $0["sessionId"] == session && $0["userName"] == "Ada Kern" })
            #expect(entries.last?["sessionId"] == .null)
            #expect(
                entries[6]["changes"]
                    == .list([
                        .object(["field": "notes", "from": .null, "to": .null]),
                        .object(["field": "priority", "from": "medium", "to": "high"]),
                    ]))
            #expect(entries[6]["subjectId"]?.text == site.lastSegment && entries[6]["subjectName"] == "Bad")
            #expect(
                entries[2]["changes"]
                    == .list([
                        .object(["field": "lastName", "from": .null, "to": .null]),
                        .object(["field": "role", "from": "WORKER", "to": "MANAGER"]),
                    ]))
            #expect(entries[2]["subjectName"] == "Kai Rot" && entries[2]["subjectNameThen"] == .null)
            #expect(entries[2]["at"] == "2026-11-23T12:00:06.000Z")

            let page = try await company.manager.get(audit + "?limit=2")
            let link = String((page.header("Link") ?? "").dropFirst().prefix { $0 != ">" })
            #expect(try await company.manager.get(link).json.list.prefix(2) == entries[2...3])
            let other = try await server.person(.worker, in: company.id)
            #expect(try await other.client.get(audit).status == 403)
        }
    }

    @Test(arguments: Engine.allCases)
    func aSiteHasItsOwnHistory(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let sites = try await [company.site("Bad", users: [worker.id]), company.site("Küche", users: [])]
            for site in sites {
                server.clock.advance(by: .seconds(1))
                let material = try await company.material(site)
                server.clock.advance(by: .seconds(1))
                _ = try await company.manager.delete(material)
            }
            let entry = try await worker.client.post(sites[0] + "/check-in").json["id"]?.text ?? ""
            server.clock.advance(by: .seconds(60))
            _ = try await company.manager.patch(
                sites[0] + "/time-entries/" + entry,
                "{\"checkedOutAt\": \"2026-11-23T12:00:30Z\", \"reason\": \"vergessen\"}")
            let entries = try await company.manager.get(sites[0] + "/audit").json.list
            #expect(
                entries.compactMap { $0["action"]?.text } == [
                    "time-entry.corrected", "material.removed", "material.created", "site.created",
                ])
            #expect(entries.last?["subjectName"] == "Bad")
            let page = try await company.manager.get(sites[0] + "/audit?limit=3")
            let link = String((page.header("Link") ?? "").dropFirst().prefix { $0 != ">" })
            #expect(try await company.manager.get(link).json.list == [entries[3]])
            #expect(try await company.manager.get(sites[1] + "/audit").json.list.count == 3)
            #expect(try await worker.client.get(sites[0] + "/audit").status == 403)
            _ = try await company.manager.delete(sites[0])
            let after = try await company.manager.get(sites[0] + "/audit").json.list
            #expect(after.count == 5 && after.contains { $0["action"] == "site.removed" })
        }
    }

    @Test(arguments: Engine.allCases)
    func peopleGetACopyOfTheirData(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let other = try await server.person(.worker, in: company.id)
            let site = try await company.site("Bad", users: [worker.id, other.id])
            let material = try await company.material(site)
            for client in [worker.client, other.client] {
                _ = try await client.post(material + "/adjust-quantity", "{\"delta\": -1, \"note\": \"Dusche\"}")
                _ = try await client.post(site + "/check-in")
            }
            let entries = try await company.manager.get(site + "/time-entries").json.list
            let own = entries.first { $0["userId"]?.text == worker.id }
            _ = try await company.manager.patch(
                site + "/time-entries/" + (own?["id"]?.text ?? ""),
                "{\"checkedOutAt\": \"2026-11-23T12:00:00Z\", \"reason\": \"vergessen\"}")
            _ = try await company.manager.put(company.path + "/users/" + worker.id, "{\"firstName\": \"Karl\"}")

            let copy = try await worker.client.get("/api/v1/users/me/export")
            #expect(copy.status == 200)
            let data = copy.json
            #expect(data["user"]?["firstName"] == "Karl" && data["sessions"]?.list.count == 1)
            #expect(data["assignments"]?[0]?["siteName"] == "Bad")
            #expect(data["movements"]?.list.count == 1)
            #expect(data["movements"]?[0]?["materialName"] == "Flexkleber")
            #expect(data["movements"]?[0]?["movement"]?["note"] == "Dusche")
            #expect(data["timeEntries"]?.list.count == 1)
            #expect(data["timeEntries"]?[0]?["corrections"]?[0]?["reason"] == "vergessen")
            #expect(data["audit"]?.list.map { $0["action"] } == ["user.changed"])
            #expect(data["mails"] == .list([]))
            #expect(!copy.text.contains(other.id))

            // An operator's acts are in many companies.
            let admin = try await server.person(.admin)
            _ = try await admin.client.post(material + "/adjust-quantity", "{\"delta\": -1}")
            #expect(try await admin.client.get("/api/v1/users/me/export").json["movements"]?.list.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCompanyLeaves(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let leaving = try await World(server, mark: "Geht")
            let staying = try await World(server, mark: "Bleibt")
            let admin = try await server.person(.admin)
            let company = leaving.company
            let site = company.path + "/sites/" + (leaving.ids["siteId"] ?? "")
            // Every row is added to the day's count at once.
            try await CompanyLimits(server.database, runtime: server.runtime).set(
                [.dailyRows: 500], of: try #require(Company.ID(company.id)))
            server.clock.advance(by: LimitValues.age)
            _ = try await company.manager.patch(
                site + "/time-entries/" + (leaving.ids["entryId"] ?? ""),
                "{\"checkedOutAt\": \"2026-11-23T12:00:00Z\", \"reason\": \"vergessen\"}")
            _ = try await leaving.worker.client.post(
                company.path + "/time-sheets/submit", "{\"from\": \"2026-11-20\", \"until\": \"2026-11-20\"}")
            _ = try await company.manager.patch(company.path, "{\"hoursKeptYears\": 10}")
            _ = try await company.manager.patch(site, "{\"users\": []}")
            _ = try await company.manager.send(
                "POST", site + "/check-in", headers: ["Idempotency-Key": "eins"])
            _ = try await company.manager.patch(site, "{\"users\": [\"\(leaving.worker.id)\"]}")
            _ = try await company.manager.put(
                "\(company.path)/users/\(leaving.worker.id)/targets", "{\"targets\": [{\"from\": \"2026-01-01\"}]}")
            let low = try await company.material(site, name: "Silikon", amount: "3")
            _ = try await company.manager.post(low + "/adjust-quantity", "{\"delta\": -2}")
            let own =
                "{\"firstName\": \"A\", \"email\": \"a@neu.example\", \"currentPassword\": \"\(TestCompany.password)\"}"
            #expect(try await company.manager.put("/api/v1/users/me", own).status == 200)
            let invited = try await company.manager.post(
                company.path + "/users",
                "{\"email\": \"l@v.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}")
            #expect(invited.status == 201)
            #expect(try await server.signIn(company.email, cookie: "none").status == 200)
            _ = try await server.enrol(company.manager)
            _ = try await server.challenge(company.email)

            for client in [company.manager, leaving.worker.client] {
                #expect(try await client.get(company.path + "/export").status == 403)
                #expect(try await client.delete(company.path).status == 403)
            }
            let copy = try await admin.client.get(company.path + "/export")
            #expect(copy.header("Content-Type") == "application/x-ndjson")
            #expect(copy.header("Content-Disposition")?.contains("attachment") == true)
            let lines = try copy.text.split(separator: "\n").map {
                try JSONDecoder().decode(JSON.self, from: Data($0.utf8))
            }
            #expect(lines.first?["format"] == "polier-company/1" && lines.first?["name"] == "Geht GmbH")
            let counted = Dictionary(grouping: lines.dropFirst().dropLast()) { $0["table"]?.text ?? "" }.mapValues(
                \.count)
            for table in CompanyData.tables where table.isExported {
                let count = lines.last?["rows"]?[table.name]?.number ?? -1
                #expect(count == Decimal(counted[table.name] ?? 0) && count > 0, "\(table.name)")
            }
            #expect(!copy.text.contains("scrypt") && !copy.text.contains("password") && !copy.text.contains("Bleibt"))

            let link = try await company.manager.post(
                company.path + "/users/" + (invited.json["id"]?.text ?? "") + "/invitation"
            ).json["link"]?.text
            _ = try await server.client.with(token: link?.split(separator: "=").last.map { String($0) }).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(try await admin.client.send("DELETE", company.path, headers: ["If-Match": "\"9\""]).status == 412)
            try await Self.askForProof(of: company, server)
            let before = try await Self.total(of: staying, server.database)
            let erased = try await admin.client.delete(company.path)
            #expect(erased.status == 200)
            let rows = Dictionary(
                uniqueKeysWithValues: (erased.json["erased"]?.list ?? []).map {
                    ($0["table"]?.text ?? "", $0["rows"]?.number ?? 0)
                })
            #expect(rows["companies"] == 1 && rows["users"] == 5 && rows["sites"] == 2 && rows["time_corrections"] == 1)
            // The tokens went first, and with them all permissions.
            for table in CompanyData.tables where !["one_time_tokens", "cards"].contains(table.name) {
                #expect(rows[table.name] ?? 0 > 0, "\(table.name)")
            }
            #expect(try await Self.total(of: leaving, server.database) == 0)
            #expect(try await Self.total(of: staying, server.database) == before)
            #expect(try await admin.client.get(company.path).status == 404)
            #expect(try await admin.client.delete(company.path).status == 404)
            #expect(try await company.manager.get("/api/v1/users/me").status == 401)
            _ = try await TestCompany.register(server.client, email: company.email)
        }
    }

    /// As if the founder had never confirmed their address.
    private static func askForProof(of company: TestCompany, _ server: TestServer) async throws {
        let (email, runtime) = (try #require(EmailAddress(company.email)), server.runtime)
        let found = try await server.database.fetch(User.signingIn(email, now: runtime.now()))
        let founder = try #require(found.first?.user)
        try await server.database.transaction { transaction in
            _ = try UnprovenFounder.ask(
                founder, email, Token(runtime), runtime.newID(), isFirst: true, transaction, now: runtime.now())
        }
    }

    private static func total(of world: World, _ database: any Database) async throws -> Int64 {
        let company = try #require(Company.ID(world.company.id))
        var total: Int64 = 0
        for table in CompanyData.tables { total += try await database.fetch(table.count(company)).reduce(Int64(0), +) }
        return total
    }

    /// A table with a `company_id` that is missing in the list of a company's tables would be left behind.
    @Test(arguments: Engine.allCases)
    func noTableOfACompanyIsForgotten(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let sql: SQL =
                engine == .sqlite
                ? """
                SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c
                WHERE m.type = 'table' AND c.name = 'company_id'
                """
                : """
                SELECT CAST(table_name AS TEXT) FROM information_schema.columns
                WHERE column_name = 'company_id' AND table_schema = 'public'
                """
            let found = try await server.database.fetch(Query<String>(sql) { try $0.next() })
            #expect(Set(found) == Set(CompanyData.tables.map(\.name)))
        }
    }
}

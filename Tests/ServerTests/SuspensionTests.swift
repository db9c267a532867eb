import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A suspended company, the operators' view of it, and notices.
@Suite struct SuspensionTests {
    private static func suspend(_ isSuspended: Bool, _ company: TestCompany, _ operator: Client) async throws -> Reply {
        try await `operator`.put(company.path + "/suspension", "{\"isSuspended\": \(isSuspended)}")
    }

    @Test(arguments: Engine.allCases)
    func itsPeopleAreRefusedAndComeBack(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let other = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let admin = try await server.person(.admin)
            #expect(try await Self.suspend(true, company, company.manager).status == 403)
            let version = try await admin.client.get(company.path).header("ETag") ?? ""
            let stale = try await admin.client.send(
                "PUT", company.path + "/suspension", body: "{\"isSuspended\": true}", headers: ["If-Match": "\"99\""])
            #expect(stale.status == 412)
            let suspended = try await admin.client.send(
                "PUT", company.path + "/suspension", body: "{\"isSuspended\": true}", headers: ["If-Match": version])
            #expect(suspended.status == 200 && suspended.json["suspendedAt"] == "2026-11-23T12:00:00.000Z")
            // A repetition changes nothing.
            #expect(try await Self.suspend(true, company, admin.client).header("ETag") == suspended.header("ETag"))

            for client in [company.manager, worker.client] {
                for path in [company.path, company.path + "/sites", "/api/v1/users/me", "/api/v1/notice"] {
                    let refused = try await client.get(path)
                    #expect(refused.status == 403 && refused.json["code"] == "company-suspended", "\(refused.text)")
                }
            }
            let credentials = "{\"email\": \"\(company.email)\", \"password\": "
            let right = try await server.client.post(
                "/api/v1/auth/signin", credentials + "\"\(TestCompany.password)\"}")
            #expect(right.status == 403 && right.json["code"] == "company-suspended")
            // A caller without the password isn't told.
            let wrong = try await server.client.post("/api/v1/auth/signin", credentials + "\"falsch geraten\"}")
            #expect(wrong.status == 401 && wrong.json["code"] == "wrong-credentials")
            // Operators and other companies aren't affected.
            #expect(try await admin.client.get(company.path + "/sites").status == 200)
            #expect(try await other.manager.get(other.path).status == 200)

            #expect(try await Self.suspend(false, company, admin.client).json["suspendedAt"] == .null)
            #expect(try await company.manager.get(company.path).status == 200)
            #expect(try await worker.client.get(company.path + "/sites").status == 200)
            try await server.watch.flush()
            let kinds = try await company.manager.all(company.path + "/audit/security").map { $0["kind"]?.text }
            #expect(kinds.filter { $0 == "company-suspended" }.count == 1 && kinds.contains("company-resumed"))

            // Signing out is always possible.
            _ = try await Self.suspend(true, company, admin.client)
            #expect(try await company.manager.post("/api/v1/auth/signout").status == 204)
            #expect(try await company.manager.get(company.path).status == 401)
        }
    }

    /// Its people can't sign in, so it doesn't count as given up.
    @Test(arguments: Engine.allCases)
    func itIsNotErasedForWantOfASignIn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let company = try await TestCompany.register(server.client)
            let admin = try await server.person(.admin)
            try await server.database.transaction { try $0.enqueue(Statement("UPDATE mails SET state = 'sent'")) }
            // Even if it is read-only by then.
            server.clock.advance(by: .seconds(8 * 24 * 3600))
            try await admin.client.confirm()
            #expect(try await Self.suspend(true, company, admin.client).status == 200)
            server.clock.advance(by: .seconds(40 * 24 * 3600))
            let companies = Companies(server.database, provesAddresses: true, runtime: server.runtime)
            #expect(try await companies.abandoned().isEmpty)
            let again = try await server.person(.admin)
            #expect(try await Self.suspend(false, company, again.client).status == 200)
            #expect(try await companies.abandoned().map(\.text) == [company.id])
        }
    }

    @Test(arguments: Engine.allCases)
    func everyoneIsToldUntilATime(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let admin = try await server.person(.admin)
            #expect(try await company.manager.get("/api/v1/notice").text == "{\"text\":null,\"until\":null}")
            let body = "{\"text\": \"Morgen <b>Wartung</b>\", \"until\": \"2026-11-23T13:00:00Z\"}"
            #expect(try await company.manager.put("/api/v1/notice", body).status == 403)
            #expect(try await server.client.get("/api/v1/notice").status == 401)
            #expect(try await admin.client.put("/api/v1/notice", body).status == 200)
            let told = try await company.manager.get("/api/v1/notice").json
            #expect(told["text"] == "Morgen <b>Wartung</b>" && told["until"] == "2026-11-23T13:00:00.000Z")

            for (wrong, flaw) in [
                ("{\"text\": \"x\"}", "missing"), ("{\"text\": \"x\", \"until\": null}", "missing"),
                ("{\"text\": \"x\", \"until\": \"morgen\"}", "not-an-instant"),
                ("{\"text\": \"x\", \"until\": 5}", "not-an-instant"),
                ("{\"text\": \"x\", \"until\": \"2026-11-23T12:00:00Z\"}", "not-in-the-future"),
                ("{\"text\": \"x\", \"until\": \"2027-11-23T12:00:00Z\"}", "too-far-ahead"),
                (
                    "{\"text\": \"\(String(repeating: "x", count: 301))\", \"until\": \"2026-11-23T13:00:00Z\"}",
                    "too-long"
                ),
            ] {
                let refused = try await admin.client.put("/api/v1/notice", wrong)
                #expect(refused.status == 400 && refused.text.contains("\"\(flaw)\""), "\(refused.text)")
                #expect(refused.json["fields"]?.list.count == 1, "\(refused.text)")
            }
            server.clock.advance(by: .seconds(3600))
            #expect(try await company.manager.get("/api/v1/notice").json["text"] == .null)
            let later = "{\"text\": \"Noch etwas\", \"until\": \"2026-11-24T13:00:00Z\"}"
            #expect(try await admin.client.put("/api/v1/notice", later).json["text"] == "Noch etwas")
            for _ in 0..<2 {
                #expect(try await admin.client.put("/api/v1/notice", "{\"text\": null}").json["text"] == .null)
            }
            #expect(try await company.manager.get("/api/v1/notice").json["text"] == .null)
            // The operator who showed a notice is recorded, and a missing notice isn't withdrawn.
            let records = Query<String>(
                "SELECT e.kind || ' ' || e.user_id FROM security_events e WHERE e.kind > $1 AND e.kind < $2 ORDER BY e.kind",
                "notice", "notif"
            ) { try $0.next() }
            #expect(
                try await server.database.fetch(records)
                    == ["notice-told", "notice-told", "notice-withdrawn"].map { "\($0) \(admin.id)" })
            #expect(server.noted.all.filter { $0.sighting.kind == .noticeTold }.count == 2)
        }
    }

    @Test(arguments: Engine.allCases)
    func operatorsSeeHowTheServerIsDoing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: .milliseconds(1))
            let idle = try await TestCompany.register(server.client, name: "Ruhig")
            _ = try await server.person(.worker, in: company.id)
            let admin = try await server.person(.admin)
            #expect(try await company.manager.get("/api/v1/operator/status").status == 403)
            #expect(try await company.manager.get("/api/v1/operator/companies").status == 403)
            let status = try await admin.client.get("/api/v1/operator/status").json
            #expect(
                status["version"]?.text == Release.version && status["lastBackupAt"] == .null && status["mail"] == "up")
            #expect(status["database"]?.text == (engine == .sqlite ? "sqlite" : "postgres"))
            let bytes: Decimal = if case .number(let bytes)? = status["databaseBytes"] { bytes } else { 0 }
            #expect(bytes > 100_000)
            try await Upkeep(server.database).note(.backup, of: server.clock.now, at: server.clock.now)
            #expect(
                try await admin.client.get("/api/v1/operator/status").json["lastBackupAt"] == "2026-11-23T12:00:00.001Z"
            )

            server.clock.advance(by: .seconds(7200))
            _ = try await company.site()
            let companies = try await admin.client.all("/api/v1/operator/companies?limit=1")
            #expect(companies.map { $0["id"]?.text } == [company.id, idle.id])
            #expect(companies[0]["userCount"] == .number(2) && companies[0]["siteCount"] == .number(1))
            #expect(companies.map { $0["lastActiveAt"] } == ["2026-11-23T14:00:00.001Z", "2026-11-23T12:00:00.001Z"])
        }
    }

    @Test func aFilesDiskIsKnown() throws {
        let space = try #require(Disk(databaseURL: "sqlite:/tmp/polier.sqlite?synchronous=off")?.space)
        #expect(space.free > 0 && space.free <= space.total)
        #expect(Disk(databaseURL: "postgres://db.example/polier") == nil)
    }
}

import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The security events that managers and operators can look up later.
@Suite struct SecurityEventTests {
    private static let proxies: [String: String] = ["POLIER_TRUSTED_PROXIES": "127.0.0.1"]

    private static func signIn(
        _ client: Client, _ email: String, _ password: String = "falsch geraten", from address: String
    ) async throws -> Reply {
        try await client.send(
            "POST", "/api/v1/auth/signin", body: "{\"email\": \"\(email)\", \"password\": \"\(password)\"}",
            headers: ["X-Forwarded-For": address])
    }

    private static func events(_ server: TestServer, _ company: TestCompany, _ kind: String? = nil) async throws
        -> [JSON]
    {
        try await server.watch.flush()
        let all = try await company.manager.all(company.path + "/audit/security?limit=100")
        return all.filter { kind == nil || $0["kind"]?.text == kind }
    }

    @Test(arguments: Engine.allCases)
    func signInsHaveWhoWhereAndWhen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: Self.proxies) { server in
            server.clock.advance(by: .seconds(60))
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: .seconds(60))
            _ = try await Self.signIn(server.client, company.email, from: "203.0.113.9")
            server.clock.advance(by: .seconds(60))
            _ = try await Self.signIn(server.client, company.email.uppercased(), from: "203.0.113.9")
            let right = try await Self.signIn(
                server.client, company.email, TestCompany.password, from: "2001:db8:1:2:3::4")
            let session = try await server.client.with(token: right.json["accessToken"]?.text).get(
                "/api/v1/auth/sessions"
            )
            .json.list.first { $0["current"] == .boolean(true) }?["id"]

            let events = try await Self.events(server, company)
            // A summed event has the time at which its hour began.
            #expect(events.map { $0["kind"]?.text } == ["signed-in", "signed-in", "sign-in-failed"])
            #expect(events[0]["network"] == "2001:db8:1:2::/64" && events[0]["sessionId"] == session)
            #expect(events[0]["requestId"]?.text == right.header("X-Request-Id"))
            #expect(events[0]["userId"]?.text == company.managerID && events[0]["userName"] == "Ada Kern")
            #expect(events[2]["times"] == .number(2) && events[2]["network"] == "203.0.113.9")
            #expect(events[2]["at"] == "2026-11-23T12:02:00.000Z" && events[2]["lastAt"] == "2026-11-23T12:03:00.000Z")
            #expect(events[2]["sessionId"] == .null)
            #expect(server.noted.times(.signedIn) == 2 && server.noted.times(.signInFailed) == 2)

            let worker = try await server.person(.worker, in: company.id)
            #expect(try await worker.client.get(company.path + "/audit/security").status == 403)
            // The person sees it in their own copy.
            let copy = try await company.manager.get("/api/v1/users/me/export").json["securityEvents"]?.list
            #expect(copy?.count == 3 && copy?.contains { $0["network"] == "127.0.0.1" } == true)
        }
    }

    /// Guesses are summed exactly, however many are concurrent; the lock is recorded when it takes effect.
    @Test(arguments: Engine.allCases)
    func guessesAtOnceAreAddedUp(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await Self.signIn(server.client, company.email, "falsch \(number)", from: "").status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            let late = try await Self.signIn(server.client, company.email, from: "")
            #expect(late.status == 429)
            let failed = try await Self.events(server, company, "sign-in-failed")
            #expect(failed.count == 1 && failed[0]["times"] == .number(Decimal(statuses[401] ?? 0)))
            let locked = try await Self.events(server, company, "sign-in-locked")
            #expect(locked.count == 1 && locked[0]["times"] == .number(Decimal(1 + (statuses[429] ?? 0))))
        }
    }

    /// Attempts on accounts that don't exist are in no company's list, and in the log without an address.
    @Test(arguments: Engine.allCases)
    func unknownAccountsAreForTheLogAlone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: Self.proxies) { server in
            let company = try await TestCompany.register(server.client)
            for number in 0..<30 {
                _ = try await Self.signIn(server.client, "niemand\(number)@kern.example", from: "203.0.113.9")
            }
            try await server.watch.flush()
            let lines = server.noted.all.filter { $0.sighting.kind == .signInFailed }
            #expect(lines.count == 1 && lines[0].times == 30)
            #expect(lines[0].sighting.network == "203.0.113.9" && lines[0].sighting.user == nil)
            let rows = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM security_events WHERE kind = 'sign-in-failed'") { try $0.next() as Int64 })
            #expect(rows == [0])
            #expect(try await Self.events(server, company).count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func changesOfAccountsAreSeen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, hasMail: false) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let path = company.path + "/users/" + worker.id
            _ = try await company.manager.put(path, "{\"role\": \"MANAGER\"}")
            for current in ["falsch geraten", TestCompany.password] {
                server.clock.advance(by: .seconds(1))
                _ = try await company.manager.put(
                    "/api/v1/users/me", "{\"password\": \"Neue Kelle 2031\", \"currentPassword\": \"\(current)\"}")
            }
            // Without mail a new address takes effect at once.
            let other = try await server.person(.worker, in: company.id)
            let moved = try await company.manager.put(
                company.path + "/users/" + other.id, "{\"email\": \"neu@crew.example\"}")
            #expect(moved.status == 200)
            _ = try await worker.client.put(company.path + "/users/" + company.managerID, "{\"status\": \"INACTIVE\"}")
            let events = try await Self.events(server, company).filter { $0["kind"] != "signed-in" }
            func one(_ kind: String) -> JSON { events.first { $0["kind"]?.text == kind } ?? .null }
            #expect(one("role-changed")["detail"] == "MANAGER" && one("role-changed")["subjectId"]?.text == worker.id)
            #expect(
                one("role-changed")["userId"]?.text == company.managerID
                    && one("role-changed")["subjectName"] == "Kai Roth")
            #expect(
                one("email-changed")["subjectId"]?.text == other.id
                    && one("email-changed")["userId"]?.text == company.managerID
                    && one("email-changed")["detail"] == .null)
            #expect(one("confirmation-failed")["userId"]?.text == company.managerID)
            #expect(one("password-changed")["subjectId"] == .null && one("password-changed")["sessionId"]?.text != nil)
            #expect(!"\(events)".contains("crew.example"))
            // The log has them too, once each.
            for kind: SecurityEvent.Kind in [.roleChanged, .emailChanged, .passwordChanged, .confirmationFailed] {
                #expect(server.noted.times(kind) == 1, "\(kind)")
            }
            // The affected person sees it too.
            let copy = try await worker.client.get("/api/v1/users/me/export").json["securityEvents"]?.list
            #expect(copy?.contains { $0["kind"] == "role-changed" } == true)
        }
    }

    @Test(arguments: Engine.allCases)
    func aLinkUsedTwiceIsSeen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let invited = try await company.manager.post(
                company.path + "/users",
                "{\"email\": \"l@v.example\", \"firstName\": \"Lena\", \"lastName\": \"Vogt\", \"role\": \"WORKER\"}")
            let user = invited.json["id"]?.text ?? ""
            let link =
                try await company.manager.post(company.path + "/users/\(user)/invitation").json["link"]?.text ?? ""
            let holder = server.client.with(token: String(link.split(separator: "=").last ?? ""))
            let body = "{\"password\": \"Mörtel und Kelle\"}"
            #expect(try await holder.post("/api/v1/auth/set-password", body).status == 200)
            for _ in 0..<3 { #expect(try await holder.post("/api/v1/auth/set-password", body).status == 401) }
            let madeUp = server.client.with(token: String(repeating: "0", count: 64))
            #expect(try await madeUp.post("/api/v1/auth/set-password", body).status == 401)
            let reused = try await Self.events(server, company, "link-reused")
            #expect(reused.count == 1 && reused[0]["times"] == .number(3) && reused[0]["userId"]?.text == user)
            #expect(reused[0]["detail"] == "invitation")
            #expect(try await Self.events(server, company, "password-changed").first?["detail"] == "invitation")

            server.clock.advance(by: .seconds(31 * 24 * 3600))
            try await Housekeeping(server.database, runtime: server.runtime).run()
            let left = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM spent_links") { try $0.next() as Int64 })
            #expect(left == [0])
        }
    }

    /// A flood of refused requests makes a handful of rows with the exact number, and no write for each.
    @Test(arguments: Engine.allCases)
    func aFloodOfRefusalsIsAddedUp(_ engine: Engine) async throws {
        let recorder = Recorder()
        try await TestServer.run(on: engine, recorder: recorder) { server in
            let ours = try await TestCompany.register(server.client)
            let theirs = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: ours.id)
            let site = try await theirs.site()
            let own = ours.path + "/sites/" + site.lastSegment
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<300 {
                    let path = [site, own, ours.path + "/users"][number % 3]
                    group.addTask { try await worker.client.get(path).status }
                }
                for try await status in group { #expect([403, 404].contains(status)) }
            }
            // Several servers, or the same one in the next seconds, add to the same rows.
            try await server.watch.flush()
            for _ in 0..<7 { _ = try await worker.client.get(site) }
            let events = try await Self.events(server, ours).filter {
                $0["userId"]?.text == worker.id && $0["kind"] != "signed-in"
            }
            let counts = Dictionary(grouping: events) { "\($0["kind"]?.text ?? "") \($0["detail"]?.text ?? "")" }
                .mapValues { $0.map { $0["times"] } }
            #expect(
                counts == [
                    "not-found company-not-found": [.number(107)], "not-found site-not-found": [.number(100)],
                    "forbidden role-forbids": [.number(100)],
                ], "\(counts)")
            #expect(events.allSatisfy { $0["sessionId"]?.text != nil && $0["requestId"]?.text != nil })
            #expect(try await Self.events(server, theirs).allSatisfy { $0["kind"] == "signed-in" })
            #expect(server.noted.times(.notFound) == 207)
        }
    }

    /// However many sessions and networks a person uses, an hour has no more than its maximum of rows, and all events are counted.
    @Test(arguments: Engine.allCases)
    func rowsOfAnHourAreBounded(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: Self.proxies) { server in
            let company = try await TestCompany.register(server.client)
            for number in 0..<30 {
                let reply = try await Self.signIn(
                    server.client, company.email, TestCompany.password, from: "203.0.113.\(number)")
                let client = server.client.with(token: reply.json["accessToken"]?.text)
                _ = try await client.send(
                    "GET", "/api/v1/companies", headers: ["X-Forwarded-For": "203.0.113.\(number)"])
                if number % 10 == 0 { try await server.watch.flush() }
            }
            for kind in ["signed-in", "forbidden"] {
                let events = try await Self.events(server, company, kind)
                let total = events.reduce(Decimal(0)) { $0 + ($1["times"]?.number ?? 0) }
                // One sign-in is the one at registration.
                #expect(
                    events.count == 21 && total == (kind == "signed-in" ? 31 : 30), "\(kind): \(events.count) \(total)")
                #expect(events.filter { $0["network"] == .null && $0["sessionId"] == .null }.count == 1)
            }
            server.clock.advance(by: .seconds(3600))
            _ = try await Self.signIn(server.client, company.email, TestCompany.password, from: "203.0.113.1")
            #expect(try await Self.events(server, company, "signed-in").count == 22)
        }
    }

    /// Signing out clears the browser's cache, but neither the data that others keep on this device nor the cookies of neighbouring
    /// sites.
    @Test func signingOutEmptiesCaches() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            let reply = try await company.manager.post("/api/v1/auth/signout")
            #expect(reply.status == 204 && reply.header("Clear-Site-Data") == "\"cache\"")
        }
    }

    /// Every access by an operator is recorded.
    @Test(arguments: Engine.allCases)
    func operatorsLooksAreSeen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let admin = try await server.person(.admin, name: "Weber")
            for _ in 0..<5 { #expect(try await admin.client.get(company.path + "/sites").status == 200) }
            _ = try await admin.client.get("/api/v1/users/" + company.managerID)
            let now = try await company.manager.get(company.path + "/audit/security").json.list
            #expect(now.filter { $0["kind"] == "operator-access" }.count == 2, "written before it was answered")
            let events = try await Self.events(server, company, "operator-access")
            let sites = events.first { $0["detail"] == "readSites" }
            #expect(
                sites?["times"] == .number(5) && sites?["userName"] == "Kai Weber" && sites?["userId"]?.text == admin.id
            )
            #expect(events.contains { $0["detail"] == "readAnyUser" })
        }
    }

    @Test(arguments: Engine.allCases)
    func networksGoAndEventsStay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: .seconds(89 * 24 * 3600))
            let token = try await TestCompany.signIn(server.client, email: company.email)
            let company2 = TestCompany(
                id: company.id, managerID: company.managerID, email: company.email,
                manager: server.client.with(token: token))
            let housekeeping = Housekeeping(server.database, runtime: server.runtime)
            try await housekeeping.run()
            #expect(try await Self.events(server, company2).map { $0["network"] } == ["127.0.0.1", "127.0.0.1"])
            server.clock.advance(by: .seconds(24 * 3600 + 1))
            try await housekeeping.run()
            #expect(try await Self.events(server, company2).map { $0["network"] } == ["127.0.0.1", .null])

            // A person's networks are erased when they are removed.
            let worker = try await server.person(.worker, in: company.id)
            try await company2.manager.confirm()
            _ = try await company2.manager.delete(company.path + "/users/" + worker.id)
            let events = try await Self.events(server, company2).filter { $0["userId"]?.text == worker.id }
            #expect(events.count == 1 && events[0]["network"] == .null)
        }
    }

    /// Events counted while the company is erased, or after it, keep none of its data, and the counting goes on.
    @Test(arguments: Engine.allCases)
    func anErasedCompanyHasNoEvents(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let other = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            _ = try await worker.client.get(company.path + "/users")
            let admin = try await server.person(.admin)
            for _ in 0..<2 { _ = try await admin.client.get(company.path) }
            _ = try await other.manager.get(company.path)
            let erased = try await admin.client.delete(company.path)
            #expect(erased.status == 200)
            #expect(
                erased.json["erased"]?.list.contains { $0["table"] == "security_events" && $0["rows"] != .number(0) }
                    == true)
            #expect(try await Self.events(server, other, "not-found").count == 1)
            let left = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM security_events WHERE company_id = $1", company.id) {
                    try $0.next() as Int64
                })
            #expect(left == [0])
        }
    }
}

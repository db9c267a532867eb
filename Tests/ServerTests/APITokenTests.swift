import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Core
@testable import Server

/// Tokens with which programs use the API: what opens to them, and how they end.
@Suite struct APITokenTests {
    private static let day = Duration.seconds(24 * 3600)

    // MARK: A program

    /// The payroll office's program loads a month's hours. It can do nothing that its token has no scope for.
    @Test(arguments: Engine.allCases)
    func aProgramLoadsAMonthsHoursAndNoMore(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let (company, path) = (crew.company, crew.company.path)
            try await crew.work()
            let token = try await company.apiToken(
                ["readTimes", "exportHours"], until: server.clock.now + Self.day * 90)
            // Days later, and no one gave a password since.
            server.clock.advance(by: Self.day)
            let program = token.client

            let table = try await program.get(path + "/time-sheets/export?month=2026-11&format=csv")
            #expect(table.status == 200 && table.text.contains("Vogt") && table.text.contains("Horn"), "\(table.text)")
            let sheets = try await program.get(path + "/time-sheets?from=2026-11-01&to=2026-11-30")
            let names = Set(sheets.json.list.compactMap { $0["userName"]?.text })
            #expect(sheets.status == 200 && names.isSuperset(of: ["Kai Vogt", "Kai Horn"]), "\(sheets.text)")
            let made = try await program.post(path + "/wage-exports", "{\"month\": \"2026-11\", \"format\": \"lodas\"}")
            #expect(isRefused(made, 409, "export-not-ready"), "no password is asked for: \(made.text)")
            let number = try await program.put(
                "\(path)/users/\(crew.kai.id)/personnel-number", "{\"personnelNumber\": \"17\"}")
            #expect(number.status == 200, "\(number.text)")

            for (method, place, scope) in [
                ("GET", "/sites", "readSites"), ("GET", "/users", "readUsers"), ("GET", "", "readCompany"),
                ("GET", "/audit", "readAudit"), ("POST", "/sites", "changeSites"), ("GET", "/mails", "readMails"),
            ] {
                let reply = try await program.send(method, path + place, body: method == "GET" ? nil : "{}")
                #expect(isRefused(reply, 403, "token-scope-missing"), "\(method) \(place): \(reply.text)")
                #expect(reply.json["params"]?["scope"]?.text == scope)
                #expect(reply.json["detail"]?.text == "This API token doesn't have the scope \(scope).")
            }
            for (method, place) in [
                ("GET", "/api/v1/users/me"), ("PUT", "/api/v1/users/me"), ("GET", "/api/v1/users/me/export"),
                ("GET", "/api/v1/auth/sessions"), ("POST", "/api/v1/auth/signout"), ("POST", "/api/v1/auth/confirm"),
                ("GET", path + "/tokens"), ("POST", path + "/tokens"), ("DELETE", path + "/tokens/" + token.id),
                ("POST", path + "/users"), ("PUT", "\(path)/users/\(crew.kai.id)"),
                ("DELETE", "\(path)/users/\(crew.kai.id)"), ("PATCH", path),
            ] {
                let reply = try await program.send(
                    method, place, body: ["GET", "DELETE"].contains(method) ? nil : "{}")
                #expect(isRefused(reply, 403, "not-for-tokens"), "\(method) \(place): \(reply.text)")
            }
            // Another company's hours are not found, as for its maker.
            let other = try await TestCompany.register(server.client, name: "Dach Süd")
            #expect(isRefused(try await program.get(other.path + "/time-sheets"), 404, "company-not-found"))

            // The audit says that a program did it, for whom, and by which token.
            let audit = try await company.manager.all(path + "/audit")
            let change = try #require(audit.first { $0["action"] == "user.changed" && $0["tokenName"] == "Lohnbüro" })
            #expect(change["userId"]?.text == company.managerID && change["sessionId"] == .null)
            let byHand = try #require(audit.first { $0["action"] == "site.created" })
            #expect(byHand["tokenName"] == .null && byHand["sessionId"] != .null)
            try await server.watch.flush()
            let events = try await company.manager.all(path + "/audit/security")
            #expect(
                events.contains {
                    $0["kind"] == "forbidden" && $0["detail"] == "token-scope-missing" && $0["sessionId"] == .null
                }, "\(events)")
        }
    }

    /// What an answer says besides is for other scopes.
    @Test(arguments: Engine.allCases)
    func aScopeGivesWhatItSays(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            _ = try await company.manager.put("\(company.path)/users/\(worker.id)", "{\"phone\": \"0171 234\"}")
            let site = try await company.site(users: [worker.id])
            let priced = try await company.manager.patch(try await company.material(site), "{\"price\": 12.5}")
            #expect(priced.status == 200, "\(priced.text)")
            _ = try await worker.client.post(site + "/check-in")
            let until = server.clock.now + Self.day
            for (scopes, isAll) in [
                (["readSites"], false), (["readSites", "readTimes", "readUsers", "readCosts"], true),
            ] {
                let token = try await company.apiToken(scopes, until: until).client
                let shown = try await token.get(site).json
                let person = shown["assignments"]?[0]
                #expect((person?["phone"] != .null) == isAll && (person?["lastVisited"] != .null) == isAll, "\(shown)")
                #expect((shown["material"]?[0]?["price"] != .null) == isAll, "\(shown)")
                let overview = try await token.get(company.path + "/overview")
                #expect(isAll ? overview.status == 200 : isRefused(overview, 403, "token-scope-missing"))
            }
        }
    }

    /// Along the table of routes: whatever has no scope for tokens is closed to a token that has all of them.
    @Test(arguments: Engine.allCases)
    func aRouteIsClosedToTokensUnlessItsPermissionIsOpen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let until = server.clock.now + Self.day
            let scopes = Permission.allCases.filter(\.isForTokens)
            let all = try await world.company.apiToken(scopes.map(\.rawValue), until: until).client
            var clients: [Permission: Client] = [:]
            for scope in scopes {
                let others = scopes.filter { $0 != scope }.map(\.rawValue)
                clients[scope] = try await world.company.apiToken(others, until: until).client
            }
            let described = try await server.client.get("/api/v1/openapi.json").json
            var (opened, closed) = (0, 0)
            for route in server.routes where route.access.needsSession {
                func ask(_ client: Client) async throws -> Reply {
                    try await client.send(
                        route.method.rawValue, try world.path(route),
                        body: [.get, .delete].contains(route.method) ? nil : "[]",
                        headers: route.request.isConditional ? ["If-Match": "\"0\""] : [:])
                }
                let name = "\(route.method) \(route.path)"
                let operation = described["paths"]?[route.path]?[route.method.rawValue.lowercased()]
                let schemes = operation?["security"]?.list.flatMap { $0.keys } ?? []
                #expect(operation?["x-token-scope"]?.text == route.tokenScope?.rawValue, "\(name)")
                #expect(schemes.contains("apiToken") == (route.tokenScope != nil), "\(name)")
                guard let scope = route.tokenScope, let without = clients[scope] else {
                    #expect(isRefused(try await ask(all), 403, "not-for-tokens"), "\(name)")
                    closed += 1
                    continue
                }
                #expect(isRefused(try await ask(without), 403, "token-scope-missing"), "\(name)")
                let reply = try await ask(all)
                #expect([200, 400, 404, 412].contains(reply.status), "\(name): \(reply.status) \(reply.text)")
                opened += 1
            }
            #expect(opened > 60 && closed > 25, "\(opened), \(closed)")
        }
    }

    // MARK: Made, shown, stored

    @Test(arguments: Engine.allCases)
    func aTokenIsShownOnceAndStoredAsItsHash(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let made = try await company.manager.send(
                "POST", company.path + "/tokens",
                body: """
                    {"name": "Zeiten ins Büro", "scopes": ["exportHours", "readTimes", "readTimes"], "expiresAt": "2027-11-24T12:00:00Z"}
                    """, headers: ["Idempotency-Key": "a"])
            #expect(made.status == 201, "\(made.text)")
            let text = try #require(made.json["token"]?.text)
            #expect(text.wholeMatch(of: /polier_api_[0-9a-f]{72}/) != nil)
            #expect(made.json["scopes"] == .list(["readTimes", "exportHours"]), "\(made.text)")
            #expect(made.header("Cache-Control")?.contains("no-store") == true)

            let list = try await company.manager.get(company.path + "/tokens")
            let listed = try #require(list.json[0])
            #expect(
                list.json.list.count == 1 && listed["token"] == nil && listed["lastUsedAt"] == .null, "\(list.text)")
            #expect(listed["name"] == "Zeiten ins Büro" && listed["userId"]?.text == company.managerID)
            #expect(listed["expiresAt"] == "2027-11-24T12:00:00.000Z" && listed["userName"] == "Ada Kern")

            // No one can read the token from what is stored, and no copy holds what opens anything.
            let random = text.dropFirst("polier_api_".count).prefix(64)
            let copy = try await company.manager.get("/api/v1/users/me/export")
            #expect(copy.json["apiTokens"]?[0]?["name"] == "Zeiten ins Büro", "\(copy.text)")
            let admin = try await server.person(.admin).client
            let export = try await admin.get(company.path + "/export")
            #expect(export.status == 200 && export.text.contains("token.made"))
            for stored in [list.text, copy.text, export.text] { #expect(!stored.contains(random)) }
            let kept = try await server.database.fetch(
                Query("SELECT t.token_hash, t.scopes FROM api_tokens t") {
                    (hash: try $0.next() as [UInt8], scopes: try $0.next() as String)
                })
            let whole = try #require(APITokenText(sent: text[...]))
            #expect(kept.map(\.hash) == [whole.hash] && kept.map(\.scopes) == ["readTimes exportHours"])
            let answers = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM idempotency_keys") { try $0.next() as Int64 })
            #expect(answers == [0], "its answer isn't kept for a repetition")

            let id = try #require(made.json["id"]?.text)
            #expect(try await company.manager.delete("\(company.path)/tokens/\(id)").status == 204)
            #expect(
                isRefused(try await company.manager.delete("\(company.path)/tokens/\(id)"), 404, "token-not-found")
            )
            let refused = try await server.client.with(token: text).get(company.path + "/time-sheets")
            #expect(isRefused(refused, 401, "token-not-valid"), "\(refused.text)")
            #expect(refused.header("WWW-Authenticate") == "Bearer")
            let audit = try await company.manager.all(company.path + "/audit")
            for action in ["token.made", "token.revoked"] {
                let entry = try #require(audit.first { $0["action"]?.text == action })
                #expect(entry["subjectId"]?.text == id && entry["subjectName"] == "Zeiten ins Büro")
            }
            let events = try await company.manager.all(company.path + "/audit/security")
            for kind in ["token-made", "token-revoked"] {
                #expect(events.contains { $0["kind"]?.text == kind }, "\(events)")
            }
        }
    }

    @Test func whatATokenNeedsToBeMade() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            func make(_ body: String) async throws -> Reply {
                try await company.manager.post(company.path + "/tokens", body)
            }
            let end = "\"expiresAt\": \"2026-12-24T12:00:00Z\""
            for (body, field, code) in [
                ("{\"scopes\": [\"readTimes\"], \(end)}", "name", "missing"),
                ("{\"name\": \"\", \"scopes\": [\"readTimes\"], \(end)}", "name", "must-not-be-empty"),
                ("{\"name\": \"A\", \(end)}", "scopes", "missing"),
                ("{\"name\": \"A\", \"scopes\": [], \(end)}", "scopes", "must-not-be-empty"),
                ("{\"name\": \"A\", \"scopes\": \"readTimes\", \(end)}", "scopes", "not-one-of"),
                ("{\"name\": \"A\", \"scopes\": [\"readTimes\", \"changeUsers\"], \(end)}", "scopes", "not-one-of"),
                ("{\"name\": \"A\", \"scopes\": [\"manageTokens\"], \(end)}", "scopes", "not-one-of"),
                ("{\"name\": \"A\", \"scopes\": [\"readTimes\"]}", "expiresAt", "missing"),
                (
                    "{\"name\": \"A\", \"scopes\": [\"readTimes\"], \"expiresAt\": \"2026-11-23T12:00:00Z\"}",
                    "expiresAt",
                    "not-in-the-future"
                ),
                (
                    "{\"name\": \"A\", \"scopes\": [\"readTimes\"], \"expiresAt\": \"2027-11-24T12:00:00.001Z\"}",
                    "expiresAt", "too-far-ahead"
                ),
            ] {
                let reply = try await make(body)
                #expect(reply.status == 400 && reply.json["fields"]?.list.count == 1, "\(body): \(reply.text)")
                #expect(reply.json["fields"]?[0]?["field"]?.text == field, "\(reply.text)")
                #expect(reply.json["fields"]?[0]?["code"]?.text == code, "\(reply.text)")
            }
            let many = String(repeating: "\"readTimes\", ", count: 100)
            #expect(
                try await make("{\"name\": \"A\", \"scopes\": [\(many)\"readTimes\"], \(end)}").json["fields"]?[0]?[
                    "code"]
                    == "too-many-entries")
            server.clock.advance(by: .seconds(600))
            let body = "{\"name\": \"A\", \"scopes\": [\"readTimes\"], \(end)}"
            #expect(isRefused(try await make(body), 403, "confirm-again"))
            try await company.manager.confirm()
            #expect(try await make(body).status == 201)
            for role in [Role.bookkeeper, .worker] {
                let person = try await server.person(role, in: company.id).client
                for reply in [
                    try await person.post(company.path + "/tokens", body),
                    try await person.get(company.path + "/tokens"),
                ] {
                    #expect(isRefused(reply, 403, "role-forbids"), "\(role)")
                }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aCompanyHasFiftyAtMostAlsoAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let until = server.clock.now + .seconds(60)
            func make() async throws -> Reply {
                try await company.manager.post(
                    company.path + "/tokens",
                    "{\"name\": \"A\", \"scopes\": [\"readTimes\"], \"expiresAt\": \"\(until.text)\"}")
            }
            for _ in 0..<40 { #expect(try await make().status == 201) }
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<20 { group.addTask { try await make() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.count { $0.status == 201 } == 10)
            let refused = try #require(replies.first { $0.status != 201 })
            #expect(isRefused(refused, 409, "too-many-api-tokens"))
            #expect(refused.json["params"]?["limit"] == "api-tokens" && refused.json["params"]?["value"] == .number(50))
            // Expired ones make room.
            server.clock.advance(by: .seconds(60))
            let more = try await company.apiToken(["readTimes"], until: server.clock.now + .seconds(60))
            let list = try await company.manager.get(company.path + "/tokens").json.list
            #expect(list.compactMap { $0["id"]?.text } == [more.id])
        }
    }

    // MARK: Its end

    @Test(arguments: Engine.allCases)
    func aTokenShrinksWithItsMakersRoleAndEndsWithThem(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let path = company.path
            let second = try await server.person(.manager, in: company.id)
            let maker = TestCompany(id: company.id, managerID: second.id, email: "", manager: second.client)
            let until = server.clock.now + Self.day * 30
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [worker.id])
            _ = try await worker.client.post(site + "/check-in")
            let token = try await maker.apiToken(["readTimes", "exportHours"], until: until)
            func hours() async throws -> Reply { try await token.client.get(path + "/time-entries") }
            func export() async throws -> Reply {
                try await token.client.get(path + "/time-sheets/export?month=2026-11&format=csv")
            }
            func change(_ body: String) async throws {
                let reply = try await company.manager.put("\(path)/users/\(second.id)", body)
                #expect(reply.status == 200, "\(reply.text)")
            }
            #expect(try await hours().json.list.count == 1)
            #expect(try await export().status == 200)
            try await change("{\"role\": \"WORKER\"}")
            let own = try await hours()
            #expect(own.status == 200 && own.json.list.isEmpty, "a worker sees their own hours only")
            #expect(isRefused(try await export(), 403, "role-forbids"))
            try await change("{\"role\": \"BOOKKEEPER\"}")
            #expect(try await export().status == 200)
            try await change("{\"role\": \"MANAGER\"}")

            // A suspended company's programs wait, as its people do.
            let admin = try await server.person(.admin).client
            _ = try await admin.put(path + "/suspension", "{\"isSuspended\": true}")
            #expect(isRefused(try await hours(), 403, "company-suspended"))
            _ = try await admin.put(path + "/suspension", "{\"isSuspended\": false}")
            #expect(try await hours().status == 200)

            // A person who is switched off loses their tokens, and gets none back.
            try await change("{\"status\": \"INACTIVE\"}")
            #expect(isRefused(try await hours(), 401, "token-not-valid"))
            #expect(try await company.manager.get(path + "/tokens").json == .list([]))
            try await change("{\"status\": \"ACTIVE\"}")
            #expect(isRefused(try await hours(), 401, "token-not-valid"))

            let email = try #require(
                try await company.manager.get("\(path)/users/\(second.id)").json["email"]?.text)
            let again = second.client.with(token: try await TestCompany.signIn(server.client, email: email))
            let last = try await TestCompany(id: company.id, managerID: second.id, email: email, manager: again)
                .apiToken(
                    ["readTimes"], until: until)
            #expect(try await last.client.get(path + "/time-entries").status == 200)
            #expect(try await company.manager.delete("\(path)/users/\(second.id)").status == 204)
            #expect(isRefused(try await last.client.get(path + "/time-entries"), 401, "token-not-valid"))
            let left = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM api_tokens") { try $0.next() as Int64 })
            #expect(left == [0])
        }
    }

    /// Even if its row stays, as in a restored database.
    @Test(arguments: Engine.allCases)
    func whoCantSignInHasNoTokens(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: server.clock.now + Self.day)
            for change in [
                "status = 'INACTIVE'", "status = 'ACTIVE', removed_at = 1", "removed_at = NULL",
            ] {
                try await server.database.transaction {
                    try $0.enqueue(Statement(SQL(unchecked: "UPDATE users SET \(change)")))
                }
                let reply = try await token.client.get(company.path + "/time-entries")
                #expect(change.hasSuffix("NULL") ? reply.status == 200 : isRefused(reply, 401, "token-not-valid"))
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aTokenExpires(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let end = server.clock.now + .seconds(5)
            let token = try await company.apiToken(["readTimes"], until: end)
            func ask() async throws -> Reply { try await token.client.get(company.path + "/time-entries") }
            server.clock.advance(by: .milliseconds(4_999))
            #expect(try await ask().status == 200)
            server.clock.advance(by: .milliseconds(1))
            let reply = try await ask()
            #expect(isRefused(reply, 401, "token-expired"), "\(reply.text)")
            #expect(reply.json["params"]?["expiresAt"]?.text == end.text)
            let housekeeping = Housekeeping(server.database, runtime: server.runtime)
            server.clock.advance(by: Self.day * 30 - .milliseconds(1))
            try await housekeeping.run()
            #expect(isRefused(try await ask(), 401, "token-expired"))
            server.clock.advance(by: .milliseconds(1))
            try await housekeeping.run()
            #expect(isRefused(try await ask(), 401, "token-not-valid"))
        }
    }

    /// A thief who had the password for a moment may have made some.
    @Test(arguments: Engine.allCases)
    func whoTakesAnAccountBackEndsItsTokens(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let until = server.clock.now + Self.day
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: until)
            let (postbox, path) = (Postbox(), company.path + "/time-entries")
            let service = try server.mailService(by: postbox)
            _ = try await company.manager.put(
                "/api/v1/users/me",
                "{\"email\": \"dieb@neu.example\", \"currentPassword\": \"\(TestCompany.password)\"}")
            while try await service.sendDue() > 0 {}
            #expect(try await token.client.get(path).status == 200)
            let link = try #require(postbox.letters.last { $0.tag == "email-changing" }?.token)
            let restored = try await server.client.post("/api/v1/auth/email/restore", "{\"token\": \"\(link)\"}")
            #expect(restored.status == 200, "\(restored.text)")
            #expect(isRefused(try await token.client.get(path), 401, "token-not-valid"))

            let other = try await TestCompany.register(server.client, name: "Dach Süd")
            let second = try await other.apiToken(["readTimes"], until: until)
            let operators = Operators(server.database, runtime: server.runtime)
            let person = try #require(try await operators.person(other.email))
            let session = try #require(try await operators.sessions(of: person).first)
            #expect(try await operators.endSessions(of: person, only: session.id) == 1)
            #expect(try await second.client.get(other.path + "/time-entries").status == 200)
            _ = try await operators.endSessions(of: person)
            #expect(isRefused(try await second.client.get(other.path + "/time-entries"), 401, "token-not-valid"))
        }
    }

    // MARK: Sent wrongly

    /// Without a statement, so that no one can keep the database busy with what only looks like a token.
    @Test(arguments: Engine.allCases)
    func whatIsNoWholeTokenIsRefusedWithoutTheDatabase(_ engine: Engine) async throws {
        let recorder = Recorder()
        try await TestServer.run(on: engine, recorder: recorder) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: server.clock.now + Self.day)
            let path = company.path + "/time-entries"
            func asked() -> Int { recorder.count(of: "FROM api_tokens t CROSS JOIN users u") }
            let before = asked()
            let last = try #require(token.text.last)
            for text in [
                String(token.text.dropLast()), token.text.dropLast() + (last == "0" ? "1" : "0"), token.text + "0",
                token.text.replacingOccurrences(of: "polier_api_", with: "polier_app_"), "polier_", "polier_api_",
                token.text.uppercased().replacingOccurrences(of: "POLIER_API_", with: "polier_api_"),
                "polier_api_" + String(repeating: "0", count: 72), "polier_" + String(repeating: "ä", count: 4_000),
            ] {
                let reply = try await server.client.with(token: text).get(path)
                #expect([400, 401].contains(reply.status), "\(reply.status)")
                if text.allSatisfy(\.isASCII) {
                    #expect(isRefused(reply, 401, "token-malformed"), "\(reply.text)")
                }
            }
            #expect(asked() == before)
            #expect(try await token.client.get(path).status == 200)
            #expect(asked() == before + 1)

            // Only in the header: addresses get into logs, and browsers send cookies by themselves.
            for query in ["access_token", "token", "api_key"] {
                for client in [server.client, token.client] {
                    let reply = try await client.get("\(path)?\(query)=\(token.text)")
                    #expect(reply.status == 400 && reply.json["fields"]?[0]?["code"] == "unknown-parameter")
                    #expect(!reply.text.contains(token.text))
                }
            }
            #expect(isRefused(try await server.get(path, cookie: token.text), 401, "session-ended"))
            let basic = Data("\(token.text):".utf8).base64EncodedString()
            for header in ["Basic \(basic)", token.text, "Token \(token.text)"] {
                let reply = try await server.client.send("GET", path, headers: ["Authorization": header])
                #expect(isRefused(reply, 401, "malformed-authorization"), "\(reply.text)")
            }
            #expect(asked() == before + 1)
            // It is no link's token and no phone's key either.
            let set = try await token.client.post("/api/v1/auth/set-password", "{\"password\": \"Neue Kelle 2026\"}")
            #expect(set.status == 401, "\(set.text)")
            #expect(try await token.client.get("/api/v1/auth/phone").json.list.isEmpty)
        }
    }

    // MARK: In use

    @Test(arguments: Engine.allCases)
    func itsLastUseIsWrittenOnceAnHour(_ engine: Engine) async throws {
        let recorder = Recorder()
        try await TestServer.run(on: engine, recorder: recorder) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: server.clock.now + Self.day)
            func writes() -> Int { recorder.count(of: "UPDATE api_tokens SET last_used_at") }
            func use() async throws {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<10 {
                        group.addTask { try await token.client.get(company.path + "/time-entries").status }
                    }
                    for try await status in group { #expect(status == 200) }
                }
            }
            func lastUse(is expected: Instant) async throws {
                for _ in 0..<500 {
                    let list = try await company.manager.get(company.path + "/tokens").json
                    if list[0]?["lastUsedAt"]?.text == expected.text { return }
                    try await Task.sleep(for: .milliseconds(10))
                }
                Issue.record("The use of a token was never written down")
            }
            var first = server.clock.now
            for _ in 1...2 {
                #expect(try await token.client.get(company.path + "/time-entries").status == 200)
                try await lastUse(is: first)
                let written = writes()
                server.clock.advance(by: .seconds(3599))
                try await use()
                try await lastUse(is: first)
                #expect(writes() == written, "not within the hour")
                server.clock.advance(by: .seconds(1))
                first = server.clock.now
            }
        }
    }

    /// A program is as busy as its maker may be, and both together no busier.
    @Test func itsChangesCountWithItsMakers() async throws {
        try await TestServer.run(on: .sqlite, flags: ["POLIER_WRITES_PER_MINUTE": "10"]) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["changeSites"], until: server.clock.now + Self.day)
            for _ in 0..<9 { #expect(try await token.client.post(company.path + "/sites", "{}").status == 400) }
            for client in [token.client, company.manager] {
                let reply = try await client.post(company.path + "/sites", "{}")
                #expect(isRefused(reply, 429, "too-many-writes"), "\(reply.text)")
            }
        }
    }
}

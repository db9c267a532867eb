import Foundation
import HTTPTypes
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Second factors: signing in with one, losing it, and who may do nothing without.
@Suite struct FactorTests {
    private static let factors = "/api/v1/users/me/factors"

    private static func isRefused(_ reply: Reply, _ status: Int, _ code: String) -> Bool {
        reply.status == status && reply.json["code"]?.text == code
    }

    private static func events(
        _ server: TestServer, _ company: TestCompany, by client: Client? = nil
    ) async throws -> [JSON] {
        try await server.watch.flush()
        return try await (client ?? company.manager).all(company.path + "/audit/security")
    }

    // MARK: Adding

    @Test(arguments: Engine.allCases)
    func signingInAsksForTheFactorOnceItIsActive(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let elsewhere = server.client.with(token: try await TestCompany.signIn(server.client, email: company.email))
            let begun = try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\", \"name\": \"Handy\"}")
            #expect(begun.status == 201, "\(begun.text)")
            let phone = try Authenticator(begun.json)
            #expect(phone.secret.count == 20)
            #expect(
                begun.json["uri"]?.text?.hasPrefix("otpauth://totp/Polier:\(company.email)?secret=") == true
                    && begun.json["qr"]?["path"]?.text?.isEmpty == false, "\(begun.text)")
            // It isn't in use yet.
            #expect(try await company.manager.get(Self.factors).json == .list([]))
            _ = try await TestCompany.signIn(server.client, email: company.email)

            let activation = "\(Self.factors)/\(phone.id)/activate"
            let wrong = try await company.manager.post(
                activation, "{\"code\": \"\(phone.wrong(server.clock.now))\"}")
            #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["code"] == "wrong-code", "\(wrong.text)")
            let code = phone.code(server.clock.now)
            let activated = try await company.manager.post(activation, "{\"code\": \"\(code)\"}")
            let codes = activated.json["recoveryCodes"]?.list.compactMap { $0["code"]?.text } ?? []
            #expect(activated.status == 200 && Set(codes).count == 10, "\(activated.text)")
            #expect(
                Self.isRefused(
                    try await company.manager.post(activation, "{\"code\": \"\(code)\"}"), 404, "factor-not-found"))
            // Sessions that began with the password alone end.
            #expect(try await elsewhere.get("/api/v1/users/me").status == 401)
            let listed = try await company.manager.get(Self.factors).json
            #expect(listed[0]?["kind"] == "TOTP" && listed[0]?["name"] == "Handy" && listed[0]?["secret"] == nil)

            let challenge = try await server.challenge(company.email)
            // The step that activated it is spent; the next one counts already.
            #expect(Self.isRefused(try await server.secondStep(challenge, code), 401, "wrong-code"))
            let next = phone.code(server.clock.now, steps: 1)
            let signedIn = try await server.secondStep(challenge, next)
            #expect(
                signedIn.status == 200 && signedIn.json["user"]?["email"]?.text == company.email, "\(signedIn.text)")
            let token = try #require(signedIn.json["accessToken"]?.text)
            #expect(try await server.client.with(token: token).get("/api/v1/users/me").status == 200)
            // Neither the challenge nor the code works again.
            #expect(Self.isRefused(try await server.secondStep(challenge, next), 401, "challenge-ended"))
            let again = try await server.challenge(company.email)
            #expect(Self.isRefused(try await server.secondStep(again, next), 401, "wrong-code"))

            let events = try await Self.events(server, company)
            #expect(events.contains { $0["kind"] == "signed-in" && $0["detail"] == "totp" })
            #expect(events.contains { $0["kind"] == "factor-changed" && $0["detail"] == "added" })
            #expect(
                events.filter { $0["kind"] == "code-failed" }.compactMap { $0["times"] } == [.number(2)], "\(events)")
            let audit = try await company.manager.all(company.path + "/audit")
            #expect(audit.contains { $0["action"] == "user.factor-added" })
        }
    }

    @Test(arguments: Engine.allCases)
    func clocksMayBeAStepApart(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(600))
            for (steps, isRight) in [(Int64(-2), false), (2, false), (-1, true), (1, true)] {
                let challenge = try await server.challenge(company.email)
                let reply = try await server.secondStep(challenge, phone.code(server.clock.now, steps: steps))
                #expect(reply.status == (isRight ? 200 : 401), "\(steps): \(reply.text)")
            }
            // A code of an earlier step than the last one is spent, too.
            let challenge = try await server.challenge(company.email)
            let late = try await server.secondStep(challenge, phone.code(server.clock.now))
            #expect(Self.isRefused(late, 401, "wrong-code"), "\(late.text)")
        }
    }

    /// A code that is sent many times at once signs in once.
    @Test(arguments: Engine.allCases)
    func aCodeWorksOnceEvenAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            for recovery in [nil, phone.recoveryCodes[0]] {
                server.clock.advance(by: .seconds(1800))
                let code = recovery ?? phone.code(server.clock.now)
                var challenges: [String] = []
                for _ in 0..<5 { challenges.append(try await server.challenge(company.email)) }
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for challenge in challenges {
                        group.addTask { try await server.secondStep(challenge, code).status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.sorted() == [200, 401, 401, 401, 401], "\(statuses)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsAddedAndRemoved(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let unknown = try await company.manager.post(Self.factors, "{\"kind\": \"SMS\"}")
            #expect(unknown.status == 400 && unknown.json["fields"]?[0]?["code"] == "not-one-of", "\(unknown.text)")
            // A card goes without a password.
            let milan = try await company.cardHolder(server)
            let byCard = try await milan.client.post(Self.factors, "{\"kind\": \"TOTP\"}")
            #expect(Self.isRefused(byCard, 409, "factor-needs-password"), "\(byCard.text)")

            let first = try await server.enrol(company.manager)
            #expect(first.recoveryCodes.count == 10)
            var last = first
            for _ in 1..<Factor.most {
                last = try await server.enrol(company.manager)
                #expect(last.recoveryCodes.isEmpty)
            }
            let list = try await company.manager.get(Self.factors + "?limit=2")
            #expect(list.json.list.count == 2 && list.header("Link") != nil)
            #expect(try await company.manager.all(Self.factors).count == Factor.most)
            let full = try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\"}")
            #expect(Self.isRefused(full, 409, "too-many-factors"), "\(full.text)")

            // One that was begun is forgotten by the next, and after an hour.
            #expect(try await company.manager.delete("\(Self.factors)/\(first.id)").status == 204)
            var begun: [Authenticator] = []
            for _ in 0..<2 {
                begun.append(
                    try Authenticator(try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\"}").json))
            }
            func activate(_ phone: Authenticator) async throws -> Reply {
                try await company.manager.post(
                    "\(Self.factors)/\(phone.id)/activate", "{\"code\": \"\(phone.code(server.clock.now))\"}")
            }
            #expect(Self.isRefused(try await activate(begun[0]), 404, "factor-not-found"))
            server.clock.advance(by: .seconds(3600))
            #expect(Self.isRefused(try await activate(begun[1]), 404, "factor-not-found"))

            let needed = try await company.manager.delete("\(Self.factors)/\(first.id)")
            #expect(Self.isRefused(needed, 403, "confirm-again"))
            let code = "{\"code\": \"\(last.code(server.clock.now))\"}"
            #expect(try await company.manager.post("/api/v1/auth/confirm", code).status == 200)
            #expect(
                Self.isRefused(try await company.manager.delete("\(Self.factors)/\(first.id)"), 404, "factor-not-found")
            )
            #expect(try await company.manager.get("/api/v1/users/me/recovery-codes").json["left"] == .number(10))
            for factor in try await company.manager.all(Self.factors) {
                #expect(try await company.manager.delete("\(Self.factors)/\(factor["id"]?.text ?? "")").status == 204)
            }
            #expect(try await company.manager.get("/api/v1/users/me/recovery-codes").json["left"] == .number(0))
            _ = try await TestCompany.signIn(server.client, email: company.email)
            // Another person's factor is none.
            let other = try await TestCompany.register(server.client)
            let theirs = try await server.enrol(other.manager)
            #expect(
                Self.isRefused(
                    try await company.manager.delete("\(Self.factors)/\(theirs.id)"), 404, "factor-not-found"))
            _ = try await server.challenge(other.email)
        }
    }

    // MARK: Guessing

    @Test(arguments: Engine.allCases)
    func codesCannotBeGuessed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_TRUSTED_PROXIES": "127.0.0.1"]) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(60))
            let first = try await server.challenge(company.email)
            for guess in ["000000", "abc", "", phone.wrong(server.clock.now), "28708"] {
                let reply = try await server.secondStep(first, guess)
                #expect(reply.status == 401 && reply.json["code"] == "wrong-code", "\(guess): \(reply.text)")
            }
            // Five end a challenge, even for the right code, and the next one counts on.
            let code = phone.code(server.clock.now)
            #expect(Self.isRefused(try await server.secondStep(first, code), 401, "challenge-ended"))
            let second = try await server.challenge(company.email)
            for network in 1...5 {
                let reply = try await server.secondStep(
                    second, phone.wrong(server.clock.now), from: "198.51.100.\(network)")
                #expect(Self.isRefused(reply, 401, "wrong-code"), "\(reply.text)")
            }
            // They count like wrong passwords, from whichever network.
            let locked = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
            #expect(Self.isRefused(locked, 429, "too-many-tries"), "\(locked.text)")
            server.clock.advance(by: .seconds(15 * 60))
            // A challenge ends after five minutes, and an invented one never was.
            let third = try await server.challenge(company.email)
            server.clock.advance(by: .seconds(5 * 60))
            for challenge in [third, String(repeating: "0", count: 64), "x", ""] {
                let reply = try await server.secondStep(challenge, phone.code(server.clock.now))
                #expect(Self.isRefused(reply, 401, "challenge-ended"), "\(challenge)")
            }
        }
    }

    /// Fifty wrong codes within a week stop all codes of authenticator apps, however slowly they are tried; recovery codes go on.
    @Test(arguments: Engine.allCases)
    func guessesAreBoundedInAll(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            for _ in 0..<10 {
                server.clock.advance(by: .seconds(15 * 60))
                let challenge = try await server.challenge(company.email)
                for _ in 0..<5 { _ = try await server.secondStep(challenge, phone.wrong(server.clock.now)) }
            }
            server.clock.advance(by: .seconds(3600))
            let challenge = try await server.challenge(company.email)
            let right = try await server.secondStep(challenge, phone.code(server.clock.now))
            #expect(Self.isRefused(right, 429, "use-recovery-code"), "\(right.text)")
            #expect(try await server.secondStep(challenge, phone.recoveryCodes[3]).status == 200)
            let operators = Operators(server.database, runtime: server.runtime)
            try await operators.unlock(try #require(try await operators.person(company.email)))
            let again = try await server.challenge(company.email)
            #expect(try await server.secondStep(again, phone.code(server.clock.now)).status == 200)
        }
    }

    /// Concurrent guesses don't exceed the tries of a challenge.
    @Test(arguments: Engine.allCases)
    func guessesAtOnceAreCounted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            let challenge = try await server.challenge(company.email)
            let codes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await server.secondStep(challenge, phone.wrong(server.clock.now)).json["code"]?.text ?? ""
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(codes == ["wrong-code": 5, "challenge-ended": 15], "\(codes)")
        }
    }

    // MARK: Other ways in

    @Test(arguments: Engine.allCases)
    func aNewPasswordByMailDoesNotJumpOverTheFactor(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            let before = try await server.challenge(company.email)
            server.clock.advance(by: .seconds(60))
            let email = try #require(EmailAddress(company.email))
            let token = try await server.accounts.resetPassword(
                email: email, from: .init(network: "198.51.100.1", userAgent: nil))
            let set = try await server.client.with(token: token.text).post(
                "/api/v1/auth/set-password", "{\"password\": \"Neue Kelle 2026\"}")
            #expect(set.status == 200)
            // What began with the old password leads nowhere.
            let code = phone.code(server.clock.now)
            #expect(Self.isRefused(try await server.secondStep(before, code), 401, "challenge-ended"))
            let challenge = try await server.challenge(company.email, password: "Neue Kelle 2026")
            #expect(try await server.secondStep(challenge, code).status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func inactiveAndSuspendedPeopleStayOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let admin = try await server.person(.admin)
            let kai = try await server.person(.manager, in: company.id)
            let user = try await company.manager.get("\(company.path)/users/\(kai.id)").json
            let email = try #require(user["email"]?.text)
            let phone = try await server.enrol(kai.client)
            server.clock.advance(by: .seconds(60))
            let challenge = try await server.challenge(email)
            for isSuspended in [true, false] {
                _ = try await admin.client.put(company.path + "/suspension", "{\"isSuspended\": \(isSuspended)}")
                let reply = try await server.secondStep(challenge, phone.code(server.clock.now))
                #expect(reply.json["code"] == (isSuspended ? "company-suspended" : nil), "\(reply.text)")
            }
            server.clock.advance(by: .seconds(60))
            let other = try await server.challenge(email)
            _ = try await company.manager.put("\(company.path)/users/\(kai.id)", "{\"status\": \"INACTIVE\"}")
            let refused = try await server.secondStep(other, phone.code(server.clock.now))
            #expect(Self.isRefused(refused, 401, "challenge-ended"), "\(refused.text)")
        }
    }

    /// A browser gets the cookies of a sign-in, and its session from before ends.
    @Test(arguments: Engine.allCases)
    func aBrowserIsSignedInAsByThePassword(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(60))
            let former = try #require(company.manager.token)
            let first = try await server.signIn(company.email, cookie: former)
            #expect(first.status == 401 && first.headers["Set-Cookie"].isEmpty)
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            let challenge = try #require(first.json["params"]?["challenge"]?.text)
            #expect(first.json["params"]?["kinds"] == "TOTP")
            #expect(first.json["detail"]?.text?.contains(challenge) == false)
            let signedIn = try await server.client.send(
                "POST", "/api/v1/auth/second-factor",
                body: "{\"challenge\": \"\(challenge)\", \"code\": \"\(phone.code(server.clock.now))\"}",
                headers: ["Cookie": "polier-session=\(former)", "Sec-Fetch-Site": "same-origin"])
            let names = signedIn.headers["Set-Cookie"].map { $0.prefix { $0 != "=" } }
            #expect(signedIn.status == 200 && Set(names) == ["polier-session", "polier-browser"], "\(names)")
            #expect(try await company.manager.get("/api/v1/users/me").status == 401)
        }
    }

    // MARK: Recovery

    @Test(arguments: Engine.allCases)
    func aLostPhoneIsRecoveredByACode(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let lost = try await server.enrol(company.manager)
            let code = lost.recoveryCodes[0]
            let typed = " \(code.lowercased().replacing("-", with: " ")) "
            let signedIn = try await server.secondStep(try await server.challenge(company.email), typed)
            #expect(signedIn.status == 200, "\(signedIn.text)")
            let again = try await server.secondStep(try await server.challenge(company.email), code)
            #expect(Self.isRefused(again, 401, "wrong-code"))
            let client = server.client.with(token: signedIn.json["accessToken"]?.text)
            #expect(try await client.get("/api/v1/users/me/recovery-codes").json["left"] == .number(9))
            let new = try await server.enrol(client)
            #expect(new.recoveryCodes.isEmpty)
            #expect(try await client.delete("\(Self.factors)/\(lost.id)").status == 204)
            let renewed = try await client.post("/api/v1/users/me/recovery-codes")
            let codes = renewed.json["recoveryCodes"]?.list.compactMap { $0["code"]?.text } ?? []
            #expect(codes.count == 10 && Set(codes).isDisjoint(with: lost.recoveryCodes))
            let old = try await server.secondStep(try await server.challenge(company.email), lost.recoveryCodes[1])
            #expect(Self.isRefused(old, 401, "wrong-code"))
            #expect(try await server.secondStep(try await server.challenge(company.email), codes[9]).status == 200)

            let events = try await Self.events(server, company, by: client)
            #expect(events.contains { $0["kind"] == "recovery-code-used" })
            #expect(events.contains { $0["kind"] == "factor-changed" && $0["detail"] == "codes-renewed" })
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            while try await service.sendDue() > 0 {}
            let subjects = Set(postbox.letters.filter { $0.tag == "second-factor" }.map(\.subject))
            #expect(
                subjects == [
                    "Zweiter Faktor hinzugefügt", "Zweiter Faktor entfernt", "Notfallcode verwendet",
                    "Neue Notfallcodes",
                ], "\(subjects)")
            let text = postbox.letters.first { $0.subject == "Notfallcode verwendet" }?.text ?? ""
            #expect(text.contains("Notfallcodes") && !text.contains("Authenticator"), "\(text)")
            // Neither the answers of the person's copy nor the company's export hold secrets.
            let copy = try await client.get("/api/v1/users/me/export")
            #expect(copy.json["factors"]?[0]?["name"] == "Handy" && !copy.text.contains("secret"), "\(copy.text)")
            let admin = try await server.person(.admin)
            let export = try await admin.client.get(company.path + "/export").text
            #expect(!export.contains("recovery_codes") && !export.contains("\"factors\""))
            let confirmed = try await client.post("/api/v1/auth/confirm", "{\"code\": \"\(codes[1])\"}")
            #expect(confirmed.status == 200, "a recovery code stands in for the factor, and is spent")
            #expect(try await client.get("/api/v1/users/me/recovery-codes").json["left"] == .number(8))
        }
    }

    @Test(arguments: Engine.allCases)
    func aCodeConfirmsASensitiveAct(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(600))
            #expect(Self.isRefused(try await company.manager.get("/api/v1/users/me/export"), 403, "confirm-again"))
            func confirm(_ code: String) async throws -> Reply {
                try await company.manager.post("/api/v1/auth/confirm", "{\"code\": \"\(code)\"}")
            }
            let wrong = try await confirm(phone.wrong(server.clock.now))
            #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["code"] == "wrong-code")
            let code = phone.code(server.clock.now)
            #expect(try await confirm(code).status == 200)
            #expect(try await company.manager.get("/api/v1/users/me/export").status == 200)
            // A code that confirmed doesn't sign in, and guesses count like wrong passwords.
            #expect(
                Self.isRefused(
                    try await server.secondStep(try await server.challenge(company.email), code), 401, "wrong-code"))
            for _ in 0..<9 { _ = try await confirm(code) }
            #expect(Self.isRefused(try await confirm(phone.code(server.clock.now, steps: 1)), 429, "too-many-tries"))
            #expect(try await company.manager.post("/api/v1/auth/confirm", "{\"password\": \"x\"}").status == 429)
        }
    }

    @Test(arguments: Engine.allCases)
    func theOwnerResetsALostFactor(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (kai, manager) = (
                try await server.person(.worker, in: company.id), try await server.person(.manager, in: company.id)
            )
            let path = "\(company.path)/users/\(kai.id)"
            let email = try #require(try await company.manager.get(path).json["email"]?.text)
            _ = try await server.enrol(kai.client)
            _ = try await server.enrol(manager.client)
            #expect(try await company.manager.get(path + "/factors").json[0]?["kind"] == "TOTP")
            #expect(Self.isRefused(try await manager.client.delete(path + "/factors"), 403, "owner-resets"))
            let others = try await TestCompany.register(server.client)
            #expect(try await others.manager.delete(path + "/factors").status == 404)
            let foreign = "\(others.path)/users/\(kai.id)/factors"
            for reply in [try await others.manager.delete(foreign), try await others.manager.get(foreign)] {
                #expect(Self.isRefused(reply, 404, "user-not-found"), "\(reply.text)")
            }
            #expect(try await company.manager.delete(path + "/factors").status == 204)
            #expect(try await kai.client.get("/api/v1/users/me").status == 401)
            _ = try await TestCompany.signIn(server.client, email: email)
            #expect(Self.isRefused(try await company.manager.delete(path + "/factors"), 404, "factor-not-found"))
            #expect(try await company.manager.delete("\(company.path)/users/\(manager.id)/factors").status == 204)

            let events = try await Self.events(server, company)
            #expect(
                events.contains {
                    $0["kind"] == "factor-changed" && $0["detail"] == "reset" && $0["subjectId"]?.text == kai.id
                })
            let audit = try await company.manager.all(company.path + "/audit")
            #expect(audit.filter { $0["action"] == "user.factor-reset" }.count == 2)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            while try await service.sendDue() > 0 {}
            #expect(postbox.letters.contains { $0.to == email && $0.subject == "Zweiter Faktor zurückgesetzt" })
        }
    }

    /// A removed person leaves nothing of theirs behind.
    @Test(arguments: Engine.allCases)
    func removalForgetsThem(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let kai = try await server.person(.worker, in: company.id)
            let email = try #require(
                try await company.manager.get("\(company.path)/users/\(kai.id)").json["email"]?.text)
            _ = try await server.enrol(kai.client)
            _ = try await server.challenge(email)
            #expect(try await company.manager.delete("\(company.path)/users/\(kai.id)").status == 204)
            for table in ["factors", "recovery_codes", "sign_in_challenges"] {
                let count = Query(SQL(unchecked: "SELECT COUNT(*) FROM \(table)")) { try $0.next() as Int64 }
                #expect(try await server.database.fetch(count) == [Int64(0)], "\(table)")
            }
        }
    }

    // MARK: The key

    @Test(arguments: Engine.allCases)
    func aLostKeyIsToldAndRecoveryCodesGoOn(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let box = Box()
            let keys = ["1", "2"].map { ["POLIER_SECRET_KEY": String(repeating: $0, count: 64)] }
            try await TestServer.run(on: engine, at: url, flags: keys[0]) { server in
                let company = try await TestCompany.register(server.client)
                box.fill(company.email, try await server.enrol(company.manager))
            }
            let (email, phone) = try #require(box.content)
            try await TestServer.run(on: engine, at: url, flags: keys[1]) { server in
                server.clock.advance(by: .seconds(60))
                for _ in 0..<2 {
                    let reply = try await server.secondStep(
                        try await server.challenge(email), phone.code(server.clock.now))
                    #expect(Self.isRefused(reply, 409, "second-factor-unreadable"), "\(reply.text)")
                }
                let policy = FactorPolicy(key: SecretKey(keys[1]["POLIER_SECRET_KEY"] ?? ""))
                let factors = Factors(server.database, policy: policy, runtime: server.runtime)
                #expect(try await factors.areUnreadable())
                // It counts as no wrong code, and another factor can be added.
                let challenge = try await server.challenge(email)
                let signedIn = try await server.secondStep(challenge, phone.recoveryCodes[0])
                #expect(signedIn.status == 200, "\(signedIn.text)")
                let client = server.client.with(token: signedIn.json["accessToken"]?.text)
                let new = try await server.enrol(client)
                #expect(try await client.delete("\(Self.factors)/\(phone.id)").status == 204)
                #expect(try await !factors.areUnreadable())
                server.clock.advance(by: .seconds(60))
                let again = try await server.secondStep(try await server.challenge(email), new.code(server.clock.now))
                #expect(again.status == 200)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aPublicServerWithoutAKeyAddsNone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_PUBLIC_URL": "https://polier.example.de"]) { server in
            let company = try await TestCompany.register(server.client)
            let refused = try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\"}")
            #expect(Self.isRefused(refused, 409, "no-secret-key"), "\(refused.text)")
        }
    }

    // MARK: Those who must have one

    @Test(arguments: Engine.allCases)
    func anOperatorCanDoNothingBeforeTheyEnrol(_ engine: Engine) async throws {
        let flags = [
            "POLIER_PUBLIC_URL": "https://polier.example.de", "POLIER_SECRET_KEY": String(repeating: "0a", count: 32),
        ]
        try await TestServer.run(on: engine, flags: flags) { server in
            let world = try await World(server, mark: "Wir")
            let olga = try await server.person(.admin)
            let open: Set<String> = [
                "GET /api/v1/users/me", "GET /api/v1/users/me/factors", "POST /api/v1/users/me/factors",
                "POST /api/v1/users/me/factors/{factorId}/activate", "DELETE /api/v1/users/me/factors/{factorId}",
                "GET /api/v1/users/me/recovery-codes", "POST /api/v1/users/me/recovery-codes",
                "GET /api/v1/auth/confirm", "POST /api/v1/auth/confirm", "POST /api/v1/auth/signout",
            ]
            for route in server.routes where route.access.needsSession {
                let name = "\(route.method) \(route.path)"
                guard name != "POST /api/v1/auth/signout" else { continue }
                let reply = try await olga.client.send(
                    route.method.rawValue, try world.path(route), body: route.method == .get ? nil : "{}")
                let isRefused = Self.isRefused(reply, 403, "second-factor-missing")
                #expect(isRefused != open.contains(name), "\(name): \(reply.text)")
            }
            _ = try await server.enrol(olga.client)
            #expect(try await olga.client.get("/api/v1/companies").status == 200)
            // One operator resets another's.
            let bernd = try await server.person(.admin)
            _ = try await server.enrol(bernd.client)
            #expect(try await olga.client.delete("/api/v1/users/\(bernd.id)/factors").status == 204)
            #expect(try await bernd.client.get("/api/v1/users/me").status == 401)
            #expect(try await world.company.manager.delete("/api/v1/users/\(olga.id)/factors").status == 403)
            // An owner's is an operator's to reset.
            _ = try await server.enrol(world.company.manager)
            #expect(
                try await olga.client.delete("\(world.company.path)/users/\(world.company.managerID)/factors").status
                    == 204)
        }
    }

    @Test(arguments: Engine.allCases)
    func managersNeedOneWhereTheCompanySaysSo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let path = company.path
            #expect(try await company.manager.get(path).json["secondFactorFor"] == "NONE")
            let wrong = try await company.manager.patch(path, "{\"secondFactorFor\": \"ALL\"}")
            #expect(wrong.status == 400)
            #expect(try await company.manager.patch(path, "{\"secondFactorFor\": \"MANAGERS\"}").status == 200)
            #expect(Self.isRefused(try await company.manager.get(path), 403, "second-factor-missing"))
            #expect(try await worker.client.get(path).status == 200)
            _ = try await server.enrol(company.manager)
            #expect(try await company.manager.get(path).json["secondFactorFor"] == "MANAGERS")
            // Who loses theirs may add another one, and nothing else.
            for factor in try await company.manager.all(Self.factors) {
                _ = try await company.manager.delete("\(Self.factors)/\(factor["id"]?.text ?? "")")
            }
            #expect(Self.isRefused(try await company.manager.get(path), 403, "second-factor-missing"))
            _ = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(600))
            let relaxing = "{\"secondFactorFor\": \"NONE\"}"
            #expect(Self.isRefused(try await company.manager.patch(path, relaxing), 403, "confirm-again"))
            try await company.manager.confirm()
            #expect(try await company.manager.patch(path, relaxing).status == 200)
        }
    }

    /// Or no one could do anything any more, not even take it back.
    @Test(arguments: Engine.allCases)
    func noOneHasToAddWhatCannotBeAdded(_ engine: Engine) async throws {
        let flags = ["POLIER_PUBLIC_URL": "https://polier.example.de", "POLIER_OPERATOR_SECOND_FACTOR": "optional"]
        try await TestServer.run(on: engine, flags: flags) { server in
            let company = try await TestCompany.register(server.client)
            let demand = "{\"secondFactorFor\": \"MANAGERS\"}"
            let refused = try await company.manager.patch(company.path, demand)
            #expect(Self.isRefused(refused, 409, "no-secret-key"), "\(refused.text)")
            // As a restored company may have it, or one whose server lost its key.
            try await server.database.transaction {
                try $0.execute(Statement("UPDATE companies SET second_factor_for = 'MANAGERS'"))
            }
            #expect(try await company.manager.get(company.path).status == 200)
            server.clock.advance(by: .seconds(600))
            let relaxing = "{\"secondFactorFor\": \"NONE\"}"
            #expect(Self.isRefused(try await company.manager.patch(company.path, relaxing), 403, "confirm-again"))
        }
    }

    /// Who registers a stranger's address has no mails sent there, and no one gets more than ten an hour.
    @Test(arguments: Engine.allCases, [false, true])
    func mailsAboutFactorsAreFew(_ engine: Engine, provesAddresses: Bool) async throws {
        try await TestServer.run(on: engine, provesAddresses: provesAddresses) { server in
            let company = try await TestCompany.register(server.client)
            _ = try await server.enrol(company.manager)
            for _ in 0..<15 {
                let renewed = try await company.manager.post("/api/v1/users/me/recovery-codes")
                #expect(renewed.status == 200, "\(renewed.text)")
            }
            let mails = Query("SELECT COUNT(*) FROM mails m WHERE m.kind = 'second-factor'") { try $0.next() as Int64 }
            #expect(try await server.database.fetch(mails) == [provesAddresses ? Int64(0) : 10])
        }
    }

    /// An attacker with a session, and no code, can't keep the person from signing in with theirs.
    @Test(arguments: Engine.allCases)
    func guessesInASessionLeaveSigningInAlone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            let wrong = "{\"code\": \"\(phone.wrong(server.clock.now))\"}"
            for _ in 0..<50 {
                server.clock.advance(by: .seconds(100))
                let guess = "{\"code\": \"\(phone.wrong(server.clock.now))\"}"
                #expect(try await company.manager.post("/api/v1/auth/confirm", guess).status == 400)
            }
            server.clock.advance(by: .seconds(1000))
            #expect(try await company.manager.post("/api/v1/auth/confirm", wrong).status == 429)
            let code = phone.code(server.clock.now)
            #expect(try await server.secondStep(try await server.challenge(company.email), code).status == 200)
        }
    }

    /// The hours of a manager who was switched off before they had a factor.
    @Test(arguments: Engine.allCases)
    func whoWasSwitchedOffHandsInHoursWithoutAFactor(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let manager = try await server.person(.manager, in: company.id)
            let site = try await company.site(users: [manager.id])
            _ = try await company.manager.patch(company.path, "{\"secondFactorFor\": \"MANAGERS\"}")
            _ = try await server.enrol(company.manager)
            let at = server.clock.now.text
            server.clock.advance(by: .seconds(60))
            let off = try await company.manager.put("\(company.path)/users/\(manager.id)", "{\"status\": \"INACTIVE\"}")
            #expect(off.status == 200, "\(off.text)")
            let came = try await manager.client.post("\(site)/check-in", "{\"at\": \"\(at)\"}")
            #expect(came.status == 202, "\(came.text)")
        }
    }

    /// A thief who had the password for a moment adds a factor of their own: it doesn't keep the person out whose address it was.
    @Test(arguments: Engine.allCases)
    func whoTakesAnAccountBackKeepsTheirFactorAndNoOther(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for hasOwn in [false, true] {
                let company = try await TestCompany.register(server.client, name: "Dach \(hasOwn)")
                let own = hasOwn ? try await server.enrol(company.manager) : nil
                // What came within a week before may be the thief's.
                server.clock.advance(by: .seconds(8 * 24 * 3600))
                let postbox = Postbox()
                let service = try server.mailService(by: postbox)
                _ = try await company.manager.put(
                    "/api/v1/users/me",
                    "{\"email\": \"dieb-\(hasOwn)@neu.example\", \"currentPassword\": \"\(TestCompany.password)\"}")
                while try await service.sendDue() > 0 {}
                server.clock.advance(by: .seconds(60))
                try await company.manager.confirm()
                if hasOwn {
                    let added = try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\"}")
                    #expect(Self.isRefused(added, 403, "confirm-with-factor"), "\(added.text)")
                } else {
                    _ = try await server.enrol(company.manager)
                }
                let link = try #require(postbox.letters.last { $0.tag == "email-changing" }?.token)
                let restored = try await server.client.post("/api/v1/auth/email/restore", "{\"token\": \"\(link)\"}")
                #expect(restored.status == 200, "\(restored.text)")
                while try await service.sendDue() > 0 {}
                let fresh = try #require(postbox.letters.last { $0.tag == "email-undone" }?.token)
                _ = try await server.client.with(token: fresh).post(
                    "/api/v1/auth/set-password", "{\"password\": \"\(TestCompany.password)\"}")
                if let own {
                    let challenge = try await server.challenge(company.email)
                    server.clock.advance(by: .seconds(60))
                    #expect(try await server.secondStep(challenge, own.code(server.clock.now)).status == 200)
                } else {
                    _ = try await TestCompany.signIn(server.client, email: company.email)
                }
            }
        }
    }

    /// What a program may do goes no further than what its maker may.
    @Test(arguments: Engine.allCases)
    func aProgramWaitsForTheFactorOfItsMaker(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: server.clock.now + .seconds(3600)).client
            let hours = company.path + "/time-entries"
            #expect(try await token.get(hours).status == 200)
            _ = try await company.manager.patch(company.path, "{\"secondFactorFor\": \"MANAGERS\"}")
            #expect(Self.isRefused(try await token.get(hours), 403, "second-factor-missing"))
            _ = try await server.enrol(company.manager)
            #expect(try await token.get(hours).status == 200)
        }
    }

    // MARK: Settings and commands

    @Test func theAddressDecidesWhatOperatorsNeed() throws {
        func policy(_ settings: [String: String]) throws -> FactorPolicy {
            try Settings(flags: [:], environment: settings).factorPolicy()
        }
        let (named, key) = (["POLIER_PUBLIC_URL": "https://polier.example.de"], String(repeating: "0a", count: 32))
        #expect(try policy([:]).key == .local && !policy([:]).operatorsNeedOne)
        #expect(try policy(named).key == nil && policy(named).operatorsNeedOne)
        let optional = named.merging(["POLIER_OPERATOR_SECOND_FACTOR": "optional", "POLIER_SECRET_KEY": key]) { $1 }
        #expect(try policy(optional).key == SecretKey(key) && !policy(optional).operatorsNeedOne)
        #expect(try policy(["POLIER_OPERATOR_SECOND_FACTOR": "required"]).operatorsNeedOne)
        for wrong in [
            ["POLIER_OPERATOR_SECOND_FACTOR": "yes"], ["POLIER_SECRET_KEY": "geheim"],
            ["POLIER_SECRET_KEY": String(repeating: "0", count: 64)],
        ] {
            let error = #expect(throws: SettingsError.self) { try policy(wrong) }
            #expect(try #require(error).description.contains("geheim") == false)
        }
        let missing = try Settings(flags: [:], environment: named).missingKey
        #expect(missing?.contains("polier create-key") == true && missing?.contains("operators") == true)
    }

    @Test(arguments: Engine.allCases)
    func theCommandLineMakesKeysAndResets(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let box = Box()
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                box.fill(company.email, try await server.enrol(company.manager))
            }
            let (email, _) = try #require(box.content)
            var environment = ["POLIER_DATABASE_URL": url]
            let made = try await Binary.run(["create-key"])
            let key = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(made.code == 0 && SecretKey(key) != nil, "\(made.output)")
            environment["POLIER_SECRET_KEY"] = key
            let other = try await Binary.run(["check"], environment: environment)
            #expect(other.code == 0 && other.output.contains("sealed under another key"), "\(other.output)")
            let unknown = try await Binary.run(["reset-factor", "wer@anders.example"], environment: environment)
            #expect(unknown.code == 1)
            let reset = try await Binary.run(["reset-factor", email], environment: environment)
            #expect(reset.code == 0 && reset.output.contains("no second factor any more"), "\(reset.output)")
            let again = try await Binary.run(["reset-factor", email], environment: environment)
            #expect(again.code == 1 && again.output.contains("no such second factor"), "\(again.output)")
            let checked = try await Binary.run(["check"], environment: environment)
            #expect(!checked.output.contains("another key"), "\(checked.output)")
            try await TestServer.run(on: engine, at: url) { server in
                _ = try await TestCompany.signIn(server.client, email: email)
            }
        }
    }

    /// Hands something from one server of a test to the next.
    private final class Box: @unchecked Sendable {
        private(set) var content: (email: String, phone: Authenticator)?
        func fill(_ email: String, _ phone: Authenticator) { content = (email, phone) }
    }
}

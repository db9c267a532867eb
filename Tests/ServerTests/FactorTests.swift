import Foundation
import HTTPTypes
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Second factors: adding one, and signing in with it.
@Suite struct FactorTests {
    private static let factors = "/api/v1/users/me/factors"

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
                isRefused(
                    try await company.manager.post(activation, "{\"code\": \"\(code)\"}"), 404, "factor-not-found"))
            // Sessions that began with the password alone end.
            #expect(try await elsewhere.get("/api/v1/users/me").status == 401)
            let listed = try await company.manager.get(Self.factors).json
            #expect(listed[0]?["kind"] == "TOTP" && listed[0]?["name"] == "Handy" && listed[0]?["secret"] == nil)

            let challenge = try await server.challenge(company.email)
            // The step that activated it is spent; the next one counts already.
            #expect(isRefused(try await server.secondStep(challenge, code), 401, "wrong-code"))
            let next = phone.code(server.clock.now, steps: 1)
            let signedIn = try await server.secondStep(challenge, next)
            #expect(
                signedIn.status == 200 && signedIn.json["user"]?["email"]?.text == company.email, "\(signedIn.text)")
            let token = try #require(signedIn.json["accessToken"]?.text)
            #expect(try await server.client.with(token: token).get("/api/v1/users/me").status == 200)
            // Neither the challenge nor the code works again.
            #expect(isRefused(try await server.secondStep(challenge, next), 401, "challenge-ended"))
            let again = try await server.challenge(company.email)
            #expect(isRefused(try await server.secondStep(again, next), 401, "wrong-code"))

            let events = try await server.securityEvents(of: company)
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
            #expect(isRefused(late, 401, "wrong-code"), "\(late.text)")
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
            #expect(isRefused(byCard, 409, "factor-needs-password"), "\(byCard.text)")

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
            #expect(isRefused(full, 409, "too-many-factors"), "\(full.text)")

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
            #expect(isRefused(try await activate(begun[0]), 404, "factor-not-found"))
            server.clock.advance(by: .seconds(3600))
            #expect(isRefused(try await activate(begun[1]), 404, "factor-not-found"))

            let needed = try await company.manager.delete("\(Self.factors)/\(first.id)")
            #expect(isRefused(needed, 403, "confirm-again"))
            let code = "{\"code\": \"\(last.code(server.clock.now))\"}"
            #expect(try await company.manager.post("/api/v1/auth/confirm", code).status == 200)
            #expect(
                isRefused(try await company.manager.delete("\(Self.factors)/\(first.id)"), 404, "factor-not-found")
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
                isRefused(
                    try await company.manager.delete("\(Self.factors)/\(theirs.id)"), 404, "factor-not-found"))
            _ = try await server.challenge(other.email)
        }
    }

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
            #expect(isRefused(try await server.secondStep(before, code), 401, "challenge-ended"))
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
            #expect(isRefused(refused, 401, "challenge-ended"), "\(refused.text)")
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
}

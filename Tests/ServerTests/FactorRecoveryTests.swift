import Foundation
import HTTPTypes
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Second factors that were lost: recovery codes, resets, and another key.
@Suite struct FactorRecoveryTests {
    private static let factors = "/api/v1/users/me/factors"

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
            #expect(isRefused(again, 401, "wrong-code"))
            let client = server.client.with(token: signedIn.json["accessToken"]?.text)
            #expect(try await client.get("/api/v1/users/me/recovery-codes").json["left"] == .number(9))
            let new = try await server.enrol(client)
            #expect(new.recoveryCodes.isEmpty)
            #expect(try await client.delete("\(Self.factors)/\(lost.id)").status == 204)
            let renewed = try await client.post("/api/v1/users/me/recovery-codes")
            let codes = renewed.json["recoveryCodes"]?.list.compactMap { $0["code"]?.text } ?? []
            #expect(codes.count == 10 && Set(codes).isDisjoint(with: lost.recoveryCodes))
            let old = try await server.secondStep(try await server.challenge(company.email), lost.recoveryCodes[1])
            #expect(isRefused(old, 401, "wrong-code"))
            #expect(try await server.secondStep(try await server.challenge(company.email), codes[9]).status == 200)

            let events = try await server.securityEvents(of: company, by: client)
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
            #expect(isRefused(try await company.manager.get("/api/v1/users/me/export"), 403, "confirm-again"))
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
                isRefused(
                    try await server.secondStep(try await server.challenge(company.email), code), 401, "wrong-code"))
            for _ in 0..<9 { _ = try await confirm(code) }
            #expect(isRefused(try await confirm(phone.code(server.clock.now, steps: 1)), 429, "too-many-tries"))
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
            #expect(isRefused(try await manager.client.delete(path + "/factors"), 403, "owner-resets"))
            let others = try await TestCompany.register(server.client)
            #expect(try await others.manager.delete(path + "/factors").status == 404)
            let foreign = "\(others.path)/users/\(kai.id)/factors"
            for reply in [try await others.manager.delete(foreign), try await others.manager.get(foreign)] {
                #expect(isRefused(reply, 404, "user-not-found"), "\(reply.text)")
            }
            #expect(try await company.manager.delete(path + "/factors").status == 204)
            #expect(try await kai.client.get("/api/v1/users/me").status == 401)
            _ = try await TestCompany.signIn(server.client, email: email)
            #expect(isRefused(try await company.manager.delete(path + "/factors"), 404, "factor-not-found"))
            #expect(try await company.manager.delete("\(company.path)/users/\(manager.id)/factors").status == 204)

            let events = try await server.securityEvents(of: company)
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
                    #expect(isRefused(reply, 409, "second-factor-unreadable"), "\(reply.text)")
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
                    #expect(isRefused(added, 403, "confirm-with-factor"), "\(added.text)")
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

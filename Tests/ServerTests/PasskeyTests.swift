import Crypto
import Foundation
import HTTPTypes
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Passkeys: signing in without a password, the second step, confirming, and what changes second factors.
@Suite struct PasskeyTests {
    private static let factors = "/api/v1/users/me/factors"
    private static let codes = "/api/v1/users/me/recovery-codes"

    // MARK: Adding

    @Test(arguments: Engine.allCases)
    func aPasskeyIsAdded(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let begun = try await company.manager.post(Self.factors, "{\"kind\": \"PASSKEY\", \"name\": \"Laptop\"}")
            let (id, new) = (begun.json["id"]?.text ?? "", begun.json["passkey"])
            #expect(begun.status == 201 && begun.json["secret"] == "" && begun.json["qr"] == nil, "\(begun.text)")
            #expect(
                new?["rpId"] == "localhost" && new?["rpName"] == "Polier" && new?["exclude"] == .list([])
                    && new?["userName"]?.text == company.email, "\(begun.text)")
            #expect(SoftPasskey.bytes(new?["userHandle"]?.text ?? "") == Array(company.managerID.utf8))
            let challenge = try #require(new?["challenge"]?.text)
            #expect(SoftPasskey.bytes(challenge).count == 32)
            let passkey = SoftPasskey(handle: new?["userHandle"]?.text ?? "")
            let path = "\(Self.factors)/\(id)/activate"
            let foreign = try await server.passkeyChallenge()
            for wrong in [
                passkey.registration(challenge, origin: "http://localhost:8081"), passkey.registration(foreign),
                passkey.registration(challenge, algorithm: 0x27), passkey.registration(challenge, flags: 0x41),
                passkey.registration(challenge, flags: 0x44), passkey.registration(challenge, flags: 0x05),
            ] {
                let reply = try await company.manager.post(path, wrong)
                #expect(
                    reply.status == 400 && reply.json["fields"]?[0]?["field"] == "credential"
                        && reply.json["fields"]?[0]?["code"] == "wrong-passkey", "\(reply.text)")
            }
            for (body, code) in [
                ("{\"code\": \"123456\"}", "wrong-code"), ("{}", "missing"),
                (
                    "{\"credential\": {\"id\": \"=\", \"clientDataJSON\": \"AA\", \"attestationObject\": \"AA\"}}",
                    "not-base64url"
                ),
                (
                    "{\"credential\": {\"id\": \"\(String(repeating: "A", count: 1366))\", \"clientDataJSON\": \"AA\","
                        + " \"attestationObject\": \"AA\"}}", "too-long"
                ),
            ] {
                let reply = try await company.manager.post(path, body)
                #expect(reply.status == 400 && reply.json["fields"]?[0]?["code"]?.text == code, "\(reply.text)")
            }
            let right = passkey.registration(challenge)
            let activated = try await company.manager.post(path, right)
            #expect(
                activated.status == 200 && activated.json["recoveryCodes"]?.list.count == 10, "\(activated.text)")
            #expect(isRefused(try await company.manager.post(path, right), 404, "factor-not-found"))
            let listed = try await company.manager.get(Self.factors)
            #expect(listed.json[0]?["kind"] == "PASSKEY" && listed.json[0]?["name"] == "Laptop", "\(listed.text)")
            #expect(!listed.text.contains(SoftPasskey.text(passkey.credential)))
            // The browser is told which ones are there; and no account takes one that another one has.
            let second = try await company.manager.post(Self.factors, "{\"kind\": \"PASSKEY\"}").json["passkey"]
            #expect(second?["exclude"]?[0]?["id"]?.text == SoftPasskey.text(passkey.credential))
            let other = try await TestCompany.register(server.client)
            let theirs = try await other.manager.post(Self.factors, "{\"kind\": \"PASSKEY\"}").json
            let taken = try await other.manager.post(
                "\(Self.factors)/\(theirs["id"]?.text ?? "")/activate",
                passkey.registration(theirs["passkey"]?["challenge"]?.text ?? ""))
            #expect(taken.status == 400 && taken.json["fields"]?[0]?["code"] == "wrong-passkey", "\(taken.text)")
            // An authenticator app takes no passkey.
            let app = try await other.manager.post(Self.factors, "{\"kind\": \"TOTP\"}").json["id"]?.text ?? ""
            let mixed = try await other.manager.post("\(Self.factors)/\(app)/activate", right)
            #expect(mixed.json["fields"]?[0]?["code"] == "wrong-passkey", "\(mixed.text)")
        }
    }

    /// Where browsers have no passkeys, none is asked for.
    @Test(arguments: Engine.allCases)
    func theyAreOfferedWhereBrowsersHaveThem(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let assertion = try SoftPasskey(handle: "AA").assertion("AAEC")
            for reply in [
                try await server.client.post("/api/v1/auth/passkey-challenge"), try await server.enter(assertion),
                try await company.manager.post(Self.factors, "{\"kind\": \"PASSKEY\"}"),
                try await company.manager.post("/api/v1/auth/confirm", "{\"credential\": \(assertion)}"),
            ] {
                #expect(isRefused(reply, 409, "passkeys-not-offered"), "\(reply.text)")
            }
        }
        let withoutKey = ["POLIER_PUBLIC_URL": "https://polier.example.de"]
        try await TestServer.run(on: engine, flags: withoutKey) { server in
            let reply = try await server.client.post("/api/v1/auth/passkey-challenge")
            #expect(isRefused(reply, 409, "no-secret-key"), "\(reply.text)")
        }
    }

    @Test func theAddressDecidesWhoseTheyAre() throws {
        func party(_ url: String) throws -> RelyingParty? {
            try Origins(publicURL: url, allowed: "https://app.example.de").relyingParty
        }
        for (url, id, origin) in [
            ("https://polier.example.de", "polier.example.de", "https://polier.example.de"),
            ("https://Polier.Example.de:8443/", "polier.example.de", "https://polier.example.de:8443"),
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
            ("https://localhost", "localhost", "https://localhost"),
            ("https://bücher.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("https://polier", "polier", "https://polier"),
        ] {
            let found = try #require(try party(url), "\(url)")
            #expect(found.id == id && found.origins == [origin, "https://app.example.de"], "\(found)")
        }
        for url in [
            "http://polier.example.de", "http://127.0.0.1:8080", "https://203.0.113.7", "https://[2001:db8::1]",
            "http://[::1]:8080", "https://0x7f.1", "https://2130706433", "http://localhost.example.de",
        ] {
            #expect(try party(url) == nil, "\(url)")
        }
    }

    // MARK: Signing in

    @Test(arguments: Engine.allCases)
    func aPasskeyAloneSignsIn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            let other = try await TestCompany.register(server.client)
            let theirs = try await server.enrolPasskey(other.manager)
            let older = try await server.passkeyChallenge()
            server.clock.advance(by: .milliseconds(1))
            let challenge = try await server.passkeyChallenge()
            let assertion = try passkey.assertion(challenge)
            let former = try #require(company.manager.token)
            let signedIn = try await server.enter(
                assertion,
                headers: ["Cookie": "polier-session=\(former)", "Sec-Fetch-Site": "same-origin"])
            #expect(
                signedIn.status == 200 && signedIn.json["user"]?["email"]?.text == company.email, "\(signedIn.text)")
            let names = signedIn.headers["Set-Cookie"].map { $0.prefix { $0 != "=" } }
            #expect(Set(names) == ["polier-session", "polier-browser"], "\(names)")
            #expect(try await company.manager.get("/api/v1/users/me").status == 401)
            let client = server.client.with(token: signedIn.json["accessToken"]?.text)
            #expect(try await client.get("/api/v1/users/me").status == 200)
            #expect(try await client.get("/api/v1/users/me/export").status == 200, "a sign-in is a confirmation")
            let used = try await client.get(Self.factors).json[0]?["usedAt"]?.text
            #expect(used == server.clock.now.text)

            // All failures look alike: sent again, an older challenge, another's, an invented one, and what isn't verified.
            server.clock.advance(by: .milliseconds(1))
            let fresh = try await server.passkeyChallenge()
            var unknown = SoftPasskey(handle: passkey.handle)
            unknown.id = passkey.id
            var wrong = [
                assertion, try passkey.assertion(older), try unknown.assertion(fresh),
                try passkey.assertion("AAEC"), try passkey.assertion(fresh, origin: "https://localhost:8080"),
                try passkey.assertion(fresh, flags: 0x01), try passkey.assertion(fresh, flags: 0x04),
                try passkey.assertion(fresh, handle: theirs.handle), try passkey.assertion(fresh, handle: .some(nil)),
                try theirs.assertion(fresh, handle: passkey.handle),
            ]
            let signed = try passkey.assertion(fresh)
            let signature = try #require(signed.firstRange(of: "\"signature\": \"ME"))
            wrong.append(signed.replacingCharacters(in: signature, with: "\"signature\": \"MF"))
            var answers: Set<String> = []
            for assertion in wrong {
                let reply = try await server.enter(assertion)
                #expect(isRefused(reply, 401, "wrong-passkey"), "\(reply.text)")
                answers.insert(reply.json["detail"]?.text ?? "")
            }
            #expect(answers.count == 1)
            server.clock.advance(by: .seconds(300))
            #expect(isRefused(try await server.enter(signed), 401, "wrong-passkey"), "too late")
            let again = try await server.enter(try passkey.assertion(try await server.passkeyChallenge()))
            #expect(again.status == 200, "\(again.text)")

            let manager = server.client.with(token: again.json["accessToken"]?.text)
            let events = try await server.securityEvents(of: company, by: manager)
            #expect(events.contains { $0["kind"] == "signed-in" && $0["detail"] == "passkey" })
            #expect(events.contains { $0["kind"] == "sign-in-failed" && $0["detail"] == "passkey" }, "\(events)")
        }
    }

    /// A copy of a passkey is noticed by its count of signatures.
    @Test(arguments: Engine.allCases)
    func theCountOfSignaturesGrows(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager, counter: 5)
            for (counter, isRight) in [(5, false), (0, false), (6, true), (6, false), (4_294_967_295, true)]
                as [(UInt32, Bool)]
            {
                server.clock.advance(by: .milliseconds(1))
                let assertion = try passkey.assertion(try await server.passkeyChallenge(), counter: counter)
                let reply = try await server.enter(assertion)
                #expect(
                    isRight ? reply.status == 200 : isRefused(reply, 401, "wrong-passkey"),
                    "\(counter): \(reply.text)")
            }
            server.clock.advance(by: .milliseconds(1))
            let step = try await server.challenge(company.email)
            #expect(
                isRefused(
                    try await server.secondStep(step, passkey: passkey, counter: 7), 401, "wrong-passkey"))
            let events = try await server.securityEvents(of: company)
            for kind in ["sign-in-failed", "code-failed"] {
                #expect(events.contains { $0["kind"]?.text == kind && $0["detail"] == "passkey-counter" }, "\(events)")
            }
        }
    }

    /// A signature that is sent many times at once signs in once.
    @Test(arguments: Engine.allCases)
    func aChallengeWorksOnceEvenAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            let assertion = try passkey.assertion(try await server.passkeyChallenge())
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await server.enter(assertion).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 401, 401, 401, 401], "\(statuses)")
        }
    }

    @Test(arguments: Engine.allCases)
    func inactiveAndSuspendedPeopleStayOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let admin = try await server.person(.admin)
            let kai = try await server.person(.manager, in: company.id)
            let passkey = try await server.enrolPasskey(kai.client)
            func enter() async throws -> Reply {
                server.clock.advance(by: .milliseconds(1))
                return try await server.enter(try passkey.assertion(try await server.passkeyChallenge()))
            }
            for isSuspended in [true, false] {
                _ = try await admin.client.put(company.path + "/suspension", "{\"isSuspended\": \(isSuspended)}")
                let reply = try await enter()
                #expect(reply.json["code"] == (isSuspended ? "company-suspended" : nil), "\(reply.text)")
            }
            // Who has no password any more waits for the new one.
            func setHash(_ sql: SQL) async throws {
                try await server.database.transaction { try $0.execute(Statement(sql)) }
            }
            try await setHash("UPDATE users SET password_hash = NULL WHERE last_name = 'Roth' AND role = 'MANAGER'")
            #expect(isRefused(try await enter(), 401, "wrong-passkey"))
            try await setHash("UPDATE users SET password_hash = 'x' WHERE last_name = 'Roth' AND role = 'MANAGER'")
            #expect(isRefused(try await enter(), 401, "passkey-needs-password"))
            _ = try await company.manager.put("\(company.path)/users/\(kai.id)", "{\"status\": \"INACTIVE\"}")
            #expect(isRefused(try await enter(), 401, "wrong-passkey"))
            _ = try await company.manager.delete("\(company.path)/users/\(kai.id)")
            #expect(isRefused(try await enter(), 401, "wrong-passkey"))
        }
    }

    /// Failures of one network are bounded, and keep no one out who comes from elsewhere.
    @Test(arguments: Engine.allCases)
    func failuresCountAgainstTheNetwork(_ engine: Engine) async throws {
        let flags = SoftPasskey.flags.merging(["POLIER_TRUSTED_PROXIES": "127.0.0.1"]) { $1 }
        try await TestServer.run(on: engine, flags: flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            let guess = try SoftPasskey(handle: "AA").assertion("AAEC")
            func enter(_ assertion: String, _ network: String) async throws -> Reply {
                try await server.enter(assertion, headers: ["X-Forwarded-For": network])
            }
            for _ in 0..<100 { #expect(try await enter(guess, "198.51.100.1").status == 401) }
            let right = try passkey.assertion(try await server.passkeyChallenge())
            #expect(isRefused(try await enter(right, "198.51.100.1"), 429, "too-many-tries"))
            #expect(try await enter(right, "198.51.100.2").status == 200)
        }
    }

    /// Who writes into the database can't make one person's passkey another's, nor a key of their own one that counts.
    @Test(arguments: Engine.allCases)
    func keysInTheDatabaseCannotBeSwapped(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            let kai = try await server.person(.worker, in: company.id)
            let own = try await server.enrolPasskey(kai.client)
            func enter() async throws -> Reply {
                server.clock.advance(by: .milliseconds(1))
                return try await server.enter(
                    try own.assertion(try await server.passkeyChallenge(), handle: passkey.handle))
            }
            try await server.database.transaction {
                try $0.execute(Statement("DELETE FROM factors WHERE user_id = $1", company.managerID))
                try $0.execute(
                    Statement("UPDATE factors SET user_id = $1 WHERE user_id = $2", company.managerID, kai.id))
            }
            #expect(isRefused(try await enter(), 401, "wrong-passkey"))
            try await server.database.transaction {
                try $0.execute(
                    Statement("UPDATE factors SET secret = $1", Array(own.key.publicKey.rawRepresentation)))
            }
            #expect(isRefused(try await enter(), 401, "wrong-passkey"))
            let step = try await server.challenge(company.email)
            let reply = try await server.secondStep(step, passkey: own)
            #expect(isRefused(reply, 409, "second-factor-unreadable"), "\(reply.text)")
        }
    }

    // MARK: The second step, and confirming

    @Test(arguments: Engine.allCases)
    func aPasskeyIsTheSecondStep(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            let passkey = try await server.enrolPasskey(company.manager)
            #expect(passkey.recoveryCodes.isEmpty)
            let asked = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
            #expect(asked.json["params"]?["kinds"] == "PASSKEY, TOTP", "\(asked.text)")
            let challenge = try #require(asked.json["params"]?["challenge"]?.text)
            // What signs in alone is another challenge.
            let foreign = try passkey.assertion(try await server.passkeyChallenge())
            let refused = try await server.client.post(
                "/api/v1/auth/second-factor", "{\"challenge\": \"\(challenge)\", \"credential\": \(foreign)}")
            #expect(isRefused(refused, 401, "wrong-passkey"), "\(refused.text)")
            let other = try await TestCompany.register(server.client)
            let theirs = try await server.enrolPasskey(other.manager)
            #expect(isRefused(try await server.secondStep(challenge, passkey: theirs), 401, "wrong-passkey"))
            let neither = try await server.client.post(
                "/api/v1/auth/second-factor", "{\"challenge\": \"\(challenge)\"}")
            #expect(neither.status == 400 && neither.json["fields"]?[0]?["code"] == "missing", "\(neither.text)")
            let signedIn = try await server.secondStep(challenge, passkey: passkey)
            #expect(signedIn.status == 200, "\(signedIn.text)")
            #expect(isRefused(try await server.secondStep(challenge, passkey: passkey), 401, "challenge-ended"))
            // And the answer to a second step signs in nowhere else.
            server.clock.advance(by: .seconds(60))
            let next = try await server.challenge(company.email)
            let step = try await server.enter(try passkey.assertion(SoftPasskey.text(next.utf8)))
            #expect(isRefused(step, 401, "wrong-passkey"))
            #expect(try await server.secondStep(next, phone.code(server.clock.now)).status == 200)
            // Five wrong ones end the challenge, as codes do.
            let last = try await server.challenge(company.email)
            for _ in 0..<5 {
                #expect(isRefused(try await server.secondStep(last, passkey: theirs), 401, "wrong-passkey"))
            }
            #expect(isRefused(try await server.secondStep(last, passkey: passkey), 401, "challenge-ended"))
            let events = try await server.securityEvents(of: company)
            #expect(events.contains { $0["kind"] == "signed-in" && $0["detail"] == "passkey" })
            #expect(events.contains { $0["kind"] == "code-failed" && $0["detail"] == "passkey" })
        }
    }

    /// The password alone neither removes a second factor, nor adds one beside it, nor makes new recovery codes.
    @Test(arguments: Engine.allCases)
    func onlyAFactorChangesFactors(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            let phone = try await server.enrol(company.manager)
            func acts() async throws -> [Reply] {
                [
                    try await company.manager.delete("\(Self.factors)/\(phone.id)"),
                    try await company.manager.post(Self.codes),
                    try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\"}"),
                    try await company.manager.post(Self.factors, "{\"kind\": \"PASSKEY\"}"),
                ]
            }
            server.clock.advance(by: .seconds(600))
            for reply in try await acts() { #expect(isRefused(reply, 403, "confirm-again"), "\(reply.text)") }
            try await company.manager.confirm()
            for reply in try await acts() {
                #expect(isRefused(reply, 403, "confirm-with-factor"), "\(reply.text)")
            }
            func confirm(_ body: String) async throws -> Reply {
                try await company.manager.post("/api/v1/auth/confirm", "{\(body)}")
            }
            let wrong = try await confirm("\"credential\": \(try passkey.assertion("AAEC"))")
            #expect(
                wrong.status == 400 && wrong.json["fields"]?[0]?["field"] == "credential"
                    && wrong.json["fields"]?[0]?["code"] == "wrong-passkey", "\(wrong.text)")
            let assertion = try passkey.assertion(try await server.passkeyChallenge())
            #expect(try await confirm("\"credential\": \(assertion)").status == 200)
            let again = try await confirm("\"credential\": \(assertion)")
            #expect(again.status == 400, "a signature confirms once")
            #expect(isRefused(try await server.enter(assertion), 401, "wrong-passkey"))
            let renewed = try await company.manager.post(Self.codes)
            #expect(renewed.status == 200, "\(renewed.text)")
            // A recovery code stands in for a lost one, once.
            server.clock.advance(by: .seconds(600))
            let code = renewed.json["recoveryCodes"]?[0]?["code"]?.text ?? ""
            #expect(try await confirm("\"code\": \"\(code)\"").status == 200)
            #expect(try await confirm("\"code\": \"\(code)\"").status == 400)
            #expect(try await company.manager.delete("\(Self.factors)/\(phone.id)").status == 204)
            #expect(try await company.manager.delete("\(Self.factors)/\(passkey.id)").status == 204)
            _ = try await TestCompany.signIn(server.client, email: company.email)
            let events = try await server.securityEvents(of: company)
            #expect(events.contains { $0["kind"] == "confirmation-failed" && $0["detail"] == "passkey" })
            #expect(events.contains { $0["kind"] == "recovery-code-used" })
        }
    }

    /// A session that was signed in with a password before the factor was there showed none.
    @Test(arguments: Engine.allCases)
    func whatAFurtherFactorOpensIsItsOwnSession(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let first = try await server.enrolPasskey(company.manager)
            let begun = try await company.manager.post(Self.factors, "{\"kind\": \"PASSKEY\"}").json
            server.clock.advance(by: .seconds(600))
            let second = SoftPasskey(handle: first.handle)
            let added = try await company.manager.post(
                "\(Self.factors)/\(begun["id"]?.text ?? "")/activate",
                second.registration(begun["passkey"]?["challenge"]?.text ?? ""))
            #expect(added.status == 200, "\(added.text)")
            try await company.manager.confirm()
            #expect(
                isRefused(
                    try await company.manager.delete("\(Self.factors)/\(first.id)"), 403, "confirm-with-factor"))
        }
    }

    // MARK: What the password alone leaves behind

    /// It leaves an event, and doesn't push out what the person began elsewhere.
    @Test(arguments: Engine.allCases)
    func theRightPasswordAloneIsSeenAndIsInNoOnesWay(_ engine: Engine) async throws {
        let flags = SoftPasskey.flags.merging(["POLIER_TRUSTED_PROXIES": "127.0.0.1"]) { $1 }
        try await TestServer.run(on: engine, flags: flags) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(60))
            func ask(from network: String) async throws -> String {
                server.clock.advance(by: .milliseconds(1))
                let reply = try await server.client.send(
                    "POST", "/api/v1/auth/signin",
                    body: "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}",
                    headers: ["X-Forwarded-For": network])
                return try #require(reply.json["params"]?["challenge"]?.text, "\(reply.text)")
            }
            let own = try await ask(from: "198.51.100.1")
            var others: [String] = []
            for _ in 0..<20 { others.append(try await ask(from: "203.0.113.9")) }
            #expect(
                isRefused(try await server.secondStep(others[14], "000000"), 401, "challenge-ended"),
                "five of one network at once")
            #expect(
                isRefused(
                    try await server.secondStep(others[15], phone.wrong(server.clock.now)), 401, "wrong-code"))
            #expect(try await server.secondStep(own, phone.code(server.clock.now)).status == 200)
            for number in 0..<60 { _ = try await ask(from: "192.0.2.\(number)") }
            let count = Query("SELECT COUNT(*) FROM sign_in_challenges c") { try $0.next() as Int64 }
            #expect(try await server.database.fetch(count) == [Int64(50)])
            let events = try await server.securityEvents(of: company)
            let asked = events.filter { $0["kind"] == "second-factor-asked" && $0["network"] == "203.0.113.9" }
            #expect(asked.compactMap { $0["times"] } == [.number(20)], "\(events)")
        }
    }

    /// Events that a program causes say by which token.
    @Test(arguments: Engine.allCases)
    func eventsNameTheToken(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: server.clock.now + .seconds(3600))
            let name = try #require(try await company.manager.get(company.path + "/tokens").json[0]?["name"]?.text)
            #expect(try await token.client.get(company.path + "/users").status == 403)
            #expect(
                try await company.manager.get("/api/v1/companies/\(Runtime.live.newID(Company.self).text)").status
                    == 404)
            let events = try await server.securityEvents(of: company)
            #expect(
                events.contains {
                    $0["kind"] == "forbidden" && $0["tokenName"]?.text == name && $0["sessionId"] == .null
                },
                "\(events)")
            #expect(events.contains { $0["kind"] == "not-found" && $0["tokenName"] == .null })
        }
    }
}

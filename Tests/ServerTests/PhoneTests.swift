import Foundation
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Phones that took a card: signing in by PIN, sharing a tablet, and how a phone ends.
@Suite struct PhoneTests {
    private static func phones(_ company: TestCompany, of id: String) async throws -> [JSON] {
        try await company.manager.get("\(company.path)/users/\(id)/phones").json.list
    }

    @Test(arguments: Engine.allCases)
    func tenWrongPinsEndThePhone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let second = try await milan.card.use(server.client)
            for guess in 1...9 {
                let wrong = try await milan.signIn(server.client, pin: "11111\(guess)")
                #expect(isRefused(wrong, 401, "wrong-pin"))
                #expect(wrong.json["params"]?["left"] == .number(Decimal(10 - guess)), "\(wrong.text)")
            }
            // A right one starts over.
            #expect(try await milan.signIn(server.client).status == 200)
            for _ in 1...9 { _ = try await milan.signIn(server.client, pin: "abc") }
            for pin in ["999999", CardHolder.pin] {
                #expect(isRefused(try await milan.signIn(server.client, pin: pin), 401, "phone-ended"))
            }
            #expect(try await milan.client.get("/api/v1/users/me").status == 401)
            #expect(try await server.client.with(token: milan.key).get("/api/v1/auth/phone").json.list.isEmpty)
            // The other phone goes on.
            let key = try #require(second.json["phoneKey"]?.text)
            #expect(try await milan.signIn(server.client, key: key).status == 200)
            #expect(try await Self.phones(company, of: milan.id).count == 1)
            let events = try await server.securityEvents(of: company)
            #expect(events.contains { $0["kind"] == "phone-ended" && $0["detail"] == "wrong-pins" })
            #expect(events.contains { $0["kind"] == "signed-in" && $0["detail"] == "pin" })
            #expect(
                events.filter { $0["kind"] == "pin-failed" }.compactMap { $0["times"] } == [.number(19)], "\(events)")
        }
    }

    /// From several servers at once, each of which checks as many PINs as it can.
    @Test(arguments: Engine.allCases)
    func tenWrongPinsInAll(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let id = try #require(User.ID(milan.id))
            let outcomes = try await withThrowingTaskGroup(of: [String].self) { group in
                for network in 1...8 {
                    group.addTask {
                        let hasher = PasswordHasher(cost: .init(rounds: 2, blockSize: 1, parallelism: 1), width: 1)
                        let accounts = Accounts(server.database, hasher: hasher, runtime: server.runtime)
                        var origin = Accounts.Origin(network: "198.51.100.\(network)", userAgent: nil)
                        origin.phoneKey = milan.key[...]
                        var codes: [String] = []
                        for _ in 1...3 {
                            do { _ = try await accounts.signIn(id, pin: "839204", from: origin) } catch {
                                codes.append((error as? Refusal)?.code ?? "\(error)")
                            }
                        }
                        await hasher.close()
                        return codes
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count == 24)
            #expect(outcomes.count { $0 == "wrong-pin" } == 9, "\(outcomes)")
            #expect(outcomes.count { $0 == "phone-ended" } == 15, "\(outcomes)")
            let events = try await server.securityEvents(of: company)
            let failed = events.filter { $0["kind"] == "pin-failed" }.compactMap { $0["times"]?.number }
            #expect(failed.reduce(0, +) == 10, "\(events)")
        }
    }

    /// A hundred unknown keys from one network stop others of the network, but no phone that took a card.
    @Test func aNetworksFailuresAreLimited() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let zeros = String(repeating: "0", count: 64)
            for _ in 1...100 {
                #expect(isRefused(try await milan.signIn(server.client, key: zeros), 401, "phone-ended"))
            }
            #expect(isRefused(try await milan.signIn(server.client, key: zeros), 429, "too-many-tries"))
            #expect(try await milan.signIn(server.client).status == 200)
            server.clock.advance(by: .seconds(15 * 60))
            #expect(try await milan.signIn(server.client).status == 200)
        }
    }

    // MARK: A shared tablet

    /// A page of this server in a browser.
    private struct Browser {
        let client: Client
        var cookies: [String: String] = [:]
        var origin = "http://127.0.0.1:8080"

        mutating func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> Reply {
            let cookie = cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")
            let reply = try await client.send(
                method, "/api/v1/auth/" + path, body: body, headers: ["Cookie": cookie, "Origin": origin])
            for header in reply.headers["Set-Cookie"] {
                let pair = header.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
                cookies[String(pair[0])] = pair.count == 2 ? String(pair[1]) : ""
                if pair[0] == "polier-phone" {
                    #expect(header.contains("HttpOnly") && header.contains("SameSite=Strict"))
                    #expect(header.contains("Max-Age=34560000"))
                }
            }
            return reply
        }
    }

    @Test(arguments: Engine.allCases)
    func peopleShareATablet(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let other = try await TestCompany.register(server.client, name: "Dach Süd")
            var tablet = Browser(client: server.client)
            #expect(try await tablet.send("GET", "phone").json == .list([]))
            var ids: [String] = []
            for (company, pin) in [(company, "274961"), (company, "839204"), (other, "604827")] {
                let milan = try await company.cardHolder(server)
                let card = try await company.card(of: milan.id)
                let reply = try await tablet.send("POST", "card", "{\"token\": \"\(card.token)\", \"pin\": \"\(pin)\"}")
                #expect(reply.status == 200 && reply.json["phoneKey"] == .null, "\(reply.text)")
                ids.append(milan.id)
                server.clock.advance(by: .seconds(60))
            }
            let key = tablet.cookies["polier-phone"]
            #expect(key?.count == 64)
            let listed = try await tablet.send("GET", "phone")
            #expect(listed.json.list.map { $0["userId"]?.text } == ids.reversed(), "\(listed.text)")
            #expect(listed.json.list.map { $0["companyName"]?.text } == ["Dach Süd", "Fliesen Nord", "Fliesen Nord"])
            #expect(Set(listed.json.list[0].keys) == ["userId", "firstName", "lastName", "companyName"])

            // Each has a PIN of their own, and changing the person ends the session before.
            let first = "{\"userId\": \"\(ids[0])\", \"pin\": "
            let session = tablet.cookies["polier-session"]
            #expect(isRefused(try await tablet.send("POST", "pin", first + "\"839204\"}"), 401, "wrong-pin"))
            #expect(try await tablet.send("POST", "pin", first + "\"274961\"}").status == 200)
            #expect(tablet.cookies["polier-phone"] == key && tablet.cookies["polier-session"] != session)
            #expect(try await server.client.with(token: session).get("/api/v1/users/me").status == 401)
            #expect(try await tablet.send("GET", "phone").json.list.first?["userId"]?.text == ids[0])

            // A page of another site has nothing of it.
            var elsewhere = Browser(client: server.client, cookies: tablet.cookies, origin: "https://evil.example")
            #expect(isRefused(try await elsewhere.send("POST", "pin", first + "\"274961\"}"), 401, "phone-ended"))
            #expect(isRefused(try await elsewhere.send("DELETE", "phone/\(ids[0])"), 401, "phone-ended"))

            // A card that is used again in the same browser replaces the entry.
            let card = try await company.card(of: ids[1])
            _ = try await tablet.send("POST", "card", "{\"token\": \"\(card.token)\", \"pin\": \"918273\"}")
            #expect(try await tablet.send("GET", "phone").json.list.count == 3)
            let old = try await tablet.send("POST", "pin", "{\"userId\": \"\(ids[1])\", \"pin\": \"839204\"}")
            #expect(isRefused(old, 401, "wrong-pin"))

            let token = try #require(tablet.cookies["polier-session"])
            #expect(try await tablet.send("DELETE", "phone/\(ids[1])").status == 204)
            #expect(try await server.client.with(token: token).get("/api/v1/users/me").status == 401)
            #expect(isRefused(try await tablet.send("DELETE", "phone/\(ids[1])"), 404, "phone-not-found"))
            #expect(try await tablet.send("GET", "phone").json.list.count == 2)
            let events = try await server.securityEvents(of: company)
            #expect(events.contains { $0["kind"] == "phone-ended" && $0["detail"] == "forgotten" })
        }
    }

    // MARK: Ending

    @Test(arguments: Engine.allCases)
    func aManagerEndsAPhone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let other = try await TestCompany.register(server.client)
            let (milan, mara) = (try await company.cardHolder(server), try await company.cardHolder(server))
            let worker = try await server.person(.worker, in: company.id)
            let path = "\(company.path)/users/\(milan.id)/phones"
            let ending = "\(path)/\(milan.phone)"
            for client in [worker.client, milan.client] {
                #expect(try await client.get(path).status == 403)
                #expect(try await client.delete(ending).status == 403)
            }
            #expect(try await other.manager.delete(ending).status == 404)
            let foreign = "\(other.path)/users/\(milan.id)/phones"
            #expect(isRefused(try await other.manager.get(foreign), 404, "user-not-found"))
            #expect(isRefused(try await other.manager.delete("\(foreign)/\(milan.phone)"), 404, "user-not-found"))
            #expect(isRefused(try await company.manager.delete("\(path)/\(mara.phone)"), 404, "phone-not-found"))
            #expect(isRefused(try await company.manager.delete("\(path)/unsinn"), 404, "phone-not-found"))
            #expect(try await milan.client.get("/api/v1/users/me").status == 200)

            #expect(try await company.manager.delete(ending).status == 204)
            #expect(try await milan.client.get("/api/v1/users/me").status == 401)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            #expect(try await mara.client.get("/api/v1/users/me").status == 200)
            // Its card opens no other phone.
            #expect(isRefused(try await milan.card.use(server.client), 401, "card-not-valid"))
            #expect(isRefused(try await company.manager.delete(ending), 404, "phone-not-found"))
            let audit = try await company.manager.all(company.path + "/audit")
            let ended = audit.filter { $0["action"] == "user.phone-ended" }
            #expect(ended.map { $0["subjectId"]?.text } == [milan.id], "\(audit)")
            let events = try await server.securityEvents(of: company)
            #expect(events.contains { $0["kind"] == "phone-ended" && $0["detail"] == "ended" })
        }
    }

    @Test(arguments: Engine.allCases)
    func aLostPhoneEndsWithTheNewCard(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            _ = try await milan.card.use(server.client)
            // A second phone leaves the first one alone.
            let second = try await company.card(of: milan.id)
            #expect(try await second.use(server.client).status == 200)
            #expect(try await milan.client.get("/api/v1/users/me").status == 200)
            #expect(try await Self.phones(company, of: milan.id).count == 3)

            let lost = try await company.card(of: milan.id, "{\"lostPhone\": true}")
            #expect(try await Self.phones(company, of: milan.id).isEmpty)
            #expect(try await milan.client.get("/api/v1/users/me").status == 401)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            #expect(try await lost.use(server.client, pin: "839204").status == 200)
            let audit = try await company.manager.all(company.path + "/audit").compactMap { $0["action"]?.text }
            let counts = Dictionary(grouping: audit) { $0 }.mapValues(\.count)
            #expect(counts["user.phone-ended"] == 1 && counts["user.card-given"] == 3 && counts["user.card-used"] == 3)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoIsSwitchedOffKeepsNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let card = try await company.card(of: milan.id)
            let path = "\(company.path)/users/\(milan.id)"
            #expect(try await company.manager.put(path, "{\"status\": \"INACTIVE\"}").status == 200)
            #expect(try await milan.client.get("/api/v1/users/me").status == 401)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            #expect(isRefused(try await card.use(server.client), 401, "card-not-valid"))
            // Neither is there again once the person is.
            #expect(try await company.manager.put(path, "{\"status\": \"ACTIVE\"}").status == 200)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            #expect(try await Self.phones(company, of: milan.id).isEmpty)

            _ = try await company.manager.put(path, "{\"status\": \"INACTIVE\"}")
            let again = try await company.card(of: milan.id)
            let back = try await again.use(server.client)
            #expect(back.status == 200 && back.json["user"]?["status"] == "ACTIVE")
            let last = try await company.card(of: milan.id)
            #expect(try await company.manager.delete(path).status == 204)
            #expect(isRefused(try await last.use(server.client), 401, "card-not-valid"))
            let key = try #require(back.json["phoneKey"]?.text)
            #expect(isRefused(try await milan.signIn(server.client, key: key), 401, "phone-ended"))
            let rows = try await server.database.fetch(
                Query("SELECT p.id FROM phones p UNION ALL SELECT c.user_id FROM cards c") { try $0.next() as String })
            #expect(rows.isEmpty)
        }
    }

    /// A sign-in beside a deactivation, the end of all phones or a removal leaves no session.
    @Test(arguments: Engine.allCases)
    func whatEndsAPhoneEndsSignInsBesideIt(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let acts: [@Sendable (CardHolder) async throws -> Int] = [
                {
                    try await company.manager.put("\(company.path)/users/\($0.id)", "{\"status\": \"INACTIVE\"}").status
                },
                { try await company.card(of: $0.id, "{\"lostPhone\": true}").code.count },
                { try await company.manager.delete("\(company.path)/users/\($0.id)/phones/\($0.phone)").status },
                { try await company.manager.delete("\(company.path)/users/\($0.id)").status },
            ]
            for act in acts {
                for _ in 1...3 {
                    let milan = try await company.cardHolder(server)
                    let replies = try await withThrowingTaskGroup(of: Reply?.self) { group in
                        for _ in 1...3 { group.addTask { try await milan.signIn(server.client) } }
                        group.addTask { try await milan.card.use(server.client) }
                        group.addTask {
                            let outcome = try await act(milan)
                            #expect([200, 204, 9].contains(outcome))
                            return nil
                        }
                        return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
                    }
                    for token in replies.compactMap({ $0.json["accessToken"]?.text }) {
                        let key = replies.first { $0.json["accessToken"]?.text == token }?.json["phoneKey"]?.text
                        // A card that was used the second time just before is another phone, which only its own end ends.
                        let isOther = key != milan.key
                        let status = try await server.client.with(token: token).get("/api/v1/users/me").status
                        #expect(status == 401 || isOther, "\(status)")
                    }
                    #expect(try await milan.signIn(server.client).status == 401)
                }
            }
        }
    }

    /// On several servers at once: no session of an ended phone is left, also none that a later activation would bring back.
    @Test(arguments: Engine.allCases)
    func noSessionOutlivesItsPhone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users/"
            let hashers = (1...4).map { _ in
                PasswordHasher(cost: .init(rounds: 2, blockSize: 1, parallelism: 1), width: 1)
            }
            for round in 1...30 {
                let milan = try await company.cardHolder(server)
                let id = try #require(User.ID(milan.id))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for hasher in hashers {
                        group.addTask {
                            let accounts = Accounts(server.database, hasher: hasher, runtime: server.runtime)
                            var origin = Accounts.Origin(network: "198.51.100.7", userAgent: nil)
                            origin.phoneKey = milan.key[...]
                            while (try? await accounts.signIn(id, pin: CardHolder.pin, from: origin)) != nil {}
                        }
                    }
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(round))
                        let reply =
                            round % 2 == 0
                            ? try await company.manager.delete(users + "\(milan.id)/phones/\(milan.phone)")
                            : try await company.manager.put(users + milan.id, "{\"status\": \"INACTIVE\"}")
                        #expect([200, 204].contains(reply.status), "\(reply.text)")
                    }
                    try await group.waitForAll()
                }
                let left = try await server.database.fetch(
                    Query("SELECT COUNT(*) FROM sessions s WHERE s.user_id = $1 AND s.switched_off_at IS NULL", id) {
                        try $0.next() as Int64
                    })
                #expect(left == [0], "round \(round)")
            }
            for hasher in hashers { await hasher.close() }
        }
    }

    // MARK: The session's PIN

    @Test(arguments: Engine.allCases)
    func aPinConfirms(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            func confirm(_ client: Client, _ body: String) async throws -> Reply {
                try await client.post("/api/v1/auth/confirm", body)
            }
            #expect(try await milan.client.get("/api/v1/users/me/export").status == 200)
            server.clock.advance(by: .seconds(601))
            #expect(isRefused(try await milan.client.get("/api/v1/users/me/export"), 403, "confirm-again"))
            let wrong = try await confirm(milan.client, "{\"pin\": \"839204\"}")
            #expect(isRefused(wrong, 401, "wrong-pin") && wrong.json["params"]?["left"] == .number(9))
            let password = try await confirm(milan.client, "{\"password\": \"void\"}")
            #expect(password.status == 400 && password.json["fields"]?[0]?["code"] == "wrong-password")
            #expect(try await confirm(milan.client, "{\"pin\": \"\(CardHolder.pin)\"}").status == 200)
            let copy = try await milan.client.get("/api/v1/users/me/export")
            #expect(copy.status == 200 && copy.json["phones"]?[0]?["id"]?.text == milan.phone, "\(copy.text)")
            #expect(copy.json["sessions"]?[0]?["phoneId"]?.text == milan.phone)
            #expect(!copy.text.contains("scrypt"))

            let byPassword = try await confirm(company.manager, "{\"pin\": \"\(CardHolder.pin)\"}")
            #expect(byPassword.status == 400 && byPassword.json["fields"]?[0]?["code"] == "not-by-pin")
            #expect(try await confirm(milan.client, "{}").status == 400)
            for _ in 1...9 { _ = try await confirm(milan.client, "{\"pin\": \"839204\"}") }
            #expect(isRefused(try await confirm(milan.client, "{\"pin\": \"839204\"}"), 401, "phone-ended"))
            #expect(try await milan.client.get("/api/v1/users/me").status == 401)
        }
    }

    // MARK: In time

    @Test(arguments: Engine.allCases)
    func aKeyLastsFourHundredDaysAfterTheLastSignIn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let housekeeping = Housekeeping(server.database, runtime: server.runtime)
            let day = Duration.seconds(24 * 3600)
            for _ in 1...2 {
                server.clock.advance(by: day * 399)
                try await housekeeping.run()
                #expect(try await milan.signIn(server.client).status == 200)
            }
            server.clock.advance(by: day * 400)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            try await housekeeping.run()
            for table in ["phones", "cards", "sessions"] {
                let left = try await server.database.fetch(
                    Query(SQL(unchecked: "SELECT COUNT(*) FROM \(table)")) { try $0.next() as Int64 })
                #expect(left == [0], "\(table)")
            }
        }
    }

    @Test func aPersonHasAtMostTenPhones() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            for _ in 2...11 {
                server.clock.advance(by: .seconds(60))
                #expect(try await company.card(of: milan.id).use(server.client).status == 200)
            }
            #expect(try await Self.phones(company, of: milan.id).count == 10)
            #expect(try await milan.client.get("/api/v1/users/me").status == 401)
        }
    }

    // MARK: With an address, and without a company

    /// An address that is added later goes beside the phone, and may get a password.
    /// A PIN of six digits doesn't open what a bookkeeper or a manager sees.
    @Test(arguments: Engine.allCases)
    func anotherRoleEndsThePhones(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, hasMail: false) { server in
            let company = try await TestCompany.register(server.client)
            let path = company.path + "/users/"
            let milan = try await company.cardHolder(server)
            #expect(try await company.manager.put(path + milan.id, "{\"email\": \"milan@kern.example\"}").status == 200)
            let signedIn = try await milan.signIn(server.client)
            let token = try #require(signedIn.json["accessToken"]?.text)
            let client = server.client.with(token: token)
            #expect(try await client.get("/api/v1/users/me").status == 200)
            #expect(try await company.manager.put(path + milan.id, "{\"phone\": \"1\"}").status == 200)
            #expect(try await client.get("/api/v1/users/me").status == 200)
            #expect(try await company.manager.put(path + milan.id, "{\"role\": \"BOOKKEEPER\"}").status == 200)
            #expect(try await client.get("/api/v1/users/me").status == 401)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
        }
    }

    @Test(arguments: Engine.allCases)
    func anAddressIsAddedLater(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let changed = try await company.manager.put(
                "\(company.path)/users/\(milan.id)", "{\"email\": \"milan@horvat.example\"}")
            #expect(changed.status == 200 && changed.json["email"] == .null, "\(changed.text)")
            #expect(changed.json["pendingEmail"] == "milan@horvat.example")
            while try await service.sendDue() > 0 {}
            let token = try #require(postbox.letters.last { $0.tag == "email-confirm" }?.token)
            let confirmed = try await server.client.post("/api/v1/auth/email/confirm", "{\"token\": \"\(token)\"}")
            #expect(confirmed.status == 200, "\(confirmed.text)")
            #expect(try await milan.signIn(server.client).status == 200)
            // A joined person with an address gets mail instead of a card.
            let card = try await company.manager.post("\(company.path)/users/\(milan.id)/invitation")
            #expect(isRefused(card, 409, "joined-already"))

            _ = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \"milan@horvat.example\"}")
            while try await service.sendDue() > 0 {}
            let link = try #require(postbox.letters.last { $0.to == "milan@horvat.example" }?.token)
            let set = try await server.client.with(token: link).post(
                "/api/v1/auth/set-password", "{\"password\": \"\(TestCompany.password)\"}")
            #expect(set.status == 200, "\(set.text)")
            _ = try await TestCompany.signIn(server.client, email: "milan@horvat.example")
            #expect(try await milan.signIn(server.client).status == 200)
        }
    }

    /// An export has neither cards nor phones; a restored person gets a new card.
    @Test(arguments: Engine.allCases)
    func aCompanyComesBackWithoutPhones(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let card = try await company.card(of: milan.id)
            let admin = try await server.person(.admin)
            let export = try await admin.client.get(company.path + "/export").text
            #expect(!export.contains("scrypt") && !export.contains("\"phones\"") && !export.contains("\"cards\""))
            #expect(try await admin.client.delete(company.path).status == 200)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            #expect(isRefused(try await card.use(server.client), 401, "card-not-valid"))
            let lines = export.split(separator: "\n").map { Array($0.utf8) }
            let restorer = try #require(
                try await Operators(server.database, runtime: server.runtime).actors().first)
            _ = try await CompanyRestore(server.database, runtime: server.runtime).run(as: restorer) {
                var rest = lines[...]
                return { rest.popFirst() }
            }
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
            let again = try await admin.client.post("\(company.path)/users/\(milan.id)/invitation")
            let token = String(again.json["link"]?.text?.suffix(64) ?? "")
            let back = try await server.client.post(
                "/api/v1/auth/card", "{\"token\": \"\(token)\", \"pin\": \"\(CardHolder.pin)\"}")
            #expect(back.status == 200 && back.json["user"]?["firstName"] == "Milan", "\(back.text)")
        }
    }

    /// An operator who ends all of a person's sessions ends their phones too.
    @Test func anOperatorEndsEverything() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            let operators = Operators(server.database, runtime: server.runtime)
            let person = try #require(try await operators.person(milan.id))
            #expect(try await operators.endSessions(of: person) == 1)
            #expect(isRefused(try await milan.signIn(server.client), 401, "phone-ended"))
        }
    }
}

import Foundation
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Cards: who gets one, and how often and how long they sign someone in.
@Suite struct CardTests {
    private static let (holder, card) = ("/api/v1/auth/card/holder", "/api/v1/auth/card")

    private static func isSpent(_ reply: Reply) -> Bool { isRefused(reply, 401, "card-not-valid") }

    /// The state of a person's invitation.
    private static func state(_ company: TestCompany, _ user: String) async throws -> String? {
        let people = try await company.manager.get(company.path + "/users").json.list
        return people.first { $0["id"]?.text == user }?["invitation"]?["state"]?.text
    }

    private static func add(_ company: TestCompany, _ more: String = "") async throws -> String {
        let added = try await company.manager.post(
            company.path + "/users", "{\"firstName\": \"Milan\", \"lastName\": \"Horvat\", \"role\": \"WORKER\"\(more)}"
        )
        guard let id = added.json["id"]?.text else { throw Unexpected(reply: added) }
        return id
    }

    @Test(arguments: Engine.allCases)
    func aPersonWithoutAnAddressJoins(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let id = try await Self.add(company)
            #expect(try await Self.state(company, id) == "queued")
            let made = try await company.manager.post("\(company.path)/users/\(id)/invitation")
            let (token, code) = (made.json["link"]?.text?.suffix(64) ?? "", made.json["code"]?.text ?? "")
            #expect(made.status == 202 && made.json["expiresAt"] == "2026-11-30T12:00:00.000Z", "\(made.text)")
            #expect(made.json["link"]?.text == "http://127.0.0.1:8080/card#token=\(token)")
            #expect(
                made.json["qr"]?["size"] == .number(41)
                    && made.json["qr"]?["path"]?.text?.hasPrefix("M0 0h7v1h-7z") == true)
            #expect(try await Self.state(company, id) == "sent")

            // A link preview and a question spend nothing.
            #expect(try await server.client.get("/card").status == 200)
            #expect(try await server.client.get(Self.card).status == 405)
            for body in ["\"token\": \"\(token)\"", "\"code\": \"\(code)\"", "\"code\": \" \(code.lowercased()) \""] {
                let shown = try await server.client.post(Self.holder, "{\(body)}")
                #expect(
                    shown.json["firstName"] == "Milan" && shown.json["companyName"] == "Fliesen Nord", "\(shown.text)")
                #expect(shown.json["isSecond"] == .boolean(false) && !shown.text.contains("Horvat"))
            }
            // Neither does a PIN that isn't accepted.
            for (pin, flaw) in [("12345", "not-a-pin"), ("111111", "pin-too-simple"), ("241285", "pin-too-simple")] {
                let weak = try await server.client.post(Self.card, "{\"token\": \"\(token)\", \"pin\": \"\(pin)\"}")
                #expect(weak.status == 400 && weak.json["fields"]?[0]?["code"]?.text == flaw, "\(weak.text)")
            }
            #expect(try await Self.state(company, id) == "sent")

            let joined = try await server.client.send(
                "POST", Self.card, body: "{\"code\": \"\(code)\", \"pin\": \"\(CardHolder.pin)\"}",
                headers: ["User-Agent": "Milans Telefon"])
            #expect(joined.status == 200 && joined.json["user"]?["status"] == "ACTIVE", "\(joined.text)")
            #expect(joined.json["phoneKey"]?.text?.count == 64)
            #expect(joined.headers["Set-Cookie"].filter { $0.hasPrefix("polier-phone") }.isEmpty)
            #expect(try await Self.state(company, id) == "accepted")
            let milan = server.client.with(token: joined.json["accessToken"]?.text)
            #expect(try await milan.get(company.path + "/sites").status == 200)
            #expect(try await milan.get("/api/v1/auth/sessions").json[0]?["byCard"] == .boolean(true))
            let phones = try await company.manager.get("\(company.path)/users/\(id)/phones").json
            #expect(phones.list.count == 1 && phones[0]?["device"] == "Milans Telefon")
            #expect(phones[0]?["expiresAt"] == "2027-12-28T12:00:00.000Z")
            let audit = try await company.manager.all(company.path + "/audit").compactMap { $0["action"]?.text }
            #expect(Set(audit) == ["company.registered", "user.invited", "user.card-given", "user.joined"], "\(audit)")
            #expect(audit.count == 4)
            try await server.watch.flush()
            let events = try await company.manager.all(company.path + "/audit/security")
            #expect(events.contains { $0["kind"] == "card-used" && $0["detail"] == "first" })
        }
    }

    /// The second use is for the app on the home screen, which has no cookies of the browser's.
    @Test(arguments: Engine.allCases)
    func aCardIsUsedTwiceWithTheSamePin(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            server.clock.advance(by: .seconds(29 * 60))
            let shown = try await server.client.post(Self.holder, "{\"token\": \"\(milan.card.token)\"}")
            #expect(shown.json["isSecond"] == .boolean(true))
            let wrong = try await milan.card.use(server.client, pin: "274962")
            #expect(isRefused(wrong, 401, "wrong-pin") && wrong.json["params"]?["left"] == .number(9))
            let second = try await milan.card.use(server.client)
            #expect(second.status == 200 && second.json["phoneKey"]?.text != milan.key)
            #expect(Self.isSpent(try await milan.card.use(server.client)))
            #expect(Self.isSpent(try await server.client.post(Self.holder, "{\"code\": \"\(milan.card.code)\"}")))
            #expect(try await company.manager.get("\(company.path)/users/\(milan.id)/phones").json.list.count == 2)
            for client in [milan.client, server.client.with(token: second.json["accessToken"]?.text)] {
                #expect(try await client.get("/api/v1/users/me").status == 200)
            }
            try await server.watch.flush()
            let events = try await company.manager.all(company.path + "/audit/security")
            let reused = events.filter { $0["kind"] == "link-reused" && $0["detail"] == "card" }
            #expect(reused.count == 1 && reused[0]["times"] == .number(2), "\(reused)")
            #expect(events.contains { $0["kind"] == "pin-failed" && $0["detail"] == "card" })
        }
    }

    /// A photo of a used card, with the PIN unknown: guessing spends the card and leaves the first phone alone.
    @Test(arguments: Engine.allCases)
    func aPhotoOfACardOpensNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (milan, mara) = (try await company.cardHolder(server), try await company.cardHolder(server))
            for guess in 1...9 {
                let wrong = try await milan.card.use(server.client, pin: "83920\(guess)")
                #expect(wrong.json["params"]?["left"] == .number(Decimal(10 - guess)), "\(wrong.text)")
            }
            for pin in ["839200", CardHolder.pin] {
                #expect(Self.isSpent(try await milan.card.use(server.client, pin: pin)))
            }
            #expect(try await milan.client.get("/api/v1/users/me").status == 200)
            #expect(try await milan.signIn(server.client).status == 200)

            server.clock.advance(by: .seconds(30 * 60))
            #expect(Self.isSpent(try await mara.card.use(server.client)))
        }
    }

    @Test(arguments: Engine.allCases)
    func anExpiredOrReplacedCardIsRefused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let id = try await Self.add(company)
            let (old, new) = (try await company.card(of: id), try await company.card(of: id))
            #expect(Self.isSpent(try await old.use(server.client)))
            server.clock.advance(by: .seconds(7 * 24 * 3600))
            #expect(Self.isSpent(try await new.use(server.client)))
            #expect(try await Self.state(company, id) == "expired")
            try await Housekeeping(server.database, runtime: server.runtime).run()
            #expect(try await Self.state(company, id) == "expired")
            #expect(Self.isSpent(try await server.client.post(Self.holder, "{\"token\": \"abc\"}")))
            #expect(Self.isSpent(try await server.client.post(Self.holder, "{\"code\": \"abc\"}")))
            let another = try await company.card(of: id)
            #expect(try await another.use(server.client).status == 200)
        }
    }

    /// A card is for workers, and for people who didn't join by mail.
    @Test(arguments: Engine.allCases)
    func whoGetsACard(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let lena = try await Self.add(company, ", \"email\": \"lena@vogt.example\"")
            let path = "\(company.path)/users/\(lena)/invitation"
            let mailed = try await company.manager.post(path)
            #expect(mailed.status == 202 && mailed.json["code"] == .null && mailed.json["qr"] == nil)
            #expect(mailed.json["link"]?.text?.contains("/set-password#") == true)
            let mails = try await company.manager.all(company.path + "/mails").count
            let card = try await company.card(of: lena, "{\"card\": true}")
            #expect(try await company.manager.all(company.path + "/mails").count == mails)
            #expect(try await card.use(server.client).status == 200)
            // Joining voids the mailed link.
            let token = String(mailed.json["link"]?.text?.suffix(64) ?? "")
            let set = try await server.client.with(token: token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(isRefused(set, 401, "link-used"))
            for body in [nil, "{\"card\": true}"] {
                #expect(isRefused(try await company.manager.post(path, body), 409, "joined-already"))
            }

            let worker = try await server.person(.worker, in: company.id)
            let joined = "\(company.path)/users/\(worker.id)/invitation"
            #expect(isRefused(try await company.manager.post(joined, "{\"card\": true}"), 409, "joined-already"))
            #expect(try await worker.client.post(joined).status == 403)
            let manager = try await company.manager.post(
                company.path + "/users",
                "{\"firstName\": \"M\", \"lastName\": \"M\", \"role\": \"MANAGER\", \"email\": \"m@m.example\"}")
            let forManager = "\(company.path)/users/\(manager.json["id"]?.text ?? "")/invitation"
            let refused = try await company.manager.post(forManager, "{\"card\": true}")
            #expect(isRefused(refused, 409, "cards-for-workers"), "\(refused.text)")
            for body in ["{\"card\": \"ja\"}", "{\"karte\": true}", "[]"] {
                #expect(try await company.manager.post(path, body).status == 400)
            }
            let other = try await TestCompany.register(server.client)
            let foreign = try await other.manager.post("\(other.path)/users/\(lena)/invitation", "{\"card\": true}")
            #expect(isRefused(foreign, 404, "user-not-found"))
        }
    }

    @Test func aLinkThatWasMailedVoidsTheCard() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            let lena = try await Self.add(company, ", \"email\": \"lena@vogt.example\"")
            let mailed = try await company.manager.post("\(company.path)/users/\(lena)/invitation")
            let card = try await company.card(of: lena, "{\"card\": true}")
            let token = String(mailed.json["link"]?.text?.suffix(64) ?? "")
            let set = try await server.client.with(token: token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(set.status == 200)
            #expect(Self.isSpent(try await card.use(server.client)))
        }
    }

    @Test func anUnknownFounderGivesNoCards() async throws {
        try await TestServer.run(on: .sqlite, provesAddresses: true) { server in
            let company = try await TestCompany.register(server.client)
            let refused = try await company.manager.post(
                company.path + "/users", "{\"firstName\": \"M\", \"lastName\": \"H\", \"role\": \"WORKER\"}")
            #expect(isRefused(refused, 403, "address-not-proven"))
        }
    }

    /// The same request gets the same card, not another that voids the first.
    @Test(arguments: Engine.allCases)
    func aRepeatedRequestGetsTheSameCard(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let path = "\(company.path)/users/\(try await Self.add(company))/invitation"
            let key = ["Idempotency-Key": "karte"]
            let first = try await company.manager.send("POST", path, body: "{}", headers: key)
            let again = try await company.manager.send("POST", path, body: "{}", headers: key)
            #expect(first.status == 202 && first.text == again.text)
            let other = try await company.manager.send("POST", path, body: "{\"lostPhone\": true}", headers: key)
            #expect(isRefused(other, 422, "key-reused"))
        }
    }

    @Test(arguments: Engine.allCases)
    func typedCodesAreLimited(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let id = try await Self.add(company)
            let card = try await company.card(of: id)
            func guess(_ network: String) async -> String? {
                do {
                    _ = try await server.accounts.holder(
                        of: .code("2222-2222"), from: .init(network: network, userAgent: nil))
                    return nil
                } catch {
                    return (error as? Refusal)?.code
                }
            }
            // Right codes don't count.
            for _ in 1...30 {
                #expect(try await server.client.post(Self.holder, "{\"code\": \"\(card.code)\"}").status == 200)
            }
            for _ in 1...20 {
                #expect(
                    Self.isSpent(try await server.client.post(Self.card, "{\"code\": \"2222-2222\", \"pin\": \"1\"}")))
            }
            for code in ["2222-2222", card.code] {
                let locked = try await server.client.post(Self.holder, "{\"code\": \"\(code)\"}")
                #expect(isRefused(locked, 429, "too-many-tries") && locked.header("Retry-After") == "900")
            }
            // A link isn't a code, and other networks have their own limit, up to one for all.
            #expect(try await server.client.post(Self.holder, "{\"token\": \"\(card.token)\"}").status == 200)
            for network in 1...14 {
                for _ in 1...20 { #expect(await guess("198.51.100.\(network)") == "card-not-valid") }
            }
            #expect(await guess("203.0.113.1") == "too-many-tries")
            server.clock.advance(by: .seconds(15 * 60))
            #expect(try await server.client.post(Self.holder, "{\"code\": \"\(card.code)\"}").status == 200)
        }
    }

    /// Of two phones that use a card at once, one sets its PIN.
    @Test(arguments: Engine.allCases)
    func twoPhonesUseACardAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            for _ in 1...5 {
                let id = try await Self.add(company)
                let card = try await company.card(of: id)
                let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                    for pin in ["274961", "839204"] { group.addTask { try await card.use(server.client, pin: pin) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let statuses = replies.map(\.status).sorted()
                #expect(statuses == [200, 401], "\(replies.map(\.text))")
                #expect(replies.contains { isRefused($0, 401, "wrong-pin") })
                #expect(try await company.manager.get("\(company.path)/users/\(id)/phones").json.list.count == 1)
            }
            let joined = try await company.manager.all(company.path + "/audit").count { $0["action"] == "user.joined" }
            #expect(joined == 5)
        }
    }

    @Test(arguments: Engine.allCases)
    func aSuspendedCompanysCardsWait(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (id, milan) = (try await Self.add(company), try await company.cardHolder(server))
            let card = try await company.card(of: id)
            let admin = try await server.person(.admin)
            for isSuspended in [true, false] {
                _ = try await admin.client.put(company.path + "/suspension", "{\"isSuspended\": \(isSuspended)}")
                for reply in [try await card.use(server.client), try await milan.signIn(server.client)] {
                    #expect(
                        isSuspended ? isRefused(reply, 403, "company-suspended") : reply.status == 200,
                        "\(reply.text)")
                }
            }
        }
    }

    @Test(arguments: [
        "{}", "{\"pin\": \"274961\"}", "{\"token\": 5, \"pin\": \"274961\"}", "{\"token\": \"a\"}", "[]", "",
    ])
    func whatIsMissingIsNamed(_ body: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            for path in [Self.card, "/api/v1/auth/pin"] {
                let reply = try await server.client.post(path, body)
                #expect(reply.status == 400, "\(reply.text)")
            }
        }
    }
}

import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Mail is recorded as a row before anything else happens to it.
@Suite struct MailTests {
    @Test(arguments: Engine.allCases)
    func anInvitationArrivesAndItsLinkOpensTheAccount(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client, name: "Fliesen & <Söhne>")
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let invited = try await company.invite("lena@vogt.example")
            server.clock.advance(by: .seconds(1))
            #expect(try await service.sendDue() == 1)
            #expect(try await service.sendDue() == 0)

            let letter = try #require(postbox.letters.first)
            #expect(letter.to == "lena@vogt.example" && letter.subject == "Fliesen & <Söhne>: deine Einladung")
            #expect(letter.text.contains("Ada Kern hat dich bei Fliesen & <Söhne> eingeladen."))
            #expect(letter.html.contains("Fliesen &amp; &lt;Söhne&gt;") && !letter.html.contains("<Söhne>"))
            #expect(!letter.html.contains("<img") && !letter.html.contains("src="))
            #expect(letter.messageID.hasSuffix("@polier.example.de>"))
            let first = try #require(letter.text.firstMatch(of: /https?:\/\/[^\s]+/)).output
            #expect(first.hasPrefix("https://polier.example.de/set-password#token=") && letter.html.contains(first))
            let joined = try await server.client.with(token: String(first.split(separator: "=")[1])).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(joined.status == 200)
            #expect(try await service.sendDue() == 0, "the first password is no change")

            let mails = try await company.manager.get(company.path + "/mails").json
            #expect(mails[0]?["state"] == "sent" && mails[0]?["kind"] == "invitation" && mails[0]?["attempts"] == 1)
            #expect(mails[0]?["userId"] == invited.json["id"])
            #expect(mails[0]?.keys.contains("token") == false)
            #expect(try await Self.tokens(server) == [nil], "what was accepted holds no link any more")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatCantBeSentIsTriedAgainAndSaysWhy(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            func state() async throws -> JSON? {
                try await company.person("lena@vogt.example")?["invitation"]
            }
            _ = try await company.invite("lena@vogt.example")
            postbox.answer(.postponed(MailReason(.postponed, "the provider is down"), retryAfter: nil))
            #expect(try await service.sendDue() == 1)
            let waiting = try await state()
            #expect(waiting?["state"] == "queued" && waiting?["reason"] == "the provider is down")
            server.clock.advance(by: .seconds(9))
            #expect(try await service.sendDue() == 0, "not before ten seconds")
            server.clock.advance(by: .seconds(6))
            postbox.answer(.postponed(MailReason(.postponed, "slow down"), retryAfter: .seconds(600)))
            #expect(try await service.sendDue() == 1)
            server.clock.advance(by: .seconds(599))
            #expect(try await service.sendDue() == 0)
            server.clock.advance(by: .seconds(1))
            postbox.answer(.accepted)
            #expect(try await service.sendDue() == 1)
            #expect(try await state()?["state"] == "sent")
            #expect(Set(postbox.letters.map(\.messageID)).count == 1, "each try is the same mail")

            _ = try await company.invite("kai@vogt.example")
            postbox.answer(.refused(MailReason(.refused, "there is no such mailbox")))
            #expect(try await service.sendDue() == 1)
            let mails = try await company.manager.get(company.path + "/mails").json
            #expect(mails[0]?["state"] == "failed" && mails[0]?["reason"] == "there is no such mailbox")
            server.clock.advance(by: .seconds(5 * 24 * 3600))
            #expect(try await service.sendDue() == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func afterThreeDaysItIsGivenUp(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            _ = try await company.invite("lena@vogt.example")
            postbox.answer(.postponed(MailReason(.postponed, "the provider is down"), retryAfter: nil))
            for _ in 0..<(3 * 24 * 60) {
                try await service.sendDue()
                server.clock.advance(by: .seconds(60))
            }
            #expect((20...40).contains(postbox.letters.count), "\(postbox.letters.count)")
            let mail = try await company.manager.get(company.path + "/mails").json[0]
            #expect(mail?["state"] == "failed")
            #expect(mail?["reason"]?.text == "Gave up after three days. Last error: the provider is down")
        }
    }

    @Test(arguments: Engine.allCases)
    func severalServersSendEachOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let services = try (0..<3).map { _ in try server.mailService(by: postbox) }
            for number in 0..<40 { _ = try await company.invite("person\(number)@vogt.example") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for service in services {
                    group.addTask { for _ in 0..<8 { try await service.sendDue() } }
                }
                try await group.waitForAll()
            }
            #expect(postbox.letters.count == 40 && Set(postbox.letters.map(\.to)).count == 40)
        }
    }

    /// A server that dies between claiming and recording loses nothing, and a late one records nothing.
    @Test(arguments: Engine.allCases)
    func aLostLeaseIsTakenOver(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            _ = try await company.invite("lena@vogt.example")
            let clock = server.clock
            let (dead, alive) = (
                Outbox(server.database, runtime: server.runtime), Outbox(server.database, runtime: server.runtime)
            )
            let lost = try #require(try await dead.claim(atMost: 10).first)
            #expect(try await alive.claim(atMost: 10).isEmpty)
            clock.advance(by: .seconds(60))
            let taken = try #require(try await alive.claim(atMost: 10).first)
            #expect(taken.id == lost.id && taken.attempts == 2)
            try await dead.record(.refused(MailReason(.refused, "too late")), of: lost)
            try await alive.record(.accepted, of: taken)
            #expect(try await company.manager.get(company.path + "/mails").json[0]?["state"] == "sent")
        }
    }

    @Test(arguments: Engine.allCases)
    func passwordsHaveTheirMails(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let path = "/api/v1/auth/reset-password"
            _ = try await server.client.post(path, "{\"email\": \"niemand@kern.example\"}")
            #expect(try await service.sendDue() == 0)
            for _ in 0..<2 { _ = try await server.client.post(path, "{\"email\": \"\(company.email)\"}") }
            #expect(try await service.sendDue() == 1, "the newer link took the older one's place")
            let mails = try await company.manager.get(company.path + "/mails").json.list
            #expect(Set(mails.compactMap { $0["state"]?.text }) == ["sent", "cancelled"])
            let set = try await server.client.with(token: postbox.letters[0].token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Neue Kelle 2026\"}")
            #expect(set.status == 200)
            _ = try await service.sendDue()
            #expect(postbox.letters.map(\.tag) == ["reset", "password-changed"])
            #expect(postbox.letters[1].subject == "Dein Passwort wurde geändert")

            // A removed person leaves no address in sent mails, and gets none that waits.
            let english = try await company.invite("lena@vogt.example", language: "en")
            let manager = company.manager.with(
                token: try await TestCompany.signIn(server.client, email: company.email, password: "Neue Kelle 2026"))
            #expect(english.status == 401)
            let invited = try await manager.post(
                company.path + "/users",
                "{\"email\": \"l@v.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\", \"language\": \"en\"}"
            )
            _ = try await service.sendDue()
            #expect(postbox.letters.last?.subject == "Fliesen Nord: your invitation")
            let user = company.path + "/users/" + (invited.json["id"]?.text ?? "")
            _ = try await manager.post(user + "/invitation")
            #expect(try await manager.delete(user).status == 204)
            #expect(try await service.sendDue() == 0)
            let left = try await manager.get(company.path + "/mails")
            #expect(!left.text.contains("l@v.example"))
        }
    }

    /// However old the invitation is, and without changing its link; but not once the manager has withdrawn it.
    @Test(arguments: Engine.allCases)
    func whoWasInvitedCanAskForALink(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            func ask(_ email: String) async throws -> Reply {
                try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \"\(email)\"}")
            }
            func join(_ token: String) async throws -> Int {
                try await server.client.with(token: token).post(
                    "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}"
                ).status
            }
            func sentToken() throws -> String { try #require(postbox.letters.last?.token) }
            for name in ["kai", "ute", "ole", "eva"] { _ = try await company.invite("\(name)@vogt.example") }
            #expect(try await service.sendDue() == 4)
            let invitation = try #require(postbox.letters.first { $0.to == "ute@vogt.example" }?.token)

            let (known, unknown) = (try await ask("kai@vogt.example"), try await ask("niemand@vogt.example"))
            #expect(known.status == 202 && known.body == unknown.body)
            #expect(try await service.sendDue() == 1)
            #expect(postbox.letters.last?.tag == "reset" && postbox.letters.last?.to == "kai@vogt.example")
            #expect(try await company.person("kai@vogt.example")?["invitation"]?["state"] == "sent")
            #expect(try await join(sentToken()) == 200)
            #expect(try await company.person("kai@vogt.example")?["invitation"]?["state"] == "accepted")

            _ = try await ask("ute@vogt.example")
            #expect(try await service.sendDue() == 1)
            #expect(try await join(invitation) == 200, "a stranger who asks takes no one's invitation")
            #expect(try await join(sentToken()) == 401)

            // Withdrawn before it is requested, and after.
            let ole = company.path + "/users/" + (try await company.person("ole@vogt.example")?["id"]?.text ?? "")
            _ = try await ask("ole@vogt.example")
            #expect(try await service.sendDue() == 1)
            #expect(try await company.manager.put(ole, "{\"status\": \"INACTIVE\"}").status == 200)
            #expect(try await join(sentToken()) == 401)
            _ = try await ask("ole@vogt.example")
            #expect(try await service.sendDue() == 0)

            server.clock.advance(by: .seconds(20 * 24 * 3600))
            #expect(try await company.person("eva@vogt.example")?["invitation"]?["state"] == "expired")
            _ = try await ask("eva@vogt.example")
            #expect(try await service.sendDue() == 1)
            server.clock.advance(by: .seconds(3599))
            #expect(try await join(sentToken()) == 200)
        }
    }

    /// A mail that waited longer than its link is valid isn't sent.
    @Test(arguments: Engine.allCases)
    func noLinkIsSentThatIsOver(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            _ = try await server.client.post(
                "/api/v1/auth/reset-password", "{\"email\": \"\(company.email)\"}")
            postbox.answer(.unanswered(MailReason(.unreachable, "the provider is down")))
            #expect(try await service.sendDue() == 1)
            server.clock.advance(by: .seconds(3600))
            postbox.answer(.accepted)
            #expect(try await service.sendDue() == 1)
            #expect(postbox.letters.count == 1)
            let mail = try await company.manager.get(company.path + "/mails").json[0]
            #expect(mail?["state"] == "failed" && mail?["reason"] == "its link was no longer good")
        }
    }

    /// A changed address is reported to the old one, and repeating the current one changes nothing.
    @Test(arguments: Engine.allCases)
    func anAddressThatMoves(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let me = "/api/v1/users/me"
            _ = try await company.manager.put(me, "{\"email\": \"\(company.email.uppercased())\"}")
            #expect(try await service.sendDue() == 0)
            _ = try await company.manager.put(
                me, "{\"email\": \"neu@kern.example\", \"currentPassword\": \"\(TestCompany.password)\"}")
            #expect(try await service.sendDue() == 2)
            let old = company.email.split(separator: "@")[0].uppercased() + "@kern.example"
            let told = postbox.letters.sorted { $0.tag < $1.tag }
            #expect(told.map(\.tag) == ["email-changing", "email-confirm"])
            #expect(told.map(\.to) == [old, "neu@kern.example"])

            let invited = try await company.invite("lena@vogt.example")
            let user = company.path + "/users/" + (invited.json["id"]?.text ?? "")
            let same = try await company.manager.put(
                user, "{\"email\": \"Lena@vogt.example\", \"lastName\": \"Voigt\"}")
            #expect(same.json["invitation"]?["state"] == "queued", "the invitation still holds")
            let moved = try await company.manager.put(user, "{\"email\": \"lena@voigt.example\"}")
            #expect(moved.json["invitation"]?["state"] == "queued")
            #expect(try await service.sendDue() == 1, "the first is void")
            #expect(postbox.letters[2].to == "lena@voigt.example" && postbox.letters[2].tag == "invitation")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatRunsLowIsToldOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            _ = try await server.person(.manager, in: company.id)
            _ = try await server.person(.worker, in: company.id)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let site = try await company.site("Bad")
            var materials: [String] = []
            for name in ["Kleber", "Fugen", "Silikon"] {
                materials.append(try await company.material(site, name: name, amount: "10", threshold: "5"))
            }
            func take(_ index: Int, _ delta: Double) async throws {
                let reply = try await company.manager.post(
                    materials[index] + "/adjust-quantity", "{\"delta\": \(delta)}")
                #expect(reply.status == 200)
            }
            try await take(0, -5)
            #expect(try await service.sendDue() == 0, "at the threshold is not below it")
            try await take(0, -0.5)
            #expect(try await service.sendDue() == 0, "a mistap has a minute to be undone")
            server.clock.advance(by: .seconds(60))
            #expect(try await service.sendDue() == 2, "one for each manager")
            #expect(postbox.letters[0].text.contains("- Kleber: 4,5 Sack (Bad)\n\nDu hörst wieder"))
            #expect(postbox.letters[0].subject == "Material wird knapp")

            // Within ten minutes the others are collected, and a material that crosses its threshold repeatedly is reported once.
            server.clock.advance(by: .seconds(60))
            try await take(1, -6)
            try await take(0, -1)
            _ = try await company.manager.patch(materials[2], "{\"threshold\": 11}")
            try await take(1, -1)
            #expect(try await service.sendDue() == 0)
            server.clock.advance(by: .seconds(540))
            #expect(try await service.sendDue() == 2)
            let collected = postbox.letters[2].text
            #expect(collected.contains("- Fugen: 3 Sack (Bad)\n- Silikon: 10 Sack (Bad)\n"))
            #expect(postbox.letters[2].html.contains(">- Fugen: 3 Sack (Bad)<br>- Silikon: 10 Sack (Bad)</p>"))
            #expect(!collected.contains("Kleber"))

            server.clock.advance(by: .seconds(3600))
            try await take(0, 10)
            try await take(0, -10)
            server.clock.advance(by: .seconds(60))
            #expect(try await service.sendDue() == 2, "it had recovered")
            #expect(Set(postbox.letters.map(\.to)).count == 2)

            server.clock.advance(by: .seconds(3600))
            _ = try await company.material(site, name: "Dichtband", amount: "0", threshold: "2")
            server.clock.advance(by: .seconds(60))
            #expect(try await service.sendDue() == 2, "what is added runs low already")
            #expect(postbox.letters.last?.text.contains("- Dichtband: 0 Sack (Bad)") == true)
        }
    }

    /// A front end that reads the token from the query gets it there; browsers never send a fragment.
    @Test(arguments: [("fragment", "#"), ("query", "?")])
    func linksCarryTheirTokenWhereTheSettingSays(_ setting: String, _ mark: String) async throws {
        try await TestServer.run(
            on: .sqlite, flags: ["POLIER_LINK_TOKENS": setting, "POLIER_PUBLIC_URL": "https://polier.example.de"]
        ) { server in
            let company = try await TestCompany.register(server.client)
            let user = try await company.invite("lena@kern.example").json["id"]?.text ?? ""
            let link = try await company.manager.post(company.path + "/users/\(user)/invitation").json["link"]?.text
            #expect(link?.hasPrefix("https://polier.example.de/set-password\(mark)token=") == true, "\(link ?? "")")
        }
        #expect(throws: SettingsError.self) {
            _ = try Settings(flags: ["POLIER_LINK_TOKENS": "cookie"], environment: [:])
        }
    }

    private static func tokens(_ server: TestServer) async throws -> [String?] {
        try await server.database.fetch(Query("SELECT token FROM mails") { try $0.next() })
    }
}

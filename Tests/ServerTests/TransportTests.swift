import Crypto
import Foundation
import Logging
import MailTransport
import Synchronization
import Testing

@testable import Core
@testable import Server

/// The ways that mail leaves by, against servers that do as they are told.
@Suite struct TransportTests {
    private static func letter(_ to: String, subject: String = "Fliesen Süd: deine Einladung") -> Letter {
        Letter(
            messageID: "<1@polier.example.de>", to: to, subject: subject, text: "Hallo Lena,\n\n.\nÄrger",
            html: "<p>Ärger</p>",
            tag: "invitation")
    }

    @Test func mailgunIsAskedAsDocumented() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let part = try Part("fake_mailgun.py", folder: folder)
        let postroom = Postroom()
        let mailgun = Mailgun(
            postroom, baseURL: "http://127.0.0.1:\(part.port)", domain: "mg.example.de", key: "key-1",
            from: "Polier <polier@mg.example.de>", isTest: true)
        #expect(await mailgun.send(Self.letter("lena@vogt.example")) == .accepted)
        let asked = try #require(part.heard.first)
        #expect(asked["path"] == "/v3/mg.example.de/messages")
        #expect(asked["authorization"]?.text == "Basic " + Data("api:key-1".utf8).base64EncodedString())
        #expect(
            asked["fields"]
                == .object([
                    "from": "Polier <polier@mg.example.de>", "to": "lena@vogt.example",
                    "subject": "Fliesen Süd: deine Einladung", "text": "Hallo Lena,\n\n.\nÄrger",
                    "html": "<p>Ärger</p>",
                    "h:Message-Id": "<1@polier.example.de>", "o:tag": "invitation", "o:testmode": "yes",
                ]))

        for status in [400, 401, 403] {
            guard case .refused(let reason) = await mailgun.send(Self.letter("s\(status)@x.example")) else {
                Issue.record("\(status) is no refusal")
                continue
            }
            #expect(reason.hasPrefix("Mailgun answered \(status)") && !reason.contains("key-1"))
        }
        guard case .postponed(_, let pause) = await mailgun.send(Self.letter("s429@x.example")) else {
            Issue.record("429 is no postponement")
            return
        }
        #expect(pause == .seconds(77))
        for name in ["s500", "s503", "drop"] {
            guard case .postponed(let reason, retryAfter: nil) = await mailgun.send(Self.letter("\(name)@x.example"))
            else {
                Issue.record("\(name) is no postponement")
                continue
            }
            #expect(reason.hasPrefix("Mailgun"))
        }
        part.stop()
        guard case .postponed = await mailgun.send(Self.letter("lena@vogt.example")) else {
            Issue.record("a refused connection is no postponement")
            return
        }
        await postroom.close()
    }

    @Test func anSMTPRelayTakesWhatIsWritten() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let relay = try Part("smtp_relay.py", ["127.0.0.1", "polier", "ge:heim/1"], folder: folder)
        let postroom = Postroom()
        func smtp(_ url: String) throws -> SMTP {
            SMTP(postroom, try #require(SMTP.Address(url)), from: "Fliesen Süd <polier@example.de>")
        }
        let good = try smtp("smtp://polier:ge%3Aheim%2F1@127.0.0.1:\(relay.port)")
        let subject = "Fliesen & Söhne, \"Köln\" " + String(repeating: "ß", count: 150)
        #expect(await good.send(Self.letter("lena@vogt.example", subject: subject)) == .accepted)
        let mail = try #require(relay.heard.first)
        #expect(mail["from"] == "polier@example.de" && mail["to"] == ["lena@vogt.example"] && mail["user"] == "polier")
        #expect(mail["headers"]?["subject"]?.text == subject)
        #expect(mail["headers"]?["from"] == "Fliesen Süd <polier@example.de>")
        #expect(mail["headers"]?["message-id"] == "<1@polier.example.de>")
        #expect(mail["headers"]?["content-type"]?.text?.hasPrefix("multipart/") == true)
        #expect(mail["headers"]?["date"]?.text?.hasSuffix("+0000") == true)
        #expect(mail["parts"]?["text/plain"] == "Hallo Lena,\n\n.\nÄrger")
        #expect(mail["parts"]?["text/html"] == "<p>Ärger</p>")

        guard case .refused(let bounced) = await good.send(Self.letter("bounce@vogt.example")) else {
            Issue.record("550 is no refusal")
            return
        }
        #expect(bounced.contains("550"))
        guard case .postponed(let later, retryAfter: nil) = await good.send(Self.letter("later@vogt.example")) else {
            Issue.record("451 is no postponement")
            return
        }
        #expect(later.contains("451"))
        let wrong = try smtp("smtp://polier:falsch@127.0.0.1:\(relay.port)")
        if await wrong.send(Self.letter("lena@vogt.example")) == .accepted {
            Issue.record("a wrong password is accepted")
        }
        // Only to this machine by its own name does anything go without TLS, and this relay has none.
        let other = try Part("smtp_relay.py", ["127.0.0.2", "polier", "geheim"], folder: folder)
        let open = try smtp("smtp://polier:geheim@127.0.0.2:\(other.port)")
        if await open.send(Self.letter("lena@vogt.example")) == .accepted { Issue.record("it went without TLS") }
        #expect(other.heard.isEmpty)
        other.stop()
        #expect(relay.heard.count == 1)
        relay.stop()
        guard case .postponed = await good.send(Self.letter("lena@vogt.example")) else {
            Issue.record("a refused connection is no postponement")
            return
        }
        for text in ["http://x", "smtp://", "smtp://h/path", "smtp://h?x=1"] { #expect(SMTP.Address(text) == nil) }
        await postroom.close()
    }

    /// After three failures nothing is sent but a probe every half minute, and the second way takes over at once.
    @Test func aWayThatIsDownIsSpared() async throws {
        let clock = TestClock()
        let runtime = Runtime(now: { clock.now }, randomBytes: Runtime.live.randomBytes)
        let (first, second) = (Scripted(), Scripted())
        let (primary, secondary) = (
            Breaker(first, name: "first", runtime: runtime), Breaker(second, name: "second", runtime: runtime)
        )
        let chain = LetterChain([primary, secondary])
        first.answer(.postponed("down", retryAfter: nil))
        for _ in 0..<20 { #expect(await chain.send(Self.letter("a@b.example")) == .accepted) }
        #expect(first.count == 3 && second.count == 20 && primary.isDown && !chain.isDown)
        second.answer(.postponed("down", retryAfter: nil))
        for _ in 0..<20 { _ = await chain.send(Self.letter("a@b.example")) }
        #expect(first.count == 3 && second.count == 23 && chain.isDown && chain.room == 0)
        clock.advance(by: .seconds(30))
        #expect(chain.room == 1)
        first.answer(.accepted)
        #expect(await chain.send(Self.letter("a@b.example")) == .accepted)
        #expect(!primary.isDown && chain.room > 1 && first.count == 4)
    }

    private final class Scripted: LetterTransport {
        private let state = Mutex((outcome: Outbox.Outcome.accepted, count: 0))
        var count: Int { state.withLock { $0.count } }
        func answer(_ outcome: Outbox.Outcome) { state.withLock { $0.outcome = outcome } }
        func send(_ letter: Letter) async -> Outbox.Outcome {
            state.withLock {
                $0.count += 1
                return $0.outcome
            }
        }
    }

    /// With three settings the real binary sends through Mailgun, and killing it loses nothing.
    @Test(arguments: Engine.allCases)
    func theBinarySendsAndLosesNothing(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", folder: folder)
            let settings = [
                "POLIER_MAILGUN_API_KEY": "key-1", "POLIER_MAILGUN_DOMAIN": "mg.example.de",
                "POLIER_MAIL_FROM": "Polier <polier@mg.example.de>", "POLIER_PUBLIC_URL": "https://polier.example.de",
                "POLIER_MAILGUN_BASE_URL": "http://127.0.0.1:\(part.port)",
            ]
            let port = try RunningServer.freePort()
            var server = try await RunningServer(url: url, folder: folder, port: port, settings: settings)
            let company = try await TestCompany.register(server.client)
            for number in 0..<60 {
                if number % 20 == 10 {
                    server.kill()
                    server = try await RunningServer(url: url, folder: folder, port: port, settings: settings)
                }
                let reply = try await company.manager.post(
                    company.path + "/users",
                    """
                    {"email": "person\(number)@vogt.example", "firstName": "P", "lastName": "\(number)", "role": "WORKER"}
                    """)
                #expect(reply.status == 201)
            }
            // What was claimed when the server died is due again after a minute at most.
            var receivers: Set<String> = []
            for _ in 0..<900 where receivers.count < 60 {
                receivers = Set(part.heard.compactMap { $0["fields"]?["to"]?.text })
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(receivers.count == 60)
            let byReceiver = Dictionary(grouping: part.heard) { $0["fields"]?["to"]?.text ?? "" }
            for (receiver, asked) in byReceiver {
                #expect(Set(asked.compactMap { $0["fields"]?["h:Message-Id"]?.text }).count == 1, "\(receiver)")
            }
            #expect(
                part.heard[0]["fields"]?["text"]?.text?.contains("https://polier.example.de/set-password?token=")
                    == true)
            #expect(!server.log().contains("token=") && !server.log().contains("key-1"))
            #expect(server.terminate() == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func theOperatorLooksAndTriesAgain(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", folder: folder)
            let settings = [
                "POLIER_MAILGUN_API_KEY": "key-1", "POLIER_MAILGUN_DOMAIN": "mg.example.de",
                "POLIER_MAIL_FROM": "polier@mg.example.de", "POLIER_PUBLIC_URL": "https://polier.example.de",
                "POLIER_MAILGUN_BASE_URL": "http://127.0.0.1:\(part.port)",
            ]
            let server = try await RunningServer(url: url, folder: folder, settings: settings)
            let company = try await TestCompany.register(server.client)
            _ = try await company.manager.post(
                company.path + "/users",
                "{\"email\": \"s400@vogt.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}")
            for _ in 0..<100 where part.heard.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            try await Task.sleep(for: .milliseconds(300))
            let environment = ["POLIER_DATABASE_URL": url]
            let list = try Binary.run(["mail", "list"], environment: environment, in: folder.path)
            #expect(
                list.code == 0 && list.output.contains("invitation  s400@vogt.example  failed: Mailgun answered 400"))
            #expect(!list.output.contains("token"))
            let id = String(list.output.prefix(36))
            #expect(try Binary.run(["mail", "show", id], environment: environment).output.contains("tried 1 times"))
            #expect(try Binary.run(["mail", "retry", id], environment: environment).code == 0)
            for _ in 0..<100 where part.heard.count < 2 { try await Task.sleep(for: .milliseconds(100)) }
            #expect(part.heard.count == 2)
            #expect(try Binary.run(["mail", "retry", UUID().uuidString], environment: environment).code == 1)
            #expect(server.terminate() == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func mailgunTellsWhatBecameOfIt(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: [.mailgunSigningKey: "signing"]) { server in
            let company = try await TestCompany.register(server.client)
            let clock = server.clock
            let outbox = Outbox(
                server.database, runtime: Runtime(now: { clock.now }, randomBytes: Runtime.live.randomBytes))
            func invite(_ email: String) async throws -> String {
                _ = try await company.manager.post(
                    company.path + "/users",
                    "{\"email\": \"\(email)\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}")
                let mail = try #require(try await outbox.claim(atMost: 10).first)
                try await outbox.record(.accepted, of: mail)
                return mail.id.text
            }
            func tell(
                _ mail: String, _ event: String, key: String = "signing", token: String = UUID().uuidString,
                at: Int64 = 0
            ) async throws -> Int {
                let signed = WebhookSignature.signed(key: key, token: token, now: clock.now + .seconds(at))
                return try await server.client.post(
                    "/api/v1/mail/webhooks/mailgun",
                    """
                    {"signature": {"timestamp": "\(signed.timestamp)", "token": "\(signed.token)", "signature": "\(signed.signature)"},
                     "event-data": {\(event), "message": {"headers": {"message-id": "\(mail)@polier.example.de"}}}}
                    """
                ).status
            }
            func state(_ mail: String) async throws -> JSON? {
                try await company.manager.get(company.path + "/mails").json.list.first { $0["id"]?.text == mail }
            }
            let mail = try await invite("lena@vogt.example")
            let failed =
                "\"event\": \"failed\", \"severity\": \"permanent\", \"reason\": \"bounce\", \"delivery-status\": {\"message\": \"No such mailbox\", \"code\": 550}"
            #expect(try await tell(mail, failed, key: "another") == 406)
            #expect(try await tell(mail, failed, at: -3601) == 406)
            #expect(try await tell(mail, failed, at: 3601) == 406)
            #expect(try await state(mail)?["state"] == "sent")
            #expect(
                try await tell(mail, "\"event\": \"failed\", \"severity\": \"temporary\", \"reason\": \"greylisted\"")
                    == 200)
            #expect(try await state(mail)?["reason"] == "greylisted")
            #expect(try await tell(mail, "\"event\": \"delivered\"", token: "once", at: -3000) == 200)
            #expect(try await tell(mail, "\"event\": \"delivered\"", token: "once", at: -3000) == 406)
            let delivered = try await state(mail)
            #expect(delivered?["state"] == "delivered" && delivered?["reason"] == .null)
            #expect(try await tell(mail, failed) == 200, "heard, and of no more effect")
            #expect(try await tell(mail, "\"event\": \"opened\"") == 200)
            #expect(try await tell(mail, "\"event\": \"complained\"") == 200)
            #expect(try await state(mail)?["state"] == "complained")

            let bounced = try await invite("kai@vogt.example")
            #expect(try await tell(bounced, failed) == 200)
            let invitation = try await company.manager.get(company.path + "/users").json.list.first {
                $0["email"] == "kai@vogt.example"
            }?["invitation"]
            #expect(invitation?["state"] == "failed" && invitation?["reason"] == "bounce: No such mailbox")
        }
    }
}

extension WebhookSignature {
    /// As Mailgun makes it.
    static func signed(key: String, token: String, now: Instant) -> WebhookSignature {
        let timestamp = "\(now.milliseconds / 1000)"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data((timestamp + token).utf8), using: SymmetricKey(data: Data(key.utf8)))
        return WebhookSignature(
            timestamp: timestamp, token: token, signature: code.map { String(format: "%02x", $0) }.joined())
    }
}

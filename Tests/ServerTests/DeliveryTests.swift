import Crypto
import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The delivery events that Mailgun reports for a mail it accepted.
@Suite struct DeliveryTests {
    /// A caller without the key can't do harm either.
    @Test func aTimestampMayBeAnything() {
        for timestamp in ["-9223372036854775808", "9223372036854775807", "-1", "", "1e9", "99999999999999999999"] {
            let signature = WebhookSignature(timestamp: timestamp, token: "t", signature: "aa")
            #expect(!signature.isGood(key: "k", now: Runtime.live.now()))
        }
    }

    @Test(arguments: Engine.allCases)
    func mailgunTellsWhatBecameOfIt(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_MAILGUN_SIGNING_KEY": "signing"]) { server in
            let company = try await TestCompany.register(server.client)
            let clock = server.clock
            let outbox = Outbox(server.database, runtime: server.runtime)
            func invite(_ email: String) async throws -> String {
                _ = try await company.invite(email)
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

            for message in ["", ", \"message\": {}", ", \"message\": {\"headers\": {}}", ", \"message\": null"] {
                let signed = WebhookSignature.signed(key: "signing", token: UUID().uuidString, now: clock.now)
                let heard = try await server.client.post(
                    "/api/v1/mail/webhooks/mailgun",
                    """
                    {"signature": {"timestamp": "\(signed.timestamp)", "token": "\(signed.token)", "signature": "\(signed.signature)"},
                     "event-data": {"event": "complained"\(message)}}
                    """)
                #expect(heard.status == 200, "\(message): about no mail of ours: \(heard.text)")
            }

            let bounced = try await invite("kai@vogt.example")
            #expect(try await tell(bounced, failed) == 200)
            let invitation = try await company.person("kai@vogt.example")?["invitation"]
            #expect(invitation?["state"] == "failed" && invitation?["reason"] == "bounce: No such mailbox")
        }
    }
}

extension WebhookSignature {
    /// In Mailgun's format.
    static func signed(key: String, token: String, now: Instant) -> WebhookSignature {
        let timestamp = "\(now.milliseconds / 1000)"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data((timestamp + token).utf8), using: SymmetricKey(data: Data(key.utf8)))
        return WebhookSignature(
            timestamp: timestamp, token: token, signature: code.map { String(format: "%02x", $0) }.joined())
    }
}

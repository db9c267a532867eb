import Foundation
import MailTransport
import Storage
import Testing

@testable import Core
@testable import Server

/// The mail transports, against servers that respond as told.
@Suite struct TransportTests {
    private static var soon: ContinuousClock.Instant { .now + .seconds(20) }

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
        let transfers = MailTransfers()
        let mailgun = Mailgun(
            transfers, baseURL: "http://127.0.0.1:\(part.port)", domain: "mg.example.de", key: "key-1",
            from: try #require(Mailbox("Kern, Ada <polier@mg.example.de>")), isTest: true)
        #expect(await mailgun.send(Self.letter("lena@vogt.example"), by: Self.soon) == .accepted)
        let asked = try #require(part.heard.first)
        #expect(asked["path"] == "/v3/mg.example.de/messages" && asked["flaw"] == .null)
        #expect(asked["authorization"]?.text == "Basic " + Data("api:key-1".utf8).base64EncodedString())
        #expect(
            asked["fields"]
                == .object([
                    "from": "\"Kern, Ada\" <polier@mg.example.de>", "to": "lena@vogt.example",
                    "subject": "Fliesen Süd: deine Einladung", "text": "Hallo Lena,\n\n.\nÄrger",
                    "html": "<p>Ärger</p>",
                    "h:Message-Id": "<1@polier.example.de>", "o:tag": "invitation", "o:testmode": "yes",
                    "o:tracking-clicks": "no",
                ]))

        for status in [400, 401, 403] {
            guard case .refused(let reason) = await mailgun.send(Self.letter("s\(status)@x.example"), by: Self.soon)
            else {
                Issue.record("\(status) is no refusal")
                continue
            }
            #expect(reason.message.hasPrefix("Mailgun answered \(status)") && !reason.message.contains("key-1"))
        }
        for (receiver, pauses) in [("s429", 77...77), ("r429", 65...78)] {
            guard
                case .postponed(_, let pause?) = await mailgun.send(Self.letter("\(receiver)@x.example"), by: Self.soon)
            else {
                Issue.record("429 asks for no pause")
                continue
            }
            #expect(pauses.contains(Int(pause.components.seconds)), "\(receiver): \(pause)")
        }
        for name in ["s500", "s503", "drop"] {
            guard case .unanswered(let reason) = await mailgun.send(Self.letter("\(name)@x.example"), by: Self.soon)
            else {
                Issue.record("\(name) is an answer")
                continue
            }
            #expect(reason.message.hasPrefix("Mailgun"))
        }
        let hung = await mailgun.send(Self.letter("hang@x.example"), by: .now + .seconds(3))
        #expect(hung == .unanswered(MailReason(.unreachable, "Mailgun: Timeout was reached")))
        #expect(part.heard.last?["fields"]?["to"] == "hang@x.example", "it may have been taken on")
        part.stop()
        guard case .unanswered = await mailgun.send(Self.letter("lena@vogt.example"), by: Self.soon) else {
            Issue.record("a refused connection is an answer")
            return
        }
        await transfers.close()
    }

    @Test func anSMTPRelayTakesWhatIsWritten() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let relay = try Part("smtp_relay.py", ["127.0.0.1", "polier", "ge:heim/1"], folder: folder)
        let transfers = MailTransfers()
        func smtp(_ url: String) throws -> SMTP {
            SMTP(
                transfers, try #require(SMTP.Address(url)),
                from: try #require(Mailbox("Fliesen Süd <polier@example.de>")))
        }
        let good = try smtp("smtp://polier:ge%3Aheim%2F1@127.0.0.1:\(relay.port)")
        let subject = "Fliesen & Söhne, \"Köln\" " + String(repeating: "ß", count: 150)
        #expect(await good.send(Self.letter("lena@vogt.example", subject: subject), by: Self.soon) == .accepted)
        let mail = try #require(relay.heard.first)
        #expect(mail["from"] == "polier@example.de" && mail["to"] == ["lena@vogt.example"] && mail["user"] == "polier")
        #expect(mail["headers"]?["subject"]?.text == subject)
        #expect(mail["sender"] == "Fliesen Süd")
        #expect(mail["headers"]?["message-id"] == "<1@polier.example.de>")
        #expect(mail["headers"]?["content-type"]?.text?.hasPrefix("multipart/") == true)
        #expect(mail["headers"]?["date"]?.text?.hasSuffix("+0000") == true)
        #expect(mail["parts"]?["text/plain"] == "Hallo Lena,\n\n.\nÄrger")
        #expect(mail["parts"]?["text/html"] == "<p>Ärger</p>")

        guard case .refused(let bounced) = await good.send(Self.letter("bounce@vogt.example"), by: Self.soon) else {
            Issue.record("550 is no refusal")
            return
        }
        #expect(bounced.message.contains("550"))
        guard
            case .postponed(let later, retryAfter: nil) = await good.send(
                Self.letter("later@vogt.example"), by: Self.soon)
        else {
            Issue.record("451 is no postponement")
            return
        }
        #expect(later.message.contains("451"))
        let wrong = try smtp("smtp://polier:falsch@127.0.0.1:\(relay.port)")
        if await wrong.send(Self.letter("lena@vogt.example"), by: Self.soon) == .accepted {
            Issue.record("a wrong password is accepted")
        }
        // Mail is sent without TLS only to this machine by its own name, and this relay has no TLS.
        let other = try Part("smtp_relay.py", ["127.0.0.2", "polier", "geheim"], folder: folder)
        let open = try smtp("smtp://polier:geheim@127.0.0.2:\(other.port)")
        if await open.send(Self.letter("lena@vogt.example"), by: Self.soon) == .accepted {
            Issue.record("it went without TLS")
        }
        #expect(other.heard.isEmpty)
        other.stop()
        #expect(relay.heard.map { $0["wrongPasswordOf"] } == [nil, "polier"])
        relay.stop()
        guard case .unanswered = await good.send(Self.letter("lena@vogt.example"), by: Self.soon) else {
            Issue.record("a refused connection is an answer")
            return
        }
        for text in ["http://x", "smtp://", "smtp://h/path", "smtp://h?x=1"] { #expect(SMTP.Address(text) == nil) }
        await transfers.close()
    }

    /// A transport that hangs leaves time for the next.
    @Test func theTimeIsShared() async throws {
        let ways = [Timed(hangs: true), Timed(hangs: false)].map { Breaker($0, name: "way", runtime: .live) }
        #expect(await LetterChain(ways).send(Self.letter("lena@vogt.example"), by: .now + .seconds(2)) == .accepted)
    }

    private struct Timed: LetterTransport {
        let hangs: Bool

        func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
            if hangs { try? await Task.sleep(until: deadline, clock: .continuous) }
            return .now < deadline ? .accepted : .unanswered(MailReason(.unreachable, ""))
        }
    }
}

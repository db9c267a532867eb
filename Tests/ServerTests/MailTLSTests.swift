import Foundation
import MailTransport
import Testing

@testable import Core
@testable import Server

/// Mail leaves by TLS to those whose certificate verifies, or not at all.
@Suite struct MailTLSTests {
    private static let letter = Letter(
        messageID: "<1@polier.example.de>", to: "lena@vogt.example", subject: "Einladung", text: "Hallo",
        html: "<p></p>",
        tag: "invitation")
    private static let here = "IP:127.0.0.1,IP:127.0.0.2"

    private static func send(
        by transport: (Postroom) throws -> any LetterTransport, trusting authority: Authority?
    ) async throws -> Outbox.Outcome {
        let postroom = Postroom(width: 1, authorities: authority?.path)
        let outcome = await (try transport(postroom)).send(letter, by: .now + .seconds(20))
        await postroom.close()
        return outcome
    }

    private static let unverified = "SSL peer certificate or SSH remote key was not OK"

    /// By STARTTLS to another host than this one's own name, and by TLS from the start.
    @Test(arguments: [(scheme: "smtp", host: "127.0.0.2"), (scheme: "smtps", host: "127.0.0.1")])
    func anSMTPRelayHasToProveItself(_ scheme: String, _ host: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (known, stranger) = (try Authority(folder), try Authority(folder))
        let implicit = scheme == "smtps" ? ["--implicit"] : []
        func relay(_ names: String) throws -> Part {
            try Part(
                "smtp_relay.py",
                [host, "polier", "geheim", "--certificate", try known.certificate(for: names)] + implicit,
                folder: folder)
        }
        func send(to relay: Part, trusting authority: Authority?) async throws -> Outbox.Outcome {
            try await Self.send(
                by: { postroom in
                    SMTP(
                        postroom, try #require(SMTP.Address("\(scheme)://polier:geheim@\(host):\(relay.port)")),
                        from: try #require(Mailbox("polier@example.de")))
                }, trusting: authority)
        }
        let good = try relay(Self.here)
        #expect(try await send(to: good, trusting: known) == .accepted)
        #expect(good.heard.count == 1 && good.heard[0]["user"] == "polier" && good.heard[0]["tls"] == true)
        let refusal = Outbox.Outcome.unanswered(MailReason(.unreachable, "the SMTP relay: \(Self.unverified)"))
        #expect(try await send(to: good, trusting: nil) == refusal)
        #expect(try await send(to: good, trusting: stranger) == refusal)
        let other = try relay("IP:127.0.0.3,DNS:relay.example.de")
        #expect(try await send(to: other, trusting: known) == refusal, "the certificate is another server's")
        #expect(good.heard.count == 1 && other.heard.isEmpty)
    }

    /// A relay that offers no TLS, or from whose offer somebody has taken it away, is sent neither mail nor password.
    @Test func nothingGoesWithoutTLS() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let relay = try Part("smtp_relay.py", ["127.0.0.2", "polier", "another"], folder: folder)
        for scheme in ["smtp", "smtps"] {
            let outcome = try await Self.send(
                by: { postroom in
                    SMTP(
                        postroom, try #require(SMTP.Address("\(scheme)://polier:geheim@127.0.0.2:\(relay.port)")),
                        from: try #require(Mailbox("polier@example.de")))
                }, trusting: nil)
            guard case .unanswered = outcome else {
                Issue.record("\(scheme): \(outcome)")
                continue
            }
        }
        #expect(relay.heard.isEmpty, "not even a try to sign in")
    }

    @Test func mailgunHasToProveItself() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (known, stranger) = (try Authority(folder), try Authority(folder))
        let part = try Part(
            "fake_mailgun.py", ["--certificate", try known.certificate(for: Self.here)], folder: folder)
        func send(trusting authority: Authority?) async throws -> Outbox.Outcome {
            try await Self.send(
                by: { postroom in
                    Mailgun(
                        postroom, baseURL: "https://127.0.0.1:\(part.port)", domain: "mg.example.de", key: "key-1",
                        from: try #require(Mailbox("polier@example.de")), isTest: false)
                }, trusting: authority)
        }
        #expect(try await send(trusting: known) == .accepted)
        for authority in [nil, stranger] {
            #expect(
                try await send(trusting: authority)
                    == .unanswered(MailReason(.unreachable, "Mailgun: \(Self.unverified)")))
        }
        #expect(part.heard.count == 1)
    }

    /// The setting reaches what sends.
    @Test func theBinaryTrustsWhomItIsTold() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let authority = try Authority(folder)
        let certificate = try authority.certificate(for: Self.here)
        let relay = try Part(
            "smtp_relay.py", ["127.0.0.1", "polier", "geheim", "--certificate", certificate, "--implicit"],
            folder: folder)
        let server = try await RunningServer(
            url: "sqlite:test.sqlite", folder: folder,
            settings: [
                "POLIER_SMTP_URL": "smtps://polier:geheim@127.0.0.1:\(relay.port)",
                "POLIER_MAIL_FROM": "Polier <polier@example.de>", "POLIER_PUBLIC_URL": "http://localhost",
                "POLIER_CA_FILE": authority.path,
            ])
        let company = try await TestCompany.register(server.client)
        #expect(try await company.invite("lena@vogt.example").status == 201)
        for _ in 0..<200 where relay.heard.isEmpty { try await Task.sleep(for: .milliseconds(50)) }
        #expect(relay.heard.first?["to"] == ["lena@vogt.example"])
        #expect(server.terminate() == 0)
    }
}

import Foundation
import MailTransport
import Testing

@testable import Core
@testable import Server

/// Mail is sent over TLS to servers with a valid certificate, or not at all.
@Suite struct MailTLSTests {
    private static let letter = Letter(
        messageID: "<1@polier.example.de>", to: "lena@vogt.example", subject: "Einladung", text: "Hallo",
        html: "<p></p>",
        tag: "invitation")
    private static let here = "IP:127.0.0.1,IP:127.0.0.2"

    private static func send(
        by transport: (MailTransfers) throws -> any LetterTransport, trusting authority: Authority?
    ) async throws -> Outbox.Outcome {
        let transfers = MailTransfers(width: 1, authorities: authority?.path)
        let outcome = await (try transport(transfers)).send(letter, by: .now + .seconds(20))
        await transfers.close()
        return outcome
    }

    private static let unverified = "SSL peer certificate or SSH remote key was not OK"

    /// By STARTTLS to a host name other than this machine's own, and by implicit TLS.
    @Test(arguments: [(scheme: "smtp", host: "127.0.0.2"), (scheme: "smtps", host: "127.0.0.1")])
    func anSMTPRelayHasToProveItself(_ scheme: String, _ host: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (known, stranger) = (try await Authority(folder), try await Authority(folder))
        let implicit = scheme == "smtps" ? ["--implicit"] : []
        func relay(_ names: String) async throws -> Part {
            try await Part(
                "smtp_relay.py",
                [host, "polier", "geheim", "--certificate", try known.certificate(for: names)] + implicit,
                folder: folder)
        }
        func send(to relay: Part, trusting authority: Authority?) async throws -> Outbox.Outcome {
            try await Self.send(
                by: { transfers in
                    SMTP(
                        transfers, try #require(SMTP.Address("\(scheme)://polier:geheim@\(host):\(relay.port)")),
                        from: try #require(Mailbox("polier@example.de")))
                }, trusting: authority)
        }
        let good = try await relay(Self.here)
        #expect(try await send(to: good, trusting: known) == .accepted)
        #expect(good.heard.count == 1 && good.heard[0]["user"] == "polier" && good.heard[0]["tls"] == true)
        let refusal = Outbox.Outcome.unanswered(MailReason(.unreachable, "the SMTP relay: \(Self.unverified)"))
        #expect(try await send(to: good, trusting: nil) == refusal)
        #expect(try await send(to: good, trusting: stranger) == refusal)
        let other = try await relay("IP:127.0.0.3,DNS:relay.example.de")
        #expect(try await send(to: other, trusting: known) == refusal, "the certificate is another server's")
        #expect(good.heard.count == 1 && other.heard.isEmpty)
    }

    /// A relay that offers no TLS, or whose offer was stripped by an attacker, receives neither mail nor password.
    @Test func nothingGoesWithoutTLS() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let relay = try Part("smtp_relay.py", ["127.0.0.2", "polier", "another"], folder: folder)
        for scheme in ["smtp", "smtps"] {
            let outcome = try await Self.send(
                by: { transfers in
                    SMTP(
                        transfers, try #require(SMTP.Address("\(scheme)://polier:geheim@127.0.0.2:\(relay.port)")),
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
        let (known, stranger) = (try await Authority(folder), try await Authority(folder))
        let part = try await Part(
            "fake_mailgun.py", ["--certificate", try known.certificate(for: Self.here)], folder: folder)
        func send(trusting authority: Authority?) async throws -> Outbox.Outcome {
            try await Self.send(
                by: { transfers in
                    Mailgun(
                        transfers, baseURL: "https://127.0.0.1:\(part.port)", domain: "mg.example.de", key: "key-1",
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

    /// The setting reaches the sending code.
    @Test func theBinaryTrustsWhomItIsTold() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let authority = try await Authority(folder)
        let certificate = try await authority.certificate(for: Self.here)
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
        #expect(await server.terminate() == 0)
    }
}

public import Core
import Curl
import Foundation

/// Mail through an SMTP relay, always with TLS except on this machine.
public struct SMTP: LetterTransport {
    private let transfers: MailTransfers
    private let address: Address
    private let from: Mailbox

    /// A relay: `smtps://USER:PASSWORD@HOST:PORT` for TLS from the start, `smtp://…` for STARTTLS.
    public struct Address: Sendable {
        let url: String
        let user: String?
        let password: String?
        let needsTLS: Bool

        /// Nil if the text is no such URL.
        public init?(_ text: String) {
            guard let parts = URLComponents(string: text), let scheme = parts.scheme,
                ["smtp", "smtps"].contains(scheme),
                let host = parts.host, !host.isEmpty, parts.query == nil, parts.path.isEmpty || parts.path == "/",
                (1...65535).contains(parts.port ?? 587)
            else { return nil }
            url = "\(scheme)://\(host):\(parts.port ?? (scheme == "smtps" ? 465 : 587))"
            (user, password) = (parts.user, parts.password)
            // Traffic on this machine's loopback interface can't be overheard.
            needsTLS = !(scheme == "smtp" && ["127.0.0.1", "localhost", "[::1]", "::1"].contains(host))
        }
    }

    public init(_ transfers: MailTransfers, _ address: Address, from: Mailbox) {
        (self.transfers, self.address, self.from) = (transfers, address, from)
    }

    public func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        await transfers.run(address.url, by: deadline) { deliver(letter, by: $0) }
    }

    private func deliver(_ letter: Letter, by transfer: Transfer) -> Outbox.Outcome {
        if address.needsTLS { transfer.requireTLS() }
        transfer.authenticate(user: address.user, password: address.password)
        transfer.setEnvelope(from: from.address, to: letter.to)
        transfer.setHeaders(headers(letter))
        transfer.setAlternatives([("text/plain", letter.text), ("text/html", letter.html)])
        do throws(Transfer.Failure) {
            _ = try transfer.perform()
            return .accepted
        } catch {
            let words =
                "the SMTP relay: " + [error.reason, transfer.lastRefusal].compactMap(\.self).joined(separator: ": ")
            switch error.status {
            case 500..<600: return .refused(MailReason(.refused, words))
            // A problem of the relay (RFC 5321 section 4.2.3, RFC 4954 section 6), not of this mail.
            case 421, 454: return .unanswered(MailReason(.postponed, words))
            case 400..<500: return .postponed(MailReason(.postponed, words), retryAfter: nil)
            default: return .unanswered(MailReason(.unreachable, words))
            }
        }
    }

    private func headers(_ letter: Letter) -> [String] {
        let date = DateFormatter()
        date.locale = Locale(identifier: "en_US_POSIX")
        date.timeZone = TimeZone(secondsFromGMT: 0)
        date.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return [
            "Date: \(date.string(from: Date()))",
            "From: \(from.header)",
            "To: <\(letter.to)>",
            "Subject: \(Mailbox.encoded(letter.subject))",
            "Message-ID: \(letter.messageID)",
            "Auto-Submitted: auto-generated",
        ]
    }
}

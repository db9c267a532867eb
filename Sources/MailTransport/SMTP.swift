import CCurl
public import Core
import Foundation

/// Mail by any SMTP relay, always with TLS but to the machine itself.
public struct SMTP: LetterTransport {
    private let postroom: Postroom
    private let address: Address
    private let from: Mailbox

    /// A relay: `smtps://USER:PASSWORD@HOST:PORT` for TLS from the start, `smtp://…` for STARTTLS.
    public struct Address: Sendable {
        let url: String
        let user: String?
        let password: String?
        let needsTLS: Bool

        /// Nil where the text is no such address.
        public init?(_ text: String) {
            guard let parts = URLComponents(string: text), let scheme = parts.scheme,
                ["smtp", "smtps"].contains(scheme),
                let host = parts.host, !host.isEmpty, parts.query == nil, parts.path.isEmpty || parts.path == "/",
                (1...65535).contains(parts.port ?? 587)
            else { return nil }
            url = "\(scheme)://\(host):\(parts.port ?? (scheme == "smtps" ? 465 : 587))"
            (user, password) = (parts.user, parts.password)
            // Nobody listens on the machine's own wire.
            needsTLS = !(scheme == "smtp" && ["127.0.0.1", "localhost", "[::1]", "::1"].contains(host))
        }
    }

    public init(_ postroom: Postroom, _ address: Address, from: Mailbox) {
        (self.postroom, self.address, self.from) = (postroom, address, from)
    }

    public func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        await postroom.run(address.url, by: deadline) { deliver(letter, by: $0) }
    }

    private func deliver(_ letter: Letter, by transfer: Transfer) -> Outbox.Outcome {
        transfer.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue) * (address.needsTLS ? 1 : 0))
        if let user = address.user { transfer.set(CURLOPT_USERNAME, user) }
        if let password = address.password { transfer.set(CURLOPT_PASSWORD, password) }
        transfer.set(CURLOPT_MAIL_FROM, "<\(from.address)>")
        transfer.set(CURLOPT_MAIL_RCPT, list: ["<\(letter.to)>"])
        transfer.set(CURLOPT_HTTPHEADER, list: headers(letter))
        transfer.setBody { mime in
            let alternatives = transfer.inner { inner in
                for (type, content) in [("text/plain", letter.text), ("text/html", letter.html)] {
                    let part = curl_mime_addpart(inner)
                    curl_mime_data(part, content, content.utf8.count)
                    curl_mime_type(part, "\(type); charset=utf-8")
                    curl_mime_encoder(part, "base64")
                }
            }
            let part = curl_mime_addpart(mime)
            curl_mime_subparts(part, alternatives)
            curl_mime_type(part, "multipart/alternative")
            curl_mime_headers(part, curl_slist_append(nil, "Content-Disposition: inline"), 1)
        }
        do throws(Transfer.Failure) {
            _ = try transfer.perform()
            return .accepted
        } catch {
            let words =
                "the SMTP relay: " + [error.reason, transfer.lastRefusal].compactMap(\.self).joined(separator: ": ")
            switch error.status {
            case 500..<600: return .refused(MailReason(.refused, words))
            // The relay's own trouble (RFC 5321 section 4.2.3, RFC 4954 section 6), not this mail's.
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

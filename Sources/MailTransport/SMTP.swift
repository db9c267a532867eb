import CCurl
public import Core
import Foundation

/// Mail by any SMTP relay, always with TLS but to the machine itself.
public struct SMTP: LetterTransport {
    private let postroom: Postroom
    private let address: Address
    private let from: String

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
                let host = parts.host, !host.isEmpty, parts.query == nil, parts.path.isEmpty || parts.path == "/"
            else { return nil }
            url = "\(scheme)://\(host):\(parts.port ?? (scheme == "smtps" ? 465 : 587))"
            (user, password) = (parts.user, parts.password)
            // Nobody listens on the machine's own wire.
            needsTLS = !(scheme == "smtp" && ["127.0.0.1", "localhost", "[::1]", "::1"].contains(host))
        }
    }

    /// - Parameter from: an address, or a name with an address in angle brackets.
    public init(_ postroom: Postroom, _ address: Address, from: String) {
        (self.postroom, self.address, self.from) = (postroom, address, from)
    }

    public func send(_ letter: Letter) async -> Outbox.Outcome {
        await postroom.run { deliver(letter) }
    }

    private func deliver(_ letter: Letter) -> Outbox.Outcome {
        let transfer = Transfer(address.url)
        transfer.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue) * (address.needsTLS ? 1 : 0))
        if let user = address.user { transfer.set(CURLOPT_USERNAME, user) }
        if let password = address.password { transfer.set(CURLOPT_PASSWORD, password) }
        let sender = Mailbox(from)
        transfer.set(CURLOPT_MAIL_FROM, "<\(sender.address)>")
        transfer.set(CURLOPT_MAIL_RCPT, list: ["<\(letter.to)>"])
        transfer.set(CURLOPT_HTTPHEADER, list: Self.headers(letter, from: sender))
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
            return (500..<600).contains(error.status) ? .refused(words) : .postponed(words, retryAfter: nil)
        }
    }

    private static func headers(_ letter: Letter, from: Mailbox) -> [String] {
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

/// Who a mail comes from: a name, and an address in angle brackets.
struct Mailbox {
    let name: String?
    let address: String

    init(_ text: String) {
        guard let open = text.lastIndex(of: "<"), text.hasSuffix(">") else {
            (name, address) = (nil, text)
            return
        }
        address = String(text[text.index(after: open)...].dropLast())
        let before = text[..<open].trimmingCharacters(in: CharacterSet(charactersIn: " \""))
        name = before.isEmpty ? nil : before
    }

    var header: String {
        guard let name else { return "<\(address)>" }
        let encoded = Self.encoded(name)
        guard encoded == name else { return "\(encoded) <\(address)>" }
        let quoted = name.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"\(quoted)\" <\(address)>"
    }

    /// As encoded words (RFC 2047), each of whole characters. Plain ASCII stays as it is.
    static func encoded(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") { return text }
        var words: [String] = []
        var piece = ""
        for character in text {
            if (piece + String(character)).utf8.count > 45 {
                words.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        words.append(piece)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: " ")
    }
}

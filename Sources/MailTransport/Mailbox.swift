import Core
import Foundation

/// The sender of mail: an address, and a name if there is one.
public struct Mailbox: Sendable {
    let name: String?
    /// In the form that mail servers accept.
    let address: String

    /// Nil if the text is neither an address nor a name with an address in angle brackets.
    public init?(_ text: String) {
        guard let open = text.lastIndex(of: "<"), text.hasSuffix(">") else {
            guard let address = EmailAddress(text)?.mailable else { return nil }
            (name, self.address) = (nil, address)
            return
        }
        let before = text[..<open].trimmingCharacters(in: CharacterSet(charactersIn: " \""))
        guard let address = EmailAddress(String(text[text.index(after: open)...].dropLast()))?.mailable,
            before.isEmpty || (try? Line(before, max: 200)) != nil
        else { return nil }
        (name, self.address) = (before.isEmpty ? nil : before, address)
    }

    /// With the name in quotes and unencoded, for services that write the header themselves.
    var text: String {
        guard let name else { return address }
        let quoted = name.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"\(quoted)\" <\(address)>"
    }

    /// For a header, in ASCII.
    var header: String {
        guard let name else { return "<\(address)>" }
        let encoded = Self.encoded(name)
        return encoded == name ? text : "\(encoded) <\(address)>"
    }

    /// As encoded words of at most 75 characters (RFC 2047 section 2), one per line, so that no header line gets too long (RFC 5322
    /// section 2.1.1). Short plain ASCII is unchanged.
    static func encoded(_ text: String) -> String {
        if text.utf8.count <= 200, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !text.contains("=?") {
            return text
        }
        var words: [String] = []
        var piece = ""
        for scalar in text.unicodeScalars {
            if piece.utf8.count + UTF8.width(scalar) > 45 {
                words.append(piece)
                piece = ""
            }
            piece.unicodeScalars.append(scalar)
        }
        words.append(piece)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}

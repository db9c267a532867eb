import Foundation

/// An email address as written, the form in which it is unique, and the form in which mail is sent to it.
public struct EmailAddress: Sendable, Equatable {
    public let text: String
    /// The address without regard to case (Unicode full case folding), composed (NFC), and with its domain in ASCII: `STRASSE@x.de` and
    /// `straße@X.de` are one address, and so are `a@müller.de` and `A@xn--mller-kva.de`.
    public let folded: String
    /// The address with its domain in ASCII (RFC 5890), which every mail server accepts. Nil if the part before the `@` isn't ASCII, which
    /// many servers refuse (RFC 6531): no mail can be sent there.
    public let mailable: String?

    /// Nil if the text can't be an address. It needs one `@` with something before it and a dotted or plain domain after it, without
    /// blanks, control characters and quoting, in at most 254 bytes (RFC 5321 section 4.5.3.1).
    public init?(_ text: String) {
        guard text.utf8.count <= 254 else { return nil }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let local = parts.first, let domain = parts.last, !local.isEmpty, local.utf8.count <= 64
        else {
            return nil
        }
        let forbidden = Set<Unicode.Scalar>("()<>[]:;\\,\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
                return nil
            default: if forbidden.contains(scalar) { return nil }
            }
        }
        guard local.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty }),
            let ascii = Self.asciiDomain(domain), local.utf8.count + 1 + ascii.utf8.count <= 254
        else { return nil }
        self.text = text
        // Uppercasing turns ß into SS, and lowercasing turns ẞ into ß: together they fold as Unicode's table does.
        let foldedLocal = local.lowercased().uppercased().lowercased().precomposedStringWithCanonicalMapping
        folded = "\(foldedLocal)@\(ascii)"
        mailable = local.utf8.allSatisfy { $0 < 0x80 } ? "\(local)@\(ascii)" : nil
    }

    /// The domain in lower-case ASCII, an internationalised one by UTS #46. Nil if it isn't a domain: its labels are letters, digits and
    /// hyphens (RFC 1123 section 2.1).
    private static func asciiDomain(_ domain: Substring) -> String? {
        // Keeps characters with a meaning in URLs out of the URL below.
        guard domain.utf8.allSatisfy({ $0 >= 0x80 || isOfHosts($0) }) else { return nil }
        let isASCII = domain.utf8.allSatisfy { $0 < 0x80 }
        guard let host = isASCII ? String(domain) : URLComponents(string: "http://\(domain)")?.encodedHost,
            host.utf8.allSatisfy(isOfHosts)
        else { return nil }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 && $0.first != "-" && $0.last != "-" }) else {
            return nil
        }
        return host.lowercased()
    }

    private static func isOfHosts(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

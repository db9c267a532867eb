import Foundation

/// An e-mail address, and the form in which it is unique.
public struct EmailAddress: Sendable, Equatable {
    public let text: String
    /// The address without regard to case (Unicode full case folding) and in composed form (NFC): `STRASSE@x.de`,
    /// `straße@x.de` and `Straße@X.de` are one address.
    public let folded: String

    /// Nil where the text can't be an address: it needs one `@` with something before it and a dotted or plain domain after
    /// it, no blanks, no control characters, no quoting, at most 254 bytes (RFC 5321 section 4.5.3.1).
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
        guard Self.isDotted(local) else { return nil }
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 63 && $0.first != "-" && $0.last != "-" }) else {
            return nil
        }
        self.text = text
        // Upper case turns ß into SS and lower case turns ẞ into ß: together they fold as Unicode's table does.
        self.folded = text.lowercased().uppercased().lowercased().precomposedStringWithCanonicalMapping
    }

    private static func isDotted(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }
}

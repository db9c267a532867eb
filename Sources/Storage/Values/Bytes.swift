/// Protocol text is compared as bytes. Swift's own comparisons normalise both sides first, which makes different bytes equal and takes
/// long for a text crafted for it. The functions are inlinable: they see every header of every request, and as calls into another module
/// they would cost a tenth of a request's time.
extension StringProtocol {
    /// Whether both have the same bytes.
    @inlinable
    package func isBytes(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether both have the same bytes, ignoring the case of ASCII letters.
    @inlinable
    package func isBytes(ignoringCase other: some StringProtocol) -> Bool {
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0.smallASCII == $1.smallASCII }
    }

    /// Whether the text begins with the bytes of `prefix`.
    @inlinable
    package func hasBytes(first prefix: some StringProtocol) -> Bool { utf8.starts(with: prefix.utf8) }

    /// The text with ASCII capitals in lower case.
    @inlinable
    package var smallASCII: String { String(decoding: utf8.map(\.smallASCII), as: UTF8.self) }
}

extension Substring.UTF8View {
    /// The parts between separators, without the spaces and tabs around them: a list in a header (RFC 9110, section 5.6.1).
    package func parts(by separator: Unicode.Scalar) -> [Substring.UTF8View] {
        split(separator: UInt8(ascii: separator)).map(\.trimmed)
    }

    /// The text without spaces and tabs at either end.
    package var trimmed: Substring.UTF8View {
        var rest = drop { $0.isBlank }
        while rest.last?.isBlank == true { rest.removeLast() }
        return rest
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// The lower-case letter for an ASCII capital; any other byte unchanged.
    @inlinable
    package var smallASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}

import Storage

/// Reads the stored text of breaks: a list of objects with the fields `from`, `minutes`, `source` and `to`, in this order and without
/// blanks, as `Breaks.text` writes it. Such a text is in most rows of time entries, and a month of them is read at once.
struct BreakScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// More than any instant that has a text.
    private static let mostDigits = 15

    /// The breaks, at most `Breaks.most` of them, each possible by itself; nil for any other text.
    static func breaks(in bytes: UnsafeBufferPointer<UInt8>) -> [Break]? {
        var scanner = BreakScanner(bytes: bytes)
        guard scanner.skip("[") else { return nil }
        if scanner.skip("]") { return scanner.isAtEnd ? [] : nil }
        var breaks: [Break] = []
        repeat {
            guard breaks.count < Breaks.most, let one = scanner.one() else { return nil }
            breaks.append(one)
        } while scanner.skip(",")
        return scanner.skip("]") && scanner.isAtEnd ? breaks : nil
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var isAtEnd: Bool { position >= bytes.count }

    private mutating func one() -> Break? {
        if skip("{\"from\":") {
            guard let from = instant(), let source = source() else { return nil }
            var to: Instant?
            if skip(",\"to\":") {
                guard let end = instant(), end >= from else { return nil }
                to = end
            }
            return skip("}") ? Break(from: from, to: to, source: source) : nil
        }
        guard skip("{\"minutes\":"), let minutes = number(), minutes >= 0, minutes <= Breaks.longest,
            let source = source(), skip("}")
        else { return nil }
        return Break(minutes: Int(minutes), source: source)
    }

    private mutating func source() -> Break.Source? {
        guard skip(",\"source\":\"") else { return nil }
        if skip("TAKEN\"") { return .taken }
        return skip("STATED\"") ? .stated : nil
    }

    private mutating func instant() -> Instant? {
        guard let milliseconds = number() else { return nil }
        let instant = Instant(milliseconds: milliseconds)
        return instant.hasText ? instant : nil
    }

    /// A whole number of at most `mostDigits` digits, without leading zeros.
    private mutating func number() -> Int64? {
        let isNegative = skip("-")
        let start = position
        var value: Int64 = 0
        while let digit {
            guard position &- start < Self.mostDigits, position == start || value != 0 else { return nil }
            value = value &* 10 &+ digit
            position &+= 1
        }
        guard position > start, !isNegative || value != 0 else { return nil }
        return isNegative ? 0 &- value : value
    }

    private var digit: Int64? {
        guard position < bytes.count else { return nil }
        let digit = bytes[position] &- UInt8(ascii: "0")
        return digit <= 9 ? Int64(digit) : nil
    }

    /// Whether the text goes on with this one, which is then passed.
    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count &- position >= count else { return false }
        for offset in 0..<count where bytes[position &+ offset] != text.utf8Start[offset] { return false }
        position &+= count
        return true
    }
}

public import Storage

/// The id of a row of one kind: a UUID of version 7 (RFC 9562), so that ids sort by their time of creation. In the database and on the
/// wire it is lower-case text; in memory it is its 128 bits, which need no allocation.
public struct ID<Noun>: Sendable, Hashable, Comparable, Column {
    fileprivate let high: UInt64
    fileprivate let low: UInt64

    /// The number of characters in `text`.
    public static var textLength: Int { 36 }

    /// The nil UUID (RFC 9562, section 5.9), for a row that is yet to be read.
    package init() { (high, low) = (0, 0) }

    /// Parses a UUID, in capitals too. Nil if the text isn't one.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ Self($0) }) else { return nil }
        self = id
    }

    init?(_ utf8: UnsafeBufferPointer<UInt8>) {
        guard utf8.count == Self.textLength else { return nil }
        var wrong: UInt8 = 0
        func digits(_ places: Range<Int>, after value: UInt64) -> UInt64 {
            var value = value
            for position in places {
                let byte = utf8[position]
                let digit = byte &- UInt8(ascii: "0")
                let letter = (byte | 0x20) &- UInt8(ascii: "a")
                wrong |= digit > 9 && letter > 5 ? 1 : 0
                value = value << 4 | UInt64(digit <= 9 ? digit : letter &+ 10)
            }
            return value
        }
        // By themselves, and not at each character: a list has thousands of ids.
        let dash = UInt8(ascii: "-")
        wrong = (utf8[8] ^ dash) | (utf8[13] ^ dash) | (utf8[18] ^ dash) | (utf8[23] ^ dash)
        high = digits(14..<18, after: digits(9..<13, after: digits(0..<8, after: 0)))
        low = digits(24..<36, after: digits(19..<23, after: 0))
        guard wrong == 0 else { return nil }
    }

    /// The same id, typed as that of another kind of row.
    init<Other>(_ other: ID<Other>) { (high, low) = (other.high, other.low) }

    /// The id for an instant and a hash: equal inputs give equal ids, and it is a UUID of version 7 like any other.
    /// - Parameter hash: at least 10 bytes.
    init(at instant: Instant, hash: [UInt8]) {
        let a = UInt64(hash[0] & 0x0F) << 8 | UInt64(hash[1])
        let b = hash[2..<10].reduce(0) { $0 << 8 | UInt64($1) }
        self.init(
            high: UInt64(truncatingIfNeeded: instant.milliseconds) << 16 | 0x7000 | a,
            low: 0x8000_0000_0000_0000 | b & 0x3FFF_FFFF_FFFF_FFFF)
    }

    fileprivate init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The id of the one row of another kind that each row of this kind has: the same bits, as a UUID of version 8.
    func derived<Other>() -> ID<Other> { .init(high: high & ~0xF000 | 0x8000, low: low) }

    public var text: String { String(upTo: Self.textLength) { write(to: $0) } }

    /// Random for ids that Polier creates.
    var lastByte: Int64 { Int64(low & 0xFF) }

    /// Writes the `textLength` characters of `text` and returns their number.
    @discardableResult
    public func write(to memory: UnsafeMutablePointer<UInt8>) -> Int {
        var rest = (high, low)
        for position in stride(from: Self.textLength - 1, through: 0, by: -1) {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                memory[position] = UInt8(ascii: "-")
            } else if position > 18 {
                memory[position] = hexDigit(UInt8(truncatingIfNeeded: rest.1) & 15)
                rest.1 >>= 4
            } else {
                memory[position] = hexDigit(UInt8(truncatingIfNeeded: rest.0) & 15)
                rest.0 >>= 4
            }
        }
        return Self.textLength
    }

    public static func < (left: ID, right: ID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(text) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no id.
    public init(next row: inout Row) throws {
        guard let id = try row.withText({ Self($0) }) else { throw StorageError(.failed, "a column holds no id") }
        self = id
    }
}

extension Runtime {
    /// A new id: 48 bits of time, 74 random bits.
    public func newID<Noun>(_: Noun.Type = Noun.self) -> ID<Noun> {
        ID(at: now(), hash: randomBytes(10))
    }
}

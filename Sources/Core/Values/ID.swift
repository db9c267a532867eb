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
        guard let bits = text.withUTF8(uuid) else { return nil }
        (high, low) = bits
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
        let raw = UnsafeMutableRawPointer(memory)
        func eight(_ digits: UInt64, at place: Int) {
            raw.storeBytes(of: digits.bigEndian, toByteOffset: place, as: UInt64.self)
        }
        func four(_ digits: UInt64, at place: Int) {
            memory[place] = UInt8(ascii: "-")
            raw.storeBytes(of: UInt32(truncatingIfNeeded: digits).bigEndian, toByteOffset: place + 1, as: UInt32.self)
        }
        let second = hexDigits(UInt32(truncatingIfNeeded: high))
        let third = hexDigits(UInt32(truncatingIfNeeded: low >> 32))
        eight(hexDigits(UInt32(truncatingIfNeeded: high >> 32)), at: 0)
        four(second >> 32, at: 8)
        four(second, at: 13)
        four(third >> 32, at: 18)
        four(third, at: 23)
        eight(hexDigits(UInt32(truncatingIfNeeded: low)), at: 28)
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
        guard let bits = try row.withText(uuid) else { throw StorageError(.failed, "a column holds no id") }
        (high, low) = bits
    }
}

extension Runtime {
    /// A new id: 48 bits of time, 74 random bits.
    public func newID<Noun>(_: Noun.Type = Noun.self) -> ID<Noun> {
        ID(at: now(), hash: randomBytes(10))
    }
}

/// The 128 bits of a UUID in its text form, in capitals too; nil if the text isn't one. It knows nothing of nouns: a generic function would
/// look up a type at each call.
private func uuid(_ utf8: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
    guard utf8.count == 36 else { return nil }
    let dash = UInt8(ascii: "-")
    guard utf8[8] == dash, utf8[13] == dash, utf8[18] == dash, utf8[23] == dash else { return nil }
    let bytes = UnsafeRawBufferPointer(utf8)
    func eight(at place: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).bigEndian }
    func four(at place: Int) -> UInt64 {
        UInt64(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self).bigEndian)
    }
    guard let first = hexValue(eight(at: 0)), let second = hexValue(four(at: 9) << 32 | four(at: 14)),
        let third = hexValue(four(at: 19) << 32 | four(at: 24)), let fourth = hexValue(eight(at: 28))
    else { return nil }
    return (UInt64(first) << 32 | UInt64(second), UInt64(third) << 32 | UInt64(fourth))
}

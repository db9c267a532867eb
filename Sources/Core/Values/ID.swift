/// The id of a row of one kind: a UUID of version 7 (RFC 9562) in lower case, so that ids sort by the time they were made.
public struct ID<Noun>: Sendable, Hashable, Comparable, Column {
    public let text: String

    /// Nil where the text isn't a UUID. Capital letters are taken as small ones.
    public init?(_ text: String) {
        guard text.utf8.count == 36 else { return nil }
        var hasCapitals = false
        for (position, byte) in text.utf8.enumerated() {
            switch (position, byte) {
            case (8, _), (13, _), (18, _), (23, _):
                guard byte == UInt8(ascii: "-") else { return nil }
            case (_, UInt8(ascii: "0")...UInt8(ascii: "9")), (_, UInt8(ascii: "a")...UInt8(ascii: "f")): break
            case (_, UInt8(ascii: "A")...UInt8(ascii: "F")): hasCapitals = true
            default: return nil
            }
        }
        self.text = hasCapitals ? text.lowercased() : text
    }

    fileprivate init(unchecked text: String) { self.text = text }

    public static func < (left: ID, right: ID) -> Bool { left.text < right.text }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(text) }
    public init(next row: inout Row) throws { self.init(unchecked: try row.text()) }
}

extension Runtime {
    /// A fresh id: 48 bits of time, 74 random bits.
    public func newID<Noun>(_: Noun.Type = Noun.self) -> ID<Noun> {
        let time = UInt64(now().milliseconds)
        let random = randomBytes(10)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for shift in stride(from: 40, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: time >> UInt64(shift)))
        }
        bytes.append(0x70 | random[0] & 0x0F)
        bytes.append(random[1])
        bytes.append(0x80 | random[2] & 0x3F)
        bytes.append(contentsOf: random[3..<10])
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (position, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(position) { text.append(UInt8(ascii: "-")) }
            text.append(hexDigit(byte >> 4))
            text.append(hexDigit(byte & 0x0F))
        }
        return ID(unchecked: String(decoding: text, as: UTF8.self))
    }
}

func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10 }

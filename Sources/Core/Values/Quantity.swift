public import Storage

/// An exact amount of material, in thousandths of its unit. On the wire it is a JSON number with at most three decimals.
public struct Quantity: Sendable, Hashable, Comparable, Column {
    public let thousandths: Int64

    /// The largest amount, 9,999,999,999.999: enough for any site, and exact in a JavaScript number.
    public static let max = Quantity(thousandths: 9_999_999_999_999)
    public static let zero = Quantity(thousandths: 0)

    public init(thousandths: Int64) { self.thousandths = thousandths }

    public static func < (left: Quantity, right: Quantity) -> Bool { left.thousandths < right.thousandths }
    public static prefix func - (quantity: Quantity) -> Quantity {
        Quantity(thousandths: (0 as Int64).subtracting(quantity.thousandths))
    }

    /// The most characters of `text`.
    public static let longestText = 24

    /// The shortest decimal form: `12`, `-0.5`, `3.125`.
    public var text: String { String(upTo: Self.longestText) { write(to: $0) } }

    /// Writes the characters of `text` and returns their number.
    public func write(to memory: UnsafeMutablePointer<UInt8>) -> Int {
        var digits = DigitWriter(memory)
        if thousandths < 0 { digits.character("-") }
        let (whole, fraction) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        digits.number(whole)
        guard fraction > 0 else { return digits.count }
        digits.character(".")
        digits.number(Int(fraction), width: 3)
        digits.dropTrailingZeros()
        return digits.count
    }

    public static var sqlType: SQLType { .integer }
    public var sqlValue: SQLValue { .integer(thousandths) }
    public init(next row: inout Row) throws { self.init(thousandths: try row.integer()) }
}

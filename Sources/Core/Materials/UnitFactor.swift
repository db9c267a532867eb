import Storage

/// How many of a new unit one of the old unit is: 25 from Sack to kg.
public struct UnitFactor: Sendable {
    public let millionths: Int64

    /// The smallest one, in millionths.
    public static let least: Int64 = 1
    /// The largest one, a million, in millionths.
    public static let most: Int64 = 1_000_000_000_000

    /// Nil outside of `least` to `most`.
    public init?(millionths: Int64) {
        guard (Self.least...Self.most).contains(millionths) else { return nil }
        self.millionths = millionths
    }

    /// The material in its new unit. Amount, threshold and price are rounded half up to thousandths.
    /// - Parameter edit: its values of unit, threshold and price are in the new unit, and taken as they are.
    /// - Throws: `MaterialRefusal.tooMuch`, or a flaw of `threshold` or `price`, `.notQuantity`, if a converted value is too large.
    func convert(_ old: Material, to edit: Edit<Material>) throws -> Material {
        var new = edit.applied(to: old)
        guard let amount = times(old.amount, most: .max) else {
            let values: Values = ["max": .quantity(.max), "unit": .text(new.unit), "material": .text(new.name)]
            throw Refusal(MaterialRefusal.tooMuch, values)
        }
        new.amount = amount
        if !edit.sets(\.threshold) {
            guard let threshold = times(old.threshold, most: .max) else { throw Self.tooLarge("threshold", .max) }
            new.threshold = threshold
        }
        if !edit.sets(\.price), let price = old.price {
            guard let price = each(price, most: Material.highestPrice) else {
                throw Self.tooLarge("price", Material.highestPrice)
            }
            new.price = price
        }
        return new
    }

    private static func tooLarge(_ field: String, _ most: Quantity) -> Refusal {
        Refusal(field, .notQuantity, ["min": .quantity(.zero), "max": .quantity(most)])
    }

    private static let one: Int128 = 1_000_000

    private func times(_ quantity: Quantity, most: Quantity) -> Quantity? {
        Self.quotient(Int128(quantity.thousandths) &* Int128(millionths), Self.one, most)
    }

    /// The price of one new unit.
    private func each(_ price: Quantity, most: Quantity) -> Quantity? {
        Self.quotient(Int128(price.thousandths) &* Self.one, Int128(millionths), most)
    }

    /// Rounded half up; nil above `most`. Both numbers have at most 84 bits, so doubling them doesn't overflow.
    private static func quotient(_ number: Int128, _ divisor: Int128, _ most: Quantity) -> Quantity? {
        let rounded = (number &* 2 &+ divisor) / (divisor &* 2)
        return rounded <= Int128(most.thousandths) ? Int64(exactly: rounded).map(Quantity.init(thousandths:)) : nil
    }
}

extension Quantity {
    /// The difference of two amounts.
    func less(_ other: Quantity) -> Quantity { Quantity(thousandths: thousandths.subtracting(other.thousandths)) }
}

import Core
import Foundation

extension FieldReader {
    /// An exact amount with at most three decimals, within the bounds that a quantity has.
    mutating func quantity(_ name: String, negative: Bool = false, example: Quantity) -> Quantity? {
        let largest = Quantity.max.text
        let schema: JSONValue = [
            "type": "number", "minimum": .raw(negative ? "-\(largest)" : "0"), "maximum": .raw(largest),
            "description": "At most three decimals.",
        ]
        if describe(name, schema, .raw(example.text)) { return example }
        guard require(name) else { return nil }
        let smallest = negative ? -Quantity.max : Quantity.zero
        let flaw = Flaw(.notQuantity, ["min": .quantity(smallest), "max": .quantity(.max)])
        guard let decimal = decode(name, else: flaw) as Decimal? else { return nil }
        let scaled = decimal * 1000
        var (unrounded, rounded) = (scaled, Decimal())
        NSDecimalRound(&rounded, &unrounded, 0, .plain)
        let limit = Decimal(Quantity.max.thousandths)
        guard scaled == rounded, !decimal.isNaN, scaled <= limit, scaled >= (negative ? -limit : 0),
            let thousandths = Int64(rounded.description)
        else {
            report(name, flaw)
            return nil
        }
        return Quantity(thousandths: thousandths)
    }

    /// A day, as `YYYY-MM-DD` or as an instant, whose UTC day counts.
    mutating func day(_ name: String, example: Day) -> Day? {
        let schema: JSONValue = [
            "type": "string", "anyOf": [["format": "date"], ["format": "date-time"]],
            "description": "A day, or an instant whose UTC day counts.",
        ]
        if describe(name, schema, .text(example.text)) { return example }
        guard require(name) else { return nil }
        guard let text = decode(name, else: Flaw(.notDay)) as String? else { return nil }
        guard let day = Day(text) ?? Instant(text)?.day else {
            report(name, .notDay)
            return nil
        }
        return day
    }

    mutating func boolean(_ name: String, example: Bool) -> Bool? {
        if describe(name, ["type": "boolean"], .boolean(example)) { return example }
        guard require(name) else { return nil }
        return decode(name, else: Flaw(.notBoolean))
    }

    mutating func instant(_ name: String, example: Instant) -> Instant? {
        if describe(name, ["type": "string", "format": "date-time"], .text(example.text)) { return example }
        guard require(name) else { return nil }
        guard let text = decode(name, else: Flaw(.notInstant)) as String? else { return nil }
        guard let instant = Instant(text) else {
            report(name, .notInstant)
            return nil
        }
        return instant
    }
}

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
        let range = "a number from \(negative ? "-\(largest)" : "0") to \(largest) with at most three decimals"
        guard let decimal = decode(name, range) as Decimal? else { return nil }
        let scaled = decimal * 1000
        var (unrounded, rounded) = (scaled, Decimal())
        NSDecimalRound(&rounded, &unrounded, 0, .plain)
        let limit = Decimal(Quantity.max.thousandths)
        guard scaled == rounded, !decimal.isNaN, scaled <= limit, scaled >= (negative ? -limit : 0),
            let thousandths = Int64(rounded.description)
        else {
            report(name, "must be \(range)")
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
        let expected = "a day as YYYY-MM-DD"
        guard let text = decode(name, expected) as String? else { return nil }
        guard let day = Day(text) ?? Instant(text)?.day else {
            report(name, "must be \(expected)")
            return nil
        }
        return day
    }

    mutating func instant(_ name: String, example: Instant) -> Instant? {
        if describe(name, ["type": "string", "format": "date-time"], .text(example.text)) { return example }
        guard require(name) else { return nil }
        let expected = "an instant as 2026-11-23T08:31:48Z"
        guard let text = decode(name, expected) as String? else { return nil }
        guard let instant = Instant(text) else {
            report(name, "must be \(expected)")
            return nil
        }
        return instant
    }
}

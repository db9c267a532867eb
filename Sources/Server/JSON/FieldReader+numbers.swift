import Core
import Foundation
import Storage

extension FieldReader {
    /// An exact amount with at most three decimals, from 0, with `negative` from `-max`, or with `positive` from 0.001, to `max`.
    mutating func quantity(
        _ name: String, _ meaning: Meaning, negative: Bool = false, positive: Bool = false, max: Quantity = .max,
        example: Quantity
    ) -> Quantity? {
        let smallest = negative ? -max : Quantity(thousandths: positive ? 1 : 0)
        let isDescribed = describe(
            name, meaning.and("At most three decimals."),
            [
                "type": "number", "minimum": .raw(smallest.text),
                "maximum": .raw(max.text),
            ], .raw(example.text))
        if isDescribed { return example }
        guard require(name) else { return nil }
        let flaw = Flaw(.notQuantity, ["min": .quantity(smallest), "max": .quantity(max)])
        guard let decimal = decode(name, else: flaw) as Decimal? else { return nil }
        let scaled = decimal * 1000
        var (unrounded, rounded) = (scaled, Decimal())
        NSDecimalRound(&rounded, &unrounded, 0, .plain)
        let limit = Decimal(max.thousandths)
        guard scaled == rounded, !decimal.isNaN, scaled <= limit, scaled >= Decimal(smallest.thousandths),
            let thousandths = Int64(rounded.description)
        else {
            report(name, flaw)
            return nil
        }
        return Quantity(thousandths: thousandths)
    }

    mutating func integer(_ name: String, _ meaning: Meaning, in range: ClosedRange<Int>, example: Int) -> Int? {
        let isDescribed = describe(
            name, meaning,
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)],
            .integer(example))
        if isDescribed { return example }
        guard require(name) else { return nil }
        let flaw = Flaw(
            .notWholeNumber, ["min": .integer(range.lowerBound), "max": .integer(range.upperBound)])
        guard let value = decode(name, else: flaw) as Int? else { return nil }
        guard range.contains(value) else {
            report(name, flaw)
            return nil
        }
        return value
    }

    /// How many of a new unit one of the old unit is, with at most six decimals.
    mutating func unitFactor(_ name: String, _ meaning: Meaning, example: String) -> UnitFactor? {
        let (least, most) = ("0.000001", "1000000")
        let isDescribed = describe(
            name, meaning.and("At most six decimals."),
            ["type": "number", "minimum": .raw(least), "maximum": .raw(most)], .raw(example))
        if isDescribed { return nil }
        guard require(name) else { return nil }
        let flaw = Flaw(.notFactor, ["min": .text(least), "max": .text(most)])
        guard let decimal = decode(name, else: flaw) as Decimal? else { return nil }
        let scaled = decimal * 1_000_000
        var (unrounded, rounded) = (scaled, Decimal())
        NSDecimalRound(&rounded, &unrounded, 0, .plain)
        guard scaled == rounded, !decimal.isNaN, scaled >= 1, scaled <= Decimal(UnitFactor.most),
            let factor = Int64(rounded.description).flatMap({ UnitFactor(millionths: $0) })
        else {
            report(name, flaw)
            return nil
        }
        return factor
    }

    /// A day, as `YYYY-MM-DD` or as an instant, whose UTC day counts.
    mutating func day(_ name: String, _ meaning: Meaning, example: Day) -> Day? {
        let isDescribed = describe(
            name, meaning.and("A day, as YYYY-MM-DD, or an instant, whose UTC day counts."),
            ["type": "string", "anyOf": [["format": "date"], ["format": "date-time"]]], .text(example.text))
        if isDescribed { return example }
        guard require(name) else { return nil }
        guard let text = decode(name, else: Flaw(.notDay)) as String? else { return nil }
        guard let day = Day(text) ?? Instant(text)?.day else {
            report(name, .notDay)
            return nil
        }
        return day
    }

    mutating func boolean(_ name: String, _ meaning: Meaning, example: Bool) -> Bool? {
        if describe(name, meaning, ["type": "boolean"], .boolean(example)) { return example }
        guard require(name) else { return nil }
        return decode(name, else: Flaw(.notBoolean))
    }

    mutating func instant(_ name: String, _ meaning: Meaning, example: Instant) -> Instant? {
        let isDescribed = describe(
            name, meaning.and("RFC 3339, with any offset; kept to the millisecond."),
            ["type": "string", "format": "date-time"], .text(example.text))
        if isDescribed { return example }
        guard require(name) else { return nil }
        guard let text = decode(name, else: Flaw(.notInstant)) as String? else { return nil }
        guard let instant = Instant(text) else {
            report(name, .notInstant)
            return nil
        }
        return instant
    }
}

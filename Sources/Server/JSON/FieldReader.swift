import Core
import Foundation

/// Reads the fields of a JSON object and remembers what is wrong with each, so that the caller hears of everything at once.
/// A reader that finds a field wrong or missing returns nil, and the problem is in `problems`; an optional field that is absent
/// or null is nil without a problem.
struct FieldReader {
    private let container: KeyedDecodingContainer<Key>
    private let prefix: String
    private(set) var problems: [Refusal.Field] = []

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    init(_ container: KeyedDecodingContainer<Key>, prefix: String = "") {
        (self.container, self.prefix) = (container, prefix)
    }

    mutating func report(_ name: String, _ message: String) { problems.append(.init(prefix + name, message)) }

    private func isAbsent(_ name: String) -> Bool {
        let key = Key(stringValue: name)
        return !container.contains(key) || ((try? container.decodeNil(forKey: key)) ?? false)
    }

    private mutating func require(_ name: String) -> Bool {
        if isAbsent(name) {
            report(name, "is missing")
            return false
        }
        return true
    }

    private mutating func decode<Value: Decodable>(_ name: String, _ expected: String) -> Value? {
        do {
            return try container.decode(Value.self, forKey: Key(stringValue: name))
        } catch {
            report(name, "must be \(expected)")
            return nil
        }
    }

    // MARK: Text

    /// A line of text.
    mutating func line(_ name: String, max: Int = 200) -> String? {
        guard require(name), let text = decode(name, "text") as String? else { return nil }
        do throws(Line.Flaw) {
            return try Line(text, max: max).text
        } catch {
            report(name, error.message)
            return nil
        }
    }

    /// Text of several lines. An empty one is nil.
    mutating func note(_ name: String, max: Int) -> String? {
        guard !isAbsent(name), let text = decode(name, "text") as String? else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        do throws(Line.Flaw) {
            try Line.check(trimmed, max: max, allowing: ["\n", "\r", "\t"])
        } catch {
            report(name, error.message)
            return nil
        }
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Text as it was sent, of any length and with any character: a password.
    mutating func secret(_ name: String) -> String? {
        guard require(name) else { return nil }
        return decode(name, "text")
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, default fallback: Value
    ) -> Value where Value.RawValue == String {
        guard !isAbsent(name) else { return fallback }
        let expected = "one of " + Value.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = decode(name, expected) as String? else { return fallback }
        guard let value = Value(rawValue: text) else {
            report(name, "must be \(expected)")
            return fallback
        }
        return value
    }

    mutating func email(_ name: String) -> EmailAddress? {
        guard let text = line(name, max: 254) else { return nil }
        guard let address = EmailAddress(text) else {
            report(name, "must be an e-mail address")
            return nil
        }
        return address
    }

    // MARK: Numbers, days, instants

    /// An exact amount with at most three decimals, within the bounds that a quantity has.
    mutating func quantity(_ name: String, negative: Bool = false) -> Quantity? {
        guard require(name) else { return nil }
        let largest = Quantity.max.text
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
    mutating func day(_ name: String) -> Day? {
        guard require(name) else { return nil }
        let expected = "a day as YYYY-MM-DD"
        guard let text = decode(name, expected) as String? else { return nil }
        guard let day = Day(text) ?? Instant(text)?.day else {
            report(name, "must be \(expected)")
            return nil
        }
        return day
    }

    mutating func optionalInstant(_ name: String) -> Instant? {
        guard !isAbsent(name) else { return nil }
        let expected = "an instant as 2026-11-23T08:31:48Z"
        guard let text = decode(name, expected) as String? else { return nil }
        guard let instant = Instant(text) else {
            report(name, "must be \(expected)")
            return nil
        }
        return instant
    }

    // MARK: Parts

    mutating func object<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        guard require(name) else { return nil }
        guard let part = try? container.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: name)) else {
            report(name, "must be an object")
            return nil
        }
        var reader = FieldReader(part, prefix: "\(prefix)\(name).")
        let value = read(&reader)
        problems += reader.problems
        return value
    }

    /// A list of ids; absent is empty.
    mutating func ids<Noun>(_ name: String, max: Int) -> [ID<Noun>] {
        guard !isAbsent(name), let texts = decode(name, "a list of ids") as [String]? else { return [] }
        guard texts.count <= max else {
            report(name, "must have at most \(max) entries")
            return []
        }
        let ids = texts.compactMap { ID<Noun>($0) }
        if ids.count < texts.count { report(name, "must be a list of ids") }
        return ids
    }
}

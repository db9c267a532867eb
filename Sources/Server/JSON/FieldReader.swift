import Core
import Foundation

/// Reads the fields of a JSON object and remembers what is wrong with each, so that the caller hears of everything at once.
/// A reader that finds a field wrong or missing returns nil, and the problem is in `problems`; an optional field that is absent
/// or null is nil without a problem.
///
/// The same calls also describe the fields: without an object to read, each call writes its field into `description` and
/// returns an example.
struct FieldReader {
    private let container: KeyedDecodingContainer<Key>?
    private let prefix: String
    private(set) var problems: [Refusal.Field] = []
    private(set) var description = ObjectDescription()
    private var isOptional = false

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    /// - Parameter container: what is to be read; nil to describe it.
    init(_ container: KeyedDecodingContainer<Key>?, prefix: String = "") {
        (self.container, self.prefix) = (container, prefix)
    }

    mutating func report(_ name: String, _ message: String) { problems.append(.init(prefix + name, message)) }

    private func isAbsent(_ name: String) -> Bool {
        guard let container else { return true }
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
            return try container?.decode(Value.self, forKey: Key(stringValue: name))
        } catch {
            report(name, "must be \(expected)")
            return nil
        }
    }

    /// Writes the field down where there is nothing to read.
    private mutating func describe(_ name: String, isOptional: Bool = false, _ schema: JSONValue, _ example: JSONValue)
        -> Bool
    {
        guard container == nil else { return false }
        description.add(name, schema, example, isRequired: !isOptional && !self.isOptional)
        return true
    }

    // MARK: Text

    /// A line of text.
    mutating func line(_ name: String, max: Int = 200, example: String) -> String? {
        if describe(name, ["type": "string", "minLength": 1, "maxLength": .integer(max)], .text(example)) {
            return example
        }
        guard require(name), let text = decode(name, "text") as String? else { return nil }
        do throws(Line.Flaw) {
            return try Line(text, max: max).text
        } catch {
            report(name, error.message)
            return nil
        }
    }

    /// Text of several lines. An empty one is nil.
    mutating func note(_ name: String, max: Int, example: String) -> String? {
        let schema: JSONValue = ["type": ["string", "null"], "maxLength": .integer(max)]
        if describe(name, isOptional: true, schema, .text(example)) { return example }
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
    mutating func secret(_ name: String, example: String) -> String? {
        if describe(name, ["type": "string"], .text(example)) { return example }
        guard require(name) else { return nil }
        return decode(name, "text")
    }

    mutating func newPassword(_ name: String) -> Password? {
        let (length, example) = (Password.length, "Kelle und Fugbrett")
        let schema: JSONValue = [
            "type": "string", "minLength": .integer(length.lowerBound), "maxLength": .integer(length.upperBound),
        ]
        guard let text = describe(name, schema, .text(example)) ? example : secret(name, example: example) else {
            return nil
        }
        do throws(Password.Flaw) {
            return try Password(text, refusing: .embedded)
        } catch {
            report(name, error.message)
            return nil
        }
    }

    /// One of a few words.
    mutating func choice<Value: Choice>(_ name: String, among choices: [Value] = Array(Value.allCases)) -> Value? {
        let words = choices.map(\.rawValue)
        if let first = choices.first,
            describe(name, ["type": "string", "enum": .list(words.map { .text($0) })], .text(first.rawValue))
        {
            return first
        }
        guard require(name) else { return nil }
        let expected = "one of " + words.joined(separator: ", ")
        guard let text = decode(name, expected) as String? else { return nil }
        guard let value = Value(rawValue: text), choices.contains(where: { $0.rawValue == text }) else {
            report(name, "must be \(expected)")
            return nil
        }
        return value
    }

    mutating func choice<Value: Choice>(_ name: String, default fallback: Value) -> Value {
        optional(name) { $0.choice(name) } ?? fallback
    }

    mutating func email(_ name: String) -> EmailAddress? {
        let example = "lena.vogt@fliesen-brandt.example"
        let schema: JSONValue = ["type": "string", "format": "email", "maxLength": 254]
        guard let text = describe(name, schema, .text(example)) ? example : line(name, max: 254, example: example)
        else {
            return nil
        }
        guard let address = EmailAddress(text) else {
            report(name, "must be an e-mail address")
            return nil
        }
        return address
    }

    // MARK: Numbers, days, instants

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

    // MARK: Parts

    mutating func object<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        guard let container else {
            var reader = FieldReader(nil)
            let value = read(&reader)
            description.add(
                name, reader.description.schema, reader.description.example, isRequired: !isOptional)
            return value
        }
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
        let schema: JSONValue = [
            "type": "array", "items": ["type": "string", "format": "uuid"], "maxItems": .integer(max),
        ]
        if describe(name, isOptional: true, schema, [.text(Example.id(9, Noun.self).text)]) { return [] }
        guard !isAbsent(name), let texts = decode(name, "a list of ids") as [String]? else { return [] }
        guard texts.count <= max else {
            report(name, "must have at most \(max) entries")
            return []
        }
        let ids = texts.compactMap { ID<Noun>($0) }
        if ids.count < texts.count { report(name, "must be a list of ids") }
        return ids
    }

    /// A field that may be left out, or null.
    mutating func optional<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        guard container != nil else { return describingOptional(read) }
        return isAbsent(name) ? nil : read(&self)
    }

    /// A field of a change: nil where it is left out, so that it stays as it is. It can't be null.
    mutating func changed<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        clearable(name, read) ?? nil
    }

    /// A field of a change that may also be null: nil where it is left out, a nil within where it is to be cleared.
    mutating func clearable<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value?? {
        guard let container else { return describingOptional(read) }
        return container.contains(Key(stringValue: name)) ? .some(read(&self)) : nil
    }

    private mutating func describingOptional<Value>(_ read: (inout FieldReader) -> Value) -> Value {
        let before = isOptional
        isOptional = true
        defer { isOptional = before }
        return read(&self)
    }
}

/// What fields an object may come in with.
struct ObjectDescription {
    private var properties: [JSONValue.Field] = []
    private var examples: [JSONValue.Field] = []
    private var required: [JSONValue] = []

    var isEmpty: Bool { properties.isEmpty }

    mutating func add(_ name: String, _ schema: JSONValue, _ example: JSONValue, isRequired: Bool) {
        properties.append(.init(name: name, value: schema))
        examples.append(.init(name: name, value: example))
        if isRequired { required.append(.text(name)) }
    }

    var schema: JSONValue {
        let object: JSONValue = ["type": "object", "properties": .object(properties)]
        return required.isEmpty ? object : object.with(["required": .list(required)])
    }

    var example: JSONValue { .object(examples) }
}

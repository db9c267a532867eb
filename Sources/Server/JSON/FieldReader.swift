import Core
import Foundation

/// Reads the fields of a JSON object and remembers what is wrong with each, so that the caller hears of everything at once.
/// A reader that finds a field wrong or missing returns nil, and the problem is in `problems`; an optional field that is absent
/// or null is nil without a problem.
///
/// Fields that no call asked for are problems too, so that a misspelt name isn't taken for one that was left out.
///
/// The same calls also describe the fields: without an object to read, each call writes its field into `description` and
/// returns an example.
struct FieldReader {
    private let container: KeyedDecodingContainer<Key>?
    private let prefix: String
    private let allowsOthers: Bool
    /// The names that were asked for.
    private var known: [String] = []
    private(set) var problems: [Refusal.Field] = []
    private(set) var description: ObjectDescription
    private var isOptional = false

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    /// - Parameters:
    ///   - container: what is to be read; nil to describe it.
    ///   - allowsOthers: whether fields that no call asks for are no problem.
    init(_ container: KeyedDecodingContainer<Key>?, prefix: String = "", allowsOthers: Bool = false) {
        (self.container, self.prefix, self.allowsOthers) = (container, prefix, allowsOthers)
        description = ObjectDescription(allowsOthers: allowsOthers)
    }

    mutating func report(_ name: String, _ code: Flaw.Code, _ values: Values = [:]) {
        report(name, Flaw(code, values))
    }

    mutating func report(_ name: String, _ flaw: Flaw) { problems.append(.init(prefix + name, flaw)) }

    /// How many fields that no call asked for are named; a body may hold thousands.
    private static let mostUnknown = 20

    /// Reports the fields that no call asked for. To be called when all are read.
    mutating func reportUnknown() {
        guard let container, !allowsOthers else { return }
        let unknown = container.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted()
        for name in unknown.prefix(Self.mostUnknown) { report(Line.clean(name, max: 100), .unknownField) }
    }

    mutating func isAbsent(_ name: String) -> Bool {
        guard let container else { return true }
        known.append(name)
        let key = Key(stringValue: name)
        return !container.contains(key) || ((try? container.decodeNil(forKey: key)) ?? false)
    }

    mutating func require(_ name: String) -> Bool {
        if isAbsent(name) {
            report(name, .missing)
            return false
        }
        return true
    }

    /// - Parameter flaw: of a value of another kind.
    mutating func decode<Value: Decodable>(_ name: String, else flaw: Flaw) -> Value? {
        do {
            return try container?.decode(Value.self, forKey: Key(stringValue: name))
        } catch {
            report(name, flaw)
            return nil
        }
    }

    /// The field where it is text, whatever text; nil, and no problem, where it is anything else.
    mutating func text(_ name: String) -> String? {
        known.append(name)
        return try? container?.decode(String.self, forKey: Key(stringValue: name))
    }

    /// Writes the field down where there is nothing to read.
    mutating func describe(_ name: String, isOptional: Bool = false, _ schema: JSONValue, _ example: JSONValue)
        -> Bool
    {
        guard container == nil else { return false }
        description.add(name, schema, example, isRequired: !isOptional && !self.isOptional)
        return true
    }

    // MARK: Parts

    mutating func object<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        guard let container else {
            var reader = FieldReader(nil, allowsOthers: allowsOthers)
            let value = read(&reader)
            description.add(
                name, reader.description.schema, reader.description.example, isRequired: !isOptional)
            return value
        }
        guard require(name) else { return nil }
        guard let part = try? container.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: name)) else {
            report(name, .notObject)
            return nil
        }
        var reader = FieldReader(part, prefix: "\(prefix)\(name).", allowsOthers: allowsOthers)
        let value = read(&reader)
        reader.reportUnknown()
        problems += reader.problems
        return value
    }

    /// A list of ids; absent is empty.
    mutating func ids<Noun>(_ name: String, max: Int) -> [ID<Noun>] {
        let schema: JSONValue = [
            "type": "array", "items": ["type": "string", "format": "uuid"], "maxItems": .integer(max),
        ]
        if describe(name, isOptional: true, schema, [.text(Example.id(9, Noun.self).text)]) { return [] }
        guard !isAbsent(name), let texts = decode(name, else: Flaw(.notIDs)) as [String]? else { return [] }
        guard texts.count <= max else {
            report(name, .tooManyEntries, ["max": .integer(max)])
            return []
        }
        let ids = texts.compactMap { ID<Noun>($0) }
        if ids.count < texts.count { report(name, .notIDs) }
        return ids
    }

    /// A field that may be left out, or null.
    mutating func optional<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        guard container != nil else {
            let value = describingOptional(read)
            description.allowNull(name)
            return value
        }
        return isAbsent(name) ? nil : read(&self)
    }

    /// A field of a change: nil where it is left out, so that it stays as it is. It can't be null.
    mutating func changed<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        if let container, container.contains(Key(stringValue: name)), isAbsent(name) {
            report(name, .null)
            return nil
        }
        return clearable(name, read) ?? nil
    }

    /// A field of a change that may also be null: nil where it is left out, a nil within where it is to be cleared.
    mutating func clearable<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value?? {
        guard let container else { return describingOptional(read) }
        known.append(name)
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
    /// Whether other fields are let pass.
    let allowsOthers: Bool
    private var properties: [JSONValue.Field] = []
    private var examples: [JSONValue.Field] = []
    private var required: [JSONValue] = []

    init(allowsOthers: Bool) { self.allowsOthers = allowsOthers }

    var isEmpty: Bool { properties.isEmpty }

    mutating func add(_ name: String, _ schema: JSONValue, _ example: JSONValue, isRequired: Bool) {
        properties.append(.init(name: name, value: schema))
        examples.append(.init(name: name, value: example))
        if isRequired { required.append(.text(name)) }
    }

    /// Lets a field that was added be null too.
    mutating func allowNull(_ name: String) {
        guard let index = properties.firstIndex(where: { $0.name == name }),
            case .object(let fields) = properties[index].value
        else { return }
        let nullable = fields.map { field -> JSONValue.Field in
            switch (field.name, field.value) {
            case ("type", .text(let type)): .init(name: "type", value: [.text(type), "null"])
            case ("enum", .list(let words)): .init(name: "enum", value: .list(words + [.null]))
            default: field
            }
        }
        properties[index] = .init(name: name, value: .object(nullable))
    }

    var schema: JSONValue {
        var object: JSONValue = ["type": "object", "properties": .object(properties)]
        if !allowsOthers { object = object.with(["additionalProperties": false]) }
        return required.isEmpty ? object : object.with(["required": .list(required)])
    }

    var example: JSONValue { .object(examples) }
}

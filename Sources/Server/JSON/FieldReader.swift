import Core
import Foundation

/// Reads the fields of a JSON object and collects what is wrong with each, so that the caller learns of everything at once.
/// A call that finds its field wrong or missing returns nil and adds to `problems`; an optional field that is absent or null is nil
/// without a problem.
///
/// Fields that no call reads are problems too, so that a misspelt name isn't taken for one that was left out.
///
/// The same calls also describe the fields: without an object to read, each call adds its field to `description`, with what it means,
/// and returns an example.
struct FieldReader {
    private let container: KeyedDecodingContainer<Key>?
    private let prefix: String
    private let allowsOthers: Bool
    /// The names of the fields that were read.
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
    ///   - container: the object to read; nil to describe it.
    ///   - allowsOthers: whether fields that no call reads are ignored.
    init(_ container: KeyedDecodingContainer<Key>?, prefix: String = "", allowsOthers: Bool = false) {
        (self.container, self.prefix, self.allowsOthers) = (container, prefix, allowsOthers)
        description = ObjectDescription(allowsOthers: allowsOthers)
    }

    /// Whether there is nothing to read.
    var isDescribing: Bool { container == nil }

    mutating func report(_ name: String, _ code: Flaw.Code, _ values: Values = [:]) {
        report(name, Flaw(code, values))
    }

    mutating func report(_ name: String, _ flaw: Flaw) { problems.append(.init(prefix + name, flaw)) }

    /// How many unknown fields are named; a body may hold thousands.
    private static let mostUnknown = 20

    /// Reports the fields that no call read. To be called after all others.
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

    /// - Parameter flaw: reported for a value of another kind.
    mutating func decode<Value: Decodable>(_ name: String, else flaw: Flaw) -> Value? {
        do {
            return try container?.decode(Value.self, forKey: Key(stringValue: name))
        } catch {
            report(name, flaw)
            return nil
        }
    }

    /// The field if it is text; nil, without a problem, if it is anything else.
    mutating func text(_ name: String) -> String? {
        known.append(name)
        return try? container?.decode(String.self, forKey: Key(stringValue: name))
    }

    /// Adds the field to the description if there is nothing to read; returns whether it did.
    mutating func describe(
        _ name: String, isOptional: Bool = false, _ meaning: @autoclosure () -> Meaning,
        _ schema: @autoclosure () -> JSONValue, _ example: @autoclosure () -> JSONValue
    ) -> Bool {
        guard container == nil else { return false }
        let schema = schema().with(["description": .text(meaning().text)])
        description.add(name, schema, example(), isRequired: !isOptional && !self.isOptional)
        return true
    }

    /// Leaves a field out of the example, because it goes only without another one.
    mutating func leaveOutOfExample(_ name: String) { description.removeExample(name) }

    // MARK: Parts

    mutating func object<Value>(
        _ name: String, _ meaning: Meaning, _ read: (inout FieldReader) -> Value?
    ) -> Value? {
        guard let container else {
            var reader = FieldReader(nil, allowsOthers: allowsOthers)
            let value = read(&reader)
            let schema = reader.description.schema.with(["description": .text(meaning.text)])
            description.add(name, schema, reader.description.example, isRequired: !isOptional)
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

    /// A list of objects.
    /// - Parameters:
    ///   - max: how many at most.
    ///   - isNeeded: whether there must be one at least. Otherwise it is empty if it is absent.
    mutating func objects<Value>(
        _ name: String, _ meaning: Meaning, max: Int, isNeeded: Bool = false, _ read: (inout FieldReader) -> Value?
    ) -> [Value] {
        guard let container else {
            var reader = FieldReader(nil, allowsOthers: allowsOthers)
            _ = read(&reader)
            let schema: JSONValue = [
                "type": "array", "items": reader.description.schema, "minItems": .integer(isNeeded ? 1 : 0),
                "maxItems": .integer(max), "description": .text(meaning.text),
            ]
            description.add(name, schema, [reader.description.example], isRequired: isNeeded && !isOptional)
            return []
        }
        if isAbsent(name) {
            if isNeeded { report(name, .missing) }
            return []
        }
        guard var list = try? container.nestedUnkeyedContainer(forKey: Key(stringValue: name)) else {
            report(name, .notList)
            return []
        }
        if isNeeded, list.isAtEnd { report(name, .empty) }
        guard list.count ?? 0 <= max else {
            report(name, .tooManyEntries, ["max": .integer(max)])
            return []
        }
        var values: [Value] = []
        while !list.isAtEnd {
            let place = "\(name)[\(list.currentIndex)]"
            guard let decoder = try? list.superDecoder(), let part = try? decoder.container(keyedBy: Key.self) else {
                report(place, .notObject)
                if list.currentIndex == values.count { break }
                continue
            }
            var reader = FieldReader(part, prefix: "\(prefix)\(place).", allowsOthers: allowsOthers)
            if let value = read(&reader) { values.append(value) }
            reader.reportUnknown()
            problems += reader.problems
        }
        return values
    }

    mutating func id<Noun>(_ name: String, _ meaning: Meaning) -> ID<Noun>? {
        let example = Example.id(9, Noun.self)
        if describe(name, meaning, ["type": "string", "format": "uuid"], .text(example.text)) { return example }
        guard require(name), let text = decode(name, else: Flaw(.notID)) as String? else { return nil }
        guard let id = ID<Noun>(text) else {
            report(name, .notID)
            return nil
        }
        return id
    }

    /// A list of ids.
    /// - Parameters:
    ///   - max: how many at most.
    ///   - isNeeded: whether there must be one at least. Otherwise it is empty if it is absent.
    mutating func ids<Noun>(_ name: String, _ meaning: Meaning, max: Int, isNeeded: Bool = false) -> [ID<Noun>] {
        let isDescribed = describe(
            name, isOptional: !isNeeded, meaning,
            ["type": "array", "items": ["type": "string", "format": "uuid"], "maxItems": .integer(max)],
            [.text(Example.id(9, Noun.self).text)])
        if isDescribed { return [] }
        if isNeeded, isAbsent(name) { report(name, .missing) }
        guard !isAbsent(name), let texts = decode(name, else: Flaw(.notIDs)) as [String]? else { return [] }
        if isNeeded, texts.isEmpty { report(name, .empty) }
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

    /// A field of a change: nil if it is left out, so that it stays unchanged. Null is reported.
    mutating func changed<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value? {
        if let container, container.contains(Key(stringValue: name)), isAbsent(name) {
            report(name, .null)
            return nil
        }
        return clearable(name, read) ?? nil
    }

    /// A field of a change that may also be null: nil if it is left out, and a nil inside if it is to be cleared.
    mutating func clearable<Value>(_ name: String, _ read: (inout FieldReader) -> Value?) -> Value?? {
        guard let container else { return describingOptional(read) }
        known.append(name)
        return container.contains(Key(stringValue: name)) ? .some(read(&self)) : nil
    }

    // MARK: Of a new noun, or of what is changed of one

    /// What every noun has: a body for a new one holds it, one that changes it may.
    mutating func whole<Value>(_ name: String, isNew: Bool, _ read: (inout FieldReader) -> Value?) -> Value? {
        isNew ? read(&self) : changed(name, read)
    }

    /// What a noun has without being told: null is as good as nothing for a new one, and nothing that it can be changed to.
    mutating func given<Value>(_ name: String, isNew: Bool, _ read: (inout FieldReader) -> Value?) -> Value? {
        isNew ? optional(name, read) : changed(name, read)
    }

    private mutating func describingOptional<Value>(_ read: (inout FieldReader) -> Value) -> Value {
        let before = isOptional
        isOptional = true
        defer { isOptional = before }
        return read(&self)
    }
}

/// The fields of an object in a request.
struct ObjectDescription {
    /// Whether other fields are ignored instead of refused.
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

    mutating func removeExample(_ name: String) { examples.removeAll { $0.name == name } }

    /// Allows null for a field that was added.
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

import Core
import Storage

/// The named schemas of an API's description, collected while its routes are described.
struct Schemas {
    private(set) var named: [JSONValue.Field] = []

    /// A reference to a type's schema, which is added when it is first needed.
    mutating func reference<Value: Wire>(to type: Value.Type) -> JSONValue {
        if !named.contains(where: { $0.name == type.schemaName }) {
            // Reserves the place, so that outer types precede inner ones.
            let place = named.count
            named.append(.init(name: type.schemaName, value: .null))
            var writer = SchemaWriter(schemas: self)
            type.example.describe(&writer)
            self = writer.schemas
            named[place] = .init(name: type.schemaName, value: writer.schema)
        }
        return ["$ref": "#/components/schemas/\(type.schemaName)"]
    }
}

/// Describes the fields of an object instead of writing their values.
struct SchemaWriter: FieldWriter {
    fileprivate var schemas: Schemas
    private var properties: [JSONValue.Field] = []
    private var required: [JSONValue] = []

    init(schemas: Schemas) { self.schemas = schemas }

    fileprivate var schema: JSONValue {
        ["type": "object", "properties": .object(properties), "required": .list(required)]
    }

    private mutating func add(_ name: StaticString, _ schema: JSONValue, _ meaning: Meaning, isRequired: Bool = true) {
        properties.append(.init(name: "\(name)", value: schema.with(["description": .text(meaning.text)])))
        if isRequired { required.append("\(name)") }
    }

    private func type(_ name: JSONValue, _ nullable: Bool) -> JSONValue {
        ["type": nullable ? [name, "null"] : name]
    }

    mutating func id<Noun>(
        _ name: StaticString, _ value: ID<Noun>?, nullable: Bool, _ meaning: @autoclosure () -> Meaning
    ) {
        add(name, type("string", nullable).with(["format": "uuid"]), meaning())
    }

    mutating func text(_ name: StaticString, _ value: String?, nullable: Bool, _ meaning: @autoclosure () -> Meaning) {
        add(name, type("string", nullable), meaning())
    }

    mutating func choice<Value: Choice>(_ name: StaticString, _ value: Value, _ meaning: @autoclosure () -> Meaning) {
        add(name, ["type": "string", "enum": .list(Value.allCases.map { .text($0.rawValue) })], meaning())
    }

    mutating func choice<Value: Choice>(
        _ name: StaticString, orNull value: Value?, _ meaning: @autoclosure () -> Meaning
    ) {
        add(
            name, type("string", true).with(["enum": .list(Value.allCases.map { .text($0.rawValue) } + [.null])]),
            meaning())
    }

    mutating func boolean(_ name: StaticString, _ value: Bool, _ meaning: @autoclosure () -> Meaning) {
        add(name, ["type": "boolean"], meaning())
    }

    mutating func integer(_ name: StaticString, _ value: Int?, nullable: Bool, _ meaning: @autoclosure () -> Meaning) {
        add(name, type("integer", nullable), meaning())
    }

    mutating func quantity(
        _ name: StaticString, _ value: Quantity?, nullable: Bool, _ meaning: @autoclosure () -> Meaning
    ) {
        add(name, type("number", nullable), meaning().and("Exact, with at most three decimals."))
    }

    mutating func instant(
        _ name: StaticString, _ value: Instant?, nullable: Bool, _ meaning: @autoclosure () -> Meaning
    ) {
        add(
            name, type("string", nullable).with(["format": "date-time"]),
            meaning().and("RFC 3339 in UTC, to the millisecond."))
    }

    mutating func day(_ name: StaticString, _ value: Day?, nullable: Bool, _ meaning: @autoclosure () -> Meaning) {
        add(name, type("string", nullable).with(["format": "date"]), meaning().and("A day, as YYYY-MM-DD."))
    }

    mutating func ids<Noun>(_ name: StaticString, _ values: [ID<Noun>], _ meaning: @autoclosure () -> Meaning) {
        add(name, ["type": "array", "items": ["type": "string", "format": "uuid"]], meaning())
    }

    mutating func choices<Value: Choice>(
        _ name: StaticString, _ values: [Value], _ meaning: @autoclosure () -> Meaning
    ) {
        let words = JSONValue.list(Value.allCases.map { .text($0.rawValue) })
        add(name, ["type": "array", "items": ["type": "string", "enum": words]], meaning())
    }

    mutating func values(_ name: StaticString, _ values: Values, _ meaning: @autoclosure () -> Meaning) {
        add(name, ["type": "object", "additionalProperties": ["type": ["string", "number"]]], meaning())
    }

    mutating func object<Value: Wire>(_ name: StaticString, _ value: Value, _ meaning: @autoclosure () -> Meaning) {
        add(name, schemas.reference(to: Value.self), meaning())
    }

    mutating func object<Value: Wire>(
        _ name: StaticString, ifThere value: Value?, _ meaning: @autoclosure () -> Meaning
    ) {
        add(name, schemas.reference(to: Value.self), meaning(), isRequired: false)
    }

    mutating func list<Value: Wire>(_ name: StaticString, _ values: [Value], _ meaning: @autoclosure () -> Meaning) {
        add(name, ["type": "array", "items": schemas.reference(to: Value.self)], meaning())
    }

    mutating func list<Value: Wire>(
        _ name: StaticString, ifThere values: [Value], _ meaning: @autoclosure () -> Meaning
    ) {
        add(name, ["type": "array", "items": schemas.reference(to: Value.self)], meaning(), isRequired: false)
    }
}

import Core

/// The named schemas of an API's description, collected while its routes are described.
struct Schemas {
    private(set) var named: [JSONValue.Field] = []

    /// A reference to a type's schema, which is written down when it is first asked for.
    mutating func reference<Value: Wire>(to type: Value.Type) -> JSONValue {
        if !named.contains(where: { $0.name == type.schemaName }) {
            // Holds the place, so that outer types come before inner ones.
            let place = named.count
            named.append(.init(name: type.schemaName, value: .null))
            var writer = SchemaWriter(schemas: self, details: type.fieldDetails)
            type.example.describe(&writer)
            self = writer.schemas
            named[place] = .init(name: type.schemaName, value: writer.schema)
        }
        return ["$ref": "#/components/schemas/\(type.schemaName)"]
    }
}

/// Writes down what the fields of an object are, not what is in them.
struct SchemaWriter: FieldWriter {
    fileprivate var schemas: Schemas
    private let details: [String: String]
    private var properties: [JSONValue.Field] = []
    private var required: [JSONValue] = []

    /// - Parameter details: what fields mean, by their names.
    init(schemas: Schemas, details: [String: String]) { (self.schemas, self.details) = (schemas, details) }

    fileprivate var schema: JSONValue {
        ["type": "object", "properties": .object(properties), "required": .list(required)]
    }

    private mutating func add(_ name: StaticString, _ schema: JSONValue, isRequired: Bool = true) {
        let value = details["\(name)"].map { schema.described(as: $0) } ?? schema
        properties.append(.init(name: "\(name)", value: value))
        if isRequired { required.append("\(name)") }
    }

    private func type(_ name: JSONValue, _ nullable: Bool) -> JSONValue {
        ["type": nullable ? [name, "null"] : name]
    }

    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>?, nullable: Bool) {
        add(name, type("string", nullable).with(["format": "uuid"]))
    }

    mutating func text(_ name: StaticString, _ value: String?, nullable: Bool) { add(name, type("string", nullable)) }

    mutating func choice<Value: Choice>(_ name: StaticString, _ value: Value) {
        add(name, ["type": "string", "enum": .list(Value.allCases.map { .text($0.rawValue) })])
    }

    mutating func boolean(_ name: StaticString, _ value: Bool) { add(name, ["type": "boolean"]) }

    mutating func integer(_ name: StaticString, _ value: Int?, nullable: Bool) { add(name, type("integer", nullable)) }

    mutating func quantity(_ name: StaticString, _ value: Quantity) {
        add(name, ["type": "number", "description": "Exact, with at most three decimals."])
    }

    mutating func instant(_ name: StaticString, _ value: Instant?, nullable: Bool) {
        add(name, type("string", nullable).with(["format": "date-time"]))
    }

    mutating func day(_ name: StaticString, _ value: Day?, nullable: Bool) {
        add(name, type("string", nullable).with(["format": "date"]))
    }

    mutating func values(_ name: StaticString, _ values: Values) {
        add(
            name,
            [
                "type": "object", "additionalProperties": ["type": ["string", "number"]],
                "description": "The code's values: what its sentence holds in braces.",
            ])
    }

    mutating func object<Value: Wire>(_ name: StaticString, _ value: Value) {
        add(name, schemas.reference(to: Value.self))
    }

    mutating func object<Value: Wire>(_ name: StaticString, ifThere value: Value?) {
        add(name, schemas.reference(to: Value.self), isRequired: false)
    }

    mutating func list<Value: Wire>(_ name: StaticString, _ values: [Value]) {
        add(name, ["type": "array", "items": schemas.reference(to: Value.self)])
    }

    mutating func list<Value: Wire>(_ name: StaticString, ifThere values: [Value]) {
        add(name, ["type": "array", "items": schemas.reference(to: Value.self)], isRequired: false)
    }
}

extension JSONValue {
    /// The schema with these words in place of those that its kind has.
    fileprivate func described(as details: String) -> JSONValue {
        guard case .object(let fields) = self else { return self }
        return .object(fields.filter { $0.name != "description" }).with(["description": .text(details)])
    }
}

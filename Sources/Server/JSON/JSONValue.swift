/// A JSON value of any shape, with its fields in the order in which they were given.
enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case list([JSONValue])
    case object([Field])
    /// Text that is JSON already.
    case raw(String)

    struct Field: Sendable, Equatable {
        let name: String
        let value: JSONValue
    }

    /// The JSON text, with two blanks for each level.
    func text(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .null: return "null"
        case .boolean(let boolean): return boolean ? "true" : "false"
        case .integer(let integer): return "\(integer)"
        case .text(let text): return Self.quoted(text)
        case .raw(let json): return json
        case .list(let values):
            if values.isEmpty { return "[]" }
            return "[\n" + values.map { inner + $0.text(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let fields):
            if fields.isEmpty { return "{}" }
            let lines = fields.map { "\(inner)\(Self.quoted($0.name)): \($0.value.text(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    /// The JSON text in one line.
    var line: String {
        switch self {
        case .list(let values): "[\(values.map(\.line).joined(separator: ","))]"
        case .object(let fields):
            "{\(fields.map { "\(Self.quoted($0.name)):\($0.value.line)" }.joined(separator: ","))}"
        default: text()
        }
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter(reserving: text.utf8.count + 2)
        json.quoted(text)
        return json.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The object with more fields after its own.
    func with(_ more: JSONValue) -> JSONValue {
        guard case .object(let fields) = self, case .object(let added) = more else { return self }
        return .object(fields + added)
    }
}

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral integer: Int) { self = .integer(integer) }
    init(booleanLiteral boolean: Bool) { self = .boolean(boolean) }
    init(arrayLiteral values: JSONValue...) { self = .list(values) }
    init(dictionaryLiteral fields: (String, JSONValue)...) {
        self = .object(fields.map { Field(name: $0.0, value: $0.1) })
    }
}

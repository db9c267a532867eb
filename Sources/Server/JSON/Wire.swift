import Core
import Storage

/// A value that is sent as a JSON object. Each type names its fields once, beside its routes; both its JSON and its schema in the API's
/// description follow from that.
protocol Wire: Sendable {
    /// A representative value for the description. Every field has a value and every list an entry.
    static var example: Self { get }
    /// The name of the schema: the type's own name by default.
    static var schemaName: String { get }
    /// The version in the `ETag`; nil for a type without versions.
    var entityVersion: Int64? { get }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields)
}

extension Wire {
    static var schemaName: String { SchemaName.plain("\(Self.self)") }
    var entityVersion: Int64? { nil }
}

enum SchemaName {
    /// A type's name as it is declared. Of a private type an optimised program says `(Name in _0123…)`, which is no name of a schema
    /// (OpenAPI 3.1, section 4.8.7).
    static func plain(_ printed: String) -> String {
        printed.hasPrefix("(") ? String(printed.dropFirst().prefix { $0 != " " }) : printed
    }
}

/// One of a few words.
typealias Choice = RawRepresentable<String> & CaseIterable & Sendable

/// Takes the fields of an object, one after the other. Only a description evaluates what a field means: it costs nothing when JSON is
/// written.
protocol FieldWriter: ~Copyable {
    mutating func id<Noun>(
        _ name: StaticString, _ value: ID<Noun>?, nullable: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func text(_ name: StaticString, _ value: String?, nullable: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func choice<Value: Choice>(_ name: StaticString, _ value: Value, _ meaning: @autoclosure () -> Meaning)
    /// One of a few words, or null.
    mutating func choice<Value: Choice>(
        _ name: StaticString, orNull value: Value?, _ meaning: @autoclosure () -> Meaning)
    mutating func boolean(_ name: StaticString, _ value: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func integer(_ name: StaticString, _ value: Int?, nullable: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func quantity(
        _ name: StaticString, _ value: Quantity?, nullable: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func instant(
        _ name: StaticString, _ value: Instant?, nullable: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func day(_ name: StaticString, _ value: Day?, nullable: Bool, _ meaning: @autoclosure () -> Meaning)
    mutating func ids<Noun>(_ name: StaticString, _ values: [ID<Noun>], _ meaning: @autoclosure () -> Meaning)
    mutating func choices<Value: Choice>(
        _ name: StaticString, _ values: [Value], _ meaning: @autoclosure () -> Meaning)
    /// The values of a code, as an object with their names.
    mutating func values(_ name: StaticString, _ values: Values, _ meaning: @autoclosure () -> Meaning)
    mutating func object<Value: Wire>(_ name: StaticString, _ value: Value, _ meaning: @autoclosure () -> Meaning)
    /// A field that is left out if it has no value.
    mutating func object<Value: Wire>(
        _ name: StaticString, ifThere value: Value?, _ meaning: @autoclosure () -> Meaning)
    mutating func list<Value: Wire>(_ name: StaticString, _ values: [Value], _ meaning: @autoclosure () -> Meaning)
    /// A field that is left out if the list is empty.
    mutating func list<Value: Wire>(
        _ name: StaticString, ifThere values: [Value], _ meaning: @autoclosure () -> Meaning)
}

extension FieldWriter where Self: ~Copyable {
    @inline(__always)
    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>, _ meaning: @autoclosure () -> Meaning) {
        id(name, value, nullable: false, meaning())
    }
    @inline(__always)
    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>?, _ meaning: @autoclosure () -> Meaning) {
        id(name, value, nullable: true, meaning())
    }
    @inline(__always)
    mutating func text(_ name: StaticString, _ value: String, _ meaning: @autoclosure () -> Meaning) {
        text(name, value, nullable: false, meaning())
    }
    @inline(__always)
    mutating func text(_ name: StaticString, _ value: String?, _ meaning: @autoclosure () -> Meaning) {
        text(name, value, nullable: true, meaning())
    }
    @inline(__always)
    mutating func integer(_ name: StaticString, _ value: Int, _ meaning: @autoclosure () -> Meaning) {
        integer(name, value, nullable: false, meaning())
    }
    @inline(__always)
    mutating func integer(_ name: StaticString, _ value: Int?, _ meaning: @autoclosure () -> Meaning) {
        integer(name, value, nullable: true, meaning())
    }
    @inline(__always)
    mutating func quantity(_ name: StaticString, _ value: Quantity, _ meaning: @autoclosure () -> Meaning) {
        quantity(name, value, nullable: false, meaning())
    }
    @inline(__always)
    mutating func quantity(_ name: StaticString, _ value: Quantity?, _ meaning: @autoclosure () -> Meaning) {
        quantity(name, value, nullable: true, meaning())
    }
    @inline(__always)
    mutating func instant(_ name: StaticString, _ value: Instant, _ meaning: @autoclosure () -> Meaning) {
        instant(name, value, nullable: false, meaning())
    }
    @inline(__always)
    mutating func instant(_ name: StaticString, _ value: Instant?, _ meaning: @autoclosure () -> Meaning) {
        instant(name, value, nullable: true, meaning())
    }
    @inline(__always)
    mutating func day(_ name: StaticString, _ value: Day, _ meaning: @autoclosure () -> Meaning) {
        day(name, value, nullable: false, meaning())
    }
    @inline(__always)
    mutating func day(_ name: StaticString, _ value: Day?, _ meaning: @autoclosure () -> Meaning) {
        day(name, value, nullable: true, meaning())
    }
}

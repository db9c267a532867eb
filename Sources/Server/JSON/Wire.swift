import Core

/// A value that goes out as a JSON object. Each type says once, beside its routes, what its fields are: from that come its JSON
/// and its schema in the API's description.
protocol Wire: Sendable {
    /// A value such as one meets, in the description. Every field has a value and every list an entry.
    static var example: Self { get }
    /// What the schema is called: the type's name, where it doesn't say otherwise.
    static var schemaName: String { get }
    /// What each field means, in the description. Fields whose names say it need no words.
    static var fieldDetails: [String: String] { get }
    /// What an `ETag` is made of; nil for what has no versions.
    var entityVersion: Int64? { get }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields)
}

extension Wire {
    static var schemaName: String { "\(Self.self)" }
    static var fieldDetails: [String: String] { [:] }
    var entityVersion: Int64? { nil }
}

/// One of a few words.
typealias Choice = RawRepresentable<String> & CaseIterable & Sendable

/// Takes the fields of an object, one after the other.
protocol FieldWriter: ~Copyable {
    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>?, nullable: Bool)
    mutating func text(_ name: StaticString, _ value: String?, nullable: Bool)
    mutating func choice<Value: Choice>(_ name: StaticString, _ value: Value)
    mutating func boolean(_ name: StaticString, _ value: Bool)
    mutating func integer(_ name: StaticString, _ value: Int?, nullable: Bool)
    mutating func quantity(_ name: StaticString, _ value: Quantity)
    mutating func instant(_ name: StaticString, _ value: Instant?, nullable: Bool)
    mutating func day(_ name: StaticString, _ value: Day?, nullable: Bool)
    /// The values of a code, as an object with their names.
    mutating func values(_ name: StaticString, _ values: Values)
    mutating func object<Value: Wire>(_ name: StaticString, _ value: Value)
    /// A field that is left out where there is no value.
    mutating func object<Value: Wire>(_ name: StaticString, ifThere value: Value?)
    mutating func list<Value: Wire>(_ name: StaticString, _ values: [Value])
    /// A field that is left out where the list is empty.
    mutating func list<Value: Wire>(_ name: StaticString, ifThere values: [Value])
}

extension FieldWriter where Self: ~Copyable {
    @inline(__always)
    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>) { id(name, value, nullable: false) }
    @inline(__always)
    mutating func id<Noun>(_ name: StaticString, _ value: ID<Noun>?) { id(name, value, nullable: true) }
    @inline(__always)
    mutating func text(_ name: StaticString, _ value: String) { text(name, value, nullable: false) }
    @inline(__always)
    mutating func text(_ name: StaticString, _ value: String?) { text(name, value, nullable: true) }
    @inline(__always)
    mutating func integer(_ name: StaticString, _ value: Int) { integer(name, value, nullable: false) }
    @inline(__always)
    mutating func integer(_ name: StaticString, _ value: Int?) { integer(name, value, nullable: true) }
    @inline(__always)
    mutating func instant(_ name: StaticString, _ value: Instant) { instant(name, value, nullable: false) }
    @inline(__always)
    mutating func instant(_ name: StaticString, _ value: Instant?) { instant(name, value, nullable: true) }
    @inline(__always)
    mutating func day(_ name: StaticString, _ value: Day) { day(name, value, nullable: false) }
    @inline(__always)
    mutating func day(_ name: StaticString, _ value: Day?) { day(name, value, nullable: true) }
}

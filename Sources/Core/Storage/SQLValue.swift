/// The four column types that both engines share. Instants and quantities are integers, ids and days are text.
public enum SQLType: Sendable { case text, integer, boolean, bytes }

/// A value bound to a place in a statement. A null carries its type, because PostgreSQL cannot guess it.
public enum SQLValue: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    case bytes([UInt8])
    case null(SQLType)

    public var type: SQLType {
        switch self {
        case .text: .text
        case .integer: .integer
        case .boolean: .boolean
        case .bytes: .bytes
        case .null(let type): type
        }
    }
}

/// A Swift type that stands in a column: how it is bound and how it is read back.
public protocol Column: Sendable {
    static var sqlType: SQLType { get }
    var sqlValue: SQLValue { get }
    /// Reads the row's next column. Throws `StorageError` of kind `.failed` where the column holds something else.
    init(next row: inout Row) throws
}

extension String: Column {
    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(self) }
    public init(next row: inout Row) throws { self = try row.text() }
}

extension Int64: Column {
    public static var sqlType: SQLType { .integer }
    public var sqlValue: SQLValue { .integer(self) }
    public init(next row: inout Row) throws { self = try row.integer() }
}

extension Bool: Column {
    public static var sqlType: SQLType { .boolean }
    public var sqlValue: SQLValue { .boolean(self) }
    public init(next row: inout Row) throws { self = try row.boolean() }
}

extension [UInt8]: Column {
    public static var sqlType: SQLType { .bytes }
    public var sqlValue: SQLValue { .bytes(self) }
    public init(next row: inout Row) throws { self = try row.bytes() }
}

extension Optional: Column where Wrapped: Column {
    public static var sqlType: SQLType { Wrapped.sqlType }
    public var sqlValue: SQLValue { self?.sqlValue ?? .null(Wrapped.sqlType) }
    public init(next row: inout Row) throws { self = row.skipNull() ? nil : try Wrapped(next: &row) }
}

/// An enumeration whose raw text is what the column holds.
extension Column where Self: RawRepresentable, RawValue == String {
    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(rawValue) }
    public init(next row: inout Row) throws {
        let text = try row.text()
        guard let value = Self(rawValue: text) else {
            throw StorageError(.failed, "a column for \(Self.self) holds '\(text)'")
        }
        self = value
    }
}

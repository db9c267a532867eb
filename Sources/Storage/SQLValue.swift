/// The four column types that both engines share. Instants and quantities are stored as integers, ids and days as text.
public enum SQLType: Sendable { case text, integer, boolean, bytes }

/// A value bound to a placeholder of a statement. A null carries its type, because PostgreSQL can't infer it.
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

/// A Swift type that can be stored in a column: how it is bound and how it is read back.
public protocol Column: Sendable {
    static var sqlType: SQLType { get }
    var sqlValue: SQLValue { get }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds anything else.
    init(next row: inout Row) throws
}

extension String: Column {
    @inlinable public static var sqlType: SQLType { .text }
    @inlinable public var sqlValue: SQLValue { .text(self) }
    @inlinable public init(next row: inout Row) throws { self = try row.text() }
}

extension Int64: Column {
    @inlinable public static var sqlType: SQLType { .integer }
    @inlinable public var sqlValue: SQLValue { .integer(self) }
    @inlinable public init(next row: inout Row) throws { self = try row.integer() }
}

extension Bool: Column {
    @inlinable public static var sqlType: SQLType { .boolean }
    @inlinable public var sqlValue: SQLValue { .boolean(self) }
    @inlinable public init(next row: inout Row) throws { self = try row.boolean() }
}

extension [UInt8]: Column {
    @inlinable public static var sqlType: SQLType { .bytes }
    @inlinable public var sqlValue: SQLValue { .bytes(self) }
    @inlinable public init(next row: inout Row) throws { self = try row.bytes() }
}

extension Optional: Column where Wrapped: Column {
    @inlinable public static var sqlType: SQLType { Wrapped.sqlType }
    @inlinable public var sqlValue: SQLValue { self?.sqlValue ?? .null(Wrapped.sqlType) }
    @inlinable public init(next row: inout Row) throws { self = row.skipNull() ? nil : try Wrapped(next: &row) }
}

/// An enumeration is stored as its raw text.
extension Column where Self: RawRepresentable, RawValue == String {
    @inlinable public static var sqlType: SQLType { .text }
    @inlinable public var sqlValue: SQLValue { .text(rawValue) }
    @inlinable public init(next row: inout Row) throws {
        let text = try row.text()
        guard let value = Self(rawValue: text) else {
            throw StorageError(.failed, "a column for \(Self.self) holds '\(text)'")
        }
        self = value
    }
}

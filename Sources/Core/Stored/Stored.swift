package import Storage

/// A noun that is one row of a table. One function, `visit`, describes its columns; reading, inserting and updating the row, the
/// differences in audit entries and the company's export all follow from it.
///
/// For rows that people read, edit or take along. Rows that grant access or bound something (sessions, tokens, cards, factors, idempotency
/// keys, limits) aren't such nouns: no export holds them but a company's limits, no edit changes them, and most are written on a condition
/// that is in their one statement, beside which a description would be a second list of the same columns.
package protocol Stored: Sendable {
    static var table: String { get }

    /// The leading columns of the primary key that the noun doesn't hold, because a scope does.
    static var scopeColumns: [String] { get }

    /// The columns with free text of any length, which counts towards the company's limit (`TextUse`): restoring adds them up, and so does
    /// `freeTextBytes`. Acts on hours and movements count the one text that they add, and erasing hours what it takes away.
    static var freeTexts: Set<String> { get }

    /// An empty noun, for a row to be read into.
    init()

    /// Visits the columns, always the same ones in the same order.
    /// - Throws: only what the visitor throws.
    mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure)
}

extension Stored {
    package static var scopeColumns: [String] { ["company_id"] }
    package static var freeTexts: Set<String> { [] }
}

/// Visits a noun's columns: to read them from a row, to collect their values, or to list them.
package protocol ColumnVisitor {
    /// The visitor's error; `Never` if it can't fail.
    associatedtype Failure: Error

    /// A column that the noun holds.
    mutating func column<Value: Column>(_ name: String, _ use: ColumnUse, _ value: inout Value) throws(Failure)

    /// A column that edits change.
    /// - Parameters:
    ///   - field: its name in the API and in audit entries.
    ///   - audit: whether audit entries include the values.
    mutating func edited<Value: Edited>(
        _ name: String, _ value: inout Value, as field: String, audit: AuditedAs
    ) throws(Failure)

    /// An address, which has a column for each of its parts.
    mutating func edited(_ address: inout Address, as field: String) throws(Failure)

    /// A column that the noun doesn't hold, and that has statements of its own.
    mutating func unread(_ name: String, _ type: SQLType, _ use: UnreadUse)
}

extension ColumnVisitor {
    @inline(__always)
    mutating func edited<Value: Edited>(_ name: String, _ value: inout Value, as field: String) throws(Failure) {
        try edited(name, &value, as: field, audit: .values)
    }

    @inline(__always)
    package mutating func edited<Value: Edited>(
        _ name: String, _ value: inout Value, as field: String, audit: AuditedAs
    ) throws(Failure) {
        try column(name, .changing, &value)
    }

    package mutating func edited(_ address: inout Address, as field: String) throws(Failure) {
        try address.visit(&self)
    }

    package mutating func unread(_ name: String, _ type: SQLType, _ use: UnreadUse) {}
}

/// When a column is written.
package enum ColumnUse: Sendable {
    /// Part of the primary key.
    case key
    /// Written when the row is inserted.
    case fixed
    /// Written by every update too.
    case changing
    /// Written when the row is inserted, and incremented by every update.
    case counted
}

/// What exports do with a column that the noun doesn't hold.
package enum UnreadUse: Sendable {
    /// Included in a company's export.
    case exported
    /// Left out of every export: it would grant access, or is created anew.
    case secret
}

/// What audit entries say about a changed field.
package enum AuditedAs: Sendable {
    /// The values before and after.
    case values
    /// The field's name only: for personal values, so that they can be erased, and for long ones.
    case nameOnly
}

/// A value that people edit.
package protocol Edited: Column, Equatable {
    /// The value in audit entries; nil for none.
    var auditText: String? { get }
}

extension String: Edited {
    package var auditText: String? { self }
}

extension Int64: Edited {
    package var auditText: String? { String(self) }
}

extension Day: Edited {
    package var auditText: String? { text }
}

extension Quantity: Edited {
    package var auditText: String? { text }
}

extension Optional: Edited where Wrapped: Edited {
    package var auditText: String? { self?.auditText }
}

extension Edited where Self: RawRepresentable, RawValue == String {
    package var auditText: String? { rawValue }
}

extension Address {
    mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("street_number", .changing, &streetNumber)
        try columns.column("street", .changing, &street)
        try columns.column("city", .changing, &city)
        try columns.column("postal_code", .changing, &postalCode)
        try columns.column("country", .changing, &country)
    }

    /// Nil if no part is known.
    var auditText: String? { self == .none ? nil : text }
}

// MARK: Reading

/// Reads a noun's columns from a row, in the order of the visit.
private struct ColumnReader: ColumnVisitor {
    typealias Failure = any Error

    var row: Row

    @inline(__always)
    mutating func column<Value: Column>(_ name: String, _ use: ColumnUse, _ value: inout Value) throws {
        value = try row.next()
    }
}

// Inlined where a noun is known, so that reading a row costs what reading its columns one by one would.
extension Stored {
    /// Reads `columns(of:)`.
    /// - Throws: `StorageError` of kind `.failed` if a column is null without being optional, or of another type.
    @inline(__always)
    init(_ row: inout Row) throws {
        self.init()
        var reader = ColumnReader(row: row)
        // Columns that were read stay consumed if a later one fails.
        defer { row = reader.row }
        try visit(&reader)
    }

    /// The columns that the noun holds, as a SELECT list.
    /// - Parameters:
    ///   - alias: the table's alias in the SELECT; nil for a RETURNING.
    ///   - left: columns to read as null.
    static func columns(of alias: String? = nil, leavingOut left: Set<String> = []) -> SQL {
        let table = alias.map { "\($0)." } ?? ""
        let names = ColumnList.of(Self.self).held.map { left.contains($0.name) ? "NULL" : table + $0.name }
        return SQL(unchecked: names.joined(separator: ", "))
    }
}

/// A database that can be read and filled as a whole, for copies and backups. Every engine's database is one.
///
/// Both calls block for as long as the body runs, on a connection of their own: call them on a `BlockingThread`, never on a task's
/// thread.
public protocol BulkDatabase: Database {
    /// Runs `body` on one snapshot of everything committed before its first read. The body can't write. Other connections go on reading
    /// and writing; on SQLite their write-ahead log grows until the body ends.
    /// - Throws: what `body` throws, and the engine's `StorageError`.
    func withSnapshot<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result

    /// Runs `body` in one transaction, which is durable when this returns. If the body throws, or the process or the connection ends
    /// first, nothing is kept.
    /// - Throws: what `body` throws, and the engine's `StorageError`.
    func withLoad<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result

    /// The checks that only this engine can do, for a thorough inspection. Takes as long as reading the whole database.
    /// - Throws: the engine's `StorageError`.
    func inspect() throws -> [Inspection]
}

extension BulkDatabase {
    public func inspect() throws -> [Inspection] { [] }
}

/// The driver's half of a copy in progress.
///
/// Rows travel as lines of PostgreSQL's COPY text format (https://www.postgresql.org/docs/15/sql-copy.html, "Text Format"), the same
/// bytes for the same values on every engine: a tab between the columns, `\N` for null, `t` and `f`, bytes as `\\x` and hexadecimal
/// digits, and backslash, `\b`, `\f`, `\n`, `\r`, `\t` and `\v` escaped by a backslash.
public protocol BulkSession: TransactionSession {
    /// The engine's statements that list its tables.
    var catalog: Catalog { get }

    /// Keeps all other connections from writing to these tables until the transaction ends. If a table is in use, it waits a few seconds.
    /// - Throws: `StorageError` of kind `.timeout` or `.unavailable` if a table stays in use.
    func claim(_ tables: [Table]) throws

    /// Passes all rows of a table to `take` in the order of the primary key: whole lines, in chunks of a few megabytes.
    /// - Throws: what `take` throws, and the engine's `StorageError`.
    func read(_ table: Table, _ take: (UnsafeRawBufferPointer) throws -> Void) throws

    /// Adds rows, given as whole lines.
    /// - Throws: the engine's `StorageError`; the error of one chunk may appear only with the next call, or at the end of the
    ///   transaction.
    func write(_ lines: UnsafeRawBufferPointer, into table: Table) throws
}

/// An engine's statements that describe its tables.
public struct Catalog: Sendable {
    let columns: SQL
    let references: SQL

    /// - Parameters:
    ///   - columns: for every column of every table, in the order of the columns: the table, the column, its type, and its position in
    ///     the primary key (from 1; 0 for none).
    ///   - references: for every column of every foreign key, in the order of the key: the table, the key's name or number, the column,
    ///     and the table and the column that it refers to.
    public init(columns: SQL, references: SQL) { (self.columns, self.references) = (columns, references) }
}

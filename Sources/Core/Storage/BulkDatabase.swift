/// A database that can be read and filled as a whole, for copies and backups. Every engine's is one.
///
/// Both calls block as long as the body takes, on a connection of their own: for threads of our own only.
public protocol BulkDatabase: Database {
    /// Runs `body` on one picture of everything that was committed when it first read. It can't write. Others go on
    /// reading and writing; on SQLite their write-ahead log only grows until the body has ended.
    func withSnapshot<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result

    /// Runs `body` in one transaction, which is durable when this returns. Where the body throws, or the process or the
    /// connection ends before, nothing of it was kept.
    func withLoad<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result

    /// What only this engine can find out about itself, for a thorough check. Takes as long as reading everything.
    func inspect() throws -> [Inspection]
}

extension BulkDatabase {
    public func inspect() throws -> [Inspection] { [] }
}

/// The driver's half of a copy under way.
///
/// Rows travel as lines of PostgreSQL's COPY text format (https://www.postgresql.org/docs/15/sql-copy.html, "Text
/// Format"), the same bytes for the same values on every engine: a tab between the columns, `\N` for null, `t` and `f`,
/// bytes as `\\x` and hexadecimal digits, and backslash, `\b`, `\f`, `\n`, `\r`, `\t` and `\v` escaped by a backslash.
public protocol BulkSession: TransactionSession {
    /// How to ask this engine which tables there are.
    var catalog: Catalog { get }

    /// Keeps everybody else from writing to these tables until the end; where somebody is at work in them, it waits some
    /// seconds and then throws `.timeout` or `.unavailable`.
    func claim(_ tables: [Table]) throws

    /// Hands out all rows of a table in the order of its primary key: whole lines, in pieces of some megabytes.
    func read(_ table: Table, _ take: (UnsafeRawBufferPointer) throws -> Void) throws

    /// Adds rows: whole lines. The error of one piece may show only with the next call, or at the end.
    func write(_ lines: UnsafeRawBufferPointer, into table: Table) throws
}

/// An engine's own statements about its tables.
public struct Catalog: Sendable {
    let columns: SQL
    let references: SQL

    /// - Parameters:
    ///   - columns: the table, the column, its type, and its place in the primary key (from 1; 0 for none), of every table in
    ///     the order of its columns.
    ///   - references: of every foreign key, for each of its columns in their order: the table, the key's name or number, the column, and
    ///     the table and the column that it refers to.
    public init(columns: SQL, references: SQL) { (self.columns, self.references) = (columns, references) }
}

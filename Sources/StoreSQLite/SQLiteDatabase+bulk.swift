public import Storage

extension SQLiteDatabase: BulkDatabase {
    /// - Throws: the body's error, or a `StorageError` where the file can't be opened or read.
    public func withSnapshot<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        let connection = try Connection.reader(file, options)
        var result: Result?
        try connection.inReadTransaction { result = try body(WriterSession(connection)) }
        guard let result else { preconditionFailure("the body neither returned nor threw") }
        return result
    }

    /// - Throws: the body's error; a `StorageError`: `.unavailable` if another process holds the write lock for longer than
    ///   `busyTimeout`, `.full` or `.diskFailure` if the disk refuses the writes. Then the file is unchanged.
    public func withLoad<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        let connection = try Connection.writer(file, options)
        try recovered.makeDurable(on: connection)
        let control = try TransactionControl(connection)
        try connection.prepareForLoad()
        try control.begin()
        do {
            let result = try body(WriterSession(connection))
            try control.commit()
            return result
        } catch {
            control.rollBack()
            throw error
        }
    }
}

extension Catalog {
    fileprivate static let sqlite = Catalog(
        columns: """
            SELECT tables.name, columns.name, columns.type, columns.pk
            FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND substr(tables.name, 1, 7) <> 'sqlite_'
            ORDER BY tables.name, columns.cid
            """,
        references: """
            SELECT tables.name, CAST(keys.id AS TEXT), keys."from", keys."table", keys."to"
            FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
            WHERE tables.type = 'table' ORDER BY tables.name, keys.id, keys.seq
            """)
}

extension WriterSession: BulkSession {
    /// Bytes passed on at once.
    private static let piece = 2 << 20

    var catalog: Catalog { .sqlite }

    /// The transaction holds the file's one write lock from its start.
    func claim(_ tables: [Table]) {}

    func read(_ table: Table, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var lines: [UInt8] = []
        lines.reserveCapacity(Self.piece + (64 << 10))
        try unlessFailed {
            do {
                try connection.run(Statement(table.rowsInOrder)) { row in
                    try row.appendLine(of: table, to: &lines)
                    if lines.count >= Self.piece {
                        try lines.withUnsafeBytes(take)
                        lines.removeAll(keepingCapacity: true)
                    }
                }
            } catch let error as StorageError where error.kind == .damaged {
                // Rows before the damage can be read.
                if !lines.isEmpty { try lines.withUnsafeBytes(take) }
                throw error
            }
            if !lines.isEmpty { try lines.withUnsafeBytes(take) }
        }
    }

    func write(_ lines: UnsafeRawBufferPointer, into table: Table) throws {
        try unlessFailed {
            let places = table.columns.map { _ in "?" }.joined(separator: ", ")
            let insert = try connection.prepare(Array("INSERT INTO \(table.target) VALUES (\(places))".utf8))
            // A private copy, decoded in place.
            var text = [UInt8](lines)
            try text.withUnsafeMutableBytes { try insert.run(withLines: $0, of: table, on: connection) }
        }
    }
}

import CPostgres
public import Storage

extension PostgresDatabase: BulkDatabase {
    /// - Throws: the body's error, or a `StorageError`, such as `.unavailable` without a connection.
    public func withSnapshot<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        let session = try bulkSession("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        // Nothing was changed, so the transaction needs no end: the connection is closed with the session.
        return try body(session)
    }

    /// - Throws: the body's error, or a `StorageError`: `.timeout` or `.unavailable` while others use the tables, `.unavailable`
    ///   if the connection was lost. Then nothing was kept.
    public func withLoad<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        let session = try bulkSession("BEGIN ISOLATION LEVEL READ COMMITTED")
        // If this throws, the connection is closed, and the server rolls back.
        let result = try body(session)
        try session.finishWriting()
        try session.commit()
        return result
    }

    /// How long the server may send nothing. A piece of a copy, or the sorting before the first, takes less.
    private static let replyTimeout = Duration.seconds(1800)
    /// How long to wait for a lock.
    private static let lockTimeout = Duration.seconds(5)

    private func bulkSession(_ begin: SQL) throws -> PostgresSession {
        // The timeouts that would end this session while the other side of a copy works, and the format of bytes, may
        // be set differently for this user or database.
        let settings: SQL = """
            SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', $1, true),
                set_config('idle_in_transaction_session_timeout', '0', true), set_config('bytea_output', 'hex', true)
            """
        let limits = TransactionLimits(statement: Self.replyTimeout, lock: Self.lockTimeout)
        let session = PostgresSession(
            on: try connector.open(for: .alone, until: .now + Self.lockTimeout), limits: limits,
            opening: [Statement(begin), Statement(settings, "\(Self.lockTimeout / .milliseconds(1))")])
        try session.begin()
        return session
    }
}

extension Catalog {
    fileprivate static let postgres = Catalog(
        columns: """
            SELECT tables.relname, columns.attname, format_type(columns.atttypid, columns.atttypmod),
                CAST(COALESCE(array_position(CAST(keys.indkey AS SMALLINT[]), columns.attnum) + 1, 0) AS BIGINT)
            FROM pg_class AS tables
            JOIN pg_attribute AS columns
                ON columns.attrelid = tables.oid AND columns.attnum > 0 AND NOT columns.attisdropped
            LEFT JOIN pg_index AS keys ON keys.indrelid = tables.oid AND keys.indisprimary
            WHERE tables.relkind IN ('r', 'p') AND tables.relnamespace = CAST(current_schema() AS regnamespace)
            ORDER BY tables.relname, columns.attnum
            """,
        references: """
            SELECT tables.relname, keys.conname, own.attname, others.relname, theirs.attname
            FROM pg_constraint AS keys
            JOIN pg_class AS tables ON tables.oid = keys.conrelid
            JOIN pg_class AS others ON others.oid = keys.confrelid
            CROSS JOIN LATERAL unnest(keys.conkey, keys.confkey) WITH ORDINALITY AS pairs (own, theirs, place)
            JOIN pg_attribute AS own ON own.attrelid = tables.oid AND own.attnum = pairs.own
            JOIN pg_attribute AS theirs ON theirs.attrelid = others.oid AND theirs.attnum = pairs.theirs
            WHERE keys.contype = 'f' AND tables.relnamespace = CAST(current_schema() AS regnamespace)
            ORDER BY tables.relname, keys.conname, pairs.place
            """)
}

extension PostgresSession: BulkSession {
    /// Bytes passed on at once.
    private static let piece = 2 << 20

    var catalog: Catalog { .postgres }

    /// Blocks reading too: a server that was started on the target too early answers 503 until the copy is
    /// complete, instead of telling people that their accounts don't exist.
    func claim(_ tables: [Table]) throws {
        guard !tables.isEmpty else { return }
        let names = tables.map(\.name).joined(separator: ", ")
        _ = try execute(Statement(SQL(unchecked: "LOCK TABLE \(names) IN ACCESS EXCLUSIVE MODE")))
    }

    func read(_ table: Table, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        try finishWriting()
        try copying(table) { () throws(Failure) in
            try connection.beginCopy(
                "COPY (\(table.rowsInOrder.text)) TO STDOUT", PGRES_COPY_OUT, within: limits.statement)
        }
        var lines: [UInt8] = []
        lines.reserveCapacity(Self.piece + (64 << 10))
        var goesOn = true
        while goesOn {
            goesOn = try copying(table) { () throws(Failure) in
                try connection.takeLines(into: &lines, upTo: Self.piece, within: limits.statement)
            }
            if !lines.isEmpty { try lines.withUnsafeBytes(take) }
            lines.removeAll(keepingCapacity: true)
        }
        try copying(table) { () throws(Failure) in try connection.endCopy(within: limits.statement) }
    }

    func write(_ lines: UnsafeRawBufferPointer, into table: Table) throws {
        try finishWriting()
        try copying(table) { () throws(Failure) in
            try connection.beginCopy("COPY \(table.target) FROM STDIN", PGRES_COPY_IN, within: limits.statement)
            try connection.putLines(lines, within: limits.statement)
        }
        // The server works on it while the next piece is read.
        written = table
    }

    /// Waits for the server's result of the last piece, which must come before any other statement.
    func finishWriting() throws {
        guard let table = written else { return }
        written = nil
        try copying(table) { () throws(Failure) in try connection.endCopy(within: limits.statement) }
    }

    private func copying<Value>(_ table: Table, _ work: () throws(Failure) -> Value) throws(StorageError) -> Value {
        do throws(StorageError) {
            return try guarded(work)
        } catch {
            throw StorageError(error.kind, "in the table \(table.name), \(error.detail)")
        }
    }
}

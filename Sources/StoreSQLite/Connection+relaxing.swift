internal import Storage

extension WriterSession {
    func relax(_ relaxation: Relaxation) throws { try unlessFailed { try connection.relax(relaxation) } }
}

extension Connection {
    private static let text: SQL = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1"
    private static let rewrite: SQL = "UPDATE sqlite_schema SET sql = $2 WHERE type = 'table' AND name = $1"
    private static let version: SQL = "SELECT CAST(schema_version AS TEXT) FROM pragma_schema_version"

    /// The columns of a table, of which the one named by `$2` may be null, whatever the schema says.
    private static let columns: SQL = """
        SELECT name || ' ' || type || ' ' || CASE WHEN name = $2 THEN 0 ELSE "notnull" END || ' ' || pk || ' ' || ifnull(dflt_value, '')
        FROM pragma_table_xinfo($1) ORDER BY cid
        """

    /// Drops or widens a rule of a table, within the transaction that is open.
    ///
    /// The procedure is that of https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes",
    /// for changes that leave the rows as they are: the table's text is rewritten where the schema is kept, and the
    /// schema's version moves by one, so that every connection reads it anew. All of it is part of the transaction.
    /// Before the commit the new schema is read, and the table and its indexes are checked against it.
    func relax(_ relaxation: Relaxation) throws {
        let table = relaxation.table
        guard let before = try strings(Statement(Self.text, table)).first else {
            throw StorageError(.noSuchTable, "no such table: \(table)")
        }
        guard let after = TableText(before).relaxed(relaxation.rule) else { throw relaxation.missing }
        var freed = ""
        if case .notNull(let column) = relaxation.rule { freed = column }
        let columns = try strings(Statement(Self.columns, table, freed))
        try rewriteSchema(of: table, to: after)

        guard try strings(Statement(Self.text, table)) == [after],
            try strings(Statement(Self.columns, table, "")) == columns
        else { throw StorageError(.failed, "the rule of the table \(table) can't be taken out of '\(before)'") }
        // It reads this table and its indexes. The name is a migration's.
        let found = try strings(Statement(SQL(unchecked: "PRAGMA integrity_check(\(table))")))
        guard found == ["ok"] else {
            throw StorageError(.failed, "the table \(table) doesn't fit its rules: \(found.first ?? "no answer")")
        }
    }

    private func rewriteSchema(of table: String, to text: String) throws {
        guard let version = try strings(Statement(Self.version)).first.flatMap({ Int64($0) }) else {
            throw StorageError(.failed, "the schema has no version")
        }
        // Always switched off again. RESET also makes this connection read the schema anew.
        defer { try? set("writable_schema", "RESET") }
        try set("writable_schema", "ON")
        try run(Statement(Self.rewrite, table, text))
        try set("schema_version", String(version + 1))
    }

    private func strings(_ statement: Statement) throws -> [String] {
        var rows: [String] = []
        try run(statement) { rows.append(try $0.string(0)) }
        return rows
    }
}

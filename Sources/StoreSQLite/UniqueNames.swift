internal import Storage

/// Names the unique index that refused a row. SQLite reports only the columns; the catalog has the index.
final class UniqueNames {
    private var names: [String: String] = [:]
    private var schemaVersion: Int64 = -1

    private static let version: SQL = "SELECT schema_version FROM pragma_schema_version"

    /// The columns of every unique index of a table that has a name of its own.
    private static let columns: SQL = """
        SELECT list.name, info.name
        FROM pragma_index_list($1) AS list, pragma_index_info(list.name) AS info
        WHERE list."unique" = 1 AND list.origin = 'c'
        ORDER BY list.name, info.seqno
        """

    /// - Parameter subject: the engine's message after the colon: `table.column, table.column`, or `index 'name'`
    ///   where the index is on an expression.
    func name(of subject: String, on connection: Connection) -> String {
        if subject.hasPrefix("index '"), subject.hasSuffix("'") {
            return String(subject.dropFirst("index '".count).dropLast())
        }
        forgetOldSchema(on: connection)
        if let known = names[subject] { return known }
        let name = resolve(subject, on: connection)
        names[subject] = name
        return name
    }

    private func forgetOldSchema(on connection: Connection) {
        var current: Int64 = -1
        try? connection.run(Statement(Self.version)) { current = try $0.integer(0) }
        if current != schemaVersion || current == -1 { names.removeAll() }
        schemaVersion = current
    }

    private func resolve(_ subject: String, on connection: Connection) -> String {
        let parts = subject.split(separator: ", ").map { $0.split(separator: ".", maxSplits: 1) }
        let table = String(parts.first?.first ?? "")
        let wanted = parts.compactMap { $0.count == 2 ? String($0[1]) : nil }
        var indexes: [(name: String, columns: [String])] = []
        try? connection.run(Statement(Self.columns, table)) { row in
            let (index, column) = (try row.string(0), row.isNull(1) ? "" : try row.string(1))
            if indexes.last?.name != index { indexes.append((index, [])) }
            indexes[indexes.count - 1].columns.append(column)
        }
        // A rule without a name gets the one that PostgreSQL would give it.
        return indexes.first { $0.columns == wanted }?.name ?? "\(table)_\(wanted.joined(separator: "_"))_key"
    }
}

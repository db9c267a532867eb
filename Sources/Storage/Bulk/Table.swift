/// A table as the engine's catalog describes it, so that no table that a migration creates can be forgotten.
public struct Table: Sendable, Equatable {
    public struct Column: Sendable, Equatable {
        public let name: String
        public let type: SQLType
    }

    public let name: String
    public let columns: [Column]
    /// Selects all rows in the order of the primary key, which is the same on every engine: text and bytes sort bytewise.
    public let rowsInOrder: SQL
    /// Counts the rows.
    package let count: SQL

    /// The name followed by the column names, as COPY and INSERT take them.
    public var target: String { "\(name) (\(columns.map(\.name).joined(separator: ", ")))" }

    init(name: String, columns: [Column], key: [String]) throws(StorageError) {
        // The migrations don't quote names either. A name that needs quotes belongs to another program.
        for name in [name] + columns.map(\.name) where name.wholeMatch(of: /[a-z_][a-z0-9_]*/) == nil {
            throw StorageError(.misconfigured, "The database holds a table or column '\(name)', which isn't Polier's.")
        }
        guard !key.isEmpty else {
            throw StorageError(.misconfigured, "The table \(name) has no primary key, so its rows have no order.")
        }
        (self.name, self.columns) = (name, columns)
        let names = columns.map(\.name).joined(separator: ", ")
        rowsInOrder = SQL(unchecked: "SELECT \(names) FROM \(name) ORDER BY \(key.joined(separator: ", "))")
        count = SQL(unchecked: "SELECT COUNT(*) FROM \(name)")
    }

    /// Sorts tables so that each comes after those that it refers to.
    /// - Parameter references: pairs of a table and one that it refers to.
    /// - Throws: `StorageError` of kind `.misconfigured` if tables refer to each other in a circle.
    static func inOrder(_ tables: [Table], _ references: [(from: String, to: String)]) throws(StorageError) -> [Table] {
        var waiting = tables.sorted { $0.name < $1.name }
        var ordered: [Table] = []
        while !waiting.isEmpty {
            let open = Set(waiting.map(\.name))
            let free = waiting.filter { table in
                !references.contains { $0.from == table.name && open.contains($0.to) }
            }
            guard !free.isEmpty else {
                let names = waiting.map(\.name).joined(separator: ", ")
                throw StorageError(.misconfigured, "The tables \(names) refer to each other: none can be filled first.")
            }
            ordered += free
            waiting.removeAll { free.contains($0) }
        }
        return ordered
    }
}

extension BulkSession {
    /// Every table except those that each database keeps for itself (its migrations, its upkeep), sorted so that each comes after those
    /// that it refers to.
    /// - Throws: `StorageError` of kind `.misconfigured` if the database holds a table that Polier didn't create; the engine's
    ///   `StorageError`.
    package func tables() throws -> [Table] {
        let (columns, references) = try Transaction(self, Aftermath()).fetch(
            Query(catalog.columns) { row in
                (
                    table: try row.next() as String, name: try row.next() as String, type: try row.next() as String,
                    key: try row.next() as Int64
                )
            },
            ForeignKey.columns(catalog))
        let byTable = Dictionary(grouping: columns, by: \.table)
        let tables = try byTable.filter { !["schema_migrations", "upkeep"].contains($0.key) }.map { name, columns in
            try Table(
                name: name,
                columns: columns.map {
                    .init(name: $0.name, type: try SQLType(catalog: $0.type, of: $0.name, in: name))
                },
                key: columns.filter { $0.key > 0 }.sorted { $0.key < $1.key }.map(\.name))
        }
        return try Table.inOrder(tables, references.map { (from: $0.table, to: $0.other) })
    }
}

extension SQLType {
    fileprivate init(catalog type: String, of column: String, in table: String) throws(StorageError) {
        switch type.lowercased() {
        case "text": self = .text
        case "bigint": self = .integer
        case "boolean": self = .boolean
        case "blob", "bytea": self = .bytes
        default:
            throw StorageError(
                .misconfigured, "The column \(table).\(column) is of type \(type), which isn't one of Polier's.")
        }
    }
}

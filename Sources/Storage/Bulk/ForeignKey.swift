/// A foreign key, as the engine's catalog describes it.
package struct ForeignKey {
    package let table: String
    package let other: String
    package let columns: [(own: String, theirs: String)]

    struct Column: Sendable {
        let table, key, own, other, theirs: String
    }

    /// The columns of all keys, grouped by key and in order.
    static func columns(_ catalog: Catalog) -> Query<Column> {
        Query(catalog.references) { row in
            Column(
                table: try row.next(), key: try row.next(), own: try row.next(), other: try row.next(),
                theirs: try row.next())
        }
    }

    /// All foreign keys of the database.
    /// - Throws: the engine's `StorageError`.
    package static func all(_ session: any BulkSession) throws -> [ForeignKey] {
        let columns = try Transaction(session, Aftermath()).fetch(columns(session.catalog))
        return Dictionary(grouping: columns) { [$0.table, $0.key] }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .compactMap { _, columns in
                columns.first.map { first in
                    ForeignKey(table: first.table, other: first.other, columns: columns.map { ($0.own, $0.theirs) })
                }
            }
    }

    /// Counts the rows that refer to a missing row. A key with a null in it refers to nothing.
    /// - Throws: the engine's `StorageError`.
    package func orphans(_ session: any BulkSession) throws -> Int {
        let isSet = columns.map { "c.\($0.own) IS NOT NULL" }.joined(separator: " AND ")
        let fits = columns.map { "p.\($0.theirs) = c.\($0.own)" }.joined(separator: " AND ")
        // Reading the tables has checked that the names consist of the characters that migrations use.
        let text = SQL(
            unchecked: """
                SELECT COUNT(*) FROM \(table) AS c
                WHERE \(isSet) AND NOT EXISTS (SELECT 1 FROM \(other) AS p WHERE \(fits))
                """)
        return try Transaction(session, Aftermath()).fetch(Query(text) { Int(try $0.next() as Int64) }).first ?? 0
    }
}

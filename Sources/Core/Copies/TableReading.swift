/// What can be read of one table: all of its rows, or those before a damage.
public struct TableReading: Sendable, CustomStringConvertible {
    public let table: String
    public let rows: Int
    /// Why there are no more; nil where these are all.
    public let error: StorageError?

    public var description: String {
        let count = rows == 1 ? "1 row" : "\(rows) rows"
        switch error?.kind {
        case nil: return "\(table): whole, \(count)"
        case .damaged: return "\(table): damaged after \(count)"
        default: return "\(table): not readable after \(count), \(error?.detail ?? "")"
        }
    }

    /// Reads every row of every table. Blocks: for a thread of our own.
    /// - Throws: the database's `StorageError` where not even the tables can be named.
    public static func all(of database: any BulkDatabase) throws -> [TableReading] {
        let tables = try database.withSnapshot { try $0.tables() }
        // One that fails ends its transaction, so each has its own.
        return tables.map { table in
            var hash = LineHash()
            do {
                try database.withSnapshot { session in try session.read(table) { hash.add($0) } }
                return TableReading(table: table.name, rows: hash.rows, error: nil)
            } catch {
                let known = error as? StorageError ?? StorageError(.failed, "\(error)")
                return TableReading(table: table.name, rows: hash.rows, error: known)
            }
        }
    }
}

public import Storage

/// How much of a table can be read: all of its rows, or those before the damage.
public struct TableReading: Sendable, CustomStringConvertible {
    public let table: String
    public let rows: Int
    /// The error that ended the reading; nil if all rows were read.
    public let error: StorageError?

    public var description: String {
        let count = rows == 1 ? "1 row" : "\(rows) rows"
        switch error?.kind {
        case nil: return "\(table): whole, \(count)"
        case .damaged: return "\(table): damaged after \(count)"
        default: return "\(table): not readable after \(count), \(error?.detail ?? "")"
        }
    }

    /// Reads every row of every table. Blocks: call it only on a dedicated thread.
    /// - Throws: the database's `StorageError` if not even the tables can be listed.
    public static func all(of database: any BulkDatabase) throws -> [TableReading] {
        let tables = try database.withSnapshot { try $0.tables() }
        // A failed read ends its transaction, so each table has its own.
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

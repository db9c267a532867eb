internal import CSQLite
internal import Storage

/// What the body of one transaction, or of a copy (see `SQLiteDatabase+bulk.swift`), sees of its connection.
///
/// After a statement has failed, the others are refused with its error. That is more than a courtesy: where the error
/// ended the whole transaction, the next statement would run, and stay, outside of any.
final class WriterSession: TransactionSession {
    let connection: Connection
    private(set) var failure: (any Error)?

    init(_ connection: Connection) { self.connection = connection }

    func read(_ readings: [any Reading]) throws {
        try unlessFailed {
            for reading in readings {
                reading.reset()
                try connection.run(reading.statement) { row in try reading.take(row) }
            }
        }
    }

    func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int {
        try read(readings)
        return try unlessFailed {
            // The engine's count is that of the last INSERT, UPDATE or DELETE, so it says nothing after any other
            // statement; the total tells whether this one counted.
            let before = sqlite3_total_changes64(connection.handle)
            try connection.run(statement)
            let counted = sqlite3_total_changes64(connection.handle) != before
            return counted ? Int(sqlite3_changes64(connection.handle)) : 0
        }
    }

    /// There is none: only the wait in the queue is limited.
    func liftTimeLimit() {}

    func enqueue(_ statement: Statement) throws {
        try unlessFailed { try connection.run(statement) }
    }

    func unlessFailed<Result>(_ work: () throws -> Result) throws -> Result {
        if let failure { throw failure }
        do {
            return try work()
        } catch {
            failure = error
            throw error
        }
    }
}

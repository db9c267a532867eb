import Storage
import Synchronization

@testable import Core

/// Records each distinct statement that a database runs, with the values of one execution.
final class Recorder: Sendable {
    private let heard = Mutex<[String: (statement: Statement, count: Int)]>([:])

    func hear(_ statement: Statement) {
        heard.withLock { heard in
            let count = heard[statement.sql.text]?.count ?? 0
            heard[statement.sql.text] = (statement, count + 1)
        }
    }

    var statements: [Statement] { heard.withLock { $0.values.map(\.statement) } }

    /// How many executed statements contain this text.
    func count(of part: String) -> Int {
        heard.withLock { $0.filter { $0.key.contains(part) }.reduce(0) { $0 + $1.value.count } }
    }
}

/// A database that records the statements it runs.
struct RecordingDatabase: Database {
    private let database: any Database
    private let recorder: Recorder

    init(_ database: any Database, _ recorder: Recorder) { (self.database, self.recorder) = (database, recorder) }

    var dialect: Dialect { database.dialect }

    func read(_ readings: [any Reading]) async throws {
        for reading in readings { recorder.hear(reading.statement) }
        try await database.read(readings)
    }

    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let recorder = recorder
        return try await database.transaction {
            let transaction = Transaction(Session(session: $0.session, recorder: recorder), $0.aftermath)
            let result = try body(transaction)
            try transaction.finish()
            return result
        }
    }

    func executeAlone(_ statement: Statement) async throws { try await database.executeAlone(statement) }
    var metrics: [Metric] { database.metrics }
    var size: Int64 { get async throws { try await database.size } }
    func close() async { await database.close() }

    private final class Session: TransactionSession {
        private let session: any TransactionSession
        private let recorder: Recorder

        init(session: any TransactionSession, recorder: Recorder) {
            (self.session, self.recorder) = (session, recorder)
        }

        func read(_ readings: [any Reading]) throws {
            for reading in readings { recorder.hear(reading.statement) }
            try session.read(readings)
        }

        func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int {
            for reading in readings { recorder.hear(reading.statement) }
            recorder.hear(statement)
            return try session.execute(statement, after: readings)
        }

        func enqueue(_ statement: Statement) throws {
            recorder.hear(statement)
            try session.enqueue(statement)
        }

        func liftTimeLimit() throws { try session.liftTimeLimit() }
        func relax(_ relaxation: Relaxation) throws { try session.relax(relaxation) }
    }
}

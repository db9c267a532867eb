import Storage

/// The limits inside a transaction.
struct TransactionLimits: Sendable {
    /// How long one statement may take.
    let statement: Duration
    /// How long a statement may wait for a lock.
    let lock: Duration
}

/// A running transaction on one connection. Nothing is sent before the body's first statement that needs an answer:
/// BEGIN and enqueued statements are sent with it, or with the COMMIT.
final class PostgresSession: TransactionSession {
    /// The first error. It ends the transaction, even if the body goes on.
    private(set) var failure: Failure?
    /// Whether the connection was lost while the server may have been committing, so that the outcome is unknown.
    private(set) var outcomeIsOpen = false

    let connection: Connection
    let limits: TransactionLimits
    private let opening: [Statement]
    /// How long the server has to answer.
    private var replyTimeout: Duration
    /// Whether BEGIN was put into the pipeline.
    private var isBegun = false
    /// How many statements in the pipeline have no answer yet.
    private var unanswered = 0
    /// The table that rows were sent to without the server's answer yet; see `PostgresDatabase+bulk`.
    var written: Table?

    /// The server ends a statement at its limit; the connection is given up when it hasn't said so by then.
    private static let grace = Duration.seconds(1)
    /// Longer than creating any index on any table takes.
    private static let day = Duration.seconds(86_400)

    /// - Parameter opening: what begins a transaction; see `PostgresSession.opening(for:)`.
    init(on connection: Connection, limits: TransactionLimits, opening: [Statement]) {
        self.connection = connection
        self.limits = limits
        self.opening = opening
        replyTimeout = limits.statement + Self.grace
    }

    /// The statements that begin a transaction. Its limits are set for this transaction only: behind a pooler the next
    /// one may meet another server session.
    static func opening(for limits: TransactionLimits) -> [Statement] {
        let settings: SQL = "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)"
        return [
            Statement("BEGIN ISOLATION LEVEL READ COMMITTED"),
            Statement(settings, "\(limits.statement.wholeMilliseconds)", "\(limits.lock.wholeMilliseconds)"),
        ]
    }

    func read(_ readings: [any Reading]) throws {
        try finishWriting()
        let results = try guarded { () throws(Failure) in
            for reading in readings { try add(reading.statement) }
            return try exchange(last: readings.count)
        }
        for (reading, result) in zip(readings, results) { try result.decode(into: reading) }
    }

    func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int {
        try finishWriting()
        let results = try guarded { () throws(Failure) in
            for reading in readings { try add(reading.statement) }
            try add(statement)
            return try exchange(last: readings.count + 1)
        }
        for (reading, result) in zip(readings, results) { try result.decode(into: reading) }
        return results.last?.touchedRows ?? 0
    }

    func enqueue(_ statement: Statement) throws {
        try finishWriting()
        try guarded { () throws(Failure) in try add(statement) }
    }

    func liftTimeLimit() throws {
        _ = try execute(Statement("SET LOCAL statement_timeout = 0"))
        replyTimeout = Self.day
    }

    /// ALTER TABLE does it. The catalog is checked first: ALTER TABLE would drop a key by its name too, and doesn't
    /// report that a column may be null already.
    func relax(_ relaxation: Relaxation) throws {
        let rule: Statement
        switch relaxation.rule {
        case .check(let name, _):
            rule = Statement(
                "SELECT 1::BIGINT FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2 AND contype = 'c'",
                relaxation.table, name)
        case .notNull(let column):
            rule = Statement(
                "SELECT 1::BIGINT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND attnotnull",
                relaxation.table, column)
        }
        let (tables, rules) = try Transaction(self, Aftermath()).fetch(
            Query("SELECT 1::BIGINT WHERE to_regclass($1) IS NOT NULL", relaxation.table) { try $0.next() as Int64 },
            Query(rule) { try $0.next() as Int64 })
        if !tables.isEmpty, rules.isEmpty {
            try guarded { () throws(Failure) in throw Failure(.statement, relaxation.missing) }
        }
        _ = try execute(Statement(relaxation.statement))
    }

    /// Begins at once, for commands outside the pipeline, which BEGIN can't travel with.
    func begin() throws {
        try guarded { () throws(Failure) in
            try sendOpening()
            _ = try exchange(last: 0)
        }
    }

    /// Makes everything durable. A transaction without a statement never reaches the server.
    func commit() throws {
        if let failure { throw failure.error }
        guard isBegun else { return }
        try guarded { () throws(Failure) in
            try send(Statement("COMMIT"))
            do throws(Failure) {
                guard try exchange(last: 1).first?.commandTag == "COMMIT" else {
                    throw Failure(.statement, StorageError(.failed, "the server rolled back where it should commit"))
                }
            } catch {
                // A server that reports an earlier statement's failure hasn't reached the COMMIT.
                let neverCameToCommit = error.isReported && unanswered > 1
                outcomeIsOpen = (error.cause == .lost || error.cause == .slow) && !neverCameToCommit
                throw error
            }
        }
    }

    /// Rolls the transaction back. False if the connection is no longer usable.
    func rollBack() -> Bool {
        guard isBegun else { return true }
        if failure?.spoilsConnection == true { return false }
        let limit = limits.statement + Self.grace
        do throws(Failure) {
            // Enqueued statements still have answers to be read; their failures don't matter.
            if unanswered > 0 { _ = try replies(limit: limit) }
            if !connection.isIdle {
                try send(Statement("ROLLBACK"))
                _ = try replies(limit: limit)
            }
        } catch {
            return false
        }
        return connection.isIdle
    }

    func guarded<Value>(_ work: () throws(Failure) -> Value) throws(StorageError) -> Value {
        if let failure { throw failure.error }
        do throws(Failure) {
            return try work()
        } catch {
            failure = error
            throw error.error
        }
    }

    private func add(_ statement: Statement) throws(Failure) {
        do throws(StorageError) {
            try statement.checkValues()
            try statement.checkKeepsTransaction()
        } catch {
            throw Failure(.statement, error)
        }
        try sendOpening()
        try send(statement)
    }

    private func sendOpening() throws(Failure) {
        guard !isBegun else { return }
        isBegun = true
        for statement in opening { try send(statement) }
    }

    private func send(_ statement: Statement) throws(Failure) {
        try connection.send(statement)
        unanswered += 1
    }

    /// Sends everything and returns the answers to the last statements.
    private func exchange(last count: Int) throws(Failure) -> [QueryResult] {
        guard unanswered > 0 else { return [] }
        var results: [QueryResult] = []
        var failure: Failure?
        for reply in try replies(limit: replyTimeout) {
            switch reply {
            case .rows(let result): results.append(result)
            case .failed(let reason): failure = failure ?? reason
            case .skipped: break
            }
        }
        if let failure { throw failure }
        return Array(results.suffix(count))
    }

    private func replies(limit: Duration) throws(Failure) -> [Reply] {
        let end = ContinuousClock.now + limit
        try connection.sync()
        try connection.flush(until: end)
        var replies: [Reply] = []
        replies.reserveCapacity(unanswered)
        while unanswered > 0 {
            replies.append(try connection.receive(until: end))
            unanswered -= 1
        }
        try connection.receiveSync(until: end)
        return replies
    }
}

extension Duration {
    /// At least one: 0 means no limit to PostgreSQL.
    fileprivate var wholeMilliseconds: Int64 { max(1, Int64(self / .milliseconds(1))) }
}

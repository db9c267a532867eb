/// A database whose calls test the task's `Assumption`, in the same round trip.
public struct AssumingDatabase: Database {
    private let database: any Database

    public init(_ database: any Database) { self.database = database }

    public var dialect: Dialect { database.dialect }
    public var metrics: [Metric] { database.metrics }
    public var fault: String? { database.fault }
    public var size: Int64 { get async throws { try await database.size } }

    /// - Throws: as the database; `Assumption.Wrong`.
    public func read(_ readings: [any Reading]) async throws {
        guard let assumption = Assumption.current, let test = try assumption.test() else {
            return try await database.read(readings)
        }
        try await database.read([test.reading] + readings)
        try assumption.decide(test)
    }

    /// - Throws: as the database; `Assumption.Wrong`.
    @discardableResult
    public func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        guard let assumption = Assumption.current, try assumption.test() != nil else {
            return try await database.transaction(body)
        }
        return try await database.transaction { transaction in
            let session = AssumingSession(transaction.session, assumption)
            let result = try body(Transaction(session, transaction.aftermath))
            try session.decide()
            return result
        }
    }

    /// - Throws: as the database; `Assumption.Wrong`.
    public func executeAlone(_ statement: Statement) async throws {
        try await Assumption.current?.check(in: database)
        try await database.executeAlone(statement)
    }

    public func close() async { await database.close() }
}

/// A transaction that tests an assumption with its first statement that has an answer. What was enqueued before is rolled back if the
/// assumption is wrong.
private final class AssumingSession: TransactionSession {
    private let session: any TransactionSession
    private let assumption: Assumption

    init(_ session: any TransactionSession, _ assumption: Assumption) {
        (self.session, self.assumption) = (session, assumption)
    }

    /// Nothing may be committed before this: a body may have had no statement with an answer, or have caught what one threw.
    /// - Throws: `Assumption.Wrong`; the engine's `StorageError`.
    func decide() throws {
        guard let test = try assumption.test() else { return }
        try session.read([test.reading])
        try assumption.decide(test)
    }

    func read(_ readings: [any Reading]) throws {
        guard let test = try assumption.test() else { return try session.read(readings) }
        try session.read([test.reading] + readings)
        try assumption.decide(test)
    }

    func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int {
        guard let test = try assumption.test() else { return try session.execute(statement, after: readings) }
        let touched = try session.execute(statement, after: [test.reading] + readings)
        try assumption.decide(test)
        return touched
    }

    func enqueue(_ statement: Statement) throws { try session.enqueue(statement) }

    func liftTimeLimit() throws {
        try decide()
        try session.liftTimeLimit()
    }

    func relax(_ relaxation: Relaxation) throws {
        try decide()
        try session.relax(relaxation)
    }
}

/// The driver's half of a transaction in progress.
public protocol TransactionSession: AnyObject {
    /// Runs the statements and hands the rows of each to its `Reading`.
    func read(_ readings: [any Reading]) throws
    /// Runs the statement, in one round trip with the readings before it, and returns the number of rows it inserted, changed or deleted.
    func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int
    /// Runs the statement before the next one, or before the commit; its error may appear only then.
    func enqueue(_ statement: Statement) throws
    /// Lifts the time limit for all later statements of the transaction.
    func liftTimeLimit() throws
    /// Drops or widens a rule of a table, see `Transaction.relax`.
    func relax(_ relaxation: Relaxation) throws
}

extension TransactionSession {
    /// Runs the statement and returns the number of rows it inserted, changed or deleted.
    public func execute(_ statement: Statement) throws -> Int { try execute(statement, after: []) }
}

/// What a transaction's body gathers and writes at its very end, so that the rows it locks are locked last and for the shortest time.
package protocol LastWrites: AnyObject {
    init()
    /// Runs once after the body, before the commit.
    func write(in transaction: borrowing Transaction) throws
}

/// What follows a transaction's body: its last writes, and the steps to run once it is durable.
public final class Aftermath {
    private(set) var steps: [@Sendable () -> Void] = []
    private var last: [any LastWrites] = []

    public init() {}

    /// Discards everything, before the body runs again.
    func forget() {
        steps.removeAll()
        last.removeAll()
    }
    fileprivate func add(_ step: @escaping @Sendable () -> Void) { steps.append(step) }

    fileprivate func last<Writes: LastWrites>(_: Writes.Type) -> Writes {
        for case let found as Writes in last { return found }
        let writes = Writes()
        last.append(writes)
        return writes
    }

    fileprivate func takeLast() -> [any LastWrites] {
        defer { last.removeAll() }
        return last
    }
}

/// A transaction in progress. It can be neither copied nor kept: it ends with the body that receives it.
public struct Transaction: ~Copyable {
    @usableFromInline package let session: any TransactionSession
    package let aftermath: Aftermath

    public init(_ session: any TransactionSession, _ aftermath: Aftermath) {
        (self.session, self.aftermath) = (session, aftermath)
    }

    /// The rows of each query, in order, in one round trip. Queries may change the rows that they return: `UPDATE … RETURNING`.
    /// - Throws: the engine's `StorageError`.
    @inlinable
    public func fetch<each Value: Sendable>(_ query: repeat Query<each Value>) throws -> (repeat [each Value]) {
        let collectors = (repeat Collector(each query))
        var readings: [any Reading] = []
        for collector in repeat each collectors { readings.append(collector) }
        try session.read(readings)
        return (repeat (each collectors).rows)
    }

    /// Hands the rows of any number of queries to their readings, in one round trip.
    /// - Throws: the engine's `StorageError`.
    package func read(_ readings: [any Reading]) throws { try session.read(readings) }

    /// Runs a statement and returns the number of rows it inserted, changed or deleted.
    /// - Throws: the engine's `StorageError`.
    @discardableResult
    public func execute(_ statement: Statement) throws -> Int { try session.execute(statement) }

    /// Runs a statement whose result the body doesn't need; on PostgreSQL it costs no round trip of its own.
    /// - Throws: the engine's `StorageError`; the error of a failed statement may be thrown by the next call or the commit.
    public func enqueue(_ statement: Statement) throws { try session.enqueue(statement) }

    /// Runs a step on the caller's task once the transaction is durable: never if the transaction fails, and once if its body ran several
    /// times.
    public func afterCommit(_ step: @escaping @Sendable () -> Void) { aftermath.add(step) }

    /// The transaction's last writes of a kind, to be added to: one object of each kind.
    package func last<Writes: LastWrites>(_ type: Writes.Type) -> Writes { aftermath.last(type) }

    /// Runs the last writes. The driver calls it after the body.
    package func finish() throws {
        for writes in aftermath.takeLast() { try writes.write(in: self) }
    }

    /// Lifts the time limit for all later statements, for migrations. Waiting for a lock keeps its limit.
    public func liftTimeLimit() throws { try session.liftTimeLimit() }

    /// Drops or widens a rule of a table, for migrations. Other connections see the change with the commit, and a rollback leaves no
    /// trace.
    /// - Throws: `StorageError` of kind `.noSuchTable`; `.failed` if the table has no such rule, or its rows break the replacement.
    public func relax(_ relaxation: Relaxation) throws { try session.relax(relaxation) }
}

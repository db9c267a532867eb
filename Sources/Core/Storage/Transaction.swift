/// The driver's half of a transaction under way.
public protocol TransactionSession: AnyObject {
    /// Runs the statements and hands the rows of each to its reading.
    func read(_ readings: [any Reading]) throws
    /// Runs the statement and returns the number of rows it inserted, changed or deleted.
    func execute(_ statement: Statement) throws -> Int
    /// Runs the statement before the next one, or before the commit: its error may show only there.
    func enqueue(_ statement: Statement) throws
    /// Lets each statement from here on take as long as it takes.
    func liftTimeLimit() throws
    /// Drops or widens a rule of a table. See `Transaction.relax`.
    func relax(_ relaxation: Relaxation) throws
}

/// What a transaction leaves to be done once it is durable.
public final class Aftermath {
    private(set) var steps: [@Sendable () -> Void] = []

    public init() {}

    /// Before the body runs again.
    func forget() { steps.removeAll() }
    fileprivate func add(_ step: @escaping @Sendable () -> Void) { steps.append(step) }
}

/// A transaction under way. It can be neither copied nor kept: it ends with the body that was given it.
public struct Transaction: ~Copyable {
    let session: any TransactionSession
    let aftermath: Aftermath

    public init(_ session: any TransactionSession, _ aftermath: Aftermath) {
        (self.session, self.aftermath) = (session, aftermath)
    }

    /// The rows of each query (they may change what they return: `UPDATE … RETURNING`), in order, in one round trip.
    public func fetch<each Value: Sendable>(_ query: repeat Query<each Value>) throws -> (repeat [each Value]) {
        let collectors = (repeat Collector(each query))
        var readings: [any Reading] = []
        for collector in repeat each collectors { readings.append(collector) }
        try session.read(readings)
        return (repeat (each collectors).rows)
    }

    /// Runs a statement and waits for the number of rows it inserted, changed or deleted.
    @discardableResult
    public func execute(_ statement: Statement) throws -> Int { try session.execute(statement) }

    /// Runs a statement whose answer the body doesn't need; on PostgreSQL it costs no round trip of its own. Where it
    /// fails, the next call or the commit throws its error.
    public func enqueue(_ statement: Statement) throws { try session.enqueue(statement) }

    /// Does something once all of this is durable, on the caller's task; never where the transaction fails, and once where its body ran
    /// several times.
    public func afterCommit(_ step: @escaping @Sendable () -> Void) { aftermath.add(step) }

    /// Lets each statement from here on take as long as it takes (waiting for a lock keeps its limit): for migrations.
    public func liftTimeLimit() throws { try session.liftTimeLimit() }

    /// Drops or widens a rule of a table, for migrations: other connections see it with the commit, and a rollback leaves no trace.
    /// - Throws: `StorageError` of kind `.noSuchTable`; `.failed` where the table has no such rule, or the rows don't keep the one
    ///   that takes its place.
    public func relax(_ relaxation: Relaxation) throws { try session.relax(relaxation) }
}

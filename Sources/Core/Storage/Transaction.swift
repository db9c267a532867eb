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

/// A transaction under way. It can be neither copied nor kept: it ends with the body that was given it.
public struct Transaction: ~Copyable {
    let session: any TransactionSession

    public init(_ session: any TransactionSession) { self.session = session }

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

    /// Lets each statement from here on take as long as it takes (waiting for a lock keeps its limit): for migrations.
    public func liftTimeLimit() throws { try session.liftTimeLimit() }

    /// Drops or widens a rule of a table, for migrations: other connections see it with the commit, and a rollback leaves no trace.
    /// - Throws: `StorageError` of kind `.noSuchTable`; `.failed` where the table has no such rule, or the rows don't keep the one
    ///   that takes its place.
    public func relax(_ relaxation: Relaxation) throws { try session.relax(relaxation) }
}

/// Which engine answers. Above the drivers only the migrator asks.
public enum Dialect: String, Sendable { case sqlite, postgres }

/// A database: what the company's world needs of an engine, and all it may know of it.
///
/// Every call ends: with its answer, with a `StorageError` (`.timeout` and `.unavailable` bound the waiting), or with
/// `CancellationError` when the calling task was cancelled before the work began.
public protocol Database: Sendable {
    var dialect: Dialect { get }

    /// Runs statements that only read and do not depend on each other, in one round trip, and hands the rows of each to its
    /// reading. Each statement sees what was committed when it ran: a set that must be one snapshot is one statement.
    func read(_ readings: [any Reading]) async throws

    /// Runs `body` in one transaction: all of it is kept, durably, or nothing. The body may run again after a
    /// serialization failure or a lost connection, so it has no side effects beside the transaction. It runs on a thread of
    /// the driver's, where it may take its time, and cannot begin another transaction. Once a statement has failed, the
    /// transaction fails with that error, even if the body catches it.
    @discardableResult
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result

    /// Runs one statement outside any transaction, for the few that PostgreSQL refuses inside one, and without a time limit.
    func executeAlone(_ statement: Statement) async throws

    /// What waits, and how the work is done.
    var metrics: [Metric] { get }

    /// What was found wrong with the database itself, a whole sentence for the operator: its file was moved, or a statement met a
    /// damage. Nil where nothing is known. Looks anew each time, within microseconds.
    var fault: String? { get }

    /// How large it is, in bytes.
    var size: Int64 { get async throws }

    /// Ends the driver's threads and connections. Work that is under way is finished; what comes later is `.unavailable`.
    func close() async
}

extension Database {
    public var fault: String? { nil }

    /// The rows of each query, all asked in one round trip. See `read` for what they see.
    @inline(__always)
    public func fetch<each Value: Sendable>(
        _ query: repeat Query<each Value>
    ) async throws -> (repeat [each Value]) {
        let collectors = (repeat Collector(each query))
        var readings: [any Reading] = []
        for collector in repeat each collectors { readings.append(collector) }
        try await read(readings)
        return (repeat (each collectors).rows)
    }
}

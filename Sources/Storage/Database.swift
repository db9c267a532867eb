/// The database engine. Above the drivers only migrations, backups, checks and status reports depend on it.
public enum Dialect: String, Sendable { case sqlite, postgres }

/// A database: everything that Core needs of an engine, and all that it may know about it.
///
/// Every call ends: with its result, with a `StorageError` (`.timeout` and `.unavailable` bound the waiting), or with `CancellationError`
/// if the calling task was cancelled before the work began.
public protocol Database: Sendable {
    var dialect: Dialect { get }

    /// Runs independent, read-only statements in one round trip and hands the rows of each to its `Reading`. Each statement sees what was
    /// committed when it ran: a set that must be one snapshot is one statement.
    func read(_ readings: [any Reading]) async throws

    /// Runs `body` in one transaction: either all of it is kept, durably, or nothing. The body may run again after a serialization
    /// failure or a lost connection, so it must have no side effects outside the transaction. It runs on a thread of the driver's, where
    /// it may block, and can't begin another transaction. Once a statement has failed, the transaction fails with that error, even if the
    /// body catches it.
    /// - Throws: what `body` throws, `StorageError` and `CancellationError`.
    @discardableResult
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result

    /// Runs one statement outside any transaction and without a time limit, for the few that PostgreSQL refuses inside one.
    func executeAlone(_ statement: Statement) async throws

    /// The state of the driver's queues and threads.
    var metrics: [Metric] { get }

    /// A fault of the database itself, as a whole sentence for the operator: its file was moved, or a statement met damage. Nil if none
    /// is known. Checked again on each call, within microseconds.
    var fault: String? { get }

    /// The size of the database, in bytes.
    var size: Int64 { get async throws }

    /// Ends the driver's threads and connections. Work in progress is finished; later calls throw `StorageError` of kind `.unavailable`.
    func close() async
}

extension Database {
    public var fault: String? { nil }
    /// Whether each call waits for another process or machine, so that a round trip costs more than most of what is done in it.
    public var isRemote: Bool { dialect == .postgres }

    /// The rows of each query, all in one round trip. See `read` for what they see.
    /// - Throws: `StorageError` and `CancellationError`.
    @inlinable
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

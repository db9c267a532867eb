public import Storage
internal import Synchronization

/// A database in one SQLite file, for one server process.
///
/// Reads run on the calling thread and wait for no writer. Transactions queue for the one writer thread, which makes
/// many of them durable with one fsync.
public final class SQLiteDatabase: Database {
    public struct Options: Sendable {
        /// Whether a commit waits for the disk. `off` is for measuring what that costs: it loses commits when the
        /// machine stops.
        public enum Synchronous: String, Sendable { case full = "FULL", off = "OFF" }

        /// The file. Its folder exists; the file is created where it doesn't.
        public var path: String
        public var synchronous: Synchronous
        /// How long a transaction waits for its turn before it fails with `.timeout`.
        public var waitTimeout: Duration
        /// How long a statement waits for a lock that another process holds before it fails with `.unavailable`.
        public var busyTimeout: Duration

        /// Where the file is.
        var disk = Disk.system
        /// How many pages the write-ahead log holds before they are moved.
        var checkpointInterval = Checkpoints.usualInterval

        public init(
            path: String, synchronous: Synchronous = .full, waitTimeout: Duration = .seconds(5),
            busyTimeout: Duration = .seconds(5)
        ) {
            self.path = path
            self.synchronous = synchronous
            self.waitTimeout = waitTimeout
            self.busyTimeout = busyTimeout
        }
    }

    public var dialect: Dialect { .sqlite }

    let file: DatabaseFile
    let options: Options
    /// What was found at the opening, and isn't shown to anyone before it is durable.
    let recovered: RecoveredLog
    private let readers: ReaderPool
    private let queue: WorkQueue<TransactionJob>
    private let commits: Histogram
    /// Nil once a caller waits for its end, which only one may.
    private let thread: Mutex<BlockingThread?>

    /// More jobs than this wait only if the disk is stuck.
    private static let longestQueue = 10_000

    /// Opens the file, and creates it with mode 0600 where there is none. Blocks, for at most the busy timeout and as
    /// long as it takes to write and sync what the write-ahead log holds.
    /// - Throws: `StorageError` with a whole sentence that names the file: `.misconfigured` (not a database, a
    ///   folder, not writable), `.full`, `.diskFailure`, or `.unavailable` where another process holds it.
    public init(_ options: Options) throws {
        let file = DatabaseFile(path: options.path, disk: options.disk)
        try options.disk.prepare(file)
        let commits = Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256])
        let connection = try Connection.writer(file, options)
        let recovered = RecoveredLog(file, options.synchronous)
        try Self.makeDurable(recovered, on: connection, options)
        let writer = try Writer(
            connection, recovered: recovered, checkpointInterval: options.checkpointInterval, commits: commits)
        self.recovered = recovered
        let queue = WorkQueue<TransactionJob>(capacity: Self.longestQueue)
        self.commits = commits
        (self.file, self.options) = (file, options)
        readers = ReaderPool(file, options)
        self.queue = queue
        thread = Mutex(BlockingThread(name: "sqlite-writer") { writer.work(on: queue) })
        // What is there now is what is watched.
        _ = fault
    }

    deinit {
        queue.close()
    }

    /// Another process that writes for long, as a copy does, isn't waited for here: the caller of the first
    /// statement waits for it instead.
    private static func makeDurable(
        _ recovered: RecoveredLog, on connection: Connection, _ options: Options
    ) throws {
        connection.waitForLocks(min(options.busyTimeout, .milliseconds(250)))
        do {
            try recovered.makeDurable(on: connection)
        } catch let error as StorageError where error.kind == .unavailable {
            // The next caller tries again.
        } catch let error as StorageError {
            throw Connection.sentence(error, recovered.file)
        }
        connection.waitForLocks(options.busyTimeout)
    }

    /// Blocks the calling thread while it reads. The first call waits until recovered commits are durable.
    /// - Throws: `StorageError`, such as `.unavailable` after `close` or while another process holds the write lock at
    ///   that first call, and `.damaged` or `.diskFailure`; `CancellationError`.
    public func read(_ readings: [any Reading]) async throws {
        try Task.checkCancellation()
        // The writer's thread sees to it.
        if !recovered.isDurable { try await transaction { _ in } }
        try readers.read(readings)
    }

    /// - Throws: the body's error; a `StorageError` of one of its statements or of the commit (`.full`, `.diskFailure`);
    ///   `.timeout` after waiting longer than `waitTimeout` in the queue; `.unavailable` after `close`, or if another process
    ///   holds the write lock for longer than `busyTimeout`; `CancellationError`.
    @discardableResult
    public func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        return try await TransactionJob.run(on: queue, timeout: options.waitTimeout, body)
    }

    /// - Throws: as `transaction`.
    public func executeAlone(_ statement: Statement) async throws {
        try Task.checkCancellation()
        try await TransactionJob.run(on: queue, timeout: options.waitTimeout, standsAlone: true) { session in
            try session.enqueue(statement)
        }
    }

    public var fault: String? { file.watch.look(at: file) ?? readers.faultOfHeader() ?? file.watch.damage }

    public var metrics: [Metric] {
        let help = "Connections that read, by whether they are in use."
        let (busy, idle) = readers.count
        return [
            Metric(
                "polier_database_waiting", "Work that waits for a connection.", .gauge(Double(queue.count)),
                ["work": "transactions"]),
            Metric("polier_database_connections", help, .gauge(Double(busy)), ["state": "busy"]),
            Metric("polier_database_connections", help, .gauge(Double(idle)), ["state": "idle"]),
            Metric(
                "polier_sqlite_commit_transactions", "Transactions that one fsync made durable.",
                .histogram(commits.snapshot)),
        ]
    }

    public var size: Int64 {
        get async throws { try await fetch(DatabaseFile.size).first ?? 0 }
    }

    public func close() async {
        readers.close()
        queue.close()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let running { await BlockingThread.joined([running]) }
    }
}

public import Storage
import Synchronization

/// A PostgreSQL server, through libpq. There is no state in the server's session, so a pooler in transaction mode may
/// be in between.
///
/// Reads of many callers travel together over a few connections; transactions have one each, from the rest. All of it
/// runs on threads of its own, which connect when first needed and reconnect after an outage.
public final class PostgresDatabase: Database {
    public struct Options: Sendable {
        /// `postgres://` or `postgresql://`, as libpq reads it; several hosts and `target_session_attrs` included.
        public var url: String
        /// The maximum number of connections, for reads and transactions together; at least 2. `executeAlone` adds one
        /// while it runs.
        public var pool = 10
        /// Whether statements are prepared once for each connection. Not with a PgBouncer before 1.21 in transaction
        /// mode, nor with a later one that has max_prepared_statements off.
        public var prepared = true
        /// How long connecting may take, for all hosts together.
        public var connectTimeout = Duration.seconds(3)
        /// How long one statement may take.
        public var statementTimeout = Duration.seconds(10)
        /// How long work may wait for its turn, and a statement in a transaction for a lock.
        public var waitTimeout = Duration.seconds(5)

        /// Called with a whole sentence, at most once a minute, when the server allows fewer connections than the pool
        /// may have.
        public var warn: @Sendable (String) -> Void = { _ in }

        public init(url: String) { self.url = url }
    }

    public let dialect = Dialect.postgres

    let connector: Connector
    let poolSize: Int
    private let waitTimeout: Duration
    private let reads: WorkQueue<ReadJob>
    /// Reads that turned out slow. Nil in a small pool, where the readers run them themselves.
    private let slowReads: WorkQueue<ReadJob>?
    private let transactions: WorkQueue<TransactionJob>
    private let loneStatements: WorkQueue<LoneJob>
    private let rounds: Histogram
    private let threads = Mutex<Threads>(Threads())

    private struct Threads {
        var readers: [BlockingThread] = []
        var others: [BlockingThread] = []
    }

    /// More jobs than can be done within `waitTimeout`: jobs beyond this are refused at once.
    private static let capacity = 20_000

    /// Starts the threads without connecting yet. Throws `.misconfigured` with a whole sentence, which never repeats
    /// a password, if the options can't be right.
    public init(_ options: Options) throws {
        guard options.pool >= 2 else {
            throw StorageError(.misconfigured, "The database pool needs at least 2 connections.")
        }
        let target = try Target(url: options.url)
        let rounds = Histogram([1, 2, 4, 8, 16, 32, 64])
        self.rounds = rounds
        let limit = options.statementTimeout
        waitTimeout = options.waitTimeout
        poolSize = options.pool
        let reads = WorkQueue<ReadJob>(capacity: Self.capacity)
        let slowReads = options.pool >= 3 ? WorkQueue<ReadJob>(capacity: Self.capacity) : nil
        let transactions = WorkQueue<TransactionJob>(capacity: Self.capacity)
        let loneStatements = WorkQueue<LoneJob>(capacity: Self.capacity)
        (self.reads, self.slowReads) = (reads, slowReads)
        (self.transactions, self.loneStatements) = (transactions, loneStatements)
        let shares = Shares(
            nudge: {
                reads.nudge()
                slowReads?.nudge()
                transactions.nudge()
            }, warn: options.warn)
        let connector = Connector(
            target: target, prepared: options.prepared, timeout: options.connectTimeout, shares: shares)
        self.connector = connector

        // Two connections carry the pipelined reads of any number of callers.
        let readers = max(1, min(2, options.pool / 4))
        let workers = options.pool - readers - (slowReads == nil ? 0 : 1)
        threads.withLock { threads in
            for number in 1...readers {
                threads.readers.append(
                    BlockingThread(name: "db read \(number)") {
                        Reader(reads, connector, for: .reads, limit: limit, aside: slowReads, rounds: rounds).work()
                    })
            }
            if let slowReads {
                threads.others.append(
                    BlockingThread(name: "db slow read") {
                        Reader(slowReads, connector, for: .slowReads, limit: limit, aside: nil, rounds: rounds)
                            .workAside()
                    })
            }
            let limits = TransactionLimits(statement: limit, lock: min(limit, options.waitTimeout))
            for number in 1...workers {
                threads.others.append(
                    BlockingThread(name: "db write \(number)") {
                        TransactionWorker(transactions, connector, limits: limits).work()
                    })
            }
            threads.others.append(
                BlockingThread(name: "db alone") {
                    LoneWorker(queue: loneStatements, connector: connector).work()
                })
        }
    }

    /// Lets the threads end by themselves if `close` wasn't called.
    deinit {
        closeQueues()
        slowReads?.close()
    }

    /// Accepts only SELECT, VALUES and a WITH that doesn't write: a read may run again after a neighbour on its
    /// pipeline failed. Each statement sees what was committed when it ran.
    /// - Throws: `StorageError`: `.failed` for a statement that may write, `.unstorable` for a text with a NUL, `.timeout`
    ///   after `waitTimeout` in the queue or past `statementTimeout`, `.unavailable` without a connection;
    ///   `CancellationError`.
    public func read(_ readings: [any Reading]) async throws {
        guard !readings.isEmpty else { return }
        let statements = readings.map(\.statement)
        for statement in statements {
            try statement.checkOnlyReads()
            try statement.checkValues()
        }
        let results = try await ReadJob(statements, deadline: .now + waitTimeout).results(from: reads)
        for (reading, result) in zip(readings, results) { try result.decode(into: reading) }
    }

    /// - Throws: the body's error, or a `StorageError`: of a statement; `.timeout` after `waitTimeout` in the queue or for a
    ///   lock, past `statementTimeout`, or after too many conflicts; `.unavailable` without a connection, or if it was
    ///   lost during the commit, whose outcome is then unknown; `CancellationError`.
    @discardableResult
    public func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        try await TransactionJob.run(on: transactions, timeout: waitTimeout, body)
    }

    /// - Throws: `StorageError`: the statement's error, `.failed` if it begins or ends a transaction, `.timeout` after
    ///   `waitTimeout` in the queue, or `.unavailable`.
    public func executeAlone(_ statement: Statement) async throws {
        try statement.checkValues()
        try statement.checkKeepsTransaction()
        try await LoneJob(statement, deadline: .now + waitTimeout).done(in: loneStatements)
    }

    /// From now on opens connections with another URL's user, password and parameters; open ones stay. Returns false,
    /// and changes nothing, if the URL names another database. Throws `.misconfigured` with a whole sentence, and
    /// changes nothing, if the URL can't be right or PostgreSQL refuses it. If PostgreSQL can't be reached now, the URL
    /// is accepted untested.
    public func adopt(url: String) async throws -> Bool {
        let (target, connector) = (try Target(url: url), connector)
        return try await BlockingThread.run(name: "db adopt") { try connector.adopt(target) }
    }

    public var size: Int64 {
        get async throws {
            let size = Query<Int64>("SELECT pg_database_size(current_database())") { try $0.next() }
            return try await fetch(size).first ?? 0
        }
    }

    public var metrics: [Metric] {
        func waiting(_ work: String, _ count: Int) -> Metric {
            Metric(
                "polier_database_waiting", "Work that waits for a connection.", .gauge(Double(count)), ["work": work])
        }
        let help = "Connections, by whether they are in use."
        let (busy, idle) = connector.count
        return [
            waiting("reads", reads.count), waiting("slow reads", slowReads?.count ?? 0),
            waiting("transactions", transactions.count),
            Metric("polier_database_connections", help, .gauge(Double(busy)), ["state": "busy"]),
            Metric("polier_database_connections", help, .gauge(Double(idle)), ["state": "idle"]),
            Metric(
                "polier_postgres_connections_refused_total",
                "Connections that PostgreSQL refused because it had no more for this role.",
                .counter(Double(connector.shares.refusals))),
            Metric(
                "polier_postgres_round_reads", "Reads that one round trip carried.", .histogram(rounds.snapshot)),
        ]
    }

    public func close() async {
        closeQueues()
        let ending = threads.withLock { threads in
            defer { threads = Threads() }
            return threads
        }
        await BlockingThread.joined(ending.readers)
        // Only now, because the readers may still have set slow statements aside.
        slowReads?.close()
        await BlockingThread.joined(ending.others)
    }

    private func closeQueues() {
        reads.close()
        transactions.close()
        loneStatements.close()
    }
}

import Storage

/// One pipeline of reads: sent at once, answered in order.
final class ReadRound {
    /// The jobs that exceeded the limit of a statement here, and were cancelled.
    private(set) var slow: [ReadJob] = []
    /// The jobs that got no answer because another failed, or the connection broke. They may run again.
    private(set) var unanswered: [ReadJob] = []
    /// The error that made the connection unusable, if any.
    private(set) var failure: Failure?

    private let jobs: [ReadJob]
    private let connection: Connection
    private let apart: Bool
    private let end: ContinuousClock.Instant
    /// The first job without an outcome.
    private var next = 0
    /// How long the next statement may keep the others waiting. It shrinks with every cancelled one: if many
    /// wait for the same lock, the others on this pipeline must not wait for each of them.
    private var longestStall: Duration
    /// Whether a cancel request was sent. The server holds its answers back until the Sync, so the statement it runs
    /// when the request arrives may be later than the one that was waited for; and it signals twice for one request, so
    /// the second signal may hit one more (`signal_child` in PostgreSQL's postmaster.c).
    private var hasStopped = false

    /// How long the server has to answer a cancel request.
    private static let grace = Duration.seconds(1)
    private static let shortestStall = Duration.milliseconds(20)

    private enum Outcome {
        case rows([QueryResult])
        case failed(Failure)
        case stopped
        case skipped
    }

    /// - Parameters:
    ///   - apart: whether each job gets a Sync of its own, so that none suffers from another's failure.
    ///   - limit: how long a statement may keep the others waiting.
    ///   - end: when everything must be over.
    init(
        _ jobs: [ReadJob], on connection: Connection, apart: Bool, limit: Duration,
        until end: ContinuousClock.Instant
    ) {
        self.jobs = jobs
        self.connection = connection
        self.apart = apart
        self.longestStall = limit
        self.end = end
    }

    func run() {
        do throws(Failure) {
            try send()
            while next < jobs.count {
                let outcome = try receive(jobs[next])
                if apart { try receiveSync() }
                settle(jobs[next], outcome)
                next += 1
            }
            if !apart { try receiveSync() }
        } catch {
            failure = error
            if error.cause == .slow && next < jobs.count {
                // The server doesn't react to the cancel request.
                jobs[next].fail(error.error)
                next += 1
            }
            unanswered += jobs[next...]
        }
    }

    private func send() throws(Failure) {
        for job in jobs {
            for statement in job.statements { try connection.send(statement) }
            if apart { try connection.sync() }
        }
        if !apart { try connection.sync() }
        try connection.flush(until: end)
    }

    private func settle(_ job: ReadJob, _ outcome: Outcome) {
        switch outcome {
        case .rows(let results): job.succeed(results)
        case .skipped: unanswered.append(job)
        case .stopped: slow.append(job)
        // By itself it may still succeed.
        case .failed(let failure) where failure.cause == .conflict && !apart: unanswered.append(job)
        case .failed(let failure): job.fail(failure.error)
        }
    }

    private func receive(_ job: ReadJob) throws(Failure) -> Outcome {
        var results: [QueryResult] = []
        results.reserveCapacity(job.statements.count)
        var outcome: Outcome?
        for _ in job.statements {
            let (reply, wasStopped) = try receiveOrStop()
            switch reply {
            case .rows(let result): results.append(result)
            case .failed(let failure) where failure.error.kind == .timeout && hasStopped && .now < end:
                // In a pipeline the cancel may have been meant for another job, so this one is tried by itself.
                outcome = outcome ?? (wasStopped || apart || jobs.count == 1 ? .stopped : .skipped)
            case .failed(let failure): outcome = outcome ?? .failed(failure)
            case .skipped: outcome = outcome ?? .skipped
            }
        }
        return outcome ?? .rows(results)
    }

    /// The next reply. A statement that takes too long is cancelled: the server then reports that, or the connection is
    /// unusable.
    private func receiveOrStop() throws(Failure) -> (Reply, wasStopped: Bool) {
        do {
            return (try connection.receive(until: min(.now + longestStall, end)), false)
        } catch  where error.cause == .slow {
            let stop = CancelRequest(for: connection)
            hasStopped = true
            longestStall = max(Self.shortestStall, longestStall / 2)
            let deadline = ContinuousClock.now + Self.grace
            let reply = try connection.receive(until: deadline)
            // A late cancel request would hit another caller's statement.
            guard stop.isDelivered(until: deadline) else { throw error }
            return (reply, true)
        }
    }

    private func receiveSync() throws(Failure) { try connection.receiveSync(until: max(end, .now + Self.grace)) }
}

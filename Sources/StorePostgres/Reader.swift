import Storage

/// A thread that reads for many callers at once: it takes every waiting job, sends them as one pipeline with one Sync,
/// and distributes the results. If a statement fails, the server skips the rest of the pipeline, which runs again with
/// a Sync after each job, so that only the failing caller sees the error.
final class Reader {
    /// The maximum number of jobs in a round trip. More would make the first wait for the last, and gain little.
    private static let largestBatch = 64
    /// A round trip that takes longer carried too many jobs, because the server holds its answers back until the Sync.
    private static let longRound = Duration.milliseconds(50)
    /// A statement that holds up the others on its pipeline for longer is cancelled, and runs again in the slow
    /// lane.
    private static let longestStall = Duration.milliseconds(500)

    private let queue: WorkQueue<ReadJob>
    private let slot: ConnectionSlot
    private let limit: Duration
    private let aside: WorkQueue<ReadJob>?
    /// How many jobs each round trip carried.
    private let rounds: Histogram
    private var batch = largestBatch

    /// - Parameters:
    ///   - limit: how long a job may take, once begun.
    ///   - aside: the queue for slow statements; without it this reader runs them itself, after the others.
    init(
        _ queue: WorkQueue<ReadJob>, _ connector: Connector, for use: ConnectionUse, limit: Duration,
        aside: WorkQueue<ReadJob>?,
        rounds: Histogram
    ) {
        self.queue = queue
        self.slot = ConnectionSlot(connector, for: use)
        self.limit = limit
        self.aside = aside
        self.rounds = rounds
    }

    /// Works until the queue is closed and empty.
    func work() {
        while let jobs = slot.take(atMost: batch, from: queue) {
            let begun = jobs.filter { $0.begin() }
            let start = ContinuousClock.now
            let slow = answer(begun, limit: min(Self.longestStall, limit), until: start + limit)
            batch = .now - start > Self.longRound ? max(1, batch / 2) : min(Self.largestBatch, batch * 2)
            if let aside {
                for job in slow { aside.add(ReadJob(continuing: job, deadline: .now + limit)) }
            } else {
                answerSlow(slow)
            }
        }
    }

    /// Works until the queue is closed and empty, on the statements that a reader set aside, one at a time.
    func workAside() {
        while let jobs = slot.take(atMost: 1, from: queue) { answerSlow(jobs) }
    }

    private func answerSlow(_ jobs: [ReadJob]) {
        let end = ContinuousClock.now + limit
        for job in jobs { _ = answer([job], limit: limit, until: end) }
    }

    /// Answers each job, except those that took longer than `limit` while there is time until `end`, which it returns.
    private func answer(_ jobs: [ReadJob], limit: Duration, until end: ContinuousClock.Instant) -> [ReadJob] {
        var slow: [ReadJob] = []
        var waiting = jobs
        var apart = false
        var losses = 0
        while !waiting.isEmpty {
            do throws(StorageError) {
                let connection = try slot.connection()
                connection.isBusy = true
                defer { connection.isBusy = false }
                rounds.observe(Double(waiting.count))
                let round = ReadRound(waiting, on: connection, apart: apart, limit: limit, until: end)
                round.run()
                slow += round.slow
                waiting = round.unanswered
                if let failure = round.failure {
                    slot.close()
                    losses += 1
                    if losses > 1 { throw failure.error }
                }
                guard .now < end else { throw StorageError(.timeout, "the statements took longer than they may") }
            } catch {
                for job in waiting { job.fail(error) }
                return slow
            }
            // Now each job by itself. Only a lost connection leaves any after that, so this ends.
            apart = true
        }
        return slow
    }
}

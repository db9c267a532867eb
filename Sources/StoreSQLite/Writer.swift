internal import Storage

/// The work of the single writer thread. It commits in groups: everything that waits runs in one transaction, each
/// unit in a savepoint of its own, and is answered after the one fsync.
///
/// `@unchecked Sendable`: made by the thread that opens the database, then handed to the writer's thread, its only
/// user.
final class Writer: @unchecked Sendable {
    private let connection: Connection
    private let control: TransactionControl
    private let recovered: RecoveredLog
    private let checkpoints: Checkpoints
    /// How many units each commit made durable.
    private let commits: Histogram
    private var gathering = Gathering()

    /// Bounds how long the first of a group waits for the last.
    private static let largestGroup = 256

    init(_ connection: Connection, recovered: RecoveredLog, checkpointInterval: Int32, commits: Histogram) throws {
        self.connection = connection
        self.recovered = recovered
        self.commits = commits
        control = try TransactionControl(connection)
        checkpoints = Checkpoints(connection, interval: checkpointInterval)
    }

    /// Works until the queue is closed and empty. Blocks.
    func work(on queue: WorkQueue<TransactionJob>) {
        while let jobs = queue.take(atMost: Self.largestGroup) {
            do {
                try recovered.makeDurable(on: connection)
            } catch {
                for job in jobs { job.giveUp(error) }
                continue
            }
            var rest = jobs[...]
            while let first = rest.first {
                if first.standsAlone {
                    runAlone(rest.removeFirst())
                } else {
                    let group = rest.prefix { !$0.standsAlone }
                    rest.removeFirst(group.count)
                    commit(group)
                }
            }
            checkpoints.moveIfDue()
            gathering.pause(for: queue)
        }
        tidyUp()
    }

    /// Truncates the log and refreshes the planner's statistics. Nothing is lost if this fails.
    private func tidyUp() {
        // A checkpoint of what isn't durable in the log could leave half of itself in the file.
        guard recovered.isDurable else { return }
        connection.waitForLocks(.milliseconds(250))
        // What the planner should know of the tables' sizes, from a sample, where it has become stale.
        try? connection.run(Statement("PRAGMA analysis_limit = 400"))
        try? connection.run(Statement("PRAGMA optimize"))
        checkpoints.moveAll()
    }

    private func commit(_ group: ArraySlice<TransactionJob>) {
        gathering.committed(0, in: .zero)
        if group.count > 1 {
            commitTogether(group)
        } else {
            for job in group where job.begin() { commitSingly(job) }
        }
    }

    /// One transaction for all. A unit that fails is rolled back alone, and is told only after the commit: what made it
    /// fail may be a row of another unit, which isn't committed before.
    private func commitTogether(_ group: ArraySlice<TransactionJob>) {
        do {
            try control.begin()
        } catch {
            for job in group { job.giveUp(error) }
            return
        }
        var ran: [(job: TransactionJob, error: (any Error)?)] = []
        ran.reserveCapacity(group.count)
        do {
            for job in group where job.begin() {
                ran.append((job, nil))
                ran[ran.count - 1].error = try runInSavepoint(job)
            }
            let start = ContinuousClock.now
            try control.commit()
            commits.observe(Double(ran.count))
            gathering.committed(ran.count, in: .now - start)
        } catch {
            // A full disk, say, ended the transaction of them all: now each has one of its own.
            control.rollBack()
            recover(from: error)
            for (job, _) in ran { commitSingly(job) }
            // Units that ran can't start again; those after the error can.
            for job in group where job.begin() { commitSingly(job) }
            return
        }
        for (job, error) in ran {
            if let error { job.fail(error) } else { job.succeed() }
        }
    }

    /// - Returns: why the unit failed, if it did: then it has left nothing behind.
    /// - Throws: where the whole transaction is lost.
    private func runInSavepoint(_ job: TransactionJob) throws -> (any Error)? {
        try control.mark()
        guard let error = failure(of: job) else {
            try control.release()
            return nil
        }
        if connection.isOutsideTransaction { throw error }
        try control.rollBackToMark()
        return error
    }

    /// One transaction for this unit, which was begun.
    private func commitSingly(_ job: TransactionJob) {
        do {
            try control.begin()
            if let error = failure(of: job) {
                control.rollBack()
                throw error
            }
            try control.commit()
            commits.observe(1)
            job.succeed()
        } catch {
            recover(from: error)
            job.fail(error)
        }
    }

    private func recover(from error: any Error) {
        switch (error as? StorageError)?.kind {
        case .full:
            checkpoints.hurry()
            try? RecoveredLog.eraseFailedCommit(on: connection)
        case .diskFailure: try? RecoveredLog.eraseFailedCommit(on: connection)
        default: break
        }
    }

    /// No transaction: the engine commits the statement by itself.
    private func runAlone(_ job: TransactionJob) {
        guard job.begin() else { return }
        if let error = failure(of: job) { job.fail(error) } else { job.succeed() }
    }

    /// Runs the body. A statement's error counts before the body's, also where the body caught it.
    private func failure(of job: TransactionJob) -> (any Error)? {
        let session = WriterSession(connection)
        do {
            try job.run(session)
            return session.failure
        } catch {
            return session.failure ?? error
        }
    }
}

import Storage

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A thread with a connection of its own that runs transactions, one at a time.
final class TransactionWorker {
    /// How often a transaction is retried after a conflict with another one.
    private static let conflicts = 10
    /// How often it is retried after the connection was lost before its commit.
    private static let losses = 2

    private let queue: WorkQueue<TransactionJob>
    private let slot: ConnectionSlot
    private let limits: TransactionLimits
    private let opening: [Statement]

    init(_ queue: WorkQueue<TransactionJob>, _ connector: Connector, limits: TransactionLimits) {
        self.queue = queue
        self.slot = ConnectionSlot(connector, for: .transactions)
        self.limits = limits
        self.opening = PostgresSession.opening(for: limits)
    }

    /// Works until the queue is closed and empty.
    func work() {
        while let jobs = slot.take(atMost: 1, from: queue) {
            for job in jobs where job.begin() {
                do {
                    try perform(job)
                    job.succeed()
                } catch {
                    job.fail(error)
                }
            }
        }
    }

    private func perform(_ job: TransactionJob) throws {
        var conflicts = 0
        var losses = 0
        while let failure = try attempt(job) {
            if failure.cause == .conflict {
                conflicts += 1
                if conflicts > Self.conflicts { throw failure.error }
                // Random, so that two transactions in conflict don't conflict again.
                usleep(UInt32.random(in: 500...2_000) * UInt32(conflicts))
            } else {
                losses += 1
                if losses > Self.losses { throw failure.error }
            }
        }
    }

    /// Runs the transaction. Returns nil when it is durable, or why it has to run again; throws final errors.
    private func attempt(_ job: TransactionJob) throws -> Failure? {
        let connection = try slot.connection()
        connection.isBusy = true
        defer { connection.isBusy = false }
        let session = PostgresSession(on: connection, limits: limits, opening: opening)
        do {
            try job.run(session)
            try session.commit()
            return nil
        } catch {
            if !session.rollBack() { slot.close() }
            guard let failure = session.failure else { throw error }
            if session.outcomeIsOpen {
                throw StorageError(
                    .unavailable,
                    "the connection was lost during a commit, and whether it took effect is not known: "
                        + failure.error.detail)
            }
            if failure.allowsAnotherRun { return failure }
            throw failure.error
        }
    }
}

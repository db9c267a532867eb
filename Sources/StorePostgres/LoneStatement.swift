import CPostgres
import Storage

/// A statement that runs outside any transaction, on its way to the thread that does that.
final class LoneJob: QueuedWork {
    let statement: Statement
    let deadline: ContinuousClock.Instant
    private let answer = PendingResult<Void>()

    init(_ statement: Statement, deadline: ContinuousClock.Instant) {
        self.statement = statement
        self.deadline = deadline
    }

    func done(in queue: WorkQueue<LoneJob>) async throws { try await answer.wait { queue.add(self) } }
    func begin() -> Bool { answer.begin() }
    func end(_ result: Result<Void, any Error>) { answer.end(result) }
    func giveUp(_ error: any Error) { answer.giveUp(error) }
}

/// The thread for statements outside any transaction. Each gets a connection of its own, closed after it, and no limit:
/// an index on a large table takes as long as it takes.
struct LoneWorker {
    let queue: WorkQueue<LoneJob>
    let connector: Connector

    /// Works until the queue is closed and empty.
    func work() {
        while let jobs = queue.take(atMost: 1) {
            for job in jobs where job.begin() { job.end(Result { try perform(job) }) }
        }
    }

    private func perform(_ job: LoneJob) throws {
        let connection = try connector.open(for: .alone, until: job.deadline)
        do throws(Failure) {
            try connection.runAlone(job.statement)
        } catch {
            throw error.error
        }
    }
}

extension Connection {
    /// Runs one statement outside of pipeline mode, where the server wouldn't take it for one in a transaction.
    fileprivate func runAlone(_ statement: Statement) throws(Failure) {
        parameters.fill(with: statement.values)
        let sent = PQsendQueryParams(
            handle, statement.sql.text, Int32(parameters.count), parameters.types, parameters.pointers,
            parameters.lengths, parameters.formats, 1)
        guard sent == 1 else { throw lost() }
        try flush(until: .now + .seconds(10))
        while let result = try nextResult() {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            if status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK { throw Failure(result: result) }
        }
    }

    private func nextResult() throws(Failure) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            _ = waitForInput(until: .now + .seconds(60))
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        return PQgetResult(handle)
    }
}

import Core

/// The statements of one `read`, on their way to a reader thread.
final class ReadJob: QueuedWork {
    let statements: [Statement]
    let deadline: ContinuousClock.Instant
    private let answer: Answer<[QueryResult]>
    /// Whether a reader began it already and set it aside: then its caller can't leave any more.
    private let isBegun: Bool

    init(_ statements: [Statement], deadline: ContinuousClock.Instant) {
        self.statements = statements
        self.deadline = deadline
        answer = Answer()
        isBegun = false
    }

    /// A job that was begun, for another queue.
    init(continuing job: ReadJob, deadline: ContinuousClock.Instant) {
        statements = job.statements
        self.deadline = deadline
        answer = job.answer
        isBegun = true
    }

    /// Waits for the rows of each statement.
    func results(from queue: WorkQueue<ReadJob>) async throws -> [QueryResult] {
        try await answer.wait { queue.add(self) }
    }

    /// Claims the job. False where its caller has gone: then leave it.
    func begin() -> Bool { isBegun || answer.begin() }
    func succeed(_ results: [QueryResult]) { answer.end(.success(results)) }
    func fail(_ error: StorageError) { answer.end(.failure(error)) }

    func giveUp(_ error: any Error) {
        if isBegun { answer.end(.failure(error)) } else { answer.giveUp(error) }
    }
}

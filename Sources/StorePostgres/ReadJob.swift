import Storage

/// The statements of one `read`, on their way to a reader thread.
final class ReadJob: QueuedWork {
    let statements: [Statement]
    let deadline: ContinuousClock.Instant
    private let answer: PendingResult<[QueryResult]>
    /// Whether a reader has begun it and set it aside: then its caller can no longer give up.
    private let isBegun: Bool

    init(_ statements: [Statement], deadline: ContinuousClock.Instant) {
        self.statements = statements
        self.deadline = deadline
        answer = PendingResult()
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

    /// Claims the job. False if its caller has given up: then skip it.
    func begin() -> Bool { isBegun || answer.begin() }
    func succeed(_ results: [QueryResult]) { answer.end(.success(results)) }
    func fail(_ error: StorageError) { answer.end(.failure(error)) }

    func giveUp(_ error: any Error) {
        if isBegun { answer.end(.failure(error)) } else { answer.giveUp(error) }
    }
}

/// A transaction that waits for a driver's thread: the body, its result, and the caller that waits for it.
///
/// `@unchecked Sendable`, like its subclass: everything is constant except the subclass's result and its aftermath. Only the thread that
/// won `begin` touches those before it calls `succeed` or `fail`, and only the waiting caller after that.
public class TransactionJob: QueuedWork, @unchecked Sendable {
    public let deadline: ContinuousClock.Instant
    /// Whether the body runs outside any transaction (see `Database.executeAlone`).
    public let standsAlone: Bool

    fileprivate init(deadline: ContinuousClock.Instant, standsAlone: Bool) {
        self.deadline = deadline
        self.standsAlone = standsAlone
    }

    /// Claims the job. Returns false if its caller has gone; skip the job then.
    public func begin() -> Bool { preconditionFailure("abstract") }
    /// Runs the body. Call it after `begin`, and once more for each repetition.
    public func run(_ session: any TransactionSession) throws { preconditionFailure("abstract") }
    /// Delivers the result of the last run to the caller. Call it when the commit is durable.
    public func succeed() { preconditionFailure("abstract") }
    /// Delivers an error to the caller. Call it after `begin`.
    public func fail(_ error: any Error) { preconditionFailure("abstract") }
    public func giveUp(_ error: any Error) { preconditionFailure("abstract") }

    /// Adds a transaction to the driver's queue and waits for its result.
    /// - Parameter timeout: the longest wait for its turn.
    /// - Throws: what `body` throws, the driver's `StorageError` (`.timeout` if its turn doesn't come in time, `.unavailable` if the
    ///   queue is full or closed), and `CancellationError` if the task is cancelled before the work began.
    public static func run<Result: Sendable>(
        on queue: WorkQueue<TransactionJob>, timeout: Duration, standsAlone: Bool = false,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let job = BodyJob(body: body, deadline: .now + timeout, standsAlone: standsAlone)
        let result = try await job.answer.wait { queue.add(job) }
        for step in job.aftermath.steps { step() }
        return result
    }
}

private final class BodyJob<Result: Sendable>: TransactionJob, @unchecked Sendable {
    let body: @Sendable (borrowing Transaction) throws -> Result
    let answer = PendingResult<Result>()
    let aftermath = Aftermath()
    var result: Result?

    init(
        body: @escaping @Sendable (borrowing Transaction) throws -> Result, deadline: ContinuousClock.Instant,
        standsAlone: Bool
    ) {
        self.body = body
        super.init(deadline: deadline, standsAlone: standsAlone)
    }

    override func begin() -> Bool { answer.begin() }
    override func run(_ session: any TransactionSession) throws {
        aftermath.forget()
        let transaction = Transaction(session, aftermath)
        result = try body(transaction)
        try transaction.finish()
    }
    override func succeed() {
        if let result { answer.end(.success(result)) }
    }
    override func fail(_ error: any Error) { answer.end(.failure(error)) }
    override func giveUp(_ error: any Error) { answer.giveUp(error) }
}

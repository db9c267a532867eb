/// A transaction that waits for a driver's thread: the body, whatever it returns, and the caller who waits.
///
/// `@unchecked Sendable`, and its subclass: everything is constant but the subclass's result and its aftermath, which only the thread
/// that won `begin` touches before it calls `succeed` or `fail`, and only the waiting caller after that.
public class TransactionJob: QueuedWork, @unchecked Sendable {
    public let deadline: ContinuousClock.Instant
    /// Whether the body is to run outside any transaction (see `Database.executeAlone`).
    public let standsAlone: Bool

    fileprivate init(deadline: ContinuousClock.Instant, standsAlone: Bool) {
        self.deadline = deadline
        self.standsAlone = standsAlone
    }

    /// Claims the job. False where its caller has gone: then leave it.
    public func begin() -> Bool { preconditionFailure("abstract") }
    /// Runs the body. Call it after `begin`, and once more for each repetition.
    public func run(_ session: any TransactionSession) throws { preconditionFailure("abstract") }
    /// Answers with what the body returned last. Call it when the commit is durable.
    public func succeed() { preconditionFailure("abstract") }
    public func fail(_ error: any Error) { preconditionFailure("abstract") }
    public func giveUp(_ error: any Error) { preconditionFailure("abstract") }

    /// Puts a transaction into the driver's queue and waits for its result.
    /// - Parameter patience: how long it may wait for its turn.
    public static func run<Result: Sendable>(
        on queue: WorkQueue<TransactionJob>, patience: Duration, standsAlone: Bool = false,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let job = BodyJob(body: body, deadline: .now + patience, standsAlone: standsAlone)
        let result = try await job.answer.wait { queue.add(job) }
        for step in job.aftermath.steps { step() }
        return result
    }
}

private final class BodyJob<Result: Sendable>: TransactionJob, @unchecked Sendable {
    let body: @Sendable (borrowing Transaction) throws -> Result
    let answer = Answer<Result>()
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
        result = try body(Transaction(session, aftermath))
    }
    override func succeed() {
        if let result { answer.end(.success(result)) }
    }
    override func fail(_ error: any Error) { answer.end(.failure(error)) }
    override func giveUp(_ error: any Error) { answer.giveUp(error) }
}

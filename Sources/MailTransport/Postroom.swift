import Core
import Synchronization

/// A few threads on which transfers block, so that nobody else does.
public final class Postroom: Sendable {
    private let queue = WorkQueue<Errand>(capacity: 100)
    private let threads: [BlockingThread]
    private let conditions: Transfer.Conditions

    /// How long a transfer may go on once the server is being stopped.
    private static let grace = Duration.seconds(5)

    /// - Parameters:
    ///   - width: how many transfers go at once.
    ///   - authorities: a file of certificates (PEM) that are trusted besides the system's.
    public init(width: Int = 10, authorities: String? = nil) {
        let queue = queue
        conditions = Transfer.Conditions(authorities: authorities)
        threads = (0..<width).map { _ in
            BlockingThread(name: "mail") {
                while let errands = queue.take(atMost: 1) { for errand in errands { errand.run() } }
            }
        }
    }

    /// Runs `body` with a transfer to the URL, on a thread of its own.
    func run(
        _ url: String, by deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (Transfer) -> Outbox.Outcome
    ) async -> Outbox.Outcome {
        let conditions = conditions
        let errand = Errand(deadline: deadline) { body(Transfer(url, by: deadline, conditions)) }
        do {
            return try await errand.answer.wait { queue.add(errand) }
        } catch {
            return .postponed(MailReason(.tooManyAtOnce), retryAfter: nil)
        }
    }

    /// Trusts the certificates of another file from the next transfer on.
    public func trust(_ authorities: String?) { conditions.authorities = authorities }

    /// Lets what is under way go on for a few seconds and no longer.
    public func hurry() { conditions.end(by: .now + Self.grace) }

    public func close() async {
        queue.close()
        await BlockingThread.joined(threads)
    }

    private final class Errand: QueuedWork {
        let body: @Sendable () -> Outbox.Outcome
        let deadline: ContinuousClock.Instant
        let answer = Answer<Outbox.Outcome>()

        init(deadline: ContinuousClock.Instant, body: @escaping @Sendable () -> Outbox.Outcome) {
            (self.body, self.deadline) = (body, deadline)
        }

        func run() {
            guard answer.begin() else { return }
            answer.end(.success(body()))
        }

        func giveUp(_ error: any Error) { answer.giveUp(error) }
    }
}

import Core

/// A few threads on which transfers block, so that nobody else does.
public final class Postroom: Sendable {
    private let queue = WorkQueue<Errand>(capacity: 100)
    private let threads: [BlockingThread]

    public init(width: Int = 4) {
        let queue = queue
        threads = (0..<width).map { _ in
            BlockingThread(name: "mail") {
                while let errands = queue.take(atMost: 1) { for errand in errands { errand.run() } }
            }
        }
    }

    /// Runs `body` on a thread of its own.
    func run(_ body: @escaping @Sendable () -> Outbox.Outcome) async -> Outbox.Outcome {
        let errand = Errand(body: body, deadline: .now + Outbox.patience)
        do {
            return try await errand.answer.wait { queue.add(errand) }
        } catch {
            return .postponed("too much mail is being sent at once", retryAfter: nil)
        }
    }

    public func close() async {
        queue.close()
        await BlockingThread.joined(threads)
    }

    private final class Errand: QueuedWork {
        let body: @Sendable () -> Outbox.Outcome
        let deadline: ContinuousClock.Instant
        let answer = Answer<Outbox.Outcome>()

        init(body: @escaping @Sendable () -> Outbox.Outcome, deadline: ContinuousClock.Instant) {
            (self.body, self.deadline) = (body, deadline)
        }

        func run() {
            guard answer.begin() else { return }
            answer.end(.success(body()))
        }

        func giveUp(_ error: any Error) { answer.giveUp(error) }
    }
}

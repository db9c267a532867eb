import Core
import Curl
import Storage
import Synchronization

/// The threads on which mail transfers block.
public final class MailTransfers: Sendable {
    private let queue = WorkQueue<PendingTransfer>(capacity: 100)
    private let threads: [BlockingThread]
    private let conditions: Conditions

    /// The time that transfers have once the server is stopping.
    private static let grace = Duration.seconds(5)

    /// - Parameters:
    ///   - width: the most transfers at once.
    ///   - authorities: a file of certificates (PEM) to trust besides the system's.
    public init(width: Int = 10, authorities: String? = nil) {
        let queue = queue
        conditions = Conditions(authorities: authorities)
        threads = (0..<width).map { _ in
            BlockingThread(name: "mail") {
                while let pending = queue.take(atMost: 1) { for transfer in pending { transfer.run() } }
            }
        }
    }

    /// Runs `body` with a transfer to the URL, on one of the threads.
    /// - Returns: what `body` returns; `.postponed` if a hundred others are waiting already, or the deadline has passed.
    func run(
        _ url: String, by deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (Transfer) -> Outbox.Outcome
    ) async -> Outbox.Outcome {
        let conditions = conditions
        let pending = PendingTransfer(deadline: deadline) {
            body(
                Transfer(url, until: .deadline(deadline), authorities: conditions.authorities) { conditions.isOver })
        }
        do {
            return try await pending.answer.wait { queue.add(pending) }
        } catch {
            return .postponed(MailReason(.tooManyAtOnce), retryAfter: nil)
        }
    }

    /// Trusts the certificates of another file from the next transfer on.
    public func trust(_ authorities: String?) { conditions.authorities = authorities }

    /// Ends transfers after five more seconds.
    public func hurry() { conditions.end(by: .now + Self.grace) }

    /// Waits for transfers under way; none may begin after this.
    public func close() async {
        queue.close()
        await BlockingThread.joined(threads)
    }

    /// What applies to all transfers.
    private final class Conditions: Sendable {
        private let authoritiesInUse: Mutex<String?>
        private let end = Mutex<ContinuousClock.Instant?>(nil)

        init(authorities: String?) { authoritiesInUse = Mutex(authorities) }

        /// A file of certificates, read anew by each transfer.
        var authorities: String? {
            get { authoritiesInUse.withLock { $0 } }
            set { authoritiesInUse.withLock { $0 = newValue } }
        }

        func end(by instant: ContinuousClock.Instant) { end.withLock { $0 = instant } }
        var isOver: Bool { end.withLock { $0.map { $0 <= .now } ?? false } }
    }

    private final class PendingTransfer: QueuedWork {
        let body: @Sendable () -> Outbox.Outcome
        let deadline: ContinuousClock.Instant
        let answer = PendingResult<Outbox.Outcome>()

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

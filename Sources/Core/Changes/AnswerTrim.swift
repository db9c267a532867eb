import Synchronization

/// Decides when a person's kept answers are trimmed to the latest: at the first request with an idempotency key that this server sees of
/// them, and at every hundredth, to keep the cost low.
public final class AnswerTrim: Sendable {
    private let seen = Mutex<[User.ID: Int]>([:])

    public init() {}

    /// Counts a request with a key. True if it is time to trim.
    public func isDue(_ user: User.ID) -> Bool {
        seen.withLock { seen in
            if seen.count > 10_000 { seen = [:] }
            let count = seen[user, default: 0]
            seen[user] = (count + 1) % 100
            return count == 0
        }
    }
}

import Synchronization

/// When the answers that are kept for a person's repetitions are cut to the latest: at the first request with a key that this server
/// sees of them, and at each hundredth, so that it costs little.
public final class AnswerTrim: Sendable {
    private let seen = Mutex<[User.ID: Int]>([:])

    public init() {}

    /// Counts one more request with a key, and says whether it is time.
    public func isDue(_ user: User.ID) -> Bool {
        seen.withLock { seen in
            if seen.count > 10_000 { seen = [:] }
            let count = seen[user, default: 0]
            seen[user] = (count + 1) % 100
            return count == 0
        }
    }
}

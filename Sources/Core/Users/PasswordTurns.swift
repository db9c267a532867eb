import Synchronization

/// Gives accounts turns, so that none keeps the others from their password work: one job of an account is in the queue, one more waits
/// behind it, and further ones are refused.
final class PasswordTurns<Work: Sendable>: Sendable {
    /// By account: the job that waits behind the one in the queue.
    private let queued = Mutex<[String: Work?]>([:])

    enum Place {
        case inQueue
        case behind
        case refused
    }

    /// - Parameter account: always in the same spelling.
    func enter(_ work: Work, of account: String) -> Place {
        queued.withLock { queued in
            switch queued[account] {
            case nil:
                queued[account] = .some(nil)
                return .inQueue
            case .some(nil):
                queued[account] = .some(work)
                return .behind
            case .some(.some): return .refused
            }
        }
    }

    /// Notes that the job in the queue has started or was given up.
    /// - Returns: the job behind it, which now enters the queue.
    func leave(_ account: String) -> Work? {
        queued.withLock { queued in
            guard let next = queued[account], let next else {
                queued[account] = nil
                return nil
            }
            queued[account] = .some(nil)
            return next
        }
    }
}

import Synchronization

/// Takes turns by account, so that no account keeps the others from their password work: one piece of an account is in the queue, one
/// more waits behind it for the queue to come round, and anything beyond that is refused.
final class PasswordTurns<Work: Sendable>: Sendable {
    /// By account: the piece that waits behind the one in the queue.
    private let queued = Mutex<[String: Work?]>([:])

    enum Place {
        case inQueue
        case behind
        case refused
    }

    /// - Parameter account: in one spelling only.
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

    /// That the piece in the queue was begun or given up.
    /// - Returns: the one behind it, whose turn it is to enter the queue.
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

import Synchronization

/// Hands requests from a connection's event loop to its task, one at a time.
final class RequestSlot: Sendable {
    private enum State {
        case empty
        case filled(Request)
        case awaited(CheckedContinuation<Request?, Never>)
        case ended
    }

    private let state = Mutex(State.empty)

    /// Offers the next request, once the one before has its answer.
    func offer(_ request: Request) {
        let task = state.withLock { state -> CheckedContinuation<Request?, Never>? in
            switch state {
            case .awaited(let task):
                state = .empty
                return task
            case .empty, .filled:
                state = .filled(request)
                return nil
            case .ended: return nil
            }
        }
        task?.resume(returning: request)
    }

    /// The connection has ended.
    func end() {
        let task = state.withLock { state -> CheckedContinuation<Request?, Never>? in
            defer { state = .ended }
            if case .awaited(let task) = state { return task }
            return nil
        }
        task?.resume(returning: nil)
    }

    /// The next request; nil once the connection has ended. For one task only.
    func next() async -> Request? {
        await withCheckedContinuation { task in
            let next = state.withLock { state -> Request?? in
                switch state {
                case .filled(let request):
                    state = .empty
                    return request
                case .ended: return .some(nil)
                case .empty, .awaited:
                    state = .awaited(task)
                    return nil
                }
            }
            if let next { task.resume(returning: next) }
        }
    }
}

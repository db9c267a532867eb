import Synchronization

/// One task's wait for a value that a thread will bring. It is answered exactly once: by the thread that began the work, or,
/// while nobody has begun, by whoever gives up (the queue at the deadline, the task when it is cancelled).
public final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case created
        case waiting(CheckedContinuation<Value, any Error>)
        case begun(CheckedContinuation<Value, any Error>)
        case ended(early: (any Error)?)
    }

    private let state = Mutex<State>(.created)

    public init() {}

    /// Waits for the value. `submit` hands the work to its thread. Call it once.
    public func wait(_ submit: () -> Void) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let early: (any Error)? = state.withLock { state in
                    if case .ended(let error) = state { return error ?? CancellationError() }
                    state = .waiting(continuation)
                    return nil
                }
                if let early { continuation.resume(throwing: early) } else { submit() }
            }
        } onCancel: {
            giveUp(CancellationError())
        }
    }

    /// Claims the work for the calling thread. False where the caller has gone: then there is nothing to do.
    public func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return false }
            state = .begun(continuation)
            return true
        }
    }

    /// Answers the caller, by the thread that began the work.
    public func end(_ result: Result<Value, any Error>) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            guard case .begun(let continuation) = state else { return nil }
            state = .ended(early: nil)
            return continuation
        }
        continuation?.resume(with: result)
    }

    /// Answers the caller with an error, unless the work was begun.
    public func giveUp(_ error: any Error) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .created:
                state = .ended(early: error)
                return nil
            case .waiting(let continuation):
                state = .ended(early: error)
                return continuation
            case .begun, .ended:
                return nil
            }
        }
        continuation?.resume(throwing: error)
    }
}

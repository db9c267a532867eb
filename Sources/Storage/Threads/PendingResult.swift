import Synchronization

/// One task's wait for a value from a thread. It is answered exactly once: by the thread that began the work, or, before any thread has
/// begun, by the one that gives up (the queue at the deadline, the task when it is cancelled).
public final class PendingResult<Value: Sendable>: Sendable {
    private enum State {
        case created
        case waiting(CheckedContinuation<Value, any Error>)
        case begun(CheckedContinuation<Value, any Error>)
        case ended(early: (any Error)?)
    }

    private let state = Mutex<State>(.created)

    public init() {}

    /// Waits for the value. `submit` hands the work to its thread. Call it once.
    /// - Throws: the error that the thread ends with, the error given to `giveUp`, or `CancellationError` if the task is cancelled before
    ///   the work began.
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

    /// Claims the work for the calling thread. Returns false if the caller has gone; there is nothing to do then.
    public func begin() -> Bool {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return false }
            state = .begun(continuation)
            return true
        }
    }

    /// Delivers the result. Only the thread that began the work calls it.
    public func end(_ result: Result<Value, any Error>) {
        let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
            guard case .begun(let continuation) = state else { return nil }
            state = .ended(early: nil)
            return continuation
        }
        continuation?.resume(with: result)
    }

    /// Delivers an error to the caller, unless the work has begun.
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

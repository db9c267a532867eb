import Storage
import Synchronization

/// Keeps the threads of one database from hammering an unreachable server: after a failure no thread connects for
/// 100 ms, doubling to 1 s, and then one thread tries while the others still answer with the last error.
final class Backoff: Sendable {
    private struct State {
        var failures = 0
        var notBefore = ContinuousClock.now
        var lastError: StorageError?
        var trying = false
    }

    private let state = Mutex(State())

    /// Asks whether to connect now. Throws the last error while the server is given time. A thread that may connect
    /// reports with `succeeded` or `failed`.
    func permit() throws(StorageError) {
        let refusal: StorageError? = state.withLock { state in
            guard let error = state.lastError else { return nil }
            if state.trying || ContinuousClock.now < state.notBefore { return error }
            state.trying = true
            return nil
        }
        if let refusal { throw refusal }
    }

    func succeeded() {
        state.withLock { $0 = State() }
    }

    func failed(_ error: StorageError) {
        state.withLock { state in
            // Threads that find the server unreachable at the same moment count as one failure.
            if state.trying || state.lastError == nil { state.failures += 1 }
            state.trying = false
            state.lastError = error
            let pause = min(1_000, 100 << min(state.failures - 1, 4))
            state.notBefore = .now + .milliseconds(pause * Int.random(in: 75...125) / 100)
        }
    }
}

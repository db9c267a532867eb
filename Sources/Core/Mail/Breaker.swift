import Synchronization

/// Spares a way that is down: after some failures in a row nothing is sent by it but one letter every half minute, to see
/// whether it is back.
public final class Breaker: LetterTransport {
    private let way: any LetterTransport
    private let runtime: Runtime
    private let state = Mutex(State())

    private struct State {
        var failures = 0
        /// When the next letter may go, while the way is down.
        var probeAt: Instant?
    }

    private static let patience = 3
    private static let pause = Duration.seconds(30)

    public init(_ way: any LetterTransport, runtime: Runtime) { (self.way, self.runtime) = (way, runtime) }

    public var isDown: Bool { state.withLock { $0.probeAt != nil } }

    public var room: Int {
        let now = runtime.now()
        return state.withLock { state in
            guard let probeAt = state.probeAt else { return .max }
            return probeAt <= now ? 1 : 0
        }
    }

    public func send(_ letter: Letter) async -> Outbox.Outcome {
        let now = runtime.now()
        let mayGo = state.withLock { state in
            guard let probeAt = state.probeAt else { return true }
            guard probeAt <= now else { return false }
            state.probeAt = now + Self.pause
            return true
        }
        guard mayGo else { return .postponed("what carries mail is down", retryAfter: nil) }
        let outcome = await way.send(letter)
        state.withLock { state in
            // Asking for a pause is an answer: it is there.
            guard case .postponed(_, retryAfter: nil) = outcome else {
                state = State()
                return
            }
            state.failures += 1
            if state.failures >= Self.patience { state.probeAt = runtime.now() + Self.pause }
        }
        return outcome
    }
}

/// Several ways for mail: the next is tried where the one before is down.
public struct LetterChain: LetterTransport {
    private let ways: [Breaker]

    /// - Parameter ways: at least one; the first is the one to use.
    public init(_ ways: [Breaker]) { self.ways = ways }

    public var room: Int { ways.map(\.room).max() ?? 0 }
    public var isDown: Bool { ways.allSatisfy(\.isDown) }

    public func send(_ letter: Letter) async -> Outbox.Outcome {
        var outcome = Outbox.Outcome.postponed("what carries mail is down", retryAfter: nil)
        for way in ways where way.room > 0 {
            outcome = await way.send(letter)
            guard case .postponed = outcome else { return outcome }
        }
        return outcome
    }
}

import Synchronization

/// Spares a way that is down: after some failures in a row nothing is sent by it but one letter every half minute, to see
/// whether it is back.
public final class Breaker: LetterTransport {
    private let name: String
    private let way: any LetterTransport
    private let runtime: Runtime
    private let state = Mutex(State())

    private struct State {
        var failures = 0
        /// When the next letter may go, while the way is down.
        var probeAt: Instant?
        /// How many letters ended in which way.
        var outcomes: [String: Int] = ["accepted": 0, "postponed": 0, "refused": 0]
    }

    private static let patience = 3
    private static let pause = Duration.seconds(30)

    /// - Parameter name: of the way, for the metrics.
    public init(_ way: any LetterTransport, name: String, runtime: Runtime) {
        (self.way, self.name, self.runtime) = (way, name, runtime)
    }

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
            state.outcomes[outcome.name, default: 0] += 1
            // Asking for a pause is an answer: it is there.
            guard case .postponed(_, retryAfter: nil) = outcome else {
                state.failures = 0
                state.probeAt = nil
                return
            }
            state.failures += 1
            if state.failures >= Self.patience { state.probeAt = runtime.now() + Self.pause }
        }
        return outcome
    }

    var metrics: [Metric] {
        let state = state.withLock { $0 }
        let down = Metric(
            "polier_mail_way_down", "1 while a way for mail is spared because it is down.",
            .gauge(state.probeAt == nil ? 0 : 1), ["way": name])
        return [down]
            + state.outcomes.sorted { $0.key < $1.key }.map { outcome, count in
                Metric(
                    "polier_mail_sendings_total", "Tries to send a mail, by how they ended.",
                    .counter(Double(count)), ["way": name, "outcome": outcome])
            }
    }
}

extension Outbox.Outcome {
    fileprivate var name: String {
        switch self {
        case .accepted: "accepted"
        case .postponed: "postponed"
        case .refused: "refused"
        }
    }
}

/// Several ways for mail: the next is tried where the one before is down.
public struct LetterChain: LetterTransport {
    private let ways: [Breaker]

    /// - Parameter ways: at least one; the first is the one to use.
    public init(_ ways: [Breaker]) { self.ways = ways }

    public var room: Int { ways.map(\.room).max() ?? 0 }
    public var isDown: Bool { ways.allSatisfy(\.isDown) }
    public var metrics: [Metric] { ways.flatMap(\.metrics) }

    public func send(_ letter: Letter) async -> Outbox.Outcome {
        var outcome = Outbox.Outcome.postponed("what carries mail is down", retryAfter: nil)
        for way in ways where way.room > 0 {
            outcome = await way.send(letter)
            guard case .postponed = outcome else { return outcome }
        }
        return outcome
    }
}

public import Storage
import Synchronization

/// A circuit breaker for a mail transport: after some failures in a row it lets only one mail through every 30 seconds, to probe whether
/// the transport is back. A transport that asks for a pause gets it.
public final class Breaker: LetterTransport {
    private let name: String
    private let transport: any LetterTransport
    private let runtime: Runtime
    private let state = Mutex(State())

    private struct State {
        var failures = 0
        /// When the next mail may be sent, while the transport is down.
        var probeAt: Instant?
        /// The number of mails by outcome.
        var outcomes: [String: Int] = [:]
    }

    /// How many failures in a row open the breaker.
    private static let failureThreshold = 3
    static let pause = Duration.seconds(30)
    /// The longest pause that a transport may ask for.
    private static let longestPause = Duration.seconds(3600)

    /// - Parameter name: the transport's name, for the metrics.
    public init(_ transport: any LetterTransport, name: String, runtime: Runtime) {
        (self.transport, self.name, self.runtime) = (transport, name, runtime)
    }

    public var isDown: Bool { state.withLock { $0.probeAt != nil } }

    public var capacity: Int {
        let now = runtime.now()
        return state.withLock { state in
            guard let probeAt = state.probeAt else { return .max }
            return probeAt <= now ? 1 : 0
        }
    }

    public func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        let now = runtime.now()
        let mayGo = state.withLock { state in
            guard let probeAt = state.probeAt else { return true }
            guard probeAt <= now else { return false }
            state.probeAt = now + Self.pause
            return true
        }
        guard mayGo else { return .down(MailReason(.transportDown)) }
        let outcome = await transport.send(letter, by: deadline)
        return state.withLock { state in
            state.outcomes[outcome.name, default: 0] += 1
            switch outcome {
            case .unanswered(let reason):
                state.failures += 1
                guard state.failures >= Self.failureThreshold else { return outcome }
                state.probeAt = runtime.now() + Self.pause
                return .down(reason)
            case .postponed(_, retryAfter: let pause?):
                state.probeAt = runtime.now() + min(pause, Self.longestPause)
            default:
                state.failures = 0
                state.probeAt = nil
            }
            return outcome
        }
    }
    var metrics: [Metric] {
        let state = state.withLock { $0 }
        let down = Metric(
            "polier_mail_way_down", "1 while a mail transport is paused because it is down.",
            .gauge(state.probeAt == nil ? 0 : 1), ["way": name])
        return [down]
            + state.outcomes.sorted { $0.key < $1.key }.map { outcome, count in
                Metric(
                    "polier_mail_sendings_total", "Attempts to send a mail, by outcome.",
                    .counter(Double(count)), ["way": name, "outcome": outcome])
            }
    }
}

extension Outbox.Outcome {
    fileprivate var name: String {
        switch self {
        case .accepted: "accepted"
        case .refused, .withdrawn: "refused"
        case .postponed: "postponed"
        case .unanswered, .down: "unanswered"
        }
    }
}

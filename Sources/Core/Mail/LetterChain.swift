public import Storage

/// Several mail transports: each is the fallback of the one before it.
public struct LetterChain: LetterTransport {
    private let ways: [Breaker]

    /// - Parameter ways: at least one, the preferred one first.
    public init(_ ways: [Breaker]) { self.ways = ways }

    public var room: Int { ways.map(\.room).max() ?? 0 }
    public var isDown: Bool { ways.allSatisfy(\.isDown) }
    public var metrics: [Metric] { ways.flatMap(\.metrics) }

    public func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        var outcome = Outbox.Outcome.down(MailReason(.transportDown))
        let open = ways.filter { $0.room > 0 }
        for (index, way) in open.enumerated() {
            // The remaining time is divided among the transports, so that one that hangs leaves some for the next.
            let now = ContinuousClock.now
            outcome = await way.send(letter, by: now + (deadline - now) / (open.count - index))
            switch outcome {
            case .accepted, .refused, .withdrawn: return outcome
            case .postponed, .unanswered, .down: continue
            }
        }
        return outcome
    }
}

public import Storage

/// Several mail transports: each is the fallback of the one before it.
public struct LetterChain: LetterTransport {
    private let transports: [Breaker]

    /// - Parameter transports: at least one, the preferred one first.
    public init(_ transports: [Breaker]) { self.transports = transports }

    public var capacity: Int { transports.map(\.capacity).max() ?? 0 }
    public var isDown: Bool { transports.allSatisfy(\.isDown) }
    public var metrics: [Metric] { transports.flatMap(\.metrics) }

    public func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        var outcome = Outbox.Outcome.down(MailReason(.transportDown))
        let open = transports.filter { $0.capacity > 0 }
        for (index, transport) in open.enumerated() {
            // The remaining time is divided among the transports, so that one that hangs leaves some for the next.
            let now = ContinuousClock.now
            outcome = await transport.send(letter, by: now + (deadline - now) / (open.count - index))
            switch outcome {
            case .accepted, .refused, .withdrawn: return outcome
            case .postponed, .unanswered, .down: continue
            }
        }
        return outcome
    }
}

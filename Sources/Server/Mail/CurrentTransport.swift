import Core
import Storage
import Synchronization

/// The mail transport in use, which new settings may replace. A mail under way finishes on the one it began with.
final class CurrentTransport: LetterTransport {
    private let current: Mutex<any LetterTransport>

    init(_ transport: any LetterTransport) { current = Mutex(transport) }

    func replace(by transport: any LetterTransport) { current.withLock { $0 = transport } }

    var capacity: Int { current.withLock { $0 }.capacity }
    var metrics: [Metric] { (current.withLock { $0 } as? LetterChain)?.metrics ?? [] }

    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        await current.withLock { $0 }.send(letter, by: deadline)
    }
}

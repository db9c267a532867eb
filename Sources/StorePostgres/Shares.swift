import Storage
import Synchronization

/// What a connection is for.
enum ConnectionUse: CaseIterable {
    case reads, slowReads, transactions
    /// A statement outside of any transaction, and a copy: for as long as it takes.
    case alone
}

/// Distributes connections where the server allows fewer than the pool may have: each use gets one before any has two,
/// and no thread takes work that another's connection could do.
final class Shares: Sendable {
    private struct State {
        var open: [ConnectionUse: Int] = [:]
        /// Uses without a connection that were refused one.
        var starved: Set<ConnectionUse> = []
        /// No thread asks again until then.
        var fullUntil: ContinuousClock.Instant?
        var refusals = 0
        var lastWarning: ContinuousClock.Instant?
        var sinceWarning = 0
    }

    private let state = Mutex(State())
    /// Whether a use has no connection, readable without a lock.
    private let someoneStarves = Atomic(false)
    /// Wakes sleeping threads, so that they check whether to give up their connection.
    private let nudge: @Sendable () -> Void
    private let warn: @Sendable (String) -> Void

    /// How long not to ask after the server has refused a connection.
    private static let pause = Duration.milliseconds(500)
    private static let warnsEvery = Duration.seconds(60)

    /// - Parameter warn: called with a sentence, at most once a minute.
    init(nudge: @escaping @Sendable () -> Void, warn: @escaping @Sendable (String) -> Void) {
        self.nudge = nudge
        self.warn = warn
    }

    /// The number of connections that the server has refused for its limits.
    var refusals: Int { state.withLock { $0.refusals } }

    /// Whether to ask for a connection. Shortly after a refusal, only one thread asks now and then.
    func mayAsk() -> Bool {
        state.withLock { state in
            guard let until = state.fullUntil else { return true }
            guard .now >= until else { return false }
            state.fullUntil = .now + Self.pause
            return true
        }
    }

    func opened(for use: ConnectionUse) {
        state.withLock { state in
            if use != .alone { state.open[use, default: 0] += 1 }
            state.fullUntil = nil
            state.starved.remove(use)
            someoneStarves.store(!state.starved.isEmpty, ordering: .relaxed)
        }
    }

    /// Not for lone connections, which don't count.
    func closed(_ use: ConnectionUse) { state.withLock { $0.open[use, default: 0] -= 1 } }

    /// The server refused a connection for `use`, because of its limits.
    func refused(_ use: ConnectionUse, _ sentence: String) {
        let (starves, warning): (Bool, String?) = state.withLock { state in
            state.refusals += 1
            state.sinceWarning += 1
            state.fullUntil = .now + Self.pause
            let starves = state.open[use, default: 0] == 0
            if starves { state.starved.insert(use) }
            someoneStarves.store(!state.starved.isEmpty, ordering: .relaxed)
            guard state.lastWarning.map({ .now - $0 >= Self.warnsEvery }) ?? true else { return (starves, nil) }
            let open = state.open.values.reduce(0, +)
            defer { (state.lastWarning, state.sinceWarning) = (.now, 0) }
            return (starves, "\(sentence) The \(open) that are open do the work. Refused: \(state.sinceWarning).")
        }
        if starves { nudge() }
        if let warning { warn(warning) }
    }

    /// Whether the caller must close its connection, because another use has none and this one has several.
    func shallGive(_ use: ConnectionUse) -> Bool {
        guard someoneStarves.load(ordering: .relaxed) else { return false }
        return state.withLock { state in
            guard state.open[use, default: 0] > 1, let starved = state.starved.first(where: { $0 != use }) else {
                return false
            }
            // A use that still gets none reports it again.
            state.starved.remove(starved)
            state.fullUntil = nil
            someoneStarves.store(!state.starved.isEmpty, ordering: .relaxed)
            return true
        }
    }
}

import Synchronization

/// The people who called last, by the hashes of their tokens, in this server's memory. What is remembered is only assumed: it is compared
/// with the database before anything of an answer leaves the server (see `Assumption`).
final class RecentActors: Sendable {
    /// How many of those who called last are remembered. There may be twice as many.
    private static let generation = 2_000

    private struct State {
        var young: [[UInt8]: Actor.Record] = [:]
        var old: [[UInt8]: Actor.Record] = [:]

        /// Those who haven't called since the last generation began are forgotten with the next one.
        mutating func add(_ record: Actor.Record, _ tokenHash: [UInt8]) {
            if young.count >= RecentActors.generation { (young, old) = ([:], young) }
            young[tokenHash] = record
        }
    }

    private let state = Mutex(State())

    func record(by tokenHash: [UInt8]) -> Actor.Record? {
        state.withLock { state in
            if let found = state.young[tokenHash] { return found }
            guard let found = state.old[tokenHash] else { return nil }
            state.add(found, tokenHash)
            return found
        }
    }

    /// Remembers what was just read; nil forgets it.
    func remember(_ record: Actor.Record?, by tokenHash: [UInt8]) {
        state.withLock { state in
            guard let record else {
                state.young[tokenHash] = nil
                state.old[tokenHash] = nil
                return
            }
            state.add(record, tokenHash)
        }
    }
}

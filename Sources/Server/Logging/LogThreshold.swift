import Logging
import Synchronization

/// The level from which on a logger writes: the one that is set for all, which may change while the server runs, and no lower than the
/// logger's own.
struct LogThreshold: Sendable {
    /// The level of all loggers that have it.
    final class Shared: Sendable {
        private let index: Atomic<Int>

        init(_ level: Logger.Level) { index = Atomic(Self.index(of: level)) }

        var level: Logger.Level {
            get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
            set { index.store(Self.index(of: newValue), ordering: .relaxed) }
        }

        private static func index(of level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
    }

    var shared = Shared(.info)
    /// Of this logger alone; who traces wants everything.
    var floor = Logger.Level.trace

    var level: Logger.Level {
        let level = shared.level
        return level == .trace ? .trace : max(level, floor)
    }
}

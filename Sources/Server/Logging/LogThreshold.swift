import Logging
import Synchronization

/// The lowest level that a logger writes: the level of all loggers, which may change while the server runs, or the logger's own if that
/// is higher.
struct LogThreshold: Sendable {
    /// The level that several loggers share.
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
    /// This logger's own level; ignored while tracing.
    var floor = Logger.Level.trace

    var level: Logger.Level {
        let level = shared.level
        return level == .trace ? .trace : max(level, floor)
    }
}

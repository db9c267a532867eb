import Foundation
import HummingbirdCore
import Logging
import Synchronization

/// The number of open connections, and its limit.
final class OpenConnections: Sendable {
    let most: Int
    private let count = Atomic<Int>(0)

    init(most: Int) { self.most = most }

    /// Files kept for the database, its log, mail, and the program itself.
    private static let reserve = 256
    private static let mostEver = 10_000

    /// As many as leave enough files for everything else.
    convenience init() { self.init(most: Self.most(openFiles: Self.openFiles)) }

    /// - Parameter openFiles: the process's limit of open files.
    static func most(openFiles: Int) -> Int { min(mostEver, max(openFiles / 2, openFiles - reserve)) }

    private static var openFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    var isFull: Bool { count.load(ordering: .relaxed) >= most }

    /// Whether more than half are taken; idle connections are then closed earlier.
    var isCrowded: Bool { count.load(ordering: .relaxed) > most / 2 }

    /// Counts one more, and returns the number of open connections.
    func opened() -> Int { count.add(1, ordering: .relaxed).newValue }
    func closed() { count.subtract(1, ordering: .relaxed) }
}

/// Accepts no connections beyond the limit; others wait in the kernel's queue. (A process that can't open another file can't reach its
/// database either.)
struct ConnectionLimit: AvailableConnectionsDelegate {
    private let connections: OpenConnections
    private let logger: Logger
    private var lastWarning: ContinuousClock.Instant?

    init(_ connections: OpenConnections, logger: Logger) { (self.connections, self.logger) = (connections, logger) }

    mutating func connectionOpened() {
        let open = connections.opened()
        let now = ContinuousClock.now
        if open == connections.most, lastWarning.map({ now - $0 > .seconds(60) }) ?? true {
            lastWarning = now
            logger.warning("\(open) connections are open, which is the limit: others wait")
        }
    }

    mutating func connectionClosed() { connections.closed() }

    func isAcceptingNewConnections() -> Bool { !connections.isFull }
}

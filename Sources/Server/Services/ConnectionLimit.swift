import Foundation
import HummingbirdCore
import Logging

/// Accepts only as many connections at once as leave files for everything else; others wait in the kernel's queue. (A process
/// that can't open another file can't reach its database either.)
struct ConnectionLimit: AvailableConnectionsDelegate {
    private let most: Int
    private let logger: Logger
    private var open = 0
    private var lastWarning: ContinuousClock.Instant?

    /// For the database, its log, mail, and this program's own files.
    private static let reserve = 256
    private static let mostEver = 10_000

    init(logger: Logger) {
        most = Self.most(openFiles: Self.openFiles)
        self.logger = logger
    }

    /// - Parameter openFiles: how many this process may have.
    static func most(openFiles: Int) -> Int { min(mostEver, max(openFiles / 2, openFiles - reserve)) }

    private static var openFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    mutating func connectionOpened() {
        open += 1
        let now = ContinuousClock.now
        if open == most, lastWarning.map({ now - $0 > .seconds(60) }) ?? true {
            lastWarning = now
            logger.warning("\(open) connections are open, which is all that may be: others wait")
        }
    }

    mutating func connectionClosed() { open -= 1 }

    func isAcceptingNewConnections() -> Bool { open < most }
}

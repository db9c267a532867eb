import Storage

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A thread's slot for one connection, which is opened when first needed and reopened after a loss.
final class ConnectionSlot {
    private let connector: Connector
    private let use: ConnectionUse
    private var current: Connection?

    init(_ connector: Connector, for use: ConnectionUse) {
        self.connector = connector
        self.use = use
    }

    deinit { close() }

    /// A connection that is still open, as far as its socket shows.
    func connection() throws(StorageError) -> Connection {
        if let good { return good }
        do throws(NoConnection) {
            let fresh = try connector.open(for: use)
            current = fresh
            return fresh
        } catch {
            throw error.error
        }
    }

    func close() {
        guard current != nil else { return }
        current = nil
        connector.shares.closed(use)
    }

    /// Takes waiting work as soon as this thread can do some: where the server allows no more connections, the work
    /// is left to the threads that have one. Nil once the queue is closed and empty. Blocks.
    func take<Work>(atMost limit: Int, from queue: WorkQueue<Work>) -> [Work]? {
        while true {
            let awakening = queue.wait()
            if case .closed = awakening { return nil }
            if connector.shares.shallGive(use) { close() }
            guard case .work = awakening else { continue }
            if canWork { return queue.takeWaiting(atMost: limit) }
            queue.passOn()
            usleep(Self.pause)
        }
    }

    /// Microseconds for which a thread without a connection leaves the work to others.
    private static let pause: UInt32 = 50_000

    /// Whether there is a connection, or an error to report to the waiting callers. Not if the server is only at its
    /// limit.
    private var canWork: Bool {
        if good != nil { return true }
        if !connector.shares.mayAsk() { return false }
        do throws(NoConnection) {
            current = try connector.open(for: use)
            return true
        } catch {
            guard case .full = error else { return true }
            return false
        }
    }

    private var good: Connection? {
        if let current, current.isIdle, !current.isStale { return current }
        close()
        return nil
    }
}

import CPostgres
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Asks the server to cancel the statement a connection is running. libpq does that over a separate connection and
/// waits without a limit, so it runs on its own thread.
final class CancelRequest: Sendable {
    private let delivered = Atomic(false)

    /// `@unchecked Sendable`: libpq's copy of the connection's address, made for this purpose. The one
    /// thread that gets it frees it.
    private struct Ticket: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    init(for connection: Connection) {
        guard let pointer = PQgetCancel(connection.handle) else { return }
        let ticket = Ticket(pointer: pointer)
        _ = BlockingThread(name: "db cancel") { [self] in
            pthread_detach(pthread_self())
            var words: [CChar] = Array(repeating: 0, count: 256)
            let sent = PQcancel(ticket.pointer, &words, Int32(words.count))
            PQfreeCancel(ticket.pointer)
            delivered.store(sent == 1, ordering: .releasing)
        }
    }

    /// Whether the server accepted the request, so that it can't hit a later statement of the connection.
    func isDelivered(until end: ContinuousClock.Instant) -> Bool {
        while !delivered.load(ordering: .acquiring) {
            guard .now < end else { return false }
            usleep(1_000)
        }
        return true
    }
}

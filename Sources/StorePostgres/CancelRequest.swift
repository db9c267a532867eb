import CPostgres
import Core
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Asks the server to end what a connection runs. libpq does that over a connection of its own and waits for it without
/// a limit, so it has a thread of its own.
final class CancelRequest: Sendable {
    private let delivered = Atomic(false)

    /// `@unchecked Sendable`: the copy of the connection's address that libpq makes for this very purpose. The one
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

    /// Whether the server took the request, so that it can't hit what the connection runs later.
    func isDelivered(until end: ContinuousClock.Instant) -> Bool {
        while !delivered.load(ordering: .acquiring) {
            guard .now < end else { return false }
            usleep(1_000)
        }
        return true
    }
}

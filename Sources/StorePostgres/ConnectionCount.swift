import Synchronization

/// How many connections there are, and how many of them are in use.
final class ConnectionCount: Sendable {
    let open = Atomic(0)
    let busy = Atomic(0)
}

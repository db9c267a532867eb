import Core

/// A thread's place for one connection: opened when first needed, and anew after it was lost.
final class Line {
    private let connector: Connector
    private var current: Connection?

    init(_ connector: Connector) { self.connector = connector }

    /// A connection that is, as far as its socket tells, still good.
    func connection() throws(StorageError) -> Connection {
        if let current {
            if current.isIdle && !current.isStale { return current }
            close()
        }
        let fresh = try connector.open()
        current = fresh
        return fresh
    }

    func close() { current = nil }
}

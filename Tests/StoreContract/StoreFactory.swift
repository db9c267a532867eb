public import Core

/// What a driver's tests bring to the contract: stores to try it on.
public protocol StoreFactory: Sendable {
    /// A new and empty store of its own.
    func makeEmpty() async throws -> any EmptyStore
}

/// A place for data (a file, a server's database) that was empty when it was made.
public protocol EmptyStore: Sendable {
    /// Opens the store; each call opens it once more, as another server would. The caller closes what it opened.
    /// - Parameter patience: how long work may wait for its turn.
    func open(patience: Duration) async throws -> any BulkDatabase

    /// Removes it with everything in it, once all that was opened is closed.
    func remove() async throws
}

extension EmptyStore {
    public func open() async throws -> any BulkDatabase { try await open(patience: .seconds(20)) }
}

public import Storage

/// What a driver's tests contribute to the contract: stores to run it on.
public protocol StoreFactory: Sendable {
    /// A new and empty store of its own.
    func makeEmpty() async throws -> any EmptyStore
}

/// A place for data (a file, a server's database), empty when it is created.
public protocol EmptyStore: Sendable {
    /// Opens the store; each call opens it again, as another server would. The caller closes it.
    /// - Parameter waitTimeout: how long work may wait in the queue before it fails.
    func open(waitTimeout: Duration) async throws -> any BulkDatabase

    /// Removes it with everything in it, once all that was opened is closed.
    func remove() async throws
}

extension EmptyStore {
    public func open() async throws -> any BulkDatabase { try await open(waitTimeout: .seconds(20)) }
}

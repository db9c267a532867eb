public import Storage
import Synchronization

/// Admits changes in a company until its founder's time to confirm their email address has run out. The company is read-only then.
public final class ProofGate: Sendable {
    private let database: any Database
    private let runtime: Runtime
    private let isClosed: Bool
    /// Companies that need no confirmation, and never will again.
    private let proven = Mutex<Set<Company.ID>>([])

    /// - Parameter provesAddresses: whether founders must confirm their addresses on this server; otherwise every change is admitted.
    public init(_ database: any Database, provesAddresses: Bool, runtime: Runtime) {
        (self.database, isClosed, self.runtime) = (database, provesAddresses, runtime)
    }

    /// Checks that the company isn't read-only.
    /// - Throws: `CompanyRefusal.readOnly`; `StorageError`.
    public func admit(_ scope: CompanyScope) async throws {
        let company = scope.company
        guard isClosed, !proven.withLock({ $0.contains(company) }) else { return }
        guard let since = try await database.fetch(UnprovenFounder.since(company)).first else {
            return proven.withLock { proven in
                if proven.count >= 10_000 { proven = [] }
                proven.insert(company)
            }
        }
        guard runtime.now() < since + UnprovenFounder.grace else { throw Refusal(CompanyRefusal.readOnly) }
    }
}

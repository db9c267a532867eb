import Synchronization

/// Admits changes in a company, unless its founder should long have proven their e-mail address: it is read-only then.
public final class ProofGate: Sendable {
    private let database: any Database
    private let runtime: Runtime
    private let isClosed: Bool
    /// Companies that need no proof: none ever needs it again.
    private let proven = Mutex<Set<Company.ID>>([])

    /// - Parameter provesAddresses: whether founders prove their addresses here; otherwise all is admitted.
    public init(_ database: any Database, provesAddresses: Bool, runtime: Runtime) {
        (self.database, isClosed, self.runtime) = (database, provesAddresses, runtime)
    }

    /// Throws `CompanyRefusal.readOnly`.
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

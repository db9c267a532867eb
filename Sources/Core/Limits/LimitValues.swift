public import Storage
import Synchronization

/// The limits that operators set for single companies, cached for at most `age`: for limits that are checked at each request.
public final class LimitValues: Sendable {
    /// How long a value is used before it is read again.
    public static let age = Duration.seconds(30)

    private let database: any Database
    private let runtime: Runtime
    private let known = Mutex<[Company.ID: (values: [Limit: Int64], readAt: Instant)]>([:])

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// The values set for a company; a limit that is missing has its standard.
    /// - Throws: the database's `StorageError`.
    func values(of company: Company.ID) async throws -> [Limit: Int64] {
        let now = runtime.now()
        if let found = known.withLock({ $0[company] }), found.readAt <= now, now < found.readAt + Self.age {
            return found.values
        }
        let rows = try await database.fetch(Limit.values(of: company))
        let values = Limit.values(rows)
        known.withLock { known in
            known[company] = (values, now)
            // Drops the values of companies that haven't asked for a while.
            if known.count > 10_000 { known = known.filter { now < $0.value.readAt + Self.age } }
        }
        return values
    }
}

extension Limit {
    static func values(_ rows: [(limit: Limit?, value: Int64)]) -> [Limit: Int64] {
        Dictionary(rows.compactMap { row in row.limit.map { ($0, $0.value(row.value)) } }) { $1 }
    }

    /// The limit is nil if only a newer server knows its name.
    static func values(of company: Company.ID) -> Query<(limit: Limit?, value: Int64)> {
        Query("SELECT l.name, l.value FROM company_limits l WHERE l.company_id = $1", company) { row in
            (Limit(rawValue: try row.next()), try row.next())
        }
    }
}

public import Storage

/// How many of the companies and people created before a backup a database holds. A restored backup must hold at least as many as the
/// database, because people and companies disappear only when a company is erased.
public struct BackedUp: Sendable, Equatable {
    public let companies: Int64
    public let people: Int64

    /// Counts what was created before the instant, by ids, which begin with their time of creation.
    /// - Throws: the database's `StorageError`.
    public init(in database: any Database, before moment: Instant) async throws {
        let first = ID<Company>(at: moment, hash: [UInt8](repeating: 0, count: 10)).text
        let (companies, people) = try await database.fetch(
            Query<Int64>("SELECT COUNT(*) FROM companies c WHERE c.id < $1", first) { try $0.next() },
            Query<Int64>("SELECT COUNT(*) FROM users u WHERE u.id < $1", first) { try $0.next() })
        (self.companies, self.people) = (companies.first ?? 0, people.first ?? 0)
    }

    /// - Throws: a `CopyRefusal` that names the numbers, if the backup holds fewer companies or people than `database`.
    public func check(against database: BackedUp) throws {
        guard companies >= database.companies, people >= database.people else {
            throw CopyRefusal(
                """
                the backup holds \(companies) companies and \(people) people, and the database has \(database.companies) and \
                \(database.people) from before it was taken: it is of another database, or isn't whole
                """)
        }
    }
}

import Storage
import Synchronization

/// Selects the mails that a server sends next: first the links that a person is waiting for in front of a screen, then one mail of each
/// company in turn, then the longest due. So a company's thousand invitations delay no other company by more than one batch.
///
/// The cost doesn't grow with a company's queue: each company costs one step in an index.
final class OutboxTurns: Sendable {
    /// The company that was served last. The turns go on with the next greater id, and after the greatest with the smallest.
    private let last = Mutex("")

    /// - Returns: at most `count` mails, in the order in which they are to be sent.
    /// - Throws: the database's `StorageError`.
    func next(_ count: Int, from database: any Database, now: Instant) async throws -> [DueMail.Key] {
        let last = last.withLock { $0 }
        let limit = Int64(count)
        let (awaited, later, first, oldest) = try await database.fetch(
            DueMail.awaited(now, limit), DueMail.turns(after: last, now, limit),
            DueMail.turns(after: "", now, limit), DueMail.oldest(now, limit))
        let turns = later + first.filter { $0.company.text <= last }
        var chosen: [DueMail.Key] = []
        for key in awaited + turns + oldest where chosen.count < count && !chosen.contains(key) { chosen.append(key) }
        if let served = turns.last(where: chosen.contains) { self.last.withLock { $0 = served.company.text } }
        return chosen
    }
}

extension DueMail {
    /// Identifies a mail.
    struct Key: Sendable, Equatable {
        let company: Company.ID
        let mail: Mail.ID

        init(_ row: inout Row) throws {
            company = try row.next()
            mail = try row.next()
        }
    }

    private static let awaitedKinds = SQL(
        unchecked: Mail.Kind.allCases.filter(\.isAwaited).map { "'\($0.rawValue)'" }.joined(separator: ", "))

    private static let byKind: SQL = """
        SELECT m.company_id, m.id FROM mails m WHERE m.kind IN (\(awaitedKinds)) AND m.due_at <= $1 ORDER BY m.due_at LIMIT $2
        """

    private static let byAge: SQL = """
        SELECT m.company_id, m.id FROM mails m WHERE m.due_at <= $1 ORDER BY m.due_at LIMIT $2
        """

    /// The most companies with waiting mail that are considered for one batch.
    private static let most: SQL = "1000"

    private static let next: SQL = """
        SELECT m.company_id FROM mails m WHERE m.due_at > 0 AND m.company_id
        """

    /// Steps from company to company in the index, whether their mail is due or waits for its next attempt.
    private static let byCompany: SQL = """
        WITH RECURSIVE turns (company_id, step) AS (
            SELECT (\(next) > $1 ORDER BY m.company_id LIMIT 1), 1
            UNION ALL
            SELECT (\(next) > turns.company_id ORDER BY m.company_id LIMIT 1), turns.step + 1
            FROM turns WHERE turns.company_id IS NOT NULL AND turns.step < \(most)
        )
        SELECT t.company_id, t.id FROM (
            SELECT turns.company_id, (
                SELECT m.id FROM mails m WHERE m.company_id = turns.company_id AND m.due_at <= $2
                    AND m.kind NOT IN (\(awaitedKinds)) ORDER BY m.due_at LIMIT 1
            ) AS id FROM turns WHERE turns.company_id IS NOT NULL) t
        WHERE t.id IS NOT NULL ORDER BY t.company_id LIMIT $3
        """

    /// The mails with links that a person is waiting for, the longest due first.
    static func awaited(_ now: Instant, _ limit: Int64) -> Query<Key> { Query(byKind, now, limit, row: Key.init) }

    /// The longest due mail of each company, other than those that a person is waiting for, in the order of the companies' ids.
    static func turns(after company: String, _ now: Instant, _ limit: Int64) -> Query<Key> {
        Query(byCompany, company, now, limit, row: Key.init)
    }

    static func oldest(_ now: Instant, _ limit: Int64) -> Query<Key> { Query(byAge, now, limit, row: Key.init) }

    /// Claims a mail that is still due, and postpones it so that no other server claims it before the lease expires. It takes no scope:
    /// the server sends for all companies.
    static func claim(_ key: Key, _ owner: String, now: Instant, leaseUntil: Instant) -> Query<Mail.ID> {
        Query(
            """
            UPDATE mails SET owner = $3, due_at = $4, attempts = attempts + 1
            WHERE company_id = $1 AND id = $2 AND due_at <= $5 RETURNING id
            """,
            key.company, key.mail, owner, leaseUntil, now
        ) { try $0.next() }
    }
}

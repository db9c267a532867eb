public import Storage

/// A company as operators see it: its size, and whether it is still in use.
public struct CompanySummary: Sendable {
    public let id: Company.ID
    public let name: String
    public let siteCount: Int
    public let userCount: Int
    public let createdAt: Instant
    public let suspendedAt: Instant?
    /// The latest sign-in or use of a session (to the hour), or the latest audit entry. Nil if there is neither.
    public let lastActiveAt: Instant?

    package init(
        id: Company.ID, name: String, siteCount: Int, userCount: Int, createdAt: Instant, suspendedAt: Instant?,
        lastActiveAt: Instant?
    ) {
        (self.id, self.name, self.siteCount, self.userCount) = (id, name, siteCount, userCount)
        (self.createdAt, self.suspendedAt, self.lastActiveAt) = (createdAt, suspendedAt, lastActiveAt)
    }
}

extension Companies {
    /// All companies as operators see them, in order of creation.
    /// - Throws: `AccessRefusal.roleForbids` if the actor isn't an operator; `StorageError`.
    public func summaries(
        _ page: PageRequest<Company.ID>, as actor: Actor
    ) async throws -> Page<CompanySummary, Company.ID> {
        try actor.check(.listCompanies)
        return try await summaries(page)
    }

    /// The same without an actor: for callers with direct access to the database.
    /// - Throws: `StorageError`.
    package func summaries(_ page: PageRequest<Company.ID>) async throws -> Page<CompanySummary, Company.ID> {
        Page(try await database.fetch(CompanySummary.list(page).page), of: page, key: \.id)
    }

    /// The companies that a text may mean: an id, the email address of one of its people, or its exact name.
    /// - Throws: `StorageError`.
    public func find(_ text: String) async throws -> [CompanySummary] {
        var found: [Company.ID] = []
        if let id = Company.ID(text) {
            found = [id]
        } else if let email = EmailAddress(text) {
            found = try await database.fetch(User.signingIn(email, now: runtime.now())).map(\.user.companyID)
        } else {
            return try await named(text)
        }
        var companies: [CompanySummary] = []
        for id in found where id != Company.platform {
            companies += try await database.fetch(CompanySummary.one(id))
        }
        return companies
    }

    /// Scans all companies: no index serves a search by name.
    private func named(_ name: String) async throws -> [CompanySummary] {
        var (found, next): ([CompanySummary], Company.ID?) = ([], nil)
        repeat {
            let page = try await summaries(.init(limit: PageRequest<Company.ID>.largest, after: next))
            found += page.items.filter { $0.name == name }
            next = page.next
        } while next != nil && found.count < 10
        return found
    }
}

extension CompanySummary {
    private static let selection: SQL = """
        SELECT c.id, c.name,
            (SELECT COUNT(*) FROM sites s WHERE s.company_id = c.id AND s.removed_at IS NULL AND s.kind = 'SITE'),
            (SELECT COUNT(*) FROM users u WHERE u.company_id = c.id AND u.removed_at IS NULL),
            c.created_at, c.suspended_at, (SELECT MAX(s.last_used_at) FROM sessions s WHERE s.company_id = c.id), (
                SELECT a.at FROM audit_entries a WHERE a.company_id = c.id
                ORDER BY a.company_id DESC, a.id DESC LIMIT 1)
        FROM companies c
        """

    private static let byID: SQL = "\(selection) WHERE c.id = $1"
    private static let page: SQL = "\(selection) WHERE c.id > $1 ORDER BY c.id LIMIT $2"

    fileprivate static func one(_ id: Company.ID) -> Query<CompanySummary> {
        Query(byID, id, row: CompanySummary.init)
    }

    /// The operators' company has the lowest id: every page begins after it.
    fileprivate static func list(_ page: PageRequest<Company.ID>) -> Query<CompanySummary> {
        Query(
            Self.page, max(page.after ?? Company.platform, Company.platform), page.fetchLimit, row: CompanySummary.init)
    }

    private init(_ row: inout Row) throws {
        (id, name) = (try row.next(), try row.next())
        (siteCount, userCount) = (Int(try row.next() as Int64), Int(try row.next() as Int64))
        (createdAt, suspendedAt) = (try row.next(), try row.next())
        let (used, changed): (Instant?, Instant?) = (try row.next(), try row.next())
        lastActiveAt = [used, changed].compactMap(\.self).max()
    }
}

import Storage

extension APIToken {
    /// Reads from the token to its maker, even if SQLite's statistics are of a time when there were few people (see `TimeEntry`).
    private static let byToken: SQL = """
        SELECT t.id, t.name, t.scopes, t.last_used_at, t.expires_at, \(User.columns),
            (SELECT c.suspended_at FROM companies c WHERE c.id = t.company_id), \(Factor.demanded)
        FROM api_tokens t CROSS JOIN users u
        WHERE u.company_id = t.company_id AND u.id = t.user_id AND t.token_hash = $1 AND u.removed_at IS NULL
            AND u.status = 'ACTIVE'
        """

    private static let selection: SQL = """
        SELECT t.id, t.name, t.scopes, t.user_id, u.first_name, u.last_name, t.created_at, t.last_used_at, t.expires_at
        FROM api_tokens t CROSS JOIN users u WHERE u.company_id = t.company_id AND u.id = t.user_id
        """

    private static let ofCompany: SQL = """
        \(selection) AND t.company_id = $1 AND t.id < $3 ORDER BY t.company_id DESC, t.id DESC LIMIT $2
        """

    private static let ofUser: SQL = "\(selection) AND t.company_id = $1 AND t.user_id = $2 ORDER BY t.id DESC"

    /// The person for whom a token acts, and when it expires. No scope: scopes come from the actor that this creates.
    /// - Parameter session: an id for the actor, since a token has no session.
    static func actor(tokenHash: [UInt8], session: Session.ID, now: Instant) -> Query<
        (actor: Actor, expiresAt: Instant)
    > {
        Query(byToken, tokenHash) { row in
            let (id, name): (ID, String) = (try row.next(), try row.next())
            let scopes = Set(Self.scopes(stored: try row.next()))
            let (lastUsedAt, expiresAt): (Instant?, Instant) = (try row.next(), try row.next())
            let grant = Grant(id: id, name: name, scopes: scopes, lastUsedAt: lastUsedAt)
            var actor = Actor(with: grant, of: try User(&row, now: now), session: session)
            actor.isSuspended = try row.next() as Instant? != nil
            actor.demandedFactors = try row.next()
            return (actor, expiresAt)
        }
    }

    /// Newest first, expired ones included.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<APIToken> {
        Query(ofCompany, scope.company, page.fetchLimit, page.after?.text ?? "g", row: APIToken.init)
    }

    /// Those that a person made, newest first.
    static func all(of user: User) -> Query<APIToken> {
        Query(ofUser, user.companyID, user.id, row: APIToken.init)
    }

    private init(_ row: inout Row) throws {
        (id, name) = (try row.next(), try row.next())
        scopes = Self.scopes(stored: try row.next())
        user = try row.next()
        userName = "\(try row.next() as String) \(try row.next() as String)"
        (createdAt, lastUsedAt, expiresAt) = (try row.next(), try row.next(), try row.next())
    }

    /// Exact while the transaction holds the company's row.
    static func count(in scope: CompanyScope) -> Query<Int64> {
        Query("SELECT COUNT(*) FROM api_tokens t WHERE t.company_id = $1", scope.company) { try $0.next() }
    }

    /// Inserts nothing if its maker may no longer make one.
    func insert(hash: [UInt8], in scope: CompanyScope) -> Statement {
        Statement(
            """
            INSERT INTO api_tokens (company_id, id, user_id, name, token_hash, scopes, created_at, expires_at)
            SELECT u.company_id, $3, u.id, $4, $5, $6, $7, $8 FROM users u
            WHERE u.company_id = $1 AND u.id = $2 AND u.status = 'ACTIVE' AND u.removed_at IS NULL AND u.role = 'MANAGER'
            """,
            scope.company, user, id, name, hash, scopes.map(\.rawValue).joined(separator: " "), createdAt, expiresAt)
    }

    /// Ends a token.
    /// - Returns: who made it, and its name; nothing if there is none.
    static func end(_ id: ID, in scope: CompanyScope) -> Query<(user: User.ID, name: String)> {
        Query(
            "DELETE FROM api_tokens WHERE company_id = $1 AND id = $2 RETURNING user_id, name", scope.company, id
        ) { (try $0.next(), try $0.next()) }
    }

    static func endExpired(in scope: CompanyScope, now: Instant) -> Statement {
        Statement("DELETE FROM api_tokens WHERE company_id = $1 AND expires_at <= $2", scope.company, now)
    }

    /// Ends all tokens that a person made.
    static func endAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM api_tokens WHERE company_id = $1 AND user_id = $2", company, user)
    }

    /// Notes a token's use, unless one was noted within the hour.
    static func use(_ id: ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE api_tokens SET last_used_at = $3
            WHERE company_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at <= $4)
            """,
            company, id, now, now - useInterval)
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM api_tokens WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM api_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """, grace: grace)
}

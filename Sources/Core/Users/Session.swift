import Crypto

/// A sign-in that lasts: a random token that the person keeps, and its hash in the database.
public struct Session: Sendable {
    public typealias ID = Core.ID<Session>

    /// How long a session lasts after the sign-in.
    public static let lifetime = Duration.seconds(30 * 24 * 3600)

    public let id: ID
    /// The browser or program that signed in, as it names itself.
    public let userAgent: String?
    public let createdAt: Instant
    public let expiresAt: Instant

    package init(
        id: ID, userAgent: String?, createdAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.userAgent = userAgent
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// 256 random bits in hexadecimal, shown once. Only its SHA-256 is kept: with so much chance in it, no salt is needed.
public struct Token: Sendable {
    public let text: String
    let hash: [UInt8]

    package init(_ runtime: Runtime) {
        let bytes = runtime.randomBytes(32)
        text = bytes.hexadecimal
        hash = Self.hash(of: text)
    }

    /// The hash of a token as it was sent. Nil where it can't be one of ours.
    static func hash(sent text: Substring) -> [UInt8]? {
        text.utf8.count == 64 ? hash(of: text) : nil
    }

    private static func hash(of text: some StringProtocol) -> [UInt8] {
        var hasher = SHA256()
        var text = String(text)
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return Array(hasher.finalize())
    }
}

extension Session {
    private static let byToken: SQL = """
        SELECT s.id, \(User.columns)
        FROM sessions s JOIN users u ON u.company_id = s.company_id AND u.id = s.user_id
        WHERE s.token_hash = $1 AND s.expires_at > $2 AND u.status = 'ACTIVE' AND u.removed_at IS NULL
        """

    private static let ofUser: SQL = """
        SELECT s.id, s.user_agent, s.created_at, s.expires_at FROM sessions s
        WHERE s.company_id = $1 AND s.user_id = $2 AND s.expires_at > $3 AND s.id < $5
        ORDER BY s.company_id DESC, s.user_id DESC, s.id DESC LIMIT $4
        """

    /// Who holds a token. No scope: this is what makes one.
    static func actor(tokenHash: [UInt8], now: Instant) -> Query<Actor> {
        Query(byToken, tokenHash, now) { row in Actor(session: try row.next(), user: try User(&row)) }
    }

    /// Newest first.
    static func list(_ user: User, _ page: PageRequest<ID>, now: Instant) -> Query<Session> {
        Query(ofUser, user.companyID, user.id, now, page.fetchLimit, page.after?.text ?? "g", row: Session.init)
    }

    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), userAgent: try row.next(), createdAt: try row.next(), expiresAt: try row.next())
    }

    /// Begins a session where the person may still sign in with the password that was checked.
    static func insert(
        _ id: ID, of user: User, passwordHash: String, tokenHash: [UInt8], userAgent: String?, now: Instant,
        expiresAt: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO sessions (company_id, id, user_id, token_hash, user_agent, created_at, expires_at)
            SELECT u.company_id, $2, u.id, $4, $5, $6, $7 FROM users u
            WHERE u.company_id = $1 AND u.id = $3 AND u.status = 'ACTIVE' AND u.removed_at IS NULL
                AND u.password_hash = $8
            """,
            user.companyID, id, user.id, tokenHash, userAgent, now, expiresAt, passwordHash)
    }

    static func endExpired(of user: User, now: Instant) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND expires_at <= $3", user.companyID, user.id,
            now)
    }

    /// Makes room for one more.
    static func endOldest(of user: User) -> Statement {
        Statement(
            """
            DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND id IN (
                SELECT s.id FROM sessions s WHERE s.company_id = $1 AND s.user_id = $2
                ORDER BY s.company_id DESC, s.user_id DESC, s.id DESC LIMIT 1000 OFFSET $3)
            """,
            user.companyID, user.id, Limit.sessions.standard - 1)
    }

    /// No scope: who holds the token may end its session.
    static func end(tokenHash: [UInt8]) -> Statement {
        Statement("DELETE FROM sessions WHERE token_hash = $1", tokenHash)
    }

    static func end(_ id: ID, of user: User) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND id = $2 AND user_id = $3", user.companyID, id, user.id)
    }

    /// Ends all sessions of a person.
    /// - Parameter kept: the one that goes on, if any.
    static func endAll(of user: User.ID, in company: Company.ID, but kept: ID? = nil) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND id <> $3", company, user,
            kept?.text ?? "")
    }
}

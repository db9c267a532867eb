public import Storage

/// A browser that has signed in to an account before. Its cookie holds a random token, and each account that it signed in to keeps the
/// token's hash. Strangers' guesses don't count against the browser, and its own guesses are counted separately (OWASP, "device cookies").
public struct KnownBrowser: Sendable {
    /// How long a browser stays known without another sign-in: as long as browsers keep a cookie (RFC 6265bis, section 5.5).
    public static let lifetime = Duration.seconds(400 * 24 * 3600)
    /// How many browsers an account knows at most. The one whose last sign-in is oldest is forgotten first.
    static let most: Int64 = 10

    public let createdAt: Instant
    /// The last sign-in.
    public let usedAt: Instant

    package init(createdAt: Instant, usedAt: Instant) { (self.createdAt, self.usedAt) = (createdAt, usedAt) }

    /// The account with this address, if it knows the browser. No scope: no one is signed in yet.
    static func known(_ hash: [UInt8], to email: EmailAddress, now: Instant) -> Query<User.ID> {
        Query(
            """
            SELECT u.id FROM users u JOIN known_browsers b ON b.company_id = u.company_id AND b.user_id = u.id
            WHERE u.email_folded = $1 AND b.token_hash = $2 AND b.expires_at > $3
            """,
            email.folded, hash, now
        ) { try $0.next() }
    }

    /// Any account that knows the browser, which shows that the token was issued by us. No scope: the token is enough.
    static func any(_ hash: [UInt8], now: Instant) -> Query<User.ID> {
        Query("SELECT b.user_id FROM known_browsers b WHERE b.token_hash = $1 AND b.expires_at > $2 LIMIT 1", hash, now)
        {
            try $0.next()
        }
    }

    static func all(of user: User) -> Query<KnownBrowser> {
        Query(
            """
            SELECT b.created_at, b.used_at FROM known_browsers b WHERE b.company_id = $1 AND b.user_id = $2
            ORDER BY b.created_at
            """,
            user.companyID, user.id
        ) { KnownBrowser(createdAt: try $0.next(), usedAt: try $0.next()) }
    }

    /// Makes room for this browser beside the account's others.
    static func forgetOldest(of user: User, beside hash: [UInt8]) -> Statement {
        Statement(
            """
            DELETE FROM known_browsers WHERE company_id = $1 AND user_id = $2 AND token_hash IN (
                SELECT b.token_hash FROM known_browsers b WHERE b.company_id = $1 AND b.user_id = $2 AND b.token_hash <> $4
                ORDER BY b.used_at DESC, b.token_hash LIMIT 1000 OFFSET $3)
            """,
            user.companyID, user.id, most - 1, hash)
    }

    static func note(_ hash: [UInt8], of user: User, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO known_browsers (company_id, user_id, token_hash, created_at, used_at, expires_at)
            VALUES ($1, $2, $3, $4, $4, $5)
            ON CONFLICT (company_id, user_id, token_hash) DO UPDATE SET used_at = $4, expires_at = $5
            """,
            user.companyID, user.id, hash, now, now + lifetime)
    }

    static func forgetAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM known_browsers WHERE company_id = $1 AND user_id = $2", company, user)
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM known_browsers WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM known_browsers WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)
}

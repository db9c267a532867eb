import Crypto
public import Storage

/// A lasting sign-in: the person keeps a random token, and the database its hash.
public struct Session: Sendable {
    public typealias ID = Core.ID<Session>

    /// How long a session lasts after the sign-in.
    public static let lifetime = Duration.seconds(30 * 24 * 3600)
    /// How long a session lasts without use if a browser keeps it as a cookie.
    public static let idleLifetime = Duration.seconds(14 * 24 * 3600)
    /// The precision of the last use, which is written no more often than this.
    static let useInterval = Duration.seconds(3600)
    /// How long a sign-in or a confirmed password allows sensitive acts.
    public static let confirmation = Duration.seconds(10 * 60)

    /// How long a person who was switched off may still report what they did before.
    static let handingIn = Duration.seconds(7 * 24 * 3600)

    /// The values that each request reads of its session. All are nil in sessions of an older server.
    public struct Use: Sendable, Equatable {
        var confirmedAt: Instant?
        /// To the hour.
        var lastUsedAt: Instant?
        /// When the session ends without use. Nil for a token that was never sent as a cookie: its session expires by age alone.
        var idleAt: Instant?

        package init(confirmedAt: Instant? = nil, lastUsedAt: Instant? = nil, idleAt: Instant? = nil) {
            (self.confirmedAt, self.lastUsedAt, self.idleAt) = (confirmedAt, lastUsedAt, idleAt)
        }
    }

    public let id: ID
    /// The browser or program that signed in, by its own description.
    public let userAgent: String?
    /// The phone on which it began; nil if it began with a password.
    public let phone: Phone.ID?
    public let createdAt: Instant
    /// To the hour.
    public let lastUsedAt: Instant
    /// The latest end. A browser's session ends earlier if it isn't used.
    public let expiresAt: Instant

    package init(
        id: ID, userAgent: String?, phone: Phone.ID? = nil, createdAt: Instant, lastUsedAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.userAgent = userAgent
        self.phone = phone
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
    }
}

/// 256 random bits in hexadecimal, shown once. Only its SHA-256 is stored: a value this random needs no salt.
public struct Token: Sendable {
    public let text: String
    let hash: [UInt8]

    package init(_ runtime: Runtime) {
        let bytes = runtime.randomBytes(32)
        text = bytes.hexadecimal
        hash = Self.hash(of: text)
    }

    /// The hash of a token as it was sent. Nil if it can't be one of ours.
    static func hash(sent text: Substring) -> [UInt8]? {
        text.utf8.count == 64 ? hash(of: text) : nil
    }

    static func hash(of text: some StringProtocol) -> [UInt8] {
        var hasher = SHA256()
        var text = String(text)
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return Array(hasher.finalize())
    }
}

extension Session {
    /// Reads from the session to its person, even if SQLite's statistics are of a time when there were few people (see `TimeEntry`).
    private static let byToken: SQL = """
        SELECT s.id, s.confirmed_at, s.last_used_at, s.idle_at, s.switched_off_at, \(User.columns),
            (SELECT c.suspended_at FROM companies c WHERE c.id = s.company_id),
            \(Factor.demanded)
        FROM sessions s CROSS JOIN users u
        WHERE u.company_id = s.company_id AND u.id = s.user_id AND s.token_hash = $1 AND s.expires_at > $2
            AND (s.idle_at IS NULL OR s.idle_at > $2) AND u.removed_at IS NULL
            AND (s.switched_off_at IS NOT NULL OR u.status = 'ACTIVE')
        """

    private static let ofUser: SQL = """
        SELECT s.id, s.user_agent, s.phone_id, s.created_at, COALESCE(s.last_used_at, s.created_at), s.expires_at FROM sessions s
        WHERE s.company_id = $1 AND s.user_id = $2 AND s.expires_at > $3 AND (s.idle_at IS NULL OR s.idle_at > $3)
            AND s.id < $5 AND s.switched_off_at IS NULL
        ORDER BY s.company_id DESC, s.user_id DESC, s.id DESC LIMIT $4
        """

    /// The session and the person of a token. No scope: scopes come from the actor that this makes.
    static func actor(tokenHash: [UInt8], now: Instant) -> Query<Actor.Record> {
        Query(byToken, tokenHash, now) { row in
            let session: ID = try row.next()
            let use = Use(confirmedAt: try row.next(), lastUsedAt: try row.next(), idleAt: try row.next())
            let switchedOffAt: Instant? = try row.next()
            return Actor.Record(
                session: session, user: try User(&row, now: now), use: use, switchedOffAt: switchedOffAt,
                isSuspended: try row.next() as Instant? != nil, demandedFactors: try row.next())
        }
    }

    /// Newest first.
    static func list(_ user: User, _ page: PageRequest<ID>, now: Instant) -> Query<Session> {
        Query(ofUser, user.companyID, user.id, now, page.fetchLimit, page.after?.text ?? "g", row: Session.init)
    }

    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), userAgent: try row.next(), phone: try row.next(), createdAt: try row.next(),
            lastUsedAt: try row.next(), expiresAt: try row.next())
    }

    /// Begins a session if the person may still sign in with the checked password, and their company isn't suspended.
    static func insert(
        _ id: ID, of user: User, passwordHash: String, tokenHash: [UInt8], userAgent: String?, now: Instant,
        expiresAt: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO sessions (company_id, id, user_id, token_hash, user_agent, created_at, confirmed_at, last_used_at,
                expires_at)
            SELECT u.company_id, $2, u.id, $4, $5, $6, $6, $6, $7 FROM users u
            WHERE u.company_id = $1 AND u.id = $3 AND u.status = 'ACTIVE' AND u.removed_at IS NULL
                AND u.password_hash = $8
                AND NOT EXISTS (SELECT 1 FROM companies c WHERE c.id = u.company_id AND c.suspended_at IS NOT NULL)
            """,
            user.companyID, id, user.id, tokenHash, userAgent, now, expiresAt, passwordHash)
    }

    /// Begins a session on a phone if the person may sign in, and their company isn't suspended.
    static func insert(
        _ id: ID, of user: User.ID, in company: Company.ID, on phone: Phone.ID, tokenHash: [UInt8], userAgent: String?,
        now: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO sessions (company_id, id, user_id, token_hash, user_agent, created_at, confirmed_at, last_used_at,
                expires_at, phone_id)
            SELECT p.company_id, $2, p.user_id, $4, $5, $6, $6, $6, $7, p.id
            FROM phones p JOIN users u ON u.company_id = p.company_id AND u.id = p.user_id
            WHERE p.company_id = $1 AND p.id = $8 AND p.user_id = $3 AND u.status = 'ACTIVE' AND u.removed_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM companies c WHERE c.id = p.company_id AND c.suspended_at IS NOT NULL)
            """,
            company, id, user, tokenHash, userAgent, now, now + lifetime, phone)
    }

    /// Notes a session's use, unless one was noted within the hour.
    /// - Parameter isCookie: whether a browser sent the token as its cookie: from now on the session expires without use.
    static func use(_ actor: Actor, isCookie: Bool, now: Instant) -> Statement {
        let idleAt = isCookie || actor.use.idleAt != nil ? now + idleLifetime : nil
        return Statement(
            """
            UPDATE sessions SET last_used_at = $4, idle_at = COALESCE($5, idle_at)
            WHERE company_id = $1 AND id = $2 AND user_id = $3
                AND (last_used_at IS NULL OR last_used_at <= $6 OR ($5 IS NOT NULL AND idle_at IS NULL))
            """,
            actor.user.companyID, actor.session, actor.user.id, now, idleAt, now - useInterval)
    }

    /// Notes that the person knew the password with this hash. Changes nothing if the session has ended or the password was changed.
    static func confirm(_ actor: Actor, passwordHash: String, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sessions SET confirmed_at = $4 WHERE company_id = $1 AND id = $2 AND user_id = $3 AND EXISTS (
                SELECT 1 FROM users u WHERE u.company_id = $1 AND u.id = $3 AND u.password_hash = $5)
            """,
            actor.user.companyID, actor.session, actor.user.id, now, passwordHash)
    }

    /// Notes that the person showed their second factor, and so confirmed what needs it.
    static func confirm(_ actor: Actor, now: Instant) -> Statement {
        showFactor(actor.session, of: actor.user, now: now)
    }

    /// The same for a session that begins.
    static func showFactor(_ id: ID, of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sessions SET confirmed_at = $4, factor_shown_at = $4 WHERE company_id = $1 AND id = $2 AND user_id = $3
            """,
            user.companyID, id, user.id, now)
    }

    /// Refuses what changes second factors unless one was shown in this session within ten minutes: neither the password nor a session that
    /// was left open is enough.
    /// - Throws: `FactorRefusal.confirmWithFactor`.
    static func checkFactor(_ actor: Actor, _ transaction: borrowing Transaction, now: Instant) throws {
        let shown = Query<ID>(
            """
            SELECT s.id FROM sessions s
            WHERE s.company_id = $1 AND s.id = $2 AND s.user_id = $3 AND s.factor_shown_at > $4
            """,
            actor.user.companyID, actor.session, actor.user.id, now - confirmation
        ) { try $0.next() }
        guard try !transaction.fetch(shown).isEmpty else { throw Refusal(FactorRefusal.confirmWithFactor) }
    }

    /// The same for a PIN of the phone on which the session began.
    static func confirm(_ actor: Actor, on phone: Phone.ID, now: Instant) -> Statement {
        Statement(
            "UPDATE sessions SET confirmed_at = $5 WHERE company_id = $1 AND id = $2 AND user_id = $3 AND phone_id = $4",
            actor.user.companyID, actor.session, actor.user.id, phone, now)
    }

    static func endExpired(of user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND (expires_at <= $3 OR idle_at <= $3)",
            company, user, now)
    }

    /// Makes room for one more session.
    static func endOldest(of user: User.ID, in company: Company.ID) -> Statement {
        Statement(
            """
            DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND id IN (
                SELECT s.id FROM sessions s WHERE s.company_id = $1 AND s.user_id = $2
                ORDER BY s.company_id DESC, s.user_id DESC, s.id DESC LIMIT 1000 OFFSET $3)
            """,
            company, user, Limit.sessions.standard - 1)
    }

    /// No scope: the holder of a token may end its session.
    static func end(tokenHash: [UInt8]) -> Statement {
        Statement("DELETE FROM sessions WHERE token_hash = $1", tokenHash)
    }

    static func end(_ id: ID, of user: User) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND id = $2 AND user_id = $3", user.companyID, id, user.id)
    }

    /// Ends all sessions of a person.
    /// - Parameter kept: the session that continues, if any.
    static func endAll(of user: User.ID, in company: Company.ID, but kept: ID? = nil) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND id <> $3", company, user,
            kept?.text ?? "")
    }

    /// Leaves a person who is being switched off their sessions, to report what they did before, and nothing else. They stay so if the
    /// person is switched on again, and belong to no phone any more.
    static func switchOff(_ user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sessions SET switched_off_at = $3, phone_id = NULL,
                expires_at = CASE WHEN expires_at < $4 THEN expires_at ELSE $4 END
            WHERE company_id = $1 AND user_id = $2 AND switched_off_at IS NULL
            """,
            company, user, now, now + handingIn)
    }

    /// By age and by disuse. Each deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweeps = [
        Sweep(
            """
            DELETE FROM sessions WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
                SELECT expires_at FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
            """),
        Sweep(
            """
            DELETE FROM sessions WHERE idle_at <= (SELECT MAX(o.idle_at) FROM (
                SELECT idle_at FROM sessions WHERE idle_at <= $1 ORDER BY idle_at LIMIT 500) AS o)
            """),
    ]
}

import Crypto

/// A sign-in that lasts: a random token that the person keeps, and its hash in the database.
public struct Session: Sendable {
    public typealias ID = Core.ID<Session>

    /// How long a session lasts after the sign-in.
    public static let lifetime = Duration.seconds(30 * 24 * 3600)
}

/// 256 random bits in hexadecimal, shown once. Only its SHA-256 is kept: with so much chance in it, no salt is needed.
public struct Token: Sendable {
    public let text: String
    let hash: [UInt8]

    init(_ runtime: Runtime) {
        let bytes = runtime.randomBytes(32)
        text = String(decoding: bytes.flatMap { [hexDigit($0 >> 4), hexDigit($0 & 15)] }, as: UTF8.self)
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

    /// Who holds a token. No scope: this is what makes one.
    static func actor(tokenHash: [UInt8], now: Instant) -> Query<Actor> {
        Query(byToken, tokenHash, now) { row in Actor(session: try row.next(), user: try User(&row)) }
    }

    static func insert(_ id: ID, of user: User, tokenHash: [UInt8], now: Instant, expiresAt: Instant) -> Statement {
        Statement(
            """
            INSERT INTO sessions (company_id, id, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
            """,
            user.companyID, id, user.id, tokenHash, now, expiresAt)
    }

    static func endExpired(of user: User, now: Instant) -> Statement {
        Statement(
            "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND expires_at <= $3", user.companyID, user.id,
            now)
    }

    static func end(_ actor: Actor) -> Statement {
        Statement("DELETE FROM sessions WHERE company_id = $1 AND id = $2", actor.user.companyID, actor.session)
    }
}

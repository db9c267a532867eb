import Storage

/// A token that lets a person who isn't signed in set their password, once. A new token of the same purpose replaces the old one.
enum OneTimeToken {
    enum Purpose: String, Column {
        case invitation, reset
        /// For a restored address. Named after the mail.
        case undone = "email-undone"

        var lifetime: Duration {
            switch self {
            case .invitation: .seconds(7 * 24 * 3600)
            case .reset: .seconds(3600)
            case .undone: .seconds(24 * 3600)
            }
        }
    }

    /// The person whose password a valid token sets.
    struct Holder: Sendable {
        let company: Company.ID
        let user: User.ID
        let purpose: Purpose
    }

    private static let search: SQL = """
        SELECT t.company_id, t.user_id, t.purpose FROM one_time_tokens t WHERE t.token_hash = $1 AND t.expires_at > $2
        """

    private static let redemption: SQL = """
        DELETE FROM one_time_tokens WHERE token_hash = $1 AND expires_at > $2 RETURNING company_id, user_id, purpose
        """

    private static let conflict: SQL = """
        ON CONFLICT (company_id, user_id, purpose)
        DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at
        """

    private static let insertion: SQL = """
        INSERT INTO one_time_tokens (company_id, user_id, purpose, token_hash, created_at, expires_at)
        VALUES ($1, $2, $6, $3, $4, $5)
        \(conflict)
        """

    /// Among the users `u` with the address $1, those who may have a link: active ones, and invited ones, however old the invitation is.
    static let mayHaveLink: SQL = """
        u.email_folded = $1 AND u.removed_at IS NULL AND (u.status = 'ACTIVE' OR EXISTS (
            SELECT 1 FROM one_time_tokens i
            WHERE i.company_id = u.company_id AND i.user_id = u.id AND i.purpose = 'invitation'))
        """

    private static let resetting: SQL = """
        INSERT INTO one_time_tokens (company_id, user_id, purpose, token_hash, created_at, expires_at)
        SELECT u.company_id, u.id, 'reset', $2, $3, $4 FROM users u WHERE \(mayHaveLink)
        \(conflict)
        """

    static func find(_ hash: [UInt8], now: Instant) -> Query<Holder> {
        Query(search, hash, now) { Holder(company: try $0.next(), user: try $0.next(), purpose: try $0.next()) }
    }

    /// Uses a token up. No scope: no one is signed in, and the token names its owner.
    static func redeem(_ hash: [UInt8], now: Instant) -> Query<Holder> {
        Query(redemption, hash, now) { Holder(company: try $0.next(), user: try $0.next(), purpose: try $0.next()) }
    }

    static func invite(_ user: User, _ token: Token, now: Instant) -> Statement {
        insert(.invitation, user, token, now: now)
    }

    /// For a new password after an address was restored.
    static func undone(_ user: User, _ token: Token, now: Instant) -> Statement {
        insert(.undone, user, token, now: now)
    }

    private static func insert(_ purpose: Purpose, _ user: User, _ token: Token, now: Instant) -> Statement {
        Statement(insertion, user.companyID, user.id, token.hash, now, now + purpose.lifetime, purpose)
    }

    /// Creates a token for the account with this address, if there is one. The token of an invitation stays valid beside it.
    static func reset(_ email: EmailAddress, _ token: Token, now: Instant) -> Statement {
        Statement(resetting, email.folded, token.hash, now, now + Purpose.reset.lifetime)
    }

    static func voidAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM one_time_tokens WHERE company_id = $1 AND user_id = $2", company, user)
    }

    static func voidAll(in company: Company.ID) -> Statement {
        Statement("DELETE FROM one_time_tokens WHERE company_id = $1", company)
    }

    /// Deletes tokens other than invitations', which stay so that they show as expired. Goes up to the expiry of the oldest few hundred, so
    /// that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM one_time_tokens WHERE purpose <> 'invitation' AND expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM one_time_tokens WHERE expires_at <= $1 AND purpose <> 'invitation'
            ORDER BY expires_at LIMIT 500) AS o)
        """)
}

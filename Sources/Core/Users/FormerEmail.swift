public import Storage

/// The email address that a person had when a change of it was requested. The link that was mailed there restores it, whatever has changed
/// since. Until the link expires, no other account can take the address.
public struct FormerEmail: Sendable {
    public let email: String
    /// When the change was requested.
    public let at: Instant
    /// Until when the address can be restored.
    public let expiresAt: Instant

    package init(email: String, at: Instant, expiresAt: Instant) {
        (self.email, self.at, self.expiresAt) = (email, at, expiresAt)
    }

    /// An address that a link restores.
    struct Restorable: Sendable {
        let company: Company.ID
        let user: User.ID
        /// The person's version at the time of the request. Higher numbers are later requests.
        let number: Int64
        let email: String
        /// When the change was requested.
        let at: Instant
    }

    static func insert(_ user: User, _ token: Token, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO former_emails (company_id, user_id, number, email, email_folded, token_hash, created_at, expires_at)
            SELECT u.company_id, u.id, u.version, u.email, u.email_folded, $3, $4, $5 FROM users u
            WHERE u.company_id = $1 AND u.id = $2
            """,
            user.companyID, user.id, token.hash, now, now + EmailChange.lifetime)
    }

    /// No scope: the token names its owner.
    static func find(_ hash: [UInt8], now: Instant) -> Query<Restorable> {
        Query(
            """
            SELECT f.company_id, f.user_id, f.number, f.email, f.created_at FROM former_emails f
            WHERE f.token_hash = $1 AND f.expires_at > $2
            """,
            hash, now
        ) {
            Restorable(
                company: try $0.next(), user: try $0.next(), number: try $0.next(), email: try $0.next(),
                at: try $0.next())
        }
    }

    static func all(of user: User, now: Instant) -> Query<FormerEmail> {
        Query(
            """
            SELECT f.email, f.created_at, f.expires_at FROM former_emails f
            WHERE f.company_id = $1 AND f.user_id = $2 AND f.expires_at > $3 ORDER BY f.company_id, f.user_id, f.number
            """,
            user.companyID, user.id, now
        ) { FormerEmail(email: try $0.next(), at: try $0.next(), expiresAt: try $0.next()) }
    }

    /// Extends the links at the person's current address to their full lifetime, because the account is about to get another address.
    static func extend(of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE former_emails SET expires_at = $4
            WHERE company_id = $1 AND user_id = $2 AND email_folded = $3 AND expires_at > $5
            """,
            user.companyID, user.id, user.address?.folded, now + EmailChange.lifetime, now)
    }

    /// Deletes the requests at a version or later, so that no later address restores itself.
    static func forget(of user: User.ID, in company: Company.ID, from number: Int64 = 0) -> Statement {
        Statement(
            "DELETE FROM former_emails WHERE company_id = $1 AND user_id = $2 AND number >= $3", company, user, number)
    }

    /// Refuses an address that another person can still restore. It must be called after the address was written: if the address becomes
    /// free at the same moment, the write waits for that.
    /// - Throws: `AccountRefusal.emailTaken`.
    static func checkFree(
        _ email: EmailAddress, for user: User.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        let others = Query<User.ID>(
            "SELECT f.user_id FROM former_emails f WHERE f.email_folded = $1 AND f.expires_at > $2 AND f.user_id <> $3 LIMIT 1",
            email.folded, now, user
        ) { try $0.next() }
        guard try transaction.fetch(others).isEmpty else { throw Refusal(AccountRefusal.emailTaken) }
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM former_emails WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM former_emails WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)
}

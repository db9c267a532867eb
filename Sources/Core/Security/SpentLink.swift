import Storage

/// A used link, kept well past its expiry, so that a second use is recognised and its owner is known.
enum SpentLink {
    /// How long it is kept after its use: longer than any link is valid.
    private static let lifetime = Duration.seconds(30 * 24 * 3600)

    /// No scope: no one is signed in, and the token names its owner.
    static func find(_ tokenHash: [UInt8]) -> Query<(company: Company.ID, user: User.ID, purpose: String)> {
        Query("SELECT l.company_id, l.user_id, l.purpose FROM spent_links l WHERE l.token_hash = $1", tokenHash) {
            (try $0.next(), try $0.next(), try $0.next())
        }
    }

    /// - Parameter kind: of the mail that carried the link.
    static func insert(_ tokenHash: [UInt8], of user: User, as kind: Mail.Kind, now: Instant) -> Statement {
        insert(tokenHash, of: user.id, in: user.companyID, purpose: kind.rawValue, now: now)
    }

    static func insert(_ tokenHash: [UInt8], of holder: OneTimeToken.Holder, now: Instant) -> Statement {
        insert(tokenHash, of: holder.user, in: holder.company, purpose: holder.purpose.rawValue, now: now)
    }

    /// - Parameter hash: of the card's token, or of its code.
    static func insert(_ hash: [UInt8], of card: Card, now: Instant) -> Statement {
        insert(hash, of: card.user, in: card.company, purpose: "card", now: now)
    }

    private static func insert(
        _ tokenHash: [UInt8], of user: User.ID, in company: Company.ID, purpose: String, now: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO spent_links (company_id, token_hash, user_id, purpose, expires_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            company, tokenHash, user, purpose, now + lifetime)
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM spent_links WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM spent_links WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)
}

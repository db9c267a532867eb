/// A link that was used: kept until well after its time, so that its second use is known for what it is, and whose it was.
enum SpentLink {
    /// How long after its use. It is longer than any link is good for.
    private static let lifetime = Duration.seconds(30 * 24 * 3600)

    /// No scope: nobody is signed in, and the token says whose it was.
    static func find(_ tokenHash: [UInt8]) -> Query<(company: Company.ID, user: User.ID, purpose: String)> {
        Query("SELECT l.company_id, l.user_id, l.purpose FROM spent_links l WHERE l.token_hash = $1", tokenHash) {
            (try $0.next(), try $0.next(), try $0.next())
        }
    }

    /// - Parameter kind: of the mail that it came with.
    static func insert(_ tokenHash: [UInt8], of user: User, as kind: Mail.Kind, now: Instant) -> Statement {
        insert(tokenHash, of: user.id, in: user.companyID, purpose: kind.rawValue, now: now)
    }

    static func insert(_ tokenHash: [UInt8], of holder: OneTimeToken.Holder, now: Instant) -> Statement {
        insert(tokenHash, of: holder.user, in: holder.company, purpose: holder.purpose.rawValue, now: now)
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
}

/// Who founded a company and has yet to prove their e-mail address, by the link that is mailed there. Until then the company mails and
/// invites no one, so that none is founded to send strangers mail in this server's name. A company without such a row needs no proof.
struct UnprovenFounder: Sendable {
    /// How long a link is good.
    static let linkLifetime = Duration.seconds(7 * 24 * 3600)
    /// How long the company can be worked in without proof; then it is read-only.
    static let grace = Duration.seconds(7 * 24 * 3600)
    /// After how long without a sign-in it is erased.
    static let patience = Duration.seconds(30 * 24 * 3600)

    let company: Company.ID
    let user: User.ID
    /// The address that the link proves, folded.
    let address: String
    let linkExpiresAt: Instant

    // MARK: Asking for proof

    /// Asks a founder for proof: with the company's first rows, and again where the link was lost. The link before is void.
    /// - Returns: false where none is needed any more.
    static func ask(
        _ user: User, _ email: EmailAddress, _ token: Token, _ mail: Mail.ID, isFirst: Bool,
        _ transaction: borrowing Transaction, now: Instant
    ) throws -> Bool {
        let statement =
            isFirst
            ? Statement(
                """
                INSERT INTO unproven_founders (company_id, user_id, email_folded, token_hash, expires_at, created_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                user.companyID, user.id, email.folded, token.hash, now + linkLifetime, now)
            : Statement(
                """
                UPDATE unproven_founders SET email_folded = $3, token_hash = $4, expires_at = $5
                WHERE company_id = $1 AND user_id = $2
                """,
                user.companyID, user.id, email.folded, token.hash, now + linkLifetime)
        guard try transaction.execute(statement) == 1 else { return false }
        try transaction.enqueue(Mail.cancel(.verify, to: user.id, in: user.companyID, now: now))
        try transaction.enqueue(Mail.insert(mail, .verify, to: user, token: token, now: now))
        return true
    }

    // MARK: Proving

    /// Whose address a link proves. No scope: the token says it.
    static func find(_ hash: [UInt8]) -> Query<UnprovenFounder> {
        Query(
            """
            SELECT f.company_id, f.user_id, f.email_folded, f.expires_at FROM unproven_founders f
            WHERE f.token_hash = $1
            """,
            hash
        ) {
            UnprovenFounder(
                company: try $0.next(), user: try $0.next(), address: try $0.next(), linkExpiresAt: try $0.next())
        }
    }

    /// A person used a link that was mailed to them. Where they are a founder who has yet to prove their address, that proves it. The
    /// caller holds the person's row.
    static func prove(
        _ user: User, _ record: SecurityRecord, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        guard try transaction.execute(forget(user.id, in: user.companyID)) == 1 else { return }
        try transaction.enqueue(Mail.cancel(.verify, to: user.id, in: user.companyID, now: now))
        try record.write(.addressProven, in: transaction)
    }

    static func forget(_ user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM unproven_founders WHERE company_id = $1 AND user_id = $2", company, user)
    }

    // MARK: What a company may do meanwhile

    /// Since when a company's founder is asked for proof; no row where none is needed.
    static func since(_ company: Company.ID) -> Query<Instant> {
        Query("SELECT f.created_at FROM unproven_founders f WHERE f.company_id = $1", company) { try $0.next() }
    }

    /// Throws `CompanyRefusal.addressNotProven` where a company may mail and invite no one yet.
    static func check(_ company: Company.ID, _ transaction: borrowing Transaction) throws {
        guard try transaction.fetch(since(company)).isEmpty else { throw Refusal(CompanyRefusal.addressNotProven) }
    }

    // MARK: Giving up

    /// It isn't suspended, because then no one can sign in; nobody did for a while, and the link is not still on its way nor failed to arrive, which is no fault of the founder's.
    private static let isAbandoned: SQL = """
        NOT EXISTS (SELECT 1 FROM companies c WHERE c.id = f.company_id AND c.suspended_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT 1 FROM users u JOIN security_events e ON e.user_id = u.id AND e.company_id = u.company_id
            WHERE u.company_id = f.company_id AND e.kind = 'signed-in' AND e.at > $1)
        AND COALESCE((
            SELECT m.state FROM mails m
            WHERE m.company_id = f.company_id AND m.user_id = f.user_id AND m.kind = 'verify' AND m.state <> 'cancelled'
            ORDER BY m.id DESC LIMIT 1), '') NOT IN ('queued', 'failed')
        """

    private static let abandonedOnes: SQL = """
        SELECT f.company_id FROM unproven_founders f WHERE f.created_at <= $1 AND \(isAbandoned)
        ORDER BY f.created_at LIMIT 100
        """

    private static let abandonedOne: SQL = """
        SELECT f.company_id FROM unproven_founders f
        WHERE f.company_id = $2 AND f.created_at <= $1 AND \(isAbandoned)
        """

    /// Companies that are to be erased, the oldest first, a hundred at most.
    static func abandoned(now: Instant) -> Query<Company.ID> {
        Query(abandonedOnes, now - patience) { try $0.next() }
    }

    /// Whether a company still is. Its people's rows are to be held by then: who signs in or proves the address waits.
    static func abandoned(_ company: Company.ID, now: Instant) -> Query<Company.ID> {
        Query(abandonedOne, now - patience, company) { try $0.next() }
    }
}

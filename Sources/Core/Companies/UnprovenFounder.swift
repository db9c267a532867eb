import Storage

/// A founder who has yet to confirm their email address by the link that is mailed there. Until then the company mails and invites no one,
/// so that no one can found a company to mail strangers in this server's name. A company without such a row needs no confirmation.
struct UnprovenFounder: Sendable {
    /// How long a link is valid.
    static let linkLifetime = Duration.seconds(7 * 24 * 3600)
    /// How long the company can be used without confirmation; it is read-only afterwards.
    static let grace = Duration.seconds(7 * 24 * 3600)
    /// How long the company is kept without confirmation and without a sign-in; it is erased afterwards.
    static let lifetime = Duration.seconds(30 * 24 * 3600)

    let company: Company.ID
    let user: User.ID
    /// The address that the link confirms, folded.
    let address: String
    let linkExpiresAt: Instant

    // MARK: Asking for confirmation

    /// Asks a founder to confirm the address: when the company is created, and again if the link was lost. The previous link becomes void.
    /// - Returns: false if no confirmation is needed any more.
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

    // MARK: Confirming

    /// The founder whose address a link confirms. No scope: the token names them.
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

    /// Confirms the address of a founder who has used a link that was mailed to them. Does nothing for anyone else. The caller holds the
    /// lock on the person's row.
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

    // MARK: Restrictions until then

    /// When the founder of a company was first asked to confirm; no row if no confirmation is needed.
    static func since(_ company: Company.ID) -> Query<Instant> {
        Query("SELECT f.created_at FROM unproven_founders f WHERE f.company_id = $1", company) { try $0.next() }
    }

    /// Checks that a company may mail and invite people.
    /// - Throws: `CompanyRefusal.addressNotProven`.
    static func check(_ company: Company.ID, _ transaction: borrowing Transaction) throws {
        guard try transaction.fetch(since(company)).isEmpty else { throw Refusal(CompanyRefusal.addressNotProven) }
    }

    // MARK: Abandoned companies

    /// A company isn't abandoned if it is suspended, because no one can sign in then, if someone has signed in recently, or if the link is
    /// still queued or failed to arrive, which isn't the founder's fault.
    private static let isAbandoned: SQL = """
        (SELECT c.suspended_at FROM companies c WHERE c.id = f.company_id) IS NULL
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

    /// Companies to be erased, the oldest first, at most a hundred.
    static func abandoned(now: Instant) -> Query<Company.ID> {
        Query(abandonedOnes, now - lifetime) { try $0.next() }
    }

    /// The company's id if it is still abandoned. The caller holds the locks on its people's rows: sign-ins and confirmations wait.
    static func abandoned(_ company: Company.ID, now: Instant) -> Query<Company.ID> {
        Query(abandonedOne, now - lifetime, company) { try $0.next() }
    }
}

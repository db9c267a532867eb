import Storage

extension Mail {
    private static let columns = columns(of: "m")

    static let selection: SQL = "SELECT \(columns) FROM mails m"

    private static let toUser: SQL = """
        \(selection) WHERE m.company_id = $1 AND m.user_id = $2 AND m.id > $3 ORDER BY m.id LIMIT $4
        """

    private static let page: SQL = """
        \(selection) WHERE m.company_id = $1 AND m.id < $3
        ORDER BY m.company_id DESC, m.id DESC LIMIT $2
        """

    /// What a mail is queued with. Each occasion has a statement of its own, which takes the address from the person's row.
    static let queued: SQL = """
        (company_id, id, user_id, address, kind, details, token, state, due_at, created_at, updated_at)
        """

    /// Newest first.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<Mail> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "g", row: Mail.init)
    }

    /// All mails to a person, oldest first.
    static func some(to user: User, after: ID?, atMost limit: Int) -> Query<Mail> {
        Query(toUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: Mail.init)
    }

    /// Queues a mail, to be sent as soon as the transaction has ended.
    /// - Parameter details: the parts of the text that only this mail has; without line breaks.
    static func insert(
        _ id: ID, _ kind: Kind, to user: User, token: Token? = nil, details: [String] = [], now: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO mails \(queued) VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $8, $8)
            """,
            user.companyID, id, user.id, user.email, kind, details.joined(separator: "\n"), token?.text, now)
    }

    /// Queues the link for a forgotten password, if a person has this address and may get a link.
    static func insertReset(_ id: ID, to email: EmailAddress, token: Token, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO mails \(queued)
            SELECT u.company_id, $2, u.id, u.email, 'reset', '', $3, 'queued', $4, $4, $4
            FROM users u WHERE \(OneTimeToken.mayHaveLink)
            """,
            email.folded, id, token.text, now)
    }

    /// Cancels the queued mails with links, because the links are void. A failed mail keeps its reason and loses its link.
    static func cancelLinks(of user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE mails SET token = NULL, due_at = NULL, owner = NULL, updated_at = $3,
                reason = CASE WHEN state = 'queued' THEN NULL ELSE reason END,
                reason_code = CASE WHEN state = 'queued' THEN 'link-void' ELSE reason_code END,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
            WHERE company_id = $1 AND user_id = $2 AND kind IN ('invitation', 'reset', 'email-undone')
                AND token IS NOT NULL
            """,
            company, user, now)
    }

    /// Cancels the links of one kind in the same way.
    static func cancel(_ kind: Kind, to user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE mails SET token = NULL, due_at = NULL, owner = NULL, updated_at = $3,
                reason = CASE WHEN state = 'queued' THEN NULL ELSE reason END,
                reason_code = CASE WHEN state = 'queued' THEN 'link-void' ELSE reason_code END,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
            WHERE company_id = $1 AND user_id = $2 AND kind = $4 AND token IS NOT NULL
            """,
            company, user, now, kind)
    }

    /// Cancels the links for a forgotten password in the same way, if a person has the address and may get a newer link.
    static func cancelResets(of email: EmailAddress, now: Instant) -> Statement {
        Statement(
            """
            UPDATE mails SET token = NULL, due_at = NULL, owner = NULL, updated_at = $2,
                reason = CASE WHEN state = 'queued' THEN NULL ELSE reason END,
                reason_code = CASE WHEN state = 'queued' THEN 'newer-link' ELSE reason_code END,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
            WHERE (company_id, user_id) IN (SELECT u.company_id, u.id FROM users u WHERE \(OneTimeToken.mayHaveLink))
                AND kind = 'reset' AND token IS NOT NULL
            """,
            email.folded, now)
    }

    /// Erases the address of a person who is being removed, and cancels their queued mails.
    static func erase(of user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE mails SET address = '', details = '', reason = NULL, reason_code = NULL, token = NULL, due_at = NULL, owner = NULL, updated_at = $3,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
            WHERE company_id = $1 AND user_id = $2
            """,
            company, user, now)
    }

    /// Erases the links of mails that were never sent, a day after the latest time at which one could be valid.
    static let sweep = Sweep(
        "UPDATE mails SET token = NULL WHERE token IS NOT NULL AND created_at <= $1",
        grace: OneTimeToken.Purpose.invitation.lifetime + .seconds(24 * 3600))
}

extension DueMail {
    private static let byID: SQL = """
        SELECT m.id, m.company_id, m.kind, m.address, u.first_name, u.language, c.name, m.token, m.details, m.attempts,
            m.created_at, t.expires_at
        FROM mails m JOIN users u ON u.company_id = m.company_id AND u.id = m.user_id
            JOIN companies c ON c.id = m.company_id
            LEFT JOIN one_time_tokens t ON t.company_id = m.company_id AND t.user_id = m.user_id AND t.purpose = m.kind
        WHERE m.company_id = $1 AND m.id = $2
        """

    static func isDue(now: Instant) -> Query<Mail.ID> {
        Query("SELECT m.id FROM mails m WHERE m.due_at <= $1 ORDER BY m.due_at LIMIT 1", now) { try $0.next() }
    }

    /// The number of waiting mails, and when the oldest was created.
    static let backlog = Query<(Int64, Instant?)>(
        "SELECT count(*), min(m.created_at) FROM mails m WHERE m.due_at > 0"
    ) { (try $0.next(), try $0.next()) }

    static func one(_ id: Mail.ID, _ company: Company.ID) -> Query<DueMail> {
        Query(byID, company, id) { row in
            DueMail(
                id: try row.next(), company: try row.next(), kind: try row.next(), address: try row.next(),
                firstName: try row.next(), language: try row.next(),
                companyName: try Self.name(&row, company), token: try row.next(),
                details: (try row.next() as String).split(separator: "\n").map(String.init),
                attempts: Int(try row.next() as Int64), createdAt: try row.next(), tokenExpiresAt: try row.next())
        }
    }

    private static func name(_ row: inout Row, _ company: Company.ID) throws -> String? {
        let name: String = try row.next()
        return company == Company.platform ? nil : name
    }

    /// Records the outcome of an attempt, if this server still holds the lease.
    /// - Parameters:
    ///   - dueAt: when to retry; nil for never.
    ///   - counts: whether it counts as an attempt, after which the next one waits longer.
    func outcome(
        _ state: Mail.State, reason: MailReason?, dueAt: Instant? = nil, counts: Bool = true, owner: String,
        now: Instant
    ) -> Statement {
        Statement(
            """
            UPDATE mails SET state = $4, reason_code = $5, reason = $6, due_at = $7, owner = NULL, updated_at = $8,
                attempts = attempts - $9, token = CASE WHEN $4 = 'sent' THEN NULL ELSE token END
            WHERE company_id = $1 AND id = $2 AND owner = $3
            """,
            company, id, owner, state, reason?.columns.code, reason?.columns.answer, dueAt, now, Int64(counts ? 0 : 1))
    }
}

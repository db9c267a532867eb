extension Mail {
    static let selection: SQL = """
        SELECT m.id, m.user_id, m.address, m.kind, m.state, m.reason_code, m.reason, m.attempts, m.created_at, m.updated_at FROM mails m
        """

    private static let toUser: SQL = """
        \(selection) WHERE m.company_id = $1 AND m.user_id = $2 AND m.id > $3 ORDER BY m.id LIMIT $4
        """

    private static let page: SQL = """
        \(selection) WHERE m.company_id = $1 AND m.id < $3
        ORDER BY m.company_id DESC, m.id DESC LIMIT $2
        """

    static let columns: SQL = """
        (company_id, id, user_id, address, kind, details, token, state, due_at, created_at, updated_at)
        """

    /// Newest first.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<Mail> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "g", row: Mail.init)
    }

    /// Everything to one person, oldest first.
    static func some(to user: User, after: ID?, atMost limit: Int) -> Query<Mail> {
        Query(toUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: Mail.init)
    }

    init(_ row: inout Row) throws {
        id = try row.next()
        user = try row.next()
        address = try row.next()
        kind = try row.next()
        state = try row.next()
        reason = MailReason(code: try row.next(), answer: try row.next(), of: state)
        attempts = Int(try row.next() as Int64)
        createdAt = try row.next()
        updatedAt = try row.next()
    }

    /// A mail to somebody, to be sent as soon as the transaction has ended.
    /// - Parameter details: what only this mail says; no line breaks within.
    static func insert(
        _ id: ID, _ kind: Kind, to user: User, token: Token? = nil, details: [String] = [], now: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO mails \(columns) VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $8, $8)
            """,
            user.companyID, id, user.id, user.email, kind, details.joined(separator: "\n"), token?.text, now)
    }

    /// The link for a forgotten password, to whoever has this address and may have one.
    static func insertReset(_ id: ID, to email: EmailAddress, token: Token, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO mails \(columns)
            SELECT u.company_id, $2, u.id, u.email, 'reset', '', $3, 'queued', $4, $4, $4
            FROM users u WHERE \(OneTimeToken.mayHaveLink)
            """,
            email.folded, id, token.text, now)
    }

    /// Takes back what waits and holds a link, because the link is void; what failed keeps why, and loses the link.
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

    /// The same of the links of one kind.
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

    /// The same of the links for a forgotten password, for whoever has an address and may have a newer one.
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

    /// Erases the address of somebody who is removed, and takes back what waits.
    static func erase(of user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE mails SET address = '', details = '', reason = NULL, reason_code = NULL, token = NULL, due_at = NULL, owner = NULL, updated_at = $3,
                state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
            WHERE company_id = $1 AND user_id = $2
            """,
            company, user, now)
    }
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

    /// How many mails wait, and since when.
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

    /// Writes down what became of a try, where the lease is still this server's.
    /// - Parameters:
    ///   - dueAt: when to try again; nil for never.
    ///   - counts: whether it counts as a try, after which the next has to wait longer.
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

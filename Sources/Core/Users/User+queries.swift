extension User {
    static let columns: SQL = """
        u.id, u.company_id, u.email, u.first_name, u.last_name, u.role, u.status, u.language, u.version, u.created_at,
        u.updated_at, u.pending_email, u.pending_email_until
        """

    /// - Parameter now: decides whether a pending address has expired.
    init(_ row: inout Row, now: Instant) throws {
        self.init(
            id: try row.next(), companyID: try row.next(), email: try row.next(), firstName: try row.next(),
            lastName: try row.next(), role: try row.next(), status: try row.next(), language: try row.next(),
            version: try row.next(), createdAt: try row.next(), updatedAt: try row.next())
        let (address, until): (String?, Instant?) = (try row.next(), try row.next())
        if let address, let until, until > now { pendingEmail = PendingEmail(address: address, expiresAt: until) }
    }

    // MARK: Reading

    private static let byEmail: SQL = "SELECT \(columns), u.password_hash FROM users u WHERE u.email_folded = $1"

    private static let withInvitation: SQL = """
        SELECT \(columns), i.created_at, i.expires_at, m.state, m.updated_at, m.reason_code, m.reason,
            CASE WHEN i.created_at IS NULL THEN (
                SELECT MAX(a.at) FROM audit_entries a
                WHERE a.company_id = u.company_id AND a.subject_id = u.id AND a.action = 'user.joined') END
        FROM users u LEFT JOIN one_time_tokens i
            ON i.company_id = u.company_id AND i.user_id = u.id AND i.purpose = 'invitation'
            LEFT JOIN mails m ON m.company_id = i.company_id AND m.id = (
                SELECT MAX(n.id) FROM mails n
                WHERE n.company_id = i.company_id AND n.user_id = i.user_id AND n.kind = 'invitation'
                    AND n.state <> 'cancelled')
        """

    private static let inCompany: SQL = """
        \(withInvitation) WHERE u.company_id = $1 AND u.id = $2 AND u.removed_at IS NULL
        """

    private static let anywhere: SQL = "\(withInvitation) WHERE u.id = $1 AND u.removed_at IS NULL"

    private static let page: SQL = """
        \(withInvitation) WHERE u.company_id = $1 AND u.id > $3 AND u.removed_at IS NULL
        ORDER BY u.company_id, u.id LIMIT $2
        """

    private static let hashByID: SQL = """
        SELECT u.password_hash FROM users u WHERE u.company_id = $1 AND u.id = $2 AND u.removed_at IS NULL
        """

    /// Who signs in with an address, and the hash of their password if they have one. No scope: nobody is signed in yet.
    static func signingIn(_ email: EmailAddress, now: Instant) -> Query<(user: User, passwordHash: String?)> {
        Query(byEmail, email.folded) { row in (try User(&row, now: now), try row.next()) }
    }

    /// - Parameter now: decides whether the invitation has expired.
    private static func read(_ row: inout Row, now: Instant) throws -> User {
        var user = try User(&row, now: now)
        let (givenAt, expiresAt): (Instant?, Instant?) = (try row.next(), try row.next())
        let (state, at): (Mail.State?, Instant?) = (try row.next(), try row.next())
        let (code, answer): (String?, String?) = (try row.next(), try row.next())
        let acceptedAt: Instant? = try row.next()
        if let givenAt, let expiresAt {
            user.invitation = Invitation(
                expiresAt: expiresAt,
                mail: state.map { ($0, at ?? givenAt, MailReason(code: code, answer: answer, of: $0)) },
                givenAt: givenAt, now: now)
        } else if let acceptedAt {
            user.invitation = Invitation(state: .accepted, at: acceptedAt)
        }
        return user
    }

    static func one(_ id: ID, _ scope: CompanyScope, now: Instant) -> Query<User> {
        one(id, in: scope.company, now: now)
    }

    /// Of the person themselves, or of whom their token names.
    static func one(_ id: ID, in company: Company.ID, now: Instant) -> Query<User> {
        Query(inCompany, company, id) { try read(&$0, now: now) }
    }

    /// In whatever company: for operators.
    static func one(anywhere id: ID, now: Instant) -> Query<User> {
        Query(anywhere, id) { try read(&$0, now: now) }
    }

    /// In the order in which they came.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>, now: Instant) -> Query<User> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "") { try read(&$0, now: now) }
    }

    /// The hash of somebody's password, if they ever had one.
    static func passwordHash(of id: ID, in company: Company.ID) -> Query<String?> {
        Query(hashByID, company, id) { try $0.next() }
    }

    /// Whether somebody belongs, or belonged, to the company. Nobody where no id is given.
    static func exists(_ id: ID?, _ scope: CompanyScope) -> Query<ID> {
        Query("SELECT u.id FROM users u WHERE u.company_id = $1 AND u.id = $2", scope.company, id) { try $0.next() }
    }

    /// Someone of a role who can act, other than this person.
    static func active(_ role: Role, besides id: ID, _ company: Company.ID) -> Query<ID> {
        Query(
            """
            SELECT u.id FROM users u
            WHERE u.company_id = $1 AND u.id <> $2 AND u.role = $3 AND u.status = 'ACTIVE' AND u.removed_at IS NULL
            LIMIT 1
            """,
            company, id, role
        ) { try $0.next() }
    }

    // MARK: Writing

    /// Makes nothing where the address is taken.
    /// The same password at other costs, where it wasn't changed meanwhile.
    func rehash(from old: String, to new: String) -> Statement {
        Statement(
            "UPDATE users SET password_hash = $4 WHERE company_id = $1 AND id = $2 AND password_hash = $3", companyID,
            id, old, new)
    }

    func insert(email: EmailAddress, passwordHash: String?) -> Statement {
        Statement(
            """
            INSERT INTO users (company_id, id, email, email_folded, first_name, last_name, role, status, language,
                password_hash, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
            ON CONFLICT DO NOTHING
            """,
            companyID, id, email.text, email.folded, firstName, lastName, role, status, language, passwordHash,
            createdAt)
    }

    /// Holds the row until the transaction ends.
    static func lock(_ id: ID, in company: Company.ID) -> Statement {
        Statement(
            "UPDATE users SET version = version WHERE company_id = $1 AND id = $2 AND removed_at IS NULL", company, id)
    }

    /// The same for whoever has an address. No scope: nobody is signed in.
    static func lock(_ email: EmailAddress) -> Statement {
        Statement("UPDATE users SET version = version WHERE email_folded = $1 AND removed_at IS NULL", email.folded)
    }

    /// Writes all that may change of a person, as the next version.
    /// - Parameters:
    ///   - email: a new address; nil keeps the one there is.
    ///   - passwordHash: of a new password; nil keeps the one there is.
    func update(email: EmailAddress?, passwordHash: String? = nil, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET email = COALESCE($3, email), email_folded = COALESCE($4, email_folded), first_name = $5,
                last_name = $6, role = $7, status = $8, language = $9, password_hash = COALESCE($10, password_hash),
                version = version + 1, updated_at = $11
            WHERE company_id = $1 AND id = $2
            """,
            companyID, id, email?.text, email?.folded, firstName, lastName, role, status, language, passwordHash, now)
    }

    func setPassword(_ hash: String, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET password_hash = $3, status = 'ACTIVE', version = version + 1, updated_at = $4
            WHERE company_id = $1 AND id = $2
            """,
            companyID, id, hash, now)
    }

    /// Whoever knew the password is out. That there was one stays known: who has joined once gets links by mail only.
    var voidPassword: Statement {
        Statement(
            "UPDATE users SET password_hash = $3 WHERE company_id = $1 AND id = $2 AND password_hash IS NOT NULL",
            companyID, id, PasswordHasher.void)
    }

    /// Holds the rows of all of a company until the transaction ends.
    static func lockAll(in company: Company.ID) -> Statement {
        Statement("UPDATE users SET version = version WHERE company_id = $1", company)
    }

    /// Nobody of a company can act any more.
    static func switchOffAll(in company: Company.ID) -> Statement {
        Statement(
            "UPDATE users SET status = 'INACTIVE', version = version + 1 WHERE company_id = $1 AND status = 'ACTIVE'",
            company)
    }

    /// Anything that names this person: a record whose reader must know who it was.
    private static let recorded: SQL = """
        SELECT 1 WHERE EXISTS (SELECT 1 FROM time_entries t WHERE t.company_id = $1 AND t.user_id = $2)
            OR EXISTS (SELECT 1 FROM movements m WHERE m.company_id = $1 AND m.user_id = $2)
            OR EXISTS (SELECT 1 FROM time_corrections c WHERE c.company_id = $1 AND c.user_id = $2)
            OR EXISTS (SELECT 1 FROM audit_entries a WHERE a.company_id = $1 AND a.user_id = $2 AND a.subject_id <> $2)
        """

    var records: Query<Int64> { Query(Self.recorded, companyID, id) { try $0.next() } }

    /// Erases what says how to reach them and how they signed in.
    /// - Parameter keepsName: for the records that name them.
    func remove(keepsName: Bool, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET email = '', email_folded = NULL, password_hash = NULL, status = 'INACTIVE',
                first_name = $4, last_name = $5, version = version + 1, updated_at = $3, removed_at = $3,
                pending_email = NULL, pending_email_hash = NULL, pending_email_until = NULL, pending_email_by = NULL
            WHERE company_id = $1 AND id = $2
            """,
            companyID, id, now, keepsName ? firstName : "", keepsName ? lastName : "")
    }
}

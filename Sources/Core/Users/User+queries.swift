import Storage

extension User {
    static let columns: SQL = "\(columns(of: "u")), u.pending_email, u.pending_email_until"

    /// Both statements also take the folded email address and the password's hash. In an update, null keeps the current value.
    private static let writes = StoredWrites<User>(ignoresConflicts: true, also: ["email_folded", "password_hash"])

    /// Reads `columns`.
    /// - Parameter now: decides whether a pending email address has expired.
    init(_ row: inout Row, now: Instant) throws {
        try self.init(&row)
        let (address, until): (String?, Instant?) = (try row.next(), try row.next())
        if let address, let until, until > now { pendingEmail = PendingEmail(address: address, expiresAt: until) }
    }

    // MARK: Reading

    private static let byEmail: SQL = "SELECT \(columns), u.password_hash FROM users u WHERE u.email_folded = $1"

    private static let withInvitation: SQL = """
        SELECT \(columns), i.created_at, i.expires_at, m.state, m.updated_at, m.reason_code, m.reason,
            CASE WHEN i.created_at IS NULL THEN (
                SELECT MAX(a.at) FROM audit_entries a
                WHERE a.company_id = u.company_id AND a.subject_id = u.id AND a.action = 'user.joined'
                    AND a.at >= COALESCE((
                        SELECT MAX(r.at) FROM audit_entries r
                        WHERE r.company_id = u.company_id AND r.subject_id = u.id AND r.action = 'user.restored'), 0)) END,
            k.created_at, k.expires_at
        FROM users u LEFT JOIN one_time_tokens i
            ON i.company_id = u.company_id AND i.user_id = u.id AND i.purpose = 'invitation'
            LEFT JOIN cards k ON k.company_id = u.company_id AND k.user_id = u.id
            LEFT JOIN mails m ON m.company_id = i.company_id AND m.id = (
                SELECT MAX(n.id) FROM mails n
                WHERE n.company_id = i.company_id AND n.user_id = i.user_id AND n.kind = 'invitation'
                    AND n.state <> 'cancelled')
        """

    private static let everInCompany: SQL = "\(withInvitation) WHERE u.company_id = $1 AND u.id = $2"
    private static let inCompany: SQL = "\(everInCompany) AND u.removed_at IS NULL"

    private static let anywhere: SQL = "\(withInvitation) WHERE u.id = $1 AND u.removed_at IS NULL"

    private static func page(_ condition: SQL) -> SQL {
        """
        \(withInvitation) WHERE u.company_id = $1 AND u.id > $3 AND \(condition)
        ORDER BY u.company_id, u.id LIMIT $2
        """
    }

    private static let pages = (
        present: page("u.removed_at IS NULL"), active: page("u.removed_at IS NULL AND u.status = 'ACTIVE'"),
        inactive: page("u.removed_at IS NULL AND u.status = 'INACTIVE'"), removed: page("u.removed_at IS NOT NULL")
    )

    private static let hashByID: SQL = """
        SELECT u.password_hash FROM users u WHERE u.company_id = $1 AND u.id = $2 AND u.removed_at IS NULL
        """

    /// The person who signs in with an address, and the hash of their password if they have one. No scope: no one is signed in yet.
    static func signingIn(_ email: EmailAddress, now: Instant) -> Query<(user: User, passwordHash: String?)> {
        Query(byEmail, email.folded) { row in (try User(&row, now: now), try row.next()) }
    }

    /// - Parameter now: decides whether the invitation has expired.
    private static func read(_ row: inout Row, now: Instant) throws -> User {
        var user = try User(&row, now: now)
        let (givenAt, expiresAt): (Instant?, Instant?) = (try row.next(), try row.next())
        let (state, at): (Mail.State?, Instant?) = (try row.next(), try row.next())
        let (code, answer): (String?, String?) = (try row.next(), try row.next())
        let (acceptedAt, cardAt, cardUntil): (Instant?, Instant?, Instant?) = (
            try row.next(), try row.next(), try row.next()
        )
        if user.removedAt != nil { return user }
        if let givenAt, let expiresAt {
            user.invitation = Invitation(
                expiresAt: expiresAt,
                mail: state.map { ($0, at ?? givenAt, MailReason(code: code, answer: answer, of: $0)) },
                givenAt: givenAt, now: now)
        } else if let acceptedAt {
            user.invitation = Invitation(state: .accepted, at: acceptedAt)
        } else if user.email == nil, user.role == .worker {
            user.invitation = Invitation(cardAt: cardAt ?? user.createdAt, until: cardUntil, now: now)
        }
        return user
    }

    static func one(_ id: ID, _ scope: CompanyScope, now: Instant) -> Query<User> {
        one(id, in: scope.company, now: now)
    }

    /// For the person themselves, or the person whom a token names.
    static func one(_ id: ID, in company: Company.ID, now: Instant) -> Query<User> {
        Query(inCompany, company, id) { try read(&$0, now: now) }
    }

    /// Even if they were removed.
    static func ever(_ id: ID, _ scope: CompanyScope, now: Instant) -> Query<User> {
        Query(everInCompany, scope.company, id) { try read(&$0, now: now) }
    }

    /// In any company: for operators.
    static func one(anywhere id: ID, now: Instant) -> Query<User> {
        Query(anywhere, id) { try read(&$0, now: now) }
    }

    /// In order of creation.
    static func list(
        _ scope: CompanyScope, _ filter: UserFilter, _ page: PageRequest<ID>, now: Instant
    ) -> Query<User> {
        let sql =
            switch filter {
            case .present: pages.present
            case .status(.active): pages.active
            case .status(.inactive): pages.inactive
            case .removed: pages.removed
            }
        return Query(sql, scope.company, page.fetchLimit, page.after?.text ?? "") { try read(&$0, now: now) }
    }

    /// The hash of a person's password, if they ever had one.
    static func passwordHash(of id: ID, in company: Company.ID) -> Query<String?> {
        Query(hashByID, company, id) { try $0.next() }
    }

    /// The id, if it is of a person who belongs or belonged to the company. No row if the id is nil.
    static func exists(_ id: ID?, _ scope: CompanyScope) -> Query<ID> {
        Query("SELECT u.id FROM users u WHERE u.company_id = $1 AND u.id = $2", scope.company, id) { try $0.next() }
    }

    /// The name of a person who belongs to the company.
    static func name(of id: ID, in company: Company.ID) -> Query<String> {
        Query(
            """
            SELECT u.first_name, u.last_name FROM users u
            WHERE u.company_id = $1 AND u.id = $2 AND u.removed_at IS NULL
            """,
            company, id
        ) { "\(try $0.next() as String) \(try $0.next() as String)" }
    }

    /// A person of a role who is active, other than this one.
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

    /// The owner of a company; no row if it has none.
    static func owner(of company: Company.ID) -> Query<ID> {
        Query("SELECT u.id FROM users u WHERE u.company_id = $1 AND u.owner_since IS NOT NULL", company) {
            try $0.next()
        }
    }

    /// The name of the person who has a personnel number, or had it before they were removed; nil for a removed person whose name is gone.
    static func holder(ofNumber number: String, besides user: User) -> Query<String?> {
        Query(
            """
            SELECT u.first_name, u.last_name FROM users u
            WHERE u.company_id = $1 AND u.personnel_number = $2 AND u.id <> $3
            """,
            user.companyID, number, user.id
        ) { row in
            let name = "\(try row.next() as String) \(try row.next() as String)"
            return name == " " ? nil : name
        }
    }

    // MARK: Writing

    /// Ends the ownership of the present owner, if there is one.
    static func giveUpOwnership(in company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET owner_since = NULL, version = version + 1, updated_at = $2
            WHERE company_id = $1 AND owner_since IS NOT NULL
            """,
            company, now)
    }

    /// Makes the oldest active manager the owner of a company that has none.
    static func ownCompanyWithoutOwner(_ company: Company.ID) -> Statement {
        Statement(
            """
            UPDATE users SET owner_since = created_at
            WHERE company_id = $1 AND id = (
                SELECT MIN(u.id) FROM users u
                WHERE u.company_id = $1 AND u.role = 'MANAGER' AND u.status = 'ACTIVE' AND u.removed_at IS NULL)
                AND NOT EXISTS (SELECT 1 FROM users o WHERE o.company_id = $1 AND o.owner_since IS NOT NULL)
            """,
            company)
    }

    /// Makes the person the owner. The caller has taken the ownership from the one before.
    func own(now: Instant) -> Statement {
        Statement("UPDATE users SET owner_since = $3 WHERE company_id = $1 AND id = $2", companyID, id, now)
    }

    /// The same password at other costs, unless it was changed meanwhile.
    func rehash(from old: String, to new: String) -> Statement {
        Statement(
            "UPDATE users SET password_hash = $4 WHERE company_id = $1 AND id = $2 AND password_hash = $3", companyID,
            id, old, new)
    }

    /// Inserts nothing if the email address is taken.
    func insert(email: EmailAddress?, passwordHash: String?) -> Statement {
        Self.writes.insert(self, in: [], also: [(email?.folded).sqlValue, passwordHash.sqlValue])
    }

    /// Locks the row until the transaction ends.
    static func lock(_ id: ID, in company: Company.ID) -> Statement {
        Statement(
            "UPDATE users SET version = version WHERE company_id = $1 AND id = $2 AND removed_at IS NULL", company, id)
    }

    /// Locks the row of the person with an email address. No scope: no one is signed in.
    static func lock(_ email: EmailAddress) -> Statement {
        Statement("UPDATE users SET version = version WHERE email_folded = $1 AND removed_at IS NULL", email.folded)
    }

    /// Updates all editable columns of a person, as the next version.
    /// - Parameters:
    ///   - email: a new address, which this value already holds; nil keeps the current one.
    ///   - passwordHash: of a new password; nil keeps the current one.
    func update(email: EmailAddress?, passwordHash: String? = nil, now: Instant) -> Statement {
        var next = self
        next.updatedAt = now
        return Self.writes.update(next, in: [], also: [(email?.folded).sqlValue, passwordHash.sqlValue])
    }

    func setPassword(_ hash: String, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET password_hash = $3, status = 'ACTIVE', version = version + 1, updated_at = $4
            WHERE company_id = $1 AND id = $2
            """,
            companyID, id, hash, now)
    }

    /// Invalidates the password. The column stays filled, because a person who has joined before gets links by mail only.
    var voidPassword: Statement {
        Statement(
            "UPDATE users SET password_hash = $3 WHERE company_id = $1 AND id = $2 AND password_hash IS NOT NULL",
            companyID, id, PasswordHasher.void)
    }

    /// Locks the rows of all people of a company until the transaction ends.
    static func lockAll(in company: Company.ID) -> Statement {
        Statement("UPDATE users SET version = version WHERE company_id = $1", company)
    }

    /// Deactivates all people of a company.
    static func switchOffAll(in company: Company.ID) -> Statement {
        Statement(
            "UPDATE users SET status = 'INACTIVE', version = version + 1 WHERE company_id = $1 AND status = 'ACTIVE'",
            company)
    }

    /// Whether any record names this person, whose reader must know who it was.
    private static let recorded: SQL = {
        let records = PersonColumn.all.filter(\.keepsName).map { column in
            let others = column.table == "audit_entries" ? " AND r.subject_id <> $2" : ""
            return "EXISTS (SELECT 1 FROM \(column.table) r WHERE r.company_id = $1 AND r.\(column.name) = $2\(others))"
        }
        return SQL(unchecked: "SELECT 1 WHERE " + records.joined(separator: " OR "))
    }()

    var records: Query<Int64> { Query(Self.recorded, companyID, id) { try $0.next() } }

    /// Erases the person's contact details and credentials.
    /// - Parameter keepsName: whether records that name the person need it.
    func remove(keepsName: Bool, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET email = NULL, email_folded = NULL, password_hash = NULL, status = 'INACTIVE', phone = NULL,
                first_name = $4, last_name = $5, version = version + 1, updated_at = $3, removed_at = $3,
                pending_email = NULL, pending_email_hash = NULL, pending_email_until = NULL, pending_email_by = NULL,
                hour_mails = 'NEEDED'
            WHERE company_id = $1 AND id = $2
            """,
            companyID, id, now, keepsName ? firstName : "", keepsName ? lastName : "")
    }
}

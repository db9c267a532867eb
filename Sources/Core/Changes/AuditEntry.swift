import Foundation
public import Storage

/// Who changed what, and when: people, permissions, sites, material. Written in the change's transaction, and never changed.
public struct AuditEntry: Sendable {
    public typealias ID = Core.ID<AuditEntry>

    /// What was done, as `noun.verb`.
    public enum Action: String, Column, CaseIterable {
        case companyRegistered = "company.registered"
        case companyChanged = "company.changed"
        case companyExported = "company.exported"
        case companyErased = "company.erased"
        case userInvited = "user.invited"
        case userJoined = "user.joined"
        case userChanged = "user.changed"
        case userRemoved = "user.removed"
        case userRestored = "user.restored"
        case ownershipGiven = "user.ownership-given"
        case cardGiven = "user.card-given"
        /// A card signed in another phone of a person who had joined.
        case cardUsed = "user.card-used"
        /// How long the person is to work.
        case targetsChanged = "user.targets-changed"
        case phoneEnded = "user.phone-ended"
        case passwordChanged = "user.password-changed"
        case factorAdded = "user.factor-added"
        case factorRemoved = "user.factor-removed"
        /// Someone else removed the second factors of a person who lost theirs.
        case factorReset = "user.factor-reset"
        /// Another email address was requested; it takes effect once it is confirmed.
        case emailChangeAsked = "user.email-change-asked"
        /// The former email address was restored.
        case emailRestored = "user.email-restored"
        case siteCreated = "site.created"
        case siteChanged = "site.changed"
        case siteRemoved = "site.removed"
        case siteRestored = "site.restored"
        case materialCreated = "material.created"
        case materialChanged = "material.changed"
        case materialRemoved = "material.removed"
        case materialRestored = "material.restored"
        /// A movement that was reported late, and couldn't be recorded, before there were clarifications.
        case actRefused = "material.act-refused"
        case timeEntered = "time-entry.entered"
        case timeCorrected = "time-entry.corrected"
        case timeVoided = "time-entry.voided"
        /// It was voided, and another one added on another site.
        case timeMoved = "time-entry.moved"
        /// Of a person's hours, by day.
        case daysSubmitted = "time-sheet.submitted"
        case daysApproved = "time-sheet.approved"
        case daysReopened = "time-sheet.reopened"
        /// The company keeps hours no longer than that: what went, and from which day on hours are there.
        case hoursErased = "company.hours-erased"
        case clarificationBooked = "clarification.booked"
        case clarificationDeclined = "clarification.declined"
        case absenceAsked = "absence.asked"
        case absenceEntered = "absence.entered"
        case absenceChanged = "absence.changed"
        case absenceGranted = "absence.granted"
        case absenceDeclined = "absence.declined"
        case absenceRemoved = "absence.removed"
        case wageSettingsChanged = "wages.settings-changed"
        /// A payroll file was made.
        case wagesExported = "wages.exported"
        case tokenMade = "token.made"
        case tokenRevoked = "token.revoked"
    }

    /// One changed field, by its name in the API. Names, addresses and times have no values here, so that they can be erased.
    public struct Detail: Sendable, Codable, Equatable {
        public let field: String
        public let from: String?
        public let to: String?

        package init(
            field: String, from: String?, to: String?
        ) {
            self.field = field
            self.from = from
            self.to = to
        }
    }

    public let id: ID
    public let at: Instant
    public let user: User.ID
    public let userName: String
    /// The person's name at the time, if it was another one.
    public let userNameThen: String?
    /// The session that the change came from; nil if there was none yet.
    public let session: Session.ID?
    /// The name of the API token by which a program made the change; nil for a person.
    public let tokenName: String?
    public let action: Action
    /// The id of the changed row.
    public let subject: String
    /// The subject's name: a person's current name; for everything else, the name at the time.
    public let subjectName: String?
    /// A person's name at the time, if it was another one.
    public let subjectNameThen: String?
    public let changes: [Detail]

    package init(
        id: ID, at: Instant, user: User.ID, userName: String, userNameThen: String? = nil, session: Session.ID?,
        tokenName: String? = nil, action: Action, subject: String, subjectName: String?, subjectNameThen: String? = nil,
        changes: [Detail]
    ) {
        self.id = id
        self.at = at
        self.user = user
        self.userName = userName
        self.userNameThen = userNameThen
        self.session = session
        self.tokenName = tokenName
        self.action = action
        self.subject = subject
        self.subjectName = subjectName
        self.subjectNameThen = subjectNameThen
        self.changes = changes
    }
}

extension AuditEntry {
    private static let insertion: SQL = """
        INSERT INTO audit_entries (company_id, id, at, user_id, session_id, action, subject_id, subject_name, changes,
            token_name)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """

    private static let selection: SQL = """
        SELECT a.id, a.at, a.user_id, u.first_name, u.last_name, a.session_id, a.action, a.subject_id,
            COALESCE(a.subject_name, p.first_name || ' ' || p.last_name), a.changes, (
                SELECT f.first_name || ' ' || f.last_name FROM former_names f
                WHERE f.company_id = u.company_id AND f.user_id = u.id AND f.until_at > a.at
                ORDER BY f.company_id, f.user_id, f.number LIMIT 1), (
                SELECT f.first_name || ' ' || f.last_name FROM former_names f
                WHERE f.company_id = a.company_id AND f.user_id = a.subject_id AND f.until_at > a.at
                ORDER BY f.company_id, f.user_id, f.number LIMIT 1), a.token_name
        FROM audit_entries a CROSS JOIN users u
            LEFT JOIN users p ON p.company_id = a.company_id AND p.id = a.subject_id
        WHERE u.id = a.user_id
        """

    /// Each half of the union uses its own index.
    private static let aboutUser: SQL = """
        \(selection) AND a.user_id = $2 AND a.id > $3
        UNION
        \(selection) AND a.company_id = $1 AND a.subject_id = $2 AND a.id > $3
        ORDER BY 1 LIMIT $4
        """

    private static let page: SQL = """
        \(selection) AND a.company_id = $1 AND a.id < $3
        ORDER BY a.company_id DESC, a.id DESC LIMIT $2
        """

    private static let ofSite: SQL = """
        \(selection) AND a.company_id = $1 AND a.id < $3 AND a.subject_id IN (
            SELECT $4
            UNION SELECT m.id FROM materials m WHERE m.company_id = $1 AND m.site_id = $4
            UNION SELECT c.entry_id FROM time_corrections c WHERE c.company_id = $1 AND c.site_id = $4
            UNION SELECT t.id FROM time_entries t WHERE t.company_id = $1 AND t.site_id = $4 AND t.voided_at IS NOT NULL
            UNION SELECT d.id FROM clarifications d WHERE d.company_id = $1 AND d.site_id = $4)
        ORDER BY a.company_id DESC, a.id DESC LIMIT $2
        """

    /// Newest first.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<AuditEntry> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "g", row: AuditEntry.init)
    }

    /// Changes of a site, its material and its time entries, newest first.
    static func list(_ scope: SiteScope, _ page: PageRequest<ID>) -> Query<AuditEntry> {
        Query(
            ofSite, scope.company, page.fetchLimit, page.after?.text ?? "g", scope.site, row: AuditEntry.init)
    }

    /// Changes by a person and changes about them, oldest first.
    static func some(about user: User, after: ID?, atMost limit: Int) -> Query<AuditEntry> {
        Query(aboutUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: AuditEntry.init)
    }

    init(_ row: inout Row) throws {
        id = try row.next()
        at = try row.next()
        user = try row.next()
        userName = "\(try row.next() as String) \(try row.next() as String)"
        session = try row.next()
        action = try row.next()
        subject = try row.next()
        subjectName = try row.next()
        changes = try JSONDecoder().decode([Detail].self, from: Data((try row.next() as String).utf8))
        userNameThen = try row.next()
        subjectNameThen = try row.next()
        tokenName = try row.next()
    }

    fileprivate static func insert(
        _ id: ID, in company: Company.ID, at now: Instant, by user: User.ID, session: Session.ID?, token: String?,
        _ action: Action, _ subject: String, named name: String?, _ changes: [Detail]
    ) throws -> Statement {
        let json = String(decoding: try JSONEncoder().encode(changes), as: UTF8.self)
        return Statement(insertion, company, id, now, user, session, action, subject, name, json, token)
    }
}

/// Writes audit entries in the transaction of the change.
struct Audit: Sendable {
    private let company: Company.ID
    private let user: User.ID
    private let session: Session.ID?
    /// The name of the API token that the request came with.
    private let token: String?
    private let runtime: Runtime

    init(_ scope: CompanyScope, _ runtime: Runtime) {
        (company, user, session) = (scope.company, scope.actor.user.id, scope.actor.recordedSession)
        token = scope.actor.token?.name
        self.runtime = runtime
    }

    /// For changes that people make to their own account, or to the company they found.
    init(_ actor: User, session: Session.ID?, _ runtime: Runtime) {
        (company, user, self.session, token) = (actor.companyID, actor.id, session, nil)
        self.runtime = runtime
    }

    /// For what the server does by a rule that a person set.
    init(of company: Company.ID, by user: User.ID, _ runtime: Runtime) {
        (self.company, self.user, session, token, self.runtime) = (company, user, nil, nil, runtime)
    }

    func write<Noun>(
        _ action: AuditEntry.Action, _ subject: ID<Noun>, named name: String? = nil,
        _ changes: [AuditEntry.Detail] = [], in transaction: borrowing Transaction
    ) throws {
        try transaction.enqueue(
            AuditEntry.insert(
                runtime.newID(), in: company, at: runtime.now(), by: user, session: session, token: token, action,
                subject.text, named: name, changes))
    }
}

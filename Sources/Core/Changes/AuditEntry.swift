import Foundation

/// That somebody changed something: people, permissions, sites, material. Written with the change, never changed.
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
        case passwordChanged = "user.password-changed"
        /// Another address was asked for: it holds once it is confirmed.
        case emailChangeAsked = "user.email-change-asked"
        /// The address that was holds again.
        case emailRestored = "user.email-restored"
        case siteCreated = "site.created"
        case siteChanged = "site.changed"
        case siteRemoved = "site.removed"
        case materialCreated = "material.created"
        case materialChanged = "material.changed"
        case materialRemoved = "material.removed"
        case timeCorrected = "time-entry.corrected"
    }

    /// One field that changed, by its name on the wire. Names, addresses and times have no values here, so that they can be erased.
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
    /// What they were called at the time, where that is another name.
    public let userNameThen: String?
    /// The session it was done from; nil where there was none yet.
    public let session: Session.ID?
    public let action: Action
    /// The id of what was changed.
    public let subject: String
    /// What that was called, or is, for a person.
    public let subjectName: String?
    /// What a person was called at the time, where that is another name.
    public let subjectNameThen: String?
    public let changes: [Detail]

    package init(
        id: ID, at: Instant, user: User.ID, userName: String, userNameThen: String? = nil, session: Session.ID?,
        action: Action, subject: String, subjectName: String?, subjectNameThen: String? = nil, changes: [Detail]
    ) {
        self.id = id
        self.at = at
        self.user = user
        self.userName = userName
        self.userNameThen = userNameThen
        self.session = session
        self.action = action
        self.subject = subject
        self.subjectName = subjectName
        self.subjectNameThen = subjectNameThen
        self.changes = changes
    }
}

extension AuditEntry {
    private static let insertion: SQL = """
        INSERT INTO audit_entries (company_id, id, at, user_id, session_id, action, subject_id, subject_name, changes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """

    private static let selection: SQL = """
        SELECT a.id, a.at, a.user_id, u.first_name, u.last_name, a.session_id, a.action, a.subject_id,
            COALESCE(a.subject_name, p.first_name || ' ' || p.last_name), a.changes, (
                SELECT f.first_name || ' ' || f.last_name FROM former_names f
                WHERE f.company_id = u.company_id AND f.user_id = u.id AND f.until_at > a.at
                ORDER BY f.company_id, f.user_id, f.number LIMIT 1), (
                SELECT f.first_name || ' ' || f.last_name FROM former_names f
                WHERE f.company_id = a.company_id AND f.user_id = a.subject_id AND f.until_at > a.at
                ORDER BY f.company_id, f.user_id, f.number LIMIT 1)
        FROM audit_entries a JOIN users u ON u.id = a.user_id
            LEFT JOIN users p ON p.company_id = a.company_id AND p.id = a.subject_id
        """

    /// Each half by its own index.
    private static let aboutUser: SQL = """
        \(selection) WHERE a.user_id = $2 AND a.id > $3
        UNION
        \(selection) WHERE a.company_id = $1 AND a.subject_id = $2 AND a.id > $3
        ORDER BY 1 LIMIT $4
        """

    private static let page: SQL = """
        \(selection) WHERE a.company_id = $1 AND a.id < $3
        ORDER BY a.company_id DESC, a.id DESC LIMIT $2
        """

    private static let ofSite: SQL = """
        \(selection) WHERE a.company_id = $1 AND a.id < $3 AND a.subject_id IN (
            SELECT $4
            UNION SELECT m.id FROM materials m WHERE m.company_id = $1 AND m.site_id = $4
            UNION SELECT c.entry_id FROM time_corrections c WHERE c.company_id = $1 AND c.site_id = $4)
        ORDER BY a.company_id DESC, a.id DESC LIMIT $2
        """

    /// Newest first.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<AuditEntry> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "g", row: AuditEntry.init)
    }

    /// What was changed of a site, of its material and of its hours, newest first.
    static func list(_ scope: SiteScope, _ page: PageRequest<ID>) -> Query<AuditEntry> {
        Query(
            ofSite, scope.company, page.fetchLimit, page.after?.text ?? "g", scope.site, row: AuditEntry.init)
    }

    /// What a person changed, and what was changed about them, oldest first.
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
    }

    fileprivate static func insert(
        _ id: ID, in company: Company.ID, at now: Instant, by user: User.ID, session: Session.ID?, _ action: Action,
        _ subject: String, named name: String?, _ changes: [Detail]
    ) throws -> Statement {
        let json = String(decoding: try JSONEncoder().encode(changes), as: UTF8.self)
        return Statement(insertion, company, id, now, user, session, action, subject, name, json)
    }
}

/// Writes down who changes what, within the change's own transaction.
struct Audit: Sendable {
    private let company: Company.ID
    private let user: User.ID
    private let session: Session.ID?
    private let runtime: Runtime

    init(_ scope: CompanyScope, _ runtime: Runtime) {
        (company, user, session) = (scope.company, scope.actor.user.id, scope.actor.recordedSession)
        self.runtime = runtime
    }

    /// What somebody changes about themselves, or about the company they found.
    init(_ actor: User, session: Session.ID?, _ runtime: Runtime) {
        (company, user, self.session) = (actor.companyID, actor.id, session)
        self.runtime = runtime
    }

    func write<Noun>(
        _ action: AuditEntry.Action, _ subject: ID<Noun>, named name: String? = nil,
        _ changes: [AuditEntry.Detail] = [], in transaction: borrowing Transaction
    ) throws {
        try transaction.enqueue(
            AuditEntry.insert(
                runtime.newID(), in: company, at: runtime.now(), by: user, session: session, action, subject.text,
                named: name, changes))
    }
}

/// Collects what differs between a row as it was and as it will be.
struct Differences {
    private(set) var details: [AuditEntry.Detail] = []

    mutating func note(_ field: String, _ old: String?, _ new: String?) {
        if old != new { details.append(.init(field: field, from: old, to: new)) }
    }

    /// Without the values: for what is about a person, or long.
    mutating func note<Value: Equatable>(only field: String, _ old: Value, _ new: Value) {
        if old != new { details.append(.init(field: field, from: nil, to: nil)) }
    }
}

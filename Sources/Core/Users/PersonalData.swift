/// Everything that is held on a person (Regulation (EU) 2016/679, articles 15 and 20).
public struct PersonalData: Sendable {
    public struct Assignment: Sendable {
        public let site: Site.ID
        public let siteName: String
        public let since: Instant

        package init(site: Site.ID, siteName: String, since: Instant) {
            (self.site, self.siteName, self.since) = (site, siteName, since)
        }
    }

    public struct Use: Sendable {
        public let site: Site.ID
        public let material: Material.ID
        public let materialName: String
        public let movement: Movement

        package init(site: Site.ID, material: Material.ID, materialName: String, movement: Movement) {
            (self.site, self.material, self.materialName, self.movement) = (site, material, materialName, movement)
        }
    }

    public let exportedAt: Instant
    public let user: User
    public let formerNames: [FormerName]
    public let formerEmails: [FormerEmail]
    public let sessions: [Session]
    public let knownBrowsers: [KnownBrowser]
    public let assignments: [Assignment]
    public let timeEntries: [TimeEntry]
    public let movements: [Use]
    /// What they changed, and what was changed about them.
    public let audit: [AuditEntry]
    /// Who signed in to the account, or tried to, from where, and what else happened to it.
    public let securityEvents: [SecurityEvent]
    public let mails: [Mail]

    package init(
        exportedAt: Instant, user: User, formerNames: [FormerName], formerEmails: [FormerEmail], sessions: [Session],
        knownBrowsers: [KnownBrowser], assignments: [Assignment], timeEntries: [TimeEntry], movements: [Use],
        audit: [AuditEntry], securityEvents: [SecurityEvent], mails: [Mail]
    ) {
        self.exportedAt = exportedAt
        self.user = user
        self.formerNames = formerNames
        self.formerEmails = formerEmails
        self.sessions = sessions
        self.knownBrowsers = knownBrowsers
        self.assignments = assignments
        self.timeEntries = timeEntries
        self.movements = movements
        self.audit = audit
        self.securityEvents = securityEvents
        self.mails = mails
    }
}

extension Profile {
    /// A copy of all of it.
    public func export(as actor: Actor) async throws -> PersonalData {
        let (user, now) = (actor.user, runtime.now())
        let all = PageRequest<Session.ID>(limit: Int(Int32.max), after: nil)
        let (names, emails, events) = try await database.fetch(
            FormerName.all(of: user), FormerEmail.all(of: user, now: now), SecurityEvent.all(about: user))
        let (sessions, browsers, assignments, entries, movements, audit, mails) = try await database.fetch(
            Session.list(user, all, now: now), KnownBrowser.all(of: user), PersonalData.assignments(of: user),
            TimeEntry.all(of: user),
            PersonalData.movements(of: user), AuditEntry.all(about: user), Mail.all(to: user))
        return PersonalData(
            exportedAt: now, user: user, formerNames: names, formerEmails: emails, sessions: sessions,
            knownBrowsers: browsers, assignments: assignments,
            timeEntries: try await database.withCorrections(entries, in: user.companyID), movements: movements,
            audit: audit, securityEvents: events, mails: mails)
    }
}

extension PersonalData {
    fileprivate static func assignments(of user: User) -> Query<Assignment> {
        Query(
            """
            SELECT a.site_id, s.name, a.created_at
            FROM assignments a JOIN sites s ON s.company_id = a.company_id AND s.id = a.site_id
            WHERE a.company_id = $1 AND a.user_id = $2 ORDER BY a.site_id
            """,
            user.companyID, user.id
        ) { Assignment(site: try $0.next(), siteName: try $0.next(), since: try $0.next()) }
    }

    fileprivate static func movements(of user: User) -> Query<Use> {
        Query(
            """
            SELECT v.site_id, v.material_id, m.name, \(Movement.columns)
            FROM movements v JOIN users u ON u.id = v.user_id
                JOIN materials m ON m.company_id = v.company_id AND m.site_id = v.site_id AND m.id = v.material_id
            WHERE v.user_id = $1 ORDER BY v.created_at, v.id
            """,
            user.id
        ) { row in
            Use(
                site: try row.next(), material: try row.next(), materialName: try row.next(),
                movement: try Movement(&row))
        }
    }
}

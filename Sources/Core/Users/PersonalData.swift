public import Storage

/// All data on a person (Regulation (EU) 2016/679, articles 15 and 20).
public struct PersonalData: Sendable {
    /// A site that the person is or was assigned to.
    public struct Assignment: Sendable {
        public let site: Site.ID
        public let siteName: String
        public let since: Instant
        /// Nil while they are assigned.
        public let until: Instant?
        /// When they became a foreman of the site; nil if they didn't.
        public let foremanSince: Instant?

        package init(
            site: Site.ID, siteName: String, since: Instant, until: Instant? = nil, foremanSince: Instant? = nil
        ) {
            (self.site, self.siteName, self.since) = (site, siteName, since)
            (self.until, self.foremanSince) = (until, foremanSince)
        }
    }

    /// A movement by the person, with its material.
    public struct Use: Sendable {
        public let site: Site.ID
        public let material: Material.ID
        public internal(set) var movement: Movement

        package init(site: Site.ID, material: Material.ID, movement: Movement) {
            (self.site, self.material, self.movement) = (site, material, movement)
        }
    }

    public let exportedAt: Instant
    public let user: User
    public let formerNames: [FormerName]
    public let formerEmails: [FormerEmail]
    public let sessions: [Session]
    public let knownBrowsers: [KnownBrowser]
    public let phones: [Phone]
    /// Those that the person made.
    public let apiTokens: [APIToken]
    public let factors: [Factor]
    public let assignments: [Assignment]
    public let timeEntries: [TimeEntry]
    public let movements: [Use]
    /// What the person reported late, and what couldn't be recorded then.
    public let clarifications: [Clarification]
    /// Days that were submitted, approved or reopened.
    public let approvals: [DayApproval]
    public let absences: [Absence]
    public let workTargets: [WorkTarget]
    /// Changes by the person and changes about them.
    public let audit: [AuditEntry]
    /// Sign-ins to the account, failed ones included, with their origins, and other events on it.
    public let securityEvents: [SecurityEvent]
    public let mails: [Mail]

    package init(
        exportedAt: Instant, user: User, formerNames: [FormerName], formerEmails: [FormerEmail], sessions: [Session],
        knownBrowsers: [KnownBrowser], phones: [Phone], apiTokens: [APIToken], factors: [Factor],
        assignments: [Assignment],
        timeEntries: [TimeEntry],
        movements: [Use], clarifications: [Clarification], approvals: [DayApproval], absences: [Absence],
        workTargets: [WorkTarget],
        audit: [AuditEntry], securityEvents: [SecurityEvent], mails: [Mail]
    ) {
        self.exportedAt = exportedAt
        self.user = user
        self.formerNames = formerNames
        self.formerEmails = formerEmails
        self.sessions = sessions
        self.knownBrowsers = knownBrowsers
        self.phones = phones
        self.apiTokens = apiTokens
        self.factors = factors
        self.assignments = assignments
        self.timeEntries = timeEntries
        self.movements = movements
        self.clarifications = clarifications
        self.approvals = approvals
        self.absences = absences
        self.workTargets = workTargets
        self.audit = audit
        self.securityEvents = securityEvents
        self.mails = mails
    }
}

extension PersonalData {
    /// A part of an export, because the whole is too large for memory. Parts come in this order. The parts of one list are consecutive, and
    /// each list has at least one, which may be empty.
    public enum Part: Sendable {
        case account(exportedAt: Instant, User)
        case formerNames([FormerName])
        case formerEmails([FormerEmail])
        case sessions([Session])
        case knownBrowsers([KnownBrowser])
        case phones([Phone])
        case apiTokens([APIToken])
        case factors([Factor])
        case assignments([Assignment])
        case timeEntries([TimeEntry])
        case movements([Use])
        case clarifications([Clarification])
        case approvals([DayApproval])
        case absences([Absence])
        case workTargets([WorkTarget])
        case audit([AuditEntry])
        case securityEvents([SecurityEvent])
        case mails([Mail])
    }

    /// A started export, with its small parts already read.
    public struct Beginning: Sendable {
        fileprivate let user: User
        fileprivate let parts: [Part]
    }
}

extension Profile {
    /// Starts an export of all data on the caller.
    /// - Throws: `StorageError`.
    public func beginExport(as actor: Actor) async throws -> PersonalData.Beginning {
        let (user, now) = (actor.user, runtime.now())
        let all = PageRequest<Session.ID>(limit: Int(Int32.max), after: nil)
        let (names, emails, sessions, browsers, phones, tokens, factors, assignments) = try await database.fetch(
            FormerName.all(of: user), FormerEmail.all(of: user, now: now), Session.list(user, all, now: now),
            KnownBrowser.all(of: user),
            Phone.list(user.id, in: user.companyID, .init(limit: Int(Int32.max), after: nil), now: now),
            APIToken.all(of: user), Factor.all(of: user.id, in: user.companyID), PersonalData.assignments(of: user))
        return PersonalData.Beginning(
            user: user,
            parts: [
                .account(exportedAt: now, user), .formerNames(names), .formerEmails(emails), .sessions(sessions),
                .knownBrowsers(browsers), .phones(phones), .apiTokens(tokens), .factors(factors),
                .assignments(assignments),
            ])
    }

    /// Hands an export out part by part, a few hundred rows at a time: it is a consistent snapshot only if nothing is added meanwhile.
    /// Movements are ordered by material, everything else by the time of recording.
    /// - Throws: `StorageError`; the errors of `take`.
    public func export(
        _ beginning: PersonalData.Beginning, to take: (PersonalData.Part) async throws -> Void
    ) async throws {
        let user = beginning.user
        for part in beginning.parts { try await take(part) }
        try await hand(TimeEntry.some(of:after:atMost:), of: user, key: \.key, atOnce: 100) {
            try await take(.timeEntries(try await database.withCorrections($0, in: user.companyID)))
        }
        try await handMovements(of: user) { try await take(.movements($0)) }
        try await hand(Clarification.some(of:after:atMost:), of: user, key: \.id, atOnce: 200) {
            try await take(.clarifications($0))
        }
        try await hand(DayApproval.some(of:after:atMost:), of: user, key: \.day, atOnce: 200) {
            try await take(.approvals($0))
        }
        try await hand(Absence.some(of:after:atMost:), of: user, key: \.key, atOnce: 200) {
            try await take(.absences($0))
        }
        try await take(.workTargets(try await database.fetch(WorkTarget.all(of: user.id, in: user.companyID))))
        try await hand(AuditEntry.some(about:after:atMost:), of: user, key: \.id, atOnce: 200) {
            try await take(.audit($0))
        }
        try await hand(SecurityEvent.some(about:after:atMost:), of: user, key: \.id, atOnce: 500) {
            try await take(.securityEvents($0))
        }
        try await hand(Mail.some(to:after:atMost:), of: user, key: \.id, atOnce: 500) { try await take(.mails($0)) }
    }

    private func hand<Item, Key>(
        _ query: (User, Key?, Int) -> Query<Item>, of user: User, key: (Item) -> Key, atOnce: Int,
        to take: ([Item]) async throws -> Void
    ) async throws {
        var last: Key?
        repeat {
            let rows = try await database.fetch(query(user, last, atOnce))
            try await take(rows)
            last = rows.count < atOnce ? nil : rows.last.map(key)
        } while last != nil
    }

    /// No index orders a person's movements, so they are found by the materials that the person took or added.
    private func handMovements(of user: User, to take: ([PersonalData.Use]) async throws -> Void) async throws {
        var rest = try await database.fetch(PersonalData.materialsUsed(by: user))[...]
        try await take([])
        while !rest.isEmpty {
            let some = rest.prefix(10)
            rest = rest.dropFirst(some.count)
            let found = some.map { Collector(PersonalData.movements(of: user, $0, after: 0)) }
            try await database.read(found)
            for (used, found) in zip(some, found) {
                var rows = found.rows
                while let last = rows.last {
                    try await take(rows)
                    guard rows.count >= PersonalData.movementsAtOnce else { break }
                    rows = try await database.fetch(
                        PersonalData.movements(of: user, used, after: last.movement.number))
                }
            }
        }
    }
}

extension PersonalData {
    fileprivate static func assignments(of user: User) -> Query<Assignment> {
        Query(
            """
            SELECT a.site_id, s.name, a.created_at, NULL, a.foreman_since
            FROM assignments a JOIN sites s ON s.company_id = a.company_id AND s.id = a.site_id
            WHERE a.company_id = $1 AND a.user_id = $2
            UNION ALL
            SELECT f.site_id, s.name, f.began_at, f.ended_at, f.foreman_since
            FROM former_assignments f JOIN sites s ON s.company_id = f.company_id AND s.id = f.site_id
            WHERE f.company_id = $1 AND f.user_id = $2
            ORDER BY 1, 3
            """,
            user.companyID, user.id
        ) { row in
            Assignment(
                site: try row.next(), siteName: try row.next(), since: try row.next(), until: try row.next(),
                foremanSince: try row.next())
        }
    }

    fileprivate typealias Used = (company: Company.ID, site: Site.ID, material: Material.ID)

    fileprivate static func materialsUsed(by user: User) -> Query<Used> {
        Query(
            """
            SELECT DISTINCT v.company_id, v.site_id, v.material_id FROM movements v WHERE v.user_id = $1
            ORDER BY v.company_id, v.site_id, v.material_id
            """,
            user.id
        ) { (try $0.next(), try $0.next(), try $0.next()) }
    }

    fileprivate static let movementsAtOnce = 50

    fileprivate static func movements(of user: User, _ used: Used, after: Int64) -> Query<Use> {
        Query(
            """
            SELECT v.site_id, v.material_id, \(Movement.columns)
            FROM movements v JOIN users u ON u.id = v.user_id
            WHERE v.company_id = $1 AND v.site_id = $2 AND v.material_id = $3 AND v.number > $4 AND v.user_id = $5
            ORDER BY v.company_id, v.site_id, v.material_id, v.number LIMIT $6
            """,
            used.company, used.site, used.material, after, user.id, Int64(movementsAtOnce)
        ) { row in
            var use = Use(site: try row.next(), material: try row.next(), movement: try Movement(named: &row))
            // What it cost is the company's, not the person's.
            use.movement.price = nil
            return use
        }
    }
}

extension TimeEntry {
    private static let selection: SQL = """
        SELECT t.id, t.site_id, s.name, t.user_id, u.first_name, u.last_name, t.checked_in_at, t.checked_out_at, t.version,
            (SELECT COUNT(*) FROM time_corrections c
            WHERE c.company_id = t.company_id AND c.site_id = t.site_id AND c.entry_id = t.id)
        FROM time_entries t JOIN users u ON u.company_id = t.company_id AND u.id = t.user_id
            JOIN sites s ON s.company_id = t.company_id AND s.id = t.site_id
        """

    private static let byID: SQL = "\(selection) WHERE t.company_id = $1 AND t.site_id = $2 AND t.id = $3"

    private static let openByUser: SQL = """
        \(selection) WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_out_at IS NULL
        """

    /// The end of each list: newest first, after `$2` and `$3`.
    private static let newestFirst: SQL = """
        AND (t.checked_in_at, t.id) < ($2, $3)
        """

    private static let onSite: SQL = """
        \(selection) WHERE t.company_id = $1 \(newestFirst) AND t.site_id = $5
        ORDER BY t.company_id DESC, t.site_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let onSiteByUser: SQL = """
        \(selection) WHERE t.company_id = $1 \(newestFirst) AND t.user_id = $6 AND t.site_id = $5
        ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let inCompany: SQL = """
        \(selection) WHERE t.company_id = $1 \(newestFirst) AND t.checked_in_at >= $5 AND t.checked_in_at < $6
        ORDER BY t.company_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let inCompanyByUser: SQL = """
        \(selection) WHERE t.company_id = $1 \(newestFirst) AND t.checked_in_at >= $5 AND t.checked_in_at < $6
            AND t.user_id = $7
        ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    /// Few: each person is on one site at most.
    private static let openInCompany: SQL = """
        \(selection) WHERE t.company_id = $1 \(newestFirst) AND t.checked_in_at >= $5 AND t.checked_in_at < $6
            AND ($7 IS NULL OR t.user_id = $7) AND t.checked_out_at IS NULL
        ORDER BY t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let allOfUser: SQL = """
        \(selection) WHERE t.company_id = $1 AND t.user_id = $2 AND (t.checked_in_at, t.id) > ($3, $4)
        ORDER BY t.company_id, t.user_id, t.checked_in_at, t.id LIMIT $5
        """

    // MARK: Reading

    static func one(_ id: ID, _ scope: SiteScope) -> Query<TimeEntry> {
        Query(byID, scope.company, scope.site, id, row: TimeEntry.init)
    }

    /// The visit that somebody is on now, on whatever site.
    static func open(of user: User.ID, _ company: Company.ID) -> Query<TimeEntry> {
        Query(openByUser, company, user, row: TimeEntry.init)
    }

    private static let othersInTime: SQL = """
        SELECT t.id FROM time_entries t
        WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_in_at < $4 AND COALESCE(t.checked_out_at, $4) > $3
            AND t.id <> $5
        LIMIT 1
        """

    /// A visit of the same person's, other than this one, that has a share in this time.
    static func others(
        than entry: TimeEntry, from start: Instant, to end: Instant, in company: Company.ID
    ) -> Query<ID> {
        Query(othersInTime, company, entry.user, start, end, entry.id) { try $0.next() }
    }

    /// Newest first; within the leave to read one's own, the person's own.
    static func list(_ scope: SiteScope, _ page: PageRequest<Key>) -> Query<TimeEntry> {
        let after = page.after ?? .beforeAll
        if let person = scope.person {
            return Query(
                onSiteByUser, scope.company, after.checkedInAt, after.text, page.fetchLimit, scope.site, person,
                row: TimeEntry.init)
        }
        return Query(
            onSite, scope.company, after.checkedInAt, after.text, page.fetchLimit, scope.site, row: TimeEntry.init)
    }

    /// - Parameter period: when they began.
    static func list(
        _ scope: CompanyScope, _ filter: TimeEntryFilter, in period: Range<Instant>, _ page: PageRequest<Key>
    ) -> Query<TimeEntry> {
        let after = page.after ?? .beforeAll
        let user = scope.person ?? filter.user
        let (from, to) = (period.lowerBound, period.upperBound)
        if filter.isOpen {
            return Query(
                openInCompany, scope.company, after.checkedInAt, after.text, page.fetchLimit, from, to, user,
                row: TimeEntry.init)
        }
        if let user {
            return Query(
                inCompanyByUser, scope.company, after.checkedInAt, after.text, page.fetchLimit, from, to, user,
                row: TimeEntry.init)
        }
        return Query(
            inCompany, scope.company, after.checkedInAt, after.text, page.fetchLimit, from, to, row: TimeEntry.init)
    }

    /// Everything about one person, oldest first.
    static func some(of user: User, after: Key?, atMost limit: Int) -> Query<TimeEntry> {
        Query(
            allOfUser, user.companyID, user.id, after?.checkedInAt ?? Instant.first, after?.text ?? "", Int64(limit),
            row: TimeEntry.init)
    }

    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), site: try row.next(), siteName: try row.next(), user: try row.next(),
            userName: "\(try row.next() as String) \(try row.next() as String)", checkedInAt: try row.next(),
            checkedOutAt: try row.next(), version: try row.next())
        correctionCount = Int(try row.next() as Int64)
    }

    // MARK: Writing

    /// Writes nothing where the person is on a site already.
    package func insert(_ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            ON CONFLICT DO NOTHING
            """,
            scope.company, scope.site, id, user, checkedInAt, checkedOutAt, now)
    }

    static func lock(_ id: ID, _ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE time_entries SET version = version WHERE company_id = $1 AND site_id = $2 AND id = $3",
            scope.company, scope.site, id)
    }

    static func update(
        _ id: ID, _ scope: SiteScope, checkedInAt: Instant, checkedOutAt: Instant?, now: Instant
    ) -> Statement {
        Statement(
            """
            UPDATE time_entries SET checked_in_at = $4, checked_out_at = $5, version = version + 1, updated_at = $6
            WHERE company_id = $1 AND site_id = $2 AND id = $3
            """,
            scope.company, scope.site, id, checkedInAt, checkedOutAt, now)
    }

    /// Ends the visit that somebody who goes for good is on.
    static func endOpen(of user: User.ID, _ scope: CompanyScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE time_entries SET checked_out_at = CASE WHEN checked_in_at > $3 THEN checked_in_at ELSE $3 END,
                version = version + 1, updated_at = $3
            WHERE company_id = $1 AND user_id = $2 AND checked_out_at IS NULL
            """,
            scope.company, user, now)
    }

    /// Ends all visits to a site that is removed.
    static func endOpen(on scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE time_entries SET checked_out_at = CASE WHEN checked_in_at > $3 THEN checked_in_at ELSE $3 END,
                version = version + 1, updated_at = $3
            WHERE company_id = $1 AND site_id = $2 AND checked_out_at IS NULL
            """,
            scope.company, scope.site, now)
    }
}

extension TimeEntry.Key {
    /// Before the first page: later than any entry.
    fileprivate static let beforeAll = TimeEntry.Key(
        checkedInAt: .last,
        id: ID("ffffffff-ffff-ffff-ffff-ffffffffffff") ?? { preconditionFailure("not a UUID") }())

    fileprivate var text: String { id.text }
}

extension Instant {
    /// Far outside of what occurs.
    fileprivate static let first = Instant(milliseconds: .min)
    fileprivate static let last = Instant(milliseconds: .max)
}

extension TimeEntry.Correction {
    private static let ofEntry: SQL = """
        SELECT c.number, c.checked_in_at, c.checked_out_at, c.reason, c.reason_code, c.user_id, u.first_name, u.last_name, c.created_at
        FROM time_corrections c JOIN users u ON u.id = c.user_id
        WHERE c.company_id = $1 AND c.site_id = $2 AND c.entry_id = $3
        ORDER BY c.company_id, c.site_id, c.entry_id, c.number
        """

    /// Oldest first.
    static func all(of entry: TimeEntry, in company: Company.ID) -> Query<TimeEntry.Correction> {
        Query(ofEntry, company, entry.site, entry.id) { row in
            TimeEntry.Correction(
                number: try row.next(), checkedInAt: try row.next(), checkedOutAt: try row.next(),
                reason: try row.next(), cause: (try row.next() as String?).flatMap(Cause.init), user: try row.next(),
                userName: "\(try row.next() as String) \(try row.next() as String)", createdAt: try row.next())
        }
    }

    /// Keeps what an entry said.
    static func insert(_ old: TimeEntry, reason: String, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO time_corrections (company_id, site_id, entry_id, number, checked_in_at, checked_out_at, reason, user_id,
                created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            scope.company, scope.site, old.id, old.version, old.checkedInAt, old.checkedOutAt, reason,
            scope.actor.user.id, now)
    }
}

extension TimeEntry.Correction {
    private static let keeping: SQL = """
        INSERT INTO time_corrections (company_id, site_id, entry_id, number, checked_in_at, checked_out_at, reason,
            reason_code, user_id, created_at)
        SELECT t.company_id, t.site_id, t.id, t.version, t.checked_in_at, t.checked_out_at, '', $3, $4, $5
        FROM time_entries t
        """

    private static let keepingOfUser: SQL = """
        \(keeping) WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_out_at IS NULL
        """

    private static let keepingOnSite: SQL = """
        \(keeping) WHERE t.company_id = $1 AND t.site_id = $2 AND t.checked_out_at IS NULL
        """

    /// Keeps that somebody who is removed was on a visit, before it is ended for them.
    static func keepOpen(of user: User.ID, _ scope: CompanyScope, now: Instant) -> Statement {
        Statement(keepingOfUser, scope.company, user, Cause.personRemoved, scope.actor.user.id, now)
    }

    /// The same for everybody on a site that is removed.
    static func keepOpen(on scope: SiteScope, now: Instant) -> Statement {
        Statement(keepingOnSite, scope.company, scope.site, Cause.siteRemoved, scope.actor.user.id, now)
    }
}

extension Database {
    /// The same entries with the corrections of those that were corrected, asked in one round trip.
    func withCorrections(_ entries: [TimeEntry], in company: Company.ID) async throws -> [TimeEntry] {
        let collectors = entries.map { entry in
            entry.correctionCount > 0 ? Collector(TimeEntry.Correction.all(of: entry, in: company)) : nil
        }
        let readings = collectors.compactMap(\.self)
        guard !readings.isEmpty else { return entries }
        try await read(readings)
        return zip(entries, collectors).map { entry, collector in
            var entry = entry
            entry.corrections = collector?.rows ?? []
            return entry
        }
    }
}

extension TimeEntryFilter {
    var hasDays: Bool {
        [from, to].contains { if case .day = $0 { true } else { false } }
    }

    /// - Parameter timeZone: the company's.
    func period(in timeZone: String) -> Range<Instant> {
        let start: Instant
        switch from {
        case .instant(let instant): start = instant
        case .day(let day): start = day.start(in: timeZone)
        case nil: start = .first
        }
        let end: Instant
        switch to {
        case .instant(let instant): end = instant
        case .day(let day): end = (day + 1).start(in: timeZone)
        case nil: end = .last
        }
        return start..<max(start, end)
    }
}

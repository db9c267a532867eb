package import Storage

extension TimeEntry {
    private static let columns = columns(of: "t")

    /// SQLite keeps the order of a CROSS JOIN. Otherwise, with statistics, it would begin with the people of a company that has few of
    /// them, and sort all past entries (https://sqlite.org/optoverview.html#crossjoin).
    private static let selection: SQL = """
        SELECT \(columns), t.site_id, s.name, u.first_name, u.last_name,
            (SELECT e.first_name FROM users e WHERE e.id = t.entered_by),
            (SELECT e.last_name FROM users e WHERE e.id = t.entered_by),
            (SELECT w.first_name FROM users w WHERE w.id = t.voided_by),
            (SELECT w.last_name FROM users w WHERE w.id = t.voided_by),
            (SELECT COUNT(*) FROM time_corrections c
            WHERE c.company_id = t.company_id AND c.site_id = t.site_id AND c.entry_id = t.id)
        FROM time_entries t CROSS JOIN users u CROSS JOIN sites s
        WHERE u.company_id = t.company_id AND u.id = t.user_id AND s.company_id = t.company_id AND s.id = t.site_id
        """

    private static let byID: SQL = "\(selection) AND t.company_id = $1 AND t.site_id = $2 AND t.id = $3"

    /// Uses the index of open entries, which SQLite would avoid if it was empty when the statistics were taken.
    private static let openByUser: SQL = """
        \(selection) AND t.company_id = $1 AND (t.site_id, t.id) = (
            SELECT o.site_id, o.id FROM time_entries o
            WHERE o.company_id = $1 AND o.user_id = $2 AND o.checked_out_at IS NULL AND o.voided_at IS NULL)
        """

    /// The condition of every list: newest first, after `$2` and `$3`.
    private static let newestFirst: SQL = """
        AND (t.checked_in_at, t.id) < ($2, $3)
        """

    private static let onSite: SQL = """
        \(selection) AND t.company_id = $1 \(newestFirst) AND t.site_id = $5 AND ($6 = 1 OR t.voided_at IS NULL)
        ORDER BY t.company_id DESC, t.site_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let onSiteByUser: SQL = """
        \(selection) AND t.company_id = $1 \(newestFirst) AND t.user_id = $6 AND t.site_id = $5
            AND ($7 = 1 OR t.voided_at IS NULL)
        ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let inCompany: SQL = """
        \(selection) AND t.company_id = $1 \(newestFirst) AND t.checked_in_at >= $5 AND t.checked_in_at < $6
            AND ($7 = 1 OR t.voided_at IS NULL)
        ORDER BY t.company_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let inCompanyByUser: SQL = """
        \(selection) AND t.company_id = $1 \(newestFirst) AND t.checked_in_at >= $5 AND t.checked_in_at < $6
            AND t.user_id = $7 AND ($8 = 1 OR t.voided_at IS NULL)
        ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    /// There are few: each person is on one site at most.
    private static let openInCompany: SQL = """
        \(selection) AND t.company_id = $1 \(newestFirst) AND t.checked_in_at >= $5 AND t.checked_in_at < $6
            AND ($7 IS NULL OR t.user_id = $7) AND t.checked_out_at IS NULL AND t.voided_at IS NULL
        ORDER BY t.checked_in_at DESC, t.id DESC LIMIT $4
        """

    private static let allOfUser: SQL = """
        \(selection) AND t.company_id = $1 AND t.user_id = $2 AND (t.checked_in_at, t.id) > ($3, $4)
        ORDER BY t.company_id, t.user_id, t.checked_in_at, t.id LIMIT $5
        """

    // MARK: Reading

    static func one(_ id: ID, _ scope: SiteScope) -> Query<TimeEntry> {
        Query(byID, scope.company, scope.site, id, row: TimeEntry.init(named:))
    }

    /// The person's open time entry, on any site.
    static func open(of user: User.ID, _ company: Company.ID) -> Query<TimeEntry> {
        Query(openByUser, company, user, row: TimeEntry.init(named:))
    }

    /// The time of another entry.
    struct Stretch: Sendable {
        let from: Instant
        /// Nil while the person is there: then it takes all time after `from`.
        let to: Instant?

        /// In milliseconds, how much time it has in common with a stretch of time.
        func shares(from: Instant, to: Instant) -> Int64 {
            let (start, end) = (max(from, self.from), min(to, self.to ?? .last))
            return max(0, end.milliseconds.subtracting(start.milliseconds))
        }

        /// Whether one of two stretches is open, and begins within the other, which isn't.
        func meets(from: Instant, to: Instant?) -> Bool {
            switch (self.to, to) {
            case (let ended?, nil): self.from <= from && from < ended
            case (nil, let end?): from <= self.from && self.from < end
            default: false
            }
        }
    }

    /// How many stretches are read at most.
    static let mostStretches = 100

    private static let othersInTime: SQL = """
        SELECT t.checked_in_at, t.checked_out_at FROM time_entries t
        WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_out_at > $3 AND t.checked_in_at < $4 AND t.voided_at IS NULL
            AND t.id <> $5
        UNION ALL
        SELECT o.checked_in_at, o.checked_out_at FROM time_entries o
        WHERE o.company_id = $1 AND o.user_id = $2 AND o.checked_out_at IS NULL AND o.voided_at IS NULL AND o.id <> $5
        LIMIT $6
        """

    /// The person's entries that have time in common with a stretch of time, and an open one that may begin later.
    static func stretches(
        of user: User.ID, besides entry: ID, from start: Instant, to end: Instant, in company: Company.ID
    ) -> Query<Stretch> {
        Query(othersInTime, company, user, start, end, entry, Int64(mostStretches)) {
            Stretch(from: try $0.next(), to: try $0.next())
        }
    }

    private static let othersSinceOpen: SQL = """
        SELECT t.checked_in_at, t.checked_out_at FROM time_entries t
        WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_out_at > (
                SELECT o.checked_in_at FROM time_entries o
                WHERE o.company_id = $1 AND o.user_id = $2 AND o.checked_out_at IS NULL AND o.voided_at IS NULL)
            AND t.checked_in_at < $3 AND t.voided_at IS NULL
        LIMIT $4
        """

    /// The person's closed entries that have time in common with their open one, if it ends at an instant.
    static func stretches(ofOpen user: User.ID, until end: Instant, in company: Company.ID) -> Query<Stretch> {
        Query(othersSinceOpen, company, user, end, Int64(mostStretches)) {
            Stretch(from: try $0.next(), to: try $0.next())
        }
    }

    /// How many beginnings are read at most. A person has far fewer in three days.
    static let mostStarts = 1_000

    /// When the person's entries began, with those that were voided, on the day of an instant in any time zone; and on days beside it.
    static func starts(of user: User.ID, around at: Instant, in company: Company.ID) -> Query<Instant> {
        Query(
            """
            SELECT t.checked_in_at FROM time_entries t
            WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_in_at > $3 AND t.checked_in_at < $4
            ORDER BY t.company_id, t.user_id, t.checked_in_at LIMIT $5
            """,
            company, user, at - .seconds(26 * 3600), at + .seconds(26 * 3600), Int64(mostStarts)
        ) { try $0.next() }
    }

    private static let latestOnSite: SQL = """
        \(selection) AND t.company_id = $1 AND t.user_id = $2 AND t.site_id = $3 AND t.checked_in_at <= $4 AND t.voided_at IS NULL
        ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC, t.id DESC LIMIT 1
        """

    /// The person's latest entry on a site that began at an instant or before.
    static func latest(of user: User.ID, before at: Instant, on scope: SiteScope) -> Query<TimeEntry> {
        Query(latestOnSite, scope.company, user, scope.site, at, row: TimeEntry.init(named:))
    }

    /// All open entries of a company: there are few, and a query for those of one site would read all entries of the site.
    static func open(in company: Company.ID) -> Query<TimeEntry> {
        let (key, user): (Key, User.ID?) = (.beforeAll, nil)
        return Query(
            openInCompany, company, key.checkedInAt, key.text, Int64.max, Instant.first, Instant.last, user,
            row: TimeEntry.init(named:))
    }

    /// The entries on a site, newest first.
    /// - Parameter person: whose entries; nil for everyone's.
    static func list(
        _ scope: SiteScope, of person: User.ID?, withVoided: Bool, _ page: PageRequest<Key>
    ) -> Query<TimeEntry> {
        let (after, void) = (page.after ?? .beforeAll, Int64(withVoided ? 1 : 0))
        if let person {
            return Query(
                onSiteByUser, scope.company, after.checkedInAt, after.text, page.fetchLimit, scope.site, person, void,
                row: TimeEntry.init(named:))
        }
        return Query(
            onSite, scope.company, after.checkedInAt, after.text, page.fetchLimit, scope.site, void,
            row: TimeEntry.init(named:))
    }

    /// The entries of a company, newest first; with a scope for own records, only the person's own.
    /// - Parameter period: the period in which they began.
    static func list(
        _ scope: CompanyScope, _ filter: TimeEntryFilter, in period: Range<Instant>, _ page: PageRequest<Key>
    ) -> Query<TimeEntry> {
        let after = page.after ?? .beforeAll
        let user = scope.person ?? filter.user
        let (from, to, void) = (period.lowerBound, period.upperBound, Int64(filter.withVoided ? 1 : 0))
        if filter.isOpen {
            return Query(
                openInCompany, scope.company, after.checkedInAt, after.text, page.fetchLimit, from, to, user,
                row: TimeEntry.init(named:))
        }
        if let user {
            return Query(
                inCompanyByUser, scope.company, after.checkedInAt, after.text, page.fetchLimit, from, to, user, void,
                row: TimeEntry.init(named:))
        }
        return Query(
            inCompany, scope.company, after.checkedInAt, after.text, page.fetchLimit, from, to, void,
            row: TimeEntry.init(named:))
    }

    /// All of a person's entries, oldest first.
    static func some(of user: User, after: Key?, atMost limit: Int) -> Query<TimeEntry> {
        Query(
            allOfUser, user.companyID, user.id, after?.checkedInAt ?? Instant.first, after?.text ?? "", Int64(limit),
            row: TimeEntry.init(named:))
    }

    // MARK: Writing

    /// When an entry was last changed, and its salt, are written with it, and not read.
    private static let writes = StoredWrites<TimeEntry>(also: ["updated_at", "salt"])

    /// Inserts the entry with its link. Fails, as `TimeEntryRefusal.openMeanwhile`, if the entry is open and the person has another open
    /// one.
    package func insert(_ scope: SiteScope, _ transaction: borrowing Transaction) throws {
        try transaction.enqueue(
            Self.writes.insert(
                self, in: [scope.company.sqlValue, scope.site.sqlValue],
                also: [recordedAt.sqlValue, HourChain.newSalt().sqlValue]))
        transaction.last(HourChain.self).add(id, scope, at: recordedAt)
    }

    static func lock(_ id: ID, _ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE time_entries SET version = version WHERE company_id = $1 AND site_id = $2 AND id = $3",
            scope.company, scope.site, id)
    }

    /// Updates the entry, and adds a link.
    /// - Throws: the database's `StorageError`.
    func update(_ scope: SiteScope, _ transaction: borrowing Transaction, now: Instant) throws {
        try transaction.enqueue(
            Self.writes.update(
                self, in: [scope.company.sqlValue, scope.site.sqlValue], also: [now.sqlValue, SQLValue.null(.text)]))
        transaction.last(HourChain.self).add(id, scope, at: now)
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
    /// Outside the range of real instants.
    fileprivate static let first = Instant(milliseconds: .min)
    static let last = Instant(milliseconds: .max)
}

extension TimeEntry.Correction {
    private static let columns = columns(of: "c")

    private static let ofEntry: SQL = """
        SELECT \(columns), u.first_name, u.last_name
        FROM time_corrections c CROSS JOIN users u
        WHERE u.id = c.user_id AND c.company_id = $1 AND c.site_id = $2 AND c.entry_id = $3
        ORDER BY c.company_id, c.site_id, c.entry_id, c.number
        """

    /// Oldest first.
    static func all(of entry: TimeEntry, in company: Company.ID) -> Query<TimeEntry.Correction> {
        Query(ofEntry, company, entry.site, entry.id, row: TimeEntry.Correction.init(named:))
    }

    private static let writes = StoredWrites<TimeEntry.Correction>()

    /// Inserts the correction with its link.
    /// - Throws: the database's `StorageError`.
    func insert(of entry: TimeEntry.ID, _ scope: SiteScope, _ transaction: borrowing Transaction) throws {
        try transaction.enqueue(
            Self.writes.insert(self, in: [scope.company.sqlValue, scope.site.sqlValue, entry.sqlValue]))
        transaction.last(HourChain.self).add(correction: number, of: entry, scope, at: createdAt)
    }
}

extension Database {
    /// The same entries with the corrections of the corrected ones, queried in one round trip.
    /// - Throws: the database's `StorageError`.
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

    /// The period in which the entries began.
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

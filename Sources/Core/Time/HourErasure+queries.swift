import Storage

extension HourErasure {
    // MARK: Rules

    /// A company whose last run was on an earlier day.
    struct Due: Sendable {
        let day: Day
        let company: Company.ID
    }

    static let dueAtOnce = 50

    private static let dueRuns: SQL = """
        SELECT e.done_day, e.company_id FROM hour_erasures e
        WHERE e.done_day < $1 AND (e.done_day, e.company_id) > ($2, $3) ORDER BY e.done_day, e.company_id LIMIT 50
        """

    /// Companies for which it is a later day than that of their last run, wherever they are. It takes no scope: the server erases for all
    /// companies.
    static func due(at now: Instant, after last: Due?) -> Query<Due> {
        Query(dueRuns, latestDay(at: now) + 1, last?.day.text ?? "", last?.company.text ?? "") {
            Due(day: try $0.next(), company: try $0.next())
        }
    }

    private static let rule: SQL = """
        SELECT c.id, c.name, c.hours_kept_years, c.time_zone, c.hours_from, c.suspended_at, e.done_day, e.set_by,
            e.entries, e.days, e.absences, e.clarifications, e.files
        FROM companies c JOIN hour_erasures e ON e.company_id = c.id WHERE c.id = $1
        """

    static func one(_ company: Company.ID) -> Query<HourErasure> {
        Query(rule, company) { row in
            let (id, name, years): (Company.ID, String, Int64?) = (try row.next(), try row.next(), try row.next())
            let (timeZone, from, suspendedAt): (String, Day?, Instant?) = (
                try row.next(), try row.next(), try row.next()
            )
            let (doneDay, setBy): (Day, User.ID) = (try row.next(), try row.next())
            return HourErasure(
                company: id, companyName: name, years: years, timeZone: timeZone, hoursFrom: from,
                isSuspended: suspendedAt != nil, doneDay: doneDay, setBy: setBy, counts: try counts(&row))
        }
    }

    private static func counts(_ row: inout Row) throws -> HourErasures.Counts {
        var counts = HourErasures.Counts()
        (counts.entries, counts.days, counts.absences) = (try row.next(), try row.next(), try row.next())
        (counts.clarifications, counts.files) = (try row.next(), try row.next())
        return counts
    }

    static func insert(of company: Company.ID, by user: User.ID, on day: Day) -> Statement {
        Statement(
            "INSERT INTO hour_erasures (company_id, done_day, set_by) VALUES ($1, $2, $3)", company, day, user)
    }

    static func remove(of company: Company.ID) -> Statement {
        Statement("DELETE FROM hour_erasures WHERE company_id = $1", company)
    }

    /// The run ended, and was recorded.
    static func end(_ company: Company.ID, on day: Day) -> Statement {
        Statement(
            """
            UPDATE hour_erasures SET done_day = $2, entries = 0, days = 0, absences = 0, clarifications = 0, files = 0
            WHERE company_id = $1
            """,
            company, day)
    }

    static func add(_ erased: HourErasures.Counts, _ company: Company.ID) -> Statement {
        Statement(
            """
            UPDATE hour_erasures SET entries = entries + $2, days = days + $3, absences = absences + $4,
                clarifications = clarifications + $5, files = files + $6
            WHERE company_id = $1
            """,
            company, erased.entries, erased.days, erased.absences, erased.clarifications, erased.files)
    }

    /// Hours from before a day are gone.
    static func begin(_ first: Day, _ company: Company.ID, now: Instant) -> Statement {
        Statement(
            "UPDATE companies SET hours_from = $2, version = version + 1, updated_at = $3 WHERE id = $1", company,
            first,
            now)
    }

    static func keepSum(_ minutes: Int64, of site: String, in company: Company.ID) -> Statement {
        Statement(
            "UPDATE sites SET erased_minutes = erased_minutes + $3 WHERE company_id = $1 AND id = $2", company, site,
            minutes)
    }

    static func postpone(_ company: Company.ID, to day: Day) -> Statement {
        Statement("UPDATE hour_erasures SET done_day = $2 WHERE company_id = $1", company, day)
    }

    /// The latest day of any place.
    static func latestDay(at now: Instant) -> Day { (now + .seconds(14 * 3600)).day }

    /// Those of all companies whose last run was before a day. It takes no scope, as `due`.
    static func postponeAll(before day: Day, to other: Day) -> Statement {
        Statement("UPDATE hour_erasures SET done_day = $2 WHERE done_day < $1", day, other)
    }

    /// Those of all companies whose last run was on a day that is yet to come: a clock was wrong.
    static func postponeAll(after day: Day) -> Statement {
        Statement("UPDATE hour_erasures SET done_day = $1 WHERE done_day > $1", day)
    }

    // MARK: What goes

    // In these, $2 is the instant at which the first day begins that stays, and $3 that day.

    /// Of an entry `t` that is over and was last written before, too: who corrects the year of an entry by mistake doesn't erase it.
    fileprivate static let isOver: SQL = """
        t.checked_in_at < $2 AND t.updated_at < $2
            AND (t.checked_out_at <= $2 OR t.checked_out_at IS NULL AND t.voided_at IS NOT NULL)
        """

    /// Of an absence `b` that was answered.
    private static let isAnswered: SQL = """
        b.from_day < $3 AND b.to_day < $3 AND b.state <> 'ASKED' AND b.updated_at < $2
        """

    /// Of what was reported late about hours, `d`, and decided.
    private static let isDecided: SQL = """
        d.state IN ('BOOKED', 'DECLINED') AND d.at < $2 AND d.reported_at < $2
            AND COALESCE(d.decided_at, d.reported_at) < $2 AND d.act <> 'ADJUST_QUANTITY'
        """

    private static let people: SQL = """
        SELECT u.id FROM users u
        WHERE u.company_id = $1 AND u.id > $4 AND (
            EXISTS (SELECT 1 FROM time_entries t WHERE t.company_id = $1 AND t.user_id = u.id AND \(isOver))
            OR EXISTS (SELECT 1 FROM day_approvals a WHERE a.company_id = $1 AND a.user_id = u.id AND a.day < $3)
            OR EXISTS (
                SELECT 1 FROM absences b WHERE b.company_id = $1 AND b.user_id = u.id AND \(isAnswered))
            OR EXISTS (
                SELECT 1 FROM clarifications d WHERE d.company_id = $1 AND d.user_id = u.id AND \(isDecided)))
        ORDER BY u.company_id, u.id LIMIT 1
        """

    /// The next person with something from before a day.
    static func person(
        _ cut: Instant, _ first: Day, in company: Company.ID, after last: User.ID?
    ) -> Query<User.ID> {
        Query(people, company, cut, first, last?.text ?? "") { try $0.next() }
    }

    private static let daysBefore: SQL = """
        DELETE FROM day_approvals WHERE company_id = $1 AND user_id = $2 AND day IN (
            SELECT a.day FROM day_approvals a WHERE a.company_id = $1 AND a.user_id = $2 AND a.day < $3
            ORDER BY a.company_id, a.user_id, a.day LIMIT 200)
        RETURNING reopen_reason
        """

    /// Erases some. A row for each: the bytes of its text.
    static func eraseDays(of user: User.ID, before first: Day, in company: Company.ID) -> Query<Int64> {
        Query(daysBefore, company, user, first) { (try $0.next() as String?).textBytes }
    }

    private static let absencesBefore: SQL = """
        DELETE FROM absences WHERE company_id = $1 AND id IN (
            SELECT b.id FROM absences b WHERE b.company_id = $1 AND b.user_id = $4 AND \(isAnswered)
            ORDER BY b.company_id, b.user_id, b.from_day LIMIT 100)
        RETURNING note, reason
        """

    /// The same for absences that ended and were answered.
    static func eraseAbsences(
        of user: User.ID, before first: Day, _ cut: Instant, in company: Company.ID
    ) -> Query<Int64> {
        Query(absencesBefore, company, cut, first, user) {
            (try $0.next() as String?).textBytes + (try $0.next() as String?).textBytes
        }
    }

    private static let clarificationsBefore: SQL = """
        DELETE FROM clarifications WHERE company_id = $1 AND id IN (
            SELECT d.id FROM clarifications d WHERE d.company_id = $1 AND d.user_id = $3 AND \(isDecided)
            ORDER BY d.id LIMIT 100)
        RETURNING body, reason
        """

    /// The same for what was reported about hours, and decided.
    static func eraseClarifications(of user: User.ID, before cut: Instant, in company: Company.ID) -> Query<Int64> {
        Query(clarificationsBefore, company, cut, user) {
            (try $0.next() as String?).textBytes + (try $0.next() as String?).textBytes
        }
    }

    private static let filesBefore: SQL = """
        DELETE FROM wage_exports WHERE company_id = $1 AND id IN (
            SELECT w.id FROM wage_exports w WHERE w.company_id = $1 AND w.month < $2 AND w.made_at < $3
            ORDER BY w.company_id, w.month, w.id LIMIT 20)
        RETURNING id
        """

    /// The same for payroll files of months before a month.
    static func eraseFiles(before month: Month, _ cut: Instant, in company: Company.ID) -> Query<String> {
        Query(filesBefore, company, month, cut) { try $0.next() }
    }

    private static let forecasting: SQL = """
        SELECT (SELECT COUNT(*) FROM (
                SELECT t.id FROM time_entries t WHERE t.company_id = $1 AND \(isOver) LIMIT $4) AS waiting),
            (SELECT COUNT(*) FROM (
                SELECT a.day FROM day_approvals a WHERE a.company_id = $1 AND a.day < $3 LIMIT $4) AS waiting),
            (SELECT COUNT(*) FROM (
                SELECT b.id FROM absences b WHERE b.company_id = $1 AND \(isAnswered) LIMIT $4) AS waiting),
            (SELECT COUNT(*) FROM (
                SELECT d.id FROM clarifications d WHERE d.company_id = $1 AND \(isDecided) LIMIT $4) AS waiting),
            (SELECT COUNT(*) FROM (
                SELECT w.id FROM wage_exports w WHERE w.company_id = $1 AND w.month < $5 AND w.made_at < $2
                LIMIT $4) AS waiting)
        """

    static func forecast(_ cut: Instant, _ first: Day, in company: Company.ID) -> Query<HourErasures.Counts> {
        Query(forecasting, company, cut, first, HourErasures.mostCounted, Month(of: first)) { try counts(&$0) }
    }
}

extension OldEntry {
    private static let before: SQL = """
        SELECT t.site_id, t.id, t.version, t.checked_in_at, t.checked_out_at, t.voided_at, t.reason, t.void_reason
        FROM time_entries t WHERE t.company_id = $1 AND t.user_id = $3 AND \(HourErasure.isOver)
        ORDER BY t.company_id, t.user_id, t.checked_in_at, t.id LIMIT 100
        """

    /// A person's oldest entries that began before an instant, without an open one.
    static func some(of user: User.ID, before cut: Instant, in company: Company.ID) -> Query<OldEntry> {
        Query(before, company, cut, user) { row in
            let (site, entry, version): (String, String, Int64) = (try row.next(), try row.next(), try row.next())
            let (from, to, voidedAt): (Instant, Instant?, Instant?) = (
                try row.next(), try row.next(), try row.next()
            )
            let (reason, voidReason): (String?, String?) = (try row.next(), try row.next())
            // As a site's sum counts them.
            let minutes = voidedAt == nil ? (to.map { $0.milliseconds / 60_000 - from.milliseconds / 60_000 } ?? 0) : 0
            return OldEntry(
                site: site, entry: entry, version: version, minutes: minutes,
                textBytes: reason.textBytes + voidReason.textBytes)
        }
    }

    private static let corrections: SQL = """
        DELETE FROM time_corrections WHERE company_id = $1 AND site_id = $2 AND entry_id = $3 RETURNING reason
        """

    /// A row for each: the bytes of its text.
    func eraseCorrections(in company: Company.ID) -> Query<Int64> {
        Query(Self.corrections, company, site, entry) { (try $0.next() as String?).textBytes }
    }

    /// With its salt: nothing can be read from its links any more.
    func erase(in company: Company.ID) -> Statement {
        Statement("DELETE FROM time_entries WHERE company_id = $1 AND site_id = $2 AND id = $3", company, site, entry)
    }
}

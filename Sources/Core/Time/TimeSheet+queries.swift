import Storage

/// A person with the entries that their time sheet is computed from.
struct TimeSheetRow: Sendable {
    let user: User.ID
    let userName: String
    let personnelNumber: String?
    fileprivate let youthUntil: Day?
    let removedAt: Instant?
    /// Those of the period, and the one before it.
    fileprivate(set) var stretches: [WorkStretch] = []
    /// Of text, in the answer.
    fileprivate(set) var bytes: Int
    /// With the rows before it.
    fileprivate var total: Int

    /// Whether the person is under 18 on a day.
    func isYoung(on day: Day) -> Bool { youthUntil.map { day <= $0 } ?? false }

    /// What was worked on the days of a period, in minutes.
    /// - Parameter days: those that the entries were read for.
    func minutes(of days: ClosedRange<Day>, in zone: ZoneDays, rule: BreakRule, now: Instant) -> Int {
        WorkDay.days(of: stretches, in: zone, rule: rule, now: now)
            .reduce(0) { days.contains($1.day) ? $0 + $1.minutes : $0 }
    }

    /// Whether there may be more rows than were kept.
    static func isCut(_ rows: [TimeSheetRow]) -> Bool { (rows.last?.total ?? 0) > PageCapacity.mostBytes }

    /// The number of the person's columns after the id.
    fileprivate static let columns = 5

    /// Reads the person's columns after the id.
    fileprivate init(_ user: User.ID, _ row: inout Row, after total: Int) throws {
        self.user = user
        userName = "\(try row.next() as String) \(try row.next() as String)"
        personnelNumber = try row.next()
        youthUntil = try row.next()
        removedAt = try row.next()
        bytes = userName.utf8.count + (personnelNumber?.utf8.count ?? 0)
        self.total = total + bytes
    }

    /// Reads the entry's columns; null for a person without one.
    /// - Parameter regions: of the sites that have one of their own.
    fileprivate mutating func add(_ row: inout Row, _ regions: [Site.ID: Region]) throws {
        guard let entry: TimeEntry.ID = try row.next() else { return }
        let (from, to): (Instant, Instant?) = (try row.next(), try row.next())
        let (kind, breaks): (TimeEntry.Kind, Breaks) = (try row.next(), try row.next())
        // A month of days.
        if stretches.isEmpty { stretches.reserveCapacity(24) }
        let recordedAt: Instant = try row.next()
        let region = regions.isEmpty ? nil : regions[try row.next()]
        stretches.append(
            WorkStretch(
                entry, from: from, to: to, isTravel: kind == .travel, breaks: breaks.list, recordedAt: recordedAt,
                region: region))
        bytes += TimeEntry.ID.textLength
        total += TimeEntry.ID.textLength
    }
}

extension TimeSheet {
    /// Each person's entry before the period decides about the rest before its first day. Looking it up as a column of `people`, and not in the
    /// join, makes it a bound of the index that the join reads.
    /// - Parameter hasRegions: whether the entries' sites are needed.
    private static func page(_ whose: SQL, hasRegions: Bool) -> SQL {
        let site: SQL = hasRegions ? ", t.site_id" : ""
        return """
            SELECT people.id, people.first_name, people.last_name, people.personnel_number, people.youth_until,
                people.removed_at,
                t.id, t.checked_in_at, t.checked_out_at, t.kind, t.breaks, t.created_at\(site)
            FROM (
                SELECT u.company_id, u.id, u.first_name, u.last_name, u.personnel_number, u.youth_until, u.removed_at, COALESCE((
                    SELECT MAX(b.checked_in_at) FROM time_entries b
                    WHERE b.company_id = u.company_id AND b.user_id = u.id AND b.checked_in_at < $4
                        AND b.voided_at IS NULL), $4) AS since
                FROM users u WHERE u.company_id = $1 AND u.id > $2 AND \(whose)
                ORDER BY u.company_id, u.id LIMIT $3) people
                LEFT JOIN time_entries t ON t.company_id = $1 AND t.user_id = people.id AND t.checked_in_at >= people.since
                    AND t.checked_in_at < $5 AND t.voided_at IS NULL
            ORDER BY people.id
            """
    }

    /// Who is active, who was removed since the period began, and who has hours or an absence in it. For an EXISTS PostgreSQL may read those of all companies.
    static let isIncluded: SQL = """
        (u.removed_at IS NULL AND u.status = 'ACTIVE' OR u.removed_at >= $4 OR (
            SELECT h.id FROM time_entries h
            WHERE h.company_id = u.company_id AND h.user_id = u.id AND h.checked_in_at >= $4 AND h.checked_in_at < $5
                AND h.voided_at IS NULL LIMIT 1) IS NOT NULL
            OR (
            SELECT a.id FROM absences a
            WHERE a.company_id = u.company_id AND a.user_id = u.id AND a.from_day >= $6 AND a.to_day >= $7
                AND a.from_day <= $8 AND a.state = 'OK' LIMIT 1) IS NOT NULL)
        """

    private static let everyone = [false, true].map { page(isIncluded, hasRegions: $0) }
    private static let person = [false, true].map { page("u.id = $6", hasRegions: $0) }

    /// In the order of the people's ids, as many as fit on a page by their text, and one more if there are others.
    /// - Parameters:
    ///   - user: whose; nil for everyone's.
    ///   - period: the period in which the entries began.
    ///   - days: its days.
    ///   - regions: of the sites that have one of their own.
    static func rows(
        _ scope: CompanyScope, of user: User.ID?, in period: Range<Instant>, _ days: ClosedRange<Day>,
        _ regions: [Site.ID: Region], _ page: PageRequest<User.ID>
    ) -> Query<TimeSheetRow> {
        let head = [
            scope.company.sqlValue, (page.after?.text ?? "").sqlValue, page.fetchLimit.sqlValue,
            period.lowerBound.sqlValue, period.upperBound.sqlValue,
        ]
        let site = regions.isEmpty ? 0 : 1
        let statement =
            user.map { Statement(person[site], values: head + [$0.sqlValue]) }
            ?? Statement(
                everyone[site],
                values: head + [
                    days.lowerBound.earliestFirstDay.sqlValue, days.lowerBound.sqlValue, days.upperBound.sqlValue,
                ])
        return Query(
            statement,
            row: { row in
                var person = try TimeSheetRow(try row.next(), &row, after: 0)
                try person.add(&row, regions)
                return person
            },
            collecting: { row, rows in
                let (user, last): (User.ID, Int) = (try row.next(), rows.count - 1)
                if last >= 0, rows[last].user == user {
                    row.skip(TimeSheetRow.columns)
                    try rows[last].add(&row, regions)
                } else {
                    // One person has few entries: their limit by day bounds them.
                    let total = last >= 0 ? rows[last].total : 0
                    if last >= 1, total > PageCapacity.mostBytes { return }
                    rows.append(try TimeSheetRow(user, &row, after: total))
                    try rows[rows.count - 1].add(&row, regions)
                }
            })
    }
}

extension TimeSheet {
    /// What days are computed with, besides entries.
    struct Rules: Sendable {
        let zone: ZoneDays
        let breakRule: BreakRule
        let holidays: HolidayCalendar
        let now: Instant
        let today: Day
    }

    /// - Parameters:
    ///   - days: the period.
    ///   - read: the days that entries, targets and absences were read for: those of the period, and those since the opening.
    ///   - opening: the balance to begin with; nil if none is known.
    ///   - earlier: of a person under 18, what was worked in the week of the first day of `read` before it, in minutes.
    ///   - approvals: of the period's days, in order.
    init(
        _ row: TimeSheetRow, of days: ClosedRange<Day>, reading read: ClosedRange<Day>, _ plan: WorkPlan,
        since opening: (day: Day, minutes: Int)?, afterMinutes earlier: Int, _ approvals: [DayApproval],
        _ rules: Rules
    ) {
        var worked = WorkDay.days(
            of: row.stretches, in: rules.zone, rule: rules.breakRule, holidays: rules.holidays,
            youthUntil: row.youthUntil, now: rules.now)
        if let last = row.youthUntil {
            WorkDay.markYoungWeeks(&worked, from: read.lowerBound, until: last, after: earlier)
        }
        let all = plan.days(worked, of: read)
        let shown = read == days ? all : all.filter { days.contains($0.day) }
        // What is yet to be worked is owed by no one.
        let running = opening.map { opening in
            all.reduce(opening.minutes) { sum, one in
                one.day >= opening.day && one.day < rules.today ? sum + (one.balanceMinutes ?? 0) : sum
            }
        }
        // By place: a loop over the days themselves would copy each of them.
        var (balance, hasTarget) = (0, false)
        for place in shown.indices {
            hasTarget = hasTarget || shown[place].targetMinutes != nil
            if shown[place].day < rules.today { balance += shown[place].balanceMinutes ?? 0 }
        }
        self.init(
            user: row.user, userName: row.userName, personnelNumber: row.personnelNumber,
            days: approvals.isEmpty ? shown : Self.merged(shown, approvals, rules),
            balanceMinutes: hasTarget ? balance : nil,
            runningMinutes: running)
    }

    /// Both are in the order of the days.
    private static func merged(_ shown: [WorkDay], _ approvals: [DayApproval], _ rules: Rules) -> [WorkDay] {
        var (days, rest): ([WorkDay], ArraySlice<WorkDay>) = ([], shown[...])
        for approval in approvals {
            while let next = rest.first, next.day < approval.day { days.append(rest.removeFirst()) }
            var day =
                rest.first?.day == approval.day
                ? rest.removeFirst()
                : WorkDay(
                    withoutWork: approval.day, from: rules.zone.start(of: approval.day),
                    holiday: rules.holidays.name(of: approval.day))
            day.approval = approval
            days.append(day)
        }
        return days + rest
    }
}

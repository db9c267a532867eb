public import Storage

/// What a person worked in a month, entry by entry: what exports of hours are made from. Days are computed as time sheets compute them.
public struct PaidHours: Sendable {
    /// A time entry, with what it has of its day.
    public struct Entry: Sendable {
        public let site: Site.ID
        public let siteName: String
        public let kind: TimeEntry.Kind
        public let from: Instant
        /// Nil while it is open.
        public let to: Instant?
        /// From check-in to check-out; 0 while it is open.
        public let presenceMinutes: Int
        /// Presence without breaks; 0 while it is open. The day's entries add up to the day's `minutes`.
        public let minutes: Int
    }

    public struct Day: Sendable {
        public let work: WorkDay
        /// In the order in which they began.
        public let entries: [Entry]

        /// What is paid though it wasn't worked, in minutes.
        var paidAbsence: [(WageKind, minutes: Int)] {
            let absences = work.absences.compactMap { absence in
                WageKind(absence.kind).map { ($0, minutes: absence.minutes) }
            }
            // What counts as worked beyond absences is the holiday. Only what it took is paid (EFZG section 2).
            guard work.targetMinutes != nil else { return absences }
            let holiday = work.creditMinutes - absences.reduce(0) { $0 + $1.minutes } - work.minutes
            return absences + [(.holiday, minutes: max(0, holiday))]
        }

        /// Whether no one can say how much an absence is paid.
        var lacksTarget: Bool {
            work.targetMinutes == nil && work.absences.contains { WageKind($0.kind) != nil && $0.minutes == 0 }
        }
    }

    public let user: User.ID
    public let userName: String
    public let personnelNumber: String?
    /// Those on which the person worked, was to work or was away, in order.
    public let days: [Day]
    /// The first days, in the month, of absences that no one has answered.
    let askedFor: [Core.Day]

    fileprivate init(_ row: PaidHoursRow, _ month: PaidMonth) {
        (user, userName, personnelNumber) = (row.user, row.userName, row.personnelNumber)
        askedFor = month.askedFor(by: row.user)
        // The days have all of the entries, in their order.
        let entries = row.entries.sorted { $0.stretch.isBefore($1.stretch) }
        var first = 0
        days = month.days(of: row.user, leaving: row.removedAt, entries.map(\.stretch)).map { work in
            let ofDay = entries[first..<min(first + work.entries.count, entries.count)]
            first = ofDay.endIndex
            let shares = work.shares(of: ofDay.map(\.stretch))
            return Day(
                work: work,
                entries: zip(ofDay, shares).map { entry, minutes in
                    Entry(
                        site: entry.site, siteName: entry.siteName, kind: entry.stretch.isTravel ? .travel : .work,
                        from: entry.stretch.from, to: entry.stretch.to,
                        presenceMinutes: entry.stretch.to.map { $0.minute - entry.stretch.from.minute } ?? 0,
                        minutes: minutes)
                })
        }
    }
}

/// A person with the entries that began in a month.
struct PaidHoursRow: Sendable {
    struct Entry: Sendable {
        let stretch: WorkStretch
        let site: Site.ID
        let siteName: String
    }

    let user: User.ID
    let userName: String
    let personnelNumber: String?
    fileprivate let removedAt: Instant?
    fileprivate(set) var entries: [Entry] = []

    /// The number of the person's columns after the id.
    fileprivate static let columns = 4

    fileprivate init(_ user: User.ID, _ row: inout Row) throws {
        self.user = user
        userName = "\(try row.next() as String) \(try row.next() as String)"
        personnelNumber = try row.next()
        removedAt = try row.next()
    }

    /// Reads the entry's columns; null for a person without one.
    /// - Parameter regions: of the sites that have one of their own.
    fileprivate mutating func add(_ row: inout Row, _ regions: [Site.ID: Region]) throws {
        guard let entry: TimeEntry.ID = try row.next() else { return }
        let (from, to): (Instant, Instant?) = (try row.next(), try row.next())
        let (kind, breaks): (TimeEntry.Kind, Breaks) = (try row.next(), try row.next())
        let (recordedAt, site): (Instant, Site.ID) = (try row.next(), try row.next())
        let stretch = WorkStretch(
            entry, from: from, to: to, isTravel: kind == .travel, breaks: breaks.list, recordedAt: recordedAt,
            region: regions[site])
        entries.append(Entry(stretch: stretch, site: site, siteName: try row.next()))
    }
}

extension PaidHours {
    /// How many people are read at once: each has at most a month of entries. While some are computed, the next ones are read.
    static let atOnce = 25

    private static func page(_ whose: SQL) -> SQL {
        """
        SELECT people.id, people.first_name, people.last_name, people.personnel_number, people.removed_at,
            t.id, t.checked_in_at, t.checked_out_at, t.kind, t.breaks, t.created_at, t.site_id, s.name
        FROM (
            SELECT u.id, u.first_name, u.last_name, u.personnel_number, u.removed_at
            FROM users u WHERE u.company_id = $1 AND u.id > $2 \(whose)
            ORDER BY u.company_id, u.id LIMIT $3) people
            LEFT JOIN time_entries t ON t.company_id = $1 AND t.user_id = people.id AND t.checked_in_at >= $4
                AND t.checked_in_at < $5 AND t.voided_at IS NULL
            LEFT JOIN sites s ON s.company_id = t.company_id AND s.id = t.site_id
        ORDER BY people.id
        """
    }

    private static let everyone = page("AND \(TimeSheet.isIncluded)")
    private static let person = page("AND u.id = $6")

    /// People with their entries of a month, in the order of their ids.
    /// - Parameter last: the last person of the page before.
    fileprivate static func rows(_ month: PaidMonth, after last: User.ID?) -> Query<PaidHoursRow> {
        let head = [
            month.scope.company.sqlValue, (last?.text ?? "").sqlValue, Int64(atOnce).sqlValue,
            month.period.lowerBound.sqlValue, month.period.upperBound.sqlValue,
        ]
        let (first, end) = (month.days.lowerBound, month.days.upperBound)
        let statement =
            month.user.map { Statement(person, values: head + [$0.sqlValue]) }
            ?? Statement(
                everyone, values: head + [first.earliestFirstDay.sqlValue, first.sqlValue, end.sqlValue])
        return Query(
            statement,
            row: { row in
                var person = try PaidHoursRow(try row.next(), &row)
                try person.add(&row, month.regions)
                return person
            },
            collecting: { row, rows in
                let (user, last): (User.ID, Int) = (try row.next(), rows.count - 1)
                if last >= 0, rows[last].user == user {
                    row.skip(PaidHoursRow.columns)
                } else {
                    rows.append(try PaidHoursRow(user, &row))
                }
                try rows[rows.count - 1].add(&row, month.regions)
            })
    }
}

/// How a month's hours are read and computed.
struct PaidMonth: Sendable {
    /// What is known of a company's month, besides entries.
    struct Facts: Sendable {
        let rules: Company.WorkRules
        let regions: [Site.ID: Region]
        let targets: [User.ID: [WorkTarget]]
        let away: [User.ID: [WorkPlan.Away]]
        let asked: [User.ID: [Core.Day]]
        /// In the order of the days.
        let approvals: [User.ID: [DayApproval]]

        init(
            _ rules: Company.WorkRules, _ regions: [(site: Site.ID, region: Region)], _ targets: [WorkTarget],
            _ away: [Absence.Away], asked: [(user: User.ID, from: Core.Day)], _ approvals: [DayApproval]
        ) {
            self.rules = rules
            self.regions = Dictionary(regions.map { ($0.site, $0.region) }) { first, _ in first }
            self.targets = Dictionary(grouping: targets, by: \.user)
            self.away = Dictionary(grouping: away, by: \.user).mapValues { $0.map(\.away) }
            self.asked = Dictionary(grouping: asked, by: \.user).mapValues { $0.map(\.from) }
            self.approvals = Dictionary(grouping: approvals, by: \.user)
        }
    }

    let scope: CompanyScope
    let user: User.ID?
    fileprivate let days: ClosedRange<Day>
    fileprivate let period: Range<Instant>
    private let facts: Facts
    let zone: ZoneDays
    private let holidays: HolidayCalendar
    private let now: Instant

    /// - Parameter user: whose hours; nil for everyone's.
    init(_ month: Month, of user: User.ID?, _ facts: Facts, now: Instant, in scope: CompanyScope) {
        (self.scope, self.user, self.facts, self.now) = (scope, user, facts, now)
        days = month.first...month.last
        zone = ZoneDays.kept(facts.rules.timeZone, knowing: days)
        let start = zone.start(of: month.first)
        period = start..<max(start, zone.start(of: month.last + 1))
        holidays = HolidayCalendar(
            home: facts.rules.region, facts.rules.localHolidays, of: Set(facts.regions.values), in: days)
    }

    fileprivate var regions: [Site.ID: Region] { facts.regions }

    /// A person's days, as time sheets compute them, with their approvals.
    /// - Parameters:
    ///   - leaving: when the person was removed; nil if they are there.
    ///   - stretches: the person's that began in the month.
    fileprivate func days(of user: User.ID, leaving: Instant?, _ stretches: [WorkStretch]) -> [WorkDay] {
        let worked = WorkDay.days(
            of: stretches, in: zone, rule: facts.rules.breakRule, holidays: holidays, now: now)
        let plan = WorkPlan(
            facts.targets[user] ?? [], facts.away[user] ?? [], holidays, in: zone, until: leaving.map(zone.day(of:)))
        var days = plan.days(worked, of: days)
        guard let approvals = facts.approvals[user] else { return days }
        var next = 0
        for place in days.indices {
            while next < approvals.count, approvals[next].day < days[place].day { next += 1 }
            guard next < approvals.count else { break }
            if approvals[next].day == days[place].day { days[place].approval = approvals[next] }
        }
        return days
    }

    fileprivate func askedFor(by user: User.ID) -> [Day] {
        (facts.asked[user] ?? []).map { max($0, days.lowerBound) }
    }

    /// Reads everyone's hours within a transaction.
    func each(_ transaction: borrowing Transaction, _ take: (PaidHours) throws -> Void) throws {
        var last: User.ID?
        repeat {
            let rows = try transaction.fetch(PaidHours.rows(self, after: last))
            for row in rows { try take(PaidHours(row, self)) }
            last = rows.count < PaidHours.atOnce ? nil : rows.last?.user
        } while last != nil
    }

    /// Reads everyone's hours, a few people at a time.
    func each(_ database: any Database, _ take: ([PaidHours]) async throws -> Void) async throws {
        var rows = try await database.fetch(PaidHours.rows(self, after: nil))
        while rows.count == PaidHours.atOnce {
            let last = rows.last?.user
            // The database reads while these are computed and sent.
            async let next = database.fetch(PaidHours.rows(self, after: last))
            try await take(rows.map { PaidHours($0, self) })
            rows = try await next
        }
        try await take(rows.map { PaidHours($0, self) })
    }
}

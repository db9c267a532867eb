public import Storage

/// The use case of time sheets.
public struct TimeSheets: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// Everyone who is active, and everyone who has hours in the period, in order of creation; a worker sees their own sheet.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `UserRefusal.notFound` if the filter names an
    ///   unknown person, or a worker asks for someone else's sheet; a refusal of the field `to` for a period that ends before it begins
    ///   or is too long; `CompanyRefusal.notFound`; the database's `StorageError`.
    public func list(
        _ filter: TimeSheetFilter, _ page: PageRequest<User.ID>, in scope: CompanyScope
    ) async throws -> Page<TimeSheet, User.ID> {
        try scope.check(.readTimes)
        if let person = scope.person, let user = filter.user, user != person { throw User.notFound }
        let user = scope.person ?? filter.user
        let (rules, places) = (Collector(Company.workRules(scope)), Collector(Site.regions(scope)))
        let found = user.map { Collector(User.exists($0, scope)) }
        let targets = user.map { Collector(WorkTarget.all(of: $0, in: scope.company)) }
        try await database.read(([rules, places, found, targets] as [(any Reading)?]).compactMap { $0 })
        guard let rule = rules.rows.first else { throw Company.notFound }
        if let found, found.rows.isEmpty { throw User.notFound }
        let own = targets?.rows ?? []
        let now = runtime.now()
        let today = now.day(in: rule.timeZone)
        let days = try filter.days(today: today, isOfOne: user != nil)
        let opening = Self.opening(own, for: days, hoursFrom: rule.hoursFrom)
        let read = min(days.lowerBound, opening?.day ?? days.lowerBound)...days.upperBound
        let zone = ZoneDays.kept(rule.timeZone, knowing: read)
        let start = zone.start(of: read.lowerBound)
        let period = start..<max(start, zone.start(of: read.upperBound + 1))
        let regions = Dictionary(uniqueKeysWithValues: places.rows.map { ($0.site, $0.region) })
        let holidays = HolidayCalendar(home: rule.region, rule.localHolidays, of: Set(regions.values), in: read)
        let computing = TimeSheet.Rules(
            zone: zone, breakRule: rule.breakRule, holidays: holidays, now: now, today: today)
        // If everyone worked on every day, these people would fill a page.
        let atOnce = PageCapacity.mostNested / days.count + 1
        let approvals =
            user.map { DayApproval.all(of: $0, days, in: scope.company) }
            ?? DayApproval.all(days, in: scope.company)
        var known: Known?
        return try await Page.read(page, atOnce: atOnce, nested: \.days.count, key: \.user) { part in
            let sheets = TimeSheet.rows(scope, of: user, in: period, days, regions, part)
            let rows: [TimeSheetRow]
            var found: Known
            if let known {
                (rows, found) = (try await database.fetch(sheets), known)
            } else {
                let (first, away, others, approved) = try await database.fetch(
                    sheets, Absence.granted(to: user, in: scope.company, read),
                    WorkTarget.all(in: scope.company, of: days), approvals)
                rows = first
                found = Known(away, user == nil ? others : own, approved)
            }
            try await found.approvals.name(rows, scope.company, database)
            known = found
            let earlier = try await earlier(of: rows, before: read.lowerBound, in: scope, zone, rule.breakRule, now)
            let computed = rows.map { row in
                let approvals = found.approvals.of(row.user)
                let plan = WorkPlan(
                    found.targets(of: row.user), found.away(row.user), holidays, in: zone,
                    until: row.removedAt.map(zone.day(of:)), from: rule.hoursFrom)
                let sheet = TimeSheet(
                    row, of: days, reading: read, plan, since: opening, afterMinutes: earlier[row.user] ?? 0, approvals,
                    computing)
                return PageRow(sheet, bytes: approvals.reduce(row.bytes) { $0 + $1.bytes })
            }
            return .init(computed, hasMore: rows.count > part.limit || TimeSheetRow.isCut(rows))
        }
    }

    /// What people under 18 have worked in the week of a day before it, in minutes. Of others nothing is read.
    private func earlier(
        of rows: [TimeSheetRow], before first: Day, in scope: CompanyScope, _ zone: ZoneDays, _ rule: BreakRule,
        _ now: Instant
    ) async throws -> [User.ID: Int] {
        let monday = first + -first.weekday
        let young = rows.filter { $0.isYoung(on: first) }
        guard monday < first, !young.isEmpty else { return [:] }
        let (days, period) = (monday...(first + -1), zone.start(of: monday)..<zone.start(of: first))
        let found = young.map {
            Collector(TimeSheet.rows(scope, of: $0.user, in: period, days, [:], PageRequest(limit: 1, after: nil)))
        }
        try await database.read(found)
        let minutes = found.flatMap(\.rows).map { ($0.user, $0.minutes(of: days, in: zone, rule: rule, now: now)) }
        return Dictionary(minutes) { first, _ in first }
    }

    /// The latest balance that a person began a day with, if it isn't too long ago, and no hours since were erased.
    private static func opening(
        _ targets: [WorkTarget], for days: ClosedRange<Day>, hoursFrom: Day?
    ) -> (day: Day, minutes: Int)? {
        guard let last = targets.last(where: { $0.from <= days.upperBound && $0.openingMinutes != nil }),
            let minutes = last.openingMinutes, (last.from...days.upperBound).count <= TimeSheet.mostOpeningDays,
            hoursFrom.map({ last.from >= $0 }) ?? true
        else { return nil }
        return (last.from, minutes)
    }
}

/// What is read once for all pages of a period.
private struct Known {
    private let away: [User.ID: [Absence.Away]]
    private let targets: [User.ID: [WorkTarget]]
    var approvals: NamedApprovals

    init(_ away: [Absence.Away], _ targets: [WorkTarget], _ approvals: [DayApproval]) {
        self.away = Dictionary(grouping: away, by: \.user)
        self.targets = Dictionary(grouping: targets, by: \.user)
        self.approvals = NamedApprovals(approvals)
    }

    func targets(of user: User.ID) -> [WorkTarget] { targets[user] ?? [] }
    func away(_ user: User.ID) -> [WorkPlan.Away] { (away[user] ?? []).map(\.away) }
}

/// The approvals of a period, and the names of who gave them.
private struct NamedApprovals {
    private let byUser: [User.ID: [DayApproval]]
    private var names: [User.ID: String] = [:]

    /// - Parameter approvals: in the order of the days.
    init(_ approvals: [DayApproval]) { byUser = Dictionary(grouping: approvals, by: \.user) }

    func of(_ user: User.ID) -> [DayApproval] { (byUser[user] ?? []).map { $0.named(names) } }

    /// Looks up the names that the approvals of some people need. Most people submit their own days, and few approve them.
    mutating func name(_ rows: [TimeSheetRow], _ company: Company.ID, _ database: any Database) async throws {
        guard !byUser.isEmpty else { return }
        for row in rows { names[row.user] = row.userName }
        let people = Set(rows.flatMap { byUser[$0.user] ?? [] }.flatMap(\.people)).filter { names[$0] == nil }.sorted()
        guard !people.isEmpty else { return }
        let found = people.map { Collector(DayApproval.name(of: $0, in: company)) }
        try await database.read(found)
        for (user, found) in zip(people, found) { names[user] = found.rows.first ?? "" }
    }
}

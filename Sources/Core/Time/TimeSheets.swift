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
        let (rules, users) = try await database.fetch(Company.workRules(scope), User.exists(filter.user, scope))
        guard let rule = rules.first else { throw Company.notFound }
        guard filter.user == nil || !users.isEmpty else { throw User.notFound }
        let (now, user) = (runtime.now(), scope.person ?? filter.user)
        let days = try filter.days(today: now.day(in: rule.timeZone), isOfOne: user != nil)
        let zone = ZoneDays.kept(rule.timeZone, knowing: days)
        let start = zone.start(of: days.lowerBound)
        let period = start..<max(start, zone.start(of: days.upperBound + 1))
        // If everyone worked on every day, these people would fill a page.
        let atOnce = PageRoom.mostNested / days.count + 1
        return try await Page.read(page, atOnce: atOnce, nested: \.days.count, key: \.user) { part in
            let rows = try await database.fetch(TimeSheet.rows(scope, of: user, in: period, part))
            let sheets = rows.map { row in
                PageRow(
                    TimeSheet(row, of: days, in: zone, rule: rule.breakRule, now: now), bytes: row.bytes)
            }
            return .init(sheets, hasMore: rows.count > part.limit || TimeSheetRow.isCut(rows))
        }
    }
}

import Storage

extension TimeEntries {
    /// The time entries on a site, newest first; voided ones only if asked for. A worker reads their own, even if they are no longer
    /// assigned to the site; a foreman of the site reads everyone's.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound`; the database's
    ///   `StorageError`.
    public func list(
        withVoided: Bool = false, _ page: PageRequest<TimeEntry.Key>, on scope: SiteScope
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        try scope.check(.readTimes)
        let assigned = scope.person == nil ? [] : try await database.fetch(Site.ownAssignment(scope))
        let isForeman = assigned.contains { $0 != nil }
        let (sites, entries) = try await database.fetch(
            Site.isReadable(scope),
            TimeEntry.list(scope, of: isForeman ? nil : scope.person, withVoided: withVoided, page).page)
        let isOwn = scope.person == nil || !assigned.isEmpty || scope.site == Site.depot(of: scope.company)
        guard !sites.isEmpty, isOwn || !entries.isEmpty else { throw Site.notFound }
        return try await complete(entries, page, scope.company)
    }

    /// One time entry, with its corrections, even if it is void. A worker reads their own, a foreman of the site everyone's.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound`;
    ///   `TimeEntryRefusal.notFound`; the database's `StorageError`.
    public func one(_ id: TimeEntry.ID, on scope: SiteScope) async throws -> TimeEntry {
        try scope.check(.readTimes)
        let (sites, assigned, found) = try await database.fetch(
            Site.isReadable(scope), Site.ownAssignment(scope), TimeEntry.one(id, scope))
        let isForeman = assigned.contains { $0 != nil }
        let entry = found.first { scope.person == nil || isForeman || $0.user == scope.person }
        let isOwn = scope.person == nil || !assigned.isEmpty || scope.site == Site.depot(of: scope.company)
        guard !sites.isEmpty, isOwn || entry != nil else { throw Site.notFound }
        guard let entry else { throw TimeEntry.notFound }
        return try await database.withCorrections([entry], in: scope.company)[0]
    }

    /// The time entries on all sites, newest first. A worker reads their own.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `UserRefusal.notFound` if the filter names an
    ///   unknown person, or a worker asks for someone else's entries; `CompanyRefusal.notFound`; the database's `StorageError`.
    public func list(
        _ filter: TimeEntryFilter, _ page: PageRequest<TimeEntry.Key>, in scope: CompanyScope
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        try scope.check(.readTimes)
        if let person = scope.person, let user = filter.user, user != person { throw User.notFound }
        // A filter by days needs the company's time zone first.
        let zones = filter.hasDays ? try await database.fetch(Company.timeZone(scope)) : ["UTC"]
        guard let zone = zones.first else { throw Company.notFound }
        let (companies, users, entries) = try await database.fetch(
            Company.exists(scope), User.exists(filter.user, scope),
            TimeEntry.list(scope, filter, in: filter.period(in: zone), page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        guard filter.user == nil || !users.isEmpty else { throw User.notFound }
        return try await complete(entries, page, scope.company)
    }

    /// The page with the corrections of its entries. Their reasons may be long, so they are read a few at a time, and the page ends when
    /// it is full.
    private func complete(
        _ rows: [PageRow<TimeEntry>], _ page: PageRequest<TimeEntry.Key>, _ company: Company.ID
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        let planned = Page(rows, of: page, nested: \.nestedCount, key: \.key)
        var (capacity, shown) = (PageCapacity(page.limit), [TimeEntry]())
        var rest = rows.prefix(planned.items.count)
        while !rest.isEmpty {
            var (corrections, isFirst) = (0, true)
            let some = rest.prefix { row in
                corrections += row.item.correctionCount
                defer { isFirst = false }
                return isFirst || corrections <= Self.correctionsAtOnce
            }
            rest = rest.dropFirst(some.count)
            let entries = try await database.withCorrections(some.map(\.item), in: company)
            for (row, entry) in zip(some, entries) {
                let reasons = entry.corrections.reduce(0) { $0 + $1.reason.utf8.count + $1.userName.utf8.count }
                let nested = entry.corrections.reduce(entry.nestedCount) { $0 + $1.breaks.list.count }
                guard capacity.takes(nested: nested, bytes: row.bytes + reasons) else {
                    return Page(items: shown, next: shown.last?.key)
                }
                shown.append(entry)
            }
        }
        return Page(items: shown, next: planned.next)
    }

    private static let correctionsAtOnce = 200
}

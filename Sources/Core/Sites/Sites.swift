/// What is done with building sites.
public struct Sites: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) {
        (self.database, self.runtime) = (database, runtime)
    }

    // MARK: Reading

    /// One round trip: the row and all that belongs to it are asked for together.
    public func get(_ scope: SiteScope) async throws -> Site {
        try scope.check(.readSites)
        let range = SiteRange(scope)
        let (records, assignees, visits, materials) = try await database.fetch(
            Site.record(scope), Assignee.all(in: range), Visits.all(in: range), Material.all(on: scope))
        guard let (record, timeZone) = records.first else { throw Site.notFound }
        return Site(
            record, assignees: assignees, visits: visits, materials: materials,
            today: runtime.now().day(in: timeZone), visitor: scope.within.visitor)
    }

    /// Newest first; to a worker, the sites they are assigned to.
    public func list(
        _ filter: SiteFilter, _ page: PageRequest<Site.ID>, in scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        try scope.check(.readSites)
        let (timeZones, records) = try await database.fetch(
            Company.timeZone(scope), Site.records(scope, filter.status, page))
        guard let timeZone = timeZones.first else { throw Company.notFound }
        return try await complete(records, filter, page, scope, today: runtime.now().day(in: timeZone))
    }

    /// The sites that somebody is assigned to, newest first; to a worker, only their own.
    public func list(
        assignedTo user: User.ID, _ filter: SiteFilter, _ page: PageRequest<Site.ID>, in scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        try scope.check(.readSites)
        guard let narrowed = scope.narrowed(toSitesOf: user) else { throw User.notFound }
        let (timeZones, users, records) = try await database.fetch(
            Company.timeZone(scope), User.exists(user, scope), Site.records(narrowed, filter.status, page))
        guard let timeZone = timeZones.first, !users.isEmpty else { throw User.notFound }
        return try await complete(records, filter, page, narrowed, today: runtime.now().day(in: timeZone))
    }

    private func complete(
        _ records: [SiteRecord], _ filter: SiteFilter, _ page: PageRequest<Site.ID>, _ scope: CompanyScope,
        today: Day
    ) async throws -> Page<Site, Site.ID> {
        let shown = Page(records, of: page, key: \.id)
        guard let range = SiteRange(scope, shown.items, isActive: filter.status == .active) else {
            return Page(items: [], next: nil)
        }

        let (assignees, visits) = (Collector(Assignee.all(in: range)), Collector(Visits.all(in: range)))
        let (materials, counts) = (Collector(Material.all(in: range)), Collector(Material.counts(in: range)))
        try await database.read([assignees, visits, filter.hasMaterial ? materials : counts])
        let assigneesBySite = Dictionary(grouping: assignees.rows, by: \.site)
        let visitsBySite = Dictionary(grouping: visits.rows, by: \.site)
        let materialsBySite = Dictionary(grouping: materials.rows, by: \.site)
        let countsBySite = Dictionary(counts.rows.map { ($0.site, $0.counts) }) { first, _ in first }
        let sites = shown.items.map { record in
            Site(
                record, assignees: assigneesBySite[record.id] ?? [], visits: visitsBySite[record.id] ?? [],
                materials: materialsBySite[record.id]?.map(\.material) ?? [],
                counts: filter.hasMaterial ? nil : countsBySite[record.id] ?? MaterialCounts.none, today: today,
                visitor: scope.visitor)
        }
        return Page(items: sites, next: shown.next)
    }

    // MARK: Changing

    /// All or nothing: where one of the people isn't of the company, nothing is made.
    public func create(_ site: NewSite, in scope: CompanyScope) throws -> Change<Site> {
        try scope.check(.changeSites)
        let (id, now, runtime): (Site.ID, Instant, Runtime) = (runtime.newID(), runtime.now(), runtime)
        return Change { transaction in
            // One site after the other, so that the last place is taken once.
            try transaction.enqueue(Company.lock(scope))
            let (timeZones, all, active) = try transaction.fetch(
                Company.timeZone(scope), CompanyUse.sites(scope.company), CompanyUse.activeSites(scope.company))
            guard let timeZone = timeZones.first else { throw Company.notFound }
            try all.first?.check(.sites)
            if site.status == .active { try active.first?.check(.activeSites) }
            try TextUse.add(site.notes.textBytes, of: id, in: scope, transaction)
            let siteScope = SiteScope(within: scope, site: id)
            let begun = try site.starting(onceOn: now.day(in: timeZone))
            try transaction.enqueue(Site.insert(id, begun, scope, now: now))
            _ = try Self.assign(exactly: site.users, siteScope, transaction, now: now)
            try Audit(scope, runtime).write(.siteCreated, id, named: site.name, in: transaction)
            return try Self.read(siteScope, transaction, now: now)
        }
        .read(by: \.record.id) { id, transaction in
            let siteScope = SiteScope(within: scope, site: id)
            guard try !transaction.fetch(Site.exists(siteScope)).isEmpty else { throw Site.notFound }
            return try Self.read(siteScope, transaction, now: now)
        }
    }

    public func change(_ edit: SiteEdit, if precondition: Precondition, on scope: SiteScope) throws -> Change<Site> {
        try scope.check(.changeSites)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            // Before the site's, as where one is made.
            if edit.status == .active { try transaction.enqueue(Company.lock(scope.within)) }
            let old = try Self.lock(scope, transaction)
            try precondition.check(old.version)
            let new = try edit.applied(to: old)
            if new.status == .active && old.status == .inactive {
                try transaction.fetch(CompanyUse.activeSites(scope.company)).first?.check(.activeSites)
            }
            try TextUse.add(
                new.notes.textBytes - old.notes.textBytes, of: scope.site, in: scope.within, transaction)
            try transaction.enqueue(Site.update(scope, new, now: now))
            var differences = old.differences(from: new)
            if let users = edit.users {
                let change = try Self.assign(exactly: users, scope, transaction, now: now)
                differences.note("users", change.before, change.after)
            }
            if !differences.details.isEmpty {
                try Audit(scope.within, runtime).write(
                    .siteChanged, scope.site, named: new.name, differences.details, in: transaction)
            }
            return try Self.read(scope, transaction, now: now)
        }
    }

    /// Archives a site: nobody is assigned any more, open visits end, the history stays.
    public func remove(if precondition: Precondition, on scope: SiteScope) throws -> Change<Void> {
        try scope.check(.changeSites)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let old = try Self.lock(scope, transaction)
            try precondition.check(old.version)
            try transaction.enqueue(TimeEntry.Correction.keepOpen(on: scope, now: now))
            try transaction.enqueue(TimeEntry.endOpen(on: scope, now: now))
            try transaction.enqueue(Assignee.removeAll(scope))
            try transaction.enqueue(Site.remove(scope, now: now))
            try Audit(scope.within, runtime).write(.siteRemoved, scope.site, named: old.name, in: transaction)
        }
    }

    private static func lock(_ scope: SiteScope, _ transaction: borrowing Transaction) throws -> SiteRecord {
        try transaction.enqueue(Site.lock(scope))
        guard let found = try transaction.fetch(Site.record(scope)).first else { throw Site.notFound }
        return found.record
    }

    private static func read(
        _ scope: SiteScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Site {
        let range = SiteRange(scope)
        let (records, assignees, visits, materials) = try transaction.fetch(
            Site.record(scope), Assignee.all(in: range), Visits.all(in: range), Material.all(on: scope))
        guard let (record, timeZone) = records.first else { throw Site.notFound }
        return Site(
            record, assignees: assignees, visits: visits, materials: materials, today: now.day(in: timeZone),
            visitor: scope.within.visitor)
    }

    /// Makes the assigned people exactly these. Refuses, naming the first, where one isn't of the company.
    /// - Returns: the ids of those assigned before and after, for the history.
    private static func assign(
        exactly users: [User.ID], _ scope: SiteScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> (before: String, after: String) {
        let before = Set(try transaction.fetch(Assignee.all(in: SiteRange(scope))).map(\.user))
        let after = Set(users)
        for user in before.subtracting(after) { try transaction.enqueue(Assignee.remove(user, scope)) }
        for user in after.subtracting(before).sorted() {
            // Nobody is assigned who is being removed.
            try transaction.enqueue(User.lock(user, in: scope.company))
            guard try transaction.execute(Assignee.insert(user, scope, now: now)) == 1 else {
                throw Refusal("users", .notOfCompany, ["id": .text(user.text)])
            }
        }
        func list(_ users: Set<User.ID>) -> String { users.map(\.text).sorted().joined(separator: " ") }
        return (list(before), list(after))
    }
}

extension SiteRecord {
    fileprivate func differences(from new: NewSite) -> Differences {
        var differences = Differences()
        differences.note("name", name, new.name)
        func known(_ address: Address) -> String? { address == .none ? nil : address.text }
        differences.note("address", known(address), known(new.address))
        differences.note("startDate", startDate.text, new.startDate?.text)
        differences.note("endDate", endDate?.text, new.endDate?.text)
        differences.note(only: "notes", notes, new.notes)
        differences.note("priority", priority.rawValue, new.priority.rawValue)
        differences.note("status", status.rawValue, new.status.rawValue)
        return differences
    }
}

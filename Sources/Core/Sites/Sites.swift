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
        let (records, people, visits, materials) = try await database.fetch(
            Site.record(scope), Site.Assignment.all(on: scope.site, scope.within),
            Visits.sum(on: scope.site, scope.within), Material.first(on: scope.site, in: scope.company))
        guard let (record, timeZone) = records.first else { throw Site.notFound }
        let counts =
            materials.count > Site.mostMaterials
            ? try await database.fetch(Material.counts(on: scope.site, in: scope.company)) : []
        return Site(
            record, assignments: people, visits: visits.first, materials: materials, counts: counts.first,
            today: runtime.now().day(in: timeZone))
    }

    /// Newest first; to a worker, the sites they are assigned to.
    public func list(
        _ filter: SiteFilter, _ page: PageRequest<Site.ID>, in scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        try scope.check(.readSites)
        return try await read(filter, page, scope) { part in
            let (timeZones, lines) = try await database.fetch(
                Company.timeZone(scope), Site.list(scope, filter.status, part).page)
            guard let timeZone = timeZones.first else { throw Company.notFound }
            return (lines, timeZone)
        }
    }

    /// The sites that somebody is assigned to, newest first; to a worker, only their own.
    public func list(
        assignedTo user: User.ID, _ filter: SiteFilter, _ page: PageRequest<Site.ID>, in scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        try scope.check(.readSites)
        guard let narrowed = scope.narrowed(toSitesOf: user) else { throw User.notFound }
        return try await read(filter, page, narrowed) { part in
            let (timeZones, users, lines) = try await database.fetch(
                Company.timeZone(scope), User.exists(user, scope), Site.list(narrowed, filter.status, part).page)
            guard let timeZone = timeZones.first, !users.isEmpty else { throw User.notFound }
            return (lines, timeZone)
        }
    }

    /// Notes may be long, so the sites are read a few at a time. What belongs to them is asked site by site, in one round trip and only
    /// for as many sites as a page has room for: a statement over all of them would read that of the others too.
    private func read(
        _ filter: SiteFilter, _ page: PageRequest<Site.ID>, _ scope: CompanyScope,
        _ lines: (PageRequest<Site.ID>) async throws -> (lines: [PageRow<SiteLine>], timeZone: String)
    ) async throws -> Page<Site, Site.ID> {
        let now = runtime.now()
        return try await Page.read(page, nested: \.nestedCount, key: \.record.id) { part in
            let (lines, timeZone) = try await lines(part)
            let today = now.day(in: timeZone)
            var room = PageRoom(lines.count)
            let fitting = lines.prefix { room.takes(nested: $0.item.nestedCount(filter), bytes: $0.bytes) }
            let collected = fitting.map { SiteCollectors($0.item, filter, scope) }
            try await database.read(collected.flatMap(\.readings))
            let rows = zip(fitting, collected).map { line, found in
                let site = found.site(line.item.record, today: today)
                return PageRow(site, bytes: line.bytes + site.nestedBytes)
            }
            return .init(rows, hasMore: lines.count > min(part.limit, fitting.count))
        }
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
        let (records, people, visits, materials) = try transaction.fetch(
            Site.record(scope), Site.Assignment.all(on: scope.site, scope.within),
            Visits.sum(on: scope.site, scope.within), Material.first(on: scope.site, in: scope.company))
        let counts =
            materials.count > Site.mostMaterials
            ? try transaction.fetch(Material.counts(on: scope.site, in: scope.company)) : []
        guard let (record, timeZone) = records.first else { throw Site.notFound }
        return Site(
            record, assignments: people, visits: visits.first, materials: materials, counts: counts.first,
            today: now.day(in: timeZone))
    }

    /// Makes the assigned people exactly these. Refuses, naming the first, where one isn't of the company.
    /// - Returns: the ids of those assigned before and after, for the history.
    private static func assign(
        exactly users: [User.ID], _ scope: SiteScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> (before: String, after: String) {
        let before = Set(try transaction.fetch(Site.Assignment.all(on: scope.site, scope.within)).map(\.user))
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

/// What is asked for one site of a list.
private struct SiteCollectors {
    private let people: Collector<Site.Assignment>?
    private let visits: Collector<Visits>
    private let materials: Collector<Material>?
    private let counts: Collector<MaterialCounts>?

    /// What there is none of isn't asked for.
    init(_ line: SiteLine, _ filter: SiteFilter, _ scope: CompanyScope) {
        let (site, hasMaterial) = (line.record.id, line.materials > 0)
        people = line.assigned > 0 ? Collector(Site.Assignment.all(on: site, scope)) : nil
        visits = Collector(Visits.sum(on: site, scope))
        materials = hasMaterial && filter.hasMaterial ? Collector(Material.first(on: site, in: scope.company)) : nil
        let listsAll = filter.hasMaterial && line.materials <= Site.mostMaterials
        counts = hasMaterial && !listsAll ? Collector(Material.counts(on: site, in: scope.company)) : nil
    }

    var readings: [any Reading] {
        let all: [(any Reading)?] = [people, visits, materials, counts]
        return all.compactMap(\.self)
    }

    func site(_ record: SiteRecord, today: Day) -> Site {
        Site(
            record, assignments: people?.rows ?? [], visits: visits.rows.first, materials: materials?.rows ?? [],
            counts: counts?.rows.first, today: today)
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

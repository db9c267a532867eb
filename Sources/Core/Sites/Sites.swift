public import Storage

/// The use cases of building sites.
public struct Sites: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) {
        (self.database, self.runtime) = (database, runtime)
    }

    // MARK: Reading

    /// The site with its people, hours and material, in one round trip.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound` if there is no such site or
    ///   the actor may not see it; the database's `StorageError`.
    public func get(_ scope: SiteScope) async throws -> Site {
        try scope.check(.readSites)
        let (records, people, visits, materials) = try await database.fetch(
            Site.readable(scope), Site.Assignment.all(on: scope.site, scope.within),
            Visits.sum(on: scope.site, scope.within), Material.first(on: scope.site, scope.within))
        guard let (record, timeZone) = records.first else { throw Site.notFound }
        let counts =
            materials.count > Site.mostMaterials
            ? try await database.fetch(Material.counts(on: scope.site, in: scope.company)) : []
        return Site(
            record, assignments: people, visits: visits.first, materials: materials, counts: counts.first,
            today: runtime.now().day(in: timeZone))
    }

    /// The company's sites, newest first; for a worker, only those that they are assigned to. A page of a search ends after thousands of
    /// sites were searched, even if few were found.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission, or a worker asks for removed sites;
    ///   `CompanyRefusal.notFound`; the database's `StorageError`.
    public func list(
        _ filter: SiteFilter, _ page: PageRequest<Site.ID>, in scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        try scope.check(.readSites)
        if filter.isRemoved { try scope.checkArchive() }
        if let search = filter.search { return try await find(search, filter, page, scope) }
        return try await read(filter, page, scope) { part in
            let (timeZones, lines) = try await database.fetch(
                Company.timeZone(scope), Site.list(scope, filter, part).page)
            guard let timeZone = timeZones.first else { throw Company.notFound }
            return (lines, timeZone)
        }
    }

    /// The sites that a person is assigned to, newest first; a worker may ask only for their own.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `UserRefusal.notFound` if there is no such person,
    ///   or a worker asks for someone else's sites; the database's `StorageError`.
    public func list(
        assignedTo user: User.ID, _ filter: SiteFilter, _ page: PageRequest<Site.ID>, in scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        try scope.check(.readSites)
        guard let narrowed = scope.narrowed(toSitesOf: user) else { throw User.notFound }
        return try await read(filter, page, narrowed) { part in
            let (timeZones, users, lines) = try await database.fetch(
                Company.timeZone(scope), User.exists(user, scope), Site.list(narrowed, filter, part).page)
            guard let timeZone = timeZones.first, !users.isEmpty else { throw User.notFound }
            return (lines, timeZone)
        }
    }

    /// Notes may be long, so the sites are read a few at a time. Their people and material are queried site by site, in one round trip
    /// and only for as many sites as fit on the page: one statement for all sites would read those of the other sites too.
    func read(
        _ filter: SiteFilter, _ page: PageRequest<Site.ID>, _ scope: CompanyScope,
        _ lines: (PageRequest<Site.ID>) async throws -> (lines: [PageRow<SiteLine>], timeZone: String)
    ) async throws -> Page<Site, Site.ID> {
        let now = runtime.now()
        return try await Page.read(page, nested: \.nestedCount, key: \.record.id) { part in
            let (lines, timeZone) = try await lines(part)
            let today = now.day(in: timeZone)
            var capacity = PageCapacity(lines.count)
            let fitting = lines.prefix { capacity.takes(nested: $0.item.nestedCount(filter), bytes: $0.bytes) }
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

    /// Creates a site with its assignments; all or nothing.
    /// - Parameters:
    ///   - fields: the site's fields; without `startDate` it starts today in the company's time zone.
    ///   - users: the people assigned to it.
    ///   - foremen: those of them who lead it.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `CompanyRefusal.notFound`;
    ///   a flaw of `endDate`, `.beforeStartDate`; a flaw of `users`, `.notOfCompany`, for a person of another company; a
    ///   flaw of `foremen`, `.notAssigned`;
    ///   `LimitRefusal.sites`, `.activeSites` or `.text`.
    public func create(
        _ fields: Edit<SiteRecord>, users: [User.ID] = [], foremen: [User.ID] = [], in scope: CompanyScope
    ) throws -> Change<Site> {
        try scope.check(.changeSites)
        let (id, now, runtime): (Site.ID, Instant, Runtime) = (runtime.newID(), runtime.now(), runtime)
        return Change { transaction in
            // Sites are created one at a time, so that the last free place is taken only once.
            try transaction.enqueue(Company.lock(scope))
            let (timeZones, all, active) = try transaction.fetch(
                Company.timeZone(scope), CompanyUse.sites(scope.company), CompanyUse.activeSites(scope.company))
            guard let timeZone = timeZones.first else { throw Company.notFound }
            var blank = SiteRecord(id: id, createdAt: now, updatedAt: now)
            blank.startDate = now.day(in: timeZone)
            let site = fields.applied(to: blank)
            try site.check()
            try all.first?.check(.sites)
            if site.status == .active { try active.first?.check(.activeSites) }
            try TextUse.add(site.freeTextBytes, of: id, in: scope, transaction)
            let siteScope = SiteScope(within: scope, site: id)
            try transaction.enqueue(Site.insert(site, scope))
            _ = try Self.assign(users, foremen: foremen, held: [], siteScope, transaction, now: now)
            try Audit(scope, runtime).write(.siteCreated, id, named: site.name, in: transaction)
            return try Self.read(siteScope, transaction, now: now)
        }
        .read(by: \.record.id) { id, transaction in
            let siteScope = SiteScope(within: scope, site: id)
            guard try !transaction.fetch(Site.exists(siteScope)).isEmpty else { throw Site.notFound }
            return try Self.read(siteScope, transaction, now: now)
        }
    }

    /// Changes a site.
    /// - Parameters:
    ///   - users: the people assigned from then on; nil leaves the assignments as they are.
    ///   - foremen: those of them who lead the site from then on; nil leaves as they are those who stay.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`, `.depotStays` or
    ///   `.depotIsEveryones`; `ChangeRefusal.stale` if the precondition doesn't hold; a flaw of `endDate`, `.beforeStartDate`; a flaw of `users`,
    ///   `.notOfCompany`; a flaw of `foremen`, `.notAssigned`; `LimitRefusal.activeSites` or `.text`.
    public func change(
        _ edit: Edit<SiteRecord>, users: [User.ID]? = nil, foremen: [User.ID]? = nil, if precondition: Precondition,
        on scope: SiteScope
    ) throws -> Change<Site> {
        try scope.check(.changeSites)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            // Active sites are limited, and the site may become active.
            if edit.sets(\.status) { try transaction.enqueue(Company.lock(scope.within)) }
            // People who are being removed must not be assigned.
            let held = try users.map { try Self.lockNew($0, scope, transaction) } ?? []
            let old = try Self.lock(scope, transaction)
            try precondition.check(old.version)
            var new = edit.applied(to: old)
            (new.version, new.updatedAt) = (old.version &+ 1, now)
            try new.check()
            guard new.kind == .site || new.status == .active else { throw Refusal(SiteRefusal.depotStays) }
            guard new.kind == .site || users?.isEmpty != false && foremen?.isEmpty != false else {
                throw Refusal(SiteRefusal.depotIsEveryones)
            }
            if new.status == .active && old.status != .active {
                try transaction.fetch(CompanyUse.activeSites(scope.company)).first?.check(.activeSites)
            }
            try TextUse.add(
                new.freeTextBytes.subtracting(old.freeTextBytes), of: scope.site, in: scope.within, transaction)
            try transaction.enqueue(Site.update(new, scope.within))
            var differences = Differences(old, new)
            if users != nil || foremen != nil {
                let (old, new) = try Self.assign(users, foremen: foremen, held: held, scope, transaction, now: now)
                differences.note("users", old.all, new.all)
                differences.note("foremen", old.foremen, new.foremen)
            }
            if !differences.details.isEmpty {
                try Audit(scope.within, runtime).write(
                    .siteChanged, scope.site, named: new.name, differences.details, in: transaction)
            }
            return try Self.read(scope, transaction, now: now)
        }
    }

    /// Archives a site: its assignments are removed, open time entries end, and its records stay.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound` or
    ///   `.depotStays`, or `ChangeRefusal.stale` if the precondition doesn't hold.
    public func remove(if precondition: Precondition, on scope: SiteScope) throws -> Change<Void> {
        try scope.check(.changeSites)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            try TimeEntries.lockPresent(scope, transaction)
            let old = try Self.lock(scope, transaction)
            try precondition.check(old.version)
            guard old.kind == .site else { throw Refusal(SiteRefusal.depotStays) }
            try TimeEntries.endAllOpen(on: scope, transaction, now: now)
            try transaction.enqueue(FormerAssignment.keepAll(scope, now: now))
            try transaction.enqueue(Assignee.removeAll(scope))
            try transaction.enqueue(Site.remove(scope, now: now))
            try Audit(scope.within, runtime).write(.siteRemoved, scope.site, named: old.name, in: transaction)
        }
    }

    private static func lock(_ scope: SiteScope, _ transaction: borrowing Transaction) throws -> SiteRecord {
        try transaction.enqueue(Site.lock(scope))
        return try record(scope, transaction)
    }

    static func record(_ scope: SiteScope, _ transaction: borrowing Transaction) throws -> SiteRecord {
        guard let found = try transaction.fetch(Site.record(scope)).first else { throw Site.notFound }
        return found.record
    }

    static func read(
        _ scope: SiteScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Site {
        let (records, people, visits, materials) = try transaction.fetch(
            Site.record(scope), Site.Assignment.all(on: scope.site, scope.within),
            Visits.sum(on: scope.site, scope.within), Material.first(on: scope.site, scope.within))
        let counts =
            materials.count > Site.mostMaterials
            ? try transaction.fetch(Material.counts(on: scope.site, in: scope.company)) : []
        guard let (record, timeZone) = records.first else { throw Site.notFound }
        return Site(
            record, assignments: people, visits: visits.first, materials: materials, counts: counts.first,
            today: now.day(in: timeZone))
    }

    /// The people of a site, for an audit entry: their ids, in order.
    private struct Team {
        let users: Set<User.ID>
        let leaders: Set<User.ID>

        var all: String? { Self.list(users) }
        var foremen: String? { leaders.isEmpty ? nil : Self.list(leaders) }

        private static func list(_ users: Set<User.ID>) -> String { users.map(\.text).sorted().joined(separator: " ") }
    }

    /// Locks those of people who aren't assigned yet.
    /// - Returns: these.
    private static func lockNew(
        _ users: [User.ID], _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> Set<User.ID> {
        let assigned: [User.ID] = try transaction.fetch(Site.team(scope))
        let new = Set(users).subtracting(assigned)
        for user in new.sorted() { try transaction.enqueue(User.lock(user, in: scope.company)) }
        return new
    }

    /// Assigns exactly these people, and makes exactly these of them foremen.
    /// - Parameters:
    ///   - users: nil leaves the people as they are.
    ///   - foremen: nil leaves as they are those who stay.
    ///   - held: whose rows are locked already. Others were assigned until now.
    /// - Returns: the people before and after.
    /// - Throws: a flaw of `users`, `.notOfCompany`, with the id of the first person who isn't of the company; a flaw of `foremen`,
    ///   `.notAssigned`, with the id of the first who isn't assigned.
    private static func assign(
        _ users: [User.ID]?, foremen: [User.ID]?, held: Set<User.ID>, _ scope: SiteScope,
        _ transaction: borrowing Transaction, now: Instant
    ) throws -> (before: Team, after: Team) {
        let assigned = try transaction.fetch(Site.Assignment.all(on: scope.site, scope.within))
        let before = Team(
            users: Set(assigned.map(\.user)), leaders: Set(assigned.filter(\.isForeman).map(\.user)))
        let all = users.map(Set.init) ?? before.users
        let after = Team(users: all, leaders: foremen.map(Set.init) ?? before.leaders.intersection(all))
        for user in before.users.subtracting(all) {
            try transaction.enqueue(FormerAssignment.keep(user, scope, now: now))
            try transaction.enqueue(Assignee.remove(user, scope))
        }
        for user in all.subtracting(before.users).sorted() {
            if !held.contains(user) { try transaction.enqueue(User.lock(user, in: scope.company)) }
            guard try transaction.execute(Assignee.insert(user, scope, now: now)) == 1 else {
                throw Refusal("users", .notOfCompany, ["id": .text(user.text)])
            }
        }
        if let stranger = after.leaders.subtracting(all).min() {
            throw Refusal("foremen", .notAssigned, ["id": .text(stranger.text)])
        }
        for user in before.leaders.intersection(all).subtracting(after.leaders) {
            try transaction.enqueue(Assignee.setForeman(user, since: nil, scope))
        }
        for user in after.leaders.subtracting(before.leaders) {
            try transaction.enqueue(Assignee.setForeman(user, since: now, scope))
        }
        return (before, after)
    }
}

/// The queries for one site of a list.
private struct SiteCollectors {
    private let people: Collector<Site.Assignment>?
    private let visits: Collector<Visits>
    private let materials: Collector<Material>?
    private let counts: Collector<MaterialCounts>?

    /// Skips the queries whose result would be empty.
    init(_ line: SiteLine, _ filter: SiteFilter, _ scope: CompanyScope) {
        let (site, hasMaterial) = (line.record.id, line.materials > 0)
        people = line.assigned > 0 ? Collector(Site.Assignment.all(on: site, scope)) : nil
        visits = Collector(Visits.sum(on: site, scope))
        materials = hasMaterial && filter.hasMaterial ? Collector(Material.first(on: site, scope)) : nil
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

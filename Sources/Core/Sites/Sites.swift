/// What is done with building sites.
public struct Sites: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) {
        (self.database, self.runtime) = (database, runtime)
    }

    /// One round trip: the row and all that belongs to it are asked for together.
    public func get(_ id: Site.ID, of company: Company.ID, as actor: Actor) async throws -> Site {
        try await get(try actor.scope(company, id, for: .readSites))
    }

    private func get(_ scope: SiteScope) async throws -> Site {
        let range = SiteRange(scope)
        let (records, assignees, visits, materials) = try await database.fetch(
            Site.record(scope), Assignee.all(in: range), Visits.all(in: range), Material.all(on: scope))
        guard let record = records.first else { throw Refusal.notFound("site") }
        return Site(
            record, assignees: assignees, visits: visits, materials: materials, today: runtime.now().day
        )
    }

    /// Newest first; to a worker, the sites they are assigned to.
    public func list(
        of company: Company.ID, page: PageRequest<Site.ID>, as actor: Actor
    ) async throws -> Page<Site, Site.ID> {
        let scope = try actor.scope(company, for: .readSites)
        let (companies, records) = try await database.fetch(Company.exists(scope), Site.records(scope, page))
        guard !companies.isEmpty else { throw Refusal.notFound("company") }
        let shown = Page(records, of: page, key: \.id)
        guard let range = SiteRange(scope, shown.items) else { return Page(items: [], next: nil) }

        let (assignees, visits, materials) = try await database.fetch(
            Assignee.all(in: range), Visits.all(in: range), Material.all(in: range))
        let assigneesBySite = Dictionary(grouping: assignees, by: \.site)
        let visitsBySite = Dictionary(grouping: visits, by: \.site)
        let materialsBySite = Dictionary(grouping: materials, by: \.site)
        let today = runtime.now().day
        let sites = shown.items.map { record in
            Site(
                record, assignees: assigneesBySite[record.id] ?? [], visits: visitsBySite[record.id] ?? [],
                materials: materialsBySite[record.id]?.map(\.material) ?? [], today: today)
        }
        return Page(items: sites, next: shown.next)
    }

    /// All or nothing: where one of the people isn't of the company, nothing is made.
    public func create(_ site: NewSite, in company: Company.ID, as actor: Actor) async throws -> Site {
        let scope = try actor.scope(company, for: .changeSites)
        let id: Site.ID = runtime.newID()
        let now = runtime.now()
        var users: [User.ID] = []
        for user in site.users where !users.contains(user) { users.append(user) }
        try await database.transaction { [users] transaction in
            guard try !transaction.fetch(Company.exists(scope)).isEmpty else { throw Refusal.notFound("company") }
            try transaction.enqueue(Site.insert(id, site, scope, now: now))
            for user in users {
                guard try transaction.execute(Assignee.insert(user, site: id, scope, now: now)) == 1 else {
                    throw Refusal.invalid([.init("users", "names \(user.text), who is not of this company")])
                }
            }
        }
        return try await get(SiteScope(within: scope, site: id))
    }
}

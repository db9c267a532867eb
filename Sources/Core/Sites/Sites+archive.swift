import Storage

/// Removed sites: searching and restoring them.
extension Sites {
    /// The most sites that one page of a search looks at.
    private static let mostSearched = 10_000

    /// Looks at the sites a few hundred at a time. Neither engine folds letters the way people search.
    func find(
        _ search: SearchWords, _ filter: SiteFilter, _ page: PageRequest<Site.ID>, _ scope: CompanyScope
    ) async throws -> Page<Site, Site.ID> {
        var (found, searched, after) = ([Site.ID](), 0, page.after)
        var (timeZone, hasMore) = ("", true)
        while hasMore, found.count <= page.limit, searched < Self.mostSearched {
            let part = PageRequest(limit: PageRequest<Site.ID>.largest, after: after)
            let (timeZones, names) = try await database.fetch(
                Company.timeZone(scope), Site.names(scope, filter, part))
            guard let zone = timeZones.first else { throw Company.notFound }
            timeZone = zone
            let some = names.prefix(part.limit)
            found += some.filter { search.match($0.text) }.map(\.id)
            (searched, after, hasMore) = (searched &+ some.count, some.last?.id, names.count > some.count)
        }
        let (ids, zone) = (found, timeZone)
        let shown = try await read(filter, page, scope) { part in
            // The sites are listed by descending ids.
            let next = ids.drop { id in part.after.map { id >= $0 } ?? false }.prefix(part.limit + 1)
            let lines = next.map { Collector(Site.line($0, scope).page) }
            try await database.read(lines)
            return (lines.flatMap(\.rows), zone)
        }
        return shown.next == nil && hasMore ? Page(items: shown.items, next: after) : shown
    }

    /// Brings a removed site back, with the status that it had and the people who worked there when it was removed, except those who have
    /// left the company. A site that wasn't removed stays as it is.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`;
    ///   `LimitRefusal.sites` or `.activeSites`.
    public func restore(on scope: SiteScope) throws -> Change<Site> {
        try scope.check(.changeSites)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            try transaction.enqueue(Company.lock(scope.within))
            try transaction.enqueue(Site.lockEver(scope))
            guard let found = try transaction.fetch(Site.readable(scope)).first else { throw Site.notFound }
            let site = found.record
            guard let removedAt = site.removedAt else { return try Self.read(scope, transaction, now: now) }
            let (all, active, people) = try transaction.fetch(
                CompanyUse.sites(scope.company), CompanyUse.activeSites(scope.company),
                FormerAssignment.ended(at: removedAt, on: scope))
            try all.first?.check(.sites)
            if site.status == .active { try active.first?.check(.activeSites) }
            try transaction.enqueue(Site.restore(scope, now: now))
            for (user, wasForeman) in people {
                // A person who is being removed must not be assigned. This can't deadlock: no change that holds a person locks a removed site.
                try transaction.enqueue(User.lock(user, in: scope.company))
                try transaction.enqueue(Assignee.insert(user, scope, now: now))
                if wasForeman { try transaction.enqueue(Assignee.setForeman(user, since: now, scope)) }
            }
            try Audit(scope.within, runtime).write(.siteRestored, scope.site, named: site.name, in: transaction)
            return try Self.read(scope, transaction, now: now)
        }
        .read(by: \.record.id) { _, transaction in try Self.read(scope, transaction, now: now) }
    }
}

extension Site {
    /// Locks the row until the transaction ends, even if the site was removed.
    fileprivate static func lockEver(_ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE sites SET version = version WHERE company_id = $1 AND id = $2", scope.company, scope.site)
    }

    fileprivate static func restore(_ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sites SET version = version + 1, updated_at = $3, removed_at = NULL WHERE company_id = $1 AND id = $2
            """,
            scope.company, scope.site, now)
    }
}

import Storage

/// Ending entries for people, because they or the site can't have an open one any longer.
extension TimeEntries {
    /// Ends the open entry of a person whose row is locked.
    static func endOpen(
        of user: User.ID, _ cause: TimeEntry.Correction.Cause, _ scope: CompanyScope,
        _ transaction: borrowing Transaction, now: Instant
    ) throws {
        let open = try transaction.fetch(TimeEntry.open(of: user, scope.company))
        for entry in open {
            try end(entry, cause, scope.site(entry.site), transaction, now: now)
        }
    }

    /// Locks the people who are on a site, before the site itself is locked and removed: every change of hours locks the person first.
    static func lockPresent(_ scope: SiteScope, _ transaction: borrowing Transaction) throws {
        for user in Set(try present(scope, transaction).map(\.user)).sorted() {
            try transaction.enqueue(User.lockEver(user, in: scope.company))
        }
    }

    /// Ends all open entries on a site whose row is locked, so that none is opened.
    static func endAllOpen(on scope: SiteScope, _ transaction: borrowing Transaction, now: Instant) throws {
        // Who came since.
        try lockPresent(scope, transaction)
        for entry in try present(scope, transaction) {
            try end(entry, .siteRemoved, scope, transaction, now: now)
        }
    }

    private static func present(_ scope: SiteScope, _ transaction: borrowing Transaction) throws -> [TimeEntry] {
        try transaction.fetch(TimeEntry.open(in: scope.company)).filter { $0.site == scope.site }
    }

    /// Ends an entry, or where the person's next one begins.
    /// - Parameter at: when it ends; nil for now.
    static func end(
        _ entry: TimeEntry, _ cause: TimeEntry.Correction.Cause, at: Instant? = nil, _ scope: SiteScope,
        _ transaction: borrowing Transaction, now: Instant
    ) throws {
        let end = max(at ?? now, entry.checkedInAt)
        let later = try transaction.fetch(
            TimeEntry.stretches(of: entry.user, besides: entry.id, from: entry.checkedInAt, to: end, in: scope.company)
        ).map(\.from).filter { $0 >= entry.checkedInAt }
        let kept = TimeEntry.Correction(of: entry, cause, by: scope.actor.user.id, createdAt: now)
        try kept.insert(of: entry.id, scope, transaction)
        var ended = entry
        ended.end(at: min(end, later.min() ?? end))
        try ended.update(scope, transaction, now: now)
    }
}

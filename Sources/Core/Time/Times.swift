/// What is done with the time that people spend on sites.
public struct Times: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    // MARK: Coming and going

    /// - Parameter at: when the person came, for work done offline; nil for now.
    public func checkIn(at: Instant?, on scope: SiteScope) throws -> Change<TimeEntry> {
        try scope.check(.checkIn)
        let now = runtime.now()
        try Self.check(at, now: now)
        let (user, id): (User, TimeEntry.ID) = (scope.actor.user, runtime.newID())
        return Change { transaction in
            // Neither the site nor the person is removed meanwhile, which would end open visits.
            try transaction.enqueue(User.lock(user.id, in: scope.company))
            try transaction.enqueue(Site.lock(scope))
            guard let site = try transaction.fetch(Site.record(scope)).first else { throw Site.notFound }
            let entry = TimeEntry(
                id: id, site: scope.site, siteName: site.record.name, user: user.id, userName: user.name,
                checkedInAt: at ?? now, checkedOutAt: nil)
            guard try transaction.execute(entry.insert(scope, now: now)) == 1 else {
                guard let open = try transaction.fetch(TimeEntry.open(of: user.id, scope.company)).first else {
                    throw Refusal(TimeEntryRefusal.openMeanwhile)
                }
                throw Refusal(TimeEntryRefusal.checkedInAlready, ["checkedInAt": .instant(open.checkedInAt)])
            }
            return entry
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    /// Whoever is checked in may check out, also where they are not assigned any more.
    /// - Parameter at: when the person left, for work done offline; nil for now.
    public func checkOut(at: Instant?, on scope: SiteScope) throws -> Change<TimeEntry> {
        try scope.check(.checkIn)
        let now = runtime.now()
        try Self.check(at, now: now)
        let user = scope.actor.user.id
        return Change { transaction in
            let (sites, open) = try transaction.fetch(Site.exists(scope), TimeEntry.open(of: user, scope.company))
            guard let entry = open.first, entry.site == scope.site else {
                guard !sites.isEmpty else { throw Site.notFound }
                throw Refusal(TimeEntryRefusal.notCheckedIn)
            }
            try transaction.enqueue(TimeEntry.lock(entry.id, scope))
            guard let current = try transaction.fetch(TimeEntry.one(entry.id, scope)).first,
                current.checkedOutAt == nil
            else { throw Refusal(TimeEntryRefusal.notCheckedIn) }
            let left = at ?? max(now, current.checkedInAt)
            guard left >= current.checkedInAt else {
                throw Refusal("at", .beforeOwnCheckIn, ["checkedInAt": .instant(current.checkedInAt)])
            }
            try transaction.enqueue(
                TimeEntry.update(
                    current.id, scope, checkedInAt: current.checkedInAt, checkedOutAt: left, now: now))
            return try transaction.fetch(TimeEntry.one(entry.id, scope))[0]
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    /// An entry as it is now. None is ever deleted but with its site.
    private static func find(
        _ id: TimeEntry.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> TimeEntry {
        guard let entry = try transaction.fetch(TimeEntry.one(id, scope)).first else { throw Site.notFound }
        return entry
    }

    private static func check(_ at: Instant?, now: Instant) throws {
        try Adjustment(delta: .zero, note: nil, at: at).check(now: now)
    }

    // MARK: Reading

    /// Newest first. A worker reads their own, also where they are not assigned any more.
    public func list(
        _ page: PageRequest<TimeEntry.Key>, on scope: SiteScope
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        try scope.check(.readTimes)
        let (sites, entries, assigned) = try await database.fetch(
            Site.exists(scope), TimeEntry.list(scope, page).page, Site.isAssigned(scope))
        guard !sites.isEmpty, scope.person == nil || !assigned.isEmpty || !entries.isEmpty else {
            throw Site.notFound
        }
        return try await complete(entries, page, scope.company)
    }

    /// Newest first, of all sites. A worker reads their own.
    public func list(
        _ filter: TimeEntryFilter, _ page: PageRequest<TimeEntry.Key>, in scope: CompanyScope
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        try scope.check(.readTimes)
        if let person = scope.person, let user = filter.user, user != person { throw User.notFound }
        // Where it is about days, the zone has to be known first.
        let zones = filter.hasDays ? try await database.fetch(Company.timeZone(scope)) : ["UTC"]
        guard let zone = zones.first else { throw Company.notFound }
        let (companies, users, entries) = try await database.fetch(
            Company.exists(scope), User.exists(filter.user, scope),
            TimeEntry.list(scope, filter, in: filter.period(in: zone), page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        guard filter.user == nil || !users.isEmpty else { throw User.notFound }
        return try await complete(entries, page, scope.company)
    }

    /// The page with the corrections of its entries. Their reasons may be long: they are read a few at a time, and the page ends where
    /// it has no room for them.
    private func complete(
        _ rows: [PageRow<TimeEntry>], _ page: PageRequest<TimeEntry.Key>, _ company: Company.ID
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        let planned = Page(rows, of: page, nested: \.correctionCount, key: \.key)
        var (room, shown) = (PageRoom(page.limit), [TimeEntry]())
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
                guard room.takes(nested: entry.corrections.count, bytes: row.bytes + reasons) else {
                    return Page(items: shown, next: shown.last?.key)
                }
                shown.append(entry)
            }
        }
        return Page(items: shown, next: planned.next)
    }

    private static let correctionsAtOnce = 200

    // MARK: Correcting

    /// Writes the entry anew, and keeps what it said before with the reason.
    public func correct(
        _ id: TimeEntry.ID, _ correction: TimeCorrection, if precondition: Precondition, on scope: SiteScope
    ) throws -> Change<TimeEntry> {
        try scope.check(.correctTimes)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            try transaction.enqueue(TimeEntry.lock(id, scope))
            let (companies, found) = try transaction.fetch(Company.exists(scope.within), TimeEntry.one(id, scope))
            guard !companies.isEmpty else { throw Company.notFound }
            guard let old = found.first else { throw TimeEntry.notFound }
            try precondition.check(old.version)
            let checkedInAt = correction.checkedInAt ?? old.checkedInAt
            let checkedOutAt = correction.checkedOutAt ?? old.checkedOutAt
            guard (checkedInAt, checkedOutAt) != (old.checkedInAt, old.checkedOutAt) else {
                return try Self.entry(old, scope, transaction)
            }
            try Self.checkOrder(checkedInAt, checkedOutAt, now: now)
            let mostCorrections = Limit.entryCorrections.standard
            guard old.correctionCount < mostCorrections else {
                throw LimitRefusal.entryCorrections.refusal(mostCorrections)
            }
            if checkedOutAt == nil, old.checkedOutAt != nil,
                try !transaction.fetch(TimeEntry.open(of: old.user, scope.company)).isEmpty
            {
                throw Refusal(TimeEntryRefusal.otherOpen, ["name": .text(old.userName)])
            }
            let others = try transaction.fetch(
                TimeEntry.others(than: old, from: checkedInAt, to: checkedOutAt ?? now, in: scope.company))
            guard others.isEmpty else {
                throw Refusal(TimeEntryRefusal.overlaps, ["name": .text(old.userName)])
            }
            try TextUse.add(Optional(correction.reason).textBytes, of: id, in: scope.within, transaction)
            try transaction.enqueue(
                TimeEntry.Correction.insert(old, reason: correction.reason, scope, now: now))
            try transaction.enqueue(
                TimeEntry.update(id, scope, checkedInAt: checkedInAt, checkedOutAt: checkedOutAt, now: now))
            var differences = Differences()
            differences.note(only: "checkedInAt", old.checkedInAt, checkedInAt)
            differences.note(only: "checkedOutAt", old.checkedOutAt, checkedOutAt)
            differences.note("userId", nil, old.user.text)
            try Audit(scope.within, runtime).write(.timeCorrected, id, differences.details, in: transaction)
            return try Self.entry(old, scope, transaction)
        }
    }

    /// As it is now, with all that it was before.
    private static func entry(
        _ known: TimeEntry, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> TimeEntry {
        var (entries, corrections) = try transaction.fetch(
            TimeEntry.one(known.id, scope), TimeEntry.Correction.all(of: known, in: scope.company))
        entries[0].corrections = corrections
        return entries[0]
    }

    private static func checkOrder(_ checkedInAt: Instant, _ checkedOutAt: Instant?, now: Instant) throws {
        for (field, instant) in [("checkedInAt", checkedInAt), ("checkedOutAt", checkedOutAt ?? checkedInAt)]
        where instant > now + Adjustment.skew {
            throw Refusal(field, .inFuture)
        }
        if let checkedOutAt, checkedOutAt < checkedInAt {
            throw Refusal("checkedOutAt", .beforeCheckIn)
        }
    }
}

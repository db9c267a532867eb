public import Storage

/// The use cases of the time that people spend on sites.
public struct TimeEntries: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    // MARK: Coming and going

    /// Checks the caller in.
    /// - Parameter at: the time of arrival, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `SiteRefusal.notFound`, `TimeEntryRefusal.checkedInAlready` if the caller has an open time entry, or
    ///   `.openMeanwhile` if that entry has just ended.
    public func checkIn(at: Instant?, on scope: SiteScope) throws -> Change<TimeEntry> {
        try scope.check(.checkIn)
        let now = runtime.now()
        try Self.check(at, now: now)
        let (user, id): (User, TimeEntry.ID) = (scope.actor.user, runtime.newID())
        return Change { transaction in
            // Neither the site nor the person may be removed concurrently, which would end open time entries.
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

    /// Checks the caller out, even if they are no longer assigned to the site.
    /// - Parameter at: the time of departure, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `TimeEntryRefusal.notCheckedIn`, `SiteRefusal.notFound` if the caller isn't checked in on the site and
    ///   can't see it, or a flaw of `at`, `.beforeOwnCheckIn`.
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
            guard var current = try transaction.fetch(TimeEntry.one(entry.id, scope)).first,
                current.checkedOutAt == nil
            else { throw Refusal(TimeEntryRefusal.notCheckedIn) }
            let left = at ?? max(now, current.checkedInAt)
            guard left >= current.checkedInAt else {
                throw Refusal("at", .beforeOwnCheckIn, ["checkedInAt": .instant(current.checkedInAt)])
            }
            current.checkedOutAt = left
            try transaction.enqueue(current.update(scope, now: now))
            return try transaction.fetch(TimeEntry.one(entry.id, scope))[0]
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    /// The current state of an entry. Entries are only ever deleted together with their site.
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

    /// The time entries on a site, newest first. A worker reads their own, even if they are no longer assigned to the site; a foreman of the
    /// site reads everyone's.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound`; the database's
    ///   `StorageError`.
    public func list(
        _ page: PageRequest<TimeEntry.Key>, on scope: SiteScope
    ) async throws -> Page<TimeEntry, TimeEntry.Key> {
        try scope.check(.readTimes)
        let assigned = scope.person == nil ? [] : try await database.fetch(Site.ownAssignment(scope))
        let isForeman = assigned.contains { $0 != nil }
        let (sites, entries) = try await database.fetch(
            Site.isReadable(scope), TimeEntry.list(scope, of: isForeman ? nil : scope.person, page).page)
        let isOwn = scope.person == nil || !assigned.isEmpty || scope.site == Site.depot(of: scope.company)
        guard !sites.isEmpty, isOwn || !entries.isEmpty else { throw Site.notFound }
        return try await complete(entries, page, scope.company)
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
    /// it has no room for more.
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

    // MARK: Entering

    /// Enters hours for people: all or none.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`; a flaw of
    ///   `checkedInAt` or `checkedOutAt`, `.inFuture`, `.beforeCheckIn` or `.tooOld`; for someone who isn't a manager
    ///   `SiteRefusal.foremenOnly`, `TimeEntryRefusal.foremenRecentOnly`, and a flaw of `userIds`, `.notAssigned`; a flaw of `userIds`,
    ///   `.notOfCompany`; `TimeEntryRefusal.otherOpen` if a person has an open entry and would have a second one, `.overlaps` if a person
    ///   has another entry in that time; `LimitRefusal.text`.
    public func enter(_ new: NewTimeEntries, on scope: SiteScope) throws -> Change<[TimeEntry]> {
        try scope.check(.enterTimes)
        let (now, runtime) = (runtime.now(), runtime)
        // In one order, so that two who enter the same people don't wait for each other.
        let people = Set(new.users).sorted().map { (user: $0, entry: runtime.newID(TimeEntry.self)) }
        return Change { transaction in
            for (user, _) in people { try transaction.enqueue(User.lock(user, in: scope.company)) }
            try transaction.enqueue(Site.lock(scope))
            try Site.checkLeading(scope, transaction)
            try Self.checkRecent([new.checkedInAt], scope, now: now)
            let (sites, team) = try transaction.fetch(
                Site.record(scope), Site.Assignment.all(on: scope.site, scope.within))
            guard let site = sites.first?.record else { throw Site.notFound }
            try Self.checkOrder(new.checkedInAt, new.checkedOutAt, now: now)
            guard new.checkedInAt >= now - .seconds(Self.oldestDays * 24 * 3600) else {
                throw Refusal("checkedInAt", .tooOld, ["days": .integer(Self.oldestDays)])
            }
            return try people.map { user, id in
                if scope.within.isForLeaders, !team.contains(where: { $0.user == user }) {
                    throw Refusal("userIds", .notAssigned, ["id": .text(user.text)])
                }
                guard let person = try transaction.fetch(User.one(user, scope.within, now: now)).first else {
                    throw Refusal("userIds", .notOfCompany, ["id": .text(user.text)])
                }
                let entry = TimeEntry(
                    id: id, site: scope.site, siteName: site.name, user: user, userName: person.name,
                    checkedInAt: new.checkedInAt, checkedOutAt: new.checkedOutAt,
                    entered: .init(by: scope.actor.user.id, byName: scope.actor.user.name, reason: new.reason))
                let others = try transaction.fetch(
                    TimeEntry.others(
                        than: entry, from: new.checkedInAt, to: new.checkedOutAt ?? now, in: scope.company))
                guard others.isEmpty else { throw Refusal(TimeEntryRefusal.overlaps, ["name": .text(person.name)]) }
                guard try transaction.execute(entry.insert(scope, now: now)) == 1 else {
                    throw Refusal(TimeEntryRefusal.otherOpen, ["name": .text(person.name)])
                }
                try TextUse.add(Optional(new.reason).textBytes, of: id, in: scope.within, transaction)
                try Audit(scope.within, runtime).write(
                    .timeEntered, id, [.init(field: "userId", from: nil, to: user.text)], in: transaction)
                return entry
            }
        }
        .read(byAll: \.id) { id, transaction in
            guard let entry = try transaction.fetch(TimeEntry.one(id, scope)).first else { throw Site.notFound }
            return try Self.entry(entry, scope, transaction)
        }
    }

    /// No entry begins longer ago: the five years for which wages can be asked back, and their records are kept.
    private static let oldestDays = 5 * 366
    /// How far back a foreman enters and corrects hours.
    private static let recent = Duration.seconds(7 * 24 * 3600)

    /// - Throws: `TimeEntryRefusal.foremenRecentOnly` if the scope is a foreman's, and one of the instants is longer ago than that.
    private static func checkRecent(_ instants: [Instant], _ scope: SiteScope, now: Instant) throws {
        guard scope.within.isForLeaders, instants.contains(where: { $0 < now - recent }) else { return }
        throw Refusal(TimeEntryRefusal.foremenRecentOnly)
    }

    // MARK: Correcting

    /// Corrects an entry's times, and keeps the former times with the reason. Nothing is recorded if the times don't change.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `CompanyRefusal.notFound`;
    ///   for someone who isn't a manager `SiteRefusal.notFound`, `.foremenOnly` and `TimeEntryRefusal.foremenRecentOnly`;
    ///   `TimeEntryRefusal.notFound`; `ChangeRefusal.stale` if the precondition doesn't hold; a flaw of `checkedInAt` or `checkedOutAt`,
    ///   `.inFuture` or `.beforeCheckIn`; `TimeEntryRefusal.otherOpen` if the entry would be the person's second open one, `.overlaps` if
    ///   the person has another entry in that time; `LimitRefusal.entryCorrections` or `.text`.
    public func correct(
        _ id: TimeEntry.ID, _ correction: TimeCorrection, if precondition: Precondition, on scope: SiteScope
    ) throws -> Change<TimeEntry> {
        try scope.check(.correctTimes)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            // Every writer of hours locks the person first, so that no two of their entries share time.
            if let known = try transaction.fetch(TimeEntry.one(id, scope)).first {
                try transaction.enqueue(User.lock(known.user, in: scope.company))
            }
            try Site.checkLeading(scope, transaction)
            try transaction.enqueue(TimeEntry.lock(id, scope))
            let (companies, found) = try transaction.fetch(Company.exists(scope.within), TimeEntry.one(id, scope))
            guard !companies.isEmpty else { throw Company.notFound }
            guard let old = found.first else { throw TimeEntry.notFound }
            try precondition.check(old.version)
            var new = old
            new.checkedInAt = correction.checkedInAt ?? old.checkedInAt
            new.checkedOutAt = correction.checkedOutAt ?? old.checkedOutAt
            guard (new.checkedInAt, new.checkedOutAt) != (old.checkedInAt, old.checkedOutAt) else {
                return try Self.entry(old, scope, transaction)
            }
            try Self.checkOrder(new.checkedInAt, new.checkedOutAt, now: now)
            try Self.checkRecent([old.checkedInAt, new.checkedInAt], scope, now: now)
            let mostCorrections = Limit.entryCorrections.standard
            guard old.correctionCount < mostCorrections else {
                throw LimitRefusal.entryCorrections.refusal(mostCorrections)
            }
            if new.checkedOutAt == nil, old.checkedOutAt != nil,
                try !transaction.fetch(TimeEntry.open(of: old.user, scope.company)).isEmpty
            {
                throw Refusal(TimeEntryRefusal.otherOpen, ["name": .text(old.userName)])
            }
            let others = try transaction.fetch(
                TimeEntry.others(than: old, from: new.checkedInAt, to: new.checkedOutAt ?? now, in: scope.company))
            guard others.isEmpty else {
                throw Refusal(TimeEntryRefusal.overlaps, ["name": .text(old.userName)])
            }
            try TextUse.add(Optional(correction.reason).textBytes, of: id, in: scope.within, transaction)
            let kept = TimeEntry.Correction(
                of: old, reason: correction.reason, by: scope.actor.user.id, createdAt: now)
            try transaction.enqueue(kept.insert(of: id, scope))
            try transaction.enqueue(new.update(scope, now: now))
            var differences = Differences()
            differences.note(only: "checkedInAt", old.checkedInAt, new.checkedInAt)
            differences.note(only: "checkedOutAt", old.checkedOutAt, new.checkedOutAt)
            differences.note("userId", nil, old.user.text)
            try Audit(scope.within, runtime).write(.timeCorrected, id, differences.details, in: transaction)
            return try Self.entry(old, scope, transaction)
        }
    }

    /// The current state of an entry, with all its corrections.
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

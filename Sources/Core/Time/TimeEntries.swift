public import Storage

/// The use cases of the time that people spend on sites.
///
/// Every change locks the person first, so that no two of their entries share time, whichever route writes.
public struct TimeEntries: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// Checks the caller in.
    /// - Parameter at: the time of arrival, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `SiteRefusal.notFound`, `TimeEntryRefusal.checkedInAlready` if the caller has an open time entry, `.overlaps` if the
    ///   time lies in another of their entries, `.dayApproved`, or `LimitRefusal.dailyEntries`; a late report becomes a clarification
    ///   instead.
    public func checkIn(at: Instant?, on scope: SiteScope) throws -> Change<Reported<TimeEntry>> {
        try scope.check(.checkIn)
        let now = runtime.now()
        let report = try Report(.checkIn, at: at, on: scope, runtime, now: now)
        let (user, id): (User, TimeEntry.ID) = (scope.actor.user, runtime.newID())
        return Change { transaction in
            try Self.check(at, now: now)
            // Neither the site nor the person may be removed concurrently, which would end open time entries.
            try transaction.enqueue(User.lock(user.id, in: scope.company))
            try transaction.enqueue(Site.share(scope))
            let arrived = at ?? now
            let (sites, near, others, starts) = try transaction.fetch(
                Site.record(scope, at: report.lateAt),
                DayApproval.near(arrived, of: user.id, in: scope.company),
                TimeEntry.stretches(
                    of: user.id, besides: id, from: arrived, to: arrived + Adjustment.skew + .milliseconds(2),
                    in: scope.company),
                TimeEntry.starts(of: user.id, around: arrived, in: scope.company))
            guard let site = sites.first else { throw Site.notFound }
            if let open = others.first(where: { $0.to == nil }) {
                throw Refusal(TimeEntryRefusal.checkedInAlready, ["checkedInAt": .instant(open.from)])
            }
            let start = try Self.start(at, by: user, others, now: now)
            try near.check(start, of: user.name)
            try Self.checkDay(of: start, site.timeZone, starts)
            try DayApproval.change(near, at: start, of: user.id, in: scope.company, transaction, now: now)
            let entry = TimeEntry(
                id: id, site: scope.site, siteName: site.record.name, user: user.id, userName: user.name,
                checkedInAt: start, checkedOutAt: nil, recordedAt: now)
            try entry.insert(scope, transaction)
            guard let removedAt = site.record.removedAt else { return entry }
            // As the removal would have done.
            try Self.end(entry, .siteRemoved, at: removedAt, scope, transaction, now: now)
            return try Self.entry(entry, scope, transaction)
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
        .clarifying(report, in: scope.company)
    }

    /// When an entry begins that someone opens themselves. The clock of a phone may be ahead by `Adjustment.skew`: who left by it a moment
    /// from now comes then.
    /// - Parameter others: the person's other entries of that time.
    /// - Throws: `TimeEntryRefusal.overlaps`.
    private static func start(
        _ at: Instant?, by user: User, _ others: [TimeEntry.Stretch], now: Instant
    ) throws -> Instant {
        var start = at ?? now
        func covering() -> TimeEntry.Stretch? {
            others.first { $0.shares(from: start, to: start + .milliseconds(1)) > 0 }
        }
        if at == nil, let end = covering()?.to, end <= now + Adjustment.skew { start = end }
        if covering() != nil { throw Refusal(TimeEntryRefusal.overlaps, ["name": .text(user.name)]) }
        return start
    }

    /// Checks the caller out, even if they are no longer assigned to the site. A break that lasts ends with it. If the entry was ended
    /// for them, an earlier time replaces that end. A day with an open entry is never approved.
    /// - Parameter at: the time of departure, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `TimeEntryRefusal.notCheckedIn`, `SiteRefusal.notFound` if the caller isn't checked in on the site and
    ///   can't see it, a flaw of `at`, `.beforeOwnCheckIn` or `.beforeBreak`, or `TimeEntryRefusal.overlaps` if another of their entries
    ///   lies in between, or `.dayApproved` if the end was replaced of a day that is approved; a late report becomes a clarification
    ///   instead.
    public func checkOut(at: Instant?, on scope: SiteScope) throws -> Change<Reported<TimeEntry>> {
        try scope.check(.checkIn)
        let now = runtime.now()
        let report = try Report(.checkOut, at: at, on: scope, runtime, now: now)
        let user = scope.actor.user
        return Change { transaction in
            try Self.check(at, now: now)
            try transaction.enqueue(User.lock(user.id, in: scope.company))
            let (open, others) = try transaction.fetch(
                TimeEntry.open(of: user.id, scope.company),
                TimeEntry.stretches(ofOpen: user.id, until: at ?? .last, in: scope.company))
            guard var entry = open.first, entry.site == scope.site else {
                if let at, let corrected = try Self.replaceEnd(at, of: user, scope, transaction, now: now) {
                    return corrected
                }
                throw try Self.notCheckedIn(scope, transaction)
            }
            let left = at ?? max(now, entry.checkedInAt, entry.breaks.latest ?? now)
            guard left >= entry.checkedInAt else {
                throw Refusal("at", .beforeOwnCheckIn, ["checkedInAt": .instant(entry.checkedInAt)])
            }
            guard left >= entry.breaks.latest ?? left else { throw Refusal("at", .beforeBreak) }
            try Self.checkFree(entry, from: entry.checkedInAt, to: left, others)
            entry.end(at: left)
            try entry.update(scope, transaction, now: now)
            entry.version &+= 1
            return entry
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
        .clarifying(report, in: scope.company)
    }

    /// Replaces the end of an entry that was ended for the caller by their true check-out before it.
    /// - Returns: nil if there is no such entry, or they left later.
    private static func replaceEnd(
        _ at: Instant, of user: User, _ scope: SiteScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> TimeEntry? {
        guard var entry = try transaction.fetch(TimeEntry.latest(of: user.id, before: at, on: scope)).first,
            let end = entry.checkedOutAt, at < end, at >= entry.breaks.latestFrom ?? at,
            let last = try transaction.fetch(TimeEntry.Correction.all(of: entry, in: scope.company)).last,
            last.number == entry.version - 1, last.cause?.endsEntries == true
        else { return nil }
        let near = try transaction.fetch(DayApproval.near(entry.checkedInAt, of: user.id, in: scope.company))
        try near.check(entry.checkedInAt, of: user.name)
        try DayApproval.change(near, at: entry.checkedInAt, of: user.id, in: scope.company, transaction, now: now)
        let kept = TimeEntry.Correction(of: entry, .checkedOut, by: user.id, createdAt: now)
        try kept.insert(of: entry.id, scope, transaction)
        entry.end(at: at)
        try entry.update(scope, transaction, now: now)
        return try Self.entry(entry, scope, transaction)
    }

    /// The refusal of what only people can do who are checked in on the site: `.notCheckedIn`, or `SiteRefusal.notFound` if they can't
    /// see it.
    static func notCheckedIn(_ scope: SiteScope, _ transaction: borrowing Transaction) throws -> Refusal {
        try transaction.fetch(Site.exists(scope)).isEmpty ? Site.notFound : Refusal(TimeEntryRefusal.notCheckedIn)
    }

    /// The current state of an entry. Entries are only ever deleted together with their site.
    static func find(
        _ id: TimeEntry.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> TimeEntry {
        guard let entry = try transaction.fetch(TimeEntry.one(id, scope)).first else { throw Site.notFound }
        return entry
    }

    /// The current state of an entry, with all its corrections.
    static func entry(
        _ known: TimeEntry, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> TimeEntry {
        var (entries, corrections) = try transaction.fetch(
            TimeEntry.one(known.id, scope), TimeEntry.Correction.all(of: known, in: scope.company))
        entries[0].corrections = corrections
        return entries[0]
    }

    /// - Throws: a flaw of `at`, `.inFuture` or `.tooOld`.
    static func check(_ at: Instant?, now: Instant) throws {
        try Adjustment(delta: .zero, note: nil, at: at).check(now: now)
    }
}

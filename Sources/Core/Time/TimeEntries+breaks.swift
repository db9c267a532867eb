public import Storage

extension TimeEntries {
    /// Begins a break of the caller, who is checked in on the site.
    /// - Parameter at: when it began, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `TimeEntryRefusal.notCheckedIn`, or `SiteRefusal.notFound` if the caller can't see the site either;
    ///   `TimeEntryRefusal.onBreakAlready`; a flaw of `at`, `.outsideEntry` or `.breaksOverlap`; `LimitRefusal.entryBreaks`.
    public func startBreak(at: Instant?, on scope: SiteScope) throws -> Change<Reported<TimeEntry>> {
        try changeOpen(.breakStart, at: at, on: scope) { entry, now in
            if let from = entry.breaks.running?.from {
                throw Refusal(TimeEntryRefusal.onBreakAlready, ["from": .instant(from)])
            }
            let from = at ?? max(now, entry.checkedInAt, entry.breaks.latest ?? now)
            guard from >= entry.checkedInAt else { throw Refusal("at", .outsideEntry) }
            guard !entry.breaks.shareTime(from: from, to: from + .milliseconds(1)) else {
                throw Refusal("at", .breaksOverlap)
            }
            try entry.breaks.add(Break(from: from, to: nil, source: .taken))
        }
    }

    /// Ends the caller's break.
    /// - Parameter at: when it ended, for work done offline; nil for now.
    /// - Throws: as `startBreak` does, with `TimeEntryRefusal.notOnBreak` if the caller isn't on a break, and a flaw of `at`, `.beforeBreak`.
    public func endBreak(at: Instant?, on scope: SiteScope) throws -> Change<Reported<TimeEntry>> {
        try changeOpen(.breakEnd, at: at, on: scope) { entry, now in
            guard let from = entry.breaks.running?.from else { throw Refusal(TimeEntryRefusal.notOnBreak) }
            let to = at ?? max(now, from)
            guard to >= from else { throw Refusal("at", .beforeBreak) }
            guard !entry.breaks.shareTime(from: from, to: to) else { throw Refusal("at", .breaksOverlap) }
            entry.breaks.endRunning(at: to)
        }
    }

    private func changeOpen(
        _ act: Clarification.Act, at: Instant?, on scope: SiteScope,
        _ change: @escaping @Sendable (inout TimeEntry, _ now: Instant) throws -> Void
    ) throws -> Change<Reported<TimeEntry>> {
        try scope.check(.checkIn)
        let now = runtime.now()
        let report = try Report(act, at: at, on: scope, runtime, now: now)
        let user = scope.actor.user.id
        return Change { transaction in
            try Self.check(at, now: now)
            try transaction.enqueue(User.lock(user, in: scope.company))
            guard var entry = try transaction.fetch(TimeEntry.open(of: user, scope.company)).first,
                entry.site == scope.site
            else { throw try Self.notCheckedIn(scope, transaction) }
            try change(&entry, now)
            try entry.update(scope, transaction, now: now)
            return try Self.entry(entry, scope, transaction)
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
        .clarifying(report, in: scope.company)
    }

    /// Records how long the caller's breaks were in all, instead of what they said before, in their open entry on the site or the latest
    /// that began within the 24 hours before. Clocked breaks stay.
    /// - Parameters:
    ///   - minutes: 0 to 1440; 0 says that there was none.
    ///   - at: when they said so, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `TimeEntryRefusal.notCheckedIn`, or `SiteRefusal.notFound` if the caller can't see the site either; a flaw of
    ///   `minutes`, `.longerThanEntry`; `LimitRefusal.entryBreaks`; `TimeEntryRefusal.dayApproved`; a late report becomes a
    ///   clarification instead.
    public func stateBreak(minutes: Int, at: Instant?, on scope: SiteScope) throws -> Change<Reported<TimeEntry>> {
        try scope.check(.checkIn)
        let now = runtime.now()
        var content = Clarification.Content()
        content.minutes = minutes
        let report = try Report(.breakStated, at: at, content, on: scope, runtime, now: now)
        let user = scope.actor.user.id
        return Change { transaction in
            try Self.check(at, now: now)
            try transaction.enqueue(User.lock(user, in: scope.company))
            let latest = TimeEntry.latest(of: user, before: at ?? now + Adjustment.skew, on: scope)
            let earliest = (at ?? now) - .seconds(24 * 3600)
            let (found, near) = try transaction.fetch(
                latest,
                DayApproval.near(earliest, to: (at ?? now) + Adjustment.skew, of: user, in: scope.company))
            guard var entry = found.first, entry.checkedInAt > earliest || entry.state == .open
            else { throw try Self.notCheckedIn(scope, transaction) }
            try near.check(entry.checkedInAt, of: entry.userName)
            entry.breaks.list.removeAll { $0.from == nil && $0.source == .stated }
            try entry.breaks.add(Break(minutes: minutes, source: .stated))
            if let presence = entry.minutes, entry.breaks.minutes > presence {
                throw Refusal("minutes", .longerThanEntry)
            }
            try DayApproval.change(near, at: entry.checkedInAt, of: user, in: scope.company, transaction, now: now)
            try entry.update(scope, transaction, now: now)
            return try Self.entry(entry, scope, transaction)
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
        .clarifying(report, in: scope.company)
    }
}

public import Storage

extension TimeEntries {
    /// Enters hours for people: all or none.
    /// - Parameter at: when they were entered, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`; a flaw of
    ///   `checkedInAt` or `checkedOutAt`, `.inFuture`, `.beforeCheckIn`, `.tooOld` or `.longerThanADay`; flaws of `breaks`; for someone who
    ///   isn't a manager `SiteRefusal.foremenOnly`, `TimeEntryRefusal.foremenRecentOnly`, and a flaw of `userIds`, `.notAssigned`; a flaw of
    ///   `userIds`, `.notOfCompany`; `TimeEntryRefusal.overlaps` if a person has another entry in that time; `LimitRefusal.dailyEntries` or `.text`; what was reported late waits instead.
    public func enter(
        _ new: NewTimeEntries, at: Instant? = nil, on scope: SiteScope
    ) throws -> Change<Reported<[TimeEntry]>> {
        try scope.check(.enterTimes)
        let (now, runtime) = (runtime.now(), runtime)
        // In one order, so that two who enter the same people don't wait for each other.
        let people = Set(new.users).sorted().map { (user: $0, entry: runtime.newID(TimeEntry.self)) }
        var content = Clarification.Content()
        content.people = people.map(\.user)
        (content.checkedInAt, content.checkedOutAt, content.kind) = (new.checkedInAt, new.checkedOutAt, new.kind)
        (content.breaks, content.reason) = (new.breaks.isEmpty ? nil : Breaks(new.breaks), new.reason)
        let report = try Report(.enter, at: at, content, on: scope, runtime, now: now)
        return Change { transaction in
            try Self.check(at, now: now)
            for (user, _) in people { try transaction.enqueue(User.lock(user, in: scope.company)) }
            try transaction.enqueue(Site.lock(scope))
            try Site.checkLeading(scope, transaction)
            try Self.checkRecent([new.checkedInAt], scope, now: report.lateAt ?? now)
            guard try !transaction.fetch(Site.exists(scope)).isEmpty else { throw Site.notFound }
            let source: TimeEntry.Source = scope.within.isForLeaders ? .foreman : .manual
            return try Self.add(
                new, people, source, by: scope.actor.user.id, named: scope.actor.user.name, scope, transaction, runtime,
                now: now)
        }
        .read(byAll: \.id) { id, transaction in
            guard let entry = try transaction.fetch(TimeEntry.one(id, scope)).first else { throw Site.notFound }
            return try Self.entry(entry, scope, transaction)
        }
        .clarifying(report, in: scope.company)
    }

    /// Adds entries of people whose rows are held, all or none. Whatever refuses them does so before anything is written.
    /// - Throws: as `enter`.
    static func add(
        _ new: NewTimeEntries, _ people: [(user: User.ID, entry: TimeEntry.ID)], _ source: TimeEntry.Source,
        by user: User.ID, named name: String, _ scope: SiteScope, _ transaction: borrowing Transaction,
        _ runtime: Runtime, now: Instant
    ) throws -> [TimeEntry] {
        let (sites, team) = try transaction.fetch(
            Site.readable(scope), Site.Assignment.all(on: scope.site, scope.within))
        guard let site = sites.first else { throw Site.notFound }
        try checkTimes(new.checkedInAt, new.checkedOutAt, isConfirmed: new.isConfirmed, now: now)
        try Breaks.check(new.breaks, from: new.checkedInAt, to: new.checkedOutAt, now: now)
        let entries = try people.map { one, id in
            if scope.within.isForLeaders, !team.contains(where: { $0.user == one }) {
                throw Refusal("userIds", .notAssigned, ["id": .text(one.text)])
            }
            guard let person = try transaction.fetch(User.one(one, scope.within, now: now)).first else {
                throw Refusal("userIds", .notOfCompany, ["id": .text(one.text)])
            }
            let entry = TimeEntry(
                id: id, site: scope.site, siteName: site.record.name, user: one, userName: person.name,
                checkedInAt: new.checkedInAt, checkedOutAt: new.checkedOutAt, kind: new.kind, source: source,
                breaks: Breaks(new.breaks), entered: .init(by: user, byName: name, reason: new.reason),
                recordedAt: now)
            if new.checkedOutAt == nil, site.record.removedAt != nil {
                throw Refusal(TimeEntryRefusal.cantBeOpen, ["name": .text(person.name)])
            }
            try checkFree(
                entry.unrecorded, from: entry.checkedInAt, to: entry.checkedOutAt, scope.company, transaction)
            try checkDay(of: entry.checkedInAt, one, site.timeZone, scope.company, transaction)
            return entry
        }
        for entry in entries {
            // The person is held, and has no open entry.
            guard try transaction.execute(entry.insert(scope)) == 1 else {
                throw StorageError(.failed, "an entry wasn't inserted")
            }
            try TextUse.add(Optional(new.reason).textBytes, of: entry.id, in: scope.within, transaction)
            try Audit(scope.within, runtime).write(
                .timeEntered, entry.id, [.init(field: "userId", from: nil, to: entry.user.text)], in: transaction)
        }
        return entries
    }
}

extension TimeEntry {
    /// The same entry without an end: it isn't there yet, so it has shared time with no other.
    var unrecorded: TimeEntry {
        var entry = self
        entry.checkedOutAt = nil
        return entry
    }
}

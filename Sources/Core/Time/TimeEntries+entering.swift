public import Storage

extension TimeEntries {
    /// Enters hours for people: all or none.
    /// - Parameter at: when they were entered, for work done offline; nil for now.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`; a flaw of
    ///   `checkedInAt` or `checkedOutAt`, `.inFuture`, `.beforeCheckIn`, `.tooOld` or `.longerThanADay`; flaws of `breaks`; for someone who
    ///   isn't a manager `SiteRefusal.foremenOnly`, `TimeEntryRefusal.foremenRecentOnly`, and a flaw of `userIds`, `.notAssigned`; a flaw of
    ///   `userIds`, `.notOfCompany`; `TimeEntryRefusal.overlaps` if a person has another entry in that time, `.dayApproved`; `LimitRefusal.dailyEntries` or
    ///   `.text`; a late report becomes a clarification instead.
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
            // A refusal of what is late is kept for the actor.
            let held = Set(people.map(\.user) + (report.lateAt == nil ? [] : [scope.actor.user.id]))
            for user in held.sorted() { try transaction.enqueue(User.lock(user, in: scope.company)) }
            try transaction.enqueue(Site.share(scope))
            let (visible, leads) = (Collector(Site.exists(scope)), Collector(Site.ownAssignment(scope)))
            let source: TimeEntry.Source = scope.within.isForLeaders ? .foreman : .manual
            return try Self.add(
                new, people, source, by: scope.actor.user.id, named: scope.actor.user.name, scope, transaction, runtime,
                now: now, reading: [visible, leads]
            ) {
                guard !visible.rows.isEmpty else { throw Site.notFound }
                if scope.within.isForLeaders, !leads.rows.contains(where: { $0 != nil }) {
                    throw Refusal(SiteRefusal.foremenOnly)
                }
                try Self.checkRecent([new.checkedInAt], scope, now: report.lateAt ?? now)
            }
        }
        .read(byAll: \.id) { id, transaction in
            guard let entry = try transaction.fetch(TimeEntry.one(id, scope)).first else { throw Site.notFound }
            return try Self.entry(entry, scope, transaction)
        }
        .clarifying(report, in: scope.company)
    }

    /// Adds entries of people whose rows are held, all or none. Whatever refuses them does so before anything is written. All that is
    /// asked for is asked for at once: other writers of this site or these people wait meanwhile.
    /// - Parameters:
    ///   - other: what else is read with it.
    ///   - check: looks at that, before all other checks.
    /// - Throws: what `check` throws, and as `enter`.
    static func add(
        _ new: NewTimeEntries, _ people: [(user: User.ID, entry: TimeEntry.ID)], _ source: TimeEntry.Source,
        by user: User.ID, named name: String, _ scope: SiteScope, _ transaction: borrowing Transaction,
        _ runtime: Runtime, now: Instant, reading other: [any Reading] = [], _ check: () throws -> Void = {}
    ) throws -> [TimeEntry] {
        guard let first = people.first else { return [] }
        let (sites, team) = (Collector(Site.readable(scope)), Collector(Site.team(scope)))
        let records = people.map { PersonRecord($0.user, of: new, as: $0.entry, in: scope.company) }
        let texts = Collector(TextUse.sum(scope.company))
        // One text for all, counted as the first one's.
        try TextUse.hold(first.entry, in: scope.within, transaction)
        try transaction.read(other + [sites, team, texts] + records.flatMap(\.readings))
        try check()
        guard let site = sites.rows.first else { throw Site.notFound }
        try checkTimes(new.checkedInAt, new.checkedOutAt, isConfirmed: new.isConfirmed, now: now)
        try Breaks.check(new.breaks, from: new.checkedInAt, to: new.checkedOutAt, now: now)
        let entries = try zip(people, records).map { one, record in
            if scope.within.isForLeaders, !team.rows.contains(one.user) {
                throw Refusal("userIds", .notAssigned, ["id": .text(one.user.text)])
            }
            guard let personName = record.names.rows.first else {
                throw Refusal("userIds", .notOfCompany, ["id": .text(one.user.text)])
            }
            let entry = TimeEntry(
                id: one.entry, site: scope.site, siteName: site.record.name, user: one.user, userName: personName,
                checkedInAt: new.checkedInAt, checkedOutAt: new.checkedOutAt, kind: new.kind, source: source,
                breaks: Breaks(new.breaks), entered: .init(by: user, byName: name, reason: new.reason),
                recordedAt: now)
            if new.checkedOutAt == nil, site.record.removedAt != nil {
                throw Refusal(TimeEntryRefusal.cantBeOpen, ["name": .text(personName)])
            }
            try record.near.rows.check(entry.checkedInAt, of: personName)
            try checkFree(entry.unrecorded, from: entry.checkedInAt, to: entry.checkedOutAt, record.others.rows)
            try checkDay(of: entry.checkedInAt, site.timeZone, record.starts.rows)
            return entry
        }
        let bytes = entries.reduce(Int64(0)) { sum, _ in sum.adding(Optional(new.reason).textBytes) }
        try TextUse.add(bytes, of: first.entry, held: texts.rows.first, in: scope.within, transaction)
        for (entry, record) in zip(entries, records) {
            try DayApproval.change(
                record.near.rows, at: entry.checkedInAt, of: entry.user, in: scope.company, transaction, now: now)
            try entry.insert(scope, transaction)
            try Audit(scope.within, runtime).write(
                .timeEntered, entry.id, [.init(field: "userId", from: nil, to: entry.user.text)], in: transaction)
        }
        return entries
    }

    /// What has to be known of a person before hours of theirs are added.
    private struct PersonRecord {
        let names: Collector<String>
        let others: Collector<TimeEntry.Stretch>
        let starts: Collector<Instant>
        let near: Collector<DayApproval.Near>

        init(_ user: User.ID, of new: NewTimeEntries, as entry: TimeEntry.ID, in company: Company.ID) {
            names = Collector(User.name(of: user, in: company))
            others = Collector(
                TimeEntry.stretches(
                    of: user, besides: entry, from: new.checkedInAt, to: new.checkedOutAt ?? .last, in: company))
            starts = Collector(TimeEntry.starts(of: user, around: new.checkedInAt, in: company))
            near = Collector(DayApproval.near(new.checkedInAt, of: user, in: company))
        }

        var readings: [any Reading] { [names, others, starts, near] }
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

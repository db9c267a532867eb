import Storage

extension TimeEntries {
    /// Enters hours for people: all or none.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`; a flaw of
    ///   `checkedInAt` or `checkedOutAt`, `.inFuture`, `.beforeCheckIn`, `.tooOld` or `.longerThanADay`; flaws of `breaks`; for someone who
    ///   isn't a manager `SiteRefusal.foremenOnly`, `TimeEntryRefusal.foremenRecentOnly`, and a flaw of `userIds`, `.notAssigned`; a flaw of
    ///   `userIds`, `.notOfCompany`; `TimeEntryRefusal.overlaps` if a person has another entry in that time; `LimitRefusal.dailyEntries` or `.text`.
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
            guard let site = sites.first else { throw Site.notFound }
            try Self.checkTimes(new.checkedInAt, new.checkedOutAt, isConfirmed: new.isConfirmed, now: now)
            let breaks = Breaks(new.breaks)
            try Breaks.check(new.breaks, from: new.checkedInAt, to: new.checkedOutAt, now: now)
            return try people.map { user, id in
                if scope.within.isForLeaders, !team.contains(where: { $0.user == user }) {
                    throw Refusal("userIds", .notAssigned, ["id": .text(user.text)])
                }
                guard let person = try transaction.fetch(User.one(user, scope.within, now: now)).first else {
                    throw Refusal("userIds", .notOfCompany, ["id": .text(user.text)])
                }
                let entry = TimeEntry(
                    id: id, site: scope.site, siteName: site.record.name, user: user, userName: person.name,
                    checkedInAt: new.checkedInAt, checkedOutAt: new.checkedOutAt, kind: new.kind,
                    source: scope.within.isForLeaders ? .foreman : .manual, breaks: breaks,
                    entered: .init(by: scope.actor.user.id, byName: scope.actor.user.name, reason: new.reason),
                    recordedAt: now)
                try Self.checkFree(
                    entry.unrecorded, from: entry.checkedInAt, to: entry.checkedOutAt, scope.company, transaction)
                try Self.checkDay(of: entry.checkedInAt, user, site.timeZone, scope.company, transaction)
                guard try transaction.execute(entry.insert(scope)) == 1 else {
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
}

extension TimeEntry {
    /// The same entry without an end: it isn't there yet, so it has shared time with no other.
    fileprivate var unrecorded: TimeEntry {
        var entry = self
        entry.checkedOutAt = nil
        return entry
    }
}

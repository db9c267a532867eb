public import Storage

extension TimeEntries {
    /// Corrects an entry, and keeps what it said before with the reason. Nothing is recorded if nothing changes. Another site voids the
    /// entry and adds one there.
    /// - Parameter at: when it was corrected, for work done offline; nil for now.
    /// - Returns: the entry, or the one on the other site.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `CompanyRefusal.notFound`;
    ///   for someone who isn't a manager `SiteRefusal.notFound`, `.foremenOnly` and `TimeEntryRefusal.foremenRecentOnly`;
    ///   `TimeEntryRefusal.notFound` or `.voided`; `ChangeRefusal.stale` if the precondition doesn't hold; a flaw of `checkedInAt` or
    ///   `checkedOutAt`, `.inFuture`, `.tooOld`, `.beforeCheckIn` or `.longerThanADay`; flaws of `breaks`; `SiteRefusal.notFound` about
    ///   `siteId`, or for a foreman its flaw `.notAssigned`; `TimeEntryRefusal.otherOpen` if the entry would be the person's second open
    ///   one, `.cantBeOpen` if the site or the person was removed, `.overlaps` if the person has another entry in that time,
    ///   `.dayApproved` if the entry is of an approved day, or would be; `LimitRefusal.entryCorrections`, `.dailyEntries` or `.text`; a late report becomes a clarification instead.
    public func correct(
        _ id: TimeEntry.ID, _ correction: TimeCorrection, at: Instant? = nil, if precondition: Precondition,
        on scope: SiteScope
    ) throws -> Change<Reported<TimeEntry>> {
        var content = Clarification.Content()
        (content.entry, content.target, content.kind) = (id, correction.site, correction.kind)
        (content.checkedInAt, content.checkedOutAt) = (correction.checkedInAt, correction.checkedOutAt ?? nil)
        if case .some(.none) = correction.checkedOutAt { content.reopens = true }
        (content.breaks, content.reason) = (correction.breaks.map { Breaks($0) }, correction.reason)
        let report = try Report(.correct, at: at, content, on: scope, runtime, now: runtime.now())
        return try correcting(id, correction, at: at, recentTo: report.lateAt, if: precondition, on: scope)
            .clarifying(report, in: scope.company)
    }

    /// The same, without keeping what was reported late.
    /// - Parameter recent: when it was corrected, if that was long ago: from then on count the days that a foreman may correct.
    func correcting(
        _ id: TimeEntry.ID, _ correction: TimeCorrection, at: Instant? = nil, recentTo recent: Instant? = nil,
        if precondition: Precondition, on scope: SiteScope
    ) throws -> Change<TimeEntry> {
        try scope.check(.correctTimes)
        let (now, runtime) = (runtime.now(), runtime)
        let newID: TimeEntry.ID = runtime.newID()
        let target = correction.site.map { scope.within.site($0) } ?? scope
        return Change { transaction in
            try Self.check(at, now: now)
            let old = try Self.lock(id, scope, movingTo: target, isLate: recent != nil, transaction)
            guard old.state != .void else { throw Refusal(TimeEntryRefusal.voided) }
            try precondition.check(old.version)
            let new = try Self.corrected(old, correction, now: now)
            let moves = target.site != scope.site
            let timesChange = (new.checkedInAt, new.checkedOutAt) != (old.checkedInAt, old.checkedOutAt)
            guard moves || timesChange || (new.kind, new.breaks) != (old.kind, old.breaks) else {
                return try Self.entry(old, scope, transaction)
            }
            try Self.checkRecent([old.checkedInAt, new.checkedInAt], scope, now: recent ?? now)
            let (left, reached) = try transaction.fetch(
                DayApproval.near(old.checkedInAt, of: old.user, in: scope.company),
                DayApproval.near(new.checkedInAt, of: old.user, in: scope.company))
            try left.check(old.checkedInAt, of: old.userName)
            try reached.check(new.checkedInAt, of: old.userName)
            func changeDays(_ transaction: borrowing Transaction) throws {
                for (near, start) in [(left, old.checkedInAt), (reached, new.checkedInAt)] {
                    try DayApproval.change(near, at: start, of: old.user, in: scope.company, transaction, now: now)
                }
            }
            if new.checkedOutAt == nil, old.checkedOutAt != nil || moves {
                try Self.checkOpening(old, target, transaction, now: now)
            }
            if timesChange {
                try Self.checkFree(old, from: new.checkedInAt, to: new.checkedOutAt, scope.company, transaction)
            }
            if moves || new.checkedInAt != old.checkedInAt {
                guard let timeZone = try transaction.fetch(Company.timeZone(scope.within)).first else {
                    throw Company.notFound
                }
                if moves || new.checkedInAt.day(in: timeZone) != old.checkedInAt.day(in: timeZone) {
                    try Self.checkDay(of: new.checkedInAt, old.user, timeZone, scope.company, transaction)
                }
            }
            if moves {
                try Self.checkTarget(target, of: old, transaction)
                try changeDays(transaction)
                return try Self.move(
                    old, to: target, new.moved(as: newID, by: scope, because: correction.reason, now: now), scope,
                    transaction, runtime)
            }
            let mostCorrections = Limit.entryCorrections.standard
            guard old.correctionCount < mostCorrections else {
                throw LimitRefusal.entryCorrections.refusal(mostCorrections)
            }
            try TextUse.add(Optional(correction.reason).textBytes, of: id, in: scope.within, transaction)
            try changeDays(transaction)
            let kept = TimeEntry.Correction(
                of: old, reason: correction.reason, by: scope.actor.user.id, createdAt: now)
            try kept.insert(of: id, scope, transaction)
            try new.update(scope, transaction, now: now)
            try Audit(scope.within, runtime).write(
                .timeCorrected, id, Self.differences(old, new).details, in: transaction)
            return try Self.entry(old, scope, transaction)
        }
        .read(by: \.id) { try Self.entry(try Self.find($0, target, $1), target, $1) }
    }

    /// The entry, with its person and itself locked, and the sites kept where changes of their people could refuse it.
    /// - Parameters:
    ///   - target: the site that it is moved to; its own if it stays.
    ///   - isLate: whether a refusal may be kept for the actor, who is locked then too.
    /// - Throws: `CompanyRefusal.notFound`; `TimeEntryRefusal.notFound`; for someone who isn't a manager `SiteRefusal.notFound` or
    ///   `.foremenOnly`.
    private static func lock(
        _ id: TimeEntry.ID, _ scope: SiteScope, movingTo target: SiteScope, isLate: Bool = false,
        _ transaction: borrowing Transaction
    ) throws -> TimeEntry {
        // Whose it is never changes.
        let people = try transaction.fetch(TimeEntry.one(id, scope)).map(\.user) + (isLate ? [scope.actor.user.id] : [])
        for user in Set(people).sorted() { try transaction.enqueue(User.lockEver(user, in: scope.company)) }
        if scope.within.isForLeaders {
            try Site.share([scope.site, target.site], scope.within, transaction)
            try Site.checkLeads(scope, transaction)
        } else if target.site != scope.site {
            try transaction.enqueue(Site.share(target))
        }
        try transaction.enqueue(TimeEntry.lock(id, scope))
        let (companies, found) = try transaction.fetch(Company.exists(scope.within), TimeEntry.one(id, scope))
        guard !companies.isEmpty else { throw Company.notFound }
        guard let entry = found.first else { throw TimeEntry.notFound }
        return entry
    }

    /// The entry as the correction makes it.
    /// - Throws: flaws of the times and of `breaks`.
    private static func corrected(
        _ old: TimeEntry, _ correction: TimeCorrection, now: Instant
    ) throws -> TimeEntry {
        var new = old
        new.checkedInAt = correction.checkedInAt ?? old.checkedInAt
        new.checkedOutAt = correction.checkedOutAt ?? old.checkedOutAt
        new.kind = correction.kind ?? old.kind
        let (from, to) = (new.checkedInAt, new.checkedOutAt)
        let timesChange = (from, to) != (old.checkedInAt, old.checkedOutAt)
        if timesChange { try checkTimes(from, to, isConfirmed: correction.isConfirmed, now: now) }
        if let breaks = correction.breaks {
            try Breaks.check(breaks, from: from, to: to, now: now)
            new.breaks = old.breaks.replaced(by: breaks)
        }
        if let to { new.breaks.endRunning(at: to) }
        if timesChange || correction.breaks != nil { try new.breaks.checkKept(from: from, to: to, now: now) }
        return new
    }

    /// Checks that an entry can be open on a site.
    /// - Throws: `TimeEntryRefusal.cantBeOpen` or `.otherOpen`.
    static func checkOpening(
        _ entry: TimeEntry, _ site: SiteScope, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        // Removing the site ends its open entries, so neither may happen during the other.
        try transaction.enqueue(Site.share(site))
        let (sites, people, open) = try transaction.fetch(
            Site.exists(site), User.one(entry.user, site.within, now: now), TimeEntry.open(of: entry.user, site.company)
        )
        guard !sites.isEmpty, !people.isEmpty else {
            throw Refusal(TimeEntryRefusal.cantBeOpen, ["name": .text(entry.userName)])
        }
        if open.contains(where: { $0.id != entry.id }) {
            throw Refusal(TimeEntryRefusal.otherOpen, ["name": .text(entry.userName)])
        }
    }

    private static func differences(_ old: TimeEntry, _ new: TimeEntry) -> Differences {
        var differences = Differences()
        differences.note(only: "checkedInAt", old.checkedInAt, new.checkedInAt)
        differences.note(only: "checkedOutAt", old.checkedOutAt, new.checkedOutAt)
        differences.note("kind", old.kind.rawValue, new.kind.rawValue)
        differences.note(only: "breaks", old.breaks, new.breaks)
        differences.note("userId", nil, old.user.text)
        return differences
    }

    // MARK: Moving and voiding

    /// Checks that an entry can be moved to a site, which is kept as it is.
    /// - Throws: `SiteRefusal.notFound` about `siteId`; for someone who isn't a manager also `.foremenOnly`, or a flaw of `siteId`,
    ///   `.notAssigned`.
    private static func checkTarget(
        _ target: SiteScope, of entry: TimeEntry, _ transaction: borrowing Transaction
    ) throws {
        if target.within.isForLeaders {
            try Site.checkLeads(target, transaction)
            let team = try transaction.fetch(Site.Assignment.all(on: target.site, target.within))
            guard team.contains(where: { $0.user == entry.user }) else {
                throw Refusal("siteId", .notAssigned, ["id": .text(entry.user.text)])
            }
        }
        guard try !transaction.fetch(Site.record(target)).isEmpty else {
            throw Site.notFound.about([.init("siteId", .notThere)])
        }
    }

    /// Voids an entry and adds one on another site.
    private static func move(
        _ old: TimeEntry, to target: SiteScope, _ moved: TimeEntry, _ scope: SiteScope,
        _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws -> TimeEntry {
        let reason = moved.entered?.reason ?? ""
        // Both entries say it. Counted of one, because a change that held two parts of the count could deadlock with another one.
        let bytes = Optional(reason).textBytes
        try TextUse.add(bytes.adding(bytes), of: old.id, in: scope.within, transaction)
        var voided = old
        voided.void(at: moved.recordedAt, by: scope.actor.user, reason: reason)
        // The voided one first: a person has one open entry.
        try voided.update(scope, transaction, now: moved.recordedAt)
        try moved.insert(target, transaction)
        var differences = Self.differences(old, moved)
        differences.note("siteId", scope.site.text, target.site.text)
        try Audit(scope.within, runtime).write(.timeMoved, old.id, differences.details, in: transaction)
        return try Self.entry(moved, target, transaction)
    }

    /// Declares an entry void: it stays readable, and counts for nothing. Nothing changes if it is void already.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `CompanyRefusal.notFound`;
    ///   for someone who isn't a manager `SiteRefusal.notFound`, `.foremenOnly` and `TimeEntryRefusal.foremenRecentOnly`;
    ///   `TimeEntryRefusal.notFound` or `.dayApproved`; `ChangeRefusal.stale` if the precondition doesn't hold; `LimitRefusal.text`.
    public func void(
        _ id: TimeEntry.ID, because reason: String, if precondition: Precondition, on scope: SiteScope
    ) throws -> Change<TimeEntry> {
        try scope.check(.correctTimes)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            var entry = try Self.lock(id, scope, movingTo: scope, transaction)
            guard entry.state != .void else { return try Self.entry(entry, scope, transaction) }
            try precondition.check(entry.version)
            try Self.checkRecent([entry.checkedInAt], scope, now: now)
            let near = try transaction.fetch(DayApproval.near(entry.checkedInAt, of: entry.user, in: scope.company))
            try near.check(entry.checkedInAt, of: entry.userName)
            try TextUse.add(Optional(reason).textBytes, of: id, in: scope.within, transaction)
            try DayApproval.change(
                near, at: entry.checkedInAt, of: entry.user, in: scope.company, transaction, now: now)
            entry.void(at: now, by: scope.actor.user, reason: reason)
            try entry.update(scope, transaction, now: now)
            try Audit(scope.within, runtime).write(
                .timeVoided, id, [.init(field: "userId", from: nil, to: entry.user.text)], in: transaction)
            return try Self.entry(entry, scope, transaction)
        }
        .read(by: \.id) { id, transaction in
            guard let entry = try transaction.fetch(TimeEntry.one(id, scope)).first else { throw TimeEntry.notFound }
            return try Self.entry(entry, scope, transaction)
        }
    }
}

extension TimeEntry {
    /// The entry that replaces this one on another site.
    fileprivate func moved(as id: ID, by scope: SiteScope, because reason: String, now: Instant) -> TimeEntry {
        let mover = scope.actor.user
        return TimeEntry(
            id: id, site: site, siteName: siteName, user: user, userName: userName, checkedInAt: checkedInAt,
            checkedOutAt: checkedOutAt, kind: kind, source: scope.within.isForLeaders ? .foreman : .manual,
            breaks: breaks, entered: .init(by: mover.id, byName: mover.name, reason: reason), movedFrom: self.id,
            recordedAt: now)
    }
}

public import Storage

/// What a clarification is booked with instead of what was reported. Nil leaves it as it was.
public struct Booking: Sendable {
    public var at: Instant?
    /// When a break that was clocked began and ended.
    public var from: Instant?
    public var to: Instant?
    public var site: Site.ID?
    public var checkedInAt: Instant?
    public var checkedOutAt: Instant?
    public var kind: TimeEntry.Kind?
    public var breaks: [Break]?
    public var minutes: Int?
    public var material: Material.ID?
    public var delta: Quantity?
    public var note: String?
    /// Whether more than 24 hours are meant.
    public var isConfirmed = false

    public init() {}

    /// - Throws: flaws `.notForAct` of the fields that the act doesn't have.
    fileprivate func check(_ act: Clarification.Act) throws {
        let isEntry = [.checkIn, .checkOut, .enter, .correct].contains(act)
        let isClocked = act == .breakStart || act == .breakEnd
        let isBreak = act == .breakStart || act == .breakEnd || act == .breakStated
        let fields: [(name: String, isGiven: Bool, fits: Bool)] = [
            ("checkedInAt", checkedInAt != nil, isEntry), ("checkedOutAt", checkedOutAt != nil, isEntry),
            ("kind", kind != nil, isEntry), ("breaks", breaks != nil, isEntry || isBreak),
            ("from", from != nil, isClocked), ("to", to != nil, isClocked), ("minutes", minutes != nil, isBreak),
            ("materialId", material != nil, act == .adjust),
            ("delta", delta != nil, act == .adjust), ("note", note != nil, act == .adjust),
        ]
        let wrong = fields.filter { $0.isGiven && !$0.fits }
        guard wrong.isEmpty else { throw Refusal(fields: wrong.map { .init($0.name, .notForAct) }) }
    }
}

extension Clarifications {
    /// Books a clarification, as the person, with corrected values where they are given. A check-in becomes an open entry, or one with
    /// `checkedOutAt`; then the check-out that waits with it is booked too, as is the check-in when a check-out is booked with
    /// `checkedInAt`. A check-out without it ends the person's open entry on the site, or replaces an end that was recorded for them.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws
    ///   `ClarificationRefusal.notFound` or `.decided`; `SiteRefusal.foremenOnly`; flaws of the given fields; `SiteRefusal.notFound` about
    ///   `siteId`; and whatever refuses the same hours or the same movement when they are entered: then nothing changes.
    public func book(
        _ id: Clarification.ID, _ booking: Booking, in scope: CompanyScope
    ) throws -> Change<Clarification> {
        try scope.check(.decideClarifications)
        let (now, runtime, lowStock) = (runtime.now(), runtime, lowStock)
        let (entryID, movementID): (TimeEntry.ID, Movement.ID) = (runtime.newID(), runtime.newID())
        let timeEntries = TimeEntries(database, runtime: runtime)
        return Change { transaction in
            var clarification = try Self.lock(id, bookingOn: booking.site, scope, transaction)
            try booking.check(clarification.act)
            let act = BookedAct(clarification, booking, scope, now: now)
            try act.checkSite(transaction)
            var also: Clarification?
            switch clarification.act {
            case .checkIn, .checkOut: (clarification.entry, also) = try act.bookEntry(entryID, transaction)
            case .breakStart, .breakEnd, .breakStated: (clarification.entry, also) = try act.bookBreak(transaction)
            case .adjust:
                try act.bookMovement(movementID, transaction, lowStock)
                clarification.movement = movementID
            case .enter: clarification.entry = try act.bookCrew(transaction, runtime)
            case .correct: clarification.entry = try act.bookCorrection(timeEntries, transaction)
            }
            clarification.decide(.booked, by: scope.actor.user, at: now)
            try Self.write(clarification, .clarificationBooked, scope, transaction, runtime)
            if var also {
                also.entry = clarification.entry
                also.decide(.booked, by: scope.actor.user, at: now)
                try Self.write(also, .clarificationBooked, scope, transaction, runtime)
            }
            return clarification
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }
}

/// An act that is being booked. Its person and the clarification are held.
private struct BookedAct {
    let clarification: Clarification
    let booking: Booking
    let scope: CompanyScope
    let site: SiteScope
    let now: Instant

    init(_ clarification: Clarification, _ booking: Booking, _ scope: CompanyScope, now: Instant) {
        (self.clarification, self.booking, self.scope, self.now) = (clarification, booking, scope, now)
        site = scope.site(booking.site ?? clarification.site)
    }

    private var user: User.ID { clarification.user }
    private var at: Instant {
        let end =
            switch clarification.act {
            case .breakStart: booking.from
            case .breakEnd: booking.to
            default: nil as Instant?
            }
        return end ?? booking.at ?? clarification.at
    }

    /// Two acts of one time entry lie within this time.
    private static let together = Duration.seconds(24 * 3600)

    /// - Throws: `SiteRefusal.notFound` about `siteId`; for a foreman `SiteRefusal.foremenOnly`, and a flaw of `siteId`, `.notAssigned`.
    func checkSite(_ transaction: borrowing Transaction) throws {
        guard site.site != clarification.site else { return }
        guard try !transaction.fetch(Site.isReadable(site)).isEmpty else {
            throw Site.notFound.about([.init("siteId", .notThere)])
        }
        guard scope.isForLeaders else { return }
        try Site.checkLeads(site, transaction)
        let team = try transaction.fetch(Site.Assignment.all(on: site.site, scope))
        guard team.contains(where: { $0.user == user }) else {
            throw Refusal("siteId", .notAssigned, ["id": .text(user.text)])
        }
    }

    /// The other open clarification that belongs to this one: of the same person and site, the nearest of its act within a day, and
    /// without another one of this act in between.
    private func partner(
        _ act: Clarification.Act, later: Bool, _ transaction: borrowing Transaction
    ) throws -> Clarification? {
        let open = try transaction.fetch(Clarification.open(of: user, in: scope.company)).filter {
            $0.site == clarification.site && $0.id != clarification.id
                && (later ? $0.at >= clarification.at : $0.at <= clarification.at)
                && (later
                    ? $0.at <= clarification.at + Self.together : $0.at >= clarification.at - Self.together)
        }
        let near = open.filter { $0.act == act || $0.act == clarification.act }.min {
            later ? ($0.at, $0.id) < ($1.at, $1.id) : ($0.at, $0.id) > ($1.at, $1.id)
        }
        return near?.act == act ? near : nil
    }

    // MARK: Entries

    /// - Returns: the entry, and another clarification that is booked with it.
    func bookEntry(
        _ id: TimeEntry.ID, _ transaction: borrowing Transaction
    ) throws -> (TimeEntry.ID, Clarification?) {
        if clarification.act == .checkOut, booking.checkedInAt == nil {
            return (try end(at: booking.checkedOutAt ?? at, transaction), nil)
        }
        let isCheckIn = clarification.act == .checkIn
        let from = booking.checkedInAt ?? at
        let to = isCheckIn ? booking.checkedOutAt : booking.checkedOutAt ?? at
        try TimeEntries.checkTimes(from, to, isConfirmed: booking.isConfirmed, now: now)
        try TimeEntries.checkRecent([from], site, now: now)
        let breaks = booking.breaks ?? []
        try Breaks.check(breaks, from: from, to: to, now: now)
        let (zones, near) = try transaction.fetch(
            Company.timeZone(scope), DayApproval.near(from, of: user, in: scope.company))
        guard let timeZone = zones.first else { throw Company.notFound }
        try near.check(from, of: clarification.userName)
        let entry = TimeEntry(
            id: id, site: site.site, siteName: "", user: user, userName: clarification.userName, checkedInAt: from,
            checkedOutAt: to, kind: booking.kind ?? .work, source: .clarification, breaks: Breaks(breaks),
            recordedAt: now)
        if to == nil { try TimeEntries.checkOpening(entry, site, transaction, now: now) }
        try TimeEntries.checkFree(entry.unrecorded, from: from, to: to, scope.company, transaction)
        try TimeEntries.checkDay(of: from, user, timeZone, scope.company, transaction)
        try DayApproval.change(near, at: from, of: user, in: scope.company, transaction, now: now)
        try entry.insert(site, transaction)
        let other = to == nil ? nil : try partner(isCheckIn ? .checkOut : .checkIn, later: isCheckIn, transaction)
        return (id, other)
    }

    /// Ends the person's open entry on the site, or replaces an end that was recorded for them.
    private func end(at to: Instant, _ transaction: borrowing Transaction) throws -> TimeEntry.ID {
        let (open, before) = try transaction.fetch(
            TimeEntry.open(of: user, scope.company), TimeEntry.latest(of: user, before: to, on: site))
        var entry: TimeEntry
        if let one = open.first, one.site == site.site {
            entry = one
        } else if let one = before.first, one.checkedOutAt != nil,
            let last = try transaction.fetch(TimeEntry.Correction.all(of: one, in: scope.company)).last,
            last.number == one.version - 1, last.cause?.endsEntries == true
        {
            entry = one
        } else {
            throw Refusal("checkedInAt", .missing)
        }
        guard to >= entry.checkedInAt else { throw Refusal("checkedOutAt", .beforeCheckIn) }
        try TimeEntries.checkTimes(entry.checkedInAt, to, isConfirmed: booking.isConfirmed, now: now)
        try TimeEntries.checkRecent([entry.checkedInAt], site, now: now)
        try TimeEntries.checkFree(entry, from: entry.checkedInAt, to: to, scope.company, transaction)
        let isEnded = entry.checkedOutAt != nil
        var new = entry
        new.checkedOutAt = to
        if let kind = booking.kind { new.kind = kind }
        if let breaks = booking.breaks {
            try Breaks.check(breaks, from: new.checkedInAt, to: to, now: now)
            new.breaks = new.breaks.replaced(by: breaks)
        }
        new.breaks.endRunning(at: to)
        try new.breaks.checkKept(from: new.checkedInAt, to: to, now: now)
        try changeDay(of: entry, transaction)
        if isEnded { try keep(entry, transaction) }
        try new.update(site, transaction, now: now)
        entry = new
        return entry.id
    }

    /// Notes that hours of the entry's day change.
    /// - Throws: `TimeEntryRefusal.dayApproved`.
    private func changeDay(of entry: TimeEntry, _ transaction: borrowing Transaction) throws {
        let near = try transaction.fetch(DayApproval.near(entry.checkedInAt, of: entry.user, in: scope.company))
        try near.check(entry.checkedInAt, of: entry.userName)
        try DayApproval.change(
            near, at: entry.checkedInAt, of: entry.user, in: scope.company, transaction, now: now)
    }

    /// Keeps what an entry said before.
    /// - Throws: `LimitRefusal.entryCorrections`.
    private func keep(_ old: TimeEntry, _ transaction: borrowing Transaction) throws {
        let most = Limit.entryCorrections.standard
        guard old.correctionCount < most else { throw LimitRefusal.entryCorrections.refusal(most) }
        let kept = TimeEntry.Correction(of: old, .clarified, by: scope.actor.user.id, createdAt: now)
        try kept.insert(of: old.id, site, transaction)
    }

    // MARK: What a foreman did

    /// - Returns: the first of the entries.
    func bookCrew(_ transaction: borrowing Transaction, _ runtime: Runtime) throws -> TimeEntry.ID {
        let content = clarification.content
        guard let from = booking.checkedInAt ?? content.checkedInAt else { throw Refusal("checkedInAt", .missing) }
        let people = content.people.sorted().map { (user: $0, entry: runtime.newID(TimeEntry.self)) }
        try transaction.enqueue(Site.share(site))
        try TimeEntries.checkRecent([from], site, now: now)
        let new = NewTimeEntries(
            users: people.map(\.user), checkedInAt: from, checkedOutAt: booking.checkedOutAt ?? content.checkedOutAt,
            kind: booking.kind ?? content.kind ?? .work, breaks: booking.breaks ?? content.breaks?.list ?? [],
            reason: content.reason ?? "", isConfirmed: booking.isConfirmed)
        let entries = try TimeEntries.add(
            new, people, .clarification, by: user, named: clarification.userName, site, transaction, runtime, now: now)
        guard let first = entries.first else { throw Clarification.notFound }
        return first.id
    }

    /// - Returns: the entry, or the one on another site.
    func bookCorrection(_ timeEntries: TimeEntries, _ transaction: borrowing Transaction) throws -> TimeEntry.ID {
        let content = clarification.content
        guard let id = content.entry else { throw TimeEntry.notFound }
        let correction = TimeCorrection(
            checkedInAt: booking.checkedInAt ?? content.checkedInAt,
            checkedOutAt: booking.checkedOutAt.map { .some($0) } ?? content.checkedOutAt.map { .some($0) }
                ?? (content.reopens ? .some(nil) : nil),
            kind: booking.kind ?? content.kind, breaks: booking.breaks ?? content.breaks?.list,
            site: booking.site ?? content.target, reason: content.reason ?? "", isConfirmed: booking.isConfirmed)
        let correcting = try scope.actor.scope(scope.company, clarification.site, for: .correctTimes)
        return try timeEntries.correcting(id, correction, if: .none, on: correcting).body(transaction).id
    }

    // MARK: Breaks

    /// - Returns: the entry that has the break, and another clarification that is booked with it.
    func bookBreak(_ transaction: borrowing Transaction) throws -> (TimeEntry.ID, Clarification?) {
        let isStated = clarification.act == .breakStated
        if at > now + Adjustment.skew { throw Refusal("at", .inFuture) }
        // What is stated may be said after the entry has ended.
        guard let old = try transaction.fetch(TimeEntry.latest(of: user, before: at, on: site)).first,
            isStated ? old.checkedInAt > at - Self.together || old.state == .open : (old.checkedOutAt ?? .last) >= at
        else { throw Refusal(ClarificationRefusal.noEntry, ["name": .text(clarification.userName)]) }
        try TimeEntries.checkRecent([old.checkedInAt], site, now: now)
        var (new, also): (TimeEntry, Clarification?) = (old, nil)
        if let breaks = booking.breaks {
            try Breaks.check(breaks, from: old.checkedInAt, to: old.checkedOutAt, now: now)
            new.breaks = new.breaks.replaced(by: breaks)
        } else if let minutes = booking.minutes ?? clarification.content.minutes {
            new.breaks.list.removeAll { $0.from == nil && $0.source == .stated }
            try new.breaks.add(Break(minutes: minutes, source: .stated))
        } else {
            also = try addTaken(to: &new, transaction)
        }
        try new.breaks.checkKept(from: old.checkedInAt, to: old.checkedOutAt, now: now)
        try changeDay(of: old, transaction)
        if old.checkedOutAt != nil, new.breaks != old.breaks { try keep(old, transaction) }
        try new.update(site, transaction, now: now)
        return (new.id, also)
    }

    /// Adds a break that was clocked: with its other end if that is given or waits too, else to an open entry.
    private func addTaken(
        to entry: inout TimeEntry, _ transaction: borrowing Transaction
    ) throws -> Clarification? {
        let isStart = clarification.act == .breakStart
        let other = try partner(isStart ? .breakEnd : .breakStart, later: isStart, transaction)
        if let from = isStart ? at : booking.from ?? other?.at, let to = isStart ? booking.to ?? other?.at : at {
            guard to >= from else { throw Refusal(booking.to == nil ? "at" : "to", .outsideEntry) }
            try entry.breaks.add(Break(from: from, to: to, source: .taken))
            return other
        }
        guard entry.state == .open else { throw Refusal("minutes", .missing) }
        if isStart {
            if let from = entry.breaks.running?.from {
                throw Refusal(TimeEntryRefusal.onBreakAlready, ["from": .instant(from)])
            }
            try entry.breaks.add(Break(from: at, to: nil, source: .taken))
        } else {
            guard let from = entry.breaks.running?.from else { throw Refusal("minutes", .missing) }
            guard at >= from else { throw Refusal("at", .beforeBreak) }
            entry.breaks.endRunning(at: at)
        }
        return nil
    }

    // MARK: Material

    func bookMovement(_ id: Movement.ID, _ transaction: borrowing Transaction, _ lowStock: LowStock) throws {
        let content = clarification.content
        guard let material = booking.material ?? content.material else { throw Refusal("materialId", .missing) }
        guard let delta = booking.delta ?? content.delta else { throw Refusal("delta", .missing) }
        guard delta != .zero else {
            throw Refusal("delta", .notQuantity, ["min": .quantity(-.max), "max": .quantity(.max)])
        }
        let adjustment = Adjustment(
            delta: delta, unit: booking.delta == nil ? content.unit : nil, note: booking.note ?? content.note, at: at,
            isUndo: content.isUndo)
        if at > now + Adjustment.skew { throw Refusal("at", .inFuture) }
        let days = TimeEntries.oldestDays
        if at < now - .seconds(days * 24 * 3600) { throw Refusal("at", .tooOld, ["days": .integer(days)]) }
        try Materials.checkBefore(adjustment, of: material, site, transaction)
        let changed = try transaction.fetch(Material.adjust(material, by: delta, site, now: now))
        _ = try Materials.record(
            changed.first, material, adjustment, as: id, by: user, site, transaction, lowStock, now: now)
    }
}

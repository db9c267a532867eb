import Storage

/// What became of an act that may have been reported late.
public enum Reported<Value: Sendable>: Sendable {
    case done(Value)
    /// It couldn't be recorded, and waits for a decision.
    case waits(Clarification)
}

/// An act as a person reports it. It is late if it was done more than two minutes ago; what is late and can't be recorded is kept as a
/// clarification, because the person can't be asked any more to do it otherwise.
struct Report: Sendable {
    private let act: Clarification.Act
    private let at: Instant?
    private let content: Clarification.Content
    private let id: Clarification.ID
    private let now: Instant
    private let scope: SiteScope
    /// When the person was switched off; nil for all others.
    private let switchedOffAt: Instant?

    /// An act is late if it was done longer ago than this.
    private static let lateness = Duration.seconds(120)

    /// - Throws: `AccountRefusal.sessionEnded` if the person was switched off, and didn't do it before; a flaw of `at`, `.inFuture`, or `.tooOld` if it is longer ago than any record is kept.
    init(
        _ act: Clarification.Act, at: Instant?, _ content: Clarification.Content = .init(), on scope: SiteScope,
        _ runtime: Runtime, now: Instant
    ) throws {
        (self.act, self.at, self.content, self.scope, self.now) = (act, at, content, scope, now)
        id = runtime.newID()
        switchedOffAt = scope.actor.switchedOffAt
        if let switchedOffAt, at.map({ $0 >= switchedOffAt }) ?? true { throw Refusal(AccountRefusal.sessionEnded) }
        guard let at else { return }
        if at > now + Adjustment.skew { throw Refusal("at", .inFuture) }
        let days = TimeEntries.oldestDays
        if at < now - .seconds(days * 24 * 3600) { throw Refusal("at", .tooOld, ["days": .integer(days)]) }
    }

    /// When it was done, if that was long ago; nil for what is done now. All reports of a person who was switched off are late.
    var lateAt: Instant? { at.flatMap { switchedOffAt != nil || $0 < now - Self.lateness ? $0 : nil } }

    /// Why nothing is recorded at once of a person who was switched off: someone else says first that it is right. Nil for all others.
    fileprivate var standingAside: Refusal? {
        switchedOffAt.map { _ in Refusal(ClarificationRefusal.switchedOff, ["name": .text(scope.actor.user.name)]) }
    }

    private static let codes: Set<String> = Set(
        [
            SiteRefusal.notFound.rawValue, LimitRefusal.dailyEntries.rawValue, LimitRefusal.entryBreaks.rawValue,
        ]
            + [
                ClarificationRefusal.switchedOff.rawValue, LimitRefusal.entryCorrections.rawValue,
                SiteRefusal.foremenOnly.rawValue, ChangeRefusal.stale.rawValue,
            ]
            + [
                TimeEntryRefusal.otherOpen, .voided, .cantBeOpen, .foremenRecentOnly, .checkedInAlready, .openMeanwhile,
                .overlaps, .notCheckedIn, .onBreakAlready,
                .notOnBreak, .dayApproved,
            ]
            .map(\.rawValue)
            + [MaterialRefusal.notFound, .notEnough, .tooMuch, .beforeMaterial, .unitChanged].map(\.rawValue))

    /// Flaws that say how things stand, and not how the request is written, by their fields.
    private static let flaws: [String: Set<Flaw.Code>] = [
        "at": [.tooOld, .beforeOwnCheckIn, .beforeBreak, .outsideEntry, .breaksOverlap], "minutes": [.longerThanEntry],
        "userIds": [.notAssigned],
    ]
    /// The same of a correction: how it fits what the entry is by now.
    private static let flawsOfCorrection: [String: Set<Flaw.Code>] = [
        "checkedOutAt": [.beforeCheckIn], "breaks": [.outsideEntry, .longerThanEntry],
    ]

    /// The code and values under which a refusal is kept; nil if it isn't kept: the act isn't late, or the request itself is wrong.
    private func cause(_ refusal: Refusal) -> (code: String, params: Values)? {
        guard lateAt != nil else { return nil }
        if refusal.fields.isEmpty { return Self.codes.contains(refusal.code) ? (refusal.code, refusal.values) : nil }
        guard refusal.fields.count == 1, let field = refusal.fields.first else { return nil }
        let ofCorrection = act == .correct && Self.flawsOfCorrection[field.field]?.contains(field.flaw.code) == true
        guard ofCorrection || Self.flaws[field.field]?.contains(field.flaw.code) == true else { return nil }
        return (field.flaw.code.rawValue, field.flaw.values)
    }

    func keeps(_ refusal: Refusal) -> Bool { cause(refusal) != nil }

    /// Keeps an act that was refused. The same act is kept once, however often it is reported.
    /// - Throws: the refusal itself if it isn't kept; `SiteRefusal.notFound` if the person never worked on the site;
    ///   `MaterialRefusal.notFound` if the site never had the material; `LimitRefusal.personClarifications`, `.clarifications` or `.text`.
    func keep(_ refusal: Refusal, _ transaction: borrowing Transaction) throws -> Clarification {
        guard let at, let (code, params) = cause(refusal) else { throw refusal }
        let user = scope.actor.user
        // So that two reports of the same act leave one.
        try transaction.enqueue(User.lockEver(user.id, in: scope.company))
        guard let siteName = try transaction.fetch(FormerAssignment.siteName(scope)).first else { throw Site.notFound }
        if scope.within.isForLeaders, try transaction.fetch(FormerAssignment.everLed(scope)).isEmpty { throw refusal }
        var new = Clarification(
            id: id, user: user.id, userName: user.name, site: scope.site, siteName: siteName, act, content, at: at,
            reportedAt: now, code: code, params)
        for person in content.people where try transaction.fetch(User.exists(person, scope.within)).isEmpty {
            throw Refusal("userIds", .notOfCompany, ["id": .text(person.text)])
        }
        if let entry = content.entry, try transaction.fetch(TimeEntry.one(entry, scope)).isEmpty {
            throw TimeEntry.notFound
        }
        if let material = content.material {
            guard let known = try transaction.fetch(Material.oneEver(material, scope)).first else {
                throw Material.notFound
            }
            (new.content.materialName, new.content.unit) = (known.name, content.unit ?? known.unit)
        }
        let open = try transaction.fetch(Clarification.open(of: user.id, in: scope.company))
        let same = open.first {
            ($0.site, $0.act, $0.at, $0.content) == (new.site, new.act, new.at, new.content)
        }
        if let same { return same }
        let (mostOfPerson, most) = (Limit.personClarifications.standard, Limit.clarifications.standard)
        guard Int64(open.count) < mostOfPerson else { throw LimitRefusal.personClarifications.refusal(mostOfPerson) }
        let waiting: Int64 =
            try transaction.fetch(Clarification.openCount(in: scope.company, upTo: most)).first ?? Int64(0)
        guard waiting < most else { throw LimitRefusal.clarifications.refusal(most) }
        try TextUse.add(new.freeTextBytes, of: id, in: scope.within, transaction)
        try transaction.enqueue(new.insert(in: scope.company))
        return new
    }
}

extension Change {
    /// The same change; what is refused and was reported late becomes a clarification in the same transaction, and so does whatever a person
    /// reports who was switched off. The change must refuse
    /// for such reasons before it writes anything.
    func clarifying(_ report: Report, in company: Company.ID) -> Change<Reported<Result>> {
        let mark = "clarification "
        let again = reading.map { reading in
            Change<Reported<Result>>.Reading(
                subject: { result in
                    switch result {
                    case .done(let value): reading.subject(value)
                    case .waits(let clarification): mark + clarification.id.text
                    }
                },
                read: { subject, transaction in
                    guard subject.hasPrefix(mark) else { return .done(try reading.read(subject, transaction)) }
                    guard let id = Clarification.ID(String(subject.dropFirst(mark.count))),
                        let kept = try transaction.fetch(Clarification.one(id, in: company)).first
                    else { throw Clarification.notFound }
                    return .waits(kept)
                })
        }
        return Change<Reported<Result>>(reading: again) { transaction in
            if let refusal = report.standingAside { return .waits(try report.keep(refusal, transaction)) }
            do {
                return .done(try body(transaction))
            } catch let refusal as Refusal where report.keeps(refusal) {
                return .waits(try report.keep(refusal, transaction))
            }
        }
    }
}

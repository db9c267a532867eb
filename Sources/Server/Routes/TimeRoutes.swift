import Core
import HTTPTypes
import Storage

struct TimeRoutes {
    let timeEntries: TimeEntries
    let signedIn: SignedInRoutes

    private static let company = "/api/v1/companies/{companyId}"
    private static let site = company + "/sites/{siteId}"

    var routes: [Route] {
        let timeEntries = timeEntries
        return [
            signedIn.report(
                .post, Self.site + "/check-in", in: .times, .may(.checkIn),
                .init(
                    "Check in to a site",
                    """
                    Opens a time entry. `at` is when it happened, for work done offline: what happened more than two minutes ago, and \
                    can't be recorded, is kept as a clarification.
                    """),
                refusals: [
                    .of(TimeEntryRefusal.checkedInAlready), .of(TimeEntryRefusal.openMeanwhile),
                    .of(TimeEntryRefusal.overlaps), .of(TimeEntryRefusal.dayApproved), .of(LimitRefusal.dailyEntries),
                ]
            ) { (_, site: OnSite, fields: AtField) in try timeEntries.checkIn(at: fields.at, on: site.scope) },
            signedIn.report(
                .post, Self.site + "/check-out", in: .times, .may(.checkIn),
                .init(
                    "Check out of a site",
                    """
                    Closes the caller's open time entry on this site, even if they are no longer assigned to it, and ends a break that \
                    lasts. If the entry was ended for them, because the site was removed, an earlier `at` replaces that end.
                    """),
                refusals: [
                    .of(TimeEntryRefusal.notCheckedIn), .of(TimeEntryRefusal.overlaps),
                    .of(TimeEntryRefusal.dayApproved),
                ]
            ) { (_, site: OnSite, fields: AtField) in try timeEntries.checkOut(at: fields.at, on: site.scope) },
            signedIn.list(
                Self.site + "/time-entries", in: .times, .may(.readTimes),
                .init(
                    "List a site's hours",
                    "Its time entries, latest first; a worker sees their own, a foreman of the site everyone's."),
                by: .timeEntry, queries: [Self.void]
            ) { (call, site: OnSite, page) in
                try await timeEntries.list(withVoided: try call.flag("void"), page, on: site.scope)
            },
            signedIn.reportAll(
                Self.site + "/time-entries", in: .times, .may(.enterTimes),
                .init(
                    "Enter hours",
                    """
                    For one or more people, all or none. A foreman of the site can enter hours of the last seven days of people who \
                    are assigned to it, a manager those of everyone in the company. `at` is when they were entered, for work done offline: \
                    what was entered more than two minutes ago, and can't be recorded, is kept as a clarification.
                    """),
                refusals: [
                    .of(TimeEntryRefusal.otherOpen), .of(TimeEntryRefusal.overlaps), .of(SiteRefusal.foremenOnly),
                    .of(TimeEntryRefusal.foremenRecentOnly), .of(TimeEntryRefusal.dayApproved),
                    .of(LimitRefusal.dailyEntries),
                ]
            ) { (_, site: OnSite, fields: EnteredFields) in
                try timeEntries.enter(fields.entries, at: fields.at, on: site.scope)
            },
            signedIn.one(
                Self.site + "/time-entries/{entryId}", in: .times, .may(.readTimes),
                .init(
                    "Get a time entry",
                    "Also a voided one. A worker gets their own, a foreman of the site everyone's."),
                size: .sometimesLarge
            ) { (call, site: OnSite) in try await timeEntries.one(try call.id("entryId"), on: site.scope) },
            signedIn.report(
                .patch, Self.site + "/time-entries/{entryId}", in: .times, .may(.correctTimes),
                .init(
                    "Correct a time entry",
                    """
                    What is left out stays unchanged. What the entry said before is kept in `corrections`. Another `siteId` voids the \
                    entry and adds one there, which is the answer. A foreman of the site can correct hours of the last seven days. `at` is \
                    when it was corrected, for work done offline: what was corrected more than two minutes ago, and can't be recorded, \
                    is kept as a clarification.
                    """),
                isLarge: true,
                refusals: [
                    .of(TimeEntryRefusal.otherOpen), .of(TimeEntryRefusal.overlaps),
                    .of(TimeEntryRefusal.openMeanwhile), .of(LimitRefusal.entryCorrections),
                    .of(SiteRefusal.foremenOnly), .of(TimeEntryRefusal.foremenRecentOnly),
                    .of(TimeEntryRefusal.voided), .of(TimeEntryRefusal.cantBeOpen), .of(TimeEntryRefusal.dayApproved),
                    .of(LimitRefusal.dailyEntries),
                ]
            ) { (call, site: OnSite, fields: CorrectionFields) in
                try timeEntries.correct(
                    try call.id("entryId"), fields.correction, at: fields.at, if: call.precondition, on: site.scope)
            },
            signedIn.change(
                .post, Self.site + "/time-entries/{entryId}/void", in: .times, .may(.correctTimes),
                .init(
                    "Void a time entry",
                    """
                    It stays readable with `?void=true`, and counts for nothing. Nothing changes if it is void already. A foreman of the \
                    site can void hours of the last seven days.
                    """), isConditional: true, isLarge: true,
                refusals: [
                    .of(SiteRefusal.foremenOnly), .of(TimeEntryRefusal.foremenRecentOnly),
                    .of(TimeEntryRefusal.dayApproved), .of(LimitRefusal.text),
                ]
            ) { (call, site: OnSite, fields: VoidFields) in
                try timeEntries.void(
                    try call.id("entryId"), because: fields.reason, if: call.precondition, on: site.scope)
            },
            signedIn.report(
                .post, Self.site + "/break-start", in: .times, .may(.checkIn),
                .init("Begin a break", "Of the caller, who is checked in on the site."), isLarge: true,
                refusals: [
                    .of(TimeEntryRefusal.notCheckedIn), .of(TimeEntryRefusal.onBreakAlready),
                    .of(LimitRefusal.entryBreaks),
                ]
            ) { (_, site: OnSite, fields: AtField) in try timeEntries.startBreak(at: fields.at, on: site.scope) },
            signedIn.report(
                .post, Self.site + "/break-end", in: .times, .may(.checkIn),
                .init("End a break", "Of the caller, who is checked in on the site."), isLarge: true,
                refusals: [.of(TimeEntryRefusal.notCheckedIn), .of(TimeEntryRefusal.notOnBreak)]
            ) { (_, site: OnSite, fields: AtField) in try timeEntries.endBreak(at: fields.at, on: site.scope) },
            signedIn.report(
                .post, Self.site + "/break-stated", in: .times, .may(.checkIn),
                .init(
                    "State breaks",
                    """
                    How long the caller's breaks were in all, without those that were clocked: in their open entry on this site, or the \
                    latest one that began in the last 24 hours. It replaces what they stated before; 0 says that there was none.
                    """), isLarge: true,
                refusals: [
                    .of(TimeEntryRefusal.notCheckedIn), .of(TimeEntryRefusal.dayApproved),
                    .of(LimitRefusal.entryBreaks),
                ]
            ) { (_, site: OnSite, fields: StatedFields) in
                try timeEntries.stateBreak(minutes: fields.minutes, at: fields.at, on: site.scope)
            },
            signedIn.list(
                Self.company + "/time-entries", in: .times, .may(.readTimes),
                .init("List a company's hours", "Time entries of all sites, latest first; a worker sees their own."),
                by: .timeEntry, queries: Self.filter
            ) { (call, company: InCompany, page) in
                try await timeEntries.list(try call.timeEntryFilter, page, in: company.scope)
            },
        ]
    }

    private static let bound: JSONValue = ["type": "string", "anyOf": [["format": "date"], ["format": "date-time"]]]

    private static let filter = [
        QueryDescription(
            name: "userId", meaning: "Only time entries of this person.", schema: ["type": "string", "format": "uuid"]),
        QueryDescription(
            name: "from",
            meaning:
                "Only entries that began at this instant or later, or on this day or later, in the company's time zone.",
            schema: bound),
        QueryDescription(
            name: "to",
            meaning:
                "Only entries that began before this instant, or on this day or earlier, in the company's time zone.",
            schema: bound),
        QueryDescription(
            name: "open", meaning: "`true` for open entries only: people who are on site now.",
            schema: ["type": "string", "enum": ["true", "false"]]),
        void,
    ]

    private static let void = QueryDescription(
        name: "void", meaning: "`true` for voided entries, too.",
        schema: ["type": "string", "enum": ["true", "false"]])
}

extension Call {
    fileprivate var timeEntryFilter: TimeEntryFilter {
        get throws {
            TimeEntryFilter(
                user: try query("userId", else: Flaw(.notID)) { User.ID($0) },
                from: try query("from", else: Flaw(.notDayOrInstant)) { TimeEntryFilter.Bound($0) },
                to: try query("to", else: Flaw(.notDayOrInstant)) { TimeEntryFilter.Bound($0) },
                isOpen: try flag("open"), withVoided: try flag("void"))
        }
    }

    fileprivate func flag(_ name: String) throws -> Bool {
        try query(name, else: Flaw(.notBoolean)) { $0 == "true" ? true : $0 == "false" ? false : nil } ?? false
    }
}

extension TimeEntryFilter.Bound {
    fileprivate init?(_ text: String) {
        if let instant = Instant(text) {
            self = .instant(instant)
        } else if let day = Day(text) {
            self = .day(day)
        } else {
            return nil
        }
    }
}

private struct AtField: BodyFields {
    static let isOptional = true
    let at: Instant?

    init?(_ fields: inout FieldReader) {
        at = fields.optional("at") { $0.instant("at", .doneAt, example: Example.morning) }
    }
}

private struct EnteredFields: BodyFields {
    let entries: NewTimeEntries
    let at: Instant?

    init?(_ fields: inout FieldReader) {
        let users: [User.ID] = fields.ids(
            "userIds", "The ids of the people whose hours they are.", max: NewTimeEntries.mostUsers, isNeeded: true)
        let checkedInAt = fields.instant("checkedInAt", .checkedInAt, example: Example.morning)
        let checkedOutAt = fields.optional("checkedOutAt") {
            $0.instant(
                "checkedOutAt", "When they checked out; null or left out while they are on the site.",
                example: Example.evening)
        }
        let kind = fields.optional("kind") { $0.choice("kind", .entryKind) as TimeEntry.Kind? }
        let breaks = fields.breaks()
        let reason = fields.line("reason", "Why they are entered.", max: 500, example: "Handy vergessen")
        let confirm = fields.confirm()
        at = fields.offline()
        guard let checkedInAt, let reason, !users.isEmpty else { return nil }
        entries = NewTimeEntries(
            users: users, checkedInAt: checkedInAt, checkedOutAt: checkedOutAt, kind: kind ?? .work, breaks: breaks,
            reason: reason, isConfirmed: confirm)
    }
}

private struct CorrectionFields: BodyFields {
    let correction: TimeCorrection
    let at: Instant?

    init?(_ fields: inout FieldReader) {
        let checkedInAt = fields.changed("checkedInAt") {
            $0.instant("checkedInAt", .checkedInAt, example: Example.morning)
        }
        let checkedOutAt = fields.clearable("checkedOutAt") { part in
            part.optional("checkedOutAt") {
                $0.instant(
                    "checkedOutAt", "When the person checked out; null to open the entry again.",
                    example: Example.evening)
            }
        }
        let kind = fields.changed("kind") { $0.choice("kind", .entryKind) as TimeEntry.Kind? }
        let breaks = fields.changed("breaks") { part -> [Break]? in part.breaks() }
        let site: Site.ID? = fields.changed("siteId") {
            $0.id("siteId", "The site where it was: another one voids this entry and adds one there.")
        }
        let confirm = fields.confirm()
        at = fields.offline()
        let reason = fields.line("reason", "Why it is corrected.", max: 500, example: "Vergessen, auszuchecken")
        guard let reason else { return nil }
        correction = TimeCorrection(
            checkedInAt: checkedInAt, checkedOutAt: checkedOutAt, kind: kind, breaks: breaks, site: site,
            reason: reason,
            isConfirmed: confirm)
    }
}

private struct VoidFields: BodyFields {
    let reason: String

    init?(_ fields: inout FieldReader) {
        let reason = fields.line("reason", "Why it is void.", max: 500, example: "War an dem Tag nicht da")
        guard let reason else { return nil }
        self.reason = reason
    }
}

private struct StatedFields: BodyFields {
    let minutes: Int
    let at: Instant?

    init?(_ fields: inout FieldReader) {
        let minutes = fields.integer(
            "minutes", "How long the breaks were, in minutes; 0 if there was none.", in: 0...Breaks.longest, example: 30
        )
        at = fields.optional("at") { $0.instant("at", .doneAt, example: Example.morning) }
        guard let minutes else { return nil }
        self.minutes = minutes
    }
}

extension FieldReader {
    mutating func breaks() -> [Break] {
        objects(
            "breaks", "The breaks, each with `from` and `to`, or with `minutes` alone.", max: Breaks.most
        ) { part -> Break? in
            let from = part.optional("from") {
                $0.instant("from", "When it began.", example: Break.example.from ?? Example.morning)
            }
            let to = part.optional("to") {
                $0.instant("to", "When it ended.", example: Break.example.to ?? Example.evening)
            }
            let minutes = part.optional("minutes") {
                $0.integer(
                    "minutes", "How long it was, if its times aren't known.", in: 0...Breaks.longest, example: 30)
            }
            part.leaveOutOfExample("minutes")
            guard !part.isDescribing else { return nil }
            switch (from, to, minutes) {
            case (nil, nil, let minutes?): return Break(minutes: minutes, source: .stated)
            case (let from?, let to?, nil):
                if to >= from { return Break(from: from, to: to, source: .stated) }
                part.report("to", .beforeFrom)
            case (_?, nil, nil): part.report("to", .missing)
            default: if part.problems.isEmpty { part.report("from", .oneOfTwo, ["other": .text("minutes")]) }
            }
            return nil
        }
    }

    fileprivate mutating func offline() -> Instant? {
        let at = optional("at") { $0.instant("at", .doneAt, example: Example.morning) }
        leaveOutOfExample("at")
        return at
    }

    mutating func confirm() -> Bool {
        let value = optional("confirm") {
            $0.boolean("confirm", "Whether an entry of more than 24 hours is meant.", example: true)
        }
        leaveOutOfExample("confirm")
        return value ?? false
    }
}

extension Meaning {
    static var checkedInAt: Meaning { "When the person checked in." }
    static var entryKind: Meaning { "WORK, or TRAVEL for time on the way." }
}

extension Break: Wire {
    static let example = Break(
        from: Example.morning + .seconds(7200), to: Example.morning + .seconds(9000), source: .stated)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("from", from, "When it began; null if only its length is known.")
        fields.instant("to", to, "When it ended; null while it lasts, or if only its length is known.")
        fields.integer(
            "minutes", minutes, "Its length in whole minutes, each instant cut to its minute; null while it lasts.")
        fields.choice("source", source, "TAKEN if it was clocked, STATED if someone said so.")
    }
}

extension Breaks {
    fileprivate static let example = Breaks([.example])
}

extension TimeEntry: Wire {
    static let example = TimeEntry(
        id: Example.id(6), site: Example.id(2), siteName: Site.example.record.name, user: Example.id(1),
        userName: "Lena Vogt", checkedInAt: Example.morning, checkedOutAt: Example.evening,
        source: .manual, breaks: .example,
        entered: .init(by: Example.id(7), byName: "Sabine Brandt", reason: "Handy vergessen"),
        movedFrom: Example.id(8), recordedAt: Example.evening, corrections: [.example])

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.integer(
            "version", Int(clamping: version), "Increases with each change, from 1: what `If-Match` compares.")
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.instant("checkedInAt", checkedInAt, .checkedInAt)
        fields.instant("checkedOutAt", checkedOutAt, "When the person checked out; null while they are on the site.")
        fields.instant(
            "askAt", askAt,
            "From when on the person is asked whether they are still there; null for an entry that isn't open.")
        fields.choice("state", state, "OPEN while the person is on the site, VOID if it counts for nothing.")
        fields.choice("kind", kind, .entryKind)
        fields.choice(
            "source", source,
            """
            Who recorded it: CLOCK the person, FOREMAN a foreman of the site, MANUAL the office; CLARIFICATION if the person reported it \
            late and it was booked.
            """)
        fields.integer(
            "minutes", minutes,
            """
            Time on the site in whole minutes, with breaks: each instant is cut to its minute, then they are subtracted. Null while \
            the person is there.
            """)
        fields.list(
            "breaks", breaks.list, "Those with instants in their order, then those of which only the length is known.")
        fields.instant("recordedAt", recordedAt, "When it was written down.")
        fields.id(
            "enteredBy", entered?.by, "The id of the person who entered the hours; null if they were clocked.")
        fields.text("enteredByName", entered?.byName, "That person's name; null if the hours were clocked.")
        fields.text("reason", entered?.reason, "Why the hours were entered; null if they were clocked.")
        fields.instant("voidedAt", voided?.at, "When it was declared void; null for an entry that counts.")
        fields.text("voidedByName", voided?.byName, "The name of who declared it void; null for an entry that counts.")
        fields.text("voidReason", voided?.reason, "Why it is void; null for an entry that counts.")
        fields.id("movedFrom", movedFrom, "The id of the voided entry that it replaces on this site; null for most.")
        fields.list("corrections", corrections, "What the entry said before each correction, oldest first.")
    }
}

extension TimeEntry.Correction: Wire {
    static let example = TimeEntry.Correction(
        of: TimeEntry(
            id: Example.id(6), site: Example.id(2), siteName: "", user: Example.id(1), userName: "",
            checkedInAt: Example.morning, checkedOutAt: nil, breaks: .example, recordedAt: Example.morning),
        reason: "Vergessen, auszuchecken",
        by: Example.id(7), userName: "Sabine Brandt", createdAt: Example.evening)

    /// What the entry said before the correction.
    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("checkedInAt", checkedInAt, "The check-in before this correction.")
        fields.instant(
            "checkedOutAt", checkedOutAt, "The check-out before this correction; null if the entry was open.")
        fields.choice("kind", kind, "The kind before this correction.")
        fields.list("breaks", breaks.list, "The breaks before this correction.")
        fields.text(
            "reason", cause?.sentence ?? reason,
            "Why it was corrected, as it was written, or a sentence in English if `reasonCode` is set.")
        fields.text(
            "reasonCode", cause?.rawValue,
            "What ended the entry if no person corrected it, listed in `x-codes.corrections`; null otherwise.")
        fields.id("userId", user, "The id of the person who corrected it, or whose action ended the entry.")
        fields.text("userName", userName, .userName)
        fields.instant("createdAt", createdAt, "When it was corrected.")
    }
}

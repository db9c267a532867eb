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
            signedIn.change(
                .post, Self.site + "/check-in", in: .times, .may(.checkIn),
                .init(
                    "Check in to a site",
                    "Opens a time entry. `at` is when it happened, for work done offline."),
                refusals: [.of(TimeEntryRefusal.checkedInAlready), .of(TimeEntryRefusal.openMeanwhile)]
            ) { (_, site: OnSite, fields: AtField) in try timeEntries.checkIn(at: fields.at, on: site.scope) },
            signedIn.change(
                .post, Self.site + "/check-out", in: .times, .may(.checkIn),
                .init(
                    "Check out of a site",
                    "Closes the caller's open time entry on this site, even if they are no longer assigned to it."),
                refusals: [.of(TimeEntryRefusal.notCheckedIn)]
            ) { (_, site: OnSite, fields: AtField) in try timeEntries.checkOut(at: fields.at, on: site.scope) },
            signedIn.list(
                Self.site + "/time-entries", in: .times, .may(.readTimes),
                .init(
                    "List a site's hours",
                    "Its time entries, latest first; a worker sees their own, a foreman of the site everyone's."),
                by: .timeEntry
            ) { (_, site: OnSite, page) in try await timeEntries.list(page, on: site.scope) },
            signedIn.add(
                Self.site + "/time-entries", in: .times, .may(.enterTimes),
                .init(
                    "Enter hours",
                    """
                    For one or more people, all or none. A foreman of the site can enter hours of the last seven days of people who \
                    are assigned to it, a manager those of everyone in the company.
                    """),
                refusals: [
                    .of(TimeEntryRefusal.otherOpen), .of(TimeEntryRefusal.overlaps), .of(SiteRefusal.foremenOnly),
                    .of(TimeEntryRefusal.foremenRecentOnly), .of(LimitRefusal.text),
                ]
            ) { (_, site: OnSite, fields: EnteredFields) in try timeEntries.enter(fields.entries, on: site.scope) },
            signedIn.change(
                .patch, Self.site + "/time-entries/{entryId}", in: .times, .may(.correctTimes),
                .init(
                    "Correct a time entry",
                    """
                    Times that are left out stay unchanged. What the entry said before is kept in `corrections`. A foreman of the \
                    site can correct hours of the last seven days.
                    """),
                isLarge: true,
                refusals: [
                    .of(TimeEntryRefusal.otherOpen), .of(TimeEntryRefusal.overlaps),
                    .of(TimeEntryRefusal.openMeanwhile), .of(LimitRefusal.text), .of(LimitRefusal.entryCorrections),
                    .of(SiteRefusal.foremenOnly), .of(TimeEntryRefusal.foremenRecentOnly),
                ]
            ) { (call, site: OnSite, fields: CorrectionFields) in
                try timeEntries.correct(
                    try call.id("entryId"), fields.correction, if: call.precondition, on: site.scope)
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
    ]
}

extension Call {
    fileprivate var timeEntryFilter: TimeEntryFilter {
        get throws {
            TimeEntryFilter(
                user: try query("userId", else: Flaw(.notID)) { User.ID($0) },
                from: try query("from", else: Flaw(.notDayOrInstant)) { TimeEntryFilter.Bound($0) },
                to: try query("to", else: Flaw(.notDayOrInstant)) { TimeEntryFilter.Bound($0) },
                isOpen: try query("open", else: Flaw(.notBoolean)) { $0 == "true" ? true : $0 == "false" ? false : nil }
                    ?? false)
        }
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
        at = fields.optional("at") { $0.instant("at", .happenedAt, example: Example.morning) }
    }
}

private struct EnteredFields: BodyFields {
    let entries: NewTimeEntries

    init?(_ fields: inout FieldReader) {
        let users: [User.ID] = fields.ids(
            "userIds", "The ids of the people whose hours they are.", max: NewTimeEntries.mostUsers, isNeeded: true)
        let checkedInAt = fields.instant("checkedInAt", .checkedInAt, example: Example.morning)
        let checkedOutAt = fields.optional("checkedOutAt") {
            $0.instant(
                "checkedOutAt", "When they checked out; null or left out while they are on the site.",
                example: Example.evening)
        }
        let reason = fields.line("reason", "Why they are entered.", max: 500, example: "Handy vergessen")
        guard let checkedInAt, let reason, !users.isEmpty else { return nil }
        entries = NewTimeEntries(users: users, checkedInAt: checkedInAt, checkedOutAt: checkedOutAt, reason: reason)
    }
}

private struct CorrectionFields: BodyFields {
    let correction: TimeCorrection

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
        let reason = fields.line("reason", "Why it is corrected.", max: 500, example: "Vergessen, auszuchecken")
        guard let reason else { return nil }
        correction = TimeCorrection(checkedInAt: checkedInAt, checkedOutAt: checkedOutAt, reason: reason)
    }
}

extension Meaning {
    fileprivate static var checkedInAt: Meaning { "When the person checked in." }
}

extension TimeEntry: Wire {
    static let example = TimeEntry(
        id: Example.id(6), site: Example.id(2), siteName: Site.example.record.name, user: Example.id(1),
        userName: "Lena Vogt", checkedInAt: Example.morning, checkedOutAt: Example.evening,
        entered: .init(by: Example.id(7), byName: "Sabine Brandt", reason: "Handy vergessen"), corrections: [.example])

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.instant("checkedInAt", checkedInAt, .checkedInAt)
        fields.instant("checkedOutAt", checkedOutAt, "When the person checked out; null while they are on the site.")
        fields.integer(
            "minutes", minutes, "Time on the site in whole minutes, rounded down; null while the person is there.")
        fields.id(
            "enteredBy", entered?.by, "The id of the person who entered the hours; null if they were clocked.")
        fields.text("enteredByName", entered?.byName, "That person's name; null if the hours were clocked.")
        fields.text("reason", entered?.reason, "Why the hours were entered; null if they were clocked.")
        fields.list("corrections", corrections, "What the entry said before each correction, oldest first.")
    }
}

extension TimeEntry.Correction: Wire {
    static let example = TimeEntry.Correction(
        of: TimeEntry(
            id: Example.id(6), site: Example.id(2), siteName: "", user: Example.id(1), userName: "",
            checkedInAt: Example.morning, checkedOutAt: nil), reason: "Vergessen, auszuchecken",
        by: Example.id(7), userName: "Sabine Brandt", createdAt: Example.evening)

    /// What the entry said before the correction.
    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("checkedInAt", checkedInAt, "The check-in before this correction.")
        fields.instant(
            "checkedOutAt", checkedOutAt, "The check-out before this correction; null if the entry was open.")
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

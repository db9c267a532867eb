import Core
import HTTPTypes

struct TimeRoutes {
    let times: Times
    let signedIn: SignedInRoutes

    private static let company = "/api/v1/companies/{companyId}"
    private static let site = company + "/sites/{siteId}"

    var routes: [Route] {
        let times = times
        return [
            signedIn.change(
                .post, Self.site + "/check-in", .may(.checkIn),
                .init(
                    "Come to a site",
                    "Begins a visit. `at` is when it was, for work done offline: at most 30 days ago."),
                refusals: [.of(TimeEntryRefusal.checkedInAlready), .of(TimeEntryRefusal.openMeanwhile)]
            ) { (_, site: OnSite, fields: AtField) in try times.checkIn(at: fields.at, on: site.scope) },
            signedIn.change(
                .post, Self.site + "/check-out", .may(.checkIn),
                .init(
                    "Leave a site", "Ends the visit that the caller is on, also where they aren't assigned any more."),
                refusals: [.of(TimeEntryRefusal.notCheckedIn)]
            ) { (_, site: OnSite, fields: AtField) in try times.checkOut(at: fields.at, on: site.scope) },
            signedIn.list(
                Self.site + "/time-entries", .may(.readTimes),
                .init("List a site's hours", "The latest visits first; a worker sees their own."), by: .timeEntry
            ) { (_, site: OnSite, page) in try await times.list(page, on: site.scope) },
            signedIn.change(
                .patch, Self.site + "/time-entries/{entryId}", .may(.correctTimes),
                .init(
                    "Correct a time entry",
                    """
                    Takes `checkedInAt`, `checkedOutAt` (null for a visit that goes on) and a reason. What the entry said \
                    before stays in `corrections`.
                    """),
                isLarge: true,
                refusals: [
                    .of(TimeEntryRefusal.otherOpen), .of(TimeEntryRefusal.overlaps),
                    .of(TimeEntryRefusal.openMeanwhile), .of(LimitRefusal.text), .of(LimitRefusal.entryCorrections),
                ]
            ) { (call, site: OnSite, fields: CorrectionFields) in
                try times.correct(
                    try call.id("entryId"), fields.correction, if: call.precondition, on: site.scope)
            },
            signedIn.list(
                Self.company + "/time-entries", .may(.readTimes),
                .init("List a company's hours", "The latest visits first, of all sites; a worker sees their own."),
                by: .timeEntry, queries: Self.filter
            ) { (call, company: InCompany, page) in
                try await times.list(try call.timeEntryFilter, page, in: company.scope)
            },
        ]
    }

    private static let bound: JSONValue = ["type": "string", "anyOf": [["format": "date"], ["format": "date-time"]]]

    private static let filter = [
        QueryDescription(
            name: "userId", details: "Only visits of this person.", schema: ["type": "string", "format": "uuid"]),
        QueryDescription(
            name: "from", details: "Only visits that began on this day of the company's, at this instant, or later.",
            schema: bound),
        QueryDescription(
            name: "to",
            details: "Only visits that began on this day of the company's or before it, or before this instant.",
            schema: bound),
        QueryDescription(
            name: "open", details: "true for those who are on a site now.",
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

    init?(_ fields: inout FieldReader) { at = fields.optional("at") { $0.instant("at", example: Example.morning) } }
}

private struct CorrectionFields: BodyFields {
    let correction: TimeCorrection

    init?(_ fields: inout FieldReader) {
        let checkedInAt = fields.changed("checkedInAt") { $0.instant("checkedInAt", example: Example.morning) }
        let checkedOutAt = fields.clearable("checkedOutAt") { part in
            part.optional("checkedOutAt") { $0.instant("checkedOutAt", example: Example.evening) }
        }
        let reason = fields.line("reason", max: 500, example: "Vergessen, auszuchecken")
        guard let reason else { return nil }
        correction = TimeCorrection(checkedInAt: checkedInAt, checkedOutAt: checkedOutAt, reason: reason)
    }
}

extension TimeEntry: Wire {
    static let example = TimeEntry(
        id: Example.id(6), site: Example.id(2), siteName: Site.example.record.name, user: Example.id(1),
        userName: "Lena Vogt", checkedInAt: Example.morning, checkedOutAt: Example.evening, version: 3,
        corrections: [.example])

    static let fieldDetails = ["siteName": "What the site is called, also where it was removed."]

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.id("siteId", site)
        fields.text("siteName", siteName)
        fields.id("userId", user)
        fields.text("userName", userName)
        fields.instant("checkedInAt", checkedInAt)
        fields.instant("checkedOutAt", checkedOutAt)
        fields.integer("minutes", minutes)
        fields.list("corrections", corrections)
    }
}

extension TimeEntry.Correction: Wire {
    static let example = TimeEntry.Correction(
        number: 2, checkedInAt: Example.morning, checkedOutAt: nil, reason: "Vergessen, auszuchecken",
        user: Example.id(7), userName: "Sabine Brandt", createdAt: Example.evening)

    /// What the entry said before.
    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("checkedInAt", checkedInAt)
        fields.instant("checkedOutAt", checkedOutAt)
        fields.text("reason", cause?.sentence ?? reason)
        fields.text("reasonCode", cause?.rawValue)
        fields.id("userId", user)
        fields.text("userName", userName)
        fields.instant("createdAt", createdAt)
    }
}

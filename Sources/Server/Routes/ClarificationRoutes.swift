import Core
import HTTPTypes
import Storage

struct ClarificationRoutes {
    let clarifications: Clarifications
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/clarifications"
    private static let one = base + "/{clarificationId}"

    var routes: [Route] {
        let clarifications = clarifications
        return [
            signedIn.list(
                Self.base, in: .times, .may(.readClarifications),
                .init(
                    "List clarifications",
                    """
                    What people reported late and what couldn't be recorded then, newest first. A worker sees their own, and as a foreman \
                    those of the site.
                    """), by: .id(), queries: Self.filter
            ) { (call, company: InCompany, page) in
                let states = Clarification.State.allCases.map(\.rawValue).joined(separator: ", ")
                let filter = ClarificationFilter(
                    user: try call.query("userId", else: Flaw(.notID)) { User.ID($0) },
                    state: try call.query("state", else: Flaw(.notOneOf, ["allowed": .text(states)])) {
                        Clarification.State(rawValue: $0)
                    })
                return try await clarifications.list(filter, page, in: company.scope)
            },
            signedIn.change(
                .post, Self.one + "/book", in: .times, .may(.decideClarifications),
                .init(
                    "Book a clarification",
                    """
                    Records it as the person, with corrected values where they are given; whatever refuses the same act otherwise refuses \
                    it here too, and changes nothing. A check-in becomes an open entry, or one with `checkedOutAt`: then the check-out \
                    that waits with it is booked as the same entry, as is a check-in when its check-out is booked with `checkedInAt`. A \
                    check-out without that ends the person's open entry on the site. Breaks go into the entry at that time. What a foreman \
                    entered or corrected is entered or corrected.
                    """),
                refusals: Self.deciding + [
                    .of(ClarificationRefusal.noEntry), .of(TimeEntryRefusal.overlaps), .of(TimeEntryRefusal.otherOpen),
                    .of(TimeEntryRefusal.openMeanwhile), .of(TimeEntryRefusal.cantBeOpen),
                    .of(TimeEntryRefusal.foremenRecentOnly), .of(TimeEntryRefusal.onBreakAlready),
                    .of(TimeEntryRefusal.notFound), .of(TimeEntryRefusal.voided), .of(TimeEntryRefusal.dayApproved),
                    .of(LimitRefusal.dailyEntries), .of(LimitRefusal.entryBreaks), .of(LimitRefusal.entryCorrections),
                    .of(MaterialRefusal.notFound), .of(MaterialRefusal.notEnough), .of(MaterialRefusal.tooMuch),
                    .of(MaterialRefusal.beforeMaterial), .of(MaterialRefusal.unitChanged),
                ]
            ) { (call, company: InCompany, fields: BookingFields) in
                try clarifications.book(try call.id("clarificationId"), fields.booking, in: company.scope)
            },
            signedIn.change(
                .post, Self.one + "/decline", in: .times, .may(.decideClarifications),
                .init("Decline a clarification", "It stays readable, with the reason."), refusals: Self.deciding
            ) { (call, company: InCompany, fields: DecliningFields) in
                try clarifications.decline(
                    try call.id("clarificationId"), because: fields.reason, in: company.scope)
            },
        ]
    }

    private static let deciding: [ProblemCode] = [
        .of(ClarificationRefusal.decided), .of(SiteRefusal.foremenOnly), .of(SiteRefusal.notFound),
        .of(LimitRefusal.text),
    ]

    private static let filter = [
        QueryDescription(
            name: "state", meaning: "Only clarifications of this state.",
            schema: ["type": "string", "enum": .list(Clarification.State.allCases.map { .text($0.rawValue) })]),
        QueryDescription(
            name: "userId", meaning: "Only what this person reported.", schema: ["type": "string", "format": "uuid"]),
    ]
}

private struct BookingFields: BodyFields {
    static let isOptional = true
    let booking: Booking

    init?(_ fields: inout FieldReader) {
        var booking = Booking()
        booking.at = fields.optional("at") {
            $0.instant("at", "When it was done, instead of what was reported.", example: Example.morning)
        }
        booking.site = fields.optional("siteId") { $0.id("siteId", "Another site than the one that was reported.") }
        booking.checkedInAt = fields.optional("checkedInAt") {
            $0.instant("checkedInAt", .checkedInAt.and("Of a check-in or a check-out."), example: Example.morning)
        }
        booking.checkedOutAt = fields.optional("checkedOutAt") {
            $0.instant(
                "checkedOutAt", "When the person checked out. Of a check-in or a check-out.", example: Example.evening)
        }
        booking.kind = fields.optional("kind") { $0.choice("kind", .entryKind) as TimeEntry.Kind? }
        booking.breaks = fields.optional("breaks") { part -> [Break]? in part.breaks() }
        booking.from = fields.optional("from") {
            $0.instant(
                "from", "When a break that was clocked began, whichever of its ends this is.", example: Example.morning)
        }
        booking.to = fields.optional("to") {
            $0.instant(
                "to", "When a break that was clocked ended, whichever of its ends this is.", example: Example.evening)
        }
        booking.minutes = fields.optional("minutes") {
            $0.integer(
                "minutes", "How long a break was, if its times aren't known.", in: 0...Breaks.longest, example: 30)
        }
        booking.material = fields.optional("materialId") {
            $0.id("materialId", "Another material than the one that was reported.")
        }
        booking.delta = fields.optional("delta") {
            $0.quantity(
                "delta", "How much was added, in the material's present unit; negative if it was taken.",
                negative: true, example: Quantity(thousandths: -2_500))
        }
        booking.note = fields.note("note", "What it was for, in any number of lines.", max: 1000, example: "Dusche")
        booking.isConfirmed = fields.confirm()
        for name in ["from", "to", "minutes", "materialId", "delta", "note", "at"] { fields.leaveOutOfExample(name) }
        self.booking = booking
    }
}

private struct DecliningFields: BodyFields {
    let reason: String

    init?(_ fields: inout FieldReader) {
        let reason = fields.line("reason", "Why it is declined.", max: 500, example: "Doppelt gemeldet")
        guard let reason else { return nil }
        self.reason = reason
    }
}

extension Clarification: Wire {
    static let example: Clarification = {
        var one = Clarification(
            id: Example.id(12), user: Example.id(1), userName: "Lena Vogt", site: Example.id(2),
            siteName: Site.example.record.name, .adjust, .example, at: Example.morning, reportedAt: Example.evening,
            code: MaterialRefusal.notEnough.rawValue,
            [
                "amount": .quantity(Quantity(thousandths: 1_500)), "unit": .text("Sack"),
                "material": .text("Flexkleber C2TE"),
            ])
        one.book(by: Example.id(7), named: "Sabine Brandt", at: Example.evening, Example.id(5))
        return one
    }()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.id("userId", user, "The id of the person who did it.")
        fields.text("userName", userName, .userName)
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.choice("act", act, "What was done.")
        fields.object("body", content, "What was sent with it.")
        fields.instant("at", at, "When it was done.")
        fields.instant("reportedAt", reportedAt, "When it was reported.")
        fields.text(
            "code", code, "Why it couldn't be recorded: one of `x-codes.problems`, or of `x-codes.fields` about `at`.")
        fields.values("params", params, .params)
        fields.choice("state", state, "OPEN until it is booked or declined.")
        fields.text("reason", reason, "Why it was declined; null otherwise.")
        fields.id("decidedBy", decidedBy, "The id of who booked or declined it; null while it is open.")
        fields.text("decidedByName", decidedByName, "That person's name; null while it is open.")
        fields.instant("decidedAt", decidedAt, "When it was booked or declined; null while it is open.")
        fields.id("entryId", entry, "The id of the time entry that it became, or changed; null if there is none.")
        fields.id("movementId", movement, "The id of the movement that it became; null if there is none.")
    }
}

extension Clarification.Content: Wire {
    static let schemaName = "ClarificationBody"
    static let example: Clarification.Content = {
        var content = Clarification.Content(
            minutes: 30, material: Example.id(3), named: "Flexkleber C2TE", delta: Quantity(thousandths: -2_500),
            unit: "Sack", note: "Dusche")
        content.enter([Example.id(1)], from: Example.morning, to: Example.evening, because: "Handy vergessen")
        return content
    }()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("minutes", minutes, "Of BREAK_STATED, how long the breaks were; null otherwise.")
        fields.id("materialId", material, "Of ADJUST_QUANTITY, the material's id; null otherwise.")
        fields.text("materialName", materialName, "The material's name when it was reported.")
        fields.quantity("delta", delta, "How much was added, in `unit`; negative if it was taken.")
        fields.text("unit", unit, "The unit as it was sent, else the material's when it was reported.")
        fields.text("note", note, "What it was for; null without a note.")
        fields.boolean("undo", isUndo, "Whether it took back a mistake.")
        fields.list("people", people.map(ReportedPerson.init), "Of ENTER_TIMES, whose hours they are.")
        fields.id("entryId", entry, "Of CORRECT_TIMES, the id of the time entry; null otherwise.")
        fields.instant("checkedInAt", checkedInAt, "Of ENTER_TIMES and CORRECT_TIMES; null if it wasn't sent.")
        fields.instant("checkedOutAt", checkedOutAt, "Of ENTER_TIMES and CORRECT_TIMES; null if it wasn't sent.")
        fields.boolean("reopen", reopens, "Whether the entry was to be opened again.")
        fields.text("kind", kind?.rawValue, "Of ENTER_TIMES and CORRECT_TIMES, WORK or TRAVEL; null if it wasn't sent.")
        fields.list("breaks", breaks?.list ?? [], "Of ENTER_TIMES and CORRECT_TIMES, the breaks that were sent.")
        fields.id("siteId", target, "The id of the site that the entry was to be moved to; null otherwise.")
        fields.text("reason", reason, "Why hours were entered or corrected; null otherwise.")
    }
}

private struct ReportedPerson: Wire {
    let id: User.ID

    static let schemaName = "ClarificationPerson"
    static let example = ReportedPerson(id: Example.id(1))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) { fields.id("userId", id, .userID) }
}

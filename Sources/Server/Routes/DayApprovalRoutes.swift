import Core
import HTTPTypes
import Storage

struct DayApprovalRoutes {
    let approvals: DayApprovals
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/time-sheets"

    var routes: [Route] {
        let approvals = approvals
        return [
            signedIn.change(
                .post, Self.base + "/submit", in: .times, .may(.submitTimes),
                .init(
                    "Submit days",
                    """
                    Says that the hours of these days are complete, also of days without hours: the caller's own without `userIds`; a \
                    worker can't submit those of others. Only days that are over count. A day with an open entry stays as it is, and is \
                    named in `skipped`. What was submitted can still be corrected: `changedSince` says so.
                    """), isLarge: true, refusals: [.of(UserRefusal.notFound)]
            ) { (_, company: InCompany, fields: SubmitFields) in try approvals.submit(fields.days, in: company.scope) },
            signedIn.change(
                .post, Self.base + "/approve", in: .times, .may(.approveTimes),
                .init(
                    "Approve days",
                    """
                    Closes these days, also those without hours and those that weren't submitted: from then on whatever would change hours \
                    that begin on them is refused as `day-approved`, and kept as a clarification if it was reported late. What can be approved \
                    is; all else stays as it is, and is named in `skipped`: a day with an open entry, one about which a clarification is \
                    open, and the caller's own, as long as there is another active manager or bookkeeper.
                    """), isLarge: true
            ) { (_, company: InCompany, fields: ApproveFields) in try approvals.approve(fields.days, in: company.scope)
            },
            signedIn.change(
                .post, Self.base + "/reopen", in: .times, .may(.approveTimes),
                .init(
                    "Reopen days",
                    "Opens approved days again, with a reason that the person reads. Other days stay as they are."),
                isLarge: true, refusals: [.of(LimitRefusal.text)]
            ) { (_, company: InCompany, fields: ReopenFields) in
                try approvals.reopen(fields.days, because: fields.reason, in: company.scope)
            },
        ]
    }
}

private struct SubmitFields: BodyFields {
    let days: PersonDays

    init?(_ fields: inout FieldReader) {
        let users: [User.ID] = fields.ids(
            "userIds", "Whose days; the caller's own by default.", max: PersonDays.most.users)
        guard let days = fields.personDays(users) else { return nil }
        self.days = days
    }
}

private struct ApproveFields: BodyFields {
    let days: PersonDays

    init?(_ fields: inout FieldReader) {
        guard let days = fields.personDays(fields.people()) else { return nil }
        self.days = days
    }
}

private struct ReopenFields: BodyFields {
    let days: PersonDays
    let reason: String

    init?(_ fields: inout FieldReader) {
        let days = fields.personDays(fields.people())
        let reason = fields.line("reason", "Why they are reopened.", max: 500, example: "Fahrt nach Leipzig fehlt")
        guard let days, let reason else { return nil }
        (self.days, self.reason) = (days, reason)
    }
}

extension FieldReader {
    fileprivate mutating func people() -> [User.ID] {
        ids("userIds", "Whose days.", max: PersonDays.most.users, isNeeded: true)
    }

    fileprivate mutating func personDays(_ users: [User.ID]) -> PersonDays? {
        let from = companyDay("from", "The first day, which must be over.")
        let until = companyDay(
            "until", "The last day: at most \(PersonDays.most.days) in all. Days that aren't over are left out.")
        guard let from, let until else { return nil }
        return PersonDays(users: users, from: from, until: until)
    }

    /// A day of the company's time zone.
    private mutating func companyDay(_ name: String, _ meaning: Meaning) -> Day? {
        let example = Example.morning.day
        let isDescribed = describe(
            name, meaning.and("In the company's time zone, as YYYY-MM-DD."), ["type": "string", "format": "date"],
            .text(example.text))
        if isDescribed { return example }
        guard require(name), let text = decode(name, else: Flaw(.notDay)) as String? else { return nil }
        guard let day = Day(text) else {
            report(name, .notDay)
            return nil
        }
        return day
    }
}

extension DayApprovals.Outcome: Wire {
    static let schemaName = "DaysChanged"
    static let example = DayApprovals.Outcome(
        days: 6, until: Example.morning.day, skipped: [.init(Example.id(1), Example.morning.day, .clarificationOpen)])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("days", days, "How many days of people changed: 0 if all was done before.")
        fields.boolean(
            "isOwn", isOwn,
            "Whether the caller approved hours of their own, because no one else could. The audit says so too.")
        fields.day("until", until, "The last day that counted: the given one, but yesterday at most.")
        fields.integer("skippedDays", skippedDays, "How many days of people stay as they are.")
        fields.list("skipped", skipped, "Which days stay as they are, and why: at most 500.")
    }
}

extension DayApprovals.Skipped: Wire {
    static let schemaName = "SkippedDay"
    static let example = DayApprovals.Skipped(Example.id(1), Example.morning.day, .clarificationOpen)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.day("day", day, "The day, in the company's time zone.")
        fields.choice(
            "code", code,
            """
            `entry-open`: an entry has no end yet. `clarification-open`: something that was reported late waits for a decision. \
            `own-hours`: someone else can approve the caller's own day.
            """)
    }
}

extension DayApproval: Wire {
    static let example = DayApproval.filled(
        Example.id(1), Example.morning.day, by: Example.id(7), named: "Sabine Brandt", at: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.choice(
            "state", state,
            """
            `SUBMITTED`; `APPROVED`: the day's hours can't be changed; `REOPENED`: it was approved, and hasn't been submitted or \
            approved since.
            """)
        fields.instant("submittedAt", submitted?.at, "When it was submitted; null if it wasn't, or was reopened since.")
        fields.text("submittedByName", submitted?.byName, "Who submitted it: the person, or the office.")
        fields.instant("approvedAt", approved?.at, "When it was approved; null if it isn't.")
        fields.text("approvedByName", approved?.byName, "Who approved it.")
        fields.instant("reopenedAt", reopened?.at, "When it was last reopened; null if it never was.")
        fields.text("reopenedByName", reopened?.byName, "Who reopened it.")
        fields.text("reopenReason", reopenReason, "Why it was reopened.")
        fields.boolean(
            "changedSince", isChangedSince,
            "Whether hours of the day were recorded, corrected or voided after it was submitted.")
    }
}

/// A day in a person's copy.
struct ApprovedDay: Wire {
    private let approval: DayApproval

    init(_ approval: DayApproval) { self.approval = approval }

    static let example = ApprovedDay(.example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.day("day", approval.day, "The day, in the company's time zone.")
        fields.object("approval", approval, "What was said of it.")
    }
}

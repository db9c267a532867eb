import Core
import HTTPTypes
import Storage

struct AbsenceRoutes {
    let absences: Absences
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/absences"
    private static let one = base + "/{absenceId}"

    var routes: [Route] {
        let absences = absences
        return [
            signedIn.list(
                Self.base, in: .times, .may(.readAbsences),
                .init(
                    "List absences",
                    """
                    Those with the latest first day first. A worker sees their own; a foreman also those that were granted to people \
                    who are assigned to a site of theirs, without kind, note and reason.
                    """), by: .absence, queries: Self.filter
            ) { (call, company: InCompany, page) in
                try await absences.list(try call.absenceFilter, page, in: company.scope)
            },
            signedIn.change(
                .post, Self.base, in: .times, .may(.changeAbsences),
                .init(
                    "Ask for an absence, or enter one",
                    """
                    A worker asks for one of their own, which is ASKED until the office answers; sickness needs no answer. What a \
                    manager or a bookkeeper enters, for anyone, is OK at once. Days on which the person has hours are allowed: the \
                    time sheet shows both.
                    """),
                status: .created,
                refusals: [
                    .of(AbsenceRefusal.overlaps), .of(TimeEntryRefusal.dayApproved), .of(LimitRefusal.absences),
                    .of(LimitRefusal.text),
                    .of(UserRefusal.notFound),
                ]
            ) { (_, company: InCompany, fields: NewAbsenceFields) in
                try absences.enter(fields.new, in: company.scope)
            },
            signedIn.one(
                Self.one, in: .times, .may(.readAbsences), .init("Read an absence", "A worker reads their own.")
            ) { (call, company: InCompany) in try await absences.one(try call.id("absenceId"), in: company.scope) },
            signedIn.change(
                .patch, Self.one, in: .times, .may(.changeAbsences),
                .init(
                    "Change or answer an absence",
                    """
                    Fields that are left out stay unchanged. A manager or a bookkeeper answers with `state` and, if they like, \
                    `reason`, and can change the answer. A worker changes their own while it is ASKED.
                    """),
                refusals: [
                    .of(AbsenceRefusal.overlaps), .of(AbsenceRefusal.decided), .of(TimeEntryRefusal.dayApproved),
                    .of(LimitRefusal.text),
                    .of(AccessRefusal.roleForbids, "Only a manager or a bookkeeper gives `state` and `reason`."),
                ]
            ) { (call, company: InCompany, fields: AbsenceFields) in
                try absences.change(
                    try call.id("absenceId"), fields.edit, to: fields.state, if: call.precondition, in: company.scope)
            },
            signedIn.remove(
                Self.one, in: .times, .may(.changeAbsences),
                .init(
                    "Remove an absence",
                    "A worker withdraws their own while it is ASKED; a manager or a bookkeeper removes any. The audit keeps its days."
                ),
                refusals: [.of(AbsenceRefusal.decided), .of(TimeEntryRefusal.dayApproved)]
            ) { (call, company: InCompany) in
                try absences.remove(try call.id("absenceId"), if: call.precondition, in: company.scope)
            },
        ]
    }

    private static let filter = [
        QueryDescription(
            name: "from", meaning: "Only absences that end on this day or later.",
            schema: ["type": "string", "format": "date"]),
        QueryDescription(
            name: "to", meaning: "Only absences that begin on this day or earlier.",
            schema: ["type": "string", "format": "date"]),
        QueryDescription(
            name: "userId", meaning: "Only absences of this person.", schema: ["type": "string", "format": "uuid"]),
        QueryDescription(
            name: "state", meaning: "Only absences of this state.",
            schema: ["type": "string", "enum": .list(Absence.State.allCases.map { .text($0.rawValue) })]),
    ]
}

extension Call {
    fileprivate var absenceFilter: AbsenceFilter {
        get throws {
            let states = Absence.State.allCases.map(\.rawValue).joined(separator: ", ")
            return AbsenceFilter(
                user: try query("userId", else: Flaw(.notID)) { User.ID($0) },
                state: try query("state", else: Flaw(.notOneOf, ["allowed": .text(states)])) {
                    Absence.State(rawValue: $0)
                },
                from: try query("from", else: Flaw(.notDay)) { Day($0) },
                to: try query("to", else: Flaw(.notDay)) { Day($0) })
        }
    }
}

private struct NewAbsenceFields: BodyFields {
    let new: Absences.New

    init?(_ fields: inout FieldReader) {
        let user: User.ID? = fields.optional("userId") { $0.id("userId", "Whose it is; the caller by default.") }
        let kind: Absence.Kind? = fields.choice("kind", .absenceKind)
        let from = fields.day("from", .absenceFrom, example: AbsenceExample.from)
        let to = fields.optional("to") {
            $0.day("to", .absenceTo.and("`from` by default."), example: AbsenceExample.to)
        }
        let part = fields.absencePart(isNew: true)
        let note = fields.note("note", .absenceNote, max: 500, example: AbsenceExample.note)
        guard let kind, let from else { return nil }
        new = Absences.New(user: user, kind, from: from, to: to ?? from, part ?? .whole, note: note)
    }
}

private struct AbsenceFields: BodyFields {
    private enum Decision: String, CaseIterable {
        case granted = "OK"
        case declined = "NO"
    }

    let edit: Edit<Absence>
    let state: Absence.State?

    init?(_ fields: inout FieldReader) {
        var absence = Edit<Absence>()
        absence.set(\.kind, fields.changed("kind") { $0.choice("kind", .absenceKind) })
        absence.set(\.from, fields.changed("from") { $0.day("from", .absenceFrom, example: AbsenceExample.from) })
        absence.set(\.to, fields.changed("to") { $0.day("to", .absenceTo, example: AbsenceExample.to) })
        absence.set(\.part, fields.absencePart(isNew: false))
        absence.set(
            \.note,
            fields.clearable("note") { $0.note("note", .absenceNote, max: 500, example: AbsenceExample.note) })
        absence.set(
            \.reason,
            fields.clearable("reason") {
                $0.note("reason", "Why it is answered so, for the person.", max: 500, example: "Gute Erholung")
            })
        let answer: Decision? = fields.changed("state") { $0.choice("state", "The answer.") }
        state = answer.map { $0 == .granted ? .granted : .declined }
        for name in ["kind", "from", "to", "note"] { fields.leaveOutOfExample(name) }
        edit = absence
    }
}

extension FieldReader {
    /// `half` and `minutes`: nil if a change names neither.
    fileprivate mutating func absencePart(isNew: Bool) -> Absence.Part? {
        let half = given("half", isNew: isNew) {
            $0.boolean("half", "Whether it is half of each day.", example: false)
        }
        let range = 1...Absence.Part.longest
        let minutes = clearable("minutes") { fields -> Int? in
            fields.optional("minutes") {
                $0.integer(
                    "minutes", "How many minutes of each day, if it is neither a whole nor half a day.", in: range,
                    example: 120)
            }
        }
        leaveOutOfExample("half")
        leaveOutOfExample("minutes")
        guard let minutes = minutes ?? nil else {
            return half == true ? .half : half == false || minutes != nil ? .whole : nil
        }
        if half == true, !isDescribing { report("minutes", .oneOfTwo, ["other": .text("half")]) }
        return .minutes(minutes)
    }
}

private enum AbsenceExample {
    static let from = Day(daysSince1970: Example.morning.day.daysSince1970 + 28)
    static let to = Day(daysSince1970: Example.morning.day.daysSince1970 + 32)
    static let note = "Familienfeier"
}

extension Meaning {
    fileprivate static var absenceKind: Meaning {
        """
        What for. Sickness is seen by the person, managers and bookkeepers only, and needs no answer. `HOLIDAY` is a day off that the \
        calendar of holidays doesn't have, `COMP_TIME` time off for hours that were worked before.
        """
    }
    fileprivate static var absenceFrom: Meaning { "The first day, in the company's time zone." }
    fileprivate static var absenceTo: Meaning { "The last day, at most 366 days from the first, counting both." }
    fileprivate static var absenceNote: Meaning { "What the office should know, in any number of lines." }
}

extension Absence: Wire {
    static let example: Absence = {
        var one = Absence(
            id: Example.id(13), user: Example.id(1), userName: "Lena Vogt", .vacation, from: AbsenceExample.from,
            to: AbsenceExample.to, .whole, note: AbsenceExample.note, askedBy: Example.id(1), named: "Lena Vogt",
            at: Example.morning)
        one.decide(.granted, by: Example.id(7), named: "Sabine Brandt", at: Example.evening)
        return one
    }()

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.choice("kind", orNull: isReduced ? nil : kind, .absenceKind.and("Null for a foreman of the person."))
        fields.day("from", from, .absenceFrom)
        fields.day("to", to, .absenceTo)
        fields.boolean("half", part == .half, "Whether it is half of each day.")
        fields.integer(
            "minutes", part.minutes, "How many minutes of each day; null if it is a whole or half a day.")
        fields.choice("state", state, "ASKED until the office answers with OK or NO.")
        fields.text("note", note, "What the office should know; null without a note, and for a foreman of the person.")
        fields.text(
            "reason", reason, "Why it was answered so; null without a reason, and for a foreman of the person.")
        fields.id("askedBy", askedBy, "The id of who asked for it or entered it.")
        fields.text("askedByName", askedByName, "That person's name.")
        fields.instant("askedAt", askedAt, "When it was asked for or entered.")
        fields.id(
            "decidedBy", decidedBy,
            "The id of who answered or entered it; null until then, for reported sickness, and for a foreman.")
        fields.text(
            "decidedByName", decidedByName,
            "That person's name; null until then, for reported sickness, and for a foreman.")
        fields.instant(
            "decidedAt", decidedAt, "When it was answered; null until then, for reported sickness, and for a foreman.")
        fields.integer(
            "version", Int(clamping: version),
            "Increases with each change, from 1: what `If-Match` compares. For a foreman 1.")
        fields.instant("updatedAt", updatedAt, .updatedAt)
    }
}

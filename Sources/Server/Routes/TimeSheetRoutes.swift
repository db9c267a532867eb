import Core
import HTTPTypes
import Storage

struct TimeSheetRoutes {
    let timeSheets: TimeSheets
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let timeSheets = timeSheets
        return [
            signedIn.list(
                "/api/v1/companies/{companyId}/time-sheets", in: .times, .may(.readTimes),
                .init(
                    "List time sheets",
                    """
                    What each person worked, day by day: the company's days, an entry belonging to the day on which it began. Everyone \
                    who is active, and who has hours in the period; a worker sees their own. Days without entries are listed if the \
                    person was to work or was away. At most 35 days, or 366 of one person. \
                    Voided entries count for nothing, and open ones are in no sum. Warnings refuse nothing: what happened is recorded \
                    as it happened.
                    """),
                by: .id(), queries: Self.filter
            ) { (call, company: InCompany, page) in
                try await timeSheets.list(try call.timeSheetFilter, page, in: company.scope)
            }
        ]
    }

    private static let filter = [
        QueryDescription(
            name: "from",
            meaning: "The first day, in the company's time zone; the first of the month of `to` by default.",
            schema: ["type": "string", "format": "date"]),
        QueryDescription(
            name: "to", meaning: "The last day, in the company's time zone; today by default.",
            schema: ["type": "string", "format": "date"]),
        QueryDescription(
            name: "userId", meaning: "Only the sheet of this person.", schema: ["type": "string", "format": "uuid"]),
    ]
}

extension Call {
    fileprivate var timeSheetFilter: TimeSheetFilter {
        get throws {
            let user = try query("userId", else: Flaw(.notID)) { User.ID($0) }
            let from = try query("from", else: Flaw(.notDay)) { Day($0) }
            let to = try query("to", else: Flaw(.notDay)) { Day($0) }
            return TimeSheetFilter(user: user, from: from, to: to)
        }
    }
}

extension TimeSheet: Wire {
    static let example = TimeSheet(
        user: Example.id(1), userName: "Lena Vogt", personnelNumber: "1005", days: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.text(
            "personnelNumber", personnelNumber, "The person's number in the company's payroll; null without one.")
        fields.list(
            "days", days,
            "The days on which the person has entries, was to work or was away, or that were submitted or approved, in order."
        )
        fields.object("total", total, "What the days add up to.")
    }
}

extension TimeSheet.Total: Wire {
    static let schemaName = "TimeSheetTotal"
    static let example = TimeSheet.example.total

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("presenceMinutes", presenceMinutes, "The sum of all `presenceMinutes`.")
        fields.integer("breakMinutes", breakMinutes, "The sum of all `breakMinutes`.")
        fields.integer("minutes", minutes, "The sum of all `minutes`: `presenceMinutes` without `breakMinutes`.")
        fields.integer("travelMinutes", travelMinutes, "The sum of all `travelMinutes`; they are part of `minutes`.")
        fields.integer(
            "targetMinutes", targetMinutes, "The sum of all `targetMinutes`; null if the person has no targets.")
        fields.integer("creditMinutes", creditMinutes, "The sum of all `creditMinutes`.")
        fields.integer(
            "balanceMinutes", balanceMinutes,
            """
            `minutes` and `creditMinutes` without `targetMinutes`, of the days that are over and have a target; negative if less was \
            worked. Null if the person has no targets.
            """)
        fields.integer(
            "runningMinutes", runningMinutes,
            """
            The same of all days since the latest `openingMinutes` of the person's targets, and these: the balance of hours after the \
            period. Null if the sheets of everyone are read, and without `openingMinutes` in the last 400 days of the period.
            """)
    }
}

extension WorkDay.Absent: Wire {
    static let schemaName = "DayAbsence"
    static let example = WorkDay.Absent(id: Example.id(13), .vacation, isHalf: true, minutes: 240)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, "The absence's id.")
        fields.choice("kind", kind, "What for.")
        fields.boolean("half", isHalf, "Whether it is half of the day.")
        fields.integer(
            "minutes", minutes,
            "How many minutes of the day's target it takes. Of a person without targets, those of an absence of minutes, else 0."
        )
    }
}

extension WorkDay: Wire {
    static let example = WorkDay(
        day: Example.morning.day, from: Example.morning, to: Example.evening, presenceMinutes: 529, gapMinutes: 0,
        breakMinutes: 30, breakSource: .rule, travelMinutes: 0, entries: [Example.id(6)], isOpen: false,
        warnings: [.over8Hours], approval: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.day("day", day, "The day, in the company's time zone.")
        fields.instant("from", from, "When the first entry began; on a day without entries, when the day did.")
        fields.instant("to", to, "When the last entry ended; null while one is open, and on a day without entries.")
        fields.integer(
            "presenceMinutes", presenceMinutes,
            "Whole minutes of the closed entries, with travel and breaks: each instant is cut to its minute, then they are subtracted."
        )
        fields.integer(
            "gapMinutes", gapMinutes,
            "Whole minutes of the gaps between entries that last 15 or more. They are no presence, and never subtracted."
        )
        fields.integer("breakMinutes", breakMinutes, "Whole minutes of breaks, recorded or subtracted by the rule.")
        fields.choice(
            "breakSource", orNull: breakSource,
            """
            How the break is known: `TAKEN` if it was clocked, `STATED` if someone said so, `RULE` if none was recorded and the \
            company's `breakRule` subtracts one, which proves no break; null without one. Of several, the weaker one.
            """)
        fields.integer("minutes", minutes, "What was worked, in whole minutes: presence without breaks.")
        fields.integer("travelMinutes", travelMinutes, "The part of `minutes` that was travel.")
        fields.ids("entries", entries, "The ids of the time entries, in the order in which they began.")
        fields.boolean("isOpen", isOpen, "Whether an entry is open. It is in no sum.")
        fields.choices(
            "warnings", warnings,
            """
            What is unusual: `no-break` and `short-break` (ArbZG section 4), `over-8-hours` and `over-10-hours` (section 3), \
            `short-rest` (less than eleven hours since the work before, section 5), `sunday-or-holiday` (section 9; a holiday of \
            the place of work), \
            `late-record` (recorded after the seventh day that follows, MiLoG section 17), `open-too-long` (more than 14 hours), \
            `over-24-hours` (one entry), `youth` (a person under 18 worked more than eight hours, or with it more than 40 in the week from Monday, before 6 or after 20 o'clock, with \
            less than 12 hours of rest, or with less break than JArbSchG section 11 asks for), `absence-with-entries` (the person was \
            away for the whole day).
            """)
        fields.integer(
            "targetMinutes", targetMinutes,
            "What was to be worked, without unpaid absences; null if the person had no targets yet.")
        fields.integer(
            "creditMinutes", creditMinutes,
            "What counts as worked because of a holiday or an absence, at most the target; nothing for `COMP_TIME` and `UNPAID`."
        )
        fields.list("absences", absences, "The granted absences of the day, at most two.")
        fields.text(
            "holiday", holiday,
            """
            The German name of the day's holiday, or the company's own name for it: of the site of the day's first entry, if that has a \
            region of its own, else of the company. Null if it is none.
            """)
        fields.object(
            "approval", ifThere: approval, "What was said of the day's hours; left out if that was nothing.")
    }
}

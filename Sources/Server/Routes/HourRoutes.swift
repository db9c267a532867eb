import Core
import HTTPTypes
import Storage

struct HourRoutes {
    let check: HoursCheck
    let erasures: HourErasures
    let signedIn: SignedInRoutes

    private static let years = QueryDescription(
        name: "years", meaning: "For how many whole years after the calendar year in which they were worked.",
        schema: [
            "type": "integer", "minimum": .integer(HourErasures.years.lowerBound),
            "maximum": .integer(HourErasures.years.upperBound),
        ], neededExample: "10")

    var routes: [Route] {
        let (check, erasures) = (check, erasures)
        return [
            signedIn.custom(
                .get, "/api/v1/companies/{companyId}/hours/verify", in: .times, .may(.verifyHours),
                .init(
                    "Verify hours",
                    """
                    Compares the hours with the company's chain of hashes: the links since the last daily comparison of everything, and \
                    at most \(HoursCheck.mostLinks) of them. A chain that holds proves that nothing was changed since a head that was \
                    kept elsewhere; not that the first entry was true.
                    """),
                result: .one(HoursCheck.Report.self, .ok, "What was found."), takes: .list
            ) { (_, company: InCompany) in
                .one(try await check.recent(in: company.scope))
            },
            signedIn.custom(
                .get, "/api/v1/companies/{companyId}/hours/forecast", in: .times, .may(.changeCompany),
                .init(
                    "What a rule would erase",
                    """
                    What would be erased in the coming night if the company kept hours for this many years (`hoursKeptYears`): at most \
                    \(HourErasures.mostCounted) of each kind are counted. Open entries, absences that no one answered, and the hours of \
                    people about whose hours of then something waits for a decision are kept until that is done.
                    """),
                request: RequestDescription(queries: [Self.years]),
                result: .one(HourErasures.Report.self, .ok, "What would be erased."), takes: .list
            ) { (call, company: InCompany) in
                .one(try await erasures.forecast(years: try call.years, in: company.scope))
            },
        ]
    }
}

extension HoursCheck.Report: Wire {
    static let schemaName = "HoursReport"
    static let example = HoursCheck.Report(
        company: Example.id(9), isSealed: true, links: 1_207,
        head: "49cd5a784abf2caad4b3a6323e571bd32c2374213ac34c4012eb667624de8d8e", from: 1_180, to: 1_207,
        broken: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.boolean("holds", holds, "Whether hours and chain agree, as far as they were compared.")
        fields.boolean(
            "sealed", isSealed,
            "Whether all hours have links: false for a short time after an update from a version that had no chain.")
        fields.integer("links", Int(clamping: links), "The number of links.")
        fields.text("head", head, "The hash of the last link: 64 hexadecimal digits; empty without links.")
        fields.integer(
            "checkedFrom", Int(clamping: from), "The last link of the daily comparison: links after it were compared.")
        fields.integer("checkedTo", Int(clamping: to), "The last link that was compared.")
        fields.object(
            "broken", ifThere: broken.first, "The first place at which the chain doesn't hold; left out if it holds.")
    }
}

extension HoursCheck.Broken: Wire {
    static let schemaName = "BrokenLink"
    static let example = HoursCheck.Broken(.entryChanged, number: 1_191, entry: Example.id(6))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("entryId", entry, "The time entry's id; null if it isn't known.")
        fields.integer("number", number.map { Int(clamping: $0) }, "The link's number; null for hours without a link.")
        fields.choice(
            "reason", reason,
            """
            What is wrong. A link or the head: `link-missing`, `link-changed`, `head-missing`, `head-changed`. The hours: \
            `entry-changed` and `correction-changed`, `entry-missing` and `correction-missing`, `entry-unlinked` and \
            `correction-unlinked` (written without a link).
            """)
    }
}

extension Call {
    fileprivate var years: Int {
        get throws {
            let range = HourErasures.years
            let flaw = Flaw(
                .notWholeNumber, ["min": .integer(range.lowerBound), "max": .integer(range.upperBound)])
            guard
                let years = try query("years", else: flaw, { Int($0).flatMap { range.contains($0) ? $0 : nil } })
            else { throw Refusal("years", .missing) }
            return years
        }
    }
}

extension HourErasures.Report: Wire {
    static let schemaName = "HoursForecast"
    static let example = HourErasures.Report(
        company: Example.id(9), first: Day(daysSince1970: 19_723), counts: .filled(entries: 4_120, days: 2_033))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.day("hoursFrom", first, "The first day whose hours would stay, in the company's time zone.")
        fields.integer(
            "timeEntries", Int(clamping: counts.entries), "Number of time entries, each with its corrections.")
        fields.integer("days", Int(clamping: counts.days), "Number of days that were submitted, approved or reopened.")
        fields.integer("absences", Int(clamping: counts.absences), "Number of absences that ended and were answered.")
        fields.integer(
            "clarifications", Int(clamping: counts.clarifications), "Number of clarifications about hours.")
        fields.integer("wageExports", Int(clamping: counts.files), "Number of payroll files.")
    }
}

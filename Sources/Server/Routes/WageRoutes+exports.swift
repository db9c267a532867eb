import Core
import Storage

/// A payroll file that is to be made.
struct WageExportFields: BodyFields {
    let month: Month
    let format: WageExport.Format
    let user: User.ID?

    init?(_ fields: inout FieldReader) {
        let month = fields.month("month", .month)
        let format: WageExport.Format? = fields.choice("format", .exportFormat)
        user = fields.optional("userId") { $0.id("userId", "Whose hours a trial has; null for everyone's.") }
        guard let month, let format else { return nil }
        (self.month, self.format) = (month, format)
    }
}

extension FieldReader {
    fileprivate mutating func month(_ name: String, _ meaning: Meaning) -> Month? {
        if describe(name, meaning, ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"], "2026-11") {
            return Month("2026-11")
        }
        guard require(name), let text = decode(name, else: Flaw(.notMonth)) as String? else { return nil }
        guard let month = Month(text) else {
            report(name, .notMonth)
            return nil
        }
        return month
    }
}

extension Meaning {
    static var month: Meaning { "The month, as YYYY-MM, in the company's time zone." }
    fileprivate static var exportFormat: Meaning {
        "`lodas` for DATEV LODAS, `lohn-und-gehalt` for DATEV Lohn und Gehalt."
    }
    fileprivate static var wageTypeNumber: Meaning { "The wage type (Lohnart)." }
}

extension WageExport: Wire {
    static let example = WageExport(
        id: Example.id(8), month: Month("2026-11") ?? Month(of: Example.start), format: .lodas, user: Example.id(1),
        userName: "Lena Vogt", madeAt: Example.evening, madeBy: Example.id(7), madeByName: "Sabine Brandt",
        sha256: "49cd5a784abf2caad4b3a6323e571bd32c2374213ac34c4012eb667624de8d8e", people: 1, lines: 2)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("month", month.text, "The month, as YYYY-MM.")
        fields.choice("format", format, .exportFormat)
        fields.id("userId", user, "The id of the person whose hours a trial has; null for everyone's.")
        fields.text("userName", userName, "That person's name; null for everyone's.")
        fields.instant("madeAt", madeAt, "When the file was made.")
        fields.id("madeBy", madeBy, "The id of the person who made it.")
        fields.text("madeByName", madeByName, "That person's name.")
        fields.text("sha256", sha256, "The SHA-256 of the file's bytes: 64 hexadecimal digits.")
        fields.integer("people", Int(clamping: people), "How many people's hours it has.")
        fields.integer("lines", Int(clamping: lines), "How many lines of hours it has.")
    }
}

extension WageCheck: Wire {
    static let example = WageCheck(
        month: WageExport.example.month, format: .lodas, people: 5, lines: 9, gaps: [.example], gapCount: 1,
        previous: .example, differences: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("month", month.text, "The month, as YYYY-MM.")
        fields.choice("format", format, .exportFormat)
        fields.integer("people", people, "How many people have hours that are paid.")
        fields.integer("lines", lines, "How many lines of hours the file would have, as far as they are known.")
        fields.list(
            "gaps", gaps,
            "What is missing before the file can be made: \(WageGap.most) things at most. Empty if nothing is.")
        fields.integer("gapCount", gapCount, "How many things are missing.")
        fields.object(
            "previous", ifThere: previous,
            "The file with everyone's hours that was made last for the month and the format; left out without one, and for a trial."
        )
        fields.list(
            "differences", differences,
            "How the hours differ from that file: \(Self.mostDifferences) at most, by name.")
        fields.integer("differenceCount", differenceCount, "How many differences there are.")
    }
}

extension WageCheck.Difference: Wire {
    static let schemaName = "WageDifference"
    static let example = Self(user: Example.id(1), userName: "Lena Vogt", wageType: 1000, before: 16_450, now: 16_500)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.text("wageType", "\(wageType)", .wageTypeNumber)
        fields.quantity("hoursBefore", before.map(Self.hours), "The hours in that file; null if it has none.")
        fields.quantity("hours", now.map(Self.hours), "The hours now; null if there are none.")
    }

    private static func hours(_ hundredths: Int) -> Quantity { Quantity(thousandths: Int64(clamping: hundredths) * 10) }
}

extension WageGap: Wire {
    static let example = WageGap(
        .openEntry, user: Example.id(1), userName: "Lena Vogt", day: Example.start, site: Example.id(2),
        siteName: Site.example.record.name, kind: "WORK")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.choice(
            "code", code,
            """
            What is missing: `setting-missing` (`kind` names it), `wage-type-missing` (of `kind`), `cannot-encode` (the site's cost \
            centre has a character that the file can't hold), `open-entry` (on `day`), `not-approved` (the person worked, was to work \
            or is paid on `day`), `absence-with-entries` (away for all of `day`, and worked), `absence-asked` (no one answered it yet), \
            `no-target` (away on `day`, and no one said how long the person is to work), `no-personnel-number`, \
            `personnel-number-format` (it must be a whole number from 1 to 99999), `personnel-number-twice` (another one is equal \
            without leading zeros), `no-hours`, `too-many-lines`.
            """)
        fields.id("userId", user, "The id of the person that it is about; null if it is about none.")
        fields.text("userName", userName, "That person's name; null if it is about none.")
        fields.day("day", day, "The day that it is about; null if it is about none.")
        fields.id("siteId", site, "The id of the site that it is about; null if it is about none.")
        fields.text("siteName", siteName, "That site's name; null if it is about none.")
        fields.text("kind", kind, "The kind of time, or the name of the setting; null for the others.")
    }
}

import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

struct WageRoutes {
    let wages: Wages
    let statements: HourStatements
    let signedIn: SignedInRoutes

    private static let company = "/api/v1/companies/{companyId}"
    private static let sheets = company + "/time-sheets/export"
    private static let exports = company + "/wage-exports"

    /// A table of hours.
    enum TableFormat: String, CaseIterable, Sendable { case csv, xlsx, pdf }

    var routes: [Route] {
        let (wages, statements) = (wages, statements)
        return [
            signedIn.custom(
                .get, Self.sheets, in: .times, .may(.exportHours),
                .init(
                    "Export hours as a table",
                    """
                    A line for each time entry that began in the month, in the company's time zone, without voided ones; open ones have \
                    no end and no sum. The breaks that the company's rule subtracts come off the longest entry of their day, so that the \
                    lines add up to the time sheets. CSV: UTF-8 with a byte order mark, semicolons, decimal commas, CR LF; text that \
                    begins like a formula gets an apostrophe. XLSX: real numbers and dates. Headings are in the caller's language. PDF: each \
                    person's statement, as `time-sheets/statement` has it.
                    """),
                request: RequestDescription(queries: [Self.month, Self.format(TableFormat.allCases), Self.user]),
                result: .text("text/csv; charset=utf-8", or: [XLSXFile.type, PDFFile.type], "The file."), takes: .copy,
                refusals: [.of(StatementRefusal.tooLong)]
            ) { (call, company: InCompany) in
                let (month, format) = (try call.month, try call.format(of: TableFormat.self))
                if format == .pdf {
                    return try await statements.download(month, of: try call.user, in: company.scope)
                }
                let reading = try await wages.reading(month, of: try call.user, in: company.scope)
                let table = HourTable(zone: reading.zone, language: company.scope.actor.user.language)
                guard format == .xlsx else {
                    return .download("polier-\(month.text).csv", type: "text/csv; charset=utf-8") { writer in
                        var file = CSVFile()
                        file.add(table.headings.map { .text($0) })
                        try await wages.read(reading) { people in
                            for person in people { table.lines(of: person) { file.add($0) } }
                            guard file.count >= AnswerPieces.length else { return }
                            for piece in file.take().pieces { try await writer.write(piece) }
                        }
                        try await writer.write(file.take())
                    }
                }
                let file = try XLSXFile(sheet: month.text, headings: table.headings)
                try await wages.read(reading) { people in
                    for person in people { try table.lines(of: person) { try file.add($0) } }
                }
                try await file.close()
                return .download("polier-\(month.text).xlsx", type: XLSXFile.type) { writer in
                    try await file.read { try await writer.write(ByteBuffer(bytes: $0)) }
                }
            },
            signedIn.custom(
                .get, Self.sheets + "/check", in: .times, .may(.exportHours),
                .init(
                    "Check a payroll file",
                    """
                    What a file would have, all that is missing before it can be made, and how its hours differ from those of the file \
                    that was made last for the month.
                    """),
                request: RequestDescription(
                    queries: [Self.month, Self.format(WageExport.Format.allCases), Self.user]),
                result: .one(WageCheck.self, .ok, "The resource."), takes: .list
            ) { (call, company: InCompany) in
                .one(
                    try await wages.check(
                        try call.month, try call.format(of: WageExport.Format.self), of: try call.user,
                        in: company.scope))
            },
            signedIn.list(
                Self.exports, in: .times, .may(.exportHours),
                .init("List payroll files", "The files that were made, newest first."), by: .id()
            ) { (_, company: InCompany, page) in try await wages.list(page, in: company.scope) },
            signedIn.change(
                .post, Self.exports, in: .times, .may(.exportHours),
                .init(
                    "Make a payroll file",
                    """
                    For DATEV LODAS or DATEV Lohn und Gehalt, with the hours of a month by person and wage type. Hours are rounded once, \
                    on the sum of a person's month and wage type, to hundredths; where there are cost centres, each part is rounded down \
                    and the parts that lost most get the missing hundredths. The file is kept as it is.
                    """), status: .created,
                refusals: [
                    .of(WageRefusal.notReady), .of(LimitRefusal.wageExports), .of(UserRefusal.notFound),
                    .of(WageRefusal.notFound, "Another request with this key made the file, and it is gone since."),
                ]
            ) { (_, company: InCompany, fields: ExportFields) in
                try wages.make(fields.month, fields.format, of: fields.user, in: company.scope)
            },
            signedIn.custom(
                .get, Self.exports + "/{exportId}/file", in: .times, .may(.exportHours),
                .init("Download a payroll file", "The bytes as they were made: Windows-1252, with CR LF."),
                result: .text("text/plain; charset=windows-1252", "The file."), takes: .list
            ) { (call, company: InCompany) in
                let (export, bytes) = try await wages.file(try call.id("exportId"), in: company.scope)
                let name = "\(export.format.rawValue)-\(export.month.text)\(export.user == nil ? "" : "-probe").txt"
                return .download(name, type: "text/plain; charset=windows-1252") { writer in
                    for piece in ByteBuffer(bytes: bytes).pieces { try await writer.write(piece) }
                }
            },
            signedIn.one(
                Self.company + "/wage-settings", in: .times, .may(.exportHours),
                .init(
                    "Read the payroll settings", "What the company's tax adviser has supplied for its payroll files."),
                isLarge: true
            ) { (_, company: InCompany) in try await wages.settings(in: company.scope) },
            signedIn.change(
                .put, Self.company + "/wage-settings", in: .times, .may(.exportHours),
                .init(
                    "Replace the payroll settings",
                    "All of them: what is left out is unset, and the names of LODAS are the usual ones again."),
                isLarge: true
            ) { (call, company: InCompany, fields: SettingsFields) in
                try wages.change(to: fields.settings, if: call.precondition, in: company.scope)
            },
        ]
    }

    private static let month = QueryDescription(
        name: "month", meaning: .month, schema: ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"],
        neededExample: "2026-11")

    private static let user = QueryDescription(
        name: "userId", meaning: "Only the hours of this person.", schema: ["type": "string", "format": "uuid"])

    private static func format<Format: Choice>(_ formats: [Format]) -> QueryDescription {
        QueryDescription(
            name: "format", meaning: "The format of the file.",
            schema: ["type": "string", "enum": .list(formats.map { .text($0.rawValue) })],
            neededExample: formats.first?.rawValue)
    }
}

extension Call {
    var month: Month {
        get throws {
            guard let month = try optionalMonth else { throw Refusal("month", .missing) }
            return month
        }
    }

    var optionalMonth: Month? { get throws { try query("month", else: Flaw(.notMonth)) { Month($0) } } }

    var user: User.ID? { get throws { try query("userId", else: Flaw(.notID)) { User.ID($0) } } }

    fileprivate func format<Format: Choice>(of: Format.Type) throws -> Format {
        let allowed = Format.allCases.map(\.rawValue).joined(separator: ", ")
        let flaw = Flaw(.notOneOf, ["allowed": .text(allowed)])
        guard let format = try query("format", else: flaw, { Format(rawValue: $0) }) else {
            throw Refusal("format", .missing)
        }
        return format
    }
}

private struct ExportFields: BodyFields {
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

private struct SettingsFields: BodyFields {
    let settings: WageSettings

    init?(_ fields: inout FieldReader) {
        var settings = WageSettings()
        settings.consultantNumber = fields.optional("consultantNumber") {
            $0.integer(
                "consultantNumber", .consultantNumber, in: WageSettings.consultantNumbers, example: 1_234_567)
        }
        settings.clientNumber = fields.optional("clientNumber") {
            $0.integer("clientNumber", .clientNumber, in: WageSettings.clientNumbers, example: 12_345)
        }
        let types = fields.optional("wageTypes") { fields in
            fields.object("wageTypes", .wageTypes) { part -> [WageKind: Int] in
                var types: [WageKind: Int] = [:]
                for kind in WageKind.allCases {
                    types[kind] = part.optional(kind.rawValue) {
                        $0.wageType(kind.rawValue, kind.meaning, example: kind == .work ? "1000" : "1010")
                    }
                }
                return types
            }
        }
        settings.wageTypes = types ?? [:]
        settings.costCentres = fields.objects(
            "costCentres", "The sites whose hours have a cost centre.", max: WageSettings.mostCostCentres
        ) { part in
            let site: Site.ID? = part.id("siteId", .siteID)
            let number = part.line(
                "costCentre", .costCentre, max: WageSettings.longestCostCentre, example: "77")
            guard let site, let number else { return nil }
            return WageSettings.CostCentre(site: site, number: number)
        }
        if let lodas = fields.optional("lodas", { $0.object("lodas", .lodas) { LodasNames(&$0) } }) {
            settings.lodas = lodas
        }
        self.settings = settings
    }
}

extension LodasNames {
    fileprivate init(_ fields: inout FieldReader) {
        self.init()
        let usual = LodasNames()
        func name(_ field: String, _ meaning: Meaning, _ usual: String) -> String {
            fields.optional(field) { $0.lodasName(field, meaning, example: usual) } ?? usual
        }
        version = name("version", "The interface's version.", usual.version)
        record = name("record", "The name of the record.", usual.record)
        period = name("period", "The field of the month.", usual.period)
        personnelNumber = name("personnelNumber", "The field of the personnel number.", usual.personnelNumber)
        wageType = name("wageType", "The field of the wage type.", usual.wageType)
        unit = name("unit", "The field of the unit.", usual.unit)
        value = name("value", "The field of the hours.", usual.value)
        costCentre = name("costCentre", "The field of the cost centre.", usual.costCentre)
        hours =
            fields.optional("hours") {
                $0.integer(
                    "hours", "The value of the unit's field that means hours.", in: Self.hoursCodes, example: 1)
            } ?? usual.hours
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

    fileprivate mutating func wageType(_ name: String, _ meaning: Meaning, example: String) -> Int? {
        if describe(name, meaning, ["type": "string", "pattern": "^[0-9]{1,4}$"], .text(example)) {
            return Int(example)
        }
        let range = WageSettings.wageTypeNumbers
        let flaw = Flaw(.notWholeNumber, ["min": .integer(range.lowerBound), "max": .integer(range.upperBound)])
        guard require(name), let text = decode(name, else: flaw) as String? else { return nil }
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let type = Int(text), range.contains(type)
        else {
            report(name, flaw)
            return nil
        }
        return type
    }

    fileprivate mutating func lodasName(_ name: String, _ meaning: Meaning, example: String) -> String? {
        let pattern: JSONValue = [
            "type": "string", "pattern": "^[A-Za-z0-9._#]{1,\(LodasNames.longest)}$",
        ]
        if describe(name, meaning, pattern, .text(example)) { return example }
        let flaw = Flaw(.notLodasName, ["max": .integer(LodasNames.longest)])
        guard require(name), let text = decode(name, else: flaw) as String? else { return nil }
        guard LodasNames.isName(text) else {
            report(name, flaw)
            return nil
        }
        return text
    }
}

extension WageKind {
    fileprivate var meaning: Meaning {
        switch self {
        case .work: "The wage type of work; null without one."
        case .travel: "The wage type of time on the way; null without one."
        case .vacation: "The wage type of holidays that a person takes; null without one."
        case .sick: "The wage type of sickness; null without one."
        case .weather: "The wage type of hours that the weather took; null without one."
        case .holiday: "The wage type of legal holidays, and of days off that the company gives; null without one."
        case .school: "The wage type of vocational school; null without one."
        case .other: "The wage type of other paid absences; null without one."
        }
    }

    fileprivate var field: StaticString {
        switch self {
        case .work: "WORK"
        case .travel: "TRAVEL"
        case .vacation: "VACATION"
        case .sick: "SICK"
        case .weather: "WEATHER"
        case .holiday: "HOLIDAY"
        case .school: "SCHOOL"
        case .other: "OTHER"
        }
    }
}

extension Meaning {
    fileprivate static var month: Meaning { "The month, as YYYY-MM, in the company's time zone." }
    fileprivate static var exportFormat: Meaning {
        "`lodas` for DATEV LODAS, `lohn-und-gehalt` for DATEV Lohn und Gehalt."
    }
    fileprivate static var consultantNumber: Meaning { "The tax adviser's number (Berater); null if it isn't known." }
    fileprivate static var clientNumber: Meaning {
        "The company's number at the tax adviser (Mandant); null if it isn't known."
    }
    fileprivate static var wageTypes: Meaning { "The wage type (Lohnart) of each kind of time: up to four digits." }
    fileprivate static var costCentre: Meaning { "The cost centre (Kostenstelle) of the site's hours." }
    fileprivate static var lodas: Meaning { "The names that LODAS knows the record and its fields by." }
    fileprivate static var wageTypeNumber: Meaning { "The wage type (Lohnart)." }
}

// MARK: JSON

extension WageSettings: Wire {
    static let example: WageSettings = {
        var settings = WageSettings()
        (settings.consultantNumber, settings.clientNumber) = (1_234_567, 12_345)
        settings.wageTypes = [.work: 1000, .travel: 1010]
        settings.costCentres = [.example]
        return settings
    }()

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("consultantNumber", consultantNumber, .consultantNumber)
        fields.integer("clientNumber", clientNumber, .clientNumber)
        fields.object("wageTypes", WageTypes(types: wageTypes), .wageTypes)
        fields.list("costCentres", costCentres, "The sites whose hours have a cost centre.")
        fields.object("lodas", lodas, .lodas)
    }
}

private struct WageTypes: Wire {
    let types: [WageKind: Int]

    static let example = WageTypes(types: WageSettings.example.wageTypes)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        for kind in WageKind.allCases { fields.text(kind.field, types[kind].map { "\($0)" }, kind.meaning) }
    }
}

extension WageSettings.CostCentre: Wire {
    static let example = Self(site: Example.id(2), siteName: Site.example.record.name, number: "77")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.text("costCentre", number, .costCentre)
    }
}

extension LodasNames: Wire {
    static let example = LodasNames()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("version", version, "The interface's version (`Version_SST`).")
        fields.text("record", record, "The name of the record.")
        fields.text("period", period, "The field of the month.")
        fields.text("personnelNumber", personnelNumber, "The field of the personnel number.")
        fields.text("wageType", wageType, "The field of the wage type.")
        fields.text("unit", unit, "The field of the unit.")
        fields.text("value", value, "The field of the hours.")
        fields.text("costCentre", costCentre, "The field of the cost centre.")
        fields.integer("hours", hours, "The value of the unit's field that means hours.")
    }
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

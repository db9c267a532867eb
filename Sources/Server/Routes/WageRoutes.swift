import Core
import HTTPTypes
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
            ) { (_, company: InCompany, fields: WageExportFields) in
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
                size: .large
            ) { (_, company: InCompany) in try await wages.settings(in: company.scope) },
            signedIn.change(
                .put, Self.company + "/wage-settings", in: .times, .may(.exportHours),
                .init(
                    "Replace the payroll settings",
                    "All of them: what is left out is unset, and the names of LODAS are the usual ones again."),
                isLarge: true
            ) { (call, company: InCompany, fields: WageSettingsFields) in
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

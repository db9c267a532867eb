import Core
import HTTPTypes
import NIOCore
import Storage

struct StatementRoutes {
    let statements: HourStatements
    let records: WorkRecords
    let signedIn: SignedInRoutes

    private static let sheets = "/api/v1/companies/{companyId}/time-sheets"

    var routes: [Route] {
        let (statements, records) = (statements, records)
        return [
            signedIn.custom(
                .get, Self.sheets + "/statement", in: .times, .may(.readTimes),
                .init(
                    "Export statements of hours",
                    """
                    A month's statement as PDF: each day with its hours, breaks and how they are known, sites, absences, holiday, target, \
                    balance and approval; corrections with what was there before; sums; places for two signatures; and the head of the \
                    company's chain of hours. Each person begins a new page; a worker gets their own. It is made whatever is open or not \
                    approved, and says so. Its words are in the caller's language. A month whose hours were erased is refused \
                    (`hours-erased`).
                    """),
                request: RequestDescription(queries: [
                    QueryDescription(
                        name: "month",
                        meaning: "The month: `YYYY-MM`; the running one by default, in the company's time zone.",
                        schema: ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"]),
                    QueryDescription(
                        name: "userId",
                        meaning:
                            "Only the statement of this person. Left out, everyone's, in the order of time sheets; a worker's own.",
                        schema: ["type": "string", "format": "uuid"]),
                ]),
                result: .text(PDFFile.type, "The file."), takes: .copy, refusals: [.of(StatementRefusal.tooLong)]
            ) { (call, company: InCompany) in
                try await statements.download(try call.optionalMonth, of: try call.user, in: company.scope)
            },
            signedIn.one(
                Self.sheets + "/record", in: .times, .may(.readTimes),
                .init(
                    "Read a record for a check",
                    """
                    Begin, end and duration of a person's work on each calendar day, divided at midnight, without breaks: what MiLoG \
                    section 17 asks for. Over the same entries the minutes add up to those of time sheets. A break whose time is known \
                    shortens the part that it was in; any other comes off the longest part of its entry. At most \
                    \(WorkRecords.mostDays) days. Days from before `hoursFrom` are left out; if that is all of them, it is refused \
                    (`hours-erased`).
                    """),
                queries: [
                    QueryDescription(
                        name: "from",
                        meaning: """
                            The first day, in the company's time zone; by default the first of the month two months before that of `to`.
                            """,
                        schema: ["type": "string", "format": "date"]),
                    QueryDescription(
                        name: "to", meaning: "The last day, in the company's time zone; today by default.",
                        schema: ["type": "string", "format": "date"]),
                    QueryDescription(
                        name: "userId", meaning: "Whose record; the caller's own by default. A worker reads only that.",
                        schema: ["type": "string", "format": "uuid"]),
                ], size: .large
            ) { (call, company: InCompany) in
                try await records.one(
                    of: try call.user, from: try call.query("from", else: Flaw(.notDay)) { Day($0) },
                    to: try call.query("to", else: Flaw(.notDay)) { Day($0) }, in: company.scope)
            },
        ]
    }
}

extension HourStatements {
    /// A PDF file with the statements of a month, in the reader's language.
    /// - Throws: as `reading`; `StatementRefusal.tooLong`; `StorageError`.
    func download(_ month: Month?, of user: User.ID?, in scope: CompanyScope) async throws -> Answer {
        let reading = try await reading(month, of: user, in: scope)
        var file = try StatementFile(reading, language: scope.actor.user.language)
        let head = try await read(reading) { try await file.add($0) }
        let done = try await file.close(head)
        // One person's statement is short, so a slow reader keeps no one else waiting.
        return .download("polier-\(reading.month.text).pdf", type: PDFFile.type, isSmall: reading.isOfOne) { writer in
            try await done.read { try await writer.write(ByteBuffer(bytes: $0)) }
        }
    }
}

extension WorkRecords.Found: Wire {
    static let schemaName = "WorkRecord"
    static let example = WorkRecords.Found(
        user: Example.id(1), userName: "Lena Vogt", companyName: "Fliesen Vogt GmbH",
        companyAddress: "Hauptstraße 1, 04109 Leipzig, DE", days: Example.start...Example.start,
        hoursFrom: nil, timeZone: "Europe/Berlin", asOf: Example.evening, record: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.text("companyName", companyName, "The company's name.")
        fields.text("companyAddress", companyAddress, "The company's address in one line; empty without one.")
        fields.day(
            "from", days.lowerBound,
            "The first day of the period, in the company's time zone: not before `hoursFrom`, whatever was asked for.")
        fields.day("to", days.upperBound, "The last day of the period.")
        fields.day(
            "hoursFrom", hoursFrom, "Hours of earlier days were erased by the company's rule; null if none were.")
        fields.instant("asOf", asOf, "When it was read: what was recorded later isn't in it.")
        fields.integer("minutes", record.minutes, "What was worked in the period, in whole minutes, without breaks.")
        fields.list(
            "days", record.days.map { RecordDay(day: $0, timeZone: timeZone) },
            "The calendar days with work, in order.")
    }
}

extension WorkRecord {
    /// A night over two days.
    static let example = {
        let stretch = WorkStretch(
            Example.id(6), from: Example.morning, to: Example.evening, recordedAt: Example.evening)
        return WorkRecord(
            [Stretch(stretch, siteName: Site.example.record.name)],
            of: Example.morning.day...Example.evening.day,
            in: ZoneDays("Europe/Berlin", knowing: Example.morning.day...Example.evening.day), rule: .legal,
            now: Example.evening)
    }()
}

/// A calendar day of a record, with the zone of its clocks.
private struct RecordDay: Wire {
    static let schemaName = "WorkRecordDay"
    static let example = WorkRecord.example.days.map { RecordDay(day: $0, timeZone: "Europe/Berlin") }[0]

    let day: WorkRecord.Day
    let timeZone: String

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.day("day", day.day, "The calendar day, in the company's time zone.")
        fields.integer(
            "presenceMinutes", day.presenceMinutes, "Whole minutes of the parts of closed entries, with breaks.")
        fields.integer("breakMinutes", day.presenceMinutes - day.minutes, "Whole minutes of breaks.")
        fields.integer("minutes", day.minutes, "What was worked, in whole minutes: presence without breaks.")
        fields.boolean("isOpen", day.isOpen, "Whether an entry that began on this day is open. It is in no sum.")
        fields.list(
            "pieces", day.pieces.map { RecordPiece(piece: $0, day: day.day, timeZone: timeZone) },
            "The parts of time entries that are on this day, in the order in which they began.")
    }
}

private struct RecordPiece: Wire {
    static let schemaName = "WorkRecordPiece"
    static let example = RecordPiece(
        piece: WorkRecord.example.days[0].pieces[0], day: WorkRecord.example.days[0].day, timeZone: "Europe/Berlin")

    let piece: WorkRecord.Piece
    let day: Day
    let timeZone: String

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("entryId", piece.entry, "The id of the time entry that it is a part of.")
        fields.text("siteName", piece.siteName, "The name of the site.")
        fields.choice("kind", piece.kind, "Work, or travel.")
        fields.instant("from", piece.from, "When it began; midnight if the entry began on an earlier day.")
        fields.instant(
            "to", piece.to, "When it ended; midnight if the entry goes on the next day; null while it is open.")
        fields.text("fromClock", clock(piece.from), "`from` as the company's clocks showed it: `HH:MM`.")
        fields.text(
            "toClock", piece.to.map(clock),
            "`to` as the company's clocks showed it; `24:00` at the end of the day; null while it is open.")
        fields.integer("breakMinutes", piece.breakMinutes, "Whole minutes of breaks in it.")
        fields.choice(
            "breakSource", orNull: piece.breakSource,
            "How the breaks of the day on which the entry began are known, as in time sheets; null without one in this part."
        )
        fields.integer("minutes", piece.minutes, "What was worked, in whole minutes; 0 while it is open.")
    }

    private func clock(_ instant: Instant) -> String {
        let (there, minute) = instant.local(in: timeZone)
        return there == day ? StatementWords.clock(minute) : "24:00"
    }
}

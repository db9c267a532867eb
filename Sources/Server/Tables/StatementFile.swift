import Core
import NIOPosix
import Storage

/// Statements of hours as a PDF file: each person begins a new page, and has a place for two signatures.
struct StatementFile: Sendable {
    private let reading: HourStatements.Reading
    private let words: StatementWords
    private let file: PDFFile
    /// The pages of each person.
    private var people: [Range<Int>] = []

    init(_ reading: HourStatements.Reading, language: Language) throws {
        (self.reading, words) = (reading, StatementWords(language))
        file = try PDFFile(title: "\(words.title) \(words.month(reading.month))")
    }

    /// Draws a person's pages, on a thread that may block.
    /// - Throws: `StatementRefusal.tooLong`; `StorageError` of kind `.failed`.
    mutating func add(_ statement: HourStatement) async throws {
        let (first, reading, words, file) = (file.pageCount, reading, words, file)
        try await NIOThreadPool.singleton.runIfActive {
            var pages = StatementPages(statement, reading, words, file)
            try pages.draw()
        }
        people.append(first..<file.pageCount)
    }

    /// Completes the file.
    /// - Parameter head: of the chain, read after all that the file says.
    /// - Throws: `StorageError` of kind `.failed`.
    func close(_ head: HourStatements.Head) async throws -> PDFFile {
        // A PDF has at least one page.
        if file.pageCount == 0 {
            try file.addPage()
            file.text(words.text("Keine Stunden.", "No hours."), x: 36, y: 60, size: 10)
        }
        try await NIOThreadPool.singleton.runIfActive { for pages in people { footers(of: pages, head) } }
        try await file.save()
        return file
    }

    private func footers(of pages: Range<Int>, _ head: HourStatements.Head) {
        let made = words.moment(reading.asOf, in: reading.timeZone)
        let (left, right) = StatementPages.sides
        for page in pages {
            file.goBack(to: page)
            let y = PDFFile.size.height - 30
            let number = page - pages.lowerBound + 1
            file.line(fromX: left, toX: right, y: y - 9)
            file.text("\(words.text("Stand", "As of")) \(made)", x: left, y: y, size: 6.5)
            file.text(
                words.text("Seite \(number) von \(pages.count)", "Page \(number) of \(pages.count)"), x: right, y: y,
                size: 6.5, side: .right)
            let link = head.number > 0 ? "\(head.number):\(head.hash)" : "–"
            file.text("\(words.text("Prüfkette", "Chain of hours")) \(link)", x: left, y: y + 9, size: 6.5)
        }
    }
}

/// The pages of one person.
private struct StatementPages {
    private let statement: HourStatement
    private let reading: HourStatements.Reading
    private let words: StatementWords
    private let file: PDFFile
    /// Where the next line begins, from the top.
    private var y: Float = 0
    /// The approvals of the month, by who gave them when, in the order of the days.
    private var approvals: [String] = []
    private var notApproved = 0

    static let sides: (left: Float, right: Float) = (36, PDFFile.size.width - 36)
    private static let (left, right) = sides
    private static let bottom: Float = PDFFile.size.height - 46
    /// A month of 23 days whose rows have two lines each fits a page.
    private static let (small, leading): (Float, Float) = (7, 8)

    private enum Column: CaseIterable {
        case day, from, to, site, breaks, breakSum, net, target, balance, approval

        var width: Float {
            switch self {
            case .day: 43
            case .from: 25
            case .to: 37
            case .site: 118
            case .breaks: 127
            case .breakSum: 28
            case .net: 28
            case .target: 31
            case .balance: 36
            case .approval: 50.28
            }
        }

        var isNumber: Bool {
            switch self {
            case .from, .to, .breakSum, .net, .target, .balance: true
            case .day, .site, .breaks, .approval: false
            }
        }
    }

    private struct Row {
        var cells: [Column: String] = [:]
        var isBold: Set<Column> = []
    }

    init(
        _ statement: HourStatement, _ reading: HourStatements.Reading, _ words: StatementWords, _ file: PDFFile
    ) {
        (self.statement, self.reading, self.words, self.file) = (statement, reading, words, file)
    }

    mutating func draw() throws {
        let days = (0..<(reading.month.last.daysSince1970 - reading.month.first.daysSince1970 + 1)).map {
            reading.month.first + $0
        }
        let worked = Dictionary(statement.sheet.days.map { ($0.day, $0) }) { first, _ in first }
        let entries = Dictionary(statement.entries.map { ($0.id, $0) }) { first, _ in first }
        // The approvals are counted first: the head, above the table, says how many are missing.
        let lines = days.map { ($0, self.lines(of: $0, worked[$0], entries)) }
        try file.addPage()
        head()
        heading()
        for (day, lines) in lines { try table(lines, of: day, isFree: day.weekday > 4 || worked[day]?.holiday != nil) }
        file.line(fromX: Self.left, toX: Self.right, y: y)
        y += 4
        for approval in approvals { try paragraph(approval) }
        if statement.sheet.days.contains(where: { $0.breakSource == .rule }) {
            try paragraph(
                words.text(
                    "nach Regel: Es wurde keine Pause erfasst. Die Regel der Firma zieht sie ab; das beweist keine Pause.",
                    "by rule: no break was recorded. The company's rule subtracts one, which proves no break."))
        }
        try corrections()
        try sumsAndSignatures()
    }

    // MARK: The head

    private mutating func head() {
        let name = words.month(reading.month)
        y = 42
        file.text(
            "\(words.title) \(name)", x: Self.right, y: y, size: 13, .bold, side: .right)
        let title = file.width("\(words.title) \(name)", size: 13, .bold)
        self.name(reading.companyName, width: Self.right - Self.left - title - 16, sizes: [10, 9, 8, 7])
        for line in file.lines(reading.companyAddress, width: 340, size: 8, atMost: Self.mostLines) {
            file.text(line, x: Self.left, y: y, size: 8)
            y += 10
        }
        y += 8
        let height = self.name(statement.sheet.userName, width: 380, sizes: [13, 11, 10, 9])
        y -= height
        if let number = statement.sheet.personnelNumber {
            file.text(
                "\(words.text("Personalnummer", "Personnel number")) \(number)", x: Self.right, y: y, size: 9,
                side: .right)
        }
        y += 9
        let (text, isWrong) = state
        if isWrong {
            file.frame(x: Self.left, y: y, width: Self.right - Self.left, height: 15)
            file.text(text, x: Self.left + 5, y: y + 10.5, size: 9, .bold)
        } else {
            file.text(text, x: Self.left, y: y + 10, size: 9)
        }
        y += 20
    }

    /// More than any name or address needs.
    private static let mostLines = 60

    /// Writes all of a name, in smaller letters the more lines it needs.
    /// - Parameter sizes: the largest one first. With the first one a name has at most two lines, with the second one three, and so on; with
    ///   the last one as many as it needs.
    /// - Returns: the height of a line.
    @discardableResult private mutating func name(_ name: String, width: Float, sizes: [Float]) -> Float {
        var (size, lines) = (Float(0), [String]())
        for (place, next) in sizes.enumerated() {
            (size, lines) = (next, file.lines(name, width: width, size: next, .bold, atMost: Self.mostLines))
            if lines.count <= place + 2 { break }
        }
        let height = size + 2
        for line in lines {
            file.text(line, x: Self.left, y: y, size: size, .bold)
            y += height
        }
        return height
    }

    private var hasBegun: Bool { reading.month.first <= reading.today }

    private var state: (text: String, isWrong: Bool) {
        guard hasBegun else {
            return (words.text("Der Monat hat noch nicht begonnen.", "The month hasn't begun."), false)
        }
        let goesOn = reading.month.last >= reading.today
        let after = goesOn ? words.text(" Der Monat ist noch nicht zu Ende.", " The month isn't over.") : ""
        switch notApproved {
        case 0 where approvals.isEmpty:
            return (words.text("Keine Stunden in diesem Monat.", "No hours in this month.") + after, false)
        case 0: return (words.text("Alle Tage sind freigegeben.", "All days are approved.") + after, goesOn)
        case 1: return (words.text("NICHT FREIGEGEBEN: 1 Tag.", "NOT APPROVED: 1 day.") + after, true)
        default:
            return (
                words.text("NICHT FREIGEGEBEN: \(notApproved) Tage.", "NOT APPROVED: \(notApproved) days.") + after,
                true
            )
        }
    }

    private mutating func heading() {
        file.shade(x: Self.left, y: y, width: Self.right - Self.left, height: 12, grey: 0.88)
        var line = Row()
        for column in Column.allCases {
            line.cells[column] =
                switch column {
                case .day: words.text("Tag", "Day")
                case .from: words.text("Von", "From")
                case .to: words.text("Bis", "To")
                case .site: words.text("Baustelle, Abwesenheit", "Site, absence")
                case .breaks: words.text("Pausen, wie bekannt", "Breaks, how known")
                case .breakSum: words.text("Pause", "Break")
                case .net: words.text("Netto", "Net")
                case .target: words.text("Soll", "Target")
                case .balance: words.text("Saldo", "Balance")
                case .approval: words.text("Freigabe", "Approved")
                }
            line.isBold.insert(column)
        }
        y += 1
        write(line)
        y += 1.5
    }

    // MARK: Days

    private mutating func lines(of day: Day, _ work: WorkDay?, _ entries: [TimeEntry.ID: TimeEntry]) -> [Row] {
        guard let work else { return [Row(cells: [.day: words.shortDay(day)])] }
        var lines: [Row] = []
        for entry in work.entries.compactMap({ entries[$0] }) {
            var line = Row()
            line.cells[.from] = clock(entry.checkedInAt, of: day)
            line.cells[.to] = entry.checkedOutAt.map { clock($0, of: day) } ?? words.text("offen", "open")
            if entry.checkedOutAt == nil { line.isBold.insert(.to) }
            line.cells[.site] = entry.siteName + (entry.kind == .travel ? " (\(words.name(entry.kind)))" : "")
            line.cells[.breaks] = entry.breaks.list.isEmpty ? nil : breaks(entry.breaks, of: day)
            lines.append(line)
        }
        if work.breakSource == .rule, !lines.isEmpty {
            lines[0].cells[.breaks] = "\(work.breakMinutes) min \(words.byRule)"
        }
        var others: [String] = []
        if let holiday = work.holiday { others.append("\(words.text("Feiertag", "Holiday")): \(holiday)") }
        for absence in work.absences {
            let part = absence.isHalf ? words.text(" (halb)", " (half)") : ""
            others.append(
                words.name(absence.kind) + part + (absence.minutes > 0 ? " \(words.duration(absence.minutes))" : ""))
        }
        if !others.isEmpty { lines.append(Row(cells: [.site: others.joined(separator: ", ")])) }
        if lines.isEmpty { lines.append(Row()) }
        lines[0].cells[.day] = words.shortDay(day)
        if !work.entries.isEmpty {
            lines[0].cells[.breakSum] = words.duration(work.breakMinutes)
            lines[0].cells[.net] = words.duration(work.minutes)
        }
        if hasBegun { lines[0].cells[.target] = work.targetMinutes.map { words.duration($0) } }
        if day < reading.today {
            lines[0].cells[.balance] = work.balanceMinutes.map { words.duration($0, signed: true) }
        }
        approve(day, work, &lines[0])
        return lines
    }

    private mutating func approve(_ day: Day, _ work: WorkDay, _ line: inout Row) {
        if work.approval?.state == .approved, let approved = work.approval?.approved {
            let moment = words.moment(approved.at, in: reading.timeZone)
            let text = words.text(
                "freigegeben von \(approved.byName), \(moment)", "approved by \(approved.byName), \(moment)")
            let number = approvals.firstIndex { $0.hasSuffix(text) } ?? approvals.count
            if number == approvals.count { approvals.append("(\(number + 1)) \(text)") }
            line.cells[.approval] = "\(words.text("ja", "yes")) (\(number + 1))"
            return
        }
        // Days to come are approved later.
        guard day < reading.today || !work.entries.isEmpty else { return }
        notApproved += 1
        line.cells[.approval] =
            work.approval?.state == .submitted
            ? words.text("NEIN, eingereicht", "NO, submitted") : words.text("NEIN", "NO")
        line.isBold.insert(.approval)
    }

    /// What clocks showed, with `+1` on the day after, and with the date farther away.
    private func clock(_ instant: Instant, of day: Day) -> String {
        let local = instant.local(in: reading.timeZone)
        let later = local.day.daysSince1970 - day.daysSince1970
        if abs(later) > 1 { return "\(words.clock(local.minute)) (\(words.day(local.day, near: day)))" }
        return words.clock(local.minute) + (later > 0 ? " +\(later)" : later < 0 ? " −\(-later)" : "")
    }

    /// Breaks that are known in the same way share the words for it.
    private func breaks(_ breaks: Breaks, of day: Day) -> String {
        var (text, last) = ("", Break.Source?.none)
        for one in breaks.list {
            if let last { text += last == one.source ? ", " : " \(words.name(last)), " }
            last = one.source
            if let from = one.from {
                let to = one.to.map { clock($0, of: day) } ?? words.text("läuft", "not over")
                text += "\(clock(from, of: day))–\(to)"
            } else {
                text += "\(one.minutes ?? 0) min"
            }
        }
        return last.map { "\(text) \(words.name($0))" } ?? text
    }

    private mutating func table(_ lines: [Row], of day: Day, isFree: Bool) throws {
        for (index, line) in lines.enumerated() {
            let height = height(of: line)
            var line = line
            if y + height > Self.bottom {
                try nextPage()
                heading()
                line.cells[.day] = lines[0].cells[.day]
            }
            if isFree { file.shade(x: Self.left, y: y, width: Self.right - Self.left, height: height, grey: 0.955) }
            if index == 0 { file.line(fromX: Self.left, toX: Self.right, y: y) }
            y += 0.8
            write(line)
            y += Self.gap - 0.8
        }
    }

    private func wrapped(_ text: String, _ column: Column, isBold: Bool) -> [String] {
        file.lines(
            text, width: column.width - 4, size: Self.small, isBold ? .bold : .regular,
            atMost: 24)
    }

    private func height(of line: Row) -> Float {
        let most = line.cells.map { wrapped($1, $0, isBold: line.isBold.contains($0)).count }.max() ?? 1
        return Float(max(1, most)) * Self.leading + Self.gap
    }

    /// Between two rows.
    private static let gap: Float = 2.4

    private mutating func write(_ line: Row) {
        var (x, most) = (Self.left, 1)
        for column in Column.allCases {
            let isBold = line.isBold.contains(column)
            let texts = line.cells[column].map { wrapped($0, column, isBold: isBold) } ?? []
            for (index, text) in texts.enumerated() {
                file.text(
                    text, x: column.isNumber ? x + column.width - 4 : x + 2,
                    y: y + Self.leading * Float(index + 1) - 2, size: Self.small, isBold ? .bold : .regular,
                    side: column.isNumber ? .right : .left)
            }
            most = max(most, texts.count)
            x += column.width
        }
        y += Self.leading * Float(most)
    }

    // MARK: Below the table

    /// On one page, so that the sums are on the page that is signed.
    private mutating func sumsAndSignatures() throws {
        let total = statement.sheet.total
        var sums: [(String, String)] = [
            (words.text("Anwesenheit", "Presence"), words.duration(total.presenceMinutes)),
            (words.text("Pausen", "Breaks"), words.duration(total.breakMinutes)),
            (words.text("Arbeitszeit netto", "Work, net"), words.duration(total.minutes)),
            (words.text("davon Fahrt", "of this, travel"), words.duration(total.travelMinutes)),
        ]
        if hasBegun, let target = total.targetMinutes {
            sums.append((words.text("Soll", "Target"), words.duration(target)))
            sums.append(
                (
                    words.text("Angerechnet (Feiertage, Abwesenheit)", "Credited (holidays, absence)"),
                    words.duration(total.creditMinutes)
                ))
        }
        if let balance = total.balanceMinutes {
            sums.append((words.text("Saldo des Monats", "Balance of the month"), words.duration(balance, signed: true)))
        }
        if let running = total.runningMinutes {
            sums.append((words.text("Saldo insgesamt", "Running balance"), words.duration(running, signed: true)))
        }
        let rows = (sums.count + 1) / 2
        let row: Float = 10.5
        try need(Float(rows) * row + 4 + Self.signatureHeight)
        y += 2
        for (index, sum) in sums.enumerated() {
            let x = Self.left + (index < rows ? 0 : 270)
            let line = y + Float(index % rows) * row + 7
            file.text(sum.0, x: x + 2, y: line, size: 8)
            file.text(sum.1, x: x + 230, y: line, size: 8, .bold, side: .right)
        }
        y += Float(rows) * row + 2
        signatures()
    }

    /// Corrections, voided entries, hours that others entered, and days that were reopened.
    private mutating func corrections() throws {
        var notes: [String] = []
        var lates: [(note: Int, late: LateEntries)] = []
        for entry in statement.entries {
            let day = entry.checkedInAt.local(in: reading.timeZone).day
            let name = "\(words.day(day)), \(entry.siteName)"
            if entry.source != .clock {
                let late = LateEntries(entry)
                if let place = lates.firstIndex(where: { $0.late.isLike(late) }) {
                    lates[place].late.add(entry)
                } else {
                    lates.append((notes.count, late))
                    notes.append("")
                }
            }
            for (index, correction) in entry.corrections.enumerated() {
                let next = entry.corrections.indices.contains(index + 1) ? entry.corrections[index + 1] : nil
                let before = hours(
                    correction.checkedInAt, correction.checkedOutAt, correction.kind, correction.breaks, of: day)
                let after = hours(
                    next?.checkedInAt ?? entry.checkedInAt, next.map { $0.checkedOutAt } ?? entry.checkedOutAt,
                    next?.kind ?? entry.kind, next?.breaks ?? entry.breaks, of: day)
                let why = correction.cause.map { words.sentence($0) } ?? reason(correction.reason)
                notes.append(
                    "\(name): \(words.text("vorher", "before")) \(before); \(words.text("danach", "after")) \(after); "
                        + "\(by(correction.userName, correction.createdAt)). \(why)")
            }
            if let voided = entry.voided {
                let hours = hours(entry.checkedInAt, entry.checkedOutAt, entry.kind, entry.breaks, of: day)
                notes.append(
                    "\(name): \(words.text("gestrichen", "voided")): \(hours); \(by(voided.byName, voided.at)). \(reason(voided.reason))"
                )
            }
        }
        for work in statement.sheet.days {
            guard let approval = work.approval, let reopened = approval.reopened else { continue }
            notes.append(
                "\(words.day(work.day)): \(words.text("wieder geöffnet", "reopened")), \(by(reopened.byName, reopened.at)). \(reason(approval.reopenReason ?? ""))"
            )
        }
        for (note, late) in lates { notes[note] = self.note(on: late) }
        guard !notes.isEmpty else { return }
        try need(30)
        y += 4
        file.text(
            words.text("Korrekturen und Nachträge", "Corrections and late entries"), x: Self.left + 2, y: y + 8,
            size: 9, .bold)
        y += 12
        for note in notes { try paragraph(note) }
    }

    /// Entries that were entered in the same way, for the same reason.
    private struct LateEntries {
        let source: TimeEntry.Source
        let byName: String?
        let reason: String
        private(set) var entries: [TimeEntry]

        init(_ entry: TimeEntry) {
            source = entry.source
            (byName, reason) = (entry.entered?.byName, entry.entered?.reason ?? "")
            entries = [entry]
        }

        func isLike(_ other: LateEntries) -> Bool {
            source == other.source && byName == other.byName && reason == other.reason
        }

        mutating func add(_ entry: TimeEntry) { entries.append(entry) }
    }

    /// From when to when hours were entered, and for which days: as they were before all corrections.
    private func note(on late: LateEntries) -> String {
        var spans: [(text: String, days: [String])] = []
        var (first, last) = (late.entries[0].recordedAt, late.entries[0].recordedAt)
        for entry in late.entries {
            let old = entry.corrections.first
            let from = old?.checkedInAt ?? entry.checkedInAt
            let day = from.local(in: reading.timeZone).day
            let end = (old.map { $0.checkedOutAt } ?? entry.checkedOutAt).map { clock($0, of: day) }
            let text = "\(clock(from, of: day))–\(end ?? words.text("offen", "open"))"
            let label = words.day(day, near: reading.month.first)
            if let place = spans.firstIndex(where: { $0.text == text }) {
                spans[place].days.append(label)
            } else {
                spans.append((text, [label]))
            }
            (first, last) = (min(first, entry.recordedAt), max(last, entry.recordedAt))
        }
        let count = late.entries.count
        let what =
            spans.map { "\($0.text): \($0.days.joined(separator: ", "))" }.joined(separator: "; ")
            + (count > 1 ? words.text(" (\(count) Einträge)", " (\(count) entries)") : "")
        let sites = Set(late.entries.map(\.siteName))
        let site = sites.count == 1 ? sites.first.map { ", \($0)" } ?? "" : ""
        var when = words.moment(first, in: reading.timeZone)
        let then = words.moment(last, in: reading.timeZone)
        if then != when { when += " – \(then)" }
        let who = late.byName.map { "\(words.text("von", "by")) \($0), " } ?? ""
        return "\(what)\(site): \(words.source(late.source)), \(who)\(when). \(reason(late.reason))"
    }

    private func by(_ name: String, _ at: Instant) -> String {
        "\(words.text("von", "by")) \(name), \(words.moment(at, in: reading.timeZone))"
    }

    private func reason(_ reason: String) -> String {
        reason.isEmpty ? "" : words.text("Grund: „\(reason)“", "Reason: “\(reason)”")
    }

    private func hours(_ from: Instant, _ to: Instant?, _ kind: TimeEntry.Kind, _ breaks: Breaks, of day: Day) -> String
    {
        let end = to.map { clock($0, of: day) } ?? words.text("offen", "open")
        let pauses =
            breaks.list.isEmpty
            ? words.text("keine Pause erfasst", "no break recorded")
            : "\(words.text("Pause", "break")) \(self.breaks(breaks, of: day))"
        return "\(clock(from, of: day))–\(end), \(pauses)\(kind == .travel ? ", \(words.name(kind))" : "")"
    }

    private mutating func paragraph(_ text: String) throws {
        for line in file.lines(text, width: Self.right - Self.left - 4, size: Self.small, atMost: 400) {
            try need(Self.leading)
            file.text(line, x: Self.left + 2, y: y + Self.leading - 2, size: Self.small)
            y += Self.leading
        }
        y += 2
    }

    private static let signatureHeight: Float = 44

    private mutating func signatures() {
        y = max(y + 32, min(y + 56, Self.bottom - 12))
        for (x, text) in [
            (Self.left, words.text("Datum, Unterschrift der beschäftigten Person", "Date, signature of the employee")),
            (Self.left + 275, words.text("Datum, Unterschrift der Firma", "Date, signature of the company")),
        ] {
            file.line(fromX: x, toX: x + 245, y: y)
            file.text(text, x: x, y: y + 9, size: Self.small)
        }
        y += 12
    }

    // MARK: Pages

    /// Begins a new page if there is less room than that.
    private mutating func need(_ height: Float) throws {
        if y + height > Self.bottom { try nextPage() }
    }

    private mutating func nextPage() throws {
        try file.addPage()
        let text = "\(words.title) \(words.month(reading.month)) · \(statement.sheet.userName) · \(reading.companyName)"
        y = 44
        for line in file.lines(text, width: Self.right - Self.left, size: 8, atMost: Self.mostLines) {
            file.text(line, x: Self.left, y: y, size: 8)
            y += 10
        }
    }
}

import Core
import Storage

/// The pages of one person.
struct StatementPages {
    let statement: HourStatement
    let reading: HourStatements.Reading
    let words: StatementWords
    let file: PDFFile
    /// Where the next line begins, from the top.
    var y: Float = 0
    /// The approvals of the month, by who gave them when, in the order of the days.
    var approvals: [String] = []
    var notApproved = 0

    static let sides: (left: Float, right: Float) = (36, PDFFile.size.width - 36)
    static let (left, right) = sides
    static let bottom: Float = PDFFile.size.height - 46
    /// A month of 23 days whose rows have two lines each fits a page.
    static let (small, leading): (Float, Float) = (7, 8)

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

    mutating func head() {
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
    static let mostLines = 60

    /// Writes all of a name, in smaller letters the more lines it needs.
    /// - Parameter sizes: the largest one first. With the first one a name has at most two lines, with the second one three, and so on; with
    ///   the last one as many as it needs.
    /// - Returns: the height of a line.
    @discardableResult mutating func name(_ name: String, width: Float, sizes: [Float]) -> Float {
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

    var hasBegun: Bool { reading.month.first <= reading.today }

    var state: (text: String, isWrong: Bool) {
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

    mutating func heading() {
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

    // MARK: Pages

    /// Begins a new page if less height than that is left.
    mutating func need(_ height: Float) throws {
        if y + height > Self.bottom { try nextPage() }
    }

    mutating func nextPage() throws {
        try file.addPage()
        let text = "\(words.title) \(words.month(reading.month)) · \(statement.sheet.userName) · \(reading.companyName)"
        y = 44
        for line in file.lines(text, width: Self.right - Self.left, size: 8, atMost: Self.mostLines) {
            file.text(line, x: Self.left, y: y, size: 8)
            y += 10
        }
    }

    mutating func paragraph(_ text: String) throws {
        for line in file.lines(text, width: Self.right - Self.left - 4, size: Self.small, atMost: 400) {
            try need(Self.leading)
            file.text(line, x: Self.left + 2, y: y + Self.leading - 2, size: Self.small)
            y += Self.leading
        }
        y += 2
    }
}

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

import CHaru
import Core
import Embedded
import Foundation
import NIOPosix
import Storage

/// Pages of text and lines as a PDF file, A4 upright, with DejaVu Sans embedded. Places are in points from the upper left corner.
///
/// libharu keeps the pages in memory until the file is saved, about 30 kB each; `mostPages` bounds them. Its failures are kept by the document,
/// and reported when the file is saved: no call of it ends the process or jumps.
///
/// `@unchecked Sendable`: it has one user at a time. The task that makes a file has it; for each step that may block it hands it to a
/// thread of the pool and waits for that to end. What is answered only reads the saved file, which nothing writes any more.
final class PDFFile: @unchecked Sendable {
    static let type = "application/pdf"
    /// How many pages a file may have.
    static let mostPages = 2_000
    /// Width and height of a page.
    static let size: (width: Float, height: Float) = (595.28, 841.89)

    enum Face { case regular, bold }
    enum Side { case left, right }

    private let document: HPDF_Doc
    private let (regular, bold): (HPDF_Font, HPDF_Font)
    private let folder: String
    private var pages: [HPDF_Page] = []
    /// The place of the page that is drawn on.
    private var current = 0
    /// The scripts of which the file has all parts of signs.
    private var taken: Set<PDFScript> = []

    /// The fonts, which libharu reads from files only, in files that are in memory only; nil if there was no memory for them.
    private static let fonts: (regular: Int32, bold: Int32)? = {
        let (regular, bold) = (polier_in_memory(polier_font()), polier_in_memory(polier_bold_font()))
        return regular < 0 || bold < 0 ? nil : (regular, bold)
    }()

    /// - Throws: `StorageError` of kind `.misconfigured` if no folder can be made; `.failed` if libharu can't begin a document.
    init(title: String) throws {
        guard let fonts = Self.fonts, let document = HPDF_New(nil, nil) else {
            throw StorageError(.failed, "no PDF file can be made")
        }
        HPDF_UseUTFEncodings(document)
        HPDF_SetCurrentEncoder(document, "UTF-8")
        HPDF_SetCompressionMode(document, HPDF_UINT(HPDF_COMP_ALL))
        HPDF_SetInfoAttr(document, HPDF_INFO_TITLE, Self.clean(title))
        func font(_ descriptor: Int32) -> HPDF_Font? {
            HPDF_LoadTTFontFromFile(document, "/proc/self/fd/\(descriptor)", HPDF_BOOL(HPDF_TRUE)).flatMap {
                HPDF_GetFont(document, $0, "UTF-8")
            }
        }
        do {
            guard let regular = font(fonts.regular), let bold = font(fonts.bold) else {
                throw StorageError(
                    .failed, "a PDF file's fonts can't be read: \(String(HPDF_GetError(document), radix: 16))")
            }
            folder = try ScratchFolder.make()
            (self.document, self.regular, self.bold) = (document, regular, bold)
        } catch {
            HPDF_Free(document)
            throw error
        }
    }

    deinit {
        HPDF_Free(document)
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Pages

    var pageCount: Int { pages.count }

    /// Adds a page, and draws on it from now on.
    /// - Throws: `StatementRefusal.tooLong`; `StorageError` of kind `.failed`.
    func addPage() throws {
        guard pages.count < Self.mostPages else {
            throw Refusal(StatementRefusal.tooLong, ["max": .integer(Self.mostPages)])
        }
        guard let page = HPDF_AddPage(document) else { throw failure }
        HPDF_Page_SetWidth(page, Self.size.width)
        HPDF_Page_SetHeight(page, Self.size.height)
        HPDF_Page_SetLineWidth(page, 0.4)
        HPDF_Page_SetGrayStroke(page, 0.45)
        pages.append(page)
        current = pages.count - 1
    }

    /// Draws on an earlier page from now on.
    func goBack(to page: Int) { if pages.indices.contains(page) { current = page } }

    private var page: HPDF_Page? { pages.indices.contains(current) ? pages[current] : nil }

    // MARK: Drawing

    /// - Parameters:
    ///   - side: which end of the text is at `x`.
    ///   - y: of the line that letters stand on.
    func text(_ text: String, x: Float, y: Float, size: Float, _ face: Face = .regular, side: Side = .left) {
        guard let page, !text.isEmpty else { return }
        let text = Self.clean(text)
        takeParts(of: text)
        let left = side == .left ? x : x - measure(text, size: size, face)
        HPDF_Page_BeginText(page)
        HPDF_Page_SetFontAndSize(page, face == .bold ? bold : regular, size)
        HPDF_Page_TextOut(page, left, Self.size.height - y, LettersFromRight.inOrder(text))
        HPDF_Page_EndText(page)
    }

    /// Puts all parts of the signs of a text's scripts into the file: what is measured is in it. Before the text itself is measured or drawn.
    private func takeParts(of text: String) {
        for script in PDFScript.allCases
        where !taken.contains(script) && text.unicodeScalars.contains(where: script.has) {
            taken.insert(script)
            for face in [Face.regular, .bold] { _ = measure(script.parts, size: 1, face) }
        }
    }

    /// A text's width in points.
    func width(_ text: String, size: Float, _ face: Face = .regular) -> Float {
        measure(Self.clean(text), size: size, face)
    }

    private func measure(_ text: String, size: Float, _ face: Face) -> Float {
        takeParts(of: text)
        var text = text
        let units = text.withUTF8 { bytes in
            HPDF_Font_TextWidth(face == .bold ? bold : regular, bytes.baseAddress, HPDF_UINT(bytes.count)).width
        }
        return Float(units) * size / 1000
    }

    func line(fromX: Float, toX: Float, y: Float) {
        guard let page else { return }
        HPDF_Page_MoveTo(page, fromX, Self.size.height - y)
        HPDF_Page_LineTo(page, toX, Self.size.height - y)
        HPDF_Page_Stroke(page)
    }

    /// Fills a rectangle with grey: 0 is black, 1 is white.
    func shade(x: Float, y: Float, width: Float, height: Float, grey: Float) {
        guard let page else { return }
        HPDF_Page_SetGrayFill(page, grey)
        HPDF_Page_Rectangle(page, x, Self.size.height - y - height, width, height)
        HPDF_Page_Fill(page)
        HPDF_Page_SetGrayFill(page, 0)
    }

    func frame(x: Float, y: Float, width: Float, height: Float) {
        guard let page else { return }
        HPDF_Page_Rectangle(page, x, Self.size.height - y - height, width, height)
        HPDF_Page_Stroke(page)
    }

    /// Divides a text into lines that fit into a width, at spaces and after hyphens where there are some.
    /// - Parameter most: what goes beyond that many lines ends with an ellipsis.
    func lines(_ text: String, width most: Float, size: Float, _ face: Face = .regular, atMost count: Int) -> [String] {
        var (lines, line) = ([String](), "")
        func fits(_ text: String) -> Bool { measure(text, size: size, face) <= most }
        for (word, isJoined) in Self.clean(text).split(separator: " ").flatMap(Self.parts) {
            var word = word
            let longer = line.isEmpty ? String(word) : "\(line)\(isJoined ? "" : " ")\(word)"
            if fits(longer) {
                line = longer
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while lines.count < count, !fits(String(word)) {
                var length = max(1, word.count - 1)
                while length > 1, !fits(String(word.prefix(length))) { length = length * 7 / 8 }
                lines.append(String(word.prefix(length)))
                word = word.dropFirst(length)
            }
            line = String(word)
            if lines.count > count { break }
        }
        if !line.isEmpty { lines.append(line) }
        guard lines.count > count else { return lines }
        lines.removeSubrange(count...)
        var last = lines.removeLast()
        while !last.isEmpty, !fits(last + "…") { last.removeLast() }
        return lines + [last + "…"]
    }

    /// A word's parts, each of which but the last ends with a hyphen, and whether it follows on the one before.
    private static func parts(of word: Substring) -> [(Substring, isJoined: Bool)] {
        var (parts, rest) = ([(Substring, isJoined: Bool)](), word)
        while let hyphen = rest.dropFirst().firstIndex(where: { $0 == "-" || $0 == "\u{2010}" }) {
            let next = rest.index(after: hyphen)
            guard next < rest.endIndex else { break }
            parts.append((rest[..<next], !parts.isEmpty))
            rest = rest[next...]
        }
        return parts + [(rest, !parts.isEmpty)]
    }

    /// libharu writes characters of the basic plane only, and those that the font lacks as boxes. Letters that are joined are put into the
    /// forms in which they join; a text that is clean stays as it is.
    private static func clean(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in LettersFromRight.joined(Array(text.precomposedStringWithCanonicalMapping.unicodeScalars)) {
            switch scalar.value {
            case 0x20..<0x7f, 0xae..<0x300: clean.append(scalar)
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: clean.append(" ")
            case 0x10000...: clean.append("\u{FFFD}")
            case _ where scalar.properties.generalCategory == .format: continue
            case _ where LettersFromRight.contain(scalar):
                if scalar.properties.generalCategory == .nonspacingMark { continue }
                clean.append(LettersFromRight.canShow(scalar) ? scalar : "\u{25A1}")
            default: clean.append(scalar)
            }
        }
        return String(clean)
    }

    // MARK: The file

    private var failure: StorageError {
        StorageError(.failed, "a PDF file can't be written: \(String(HPDF_GetError(document), radix: 16))")
    }

    private var path: String { folder + "/statement.pdf" }

    /// Writes the file, on a thread that may block, and frees the pages.
    /// - Throws: `StorageError` of kind `.failed`.
    func save() async throws {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            guard HPDF_GetError(document) == HPDF_STATUS(HPDF_OK),
                HPDF_SaveToFile(document, path) == HPDF_STATUS(HPDF_OK)
            else { throw failure }
            pages = []
            HPDF_FreeDocAll(document)
        }
    }

    /// Reads the file that was saved.
    /// - Parameter take: takes the next piece.
    func read(_ take: (ArraySlice<UInt8>) async throws -> Void) async throws {
        try await AnswerPieces.read(fileAt: path, take)
    }
}

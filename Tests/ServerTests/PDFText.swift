import Foundation
import Storage

/// A PDF file as its readers see it, with poppler's programs.
struct PDFText {
    /// Each page's text, with words where they stand.
    let pages: [String]
    let title: String

    init(_ bytes: Data) throws {
        let folder = try ScratchFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/file.pdf"
        try bytes.write(to: URL(fileURLWithPath: path))
        pages = try Self.output("pdftotext", "-layout", path, "-").split(
            separator: "\u{C}", omittingEmptySubsequences: false
        ).map(String.init).dropLast()
        let facts = try Self.output("pdfinfo", path).split(separator: "\n")
        func fact(_ name: String) -> String {
            facts.first { $0.hasPrefix(name + ":") }?.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
                ?? ""
        }
        guard fact("Pages") == "\(pages.count)" else { throw CocoaError(.fileReadCorruptFile) }
        title = fact("Title")
    }

    /// The text of all pages, with one space between words.
    var words: String { pages.joined(separator: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    private static func output(_ program: String, _ arguments: String...) throws -> String {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadCorruptFile) }
        return String(decoding: output, as: UTF8.self)
    }
}

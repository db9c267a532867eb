import Crypto
import Foundation
import Storage

/// The text of a backup while it is read (see `Backup`): once from start to end, in constant memory. Anything that differs from what was
/// written throws a `CopyRefusal`.
///
/// `@unchecked Sendable`: it has one user at a time. Its creator hands it to one thread that restores or verifies, waits for that thread
/// to end, and meanwhile and afterwards reads only `head`, which only `init` writes.
public final class BackupText: @unchecked Sendable {
    /// The content of the first line.
    public private(set) var head = Backup.Head(polier: "", schema: [], takenAt: "", rows: 0)

    private let more: () throws -> [UInt8]?
    private var buffer: [UInt8] = []
    private var start = 0
    private var hash = SHA256()

    /// No line is longer: a row holds a few kilobytes.
    private static let longestLine = 16 << 20

    /// Reads the first line.
    /// - Parameter more: returns the next chunk of the text; nil at its end.
    /// - Throws: `CopyRefusal` if it isn't a backup of a known format; what `more` throws.
    public init(_ more: @escaping () throws -> [UInt8]?) throws {
        self.more = more
        guard let line = try nextLine(), let head = Self.decode(Backup.Head.self, Backup.headMark, line),
            head.rows >= 0
        else {
            throw CopyRefusal("this isn't a backup of Polier's, or one of a later format")
        }
        self.head = head
    }

    /// Reads the text to its end, and compares every count and hash.
    /// - Returns: the content of each table.
    /// - Throws: `CopyRefusal` if the backup is damaged or incomplete; what reading it throws.
    public func verify(tell: @escaping (CopyProgress) -> Void) throws -> [TableContents] {
        var contents: [TableContents] = []
        var watch = CopyWatch(total: head.rows, tell: tell)
        while let line = try nextTable() {
            let table = String(line.dropFirst("COPY ".count).prefix { $0 != " " })
            let fingerprint = try rows(of: table) { watch.saw($1, of: table, .copying) }
            watch.saw(fingerprint.rows, of: table, .copying, isTableDone: true)
            contents.append(TableContents(table: table, fingerprint: fingerprint))
        }
        guard contents.reduce(0, { $0 + $1.fingerprint.rows }) == head.rows else {
            throw CopyRefusal("the backup doesn't hold as many rows as it says")
        }
        return contents
    }

    /// - Returns: the line that begins the next table; nil after the last one, which nothing may follow.
    /// - Throws: `CopyRefusal` if the backup is damaged or incomplete.
    func nextTable() throws -> String? {
        let sha256 = hash.finalize().hexadecimal
        guard let line = try nextLine() else { throw Self.isCutOff }
        if line.hasPrefix("COPY ") { return line }
        guard let end = Self.decode(Backup.End.self, Backup.endMark, line), end.sha256 == sha256 else {
            throw Self.isDamaged("its end doesn't fit what stands before")
        }
        guard try nextLine() == nil, start == buffer.count else {
            throw Self.isDamaged("something stands behind its end")
        }
        return nil
    }

    /// Passes the rows of the current table to `take`: whole lines, and the number of rows up to and including these.
    /// - Returns: their fingerprint, after comparing it with the backup's.
    /// - Throws: `CopyRefusal` if the backup is damaged or incomplete; what `take` throws.
    func rows(
        of table: String, _ take: (_ lines: UnsafeRawBufferPointer, _ rows: Int) throws -> Void
    ) throws -> Fingerprint {
        var lines = LineHash()
        while true {
            let (end, isLast) = wholeRows()
            if end > start {
                try buffer.withUnsafeBytes { bytes in
                    let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                    lines.add(piece)
                    try take(piece, lines.rows)
                }
                consume(to: end)
            }
            if isLast { break }
            guard try refill() else { throw Self.isCutOff }
        }
        // The line that ends the rows.
        _ = try nextLine()
        guard let line = try nextLine() else { throw Self.isCutOff }
        guard Self.decode(Fingerprint.self, Backup.tableMark, line) == lines.fingerprint else {
            throw Self.isDamaged("the rows of its table \(table) don't fit their hash")
        }
        return lines.fingerprint
    }

    // MARK: Lines

    /// The end of the whole lines of rows in the buffer, and whether the line that ends the rows follows.
    private func wholeRows() -> (end: Int, isLast: Bool) {
        var line = start
        while let newline = buffer[line...].firstIndex(of: UInt8(ascii: "\n")) {
            if newline == line + 2, buffer[line..<newline].elementsEqual(Backup.rowsEnd.utf8) { return (line, true) }
            line = newline + 1
        }
        return (line, false)
    }

    private func nextLine() throws -> String? {
        while true {
            if let newline = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { consume(to: newline + 1) }
                return String(decoding: buffer[start..<newline], as: UTF8.self)
            }
            guard try refill() else { return nil }
        }
    }

    private func consume(to end: Int) {
        buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
        start = end
    }

    /// - Returns: false at the end of the text.
    private func refill() throws -> Bool {
        guard let piece = try more() else { return false }
        buffer.removeFirst(start)
        start = 0
        buffer += piece
        guard buffer.count < Self.longestLine else { throw Self.isDamaged("a line has no end") }
        return true
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ mark: String, _ line: String) -> Value? {
        guard line.hasPrefix(mark) else { return nil }
        return try? JSONDecoder().decode(type, from: Data(line.dropFirst(mark.count).utf8))
    }

    private static let isCutOff = CopyRefusal("the backup is incomplete: it ends before its end")
    private static func isDamaged(_ how: String) -> CopyRefusal { CopyRefusal("the backup is damaged: \(how)") }
}

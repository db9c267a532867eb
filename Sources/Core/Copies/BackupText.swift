import Crypto
import Foundation

/// A backup's text on its way in, see `Backup`: read once from its start to its end, in constant memory. Whatever isn't as it
/// was written throws a `CopyRefusal`.
///
/// `@unchecked Sendable`: it has one user at a time. Whoever makes it hands it to one thread that restores or verifies, waits for
/// that thread to end, and reads no more than `head` meanwhile or afterwards, which only `init` writes.
public final class BackupText: @unchecked Sendable {
    /// What stands in the first line.
    public private(set) var head = Backup.Head(polier: "", schema: [], takenAt: "", rows: 0)

    private let more: () throws -> [UInt8]?
    private var buffer: [UInt8] = []
    private var start = 0
    private var hash = SHA256()

    /// No line is longer: a row holds a few kilobytes.
    private static let longestLine = 16 << 20

    /// Reads the first line.
    /// - Parameter more: the next piece of the text; nil at its end.
    public init(_ more: @escaping () throws -> [UInt8]?) throws {
        self.more = more
        guard let line = try nextLine(), let head = Self.decode(Backup.Head.self, Backup.headMark, line),
            head.rows >= 0
        else {
            throw CopyRefusal("this isn't a backup of Polier's, or one of a later format")
        }
        self.head = head
    }

    /// Reads it to its end, and compares every count and hash.
    /// - Returns: what it holds, table by table.
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

    /// - Returns: the line that begins the next table; nil behind the last one, where nothing may follow.
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

    /// Hands out the rows of a table that was begun: whole lines, and how many there were with these.
    /// - Returns: what they were, after comparing it with what the backup says.
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
        // The mark of their end.
        _ = try nextLine()
        guard let line = try nextLine() else { throw Self.isCutOff }
        guard Self.decode(Fingerprint.self, Backup.tableMark, line) == lines.fingerprint else {
            throw Self.isDamaged("the rows of its table \(table) don't fit their hash")
        }
        return lines.fingerprint
    }

    // MARK: Lines

    /// Where the whole lines of rows end that are in the buffer, and whether the mark of the rows' end follows.
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

import Crypto
import Storage

/// Identifies the content of a table: the number of rows, and the SHA-256 of their lines in the order of the primary key (see
/// `BulkSession`).
public struct Fingerprint: Sendable, Equatable, Codable {
    public let rows: Int
    /// In hexadecimal.
    public let sha256: String
}

/// One table of a copy or a backup, with its content's fingerprint.
public struct TableContents: Sendable, Equatable {
    public let table: String
    public let fingerprint: Fingerprint
}

/// Counts and hashes lines as they pass.
struct LineHash {
    private(set) var rows = 0
    private var hash = SHA256()

    /// - Parameter lines: whole lines. Newline bytes occur only at their ends.
    mutating func add(_ lines: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: lines)
        for byte in lines where byte == UInt8(ascii: "\n") { rows += 1 }
    }

    var fingerprint: Fingerprint { Fingerprint(rows: rows, sha256: hash.finalize().hexadecimal) }
}

import Storage

/// The statements that one connection's server session knows by a name.
struct PreparedStatements {
    private struct Entry {
        let name: String
        let signature: UInt64
        /// The stretch of the pipeline, up to a Sync, in which it was sent to be prepared.
        let segment: Int
        var isConfirmed = false
    }

    /// How many a session may hold; each takes memory in the server. The product has fewer.
    private static let limit = 500

    private var entries: [SQL: Entry] = [:]
    private var namesInUse = 0
    private var lastNumber = 0
    private var segment = 0

    var isFull: Bool { namesInUse >= Self.limit }

    /// The name of a statement that the server knows, or will know when it reaches what is sent now: if an earlier
    /// statement of the same stretch fails, both are skipped, but not where it failed in an earlier one.
    func name(of sql: SQL, signature: UInt64) -> String? {
        guard let entry = entries[sql], entry.signature == signature else { return nil }
        return entry.isConfirmed || entry.segment == segment ? entry.name : nil
    }

    /// A new name for a statement that is about to be prepared. It says which statement it is: behind a pooler, where
    /// prepared statements don't work but weren't switched off, the name may meet another client's session, and
    /// must not run another statement there.
    mutating func add(_ sql: SQL, signature: UInt64) -> String {
        lastNumber += 1
        namesInUse += 1
        let name = "p\(lastNumber)_\(Self.fingerprint(of: sql, signature: signature))"
        entries[sql] = Entry(name: name, signature: signature, segment: segment)
        return name
    }

    mutating func confirm(_ sql: SQL, name: String) {
        if entries[sql]?.name == name { entries[sql]?.isConfirmed = true }
    }

    mutating func forget(_ sql: SQL, name: String) {
        if entries[sql]?.name == name { entries[sql] = nil }
    }

    /// For when the server was told to forget them all.
    mutating func removeAll() {
        entries.removeAll()
        namesInUse = 0
    }

    /// FNV-1a with 64 bits: the same in every process.
    private static func fingerprint(of sql: SQL, signature: UInt64) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ signature
        for byte in sql.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 36)
    }

    mutating func beginSegment() { segment += 1 }
}

import Storage

/// Checks a statement before it is sent, on the caller's side, so that one that can't be sent never
/// disturbs the statements of others that share its round trip.
extension Statement {
    /// PostgreSQL's texts hold no NUL, and its protocol counts parameters in 16 bits.
    func checkValues() throws(StorageError) {
        guard values.count == sql.placeCount else {
            throw StorageError(
                .failed, "the statement has \(sql.placeCount) places, but \(values.count) values were bound")
        }
        guard values.count <= Int(UInt16.max) else {
            throw StorageError(.failed, "a statement has \(values.count) values; PostgreSQL takes at most 65535")
        }
        for case .text(let text) in values where text.utf8.contains(0) {
            throw StorageError(.unstorable, "a text to be stored contains a NUL character")
        }
    }

    /// Reads share a round trip and run again when a neighbour fails or the connection breaks, so they must not write:
    /// they begin with SELECT, VALUES or WITH, and a WITH holds none of the writing keywords. The effects of a function
    /// that a SELECT calls aren't seen here; a READ ONLY transaction would prevent them, for two more statements on
    /// each round trip.
    func checkOnlyReads() throws(StorageError) {
        let text = sql.text.utf8
        let start = text.drop { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: "(") }
        let word = start.prefix { $0.isWordPart }
        if word.isWord("select") || word.isWord("values") { return }
        if word.isWord("with") {
            let words = start.split { !$0.isWordPart }
            let writing = ["insert", "update", "delete", "merge"] as [StaticString]
            if !words.contains(where: { word in writing.contains { word.isWord($0) } }) { return }
        }
        throw StorageError(.failed, "a statement that may write was given to be read; it belongs in a transaction")
    }

    /// Only the driver begins and ends transactions.
    func checkKeepsTransaction() throws(StorageError) {
        if sql.controlsTransaction {
            throw StorageError(.failed, "a statement that begins or ends a transaction was given to be run inside one")
        }
    }
}

extension UInt8 {
    fileprivate var isWordPart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}

extension Substring.UTF8View {
    /// Whether this is `word`, ignoring case; `word` is in small letters.
    fileprivate func isWord(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return zip(self, UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
            .allSatisfy { $0 | 0x20 == $1 }
    }
}

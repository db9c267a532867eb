import CPostgres
import Storage

extension Failure {
    /// Translates a result of status PGRES_FATAL_ERROR. Only the primary message is kept: the detail and the hint quote
    /// the values of rows.
    init(result: OpaquePointer) {
        guard let state = Self.field("C", of: result) else {
            // libpq's own message, made when the connection broke: it holds no data.
            let words = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
            self.init(.lost, StorageError(.unavailable, firstLine(words, otherwise: "the connection was lost")))
            return
        }
        // A malformed value is quoted in the message itself, so only the condition's name is kept.
        let message =
            state.hasPrefix("22")
            ? "a value is out of its type's range or form" : Self.field("M", of: result) ?? "no message"
        if state == "26000" || state == "42P05" {
            // It reaches a caller only if fresh connections failed in the same way.
            self.init(.stale, Self.needsNoPrepared(message), isReported: true)
            return
        }
        let error = StorageError(
            Self.kind(of: state, constraint: Self.field("n", of: result) ?? ""), "\(message) (SQLSTATE \(state))")
        let severity = Self.field("V", of: result)
        if severity == "FATAL" || severity == "PANIC" || Self.meansLost(state) {
            self.init(.lost, StorageError(.unavailable, error.detail), isReported: true)
        } else if state == "40001" || state == "40P01" {
            self.init(.conflict, error, isReported: true)
        } else if state == "0A000" && Self.field("R", of: result) == "RevalidateCachedQuery" {
            // A column changed its type under a prepared statement; only the function that reports it tells it from
            // other unsupported things.
            self.init(.stale, error, isReported: true)
        } else {
            self.init(.statement, error, isReported: true)
        }
    }

    /// The classes of https://www.postgresql.org/docs/15/errcodes-appendix.html.
    private static func kind(of state: String, constraint: String) -> StorageError.Kind {
        switch state {
        case "23505": .unique(constraint)
        case "23503": .foreignKey
        case "23514": .check(constraint)
        case "23502": .notNull
        case "42P01": .noSuchTable
        // Conflicts get here only after every retry met one: for the caller the operation timed out.
        case "57014", "55P03", "40001", "40P01": .timeout
        case "53100": .full
        // data_corrupted, index_corrupted
        case "XX001", "XX002": .damaged
        // A Bind with too few values: a mistake of ours, and the connection is as good as before.
        case "08P01": .failed
        default: ["08", "53", "57"].contains(state.prefix(2)) ? .unavailable : .failed
        }
    }

    /// A server that shuts down, restarts, or became a read-only standby is of no more use to this connection.
    private static func meansLost(_ state: String) -> Bool {
        state.hasPrefix("08") && state != "08P01" || ["57P01", "57P02", "57P03", "25006"].contains(state)
    }

    /// A prepared statement isn't there, or is there already: some other client's.
    private static func needsNoPrepared(_ message: String) -> StorageError {
        StorageError(
            .misconfigured,
            "A pooler in transaction mode stands between; prepared statements must be switched off: \(message).")
    }

    /// A field of the server's report, by the letter that names it in the protocol.
    private static func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
    }
}

/// The first line of libpq's words, without the advice that follows it.
func firstLine(_ words: String, otherwise: String) -> String {
    let line = words.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return line.isEmpty ? otherwise : line
}

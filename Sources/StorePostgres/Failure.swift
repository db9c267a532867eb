import Storage

/// Why a statement or a connection brought no result, and what may be done about it.
struct Failure: Error {
    enum Cause {
        /// The statement is at fault: it would fail again.
        case statement
        /// Another transaction was in the way (serialization failure, deadlock): it may go well the next time.
        case conflict
        /// The connection doesn't hold the prepared statement, or holds one that an altered table made useless: it goes
        /// well on a fresh connection.
        case stale
        /// The connection can't be used any longer.
        case lost
        /// No answer came in time. The statement may still be running.
        case slow
    }

    let cause: Cause
    let error: StorageError
    /// Whether the server said so, as an answer to the statement; otherwise it was found out on this side.
    let isReported: Bool

    init(_ cause: Cause, _ error: StorageError, isReported: Bool = false) {
        self.cause = cause
        self.error = error
        self.isReported = isReported
    }

    /// Whether the work may be run again, provided that nothing of it was kept.
    var allowsAnotherRun: Bool {
        switch cause {
        case .conflict, .stale, .lost: true
        case .statement, .slow: false
        }
    }

    /// Whether the connection has to be closed.
    var spoilsConnection: Bool {
        switch cause {
        case .stale, .lost, .slow: true
        case .statement, .conflict: false
        }
    }
}

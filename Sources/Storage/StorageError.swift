/// An error of the storage layer: a kind that the code above can act on, and the engine's own message for the log. Drivers translate into
/// this type; nothing above them knows a SQLSTATE or an SQLite code.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// A row with these values already exists. The value is the name of the unique index; a primary key is named `TABLE_pkey`.
        case unique(String)
        /// A row refers to a missing row, or is still referred to.
        case foreignKey
        /// A row breaks the CHECK constraint of this name.
        case check(String)
        /// A value that must not be null is null.
        case notNull
        /// The table doesn't exist: the schema was never created.
        case noSuchTable
        /// The text contains a NUL character, which no column can hold.
        case unstorable
        /// The database can't be reached or used at the moment. The operation may be retried; whether a commit in progress took effect is
        /// unknown.
        case unavailable
        /// The database's disk failed to read, write or sync. The operation may be retried; whether a commit in progress took effect is
        /// unknown.
        case diskFailure
        /// The database holds something other than what was written: a disk or another program has changed it. `detail` is a whole
        /// sentence for the operator.
        case damaged
        /// The database can't be used as it is configured: wrong password, no such database, or a file that isn't a database or isn't
        /// writable. Retrying doesn't help; `detail` is a whole sentence for the operator.
        case misconfigured
        /// The operation exceeded its time limit and was cancelled. It had no effect.
        case timeout
        /// The database's disk is full. The operation had no effect.
        case full
        /// Any other error: a bug in Polier.
        case failed
    }

    public let kind: Kind
    /// The engine's message, for operators. It may name tables and files, but never a bound value or a password.
    public let detail: String

    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    public var description: String { "\(kind): \(detail)" }
}

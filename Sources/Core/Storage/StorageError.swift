/// What went wrong in storage: a kind that the code above may act on, and the engine's own words for the log.
/// Drivers translate into this; nothing above them knows a SQLSTATE or an SQLite code.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// A row with these values exists already; the unique index that says so. A primary key is named `TABLE_pkey`.
        case unique(String)
        /// A row refers to one that isn't there, or is still referred to.
        case foreignKey
        /// A named CHECK constraint doesn't hold.
        case check(String)
        /// A value that must not be null is.
        case notNull
        /// The table isn't there: the schema was never made.
        case noSuchTable
        /// Text that no column can hold: it contains a NUL character.
        case unstorable
        /// The database can't be reached or used now. The operation may be tried again; whether a commit that was under way
        /// took effect is not known.
        case unavailable
        /// The database's disk failed to read, write or sync. The operation may be tried again; whether a commit that was
        /// under way took effect is not known.
        case diskFailure
        /// The database holds something else than was written: a disk has changed it, or another program. `detail` is a whole sentence
        /// for the operator.
        case damaged
        /// The database can't be used as it was named: wrong password, no such database, a file that isn't one, or one that
        /// may not be written. Trying again doesn't help; `detail` is a whole sentence for the operator.
        case misconfigured
        /// The operation took longer than it may, and was ended. It had no effect.
        case timeout
        /// No room on the database's disk. The operation had no effect.
        case full
        /// Anything else: a mistake of ours.
        case failed
    }

    public let kind: Kind
    /// What the engine said, for operators. It may name tables and files, never a bound value or a password.
    public let detail: String

    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    public var description: String { "\(kind): \(detail)" }
}

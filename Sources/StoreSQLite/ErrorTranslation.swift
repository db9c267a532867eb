internal import CSQLite
internal import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// Translates SQLite's codes and messages (https://sqlite.org/rescode.html) to `StorageError`.
enum ErrorTranslation {
    /// - Parameter code: the extended result code of the last failed call on this connection.
    /// - Parameter words: the engine's message.
    static func error(
        _ code: Int32, _ words: String, on connection: Connection, uniqueNames: UniqueNames
    ) -> StorageError {
        switch code & 0xff {
        case SQLITE_CONSTRAINT:
            return StorageError(constraint(code, words, on: connection, uniqueNames), words)
        case SQLITE_ERROR where words.hasPrefix("no such table:"):
            return StorageError(.noSuchTable, words)
        case SQLITE_FULL:
            return StorageError(.full, "no room on the disk of '\(connection.path)'")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            return StorageError(.unavailable, "Another process holds the database file '\(connection.path)'.")
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_NOMEM, SQLITE_CORRUPT:
            return system(code, words, on: connection)
        case SQLITE_READONLY:
            return StorageError(
                .misconfigured, "The database file '\(connection.path)' cannot be written (\(words), code \(code)).")
        case SQLITE_NOTADB:
            return StorageError(
                .misconfigured,
                "The file '\(connection.path)' is not an SQLite database: name another, or restore a backup into a new one."
            )
        case SQLITE_INTERRUPT:
            return StorageError(.timeout, words)
        default:
            return StorageError(.failed, "\(words) (code \(code))")
        }
    }

    /// An error that the system may have caused. Its error number then says more than the engine's code: a disk that
    /// can't be read is to the engine a malformed database.
    private static func system(_ code: Int32, _ words: String, on connection: Connection) -> StorageError {
        let system = connection.takeSystemError()
        let engine = "\(words), code \(code)"
        let cause = system == 0 ? engine : "\(String(cString: strerror(system))); \(engine)"
        switch (code & 0xff, system) {
        case (_, ENOSPC), (_, EDQUOT):
            return StorageError(.full, "no room on the disk of '\(connection.path)' (\(engine))")
        case (SQLITE_CORRUPT, 0):
            return StorageError(
                .damaged,
                """
                The database file '\(connection.path)' is damaged (\(words), code \(code)): stop what uses it, put it aside, and put the \
                last backup into a new file with 'polier restore'.
                """)
        case (SQLITE_CANTOPEN, _) where system != EIO, (SQLITE_NOMEM, _), (_, EMFILE), (_, ENFILE), (_, ENOMEM):
            return StorageError(.unavailable, "'\(connection.path)': \(cause)")
        default:
            return StorageError(.diskFailure, "the disk of '\(connection.path)' failed (\(cause))")
        }
    }

    private static func constraint(
        _ code: Int32, _ words: String, on connection: Connection, _ uniqueNames: UniqueNames
    ) -> StorageError.Kind {
        // "UNIQUE constraint failed: users.email_folded", "CHECK constraint failed: sites_priority_known"
        let subject = words.firstRange(of: ": ").map { String(words[$0.upperBound...]) } ?? ""
        switch polier_sqlite3_constraint(UInt32(bitPattern: code)) {
        case POLIER_CONSTRAINT_UNIQUE:
            return .unique(uniqueNames.name(of: subject, on: connection))
        case POLIER_CONSTRAINT_PRIMARYKEY, POLIER_CONSTRAINT_ROWID:
            return .unique("\(subject.prefix { $0 != "." })_pkey")
        case POLIER_CONSTRAINT_FOREIGNKEY: return .foreignKey
        case POLIER_CONSTRAINT_NOTNULL: return .notNull
        case POLIER_CONSTRAINT_CHECK: return .check(subject)
        default: return .failed
        }
    }
}

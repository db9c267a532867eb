internal import CSQLite
internal import Storage

extension Connection {
    /// The connection that writes. Its settings apply to the file.
    /// - Throws: `StorageError` with a whole sentence that names the file: `.misconfigured`, `.full`, or `.unavailable`
    ///   where another process holds it.
    static func writer(_ file: DatabaseFile, _ options: SQLiteDatabase.Options) throws -> Connection {
        do {
            let connection = try Connection(file, .readsAndWrites, busyTimeout: options.busyTimeout)
            try connection.refuseReadOnlyFile()
            connection.checkpointsWhenClosed(false)
            try connection.useWAL()
            try connection.set("synchronous", options.synchronous.rawValue)
            try connection.set("foreign_keys", "ON")
            try connection.set("cache_size", "-8192")  // KiB
            // After a checkpoint the WAL is written again from its start: as long as it keeps its size, an fsync has no
            // new blocks to record. A WAL that once grew past this shrinks again.
            try connection.set("journal_size_limit", String(64 << 20))
            try connection.useCommonSettings()
            return connection
        } catch let error as StorageError {
            throw sentence(error, file)
        }
    }

    /// Whether the engine moves the log into the file when the last connection closes. Not before the log is known to
    /// be durable (see `RecoveredLog`).
    func checkpointsWhenClosed(_ does: Bool) {
        _ = polier_sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, does ? 0 : 1)
    }

    /// A connection that can only read.
    static func reader(_ file: DatabaseFile, _ options: SQLiteDatabase.Options) throws -> Connection {
        let connection = try Connection(file, .readsOnly, busyTimeout: options.busyTimeout)
        try connection.set("query_only", "ON")
        try connection.set("cache_size", "-4096")  // KiB
        try connection.useCommonSettings()
        return connection
    }

    /// For a connection that fills a whole database in one transaction.
    func prepareForLoad() throws {
        // The indexes grow in a different order from the rows.
        try set("cache_size", "-65536")  // KiB
        // Samples are enough for the planner, and spare reading everything again.
        try set("analysis_limit", "400")
    }

    private func useCommonSettings() throws {
        // Mapping the file makes reads a twentieth faster when there are no writes, and a third slower when there
        // are; and a disk error would end the process instead of the statement.
        try set("mmap_size", "0")
        try set("temp_store", "MEMORY")
        try addFunctions()
    }

    /// The engine silently opens a file read-only where it has no permission to write.
    private func refuseReadOnlyFile() throws {
        if sqlite3_db_readonly(handle, "main") == 1 {
            throw StorageError(.misconfigured, "The database file '\(path)' cannot be written.")
        }
    }

    private func useWAL() throws {
        var mode = ""
        try run(Statement("PRAGMA journal_mode = WAL")) { mode = try $0.string(0) }
        guard mode == "wal" else {
            throw StorageError(
                .misconfigured, "The database file '\(path)' is in a place where SQLite cannot keep a write-ahead log.")
        }
    }

    /// - Parameter setting: a name of SQLite's, never anything a caller sent. The same goes for the value.
    func set(_ setting: String, _ value: String) throws {
        try run(try prepare(Array("PRAGMA \(setting) = \(value)".utf8)))
    }

    /// Errors at the start are for an operator to read.
    static func sentence(_ error: StorageError, _ file: DatabaseFile) -> StorageError {
        switch error.kind {
        case .misconfigured, .damaged: error
        case .full: StorageError(.full, "There is no room on the disk for the database file '\(file.path)'.")
        case .unavailable where error.detail.hasPrefix("Another process"): error
        case .diskFailure where error.detail.hasSuffix("."): error
        case .diskFailure:
            StorageError(.diskFailure, "The database file '\(file.path)' cannot be opened: \(error.detail).")
        default:
            StorageError(.misconfigured, "The database file '\(file.path)' cannot be opened: \(error.detail).")
        }
    }
}

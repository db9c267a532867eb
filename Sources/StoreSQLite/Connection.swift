internal import CSQLite
internal import Storage

/// One connection to the file, for one thread at a time.
///
/// `@unchecked Sendable`: it moves between threads, but has one user at any moment: the writer's connection is the
/// writer thread's alone, and a reader's is either in the pool or with the one call that took it. The pool's mutex
/// orders the two.
final class Connection: @unchecked Sendable {
    enum Access { case readsAndWrites, readsOnly }

    let handle: OpaquePointer
    /// The file, as the operator named it.
    let path: String
    private let access: Access
    private let watch: FileWatch
    private var statements = StatementCache(capacity: 500)
    private var readMarks: (begin: PreparedStatement, end: PreparedStatement)?
    private let uniqueNames = UniqueNames()

    /// Opens the file, which must exist.
    init(_ file: DatabaseFile, _ access: Access, busyTimeout: Duration) throws {
        EngineConfiguration.apply()
        let name = file.engineName
        let flags =
            (access == .readsOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | (name.isURI ? SQLITE_OPEN_URI : 0)
        var opened: OpaquePointer?
        // Without the engine's mutex: the connection has one user at a time.
        let code = sqlite3_open_v2(name.text, &opened, flags | SQLITE_OPEN_NOMUTEX, file.disk.vfs)
        guard let opened else { throw StorageError(.unavailable, "no memory to open the database") }
        handle = opened
        path = file.path
        self.access = access
        watch = file.watch
        sqlite3_extended_result_codes(opened, 1)
        guard code == SQLITE_OK else { throw failure(sqlite3_extended_errcode(opened)) }
        waitForLocks(busyTimeout)
        // As on PostgreSQL, "x" is a name and never a string, so a misspelt column is an error.
        _ = polier_sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DML, 0)
        _ = polier_sqlite3_db_config(opened, SQLITE_DBCONFIG_DQS_DDL, 0)
    }

    deinit {
        statements.removeAll()
        readMarks = nil
        sqlite3_close_v2(handle)
    }

    /// Whether no transaction is open. After an error in a transaction: whether the engine has ended it.
    var isOutsideTransaction: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// How long a statement waits for a lock that another process holds.
    func waitForLocks(_ limit: Duration) {
        sqlite3_busy_timeout(handle, Int32(min(limit / .milliseconds(1), 1e9)))
    }

    /// Runs the statement to its end. `take` sees each row, which is valid only until it returns.
    func run(_ statement: Statement, take: (PreparedStatement) throws -> Void = { _ in }) throws {
        let prepared = try statements.statement(for: statement.sql, prepare: prepare)
        defer { prepared.reset() }
        try prepared.bound(to: statement.values, on: self) { try step(prepared, take) }
    }

    /// Runs several reads in one transaction.
    func inReadTransaction(_ body: () throws -> Void) throws {
        let marks = try readMarks ?? (begin: prepare(Array("BEGIN".utf8)), end: prepare(Array("COMMIT".utf8)))
        readMarks = marks
        try run(marks.begin)
        // Nothing was changed, so nothing can be lost: any error at its end is ignored.
        defer { try? run(marks.end) }
        try body()
    }

    /// Runs one of the driver's own statements, without values and without rows.
    func run(_ prepared: PreparedStatement) throws {
        defer { prepared.reset() }
        try step(prepared) { _ in }
    }

    private func step(_ prepared: PreparedStatement, _ take: (PreparedStatement) throws -> Void) throws {
        while true {
            switch sqlite3_step(prepared.handle) {
            case SQLITE_ROW: try take(prepared)
            case SQLITE_DONE: return
            case let code: throw failure(code)
            }
        }
    }

    private static let sharing = Array(" FOR SHARE".utf8)

    private func prepare(_ sql: SQL) throws -> PreparedStatement {
        if sql.controlsTransaction {
            throw StorageError(.failed, "a statement of a body may not begin, end or nest a transaction")
        }
        // SQLite reads `$2` too, but as a name: it would number the places in the order in which they first appear.
        var text = Array(sql.text.utf8)
        // A transaction is the only one that writes: nothing that it reads can change before its end.
        if text.suffix(Self.sharing.count).elementsEqual(Self.sharing) { text.removeLast(Self.sharing.count) }
        for place in SQL.places(in: sql.text) { text[place.offset] = UInt8(ascii: "?") }
        let prepared = try prepare(text)
        if access == .readsOnly, !prepared.isReadOnly {
            throw StorageError(.failed, "a statement that changes rows belongs in a transaction")
        }
        return prepared
    }

    /// Compiles a text that is exactly one statement.
    func prepare(_ text: [UInt8]) throws -> PreparedStatement {
        try text.withUnsafeBytes { text in
            var rest = text.bindMemory(to: CChar.self)[...]
            var only: PreparedStatement?
            while !rest.isEmpty {
                var compiled: OpaquePointer?
                var tail: UnsafePointer<CChar>?
                let piece = UnsafeBufferPointer(rebasing: rest)
                let code = sqlite3_prepare_v3(
                    handle, piece.baseAddress, Int32(clamping: piece.count), UInt32(SQLITE_PREPARE_PERSISTENT),
                    &compiled, &tail)
                guard code == SQLITE_OK else { throw failure(code) }
                if let compiled {
                    let prepared = PreparedStatement(compiled)
                    guard only == nil else { throw StorageError(.failed, "the text holds more than one statement") }
                    only = prepared
                }
                let used = tail.flatMap { tail in piece.baseAddress.map { tail - $0 } } ?? 0
                guard used > 0 else { throw StorageError(.failed, "the text of a statement contains a NUL character") }
                rest = rest.dropFirst(used)
            }
            guard let only else { throw StorageError(.failed, "the text holds no statement") }
            return only
        }
    }

    /// The system's error number behind the engine's last error, or 0. Reading it clears it.
    ///
    /// The connection itself has it for some calls only, and never for a failed sync.
    func takeSystemError() -> Int32 {
        let known = sqlite3_system_errno(handle)
        let log = EngineFile.log(of: self)?.takeSystemError() ?? 0
        let database = EngineFile.database(of: self)?.takeSystemError() ?? 0
        return log != 0 ? log : database != 0 ? database : known
    }

    /// What the engine's last error means. Call it at once: the next call on the connection clears the engine's
    /// message.
    func failure(_ code: Int32) -> StorageError {
        let error = ErrorTranslation.error(
            code, String(cString: sqlite3_errmsg(handle)), on: self, uniqueNames: uniqueNames)
        if error.kind == .damaged || code & 0xff == SQLITE_NOTADB { watch.met(error) }
        return error
    }

    /// What the result of a call on one of the connection's files means (see `EngineFile`).
    func failureOfFile(_ code: Int32) -> StorageError {
        ErrorTranslation.error(code, String(cString: sqlite3_errstr(code)), on: self, uniqueNames: uniqueNames)
    }
}

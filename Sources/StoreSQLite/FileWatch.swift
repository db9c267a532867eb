internal import CSQLite
internal import Storage
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// Notices when the open database file is moved, deleted, replaced or overwritten, and when a statement meets damage in
/// it. The engine goes on with the file it has open, whichever file its name refers to by now.
final class FileWatch: Sendable {
    private struct State {
        /// The first damage that was met. It is never reset.
        var damage: String?
        /// Which files were opened.
        var database, log: FileIdentity?
        /// The header at the last check.
        var changeCounter: UInt32?
        var pageSize: UInt16?
    }

    private let state = Mutex(State())

    /// Notes the error of a statement.
    func met(_ error: StorageError) {
        let sentence = "\(error.detail) 'polier check --deep' says what can still be read."
        state.withLock { $0.damage = $0.damage ?? sentence }
    }

    var damage: String? { state.withLock(\.damage) }

    /// Whether the names still refer to the files that were opened. Two system calls.
    func look(at file: DatabaseFile) -> String? {
        // Files on a test's disk can't be checked.
        guard file.disk.vfs == nil else { return nil }
        let database = FileIdentity(file.enginePath)
        let log = FileIdentity(file.enginePath + "-wal")
        return state.withLock { state in
            if let opened = state.database, database != .unknown, database != opened {
                return """
                    The database file '\(file.path)' was moved, deleted or replaced while it is open: what is written goes where nothing \
                    will find it. Put back the one that was there, or stop the server before another takes its place.
                    """
            }
            if let opened = state.log, log != .unknown, log != opened {
                return """
                    The log of the database file, '\(file.path)-wal', was moved, deleted or replaced while it is open: what was written \
                    lately may be lost. Stop the server by SIGTERM, never by SIGKILL: as it ends, it writes what it holds into the file.
                    """
            }
            // The log is created at the first use.
            if state.database == nil, case .file = database { state.database = database }
            if state.log == nil, case .file = log { state.log = log }
            return nil
        }
    }

    /// Whether the file begins as an SQLite database does, and as the one that it was.
    ///
    /// A copy of the same database whose change counter is equal or later passes: with a log the engine counts only commits that change
    /// the first page (https://sqlite.org/fileformat2.html#file_change_counter).
    /// - Parameter header: its first 100 bytes (https://sqlite.org/fileformat2.html#the_database_header).
    func look(atHeader header: UnsafeRawBufferPointer, of file: DatabaseFile) -> String? {
        let isSQLite = header.prefix(16).elementsEqual("SQLite format 3\0".utf8) && header[18] == 2 && header[19] == 2
        let pageSize = UInt16(bigEndian: header.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
        let counter = UInt32(bigEndian: header.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
        return state.withLock { state in
            // The engine only counts up, and wraps at 32 bits.
            let goesBack = state.changeCounter.map { Int32(bitPattern: counter &- $0) < 0 } ?? false
            guard isSQLite, !goesBack, pageSize == state.pageSize ?? pageSize else {
                return """
                    The database file '\(file.path)' was overwritten while it is open: stop the server, put the file aside, and put the \
                    last backup into a new one with 'polier restore'.
                    """
            }
            (state.changeCounter, state.pageSize) = (counter, pageSize)
            return nil
        }
    }
}

/// The identity of the file that a name refers to.
private enum FileIdentity: Equatable {
    case file(device: UInt, inode: UInt)
    case none
    /// The system call failed.
    case unknown

    init(_ path: String) {
        var status = stat()
        if stat(path, &status) == 0 {
            self = .file(device: UInt(status.st_dev), inode: UInt(status.st_ino))
        } else {
            self = errno == ENOENT || errno == ENOTDIR ? .none : .unknown
        }
    }
}

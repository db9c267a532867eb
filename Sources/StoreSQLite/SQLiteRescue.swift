public import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// A database file that can be read and not written: on a disk that is mounted read-only, or another user's. For
/// backups and copies.
///
/// The engine reads a write-ahead log only with a file beside it that it can write. Where there is no log, the database
/// file is read as one that doesn't change; where there is one, both are copied first, to a folder of this process
/// alone.
public final class SQLiteRescue: BulkDatabase {
    public let dialect = Dialect.sqlite

    private let file: DatabaseFile
    private let options: SQLiteDatabase.Options
    private let readers: ReaderPool
    private let before: FileState
    /// Nil where the file is read in its place.
    private let folder: CopyFolder?

    /// Nil where the file can be written, and there is nothing to rescue. Blocks, where there is a log as long as
    /// copying takes.
    /// - Throws: `StorageError` with a whole sentence: `.misconfigured`, `.unavailable` where a process has the file
    ///   open, `.full` where a copy finds no room.
    public init?(_ options: SQLiteDatabase.Options) throws {
        var file = DatabaseFile(path: options.path)
        guard let before = FileState(file) else { return nil }
        try file.checkNotInUse()
        if access(file.enginePath + "-wal", F_OK) == 0, FileState(path: file.enginePath + "-wal")?.size != 0 {
            let folder = try CopyFolder(of: file)
            file.opening = .copy(folder.database)
            self.folder = folder
        } else {
            file.opening = .unchanging
            folder = nil
        }
        (self.file, self.options, self.before) = (file, options, before)
        readers = ReaderPool(file, options)
        try checkUnchanged()
    }

    public func read(_ readings: [any Reading]) async throws { try readers.read(readings) }

    public func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result { throw onlyRead }

    public func executeAlone(_ statement: Statement) async throws { throw onlyRead }

    /// - Throws: the body's error; `StorageError` of kind `.unavailable` if the file changed or a process opened it in the
    ///   meantime, `.damaged` if it can't be read.
    public func withSnapshot<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        let connection = try Connection.reader(file, options)
        var result: Result?
        try connection.inReadTransaction { result = try body(WriterSession(connection)) }
        // The result is valid only if no process has opened the file in the meantime.
        try checkUnchanged()
        guard let result else { preconditionFailure("the body neither returned nor threw") }
        return result
    }

    /// - Throws: always `.misconfigured`: the file can't be written.
    public func withLoad<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result { throw onlyRead }

    public var size: Int64 {
        get async throws { try await fetch(DatabaseFile.size).first ?? 0 }
    }

    public var metrics: [Metric] { [] }

    public func close() async { readers.close() }

    private var onlyRead: StorageError {
        StorageError(.misconfigured, "The database file '\(file.path)' cannot be written.")
    }

    private func checkUnchanged() throws {
        guard FileState(path: file.enginePath) == before else {
            throw StorageError(.unavailable, "The database file '\(file.path)' changed while it was read: try again.")
        }
        try file.checkNotInUse()
    }
}

/// The signs that a file was written to.
private struct FileState: Equatable {
    let size: Int
    private let inode: UInt
    private let seconds, nanoseconds: Int

    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (size, inode) = (Int(status.st_size), UInt(status.st_ino))
        (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
    }

    /// Nil for a file that isn't there, can't even be read, or can be written together with its folder.
    init?(_ file: DatabaseFile) {
        guard access(file.enginePath, R_OK) == 0 else { return nil }
        guard access(file.enginePath, W_OK) != 0 || access(file.folder, W_OK | X_OK) != 0 else { return nil }
        self.init(path: file.enginePath)
    }
}

extension DatabaseFile {
    /// Where https://sqlite.org/src/file/src/os.h has the lock that each connection to a file with a log keeps.
    private static let sharedLock = (start: 0x4000_0002, length: 510)

    /// A process that has the file open may change it at any time.
    fileprivate func checkNotInUse() throws {
        let descriptor = open(enginePath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(Self.sharedLock.start)
        lock.l_len = off_t(Self.sharedLock.length)
        guard fcntl(descriptor, F_GETLK, &lock) == 0, lock.l_type != Int16(F_UNLCK) else { return }
        throw StorageError(
            .unavailable,
            """
            The database file '\(path)' cannot be written by this user, and a server has it open, so only one that can may read it; \
            \(owner(of: enginePath)).
            """)
    }
}

/// A copy of a database file and its log, deleted with this object.
private final class CopyFolder: Sendable {
    private let folder: String
    var database: String { folder + "/database" }

    init(of file: DatabaseFile) throws {
        folder = try ScratchFolder.make()
        for side in ["", "-wal"] {
            do {
                try Self.copy(file.enginePath + side, to: database + side)
            } catch {
                throw StorageError(
                    [ENOSPC, EDQUOT].contains(error.code) ? .full : .diskFailure,
                    """
                    The database file '\(file.path)' cannot be written, and its log can be read from a copy only, which fails in '\(ScratchFolder.place)' \
                    (\(String(cString: strerror(error.code)))): TMPDIR can name another folder.
                    """)
            }
        }
    }

    deinit {
        for side in ["", "-wal", "-shm"] { unlink(database + side) }
        rmdir(folder)
    }

    private struct Failure: Error { let code: Int32 }

    private static func copy(_ path: String, to target: String) throws(Failure) {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw Failure(code: errno) }
        defer { close(source) }
        let copy = open(target, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard copy >= 0 else { throw Failure(code: errno) }
        defer { close(copy) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count != 0 else { return }
            guard count > 0 else { throw Failure(code: errno) }
            var done = 0
            while done < count {
                let written = buffer.withUnsafeBytes { write(copy, $0.baseAddress?.advanced(by: done), count - done) }
                guard written > 0 else { throw Failure(code: errno) }
                done += written
            }
        }
    }
}

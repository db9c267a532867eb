internal import CSQLite
internal import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// One of the files of an open connection, as the engine holds it (`sqlite3_file`): what is read and written here goes
/// through the same functions as the engine's own reads and writes.
struct EngineFile {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: sqlite3_io_methods

    /// The database file.
    static func database(of connection: Connection) -> EngineFile? {
        EngineFile(SQLITE_FCNTL_FILE_POINTER, of: connection)
    }

    /// The write-ahead log, once the connection has used it.
    static func log(of connection: Connection) -> EngineFile? {
        EngineFile(SQLITE_FCNTL_JOURNAL_POINTER, of: connection)
    }

    private init?(_ which: Int32, of connection: Connection) {
        var found: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(connection.handle, "main", which, &found) == SQLITE_OK, let found,
            let methods = found.pointee.pMethods
        else { return nil }
        file = found
        self.methods = methods.pointee
    }

    /// The result of a read where the file ends before the buffer is full (`SQLITE_IOERR_SHORT_READ`).
    static let endsTooSoon = SQLITE_IOERR | 2 << 8

    /// - Returns: a result code.
    func read(into memory: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int32 {
        methods.xRead(file, memory.baseAddress, Int32(memory.count), offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        methods.xWrite(file, bytes.baseAddress, Int32(bytes.count), offset)
    }

    func sync() -> Int32 { methods.xSync(file, SQLITE_SYNC_NORMAL) }

    /// The file's size in bytes, or 0 where the system call fails.
    var size: Int64 {
        var size: Int64 = 0
        return methods.xFileSize(file, &size) == SQLITE_OK ? size : 0
    }

    /// The beginning of the shared memory that belongs to the database file, or nil where there is none yet.
    var sharedMemory: UnsafeMutableRawPointer? {
        var memory: UnsafeMutableRawPointer?
        guard methods.iVersion >= 2, methods.xShmMap(file, 0, 32 << 10, 0, &memory) == SQLITE_OK else { return nil }
        return UnsafeMutableRawPointer(memory)
    }

    /// The system's error number of the last failed call on this file, or 0. Clears it: the engine would repeat it
    /// each time, also after an error that the system didn't cause.
    func takeSystemError() -> Int32 {
        var code: Int32 = 0
        guard methods.xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &code) == SQLITE_OK, code != 0 else { return 0 }
        // A read past the end is no system error, and replaces the number that the engine remembers.
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { byte in
            _ = read(into: UnsafeMutableRawBufferPointer(byte), at: 1 << 40)
        }
        return code
    }
}

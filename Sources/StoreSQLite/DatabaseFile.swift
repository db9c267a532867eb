internal import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// The file on the disk, checked before the engine opens it, because the engine's messages don't help an operator.
struct DatabaseFile: Sendable {
    /// As the operator named it.
    let path: String
    var disk = Disk.system
    var opening = Opening.inPlace
    let watch = FileWatch()

    /// What the engine opens.
    enum Opening {
        case inPlace
        /// The file, which doesn't change, without the files beside it (`immutable`, https://sqlite.org/uri.html).
        case unchanging
        /// A copy at this path.
        case copy(String)
    }

    /// How large the database is, in bytes, without its write-ahead log.
    static let size = Query<Int64>(
        "SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s"
    ) { try $0.next() }

    /// The path for system calls: the engine doesn't take `:memory:` and the empty path for a file.
    var enginePath: String { path.hasPrefix("/") ? path : "./" + path }

    /// The path for the engine, and whether it is a URI.
    var engineName: (text: String, isURI: Bool) {
        switch opening {
        case .inPlace: return (enginePath, false)
        case .copy(let path): return (path, false)
        case .unchanging:
            let escaped = enginePath.utf8.map { byte in
                let isPlain =
                    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "/._-".utf8.contains(byte)
                return isPlain ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal
            }
            return ("file:\(escaped.joined())?immutable=1", true)
        }
    }

    var folder: String {
        guard let slash = enginePath.lastIndex(of: "/") else { return "." }
        return slash == enginePath.startIndex ? "/" : String(enginePath[..<slash])
    }

    /// Makes sure that the file is there and may be read and written, and creates an empty one of mode 0600 where
    /// there is none. The engine gives its side files the same mode and owner.
    /// - Throws: `StorageError` of kind `.misconfigured` (or `.full`) with a whole sentence.
    func prepare() throws {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw misconfigured("The database has no usable path.") }
        try checkFolder()
        var status = stat()
        guard stat(enginePath, &status) == 0 else {
            guard errno == ENOENT else { return try refuse("cannot be opened", errno) }
            try refuseLoneLog()
            try disk.syncAncestors(of: folder)
            return try create()
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw misconfigured("The database path '\(path)' is a folder, not a file.")
        default: throw misconfigured("The database path '\(path)' is not a regular file.")
        }
        // The server that created it may have been killed before it synced the folders above.
        if status.st_size == 0 { try disk.syncAncestors(of: folder) }
        if access(enginePath, R_OK) != 0 { try refuse("cannot be read", errno) }
        if access(enginePath, W_OK) != 0 { try refuse("cannot be written", errno) }
    }

    /// A new database beside the log of another would have the engine delete that log, and with it what only it holds.
    private func refuseLoneLog() throws {
        var status = stat()
        guard stat(enginePath + "-wal", &status) == 0, status.st_size > 0 else { return }
        throw misconfigured(
            """
            The database file '\(path)' is missing, but its log '\(path)-wal' is there: put the file back, or delete the log if what \
            it holds is not needed.
            """)
    }

    private func refuseReadOnlyDisk(_ code: Int32) throws {
        guard code == EROFS, access(enginePath, F_OK) == 0 else { return }
        throw misconfigured(
            """
            The database file '\(path)' is on a read-only disk: mount it so that it can be written; meanwhile 'polier backup' can still read \
            it, and 'polier restore' puts that elsewhere.
            """)
    }

    /// Who could do it, as the end of a sentence.
    func owner(of path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "" }
        let name = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "the user \(status.st_uid)"
        return "it belongs to \(name), who can run this"
    }

    private func checkFolder() throws {
        var status = stat()
        guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw misconfigured("The folder '\(folder)' for the database file '\(path)' does not exist.")
        }
        if access(folder, W_OK | X_OK) != 0 {
            let code = errno
            try refuseReadOnlyDisk(code)
            let cause = String(cString: strerror(code))
            throw misconfigured(
                """
                The folder '\(folder)' cannot be written (\(cause)); SQLite keeps files beside '\(path)'; \(owner(of: folder)).
                """)
        }
        // A folder can be synced only with permission to read it.
        if access(folder, R_OK) != 0 {
            let cause = String(cString: strerror(errno))
            throw misconfigured(
                "The folder '\(folder)' cannot be read (\(cause)), so the names of '\(path)' and its log can't be synced."
            )
        }
    }

    /// Never opens a file that exists: closing it again would drop the locks that this process holds on it.
    private func create() throws {
        let file = open(enginePath, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { return errno == EEXIST ? () : try refuse("cannot be created", errno) }
        defer { close(file) }
        // Files that root creates belong to the service that owns the folder. Where even root may not change an owner,
        // root is the service itself.
        var owner = stat()
        if geteuid() == 0, stat(folder, &owner) == 0 { _ = fchown(file, owner.st_uid, owner.st_gid) }
    }

    private func refuse(_ what: String, _ code: Int32) throws {
        try refuseReadOnlyDisk(code)
        let cause = String(cString: strerror(code))
        let hint = [EACCES, EPERM].contains(code) ? "; \(owner(of: enginePath))" : ""
        let sentence = "The database file '\(path)' \(what): \(cause)\(hint)."
        throw StorageError([ENOSPC, EDQUOT].contains(code) ? .full : .misconfigured, sentence)
    }

    private func misconfigured(_ sentence: String) -> StorageError { StorageError(.misconfigured, sentence) }
}

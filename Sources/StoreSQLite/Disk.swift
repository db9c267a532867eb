internal import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// Where the engine stores its files: the system's file systems, or in tests an in-memory disk whose power can be cut.
struct Disk: Sendable {
    /// The `sqlite3_vfs` that connections are opened with, by its name; nil is the engine's default.
    let vfs: String?
    /// Looks at the file before the engine opens it, and creates it where there is none.
    let prepare: @Sendable (DatabaseFile) throws -> Void
    /// Makes the names in a folder durable: files created, and files deleted.
    let syncFolder: @Sendable (_ path: String) throws -> Void

    static let system = Disk(vfs: nil, prepare: { try $0.prepare() }, syncFolder: { try syncFolderOfSystem($0) })

    /// Makes the names of a folder and of those above it durable, for a database that is about to be created: the
    /// folders may be as new as the file. Folders that this process may not read weren't created by it.
    func syncAncestors(of folder: String) throws {
        guard let absolute = realpath(folder, nil) else { return }
        defer { free(absolute) }
        var path = String(cString: absolute)[...]
        while let slash = path.lastIndex(of: "/") {
            path = path[..<slash]
            let parent = path.isEmpty ? "/" : String(path)
            if access(parent, R_OK) == 0 { try syncFolder(parent) }
        }
    }

    private static func syncFolderOfSystem(_ path: String) throws {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path, errno) }
        defer { close(folder) }
        // Some network file systems can't sync a folder: then there is nothing to wait for.
        guard fsync(folder) != 0, ![EINVAL, ENOTSUP, EROFS].contains(errno) else { return }
        throw failure(path, errno)
    }

    private static func failure(_ path: String, _ code: Int32) -> StorageError {
        let cause = String(cString: strerror(code))
        return StorageError(
            [ENOSPC, EDQUOT].contains(code) ? .full : .diskFailure,
            "The folder '\(path)' cannot be synced (\(cause)), so a power cut could take the database file's name.")
    }
}

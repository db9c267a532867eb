import CSQLite
import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A disk that can be filled up and emptied, for the files below one folder.
///
/// SQLite lets tests put themselves in the place of a system call (`xSetSystemCall`,
/// https://sqlite.org/c3ref/vfs.html): a write to a file below a full folder gets ENOSPC, as from the system. That
/// needs no rights, no mount, and disturbs no one else's files.
enum FullDisk {
    private static let folders = Mutex<Set<String>>([])

    private typealias Write = @convention(c) (Int32, UnsafeRawPointer?, Int, Int) -> Int

    /// Lets every write below the folder fail, until `clear`.
    static func fill(_ folder: String) throws {
        try #require(isInstalled)
        folders.withLock { _ = $0.insert(asTheSystemNames(folder)) }
    }

    static func clear(_ folder: String) { folders.withLock { _ = $0.remove(asTheSystemNames(folder)) } }

    private static func asTheSystemNames(_ folder: String) -> String {
        URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    }

    /// Puts itself in the place of the positioned writes, which is all that SQLite writes its files with, and stays
    /// there: where no folder is full it only hands on.
    private static let isInstalled: Bool = {
        guard let system = sqlite3_vfs_find(nil), let set = system.pointee.xSetSystemCall else { return false }
        let own: Write = { file, bytes, count, offset in
            if FullDisk.isFull(file) {
                errno = ENOSPC
                return -1
            }
            return pwrite(file, bytes, count, off_t(offset))
        }
        let call = unsafeBitCast(own, to: sqlite3_syscall_ptr.self)
        // One of the two is what this build of SQLite uses; the other may not be there.
        return ["pwrite", "pwrite64"].filter { (name: String) in set(system, name, call) == SQLITE_OK } != []
    }()

    private static func isFull(_ file: Int32) -> Bool {
        folders.withLock { folders in
            guard !folders.isEmpty else { return false }
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(file)")
            guard let path else { return false }
            return folders.contains { path.hasPrefix($0 + "/") }
        }
    }
}

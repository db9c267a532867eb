import Core
import Foundation
import Storage

/// An SQLite file that a restored one replaces. It is locked so that no server opens it meanwhile, and kept under a dated name.
final class ReplacedDatabase {
    /// With symbolic links resolved.
    private let path: String
    private let file: Int32
    private let status: stat

    /// The path at which the new file is created, next to the old one.
    var unfinished: String { path + ".restoring" }

    /// The endings of files that SQLite keeps next to a database.
    private static let sideFiles = ["-wal", "-shm"]

    /// Locks the file until this value is released. Nil if there is no file to replace.
    /// - Throws: `CopyRefusal` if a server has it open, or it isn't a regular file.
    init?(_ name: String) throws {
        guard let real = realpath(name, nil) else {
            guard errno == ENOENT else { throw Self.failure(name, "can't be replaced") }
            return nil
        }
        defer { free(real) }
        let path = String(cString: real)
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure(path, "can't be replaced") }
        var status = stat()
        // The bytes by which SQLite locks a file (https://www.sqlite.org/fileformat2.html#the_lock_byte_page). A server's
        // connections hold some of them for as long as they are open.
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0x4000_0000
        lock.l_len = 512
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, fcntl(file, F_SETLK, &lock) == 0 else {
            let isHeld = [EACCES, EAGAIN].contains(errno)
            defer { close(file) }
            guard !isHeld else { throw CopyRefusal("\(path) is in use: stop the server first") }
            throw Self.failure(path, "can't be replaced")
        }
        (self.path, self.file, self.status) = (path, file, status)
        removeUnfinished()
    }

    deinit { close(file) }

    /// Deletes the remains of an interrupted or failed restore.
    func removeUnfinished() {
        for ending in [""] + Self.sideFiles { unlink(unfinished + ending) }
    }

    /// Replaces the old file with the new one, and gives that the owner and mode of the old. The old file has its new name, durably,
    /// before anything of it is removed: interrupted at any point, no commit is lost.
    /// - Returns: the new path of the old file.
    /// - Throws: `CopyRefusal`.
    func finish(at now: Instant) throws -> String {
        let aside = try unusedName(at: now)
        // Only root may change a file's owner, and only for root it can differ.
        guard chmod(unfinished, status.st_mode & 0o777) == 0,
            geteuid() != 0 || chown(unfinished, status.st_uid, status.st_gid) == 0
        else { throw Self.failure(unfinished, "can't get the old one's owner and mode") }
        let folder = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure(path, "can't be put aside") }
        defer { close(folder) }
        // The log may hold commits that aren't in the file yet.
        for ending in ["", "-wal"] {
            guard link(path + ending, aside + ending) == 0 || (errno == ENOENT && !ending.isEmpty) else {
                throw Self.failure(path + ending, "can't be put aside")
            }
        }
        guard fsync(folder) == 0 || [EINVAL, ENOTSUP].contains(errno) else {
            throw Self.failure(path, "can't be put aside durably")
        }
        for ending in Self.sideFiles { unlink(path + ending) }
        guard rename(unfinished, path) == 0, fsync(folder) == 0 || [EINVAL, ENOTSUP].contains(errno) else {
            throw Self.failure(path, "can't be replaced; the old database is \(aside)")
        }
        return aside
    }

    /// What no file has, and no log either: two may be restored within one second.
    private func unusedName(at now: Instant) throws -> String {
        let second = now.text.prefix(19).replacingOccurrences(of: ":", with: "-")
        let first = "\(path).before-\(second)Z"
        let names = [first] + (2...100).map { "\(first)-\($0)" }
        var there = stat()
        let unused = names.first { name in
            lstat(name, &there) != 0 && errno == ENOENT && lstat("\(name)-wal", &there) != 0 && errno == ENOENT
        }
        guard let unused else { throw CopyRefusal("\(path) can't be put aside: \(first) and 99 more are there") }
        return unused
    }

    private static func failure(_ path: String, _ what: String) -> CopyRefusal {
        CopyRefusal("\(path) \(what): \(String(cString: strerror(errno)))")
    }
}

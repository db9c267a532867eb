import Core
import Foundation

/// An SQLite file that a restored one takes the place of: held, so that no server opens it meanwhile, and kept under a dated name.
final class ReplacedDatabase {
    /// Where links lead.
    private let path: String
    private let file: Int32
    private let status: stat

    /// Where the new file is made: beside the one that it replaces.
    var unfinished: String { path + ".restoring" }

    /// What SQLite keeps beside a database.
    private static let sideFiles = ["-wal", "-shm"]

    /// Holds the file until this value goes.
    /// Nil where there is no file to replace.
    /// - Throws: `CopyRefusal` where a server has it open, or it isn't a file.
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

    /// What an interrupted or failed restoring has left.
    func removeUnfinished() {
        for ending in [""] + Self.sideFiles { unlink(unfinished + ending) }
    }

    /// Puts the file that was made into the place of the old one, with its owner and mode. The old one has its new name, and that is
    /// durable, before anything of it goes: interrupted at any point, no commit is lost.
    /// - Returns: the path of the old one.
    func finish(at now: Instant) throws -> String {
        let second = now.text.prefix(19).replacingOccurrences(of: ":", with: "-")
        let aside = "\(path).before-\(second)Z"
        // Only root may give a file away, and only root's isn't the owner's already.
        guard chmod(unfinished, status.st_mode & 0o777) == 0,
            geteuid() != 0 || chown(unfinished, status.st_uid, status.st_gid) == 0
        else { throw Self.failure(unfinished, "can't get the old one's owner and mode") }
        let folder = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure(path, "can't be put aside") }
        defer { close(folder) }
        // Its log may hold what isn't in it yet.
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

    private static func failure(_ path: String, _ what: String) -> CopyRefusal {
        CopyRefusal("\(path) \(what): \(String(cString: strerror(errno)))")
    }
}

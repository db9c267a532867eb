import Core
import Foundation
import Logging

/// Lets only one server use an SQLite file: a lock (`flock`) on a small file beside it, which ends with the process however that ends. Two
/// servers would both do the housekeeping, and count separately what people may do. Commands take no lock.
///
/// It goes by the file's name rather than by the file, so that it applies to a name whose file was moved away below a server, as long as the
/// lock file isn't moved with it.
final class ServingLock: Sendable {
    /// The file beside the database, and an open descriptor of it.
    private let path: String
    private let file: Int32

    private static func path(of database: String) -> String { real(database) + "-serving" }

    /// Takes the lock, once a server that has it and is about to end has ended.
    /// - Parameter timeout: how long to wait for it.
    /// - Returns: nil where the system doesn't let one lock a file there, which it has said then.
    /// - Throws: `SettingsError` where another server has it.
    static func take(for database: String, timeout: Duration, _ logger: Logger) async throws -> ServingLock? {
        let path = path(of: database)
        let end = ContinuousClock.now + timeout
        var hasTold = false
        while true {
            do {
                if let lock = try ServingLock(path) { return lock }
            } catch {
                logger.warning("a second server on \(database) would not be noticed: \(error)")
                return nil
            }
            let other = holder(ofFile: path) ?? "another process"
            guard ContinuousClock.now < end else {
                throw SettingsError(
                    "a server is already using \(database) (\(other)), and an SQLite file takes one: stop it, or move to PostgreSQL"
                )
            }
            if !hasTold {
                let seconds = timeout.components.seconds
                logger.warning(
                    "a server is already using \(database) (\(other)): waiting up to \(seconds) s for its end")
                hasTold = true
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Who serves what has this name, in some words; nil where no server does, or nothing is known.
    static func holder(of database: String) -> String? { holder(ofFile: path(of: database)) }

    /// - Returns: nil where another process has it.
    /// - Throws: `SettingsError` where it can't be taken.
    private init?(_ path: String) throws {
        func failure() -> SettingsError {
            SettingsError("\(path) can't be locked: \(String(cString: strerror(errno)))")
        }
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else { throw failure() }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                defer { close(file) }
                guard errno == EWOULDBLOCK else { throw failure() }
                return nil
            }
            // The previous holder may just have removed the file.
            guard Self.isNamed(path, file) else {
                close(file)
                continue
            }
            // As with the database: what root makes is for the service that owns the folder.
            var folder = stat()
            if geteuid() == 0, stat(URL(fileURLWithPath: path).deletingLastPathComponent().path, &folder) == 0 {
                _ = fchown(file, folder.st_uid, folder.st_gid)
            }
            (self.path, self.file) = (path, file)
            tellWho()
            return
        }
    }

    /// The file goes before anyone else can have the lock. Where its name leads elsewhere by now, that is another server's.
    deinit {
        if Self.isNamed(path, file) { unlink(path) }
        close(file)
    }

    private static func isNamed(_ path: String, _ file: Int32) -> Bool {
        var (mine, named) = (stat(), stat())
        return fstat(file, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino
            && mine.st_dev == named.st_dev
    }

    /// Words for a sentence, which needn't get onto a full disk.
    private func tellWho() {
        let host = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
            name.initialize(repeating: 0)
            guard let start = name.baseAddress, gethostname(start, name.count - 1) == 0 else { return "?" }
            return String(cString: start)
        }
        let text = "process \(getpid()) on \(host)"
        _ = ftruncate(file, 0)
        _ = pwrite(file, text, text.utf8.count, 0)
    }

    private static func holder(ofFile path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard flock(file, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        var bytes = [UInt8](repeating: 0, count: 300)
        let count = pread(file, &bytes, bytes.count, 0)
        let text = Line.clean(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self), max: 300)
        return text.isEmpty ? "another process" : text
    }

    /// Where links lead, also where only the file itself is missing.
    private static func real(_ path: String) -> String {
        func resolved(_ path: String) -> String? {
            guard let real = realpath(path, nil) else { return nil }
            defer { free(real) }
            return String(cString: real)
        }
        if let real = resolved(path) { return real }
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        return (resolved(folder) ?? folder) + "/" + url.lastPathComponent
    }
}

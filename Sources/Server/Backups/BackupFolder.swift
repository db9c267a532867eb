import Core
import Foundation
import Storage

/// A folder of backups that a timer fills: each is named after the time it was taken, and only the latest are kept.
struct BackupFolder {
    let path: String

    private static let beginning = "polier-"
    private static let ending = ".backup.gz"

    /// The file for a backup taken now: `polier-2026-11-25T02-00-00Z.backup.gz`. Creates the folder, but not the one above it.
    /// - Throws: `CopyRefusal`.
    func file(at now: Instant) throws -> BackupFile {
        let isNew = mkdir(path, 0o700) == 0
        let cause = errno
        var there = stat()
        guard stat(path, &there) == 0 else {
            throw CopyRefusal("the folder \(path) for backups can't be made: \(String(cString: strerror(cause)))")
        }
        guard there.st_mode & S_IFMT == S_IFDIR else {
            throw CopyRefusal("\(path) isn't a folder: with --keep, backups are files in one")
        }
        // The folder's name must be durable before its content is relied on.
        if isNew { try syncFolderAbove() }
        return BackupFile(path: "\(path)/\(Self.name(at: now))")
    }

    /// The latest complete backup up to now.
    /// - Throws: `CopyRefusal` if there is none.
    func newest(at now: Instant) throws -> BackupFile {
        let latest = Self.name(at: now)
        let names = try Self.names(in: path).filter { $0.hasSuffix(Self.ending) && $0 <= latest }
        guard let newest = names.max() else { throw CopyRefusal("there is no backup in \(path)") }
        return BackupFile(path: "\(path)/\(newest)")
    }

    private static func name(at now: Instant) -> String {
        "\(beginning)\(now.text.prefix(19).replacingOccurrences(of: ":", with: "-"))Z\(ending)"
    }

    /// The names of complete backups, and of those under way or interrupted.
    private static func names(in path: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw CopyRefusal("the folder \(path) can't be read: \(String(cString: strerror(errno)))")
        }
        return names.filter {
            $0.wholeMatch(of: /polier-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.backup\.gz(\.unfinished)?/) != nil
        }
    }

    private func syncFolderAbove() throws {
        let above = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if above >= 0 { close(above) } }
        guard above >= 0, fsync(above) == 0 || [EINVAL, ENOTSUP].contains(errno) else {
            throw CopyRefusal("the folder \(path) was made and can't be synced: \(String(cString: strerror(errno)))")
        }
    }

    /// What happened to earlier backups.
    struct Kept {
        /// The names of deleted backups.
        var deleted: [String] = []
        /// The names of backups dated later than the one just taken, because a clock was wrong. They are kept and not counted.
        var future: [String] = []
    }

    /// Deletes all but the latest backups up to the one just taken, and the remains of interrupted ones.
    /// - Parameters:
    ///   - count: how many to keep, with the one just taken; at least 1.
    ///   - made: a complete file of this folder.
    /// - Throws: `CopyRefusal` if one can't be deleted.
    func keep(_ count: Int, with made: BackupFile) throws -> Kept {
        let newest = URL(fileURLWithPath: made.path).lastPathComponent
        let names = try Self.names(in: path)
        let complete = names.filter { $0.hasSuffix(Self.ending) }.sorted()
        let surplus = Array(complete.filter { $0 < newest }.dropLast(count - 1))
        // A file that another process is still writing is newer than the one just completed.
        let abandoned = names.filter { $0.hasSuffix(BackupFile.unfinishedEnding) && $0 < newest }
        for name in surplus + abandoned {
            guard unlink("\(path)/\(name)") == 0 else {
                throw CopyRefusal("the old backup \(name) can't be deleted: \(String(cString: strerror(errno)))")
            }
        }
        return Kept(deleted: surplus, future: complete.filter { $0 > newest })
    }
}

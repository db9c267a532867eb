import Core
import Foundation

/// A folder of backups that a timer fills: each is named by when it was taken, and so many of the latest stay.
struct BackupFolder {
    let path: String

    private static let beginning = "polier-"
    private static let ending = ".backup.gz"

    /// The file for a backup of now: `polier-2026-11-25T02-00-00Z.backup.gz`. Makes the folder where that alone is missing.
    func file(at now: Instant) throws -> BackupFile {
        let isNew = mkdir(path, 0o700) == 0
        var there = stat()
        guard stat(path, &there) == 0, there.st_mode & S_IFMT == S_IFDIR else {
            throw CopyRefusal("\(path) isn't a folder: with --keep, backups are files in one")
        }
        // Its name is durable before anybody relies on what is in it.
        if isNew { try syncFolderAbove() }
        return BackupFile(path: "\(path)/\(Self.name(at: now))")
    }

    /// The complete backup of the latest moment up to now.
    /// - Throws: `CopyRefusal` where there is none.
    func newest(at now: Instant) throws -> BackupFile {
        let latest = Self.name(at: now)
        let names = try Self.names(in: path).filter { $0.hasSuffix(Self.ending) && $0 <= latest }
        guard let newest = names.max() else { throw CopyRefusal("there is no backup in \(path)") }
        return BackupFile(path: "\(path)/\(newest)")
    }

    private static func name(at now: Instant) -> String {
        "\(beginning)\(now.text.prefix(19).replacingOccurrences(of: ":", with: "-"))Z\(ending)"
    }

    /// Of complete backups, and of those that are being made or were interrupted.
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

    /// What became of the backups that were there before.
    struct Kept {
        /// The names of those that were deleted.
        var deleted: [String] = []
        /// The names of those that claim to be later than the one just made: a clock was wrong. They stay, and don't count.
        var future: [String] = []
    }

    /// Deletes all but the latest up to the one just made, and what interrupted ones have left.
    /// - Parameters:
    ///   - count: how many stay, with the one just made; at least 1.
    ///   - made: a file of this folder that is complete.
    func keep(_ count: Int, with made: BackupFile) throws -> Kept {
        let newest = URL(fileURLWithPath: made.path).lastPathComponent
        let names = try Self.names(in: path)
        let complete = names.filter { $0.hasSuffix(Self.ending) }.sorted()
        let surplus = Array(complete.filter { $0 < newest }.dropLast(count - 1))
        // One that another process is at work on is younger than what was completed just now.
        let abandoned = names.filter { $0.hasSuffix(BackupFile.unfinishedEnding) && $0 < newest }
        for name in surplus + abandoned {
            guard unlink("\(path)/\(name)") == 0 else {
                throw CopyRefusal("the old backup \(name) can't be deleted: \(String(cString: strerror(errno)))")
            }
        }
        return Kept(deleted: surplus, future: complete.filter { $0 > newest })
    }
}

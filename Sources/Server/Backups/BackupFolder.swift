import Core
import Foundation

/// A folder of backups that a timer fills: each is named by when it was taken, and so many of the latest stay.
struct BackupFolder {
    let path: String

    private static let beginning = "polier-"
    private static let ending = ".backup.gz"

    /// The file for a backup of now: `polier-2026-11-25T02-00-00Z.backup.gz`.
    func file(at now: Instant) throws -> BackupFile {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw CopyRefusal("\(path) isn't a folder: with --keep, backups are files in one")
        }
        let second = now.text.prefix(19).replacingOccurrences(of: ":", with: "-")
        return BackupFile(path: "\(path)/\(Self.beginning)\(second)Z\(Self.ending)")
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
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter {
            $0.wholeMatch(of: /polier-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.backup\.gz(\.unfinished)?/) != nil
        }
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

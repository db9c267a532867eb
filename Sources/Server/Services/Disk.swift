import Foundation

/// The disk that a database file is on.
struct Disk: Sendable {
    let folder: String

    /// - Parameter databaseURL: nil where it names no file of this machine's.
    init?(databaseURL: String) {
        guard databaseURL.hasPrefix("sqlite:") else { return nil }
        let path = databaseURL.dropFirst("sqlite:".count).prefix { $0 != "?" }
        folder = URL(fileURLWithPath: String(path)).deletingLastPathComponent().path
    }

    /// How much a file may still grow, and how large the disk is, in bytes. Nil where the system doesn't say.
    var room: (free: Int, total: Int)? {
        var info = statvfs()
        guard statvfs(folder, &info) == 0 else { return nil }
        let (free, isTooMuch) = Int(clamping: info.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: info.f_frsize))
        let total = Int(clamping: info.f_blocks).multipliedReportingOverflow(by: Int(clamping: info.f_frsize))
        return isTooMuch || total.overflow ? nil : (free, total.partialValue)
    }
}

import Storage
import Foundation

/// The disk that a database file is on.
struct Disk: Sendable {
    let folder: String

    /// Nil if the URL names no file on this machine.
    init?(databaseURL: String) {
        guard databaseURL.hasPrefix("sqlite:") else { return nil }
        let path = databaseURL.dropFirst("sqlite:".count).prefix { $0 != "?" }
        folder = URL(fileURLWithPath: String(path)).deletingLastPathComponent().path
    }

    /// None if the system doesn't say.
    var metrics: [Metric] {
        guard let space else { return [] }
        return [
            Metric(
                "polier_sqlite_disk_free_bytes", "Space left on the disk of the database file.",
                .gauge(Double(space.free))),
            Metric(
                "polier_sqlite_disk_bytes", "The size of the disk of the database file.", .gauge(Double(space.total))),
        ]
    }

    /// The free space and the size of the disk, in bytes. Nil if the system doesn't say.
    var space: (free: Int, total: Int)? {
        var info = statvfs()
        guard statvfs(folder, &info) == 0 else { return nil }
        let (free, isTooMuch) = Int(clamping: info.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: info.f_frsize))
        let total = Int(clamping: info.f_blocks).multipliedReportingOverflow(by: Int(clamping: info.f_frsize))
        return isTooMuch || total.overflow ? nil : (free, total.partialValue)
    }
}

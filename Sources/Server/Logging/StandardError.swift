import Core
import Foundation
import Storage

/// Standard error, for lines that may be lost: a closed reader, a full pipe or a full disk neither ends nor delays the process.
/// `FileHandle.write(_:)` traps when the system refuses a write.
enum StandardError {
    private static let writer = LineWriter(to: STDERR_FILENO)

    static func write(_ text: String) { writer.write(text) }

    /// Called before the process ends.
    static func flush() { writer.flush() }

    /// Sets the text about lost lines. It is given their number.
    static func tellLosses(_ notice: @escaping @Sendable (Int) -> String) { writer.tellLosses(notice) }

    static var metrics: [Metric] {
        [
            Metric(
                "polier_log_lines_lost_total", "Lines of the log that couldn't be written.",
                .counter(Double(writer.lost)))
        ]
    }
}

import Core
import Foundation

/// Standard error, for lines that may be lost: nobody who closed the other end, lets a pipe fill up or a disk run full ends the process
/// or makes it wait. `FileHandle.write(_:)` would, for it traps where the system refuses.
enum StandardError {
    private static let writer = LineWriter(to: STDERR_FILENO)

    static func write(_ text: String) { writer.write(text) }

    /// Before the process ends.
    static func flush() { writer.flush() }

    /// How the log says that so many lines were lost.
    static func tellLosses(_ notice: @escaping @Sendable (Int) -> String) { writer.tellLosses(notice) }

    static var metrics: [Metric] {
        [
            Metric(
                "polier_log_lines_lost_total", "Lines of the log that couldn't be written.",
                .counter(Double(writer.lost)))
        ]
    }
}

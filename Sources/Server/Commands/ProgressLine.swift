import Core
import Foundation
import Synchronization

/// Shows a copy's progress on standard error: a bar on a terminal, otherwise a line for each large table.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let lastShown = Mutex(ContinuousClock.now - .seconds(1))

    private static let width = 30
    /// Smaller tables get no line.
    private static let worthALine = 10_000

    @Sendable func show(_ progress: CopyProgress) {
        if isTerminal { showBar(progress) } else { showLine(progress) }
    }

    private func showBar(_ progress: CopyProgress) {
        let isLast = progress.isTableDone && progress.done >= progress.total
        let isDue = lastShown.withLock { last in
            guard isLast || .now - last > .milliseconds(100) else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        let text =
            "\(verb(progress)) \(Self.bar(progress)) \(progress.done) of \(progress.total) \(progress.table)"
        // To the start of the line, and clears the rest of it.
        write("\r\(text)\u{1B}[K\(isLast ? "\r\u{1B}[K" : "")")
    }

    /// The part that is done. The total may be any number, because it comes from a backup's file.
    static func bar(_ progress: CopyProgress) -> String {
        let share = progress.total <= 0 ? 1 : min(1, max(0, Double(progress.done) / Double(progress.total)))
        let filled = Int(share * Double(width))
        return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: width - filled))] "
            + "\(Int(share * 100)) %"
    }

    private func showLine(_ progress: CopyProgress) {
        guard progress.isTableDone, progress.rows >= Self.worthALine else { return }
        write(
            "\(verb(progress)) \(progress.table): \(progress.rows) rows, \(progress.done) of \(progress.total) in all\n"
        )
    }

    private func verb(_ progress: CopyProgress) -> String {
        switch progress.step {
        case .copying: "Copying"
        case .comparing: "Comparing"
        }
    }

    private func write(_ text: String) { StandardError.write(text) }
}

extension TableContents {
    /// A line of a report: the name, the number of rows, and their hash.
    var line: String {
        let name = table.padding(toLength: 20, withPad: " ", startingAt: 0)
        let rows = String(fingerprint.rows)
        return "  \(name)\(String(repeating: " ", count: max(0, 10 - rows.count)))\(rows)  \(fingerprint.sha256)"
    }
}

extension [TableContents] {
    var summary: String { "\(reduce(0) { $0 + $1.fingerprint.rows }) rows of \(count) tables" }
}

import Foundation

/// A line of text that people read: a name, a street. Blanks round it are dropped.
public struct Line: Sendable {
    public let text: String

    /// - Parameter max: the most characters it may have.
    public init(_ text: String, max: Int) throws(Flaw) {
        self.text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if self.text.isEmpty { throw Flaw(.empty) }
        try Self.check(self.text, max: max, allowing: [])
    }

    /// Throws where a text is too long, or holds characters that would harm where it is shown: control characters but those
    /// allowed, line separators, and the marks that turn the direction of what follows (Unicode Technical Report 36).
    public static func check(_ text: String, max: Int, allowing: Set<Unicode.Scalar>) throws(Flaw) {
        // Counted twice, since one character may be a thousand combining marks.
        if text.count > max || text.unicodeScalars.count > 2 * max {
            throw Flaw(.tooLong, ["max": .integer(max)])
        }
        for scalar in text.unicodeScalars where harms(scalar) && !allowing.contains(scalar) {
            throw Flaw(.controlCharacters)
        }
    }

    /// What others' machines say, on one line: each character that would harm is a blank, and what is too long is cut.
    /// - Parameter max: the most Unicode scalars that are kept.
    public static func clean(_ text: String, max: Int) -> String {
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: text.unicodeScalars.prefix(max).map { harms($0) ? " " : $0 })
        return String(kept).trimmingCharacters(in: .whitespaces)
    }

    private static func harms(_ scalar: Unicode.Scalar) -> Bool {
        switch (scalar.properties.generalCategory, scalar.value) {
        case (.control, _), (.lineSeparator, _), (.paragraphSeparator, _), (_, 0x202A...0x202E), (_, 0x2066...0x2069):
            true
        default: false
        }
    }
}

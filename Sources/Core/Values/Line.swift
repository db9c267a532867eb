import Foundation

/// A line of text that people read: a street, a reason. Blanks round it are dropped, and so is what nobody sees (`PlainText`).
public struct Line: Sendable {
    public let text: String

    /// Throws a `Flaw`: `.empty`, `.tooLong`, `.tooManyMarks` or `.controlCharacters`.
    /// - Parameter max: the most characters it may have.
    public init(_ text: String, max: Int) throws(Flaw) {
        self.text = try PlainText(text, lineBreak: " ").checked(max: max)
        if self.text.isEmpty { throw Flaw(.empty) }
    }

    /// What others' machines say, on one line: control characters are blanks, marks beyond those that a text may have in a row
    /// go, and what is too long is cut.
    /// - Parameter max: the most Unicode scalars that are kept.
    public static func clean(_ text: String, max: Int) -> String {
        let cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(max)))
        var run = MarkRun()
        let kept = PlainText(cut, lineBreak: " ").scalars.compactMap { scalar -> Unicode.Scalar? in
            run.admits(scalar) ? (scalar.isControl ? " " : scalar) : nil
        }
        return String(String.UnicodeScalarView(kept)).trimmingCharacters(in: .whitespaces)
    }
}

/// Text of several lines that people write. Blanks and empty lines round it are dropped, and so is what nobody sees.
public struct Note: Sendable {
    public let text: String

    /// Throws a `Flaw`: `.tooLong`, `.tooManyMarks` or `.controlCharacters`.
    /// - Parameter max: the most characters it may have.
    public init(_ text: String, max: Int) throws(Flaw) {
        self.text = try PlainText(text, lineBreak: "\n").checked(max: max, allowing: ["\n", "\r", "\t"])
    }
}

extension PlainText {
    /// The text without blanks round it. Throws where it is too long, or holds what would harm where it is compared or shown.
    fileprivate func checked(max: Int, allowing: Set<Unicode.Scalar> = []) throws(Flaw) -> String {
        let text = String(scalars).trimmingCharacters(in: .whitespacesAndNewlines)
        // Counted twice, since one character may be a thousand scalars; first what is counted fast.
        guard text.unicodeScalars.count <= 2 * max, text.count <= max else {
            throw Flaw(.tooLong, ["max": .integer(max)])
        }
        guard MarkRun.admits(text.unicodeScalars) else {
            throw Flaw(.tooManyMarks, ["max": .integer(MarkRun.longest)])
        }
        for scalar in text.unicodeScalars where scalar.isControl && !allowing.contains(scalar) {
            throw Flaw(.controlCharacters)
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}

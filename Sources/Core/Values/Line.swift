import Foundation

/// A line of text that people read: a street, a reason. Surrounding white space and invisible characters (`PlainText`) are removed.
public struct Line: Sendable {
    public let text: String

    /// - Parameter max: the most characters it may have.
    /// - Throws: a `Flaw`: `.empty`, `.tooLong`, `.tooManyMarks` or `.controlCharacters`.
    public init(_ text: String, max: Int) throws(Flaw) {
        self.text = try PlainText(text, lineBreak: " ").checked(max: max)
        if self.text.isEmpty { throw Flaw(.empty) }
    }

    /// A message of another server, on one line: control characters become spaces, excess combining marks are removed, and an overlong
    /// message is cut.
    /// - Parameter max: the most Unicode scalars to keep.
    public static func clean(_ text: String, max: Int) -> String {
        let cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(max)))
        var run = MarkRun()
        let kept = PlainText(cut, lineBreak: " ").scalars.compactMap { scalar -> Unicode.Scalar? in
            run.admits(scalar) ? (scalar.isControl ? " " : scalar) : nil
        }
        return String(String.UnicodeScalarView(kept)).trimmingCharacters(in: .whitespaces)
    }
}

/// Text of several lines that people write. Surrounding white space, empty lines and invisible characters are removed.
public struct Note: Sendable {
    public let text: String

    /// - Parameter max: the most characters it may have.
    /// - Throws: a `Flaw`: `.tooLong`, `.tooManyMarks` or `.controlCharacters`.
    public init(_ text: String, max: Int) throws(Flaw) {
        self.text = try PlainText(text, lineBreak: "\n").checked(max: max, allowing: ["\n", "\r", "\t"])
    }
}

extension PlainText {
    /// The text without surrounding white space.
    /// - Throws: a `Flaw` if it is too long, or holds characters that would do harm when it is compared or shown.
    fileprivate func checked(max: Int, allowing: Set<Unicode.Scalar> = []) throws(Flaw) -> String {
        let text = String(scalars).trimmingCharacters(in: .whitespacesAndNewlines)
        // Two checks, since one character may be a thousand scalars; the cheap count comes first.
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

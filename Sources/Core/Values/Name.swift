import Foundation

/// What somebody or something is called: a line with something to see in it, whose words are written in one script each, so that
/// no two names look alike and differ.
public struct Name: Sendable {
    public let text: String

    public enum Kind: Sendable {
        case thing
        /// Somebody, or a company: it stands in mails to strangers, and may hold no web address.
        case sender
    }

    /// Throws a `Flaw`: that of a `Line`, or `.invisible`, `.mixedScripts` or `.webAddress`.
    /// - Parameter max: the most characters it may have.
    public init(_ text: String, max: Int, of kind: Kind = .thing) throws(Flaw) {
        let line = try Line(text, max: max).text
        self.text = Self.withoutBlanks(line)
        guard self.text.unicodeScalars.contains(where: Self.isVisible) else { throw Flaw(.invisible) }
        if let word = Self.mixedWord(in: self.text) { throw Flaw(.mixedScripts, ["word": .text(word)]) }
        if kind == .sender, let word = Self.webAddress(in: self.text) { throw Flaw(.webAddress, ["word": .text(word)]) }
    }

    /// Without letters and marks that take room and show nothing. (In a note they may stand for what was there in an old text.)
    private static func withoutBlanks(_ line: String) -> String {
        guard line.unicodeScalars.contains(where: isBlankLetter) else { return line }
        let kept = line.unicodeScalars.filter { !isBlankLetter($0) }
        return String(String.UnicodeScalarView(kept)).trimmingCharacters(in: .whitespaces)
    }

    private static func isBlankLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // The combining grapheme joiner, fillers of Hangul syllables, inherent vowels of Khmer, the empty Braille pattern.
        case 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0: true
        default: false
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isWhitespace { return false }
        switch scalar.properties.generalCategory {
        // A mark is seen on something else.
        case .nonspacingMark, .enclosingMark, .control, .format, .surrogate, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            return false
        default: return true
        }
    }
}

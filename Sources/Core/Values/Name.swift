import Foundation

/// The name of a person or a thing: a line with something visible in it, each of whose words is written in one script, so that no two
/// different names look alike.
public struct Name: Sendable {
    public let text: String

    public enum Kind: Sendable {
        /// A site, a material, a unit and the like.
        case thing
        /// A person or a company: the name appears in mails to strangers, and may contain no web address.
        case sender
    }

    /// - Parameter max: the most characters it may have.
    /// - Throws: a `Flaw`: those of `Line`, `.invisible`, `.mixedScripts` or `.webAddress`.
    public init(_ text: String, max: Int, of kind: Kind = .thing) throws(Flaw) {
        let line = try Line(text, max: max).text
        self.text = Self.withoutBlanks(line)
        guard self.text.unicodeScalars.contains(where: Self.isVisible) else { throw Flaw(.invisible) }
        if let word = Self.mixedWord(in: self.text) { throw Flaw(.mixedScripts, ["word": .text(word)]) }
        if kind == .sender, let word = Self.webAddress(in: self.text) { throw Flaw(.webAddress, ["word": .text(word)]) }
    }

    /// Removes letters and marks that take up space and show nothing. (A note may keep them: an old text may have had them.)
    private static func withoutBlanks(_ line: String) -> String {
        guard line.unicodeScalars.contains(where: isBlankLetter) else { return line }
        let kept = line.unicodeScalars.filter { !isBlankLetter($0) }
        return String(String.UnicodeScalarView(kept)).trimmingCharacters(in: .whitespaces)
    }

    private static func isBlankLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // The combining grapheme joiner, Hangul fillers, inherent vowels of Khmer, the empty Braille pattern.
        case 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0: true
        default: false
        }
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isWhitespace { return false }
        switch scalar.properties.generalCategory {
        // A mark is visible only on another character.
        case .nonspacingMark, .enclosingMark, .control, .format, .surrogate, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            return false
        default: return true
        }
    }
}

import Foundation

/// What is looked for in names: every word has to stand in the text, whatever its case and accents. The app's search field
/// (web/parts/search-field.js) finds the same.
public struct SearchWords: Sendable {
    private let words: [[UInt8]]

    /// The most characters that may be looked for.
    public static let most = 100

    public init(_ text: String) {
        words = Self.folded(text).utf8.split(separator: UInt8(ascii: " ")).map(Array.init)
    }

    func match(_ text: String) -> Bool {
        let folded = Array(Self.folded(text).utf8)
        return words.allSatisfy { Self.contains(folded, $0) }
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        var rest = text[...]
        while rest.count >= word.count {
            if rest.starts(with: word) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// In small letters without accents, and with single blanks.
    static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return blanked(text.lowercased()) }
        var folded = String.UnicodeScalarView()
        for scalar in text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: continue
            default: folded.append(contentsOf: whole[scalar] ?? String.UnicodeScalarView([scalar]))
            }
        }
        return blanked(String(folded))
    }

    private static func blanked(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// These letters are whole: taking accents away leaves them as they are.
    private static let whole: [Unicode.Scalar: String.UnicodeScalarView] = [
        "ı": "i".unicodeScalars, "ł": "l".unicodeScalars, "ß": "ss".unicodeScalars, "ø": "o".unicodeScalars,
        "đ": "d".unicodeScalars,
    ]
}

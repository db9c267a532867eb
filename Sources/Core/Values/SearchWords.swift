import Foundation

/// The words of a search in names. Every word has to occur in the text, ignoring case and accents; umlauts and ß also match as two
/// letters, and sizes match however they are written: 30x60, 30 x 60, 30×60. The app's search field (web/parts/search-field.js) finds the
/// same.
public struct SearchWords: Sendable {
    /// `plain` is without accents; `spelled` has umlauts as two letters.
    private let plain: [[UInt8]]
    private let spelled: [[UInt8]]

    /// The most characters of a search.
    public static let most = 100

    public init(_ text: String) {
        func words(_ text: String) -> [[UInt8]] { text.utf8.split(separator: UInt8(ascii: " ")).map(Array.init) }
        (plain, spelled) = (words(Self.folded(text)), words(Self.spelled(text)))
    }

    func match(_ text: String) -> Bool {
        let (folded, spelledOut) = (Array(Self.folded(text).utf8), Array(Self.spelled(text).utf8))
        return zip(plain, spelled).allSatisfy {
            Self.contains(folded, $0) || Self.contains(spelledOut, $1)
        }
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        var rest = text[...]
        while rest.count >= word.count {
            if rest.starts(with: word) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// With umlauts as two letters.
    private static func spelled(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return folded(text) }
        var spelled = String.UnicodeScalarView()
        for scalar in text.lowercased().precomposedStringWithCanonicalMapping.unicodeScalars {
            spelled.append(contentsOf: umlauts[scalar] ?? String.UnicodeScalarView([scalar]))
        }
        return folded(String(spelled))
    }

    /// In lower case without accents, with single spaces, and with sizes in one piece.
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
        sized(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    /// `30 x 60` as `30x60`: without the spaces around an x between two numbers.
    private static func sized(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let (blank, times) = (UInt8(ascii: " "), UInt8(ascii: "x"))
        guard bytes.contains(times) else { return text }
        func isDigit(_ byte: UInt8?) -> Bool {
            byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        }
        var sized: [UInt8] = []
        sized.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            var after = rest
            if byte == blank, after.first == times {
                after = after.dropFirst()
            } else if byte != times {
                sized.append(byte)
                continue
            }
            if after.first == blank { after = after.dropFirst() }
            if isDigit(sized.last), isDigit(after.first) {
                sized.append(times)
                rest = after
            } else {
                sized.append(byte)
            }
        }
        return String(decoding: sized, as: UTF8.self)
    }

    private static let umlauts: [Unicode.Scalar: String.UnicodeScalarView] = [
        "ä": "ae".unicodeScalars, "ö": "oe".unicodeScalars, "ü": "ue".unicodeScalars,
    ]

    /// Letters that have no decomposition, so that removing accents leaves them unchanged.
    private static let whole: [Unicode.Scalar: String.UnicodeScalarView] = [
        "ı": "i".unicodeScalars, "ł": "l".unicodeScalars, "ß": "ss".unicodeScalars, "ø": "o".unicodeScalars,
        "đ": "d".unicodeScalars, "×": "x".unicodeScalars,
    ]
}

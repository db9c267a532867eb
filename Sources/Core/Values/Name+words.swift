import Storage

extension Name {
    /// The first word that mixes letters of different scripts, as "Sаbine" with a Cyrillic а; nil if there is none.
    ///
    /// Words are separated by spaces and punctuation, including hyphens: `Ω-Profil` is two words. An apostrophe or a full stop inside a
    /// word doesn't end it, so that no single letter of `O'Brien` or `A.B.C.` can be of another script.
    static func mixedWord(in text: String) -> String? {
        words(of: text).first { word in
            word.contains { !$0.isASCII } && !Script.fitTogether(word) && !isTechnical(word)
        }.map { String(String.UnicodeScalarView($0)) }
    }

    private static func words(of text: String) -> [ArraySlice<Unicode.Scalar>] {
        let scalars = Array(text.unicodeScalars)
        return scalars.indices.split { !isOfWord(scalars, $0) }.map { scalars[$0] }
    }

    private static func isOfWord(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        switch scalars[index].properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation, .format:
            return true
        default:
            return joints.contains(scalars[index]) && index > 0 && index + 1 < scalars.count
                && scalars[index - 1].properties.isAlphabetic && scalars[index + 1].properties.isAlphabetic
        }
    }

    /// Punctuation that doesn't end a word when it is between letters.
    private static let joints = Set<Unicode.Scalar>("'.\u{2018}\u{2019}".unicodeScalars)

    /// Whether a single Greek letter among Latin ones is a physical quantity or a unit: `Δt`, `kΩ`, `μm`, `φ12mm`. Only letters that
    /// don't look like a Latin one count.
    private static func isTechnical(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        let signs = word.filter { quantities.contains($0) }
        return signs.count == 1 && Script.fitTogether(word.filter { !quantities.contains($0) } + ["a"])
    }

    /// The last one is the ohm sign, which is a letter too.
    private static let quantities = Set<Unicode.Scalar>("ΓΔΘΛΞΠΣΦΨΩδθλμξπφψ\u{2126}".unicodeScalars)

    // MARK: Web addresses

    /// The first word that mail programs and browsers would turn into a link: with `https://` or another scheme, with `www.` and more, or
    /// with a domain and what follows it in an address, as in `evil.example/x`. A full stop alone doesn't count: `Bau.Werk GmbH`, `St.
    /// Pauli Bau` and `fliesen24.de` are names.
    static func webAddress(in text: String) -> String? {
        text.unicodeScalars.split { $0.properties.isWhitespace }.first(where: isLink).map { String(Substring($0)) }
    }

    private static func isLink(_ word: Substring.UnicodeScalarView) -> Bool {
        let word = Array(word)
        for index in word.indices {
            let rest = word[index...]
            switch word[index] {
            // A scheme ends with a letter or a digit.
            case ":" where rest.starts(with: "://".unicodeScalars):
                if index > 0, isOfLabel(word[index - 1]) { return true }
            case "w", "W":
                let isStart = index == 0 || !isOfLabel(word[index - 1])
                if isStart, rest.count > 4, rest.prefix(4).elementsEqual("www.".unicodeScalars, by: isSame),
                    isOfLabel(word[index + 4])
                {
                    return true
                }
            case "/", "?", "#", ":":
                // A path may be empty; punctuation that may end a sentence counts only if something follows it.
                let hasMore = index + 1 < word.count && isOfLabel(word[index + 1])
                if word[index] == "/" || hasMore, endsWithDomain(word[..<index]) { return true }
            default: break
            }
        }
        return false
    }

    /// Whether it ends with a label, a full stop and at least two letters, as `evil.example` does.
    private static func endsWithDomain(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        let top = word.reversed().prefix { isOfLabel($0) }
        let before = word.dropLast(top.count)
        return top.count > 1 && top.allSatisfy { !("0"..."9").contains($0) } && before.last == "."
            && before.dropLast().last.map(isOfLabel) == true
    }

    private static func isOfLabel(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-"
    }

    private static func isSame(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
        one.isASCII && other.isASCII && UInt8(ascii: one).smallASCII == UInt8(ascii: other).smallASCII
    }
}

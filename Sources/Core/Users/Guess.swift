import Foundation

/// A text as password guessers treat it: in lower case, without accents, ß as ss.
struct Guess: Sendable {
    private(set) var scalars: [Unicode.Scalar]

    private init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// - Parameter text: must be bounded: sorting its combining marks takes quadratic time.
    init(_ text: String) {
        scalars = text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars.flatMap { scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: [Unicode.Scalar]()
            default: scalar == "ß" ? ["s", "s"] : [scalar]
            }
        }
    }

    /// A word without its accents, and as typed on a keyboard without umlauts.
    static func spellings(_ word: String) -> [Guess] {
        let composed = word.lowercased().precomposedStringWithCanonicalMapping
        let typed = composed.replacing("ä", with: "ae").replacing("ö", with: "oe").replacing("ü", with: "ue")
        return typed == composed ? [Guess(word)] : [Guess(word), Guess(typed)]
    }

    var text: String { Self.text(scalars) }
    var count: Int { scalars.count }

    static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// Whether it is too short for a password: fewer than eight characters that aren't blank.
    var isShort: Bool { scalars.count { !$0.properties.isWhitespace } < Password.length.lowerBound }

    // MARK: Words

    var isOneWord: Bool { scalars.allSatisfy(\.properties.isAlphabetic) }

    /// The parts between signs and blanks.
    var parts: [Guess] { scalars.split { !Self.isOfNames($0) }.map { Guess(Array($0)) } }

    /// The parts as one word.
    var joined: Guess { Guess(scalars.filter(Self.isOfNames)) }

    private static func isOfNames(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// The runs of letters.
    static func words(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        scalars.indices.split { !scalars[$0].properties.isAlphabetic }.map { $0.startIndex..<$0.endIndex }
    }

    /// The text as it is, and as it reads if digits and signs stand for letters.
    var readings: [[Unicode.Scalar]] {
        let (one, other) = (
            scalars.map { Self.letters[$0] ?? $0 }, scalars.map { $0 == "1" ? "l" : Self.letters[$0] ?? $0 }
        )
        return one == scalars ? [scalars] : one == other ? [scalars, one] : [scalars, one, other]
    }

    private static let letters: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "€": "e",
    ]

    func holds(any words: [Guess]) -> Bool { words.contains { !places(of: $0).isEmpty } }

    func without(_ words: [Guess]) -> Guess {
        var isKnown = [Bool](repeating: false, count: count)
        for word in words {
            for start in places(of: word) { for index in word.scalars.indices { isKnown[start + index] = true } }
        }
        return Guess(zip(scalars, isKnown).filter { !$0.1 }.map(\.0))
    }

    /// Blanks some letters out, so that the positions of the others don't change.
    mutating func remove(_ run: Range<Int>) {
        for index in run { scalars[index] = " " }
    }

    private func places(of word: Guess) -> [Int] {
        guard word.count > 0, word.count <= count else { return [] }
        return readings.flatMap { reading in
            (0...(count - word.count)).filter { reading[$0..<($0 + word.count)].elementsEqual(word.scalars) }
        }
    }

    // MARK: Patterns

    /// Whether it is a pattern of the keyboard: up to four characters repeated, or runs along the keyboard or the alphabet with an average
    /// length of at least four. In words such runs are short.
    var isPattern: Bool {
        let scalars = scalars.filter { !$0.properties.isWhitespace }
        guard scalars.count > 1 else { return true }
        let isRepeated = (1...4).contains { period in
            period < scalars.count
                && scalars.indices.dropFirst(period).allSatisfy { scalars[$0] == scalars[$0 - period] }
        }
        let breaks = zip(scalars, scalars.dropFirst()).count { !Self.areNeighbours($0, $1) }
        return isRepeated || (breaks + 1) * 4 <= scalars.count
    }

    private static func areNeighbours(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
        one == other || neighbours.contains(Pair(one: min(one, other), other: max(one, other)))
    }

    private struct Pair: Hashable {
        let one: Unicode.Scalar
        let other: Unicode.Scalar
    }

    /// Along the rows and columns of German and English keyboards, along the number pad, and along the alphabet.
    private static let neighbours: Set<Pair> = {
        let lines = [
            "abcdefghijklmnopqrstuvwxyz", "1234567890", "qwertzuiop", "qwertyuiop", "asdfghjkl", "yxcvbnm,.-",
            "zxcvbnm,./",
            "1qay", "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6zhn", "6yhn", "7ujm", "8ik,", "9ol.", "147258369",
            "789456123",
            "!\"§$%&/()=?", "!@#$%^&*()",
        ]
        return Set(
            lines.flatMap { line in
                zip(line.unicodeScalars, line.unicodeScalars.dropFirst()).map {
                    Pair(one: min($0, $1), other: max($0, $1))
                }
            })
    }()
}

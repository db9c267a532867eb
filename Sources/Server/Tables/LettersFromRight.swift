/// Hebrew and Arabic for a file that writes its characters from left to right, as they are given, and joins none.
///
/// Arabic letters become the presentation forms that look as if they were joined (Unicode Standard, section 9.2); then the characters of a
/// line are put in the order in which they stand (Unicode Standard Annex #9, for a line that begins at the left, without embeddings). Points
/// and vowel marks are left out, as names are written without them.
enum LettersFromRight {
    /// Whether a character is of a script that is written from the right: the blocks whose characters have the bidirectional class R or AL by
    /// default (section 3.2), without the digits, which are written from the left.
    static func contain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x660...0x669, 0x6F0...0x6F9: false
        case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF: true
        default: false
        }
    }

    /// Whether DejaVu Sans has a character: Hebrew letters, and Arabic ones in their presentation forms.
    static func canShow(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x5BE, 0x5D0...0x5EA, 0x5F0...0x5F4, 0x60C, 0x61B, 0x61F, 0x640, 0xFB1F...0xFB28, 0xFB2A...0xFB36,
            0xFB52...0xFBA3,
            0xFBAA...0xFBAD, 0xFBFC...0xFBFF, 0xFE80...0xFEFC:
            true
        default: false
        }
    }

    // MARK: Joining

    /// The forms of a letter: how many there are, and the first of them. With two: alone, and after a letter; with four also before one, and
    /// between two.
    private static let forms: [UInt32: (count: Int, first: UInt32)] = {
        var forms: [UInt32: (count: Int, first: UInt32)] = [0x621: (1, 0xFE80)]
        // In the order of the block: each letter's forms follow those of the letter before it.
        var next: UInt32 = 0xFE81
        func add(_ letters: ClosedRange<UInt32>) {
            for letter in letters {
                let count = alone.contains(letter) ? 2 : 4
                forms[letter] = (count, next)
                next += UInt32(count)
            }
        }
        add(0x622...0x63A)
        add(0x641...0x64A)
        // Persian, Kurdish and Urdu.
        for (letter, count, first) in [
            (0x67E, 4, 0xFB56), (0x679, 4, 0xFB66), (0x686, 4, 0xFB7A), (0x688, 2, 0xFB88), (0x691, 2, 0xFB8C),
            (0x698, 2, 0xFB8A), (0x6A4, 4, 0xFB6A), (0x6A9, 4, 0xFB8E), (0x6AF, 4, 0xFB92), (0x6BA, 2, 0xFB9E),
            (0x6BE, 4, 0xFBAA), (0x6CC, 4, 0xFBFC),
        ] as [(UInt32, Int, UInt32)] { forms[letter] = (count, first) }
        return forms
    }()

    /// The letters that join no letter after them.
    private static let alone: Set<UInt32> = [
        0x622, 0x623, 0x624, 0x625, 0x627, 0x629, 0x62F, 0x630, 0x631, 0x632, 0x648, 0x649,
    ]

    /// Lam with an alef after it is one sign.
    private static let lam: UInt32 = 0x644
    private static let lamWith: [UInt32: UInt32] = [0x622: 0xFEF5, 0x623: 0xFEF7, 0x625: 0xFEF9, 0x627: 0xFEFB]
    private static let stretch: UInt32 = 0x640

    private static func joinsNext(_ letter: UInt32) -> Bool { letter == stretch || forms[letter]?.count == 4 }
    private static func joinsBefore(_ letter: UInt32) -> Bool {
        letter == stretch || forms[letter].map { $0.count > 1 } ?? false
    }

    /// A text with its Arabic letters in the forms in which they join. Other text is left as it is.
    static func joined(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains(where: { (0x600...0x6FF).contains($0.value) }) else { return text }
        let letters = text.filter { !contain($0) || $0.properties.generalCategory != .nonspacingMark }
        var (shown, place): ([Unicode.Scalar], Int) = ([], 0)
        while place < letters.count {
            let letter = letters[place].value
            let followsOn = place > 0 && joinsNext(letters[place - 1].value) && joinsBefore(letter)
            let next = place + 1 < letters.count ? letters[place + 1].value : 0
            if letter == lam, let sign = lamWith[next] {
                if let scalar = Unicode.Scalar(sign + (followsOn ? 1 : 0)) { shown.append(scalar) }
                place += 2
                continue
            }
            place += 1
            guard let (count, first) = forms[letter] else {
                shown.append(letters[place - 1])
                continue
            }
            let goesOn = count == 4 && joinsBefore(next)
            let form = UInt32((followsOn ? 1 : 0) + (goesOn ? 2 : 0))
            if let scalar = Unicode.Scalar(first + form) { shown.append(scalar) }
        }
        return shown
    }

    // MARK: Order

    private enum Kind { case left, right, digit, other }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        switch scalar.properties.generalCategory {
        case .decimalNumber: .digit
        case _ where contain(scalar): .right
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .left
        default: .other
        }
    }

    /// The characters of a line in the order in which they stand, from left to right.
    static func inOrder(_ line: String) -> String {
        let scalars = Array(line.unicodeScalars)
        guard scalars.contains(where: contain) else { return line }
        // What is written from the right has level 1, digits in it 2.
        var levels = Array(repeating: 0, count: scalars.count)
        var isInRight = false
        /// Behind the last letter or digit that is written from the right.
        var end = 0
        for (place, scalar) in scalars.enumerated() {
            switch kind(scalar) {
            case .left: isInRight = false
            case .other: continue
            case .right, .digit:
                guard isInRight || contain(scalar) else { continue }
                // What stands between two of them is written from the right, too.
                if isInRight { for between in end..<place { levels[between] = 1 } }
                levels[place] = contain(scalar) ? 1 : 2
                (isInRight, end) = (true, place + 1)
            }
        }
        var order = Array(scalars.indices)
        for level in [2, 1] {
            var start = 0
            while start < order.count {
                guard levels[order[start]] >= level else {
                    start += 1
                    continue
                }
                var last = start
                while last + 1 < order.count, levels[order[last + 1]] >= level { last += 1 }
                order[start...last].reverse()
                start = last + 1
            }
        }
        var written = String.UnicodeScalarView()
        for place in order { written.append(levels[place] == 1 ? mirrored(scalars[place]) : scalars[place]) }
        return String(written)
    }

    private static func mirrored(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "(": ")"
        case ")": "("
        case "[": "]"
        case "]": "["
        case "<": ">"
        case ">": "<"
        case "«": "»"
        case "»": "«"
        default: scalar
        }
    }
}

/// Text that people write or paste, without invisible characters that hide, reorder or forge what others read.
///
/// Every character that breaks a line in some program becomes a line break, or a space if there is only one line. Directional marks,
/// invisible operators and the like are removed. Joiners and variation selectors stay where a script or an emoji uses them: anywhere else
/// they only make texts differ that look alike.
struct PlainText {
    private(set) var scalars = String.UnicodeScalarView()

    /// The last scalar kept, other than joiners, selectors and tags.
    private var last: Unicode.Scalar?
    /// The scripts of the last letter, with its marks; nil after other characters.
    private var script: Set<Script.Code>?
    /// The number of tags, which name a region, that may still follow a black flag.
    private var tags = 0

    /// - Parameter lineBreak: the replacement for each of the rarer line breaks.
    init(_ text: String, lineBreak: Unicode.Scalar) {
        // Plain ASCII, which nearly all texts consist of, needs no further check.
        if text.utf8.allSatisfy({ $0 < 0x7F && $0 != 0x0B && $0 != 0x0C }) {
            scalars = text.unicodeScalars
            return
        }
        let source = Array(text.unicodeScalars)
        for (index, scalar) in source.enumerated() {
            add(scalar, lineBreak: lineBreak, next: index + 1 < source.count ? source[index + 1] : nil)
        }
    }

    private mutating func add(_ scalar: Unicode.Scalar, lineBreak: Unicode.Scalar, next: Unicode.Scalar?) {
        switch Kind(scalar) {
        case .plain: keep(scalar)
        case .lineBreak: keep(lineBreak)
        case .joiner where isJoiner(before: next), .selector where takesSelector(scalar, before: next):
            scalars.append(scalar)
        case .tag where tags > 0:
            scalars.append(scalar)
            tags -= 1
        case .invisible, .joiner, .selector, .tag: break
        }
    }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        scalars.append(scalar)
        last = scalar
        tags = scalar.value == 0x1F3F4 ? Self.longestRegion : 0
        let codes = scalar.isASCII ? nil : Script.codes(of: scalar)
        if codes != nil || !scalar.isMark { script = codes }
    }

    private enum Kind {
        case plain, lineBreak, invisible, joiner, selector, tag

        init(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x0B, 0x0C, 0x85, 0x2028, 0x2029: self = .lineBreak
            // The soft hyphen; directional marks; zero width space; word joiner and invisible operators; deprecated shaping controls; the
            // byte order mark; interlinear annotations; shorthand and musical controls.
            case 0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF,
                0xFFF9...0xFFFB, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A, 0xE0001:
                self = .invisible
            case 0x200C, 0x200D: self = .joiner
            case 0x180B...0x180D, 0x180F, 0xFE00...0xFE0F, 0xE0100...0xE01EF: self = .selector
            case 0xE0020...0xE007F: self = .tag
            default: self = .plain
            }
        }
    }

    // MARK: What stays

    /// A country and its region in at most six letters, and the tag that ends them.
    private static let longestRegion = 7

    /// Scripts whose letters change their shape next to each other.
    private static let joining: Set<Script.Code> = [
        "Adlm", "Arab", "Bali", "Beng", "Deva", "Gujr", "Guru", "Java", "Khmr", "Knda", "Mand", "Mlym", "Mong", "Mymr",
        "Nkoo", "Orya", "Rohg", "Sinh", "Syrc", "Taml", "Telu",
    ]
    /// Scripts in which some characters have more than one shape.
    private static let varied: Set<Script.Code> = ["Hani", "Mong", "Mymr", "Phag"]

    /// Between two emoji, or two letters of one script that joins them.
    private func isJoiner(before next: Unicode.Scalar?) -> Bool {
        guard let last, let next else { return false }
        if last.isPicture && next.isPicture { return true }
        guard let script, let other = Script.codes(of: next) else { return false }
        return !script.intersection(other).isDisjoint(with: Self.joining)
    }

    private func takesSelector(_ selector: Unicode.Scalar, before next: Unicode.Scalar?) -> Bool {
        guard let last, scalars.last == last else { return false }
        // Text or emoji style; for a digit only before the enclosing keycap.
        if selector.value == 0xFE0E || selector.value == 0xFE0F {
            return last.properties.isEmoji && (!last.isASCII || next?.value == 0x20E3)
        }
        return Script.codes(of: last)?.isDisjoint(with: Self.varied) == false
    }
}

extension Unicode.Scalar {
    /// Whether it is an emoji or an emoji modifier, and no ASCII character.
    fileprivate var isPicture: Bool { !isASCII && properties.isEmoji }

    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}

/// Scripts that have signs which consist of others, and those of others in turn, in DejaVu Sans: ế of e and two accents that are one, ї of ï.
///
/// Of such a sign libharu 2.3 puts into a file what it consists of, and not what that consists of: ế would be e, and ї two dots. So a file
/// that has one of them gets all signs of these blocks, some 15 kB for each of two faces.
enum PDFScript: CaseIterable {
    /// Beyond Latin-1, whose letters have no parts of parts.
    case latin
    case greekAndCyrillic
    case arabic

    private static let marks: ClosedRange<UInt32> = 0x2B0...0x36F
    // In this order: what a sign has as its part is measured before that sign, because libharu looks at each sign only once.
    private static let latinSigns: [ClosedRange<UInt32>] = [0xA0...0x24F, marks, 0x1E00...0x1EFF]
    private static let greekLetters: [ClosedRange<UInt32>] = [0x370...0x52F, 0x1F00...0x1FFF]
    /// Forms of joined letters.
    private static let arabicForms: [ClosedRange<UInt32>] = [0xFE80...0xFEFC, 0xFB50...0xFBFF]

    func has(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        return switch self {
        case .latin: value > 0xFF && Self.latinSigns.contains { $0.contains(value) }
        case .greekAndCyrillic: Self.greekLetters.contains { $0.contains(value) }
        case .arabic: Self.arabicForms.contains { $0.contains(value) }
        }
    }

    /// Signs that together have the parts of all signs of the script.
    var parts: String { Self.allParts[self] ?? "" }

    private static let allParts: [PDFScript: String] = [
        .latin: text(latinSigns), .greekAndCyrillic: text(latinSigns + greekLetters),
        .arabic: text([0x653...0x655] + arabicForms),
    ]

    private static func text(_ ranges: [ClosedRange<UInt32>]) -> String {
        var text = String.UnicodeScalarView()
        for value in ranges.joined() { if let scalar = Unicode.Scalar(value) { text.append(scalar) } }
        return String(text)
    }
}

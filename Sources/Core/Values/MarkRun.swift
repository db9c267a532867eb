/// Counts consecutive combining marks. Swift's comparisons, hashes and foldings normalise a text first, and sorting a run of marks takes
/// time quadratic in its length; no language uses more than a few in a row. Accepted text is in the Stream-Safe Text Format (Unicode
/// Standard Annex #15, section 13): at most 30 non-starters in a row once it is decomposed.
public struct MarkRun: Sendable {
    /// The most marks in a row.
    public static let longest = 30
    /// The most marks at the end of a character's decomposition, unless it is a mark itself: `ᾂ` is `α` and three marks.
    private static let mostWithin = 3

    private var length = 0

    public init() {}

    /// Takes the next scalar of a text. Returns false if it is one mark too many.
    public mutating func admits(_ scalar: Unicode.Scalar) -> Bool {
        let marks = Self.marks(scalar)
        // A character that isn't a mark counts as if its decomposition ended with the most marks possible.
        length = marks > 0 ? length + marks : scalar.value < 0xA0 ? 0 : Self.mostWithin
        return length <= Self.longest
    }

    /// Whether no run of marks in a text is too long.
    public static func admits(_ text: some Sequence<Unicode.Scalar>) -> Bool {
        var run = MarkRun()
        return text.allSatisfy { run.admits($0) }
    }

    /// The number of marks in the decomposition of a mark; 0 for other scalars. Marks that aren't reordered (of combining class 0) count
    /// too: they make a character just as long.
    private static func marks(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: 0
        // Marks that decompose into two, or end with two.
        case 0x344, 0xF73, 0xF75, 0xF77, 0xF79, 0xF81: 2
        // Halfwidth voiced sound marks are letters with a compatibility decomposition into a mark.
        case 0xFF9E, 0xFF9F: 1
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: 1
            default: 0
            }
        }
    }
}

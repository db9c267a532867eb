/// Counts combining marks in a row. Swift's comparisons, hashes and foldings first bring a text into one spelling of Unicode, and
/// to sort a run of marks takes as long as its length squared; no language writes more than a few in a row. What passes is in the
/// Stream-Safe Text Format (Unicode Standard Annex #15, section 13): no more than 30 non-starters in a row once the text is
/// decomposed.
public struct MarkRun: Sendable {
    public static let longest = 30
    /// The most marks that a character's decomposition ends with, unless it is a mark itself: `ᾂ` is `α` and three.
    private static let mostWithin = 3

    private var length = 0

    public init() {}

    /// Takes the next scalar of a text. False for a mark too many.
    public mutating func admits(_ scalar: Unicode.Scalar) -> Bool {
        let marks = Self.marks(scalar)
        // A character that is no mark counts as if its decomposition ended with as many as there can be.
        length = marks > 0 ? length + marks : scalar.value < 0xA0 ? 0 : Self.mostWithin
        return length <= Self.longest
    }

    /// Whether no run in a text is too long.
    public static func admits(_ text: some Sequence<Unicode.Scalar>) -> Bool {
        var run = MarkRun()
        return text.allSatisfy { run.admits($0) }
    }

    /// How many marks a scalar's decomposition has, where it is a mark. Those that aren't reordered (with combining class 0) count
    /// too: they make one character as long.
    private static func marks(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x300: 0
        // The marks that decompose into two, or end with two.
        case 0x344, 0xF73, 0xF75, 0xF77, 0xF79, 0xF81: 2
        // Halfwidth voiced sound marks are letters that decompose, for compatibility, into a mark.
        case 0xFF9E, 0xFF9F: 1
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: 1
            default: 0
            }
        }
    }
}

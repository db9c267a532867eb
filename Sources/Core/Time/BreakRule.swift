import Storage

/// Whether a company subtracts a break from a day on which none was recorded.
public enum BreakRule: String, Edited, CaseIterable {
    case none = "NONE"
    /// The shortest break that ArbZG section 4 asks for.
    case legal = "LEGAL"

    /// The break that ArbZG section 4 asks for, in minutes: 30 for more than six hours of work, 45 for more than nine.
    static func legalBreak(forWork minutes: Int) -> Int { minutes > 540 ? 45 : minutes > 360 ? 30 : 0 }

    /// The shortest piece of a break that counts, in minutes (ArbZG section 4, sentence 2).
    static let shortestPiece = 15
    /// How long a person may work without a break, in minutes (ArbZG section 4, sentence 3).
    static let longestWork = 360

    /// The minutes to subtract from a day on which no break was recorded: the fewest after which gaps and break together are as long as the
    /// remaining work asks for.
    /// - Parameters:
    ///   - presence: the day's presence in minutes.
    ///   - gaps: the minutes of the day's gaps of `shortestPiece` or more. They were a break already, and aren't part of the presence.
    func deduction(presence: Int, gaps: Int) -> Int {
        guard self == .legal else { return 0 }
        for legalBreak in [0, 30] {
            let missing = max(0, legalBreak - gaps)
            if gaps + missing >= Self.legalBreak(forWork: presence - missing) { return missing }
        }
        return max(0, 45 - gaps)
    }
}

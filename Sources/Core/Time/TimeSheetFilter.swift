/// Whose time sheets, of which days.
public struct TimeSheetFilter: Sendable {
    /// Nil for everyone's.
    public let user: User.ID?
    /// In the company's time zone; nil for the first day of the month of `to`.
    public let from: Day?
    /// Nil for today.
    public let to: Day?

    /// How many days at once: everyone's, and one person's.
    public static let mostDays = (everyone: 35, person: 366)

    public init(user: User.ID?, from: Day?, to: Day?) { (self.user, self.from, self.to) = (user, from, to) }

    /// - Parameter isOfOne: whether only one person's sheet is read.
    /// - Throws: a `Refusal` of the field `to`, `.beforeFrom` or `.periodTooLong`.
    func days(today: Day, isOfOne: Bool) throws -> ClosedRange<Day> {
        let to = to ?? today
        let from = from ?? to.startOfMonth
        guard to >= from else { throw Refusal("to", .beforeFrom) }
        let most = isOfOne ? Self.mostDays.person : Self.mostDays.everyone
        guard (from...to).count <= most else { throw Refusal("to", .periodTooLong, ["days": .integer(most)]) }
        return from...to
    }
}

extension ClosedRange<Day> {
    /// The number of days.
    var count: Int { upperBound.daysSince1970 - lowerBound.daysSince1970 + 1 }
}

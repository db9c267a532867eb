/// The work of one person in a period, day by day.
public struct TimeSheet: Sendable {
    public let user: User.ID
    public let userName: String
    /// The person's number in the company's payroll.
    public let personnelNumber: String?
    /// The days on which the person has entries, was to work or was away, or of which something was said, in order.
    public let days: [WorkDay]
    private let balanceMinutes: Int?
    private let runningMinutes: Int?

    /// What the days add up to, in minutes.
    public struct Total: Sendable, Equatable {
        public let presenceMinutes: Int
        public let breakMinutes: Int
        /// Presence without breaks.
        public let minutes: Int
        /// The part of `minutes` that was travel.
        public let travelMinutes: Int
        /// Nil if nothing was said of any day.
        public let targetMinutes: Int?
        public let creditMinutes: Int
        /// Of the days that are over: `minutes` and `creditMinutes` without `targetMinutes`; nil without a target.
        public let balanceMinutes: Int?
        /// The same of all days since the latest opening, with it; nil without one in the last `TimeSheet.mostOpeningDays` days, and for the
        /// sheets of everyone.
        public let runningMinutes: Int?
    }

    /// How many days before the last one an opening is looked for.
    public static let mostOpeningDays = 400

    public var total: Total {
        var (presence, breaks, worked, travel, credit) = (0, 0, 0, 0, 0)
        var target: Int?
        for place in days.indices {
            presence += days[place].presenceMinutes
            breaks += days[place].breakMinutes
            worked += days[place].minutes
            travel += days[place].travelMinutes
            credit += days[place].creditMinutes
            if let minutes = days[place].targetMinutes { target = (target ?? 0) + minutes }
        }
        return Total(
            presenceMinutes: presence, breakMinutes: breaks, minutes: worked, travelMinutes: travel,
            targetMinutes: target, creditMinutes: credit, balanceMinutes: balanceMinutes, runningMinutes: runningMinutes
        )
    }

    package init(
        user: User.ID, userName: String, personnelNumber: String?, days: [WorkDay], balanceMinutes: Int? = nil,
        runningMinutes: Int? = nil
    ) {
        (self.user, self.userName, self.personnelNumber, self.days) = (user, userName, personnelNumber, days)
        (self.balanceMinutes, self.runningMinutes) = (balanceMinutes, runningMinutes)
    }
}

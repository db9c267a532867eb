/// The work of one person in a period, day by day.
public struct TimeSheet: Sendable {
    public let user: User.ID
    public let userName: String
    /// The person's number in the company's payroll.
    public let personnelNumber: String?
    /// The days on which the person has entries, in order.
    public let days: [WorkDay]

    /// What the days add up to, in minutes.
    public struct Total: Sendable, Equatable {
        public let presenceMinutes: Int
        public let breakMinutes: Int
        /// Presence without breaks.
        public let minutes: Int
        /// The part of `minutes` that was travel.
        public let travelMinutes: Int
    }

    public var total: Total {
        Total(
            presenceMinutes: days.reduce(0) { $0 + $1.presenceMinutes },
            breakMinutes: days.reduce(0) { $0 + $1.breakMinutes }, minutes: days.reduce(0) { $0 + $1.minutes },
            travelMinutes: days.reduce(0) { $0 + $1.travelMinutes })
    }

    package init(user: User.ID, userName: String, personnelNumber: String?, days: [WorkDay]) {
        (self.user, self.userName, self.personnelNumber, self.days) = (user, userName, personnelNumber, days)
    }
}

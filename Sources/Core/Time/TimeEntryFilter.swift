public import Storage

/// The entries of a company to list.
public struct TimeEntryFilter: Sendable {
    public let user: User.ID?
    /// Only entries that began at or after this instant, or on or after this day.
    public let from: Bound?
    /// Only entries that began before this instant, or on or before this day.
    public let to: Bound?
    /// Only open entries: those of people who are on a site now.
    public let isOpen: Bool
    /// Whether voided entries are listed too; they are never open.
    public let withVoided: Bool

    public enum Bound: Sendable {
        case instant(Instant)
        /// A day in the company's time zone.
        case day(Day)
    }

    public init(user: User.ID?, from: Bound?, to: Bound?, isOpen: Bool, withVoided: Bool = false) {
        (self.user, self.from, self.to, self.isOpen) = (user, from, to, isOpen)
        self.withVoided = withVoided
    }
}

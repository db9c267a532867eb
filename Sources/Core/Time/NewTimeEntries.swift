public import Storage

/// Hours of one or more people on a site, as someone enters them.
public struct NewTimeEntries: Sendable {
    /// At least one.
    public let users: [User.ID]
    public let checkedInAt: Instant
    /// Nil while the people are there.
    public let checkedOutAt: Instant?
    public let kind: TimeEntry.Kind
    public let breaks: [Break]
    public let reason: String
    /// Whether more than 24 hours are meant.
    public let isConfirmed: Bool

    /// How many people at most.
    public static let mostUsers = 100

    public init(
        users: [User.ID], checkedInAt: Instant, checkedOutAt: Instant?, kind: TimeEntry.Kind, breaks: [Break],
        reason: String, isConfirmed: Bool
    ) {
        (self.users, self.kind, self.breaks, self.reason) = (users, kind, breaks, reason)
        self.isConfirmed = isConfirmed
        (self.checkedInAt, self.checkedOutAt) = (checkedInAt, checkedOutAt)
    }
}

/// What is corrected of an entry, and the reason.
public struct TimeCorrection: Sendable {
    /// Nil leaves the time as it is.
    public let checkedInAt: Instant?
    /// Nil leaves the time as it is; an inner nil reopens the entry: the person is still there.
    public let checkedOutAt: Instant??
    /// Nil leaves the kind as it is.
    public let kind: TimeEntry.Kind?
    /// Nil leaves the breaks as they are.
    public let breaks: [Break]?
    /// Nil leaves the entry on its site.
    public let site: Site.ID?
    public let reason: String
    /// Whether more than 24 hours are meant.
    public let isConfirmed: Bool

    public init(
        checkedInAt: Instant?, checkedOutAt: Instant??, kind: TimeEntry.Kind?, breaks: [Break]?, site: Site.ID?,
        reason: String, isConfirmed: Bool
    ) {
        (self.checkedInAt, self.checkedOutAt, self.kind, self.breaks) = (checkedInAt, checkedOutAt, kind, breaks)
        (self.site, self.reason, self.isConfirmed) = (site, reason, isConfirmed)
    }
}

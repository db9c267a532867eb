/// One visit of a person to a site: when they came and when they left.
public struct TimeEntry: Sendable {
    public typealias ID = Core.ID<TimeEntry>

    /// That an entry was changed afterwards, with what it said before.
    public struct Correction: Sendable {
        /// What ended an open entry when it wasn't its person.
        public enum Cause: String, Column, CaseIterable {
            case personRemoved = "person-removed"
            case siteRemoved = "site-removed"

            /// In English.
            public var sentence: String {
                switch self {
                case .personRemoved: "Person removed"
                case .siteRemoved: "Site removed"
                }
            }
        }

        /// The version of the entry that the correction replaced.
        public let number: Int64
        public let checkedInAt: Instant
        public let checkedOutAt: Instant?
        /// As someone wrote it; empty where there is a cause.
        public let reason: String
        /// Set where no hand corrected the entry.
        public let cause: Cause?
        public let user: User.ID
        public let userName: String
        public let createdAt: Instant

        package init(
            number: Int64, checkedInAt: Instant, checkedOutAt: Instant?, reason: String, cause: Cause? = nil,
            user: User.ID,
            userName: String, createdAt: Instant
        ) {
            self.number = number
            self.checkedInAt = checkedInAt
            self.checkedOutAt = checkedOutAt
            self.reason = reason
            self.cause = cause
            self.user = user
            self.userName = userName
            self.createdAt = createdAt
        }
    }

    public let id: ID
    public let site: Site.ID
    /// What the site is called, also where it was removed.
    public let siteName: String
    public let user: User.ID
    public let userName: String
    public let checkedInAt: Instant
    /// Nil while the person is on the site.
    public let checkedOutAt: Instant?
    public let version: Int64
    /// Oldest first.
    public var corrections: [Correction]
    /// How many there are, also where they weren't asked for.
    var correctionCount: Int

    package init(
        id: ID, site: Site.ID, siteName: String, user: User.ID, userName: String, checkedInAt: Instant,
        checkedOutAt: Instant?, version: Int64 = 1, corrections: [Correction] = []
    ) {
        self.id = id
        self.site = site
        self.siteName = siteName
        self.user = user
        self.userName = userName
        self.checkedInAt = checkedInAt
        self.checkedOutAt = checkedOutAt
        self.version = version
        self.corrections = corrections
        correctionCount = corrections.count
    }

    /// Whole minutes on the site; nil while the person is there.
    public var minutes: Int? {
        checkedOutAt.map { Int(($0.milliseconds - checkedInAt.milliseconds) / 60_000) }
    }

    /// Where a page of a list ends: lists of entries are sorted by both.
    public struct Key: Sendable {
        public let checkedInAt: Instant
        public let id: ID

        public init(checkedInAt: Instant, id: ID) { (self.checkedInAt, self.id) = (checkedInAt, id) }
    }

    public var key: Key { Key(checkedInAt: checkedInAt, id: id) }
}

/// Which entries of a company are asked for.
public struct TimeEntryFilter: Sendable {
    public let user: User.ID?
    /// Only those that began at this instant or on this day, or later.
    public let from: Bound?
    /// Only those that began before this instant, or on this day or before it.
    public let to: Bound?
    /// Only those of people who are on a site now.
    public let isOpen: Bool

    public enum Bound: Sendable {
        case instant(Instant)
        /// Of the company's clocks.
        case day(Day)
    }

    public init(user: User.ID?, from: Bound?, to: Bound?, isOpen: Bool) {
        (self.user, self.from, self.to, self.isOpen) = (user, from, to, isOpen)
    }
}

/// How an entry should have read, and why.
public struct TimeCorrection: Sendable {
    /// Nil keeps what the entry says.
    public let checkedInAt: Instant?
    /// Nil keeps what the entry says; a nil within says that the person is still there.
    public let checkedOutAt: Instant??
    public let reason: String

    public init(checkedInAt: Instant?, checkedOutAt: Instant??, reason: String) {
        (self.checkedInAt, self.checkedOutAt, self.reason) = (checkedInAt, checkedOutAt, reason)
    }
}

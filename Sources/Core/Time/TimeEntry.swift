public import Storage

/// One stretch of a person's time on a site, from check-in to check-out.
public struct TimeEntry: Stored {
    public typealias ID = Core.ID<TimeEntry>

    public internal(set) var id = ID()
    public internal(set) var site = Site.ID()
    /// The site's name, even if the site was removed.
    public internal(set) var siteName = ""
    public internal(set) var user = User.ID()
    public internal(set) var userName = ""
    public internal(set) var checkedInAt = Instant(milliseconds: 0)
    /// Nil while the person is on the site.
    public internal(set) var checkedOutAt: Instant?
    /// Increases with each update, from 1.
    public internal(set) var version: Int64 = 1
    private var enteredBy: User.ID?
    private var enteredByName = ""
    private var reason: String?
    /// Oldest first.
    public var corrections: [Correction] = []
    /// The number of corrections, even if they weren't queried.
    var correctionCount = 0

    package init() {}

    package init(
        id: ID, site: Site.ID, siteName: String, user: User.ID, userName: String, checkedInAt: Instant,
        checkedOutAt: Instant?, entered: Entered? = nil, corrections: [Correction] = []
    ) {
        (self.id, self.site, self.siteName, self.user, self.userName) = (id, site, siteName, user, userName)
        (self.checkedInAt, self.checkedOutAt) = (checkedInAt, checkedOutAt)
        (enteredBy, enteredByName, reason) = (entered?.by, entered?.byName ?? "", entered?.reason)
        (self.corrections, correctionCount) = (corrections, corrections.count)
    }

    package static let table = "time_entries"
    package static let scopeColumns = ["company_id", "site_id"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("user_id", .fixed, &user)
        try columns.column("checked_in_at", .changing, &checkedInAt)
        try columns.column("checked_out_at", .changing, &checkedOutAt)
        try columns.column("entered_by", .fixed, &enteredBy)
        try columns.column("reason", .fixed, &reason)
        try columns.column("version", .counted, &version)
        columns.unread("created_at", .integer, .exported)
        columns.unread("updated_at", .integer, .exported)
    }

    /// Reads `columns`, the site with its name, the names of the person and of who entered the hours, and the number of corrections.
    init(named row: inout Row) throws {
        try self.init(&row)
        (site, siteName) = (try row.next(), try row.next())
        userName = "\(try row.next() as String) \(try row.next() as String)"
        let (firstName, lastName): (String?, String?) = (try row.next(), try row.next())
        enteredByName = "\(firstName ?? "") \(lastName ?? "")"
        correctionCount = Int(try row.next() as Int64)
    }

    /// Hours that someone entered for the person, and why.
    public struct Entered: Sendable {
        public let by: User.ID
        public let byName: String
        public let reason: String

        package init(by: User.ID, byName: String, reason: String) {
            (self.by, self.byName, self.reason) = (by, byName, reason)
        }
    }

    /// Who entered the hours for the person; nil for hours that the person clocked.
    public var entered: Entered? {
        enteredBy.map { Entered(by: $0, byName: enteredByName, reason: reason ?? "") }
    }

    /// Whole minutes on the site, rounded down; nil while the person is there.
    public var minutes: Int? {
        checkedOutAt.map { Int(($0.milliseconds - checkedInAt.milliseconds) / 60_000) }
    }

    /// The position of an entry in a list: lists of entries are sorted by both.
    public struct Key: Sendable {
        public let checkedInAt: Instant
        public let id: ID

        public init(checkedInAt: Instant, id: ID) { (self.checkedInAt, self.id) = (checkedInAt, id) }
    }

    public var key: Key { Key(checkedInAt: checkedInAt, id: id) }
}

extension TimeEntry {
    /// A later change of an entry, with the entry's former times.
    public struct Correction: Stored {
        /// The event that ended an open entry without its person's check-out.
        public enum Cause: String, Column, CaseIterable {
            case personRemoved = "person-removed"
            case siteRemoved = "site-removed"

            /// The cause in English.
            public var sentence: String {
                switch self {
                case .personRemoved: "Person removed"
                case .siteRemoved: "Site removed"
                }
            }
        }

        /// The version of the entry that the correction replaced.
        public internal(set) var number: Int64 = 0
        public internal(set) var checkedInAt = Instant(milliseconds: 0)
        public internal(set) var checkedOutAt: Instant?
        /// The reason as a person wrote it; empty if there is a cause.
        public internal(set) var reason = ""
        private var code: String?
        public internal(set) var user = User.ID()
        public internal(set) var userName = ""
        public internal(set) var createdAt = Instant(milliseconds: 0)

        /// Set if no person corrected the entry by hand.
        public var cause: Cause? { code.flatMap(Cause.init) }

        package init() {}

        /// - Parameter old: the entry before the correction.
        package init(
            of old: TimeEntry, reason: String, by user: User.ID, userName: String = "", createdAt: Instant
        ) {
            (number, checkedInAt, checkedOutAt) = (old.version, old.checkedInAt, old.checkedOutAt)
            (self.reason, self.user, self.userName, self.createdAt) = (reason, user, userName, createdAt)
        }

        package static let table = "time_corrections"
        package static let scopeColumns = ["company_id", "site_id", "entry_id"]

        package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
            try columns.column("number", .key, &number)
            try columns.column("checked_in_at", .fixed, &checkedInAt)
            try columns.column("checked_out_at", .fixed, &checkedOutAt)
            try columns.column("reason", .fixed, &reason)
            try columns.column("reason_code", .fixed, &code)
            try columns.column("user_id", .fixed, &user)
            try columns.column("created_at", .fixed, &createdAt)
        }

        /// Reads `columns` and the name of who corrected the entry.
        init(named row: inout Row) throws {
            try self.init(&row)
            userName = "\(try row.next() as String) \(try row.next() as String)"
        }
    }
}

/// The entries of a company to list.
public struct TimeEntryFilter: Sendable {
    public let user: User.ID?
    /// Only entries that began at or after this instant, or on or after this day.
    public let from: Bound?
    /// Only entries that began before this instant, or on or before this day.
    public let to: Bound?
    /// Only open entries: those of people who are on a site now.
    public let isOpen: Bool

    public enum Bound: Sendable {
        case instant(Instant)
        /// A day in the company's time zone.
        case day(Day)
    }

    public init(user: User.ID?, from: Bound?, to: Bound?, isOpen: Bool) {
        (self.user, self.from, self.to, self.isOpen) = (user, from, to, isOpen)
    }
}

/// Hours of one or more people on a site, as someone enters them.
public struct NewTimeEntries: Sendable {
    /// At least one.
    public let users: [User.ID]
    public let checkedInAt: Instant
    /// Nil while the people are there.
    public let checkedOutAt: Instant?
    public let reason: String

    /// How many people at most.
    public static let mostUsers = 100

    public init(users: [User.ID], checkedInAt: Instant, checkedOutAt: Instant?, reason: String) {
        (self.users, self.reason) = (users, reason)
        (self.checkedInAt, self.checkedOutAt) = (checkedInAt, checkedOutAt)
    }
}

/// The corrected times of an entry, and the reason.
public struct TimeCorrection: Sendable {
    /// Nil leaves the time as it is.
    public let checkedInAt: Instant?
    /// Nil leaves the time as it is; an inner nil reopens the entry: the person is still there.
    public let checkedOutAt: Instant??
    public let reason: String

    public init(checkedInAt: Instant?, checkedOutAt: Instant??, reason: String) {
        (self.checkedInAt, self.checkedOutAt, self.reason) = (checkedInAt, checkedOutAt, reason)
    }
}

public import Storage

extension TimeEntry {
    /// A later change of an entry, with what the entry said before.
    public struct Correction: Stored {
        /// What changed an entry without anyone's correcting it by hand.
        public enum Cause: String, Column, CaseIterable {
            case personRemoved = "person-removed"
            case personDeactivated = "person-deactivated"
            case siteRemoved = "site-removed"
            /// The person's own check-out, earlier than the end that was recorded for them.
            case checkedOut = "checked-out-earlier"
            /// What the person had reported late.
            case clarified = "clarification-booked"

            /// The cause in English.
            public var sentence: String {
                switch self {
                case .personRemoved: "Person removed"
                case .personDeactivated: "Person deactivated"
                case .siteRemoved: "Site removed"
                case .checkedOut: "Checked out earlier"
                case .clarified: "Reported late, and booked"
                }
            }

            /// Whether it ended an open entry, without knowing when the person left.
            var endsEntries: Bool { self != .checkedOut && self != .clarified }
        }

        /// The version of the entry that the correction replaced.
        public internal(set) var number: Int64 = 0
        public internal(set) var checkedInAt = Instant(milliseconds: 0)
        public internal(set) var checkedOutAt: Instant?
        public internal(set) var kind = Kind.work
        public internal(set) var breaks = Breaks()
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
            (kind, breaks) = (old.kind, old.breaks)
            (self.reason, self.user, self.userName, self.createdAt) = (reason, user, userName, createdAt)
        }

        /// - Parameters:
        ///   - old: the entry before it was ended.
        ///   - user: whose action ended it.
        init(of old: TimeEntry, _ cause: Cause, by user: User.ID, createdAt: Instant) {
            self.init(of: old, reason: "", by: user, createdAt: createdAt)
            code = cause.rawValue
        }

        package static let table = "time_corrections"
        package static let scopeColumns = ["company_id", "site_id", "entry_id"]
        package static let freeTexts: Set = ["reason"]

        package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
            try columns.column("number", .key, &number)
            try columns.column("checked_in_at", .fixed, &checkedInAt)
            try columns.column("checked_out_at", .fixed, &checkedOutAt)
            try columns.column("kind", .fixed, &kind)
            try columns.column("breaks", .fixed, &breaks)
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

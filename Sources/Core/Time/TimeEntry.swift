public import Storage

/// One stretch of a person's time on a site, from check-in to check-out.
public struct TimeEntry: Stored {
    public typealias ID = Core.ID<TimeEntry>

    public enum Kind: String, Column, CaseIterable {
        case work = "WORK"
        case travel = "TRAVEL"
    }

    /// Who recorded the entry.
    public enum Source: String, Column, CaseIterable {
        /// The person, when they came.
        case clock = "CLOCK"
        /// The office, later.
        case manual = "MANUAL"
        case foreman = "FOREMAN"
        /// The person, late; a manager or a foreman booked it.
        case clarification = "CLARIFICATION"
    }

    public enum State: String, Sendable, CaseIterable {
        /// The person is on the site.
        case open = "OPEN"
        case closed = "CLOSED"
        /// It was a mistake, and counts for nothing.
        case void = "VOID"
    }

    public internal(set) var id = ID()
    public internal(set) var site = Site.ID()
    /// The site's name, even if the site was removed.
    public internal(set) var siteName = ""
    public internal(set) var user = User.ID()
    public internal(set) var userName = ""
    public internal(set) var checkedInAt = Instant(milliseconds: 0)
    /// Nil while the person is on the site.
    public internal(set) var checkedOutAt: Instant?
    public internal(set) var kind = Kind.work
    public internal(set) var source = Source.clock
    public internal(set) var breaks = Breaks()
    private var enteredBy: User.ID?
    private var enteredByName = ""
    private var reason: String?
    private var voidedAt: Instant?
    private var voidedBy: User.ID?
    private var voidedByName = ""
    private var voidReason: String?
    /// The voided entry that this one replaces, on another site.
    public internal(set) var movedFrom: ID?
    /// When it was written down: later than `checkedInAt` for work that was reported late.
    public internal(set) var recordedAt = Instant(milliseconds: 0)
    /// Increases with each update, from 1.
    public internal(set) var version: Int64 = 1
    /// Oldest first.
    public var corrections: [Correction] = []
    /// The number of corrections, even if they weren't queried.
    var correctionCount = 0

    package init() {}

    package init(
        id: ID, site: Site.ID, siteName: String, user: User.ID, userName: String, checkedInAt: Instant,
        checkedOutAt: Instant?, kind: Kind = .work, source: Source = .clock, breaks: Breaks = Breaks(),
        entered: Entered? = nil, movedFrom: ID? = nil, recordedAt: Instant, corrections: [Correction] = []
    ) {
        (self.id, self.site, self.siteName, self.user, self.userName) = (id, site, siteName, user, userName)
        (self.checkedInAt, self.checkedOutAt) = (checkedInAt, checkedOutAt)
        (self.kind, self.source, self.breaks) = (kind, source, breaks)
        (enteredBy, enteredByName, reason) = (entered?.by, entered?.byName ?? "", entered?.reason)
        (self.movedFrom, self.recordedAt) = (movedFrom, recordedAt)
        (self.corrections, correctionCount) = (corrections, corrections.count)
    }

    package static let table = "time_entries"
    package static let scopeColumns = ["company_id", "site_id"]
    package static let freeTexts: Set = ["reason", "void_reason"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("user_id", .fixed, &user)
        try columns.column("checked_in_at", .changing, &checkedInAt)
        try columns.column("checked_out_at", .changing, &checkedOutAt)
        try columns.column("kind", .changing, &kind)
        try columns.column("source", .fixed, &source)
        try columns.column("breaks", .changing, &breaks)
        try columns.column("entered_by", .fixed, &enteredBy)
        try columns.column("reason", .fixed, &reason)
        try columns.column("voided_at", .changing, &voidedAt)
        try columns.column("voided_by", .changing, &voidedBy)
        try columns.column("void_reason", .changing, &voidReason)
        try columns.column("moved_from", .fixed, &movedFrom)
        try columns.column("created_at", .fixed, &recordedAt)
        try columns.column("version", .counted, &version)
        columns.unread("updated_at", .integer, .exported)
        columns.unread("asked_at", .integer, .exported)
        columns.unread("salt", .text, .exported)
    }

    /// Reads `columns`, the site with its name, the names of the person, of who entered the hours and of who voided the entry, and the
    /// number of corrections.
    init(named row: inout Row) throws {
        try self.init(&row)
        (site, siteName) = (try row.next(), try row.next())
        userName = "\(try row.next() as String) \(try row.next() as String)"
        enteredByName = try Self.name(&row)
        voidedByName = try Self.name(&row)
        correctionCount = Int(try row.next() as Int64)
    }

    private static func name(_ row: inout Row) throws -> String {
        let (firstName, lastName): (String?, String?) = (try row.next(), try row.next())
        return "\(firstName ?? "") \(lastName ?? "")"
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

    /// Who declared an entry void, and why.
    public struct Voided: Sendable {
        public let at: Instant
        public let by: User.ID
        public let byName: String
        public let reason: String
    }

    /// Nil for an entry that counts.
    public var voided: Voided? {
        guard let voidedAt, let voidedBy else { return nil }
        return Voided(at: voidedAt, by: voidedBy, byName: voidedByName, reason: voidReason ?? "")
    }

    /// Ends it, or ends it earlier, with its breaks.
    mutating func end(at end: Instant) {
        checkedOutAt = end
        breaks.cut(at: end)
        breaks.fit(end.minute - checkedInAt.minute)
    }

    mutating func void(at now: Instant, by user: User, reason: String) {
        (voidedAt, voidedBy, voidedByName, voidReason) = (now, user.id, user.name, reason)
    }

    public var state: State { voidedAt != nil ? .void : checkedOutAt == nil ? .open : .closed }

    /// Whole minutes on the site, each instant cut to its minute; nil while the person is there.
    public var minutes: Int? { checkedOutAt.map { $0.minute - checkedInAt.minute } }

    /// The number of items nested in it, without those of its corrections.
    var nestedCount: Int { correctionCount + breaks.list.count }

    /// The position of an entry in a list: lists of entries are sorted by both.
    public struct Key: Sendable {
        public let checkedInAt: Instant
        public let id: ID

        public init(checkedInAt: Instant, id: ID) { (self.checkedInAt, self.id) = (checkedInAt, id) }
    }

    public var key: Key { Key(checkedInAt: checkedInAt, id: id) }
}

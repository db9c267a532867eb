public import Storage

/// What was said of a person's hours of one day: submitted, approved, reopened. An approved day is closed: its hours change only after it
/// was reopened. A day for which there is none is none of these.
public struct DayApproval: Stored, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case submitted = "SUBMITTED"
        case approved = "APPROVED"
        /// It was approved, and hasn't been submitted or approved since it was reopened.
        case reopened = "REOPENED"
    }

    /// Who did one of these, and when.
    public struct Mark: Sendable, Equatable {
        public let at: Instant
        public let by: User.ID
        public let byName: String
    }

    public internal(set) var user = User.ID()
    /// Of the company's time zone.
    public internal(set) var day = Day(daysSince1970: 0)
    private var submittedAt: Instant?
    private var submittedBy: User.ID?
    private(set) var changedAt: Instant?
    private var approvedAt: Instant?
    private var approvedBy: User.ID?
    private var reopenedAt: Instant?
    private var reopenedBy: User.ID?
    public private(set) var reopenReason: String?
    /// The names of who did these, as far as they are known.
    private var names = Names()

    private struct Names: Sendable, Equatable {
        var submitted = ""
        var approved = ""
        var reopened = ""
    }

    package init() {}

    init(of user: User.ID, _ day: Day) { (self.user, self.day) = (user, day) }

    package static let table = "day_approvals"
    package static let freeTexts: Set = ["reopen_reason"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("user_id", .key, &user)
        try columns.column("day", .key, &day)
        try columns.column("submitted_at", .changing, &submittedAt)
        try columns.column("submitted_by", .changing, &submittedBy)
        try columns.column("changed_at", .changing, &changedAt)
        try columns.column("approved_at", .changing, &approvedAt)
        try columns.column("approved_by", .changing, &approvedBy)
        try columns.column("reopened_at", .changing, &reopenedAt)
        try columns.column("reopened_by", .changing, &reopenedBy)
        try columns.column("reopen_reason", .changing, &reopenReason)
    }

    /// Reads `columns`, and the names of who submitted, approved and reopened the day.
    init(named row: inout Row) throws {
        try self.init(&row)
        names = Names(
            submitted: try Self.name(&row), approved: try Self.name(&row), reopened: try Self.name(&row))
    }

    private static func name(_ row: inout Row) throws -> String {
        let (firstName, lastName): (String?, String?) = (try row.next(), try row.next())
        return "\(firstName ?? "") \(lastName ?? "")"
    }

    // MARK: What it says

    public var state: State { approvedAt != nil ? .approved : submittedAt != nil ? .submitted : .reopened }
    public var submitted: Mark? { Self.mark(submittedAt, submittedBy, names.submitted) }
    public var approved: Mark? { Self.mark(approvedAt, approvedBy, names.approved) }
    /// The last time.
    public var reopened: Mark? { Self.mark(reopenedAt, reopenedBy, names.reopened) }
    /// Whether hours of the day changed after it was submitted.
    public var isChangedSince: Bool { submittedAt != nil && changedAt != nil }

    private static func mark(_ at: Instant?, _ by: User.ID?, _ name: String) -> Mark? {
        guard let at, let by else { return nil }
        return Mark(at: at, by: by, byName: name)
    }

    /// Who did these.
    var people: [User.ID] { [submittedBy, approvedBy, reopenedBy].compactMap(\.self) }

    /// The same with the names of `people`.
    func named(_ known: [User.ID: String]) -> DayApproval {
        func name(_ id: User.ID?) -> String { id.flatMap { known[$0] } ?? "" }
        var named = self
        named.names = Names(submitted: name(submittedBy), approved: name(approvedBy), reopened: name(reopenedBy))
        return named
    }

    /// Of text, in answers.
    var bytes: Int {
        names.submitted.utf8.count + names.approved.utf8.count + names.reopened.utf8.count
            + (reopenReason?.utf8.count ?? 0)
    }

    // MARK: Acts

    /// - Returns: whether it changed.
    mutating func submit(by user: User.ID, at now: Instant) -> Bool {
        guard state == .reopened || state == .submitted && changedAt != nil else { return false }
        (submittedAt, submittedBy, changedAt) = (now, user, nil)
        return true
    }

    /// - Returns: whether it changed.
    mutating func approve(by user: User.ID, at now: Instant) -> Bool {
        guard state != .approved else { return false }
        (approvedAt, approvedBy) = (now, user)
        return true
    }

    /// - Returns: whether it changed.
    mutating func reopen(by user: User.ID, because reason: String, at now: Instant) -> Bool {
        guard state == .approved else { return false }
        (submittedAt, submittedBy, changedAt, approvedAt, approvedBy) = (nil, nil, nil, nil, nil)
        (reopenedAt, reopenedBy, reopenReason) = (now, user, reason)
        return true
    }

    package static func filled(_ user: User.ID, _ day: Day, by other: User.ID, named name: String, at: Instant)
        -> DayApproval
    {
        var one = DayApproval(of: user, day)
        (one.submittedAt, one.submittedBy, one.approvedAt, one.approvedBy) = (at, user, at, other)
        (one.reopenedAt, one.reopenedBy, one.reopenReason) = (at, other, "Fahrt nach Leipzig fehlt")
        one.names = Names(submitted: "Lena Vogt", approved: name, reopened: name)
        return one
    }
}

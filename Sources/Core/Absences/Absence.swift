public import Storage

/// Days, or parts of days, on which a person doesn't work: asked for by the person and answered by the office, or entered by it.
public struct Absence: Stored {
    public typealias ID = Core.ID<Absence>

    public enum Kind: String, Edited, CaseIterable {
        case vacation = "VACATION"
        case sick = "SICK"
        /// The weather stopped the work.
        case weather = "WEATHER"
        /// A day off that the calendar of holidays doesn't have.
        case holiday = "HOLIDAY"
        /// Time off for hours that were worked before.
        case compensation = "COMP_TIME"
        case school = "SCHOOL"
        case unpaid = "UNPAID"
        case other = "OTHER"
    }

    public enum State: String, Edited, CaseIterable {
        case asked = "ASKED"
        case granted = "OK"
        case declined = "NO"
    }

    /// How much of each of its days.
    public enum Part: Edited {
        case whole
        case half
        /// 1 to 1439.
        case minutes(Int)

        public static let longest = 1439

        /// The minutes of a day.
        fileprivate static let day = 1440

        /// Of a day, in minutes. Two lengths of which one is a whole day are more than one.
        fileprivate var length: Int {
            switch self {
            case .whole: Self.day
            case .half: Self.day / 2
            case .minutes(let minutes): minutes
            }
        }
    }

    /// Its place in a list.
    public struct Key: Sendable {
        public let from: Day
        public let id: ID

        public init(from: Day, id: ID) { (self.from, self.id) = (from, id) }
    }

    public internal(set) var id = ID()
    public internal(set) var user = User.ID()
    public internal(set) var userName = ""
    public var kind = Kind.other
    public var from = Day(daysSince1970: 0)
    /// The last day; not before `from`.
    public var to = Day(daysSince1970: 0)
    public var part = Part.whole
    public internal(set) var state = State.asked
    public var note: String?
    /// Why it was answered as it was.
    public var reason: String?
    /// Who asked for it or entered it.
    public internal(set) var askedBy = User.ID()
    public internal(set) var askedByName = ""
    public internal(set) var askedAt = Instant(milliseconds: 0)
    /// Nil while it is asked for, and for sickness that the person reported.
    public internal(set) var decidedBy: User.ID?
    public internal(set) var decidedByName: String?
    public internal(set) var decidedAt: Instant?
    /// Starts at 1; every update increments it.
    public internal(set) var version: Int64 = 1
    public internal(set) var updatedAt = Instant(milliseconds: 0)
    /// Whether the reader may see that the person is away, and nothing else: kind, note and reason are hidden.
    public internal(set) var isReduced = false

    /// How many days one has at most.
    public static let mostDays = 366
    /// How far away its days are at most.
    static let mostAway = (past: 5 * 366, future: 3 * 366)

    package init() {}

    package init(
        id: ID, user: User.ID, userName: String, _ kind: Kind, from: Day, to: Day, _ part: Part, note: String?,
        askedBy: User.ID, named askedByName: String, at now: Instant
    ) {
        (self.id, self.user, self.userName, self.kind) = (id, user, userName, kind)
        (self.from, self.to, self.part, self.note) = (from, to, part, note)
        (self.askedBy, self.askedByName, askedAt, updatedAt) = (askedBy, askedByName, now, now)
    }

    package static let table = "absences"
    package static let freeTexts: Set = ["note", "reason"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("user_id", .fixed, &user)
        // Sickness can be erased from the absence, and could not from the audit.
        try columns.edited("kind", &kind, as: "kind", audit: .nameOnly)
        try columns.edited("from_day", &from, as: "from")
        try columns.edited("to_day", &to, as: "to")
        try columns.edited("part", &part, as: "part")
        try columns.edited("state", &state, as: "state")
        try columns.edited("note", &note, as: "note", audit: .nameOnly)
        try columns.edited("reason", &reason, as: "reason", audit: .nameOnly)
        try columns.column("asked_by", .fixed, &askedBy)
        try columns.column("asked_at", .fixed, &askedAt)
        try columns.column("decided_by", .changing, &decidedBy)
        try columns.column("decided_at", .changing, &decidedAt)
        try columns.column("version", .counted, &version)
        try columns.column("updated_at", .changing, &updatedAt)
    }

    /// Reads `columns`, the person's name, and the names of who asked and who decided.
    init(named row: inout Row) throws {
        try self.init(&row)
        func name() throws -> String? {
            let (firstName, lastName): (String?, String?) = (try row.next(), try row.next())
            return firstName.map { "\($0) \(lastName ?? "")" }
        }
        (userName, askedByName, decidedByName) = (try name() ?? "", try name() ?? "", try name())
    }

    public var key: Key { Key(from: from, id: id) }

    package mutating func decide(_ state: State, by user: User.ID, named name: String, at now: Instant) {
        (self.state, decidedBy, decidedByName, decidedAt) = (state, user, name, now)
    }

    /// The same for a foreman, who sees that the person is away.
    func reduced() -> Absence {
        var absence = self
        (absence.note, absence.reason, absence.isReduced) = (nil, nil, true)
        // Only sickness is granted without an answer, and unchanged since it was asked for.
        (absence.decidedBy, absence.decidedByName, absence.decidedAt) = (nil, nil, nil)
        (absence.version, absence.updatedAt) = (1, absence.askedAt)
        return absence
    }

    /// - Throws: a flaw of `to`, `.beforeFrom`, `.periodTooLong` or `.tooFarAhead`, or of `from`, `.tooOld`.
    func checkDays(today: Day) throws {
        guard to >= from else { throw Refusal("to", .beforeFrom) }
        guard (from...to).count <= Self.mostDays else {
            throw Refusal("to", .periodTooLong, ["days": .integer(Self.mostDays)])
        }
        guard from >= today + -Self.mostAway.past else {
            throw Refusal("from", .tooOld, ["days": .integer(Self.mostAway.past)])
        }
        guard to <= today + Self.mostAway.future else {
            throw Refusal("to", .tooFarAhead, ["days": .integer(Self.mostAway.future)])
        }
    }

    /// The first of others with which this one can't share its days: a whole day is shared with none, at most two parts share a day, and
    /// they aren't more than that.
    /// - Parameter others: granted or asked for, in the order of their first days, each with a day in common with this one.
    func conflict(with others: [Absence]) -> Absence? {
        if let other = others.first(where: { part.length + $0.part.length > Part.day }) { return other }
        return others.first { one in
            others.contains { $0.id != one.id && max($0.from, one.from, from) <= min($0.to, one.to, to) }
        }
    }
}

extension Absence.Part: Column {
    public static let sqlType = SQLType.text

    package var text: String {
        switch self {
        case .whole: "WHOLE"
        case .half: "HALF"
        case .minutes(let minutes): "\(minutes)"
        }
    }

    public var sqlValue: SQLValue { .text(text) }
    package var auditText: String? { text }

    /// Nil if it isn't a stored text.
    init?(stored text: String) {
        switch text {
        case "WHOLE": self = .whole
        case "HALF": self = .half
        default:
            guard let minutes = Int(text), (1...Self.longest).contains(minutes) else { return nil }
            self = .minutes(minutes)
        }
    }

    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no part of a day.
    public init(next row: inout Row) throws {
        let text = try row.text()
        guard let part = Self(stored: text) else { throw StorageError(.failed, "'\(text)' is no part of a day") }
        self = part
    }
}

/// Why an absence can't be entered or changed.
public enum AbsenceRefusal: String, RefusalCode {
    case notFound = "absence-not-found"
    case overlaps = "absence-overlaps"
    /// The office has answered it: the person can't change or withdraw it any more.
    case decided = "absence-decided"

    public var kind: Refusal.Kind { self == .notFound ? .notFound : .conflict }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such absence."
        case .overlaps: "{name} has another absence from {from} to {to}: change that one first."
        case .decided: "This absence is decided already: the office can change it."
        }
    }
}

extension Absence: Addressable {
    public static let notFound = Refusal(AbsenceRefusal.notFound)
}

extension Absence.Part {
    /// Nil for a whole and for half a day.
    public var minutes: Int? { if case .minutes(let minutes) = self { minutes } else { nil } }
}

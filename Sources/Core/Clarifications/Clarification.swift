import Foundation
public import Storage

/// What a person reported late, and what couldn't be recorded then: it waits until a manager or a foreman books or declines it.
public struct Clarification: Stored {
    public typealias ID = Core.ID<Clarification>

    /// What was done.
    public enum Act: String, Column, CaseIterable {
        case checkIn = "CHECK_IN"
        case checkOut = "CHECK_OUT"
        case breakStart = "BREAK_START"
        case breakEnd = "BREAK_END"
        case breakStated = "BREAK_STATED"
        /// Material was taken or added.
        case adjust = "ADJUST_QUANTITY"
        /// A foreman checked people in, or entered hours of theirs.
        case enter = "ENTER_TIMES"
        /// A foreman checked a person out, or corrected hours of theirs.
        case correct = "CORRECT_TIMES"
    }

    public enum State: String, Column, CaseIterable {
        case open = "OPEN"
        case booked = "BOOKED"
        case declined = "DECLINED"
    }

    /// What was sent with the act.
    public struct Content: Sendable, Equatable {
        /// Of a stated break.
        public internal(set) var minutes: Int?
        public internal(set) var material: Material.ID?
        /// The material's name when it was reported.
        public internal(set) var materialName: String?
        public internal(set) var delta: Quantity?
        /// The unit that `delta` is in.
        public internal(set) var unit: String?
        public internal(set) var note: String?
        public internal(set) var isUndo = false
        /// Whose hours were entered.
        public internal(set) var people: [User.ID] = []
        /// The time entry that was to be corrected.
        public internal(set) var entry: TimeEntry.ID?
        public internal(set) var checkedInAt: Instant?
        public internal(set) var checkedOutAt: Instant?
        /// Whether the entry was to be opened again.
        public internal(set) var reopens = false
        public internal(set) var kind: TimeEntry.Kind?
        public internal(set) var breaks: Breaks?
        /// The site that the entry was to be moved to.
        public internal(set) var target: Site.ID?
        /// Why hours were entered or corrected.
        public internal(set) var reason: String?

        package init() {}

        package mutating func enter(_ people: [User.ID], from: Instant, to: Instant?, because reason: String) {
            (self.people, checkedInAt, checkedOutAt, self.reason) = (people, from, to, reason)
        }

        package init(
            minutes: Int?, material: Material.ID?, named materialName: String?, delta: Quantity?, unit: String?,
            note: String?, isUndo: Bool = false
        ) {
            (self.minutes, self.material, self.materialName) = (minutes, material, materialName)
            (self.delta, self.unit, self.note, self.isUndo) = (delta, unit, note, isUndo)
        }
    }

    public internal(set) var id = ID()
    public internal(set) var user = User.ID()
    public internal(set) var userName = ""
    public internal(set) var site = Site.ID()
    /// The site's name, even if the site was removed.
    public internal(set) var siteName = ""
    public internal(set) var act = Act.checkIn
    public internal(set) var content = Content()
    /// When it was done.
    public internal(set) var at = Instant(milliseconds: 0)
    public internal(set) var reportedAt = Instant(milliseconds: 0)
    /// Why it couldn't be recorded: a `RefusalCode` or a `Flaw.Code`.
    public internal(set) var code = ""
    public internal(set) var params: Values = [:]
    public internal(set) var state = State.open
    /// Why it was declined.
    public internal(set) var reason: String?
    public internal(set) var decidedBy: User.ID?
    public internal(set) var decidedByName: String?
    public internal(set) var decidedAt: Instant?
    /// The time entry that it became or changed.
    public internal(set) var entry: TimeEntry.ID?
    /// The movement that it became.
    public internal(set) var movement: Movement.ID?

    package init() {}

    package init(
        id: ID, user: User.ID, userName: String, site: Site.ID, siteName: String, _ act: Act, _ content: Content,
        at: Instant, reportedAt: Instant, code: String, _ params: Values
    ) {
        (self.id, self.user, self.userName, self.site, self.siteName) = (id, user, userName, site, siteName)
        (self.act, self.content, self.at, self.reportedAt) = (act, content, at, reportedAt)
        (self.code, self.params) = (code, params)
    }

    package static let table = "clarifications"
    package static let freeTexts: Set = ["body", "reason"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("user_id", .fixed, &user)
        try columns.column("site_id", .fixed, &site)
        try columns.column("act", .fixed, &act)
        try columns.column("body", .fixed, &content)
        try columns.column("at", .fixed, &at)
        try columns.column("reported_at", .fixed, &reportedAt)
        try columns.column("code", .fixed, &code)
        try columns.column("params", .fixed, &params)
        try columns.column("state", .changing, &state)
        try columns.column("reason", .changing, &reason)
        try columns.column("decided_by", .changing, &decidedBy)
        try columns.column("decided_at", .changing, &decidedAt)
        try columns.column("entry_id", .changing, &entry)
        try columns.column("movement_id", .changing, &movement)
    }

    /// Reads `columns`, the names of site and person, and the name of who decided.
    init(named row: inout Row) throws {
        try self.init(&row)
        siteName = try row.next()
        userName = "\(try row.next() as String) \(try row.next() as String)"
        let (firstName, lastName): (String?, String?) = (try row.next(), try row.next())
        decidedByName = firstName.map { "\($0) \(lastName ?? "")" }
    }

    package mutating func book(by user: User.ID, named name: String, at now: Instant, _ movement: Movement.ID) {
        (state, decidedBy, decidedByName, decidedAt) = (.booked, user, name, now)
        self.movement = movement
    }

    mutating func decide(_ state: State, by user: User, at now: Instant) {
        (self.state, decidedBy, decidedByName, decidedAt) = (state, user.id, user.name, now)
    }
}

extension Clarification: Addressable {
    public static let notFound = Refusal(ClarificationRefusal.notFound)
}

/// Why a clarification can't be decided.
public enum ClarificationRefusal: String, RefusalCode {
    case notFound = "clarification-not-found"
    case decided = "clarification-decided"
    /// A break has no time entry to be in.
    case noEntry = "no-entry-for-break"
    /// No answer to a request, but why it is kept.
    case switchedOff = "person-switched-off"

    public var kind: Refusal.Kind { self == .notFound ? .notFound : .conflict }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such clarification."
        case .decided: "{name} has decided this already."
        case .noEntry: "{name} has no time entry on this site at that time: book the check-in first."
        case .switchedOff: "{name} was switched off before this was reported."
        }
    }
}

// MARK: The stored text

extension Clarification.Content: Column {
    private struct Stored: Codable {
        var minutes: Int?
        var materialId: String?
        var materialName: String?
        var delta: Int64?
        var unit: String?
        var note: String?
        var undo: Bool?
        var userIds: [String]?
        var entryId: String?
        var checkedInAt: Int64?
        var checkedOutAt: Int64?
        var reopens: Bool?
        var kind: String?
        var breaks: String?
        var siteId: String?
        var reason: String?
    }

    /// JSON; `delta` is in thousandths.
    var text: String {
        var stored = Stored(
            minutes: minutes, materialId: material?.text, materialName: materialName, delta: delta?.thousandths,
            unit: unit, note: note, undo: isUndo ? true : nil)
        if !people.isEmpty { stored.userIds = people.map(\.text) }
        (stored.entryId, stored.siteId, stored.reason) = (entry?.text, target?.text, reason)
        (stored.checkedInAt, stored.checkedOutAt) = (checkedInAt?.milliseconds, checkedOutAt?.milliseconds)
        (stored.kind, stored.breaks) = (kind?.rawValue, breaks?.text)
        if reopens { stored.reopens = true }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Whole numbers and texts always encode.
        return (try? encoder.encode(stored)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Nil if the text isn't what an act was sent with.
    init?(stored text: String) {
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(text.utf8)),
            stored.minutes.map((0...Breaks.longest).contains) ?? true,
            stored.delta.map({ $0.magnitude <= Quantity.max.thousandths.magnitude }) ?? true
        else { return nil }
        if let id = stored.materialId {
            guard let material = Material.ID(id) else { return nil }
            self.material = material
        }
        (minutes, materialName, unit) = (stored.minutes, stored.materialName, stored.unit)
        (delta, note) = (stored.delta.map(Quantity.init(thousandths:)), stored.note)
        isUndo = stored.undo ?? false
        people = (stored.userIds ?? []).compactMap { User.ID($0) }
        (entry, target) = (stored.entryId.flatMap { .init($0) }, stored.siteId.flatMap { .init($0) })
        (checkedInAt, checkedOutAt) = (
            stored.checkedInAt.map(Instant.init(milliseconds:)), stored.checkedOutAt.map(Instant.init(milliseconds:))
        )
        guard checkedInAt?.hasText != false, checkedOutAt?.hasText != false else { return nil }
        (reopens, reason) = (stored.reopens ?? false, stored.reason)
        if let text = stored.kind {
            guard let kind = TimeEntry.Kind(rawValue: text) else { return nil }
            self.kind = kind
        }
        if let text = stored.breaks {
            guard let breaks = Breaks(stored: text) else { return nil }
            self.breaks = breaks
        }
    }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(text) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds anything else.
    public init(next row: inout Row) throws {
        guard let content = Self(stored: try row.text()) else {
            throw StorageError(.failed, "a column holds no act")
        }
        self = content
    }
}

extension Values: Column {
    private struct Stored: Codable {
        let name: String
        var text: String?
        var integer: Int?
        var quantity: Int64?
        var instant: Int64?
    }

    /// JSON: a list of names, each with its value.
    var stored: String {
        let list = list.map { one in
            var stored = Stored(name: one.name)
            switch one.value {
            case .text(let text): stored.text = text
            case .integer(let integer): stored.integer = integer
            case .quantity(let quantity): stored.quantity = quantity.thousandths
            case .instant(let instant): stored.instant = instant.milliseconds
            }
            return stored
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Whole numbers and texts always encode.
        return (try? encoder.encode(list)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// Nil if the text holds no values.
    init?(stored text: String) {
        guard let stored = try? JSONDecoder().decode([Stored].self, from: Data(text.utf8)) else { return nil }
        var list: [(name: String, value: Value)] = []
        for one in stored {
            switch (one.text, one.integer, one.quantity, one.instant.map(Instant.init(milliseconds:))) {
            case (let text?, nil, nil, nil): list.append((one.name, .text(text)))
            case (nil, let integer?, nil, nil): list.append((one.name, .integer(integer)))
            case (nil, nil, let quantity?, nil): list.append((one.name, .quantity(Quantity(thousandths: quantity))))
            case (nil, nil, nil, let instant?) where instant.hasText: list.append((one.name, .instant(instant)))
            default: return nil
            }
        }
        self.init(list)
    }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(stored) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no values.
    public init(next row: inout Row) throws {
        guard let values = Values(stored: try row.text()) else {
            throw StorageError(.failed, "a column holds no values")
        }
        self = values
    }
}

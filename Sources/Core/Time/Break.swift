public import Storage

/// A break within a time entry.
public struct Break: Sendable, Equatable {
    /// How the break is known.
    public enum Source: String, Sendable, CaseIterable {
        /// Clocked when it began and ended.
        case taken = "TAKEN"
        /// Said by someone.
        case stated = "STATED"
    }

    /// Nil if only its length is known.
    public let from: Instant?
    /// Nil while it lasts, or if only its length is known.
    public internal(set) var to: Instant?
    /// Whole minutes, each instant cut to its minute; nil while it lasts.
    public var minutes: Int? { length ?? to.flatMap { to in from.map { to.minute - $0.minute } } }
    public let source: Source
    private let length: Int?

    /// Whether it hasn't ended.
    public var isRunning: Bool { from != nil && to == nil }

    /// - Parameter to: nil while it lasts.
    package init(from: Instant, to: Instant?, source: Source) {
        (self.from, self.to, self.source, length) = (from, to, source, nil)
    }

    /// A break of which only the length is known.
    package init(minutes: Int, source: Source) { (from, to, length, self.source) = (nil, nil, minutes, source) }
}

/// The breaks of a time entry, stored as JSON: those with instants in their order, then the others.
public struct Breaks: Sendable, Equatable, Column {
    public internal(set) var list: [Break]

    public init(_ list: [Break] = []) {
        guard list.count > 1 else {
            self.list = list
            return
        }
        let timed = list.filter { $0.from != nil }
        self.list =
            timed.sorted { ($0.from ?? $0.to ?? .zero) < ($1.from ?? $1.to ?? .zero) } + list.filter { $0.from == nil }
    }

    /// How many at most.
    public static let most = 20
    /// In minutes: no break is longer than a day.
    public static let longest = 1440

    /// The sum of those that ended, in minutes.
    public var minutes: Int { list.reduce(0) { $0 + ($1.minutes ?? 0) } }

    /// The one that hasn't ended.
    public var running: Break? { list.first(where: \.isRunning) }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(text) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no breaks.
    public init(next row: inout Row) throws {
        guard let breaks = try row.withText({ BreakScanner.breaks(in: $0) }) else {
            throw StorageError(.failed, "a column holds no breaks")
        }
        self.init(breaks)
    }

    // MARK: The stored text

    /// The stored text: JSON, see `BreakScanner`.
    var text: String {
        var text = "["
        for one in list {
            if text.utf8.count > 1 { text += "," }
            if let from = one.from {
                text += "{\"from\":\(from.milliseconds),\"source\":\"\(one.source.rawValue)\""
                if let to = one.to { text += ",\"to\":\(to.milliseconds)" }
                text += "}"
            } else {
                text += "{\"minutes\":\(one.minutes ?? 0),\"source\":\"\(one.source.rawValue)\"}"
            }
        }
        return text + "]"
    }

    /// Nil if the text doesn't hold breaks.
    init?(stored text: String) {
        var text = text
        guard let breaks = text.withUTF8({ BreakScanner.breaks(in: $0) }) else { return nil }
        self.init(breaks)
    }
}

extension Instant {
    /// Whole minutes since 1970-01-01 UTC, rounded down. Durations are differences of these, so that they add up as they are shown.
    package var minute: Int { Int(floorDivide(milliseconds, 60_000)) }

    fileprivate static let zero = Instant(milliseconds: 0)
}

public import Storage

/// Days that a company keeps as holidays besides those of its region.
public struct LocalHolidays: Edited {
    public struct Entry: Sendable, Equatable {
        public let day: Day
        /// One line.
        public let name: String

        public init(_ day: Day, _ name: String) { (self.day, self.name) = (day, name) }
    }

    /// In the order of their days, each day once.
    public let list: [Entry]

    public static let most = 50
    /// In characters.
    public static let longestName = 100

    /// - Parameter list: of several with the same day, the first counts.
    public init(_ list: [Entry] = []) {
        var days: Set<Day> = []
        self.list = list.filter { days.insert($0.day).inserted }.sorted { $0.day < $1.day }
    }

    public static let sqlType = SQLType.text
    public var sqlValue: SQLValue { .text(text) }
    package var auditText: String? { text }

    /// A line for each: the day, a space and the name.
    var text: String { list.map { "\($0.day.text) \($0.name)" }.joined(separator: "\n") }

    /// Nil if it isn't a stored text.
    init?(stored text: String) {
        let lines = text.split(separator: "\n")
        let entries = lines.compactMap { line -> Entry? in
            guard let day = Day(String(line.prefix(Day.textLength))), line.dropFirst(Day.textLength).first == " " else {
                return nil
            }
            return Entry(day, String(line.dropFirst(Day.textLength + 1)))
        }
        guard entries.count == lines.count, entries.count <= Self.most else { return nil }
        self.init(entries)
    }

    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no such list.
    public init(next row: inout Row) throws {
        let text = try row.text()
        guard let days = Self(stored: text) else { throw StorageError(.failed, "'\(text)' are no local holidays") }
        self = days
    }
}

public import Storage

/// A calendar month: `YYYY-MM`, years 0001 to 9999.
public struct Month: Sendable, Hashable, Comparable, Column {
    public let first: Day

    /// The month that a day is in.
    package init(of day: Day) { first = day.startOfMonth }

    /// Parses `YYYY-MM`. Nil if it isn't a month.
    public init?(_ text: String) {
        guard text.utf8.count == 7, let first = Day(text + "-01") else { return nil }
        self.first = first
    }

    public var last: Day { (first + 31).startOfMonth + -1 }

    /// `YYYY-MM`.
    public var text: String { String(first.text.prefix(7)) }

    public static func < (left: Month, right: Month) -> Bool { left.first < right.first }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(text) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no month.
    public init(next row: inout Row) throws {
        let text = try row.text()
        guard let month = Month(text) else { throw StorageError(.failed, "'\(text)' is not a month") }
        self = month
    }
}

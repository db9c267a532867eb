public import Storage

/// A calendar day without a time of day: `YYYY-MM-DD` (ISO 8601), years 0001 to 9999.
public struct Day: Sendable, Hashable, Comparable, Column {
    /// Days since 1970-01-01 in the Gregorian calendar.
    public let daysSince1970: Int

    public init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

    /// Parses `YYYY-MM-DD`. Nil if it isn't a day of the calendar.
    public init?(_ text: String) {
        var digits = DigitReader(text.utf8)
        guard let day = Day(reading: &digits), digits.atEnd else { return nil }
        self = day
    }

    init?(reading digits: inout DigitReader) {
        guard let year = digits.number(4), year >= 1, digits.skip("-"), let month = digits.number(2),
            (1...12).contains(month),
            digits.skip("-"), let day = digits.number(2), day >= 1
        else { return nil }
        self.init(counting: year, month, day)
        // The 31st of a shorter month falls in the next month.
        guard civil == (year, month, day) else { return nil }
    }

    /// Counts the days of 400-year eras that begin on 1 March, so that the leap day comes last (Howard Hinnant's `days_from_civil`,
    /// https://howardhinnant.github.io/date_algorithms.html).
    private init(counting year: Int, _ month: Int, _ day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(daysSince1970: era * 146_097 + dayOfEra - 719_468)
    }

    /// Nil if it isn't a day of the calendar, or none of the years 1 to 9999.
    init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        self.init(counting: year, month, day)
        guard civil == (year, month, day) else { return nil }
    }

    var year: Int { civil.year }

    /// 0 is a Monday.
    package var weekday: Int { (daysSince1970 % 7 + 10) % 7 }

    private var civil: (year: Int, month: Int, day: Int) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// The first day of its month.
    var startOfMonth: Day { self + (1 - civil.day) }

    /// The number of characters in `text`.
    public static let textLength = 10

    /// `YYYY-MM-DD`.
    public var text: String { String(upTo: Self.textLength) { write(to: $0) } }

    /// Writes the `textLength` characters of `text` and returns their number.
    @discardableResult
    public func write(to memory: UnsafeMutablePointer<UInt8>) -> Int {
        let (year, month, day) = civil
        var digits = DigitWriter(memory)
        digits.number(year, width: 4)
        digits.character("-")
        digits.number(month, width: 2)
        digits.character("-")
        digits.number(day, width: 2)
        return Self.textLength
    }

    /// The start of the day in UTC.
    public var start: Instant { Instant(milliseconds: Int64(daysSince1970) * 86_400_000) }

    public static func < (left: Day, right: Day) -> Bool { left.daysSince1970 < right.daysSince1970 }
    public static func + (day: Day, days: Int) -> Day { Day(daysSince1970: day.daysSince1970 + days) }

    public static var sqlType: SQLType { .text }
    public var sqlValue: SQLValue { .text(text) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` if the column holds no day.
    public init(next row: inout Row) throws {
        let text = try row.text()
        guard let day = Day(text) else { throw StorageError(.failed, "'\(text)' is not a day") }
        self = day
    }
}

extension Instant {
    /// The UTC day of the instant.
    public var day: Day { Day(daysSince1970: Int(floorDivide(milliseconds, 86_400_000))) }
}

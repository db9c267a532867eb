package import Storage
import Synchronization

/// The calendar days of a time zone. The starts of the days of a period are looked up once: the system's data of time zones costs more to
/// read than a time entry.
package struct ZoneDays: Sendable {
    private let timeZone: String
    private let first: Day
    /// The starts of the days from `first` on.
    private let starts: [Instant]

    /// Entries are looked at that began before the period, and days until which those of its last day can be recorded.
    private static let around = (before: 7, after: 9)

    /// - Parameters:
    ///   - timeZone: a name from the IANA time zone database; UTC if the system doesn't know it.
    ///   - period: days and instants further from it than a week are looked up one by one.
    package init(_ timeZone: String, knowing period: ClosedRange<Day>) {
        (self.timeZone, first) = (timeZone, period.lowerBound + -Self.around.before)
        let count = period.count + Self.around.before + Self.around.after
        starts = (0..<count).map { (period.lowerBound + ($0 - Self.around.before)).start(in: timeZone) }
    }

    private struct Period: Hashable {
        let timeZone: String
        let first: Day
        let last: Day
    }

    private static let most = 100
    private static let known = Mutex<[Period: ZoneDays]>([:])

    /// The same, kept for a few periods: most people look at the same few months.
    static func kept(_ timeZone: String, knowing period: ClosedRange<Day>) -> ZoneDays {
        let key = Period(timeZone: timeZone, first: period.lowerBound, last: period.upperBound)
        if let days = known.withLock({ $0[key] }) { return days }
        let days = ZoneDays(timeZone, knowing: period)
        known.withLock { known in
            if known.count >= most { known.removeAll() }
            known[key] = days
        }
        return days
    }

    package func day(of instant: Instant) -> Day {
        guard instant >= starts[0], instant < starts[starts.count - 1] else { return instant.day(in: timeZone) }
        // The number of days that began at the instant or before.
        var (began, end) = (1, starts.count)
        while began < end {
            let middle = (began + end) / 2
            if starts[middle] <= instant { began = middle + 1 } else { end = middle }
        }
        return first + (began - 1)
    }

    /// What clocks there show, as a day and the minute of it.
    package func local(_ instant: Instant) -> (day: Day, minute: Int) {
        let day = day(of: instant)
        let (start, end) = (start(of: day), start(of: day + 1))
        // Clocks that are changed make a day longer or shorter; old ones weren't a whole number of minutes apart.
        guard end.milliseconds - start.milliseconds == 86_400_000, start.milliseconds % 60_000 == 0 else {
            return instant.local(in: timeZone)
        }
        return (day, instant.minute - start.minute)
    }

    package func start(of day: Day) -> Instant {
        let index = day.daysSince1970 - first.daysSince1970
        return starts.indices.contains(index) ? starts[index] : day.start(in: timeZone)
    }
}

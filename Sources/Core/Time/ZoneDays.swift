package import Storage

/// The calendar days of a time zone. The starts of the days of a period are looked up once: the system's data of time zones costs more to
/// read than a time entry.
package struct ZoneDays: Sendable {
    private let timeZone: String
    private let first: Day
    /// The starts of the days from `first` on.
    private let starts: [Instant]

    /// - Parameters:
    ///   - timeZone: a name from the IANA time zone database; UTC if the system doesn't know it.
    ///   - period: days and instants outside of it are looked up one by one.
    package init(_ timeZone: String, knowing period: ClosedRange<Day>) {
        (self.timeZone, first) = (timeZone, period.lowerBound)
        let count = period.upperBound.daysSince1970 - period.lowerBound.daysSince1970 + 2
        starts = (0..<count).map { (period.lowerBound + $0).start(in: timeZone) }
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

    package func start(of day: Day) -> Instant {
        let index = day.daysSince1970 - first.daysSince1970
        return starts.indices.contains(index) ? starts[index] : day.start(in: timeZone)
    }
}

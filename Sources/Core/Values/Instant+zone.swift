import Foundation
package import Storage
import Synchronization

extension Instant {
    /// The calendar day in a time zone of the IANA database; in UTC if the system doesn't know the zone.
    func day(in timeZone: String) -> Day {
        let offset = ZoneOffsets.shared.milliseconds(in: timeZone, at: self)
        return Instant(milliseconds: milliseconds.adding(offset)).day
    }

    /// What clocks there show, as a day and the minute of it.
    package func local(in timeZone: String) -> (day: Day, minute: Int) {
        let offset = ZoneOffsets.shared.milliseconds(in: timeZone, at: self)
        let there = Instant(milliseconds: milliseconds.adding(offset))
        return (there.day, there.minute - there.day.start.minute)
    }

    /// What clocks there show: `07:02`.
    func clockTime(in timeZone: String) -> String {
        let offset = ZoneOffsets.shared.milliseconds(in: timeZone, at: self)
        // An instant that far ahead is written in UTC as clocks there show this one.
        return String(Instant(milliseconds: milliseconds.adding(offset)).text.dropFirst(11).prefix(5))
    }
}

extension Day {
    /// The start of the day in a time zone: midnight, or later if the clocks skip it.
    package func start(in timeZone: String) -> Instant {
        let day: Int64 = 86_400_000
        let aheads = [start.milliseconds - day, start.milliseconds + day].map {
            ZoneOffsets.shared.milliseconds(in: timeZone, at: Instant(milliseconds: $0))
        }
        let moments = aheads.map { Instant(milliseconds: start.milliseconds - $0) }.sorted()
        return moments.first { $0.day(in: timeZone) == self } ?? moments[0]
    }
}

/// The offsets of time zones from UTC, cached for each zone for the quarter of an hour that was asked for last: clocks change only
/// between quarters, and querying the system's data costs more than reading a site.
private final class ZoneOffsets: Sendable {
    static let shared = ZoneOffsets()

    private struct Known {
        let quarter: Int64
        let milliseconds: Int64
    }

    private static let quarter: Int64 = 900_000
    private let known = Mutex<[String: Known]>([:])

    func milliseconds(in timeZone: String, at instant: Instant) -> Int64 {
        let quarter = instant.milliseconds / Self.quarter
        if let found = known.withLock({ $0[timeZone] }), found.quarter == quarter { return found.milliseconds }
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let offset = Int64(TimeZone(identifier: timeZone)?.secondsFromGMT(for: date) ?? 0) &* 1000
        known.withLock { $0[timeZone] = Known(quarter: quarter, milliseconds: offset) }
        return offset
    }
}

import Foundation
import Synchronization

extension Instant {
    /// The calendar day that clocks in a time zone of the IANA database show; UTC's where the system doesn't know the zone.
    func day(in timeZone: String) -> Day {
        let offset = ZoneOffsets.shared.milliseconds(in: timeZone, at: self)
        return Instant(milliseconds: milliseconds.adding(offset)).day
    }
}

/// What clocks are ahead of UTC by, kept for each zone for the quarter of an hour that was asked for last: clocks change on such
/// borders, and asking the system's data costs more than reading a site.
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

/// A moment: milliseconds since 1970-01-01 UTC. On the wire it is RFC 3339 in UTC, `2026-11-23T08:31:48.838Z`.
public struct Instant: Sendable, Hashable, Comparable, Column {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(milliseconds: instant.milliseconds + duration.milliseconds)
    }
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(milliseconds: instant.milliseconds - duration.milliseconds)
    }

    /// The UTC day that the moment falls on.
    public var day: Day { Day(daysSince1970: Int(floorDivide(milliseconds, 86_400_000))) }

    public static var sqlType: SQLType { .integer }
    public var sqlValue: SQLValue { .integer(milliseconds) }
    public init(next row: inout Row) throws { self.init(milliseconds: try row.integer()) }
}

extension Duration {
    /// Whole milliseconds, rounded toward zero.
    public var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}

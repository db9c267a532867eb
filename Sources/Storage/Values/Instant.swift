/// A point in time, in milliseconds since 1970-01-01 UTC. On the wire it is RFC 3339 in UTC: `2026-11-23T08:31:48.838Z`.
public struct Instant: Sendable, Hashable, Comparable, Column {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
    public static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(milliseconds: instant.milliseconds.adding(duration.milliseconds))
    }
    public static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(milliseconds: instant.milliseconds.subtracting(duration.milliseconds))
    }

    public static var sqlType: SQLType { .integer }
    public var sqlValue: SQLValue { .integer(milliseconds) }
    /// Reads the row's next column.
    /// - Throws: `StorageError` of kind `.failed` outside the years 1 to 9999, which another program may have written and which have no
    ///   text.
    public init(next row: inout Row) throws {
        self.init(milliseconds: try row.integer())
        guard hasText else {
            throw StorageError(.failed, "a column holds no instant of the years 1 to 9999")
        }
    }

    /// Whether it can be written as a text: only the years 1 to 9999 can.
    package var hasText: Bool { self >= Self.earliest && self <= Self.latest }

    /// 0001-01-01T00:00:00.000Z.
    private static let earliest = Instant(milliseconds: -62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z.
    private static let latest = Instant(milliseconds: 253_402_300_799_999)
}

extension Duration {
    /// Whole milliseconds, rounded toward zero and clamped to the range of `Int64`.
    public var milliseconds: Int64 {
        let (seconds, isBeyond) = components.seconds.multipliedReportingOverflow(by: 1000)
        if isBeyond { return components.seconds < 0 ? .min : .max }
        return seconds.adding(components.attoseconds / 1_000_000_000_000_000)
    }
}

extension Int64 {
    /// The sum, clamped to the range of `Int64`.
    package func adding(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, clamped to the range of `Int64`.
    package func subtracting(_ other: Int64) -> Int64 {
        let (difference, isBeyond) = subtractingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .max : .min) : difference
    }
}

/// Divides and rounds down, also for negative numbers.
@inlinable
package func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}

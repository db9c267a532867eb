public import Storage

extension Instant {
    /// The number of characters in `text`.
    public static let textLength = 24

    /// RFC 3339 in UTC with milliseconds. The text of an instant outside the years 0 to 9999, which no row and no body holds, can't be
    /// parsed again.
    public var text: String { String(upTo: Self.textLength) { write(to: $0) } }

    /// Writes the `textLength` characters of `text` and returns their number.
    @discardableResult
    public func write(to memory: UnsafeMutablePointer<UInt8>) -> Int {
        let day = day
        // An overflow cancels out: the difference is less than a day.
        let ofDay = Int(milliseconds) &- day.daysSince1970 &* 86_400_000
        day.write(to: memory)
        var digits = DigitWriter(memory + Day.textLength)
        digits.character("T")
        digits.number(ofDay / 3_600_000, width: 2)
        digits.character(":")
        digits.number(ofDay / 60_000 % 60, width: 2)
        digits.character(":")
        digits.number(ofDay / 1000 % 60, width: 2)
        digits.character(".")
        digits.number(ofDay % 1000, width: 3)
        digits.character("Z")
        return Self.textLength
    }

    /// Parses RFC 3339 (section 5.6): a date, `T`, a time with or without a fraction, and `Z` or an offset. Fraction digits after the
    /// third are dropped; a leap second counts as the second before it. Nil for anything else, and if the offset leads out of the years 1
    /// to 9999.
    public init?(_ text: String) {
        var digits = DigitReader(text.utf8)
        guard let day = Day(reading: &digits), digits.skip("T") || digits.skip("t") || digits.skip(" "),
            let hour = digits.number(2), hour < 24, digits.skip(":"),
            let minute = digits.number(2), minute < 60, digits.skip(":"),
            let second = digits.number(2), second <= 60
        else { return nil }
        var millisecond = 0
        if digits.skip(".") {
            guard let fraction = digits.fraction() else { return nil }
            millisecond = fraction
        }
        var offset = 0
        if !digits.skip("Z") && !digits.skip("z") {
            let east = digits.skip("+")
            guard east || digits.skip("-"), let hours = digits.number(2), hours < 24, digits.skip(":"),
                let minutes = digits.number(2), minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (east ? 1 : -1)
        }
        guard digits.atEnd else { return nil }
        let seconds = hour * 3600 + minute * 60 + min(second, 59) - offset * 60
        self.init(milliseconds: Int64(day.daysSince1970) * 86_400_000 + Int64(seconds) * 1000 + Int64(millisecond))
        guard Day(self.day.text) == self.day else { return nil }
    }
}

/// The PIN of a person on a phone: six digits, checked by the server together with the phone's key. PINs that are guessed first are refused:
/// repetitions, sequences, patterns of the number pad, and dates, because they are birthdays.
public struct Pin: Sendable {
    public static let length = 6
    /// How many wrong ones in all end a phone's key. A right one starts over.
    static let tries: Int64 = 10

    let text: String

    /// - Throws: a `Flaw` of code `notAPin` or `pinTooSimple`.
    public init(_ text: String) throws(Flaw) {
        let digits = text.utf8.compactMap { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) ? Int($0 - 48) : nil }
        guard digits.count == Self.length, text.utf8.count == Self.length else { throw Flaw(.notAPin) }
        guard !Self.isSimple(digits), !Self.isOnPad(text), !Self.isDate(digits) else { throw Flaw(.pinTooSimple) }
        self.text = text
    }

    /// At most two different digits; three that are repeated; the same step from each digit to the next, also of doubled digits (112233) and
    /// forth and back (123321).
    private static func isSimple(_ digits: [Int]) -> Bool {
        let pairs = stride(from: 0, to: length, by: 2).map { digits[$0] }
        let areDoubled = pairs == stride(from: 1, to: length, by: 2).map { digits[$0] }
        let isMirrored = digits.elementsEqual(digits.reversed())
        return Set(digits).count <= 2 || digits.prefix(3) == digits.suffix(3) || isSequence(digits)
            || areDoubled && isSequence(pairs) || isMirrored && isSequence(Array(digits.prefix(3)))
    }

    private static func isSequence(_ digits: [Int]) -> Bool {
        Set(zip(digits, digits.dropFirst()).map { ($1 - $0 + 10) % 10 }).count == 1
    }

    /// Rows, columns and diagonals of a number pad, one after the other.
    private static func isOnPad(_ text: String) -> Bool {
        let lines = ["147258369147", "369258147369", "123654789", "789456123789", "159753159", "159357159"]
        return lines.contains { $0.contains(text) || String($0.reversed()).contains(text) }
    }

    /// DDMMYY, MMDDYY or YYMMDD of any year.
    private static func isDate(_ digits: [Int]) -> Bool {
        let (first, second, third) = (
            digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5]
        )
        return isDay(first, of: second) || isDay(second, of: first) || isDay(third, of: second)
    }

    private static func isDay(_ day: Int, of month: Int) -> Bool {
        let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }
}

/// Writes characters one after the other into memory that is large enough for them.
struct DigitWriter {
    private let start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    init(_ start: UnsafeMutablePointer<UInt8>) { self.start = start }

    mutating func character(_ character: Unicode.Scalar) {
        start[count] = UInt8(ascii: character)
        count += 1
    }

    /// Writes a number of at most `width` digits, with leading zeros. Of a longer number it writes the last digits; for a negative one,
    /// other characters.
    mutating func number(_ number: Int, width: Int) {
        var rest = number
        for position in stride(from: count + width - 1, through: count, by: -1) {
            start[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += width
    }

    /// Writes a number without leading zeros.
    mutating func number(_ number: UInt64) {
        var (width, bound) = (1, UInt64(10))
        while bound <= number && width < 19 {
            width += 1
            bound *= 10
        }
        self.number(Int(number), width: width)
    }

    mutating func dropTrailingZeros() {
        while count > 0 && start[count - 1] == UInt8(ascii: "0") { count -= 1 }
    }
}

extension String {
    /// The characters that `write` writes, at most `capacity`.
    init(upTo capacity: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
        self.init(unsafeUninitializedCapacity: capacity) { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return write(start)
        }
    }
}

/// Reads runs of digits of fixed length from left to right.
struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String.UTF8View) { rest = text[...] }

    var atEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Reads one or more digits after a decimal point, as thousandths; further digits are dropped.
    mutating func fraction() -> Int? {
        guard var value = digit() else { return nil }
        var count = 1
        while let digit = digit() {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        while count < 3 {
            value *= 10
            count += 1
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}

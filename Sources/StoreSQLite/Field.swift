/// One column of a line in PostgreSQL's COPY text format, decoded in place.
struct Field {
    /// Nil for null.
    let value: UnsafeMutableRawBufferPointer?
    /// Where the next field, or the next line, begins.
    let next: Int
    let endsLine: Bool

    /// - Parameters:
    ///   - lines: whole lines; the bytes of this field are changed.
    ///   - start: where the field begins.
    /// - Returns: nil where it doesn't end, or holds an invalid escape.
    init?(in lines: UnsafeMutableRawBufferPointer, from start: Int) {
        var read = start
        var write = start
        var isNull = false
        while true {
            guard read < lines.count else { return nil }
            let byte = lines[read]
            if byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") {
                endsLine = byte == UInt8(ascii: "\n")
                break
            }
            read += 1
            guard byte == UInt8(ascii: "\\") else {
                lines[write] = byte
                write += 1
                continue
            }
            guard read < lines.count else { return nil }
            if lines[read] == UInt8(ascii: "N"), read == start + 1 {
                isNull = true
            } else {
                guard let meant = Self.byte(for: lines[read]) else { return nil }
                lines[write] = meant
                write += 1
            }
            read += 1
        }
        // A null is the whole field.
        guard !isNull || read == start + 2 else { return nil }
        value = isNull ? nil : UnsafeMutableRawBufferPointer(rebasing: lines[start..<write])
        next = read + 1
    }

    private static func byte(for letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "v"): 11
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "\\"): letter
        default: nil
        }
    }

    /// The bytes that `\x` and hexadecimal digits stand for, in the same place. Nil for anything else.
    var unhexed: UnsafeMutableRawBufferPointer? {
        guard let value, value.starts(with: "\\x".utf8), value.count % 2 == 0 else { return nil }
        var count = 0
        for index in stride(from: 2, to: value.count, by: 2) {
            guard let high = Self.digit(value[index]), let low = Self.digit(value[index + 1]) else { return nil }
            value[count] = high << 4 | low
            count += 1
        }
        return UnsafeMutableRawBufferPointer(rebasing: value[0..<count])
    }

    private static func digit(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

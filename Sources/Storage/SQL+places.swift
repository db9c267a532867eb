extension SQL {
    /// The `$n` placeholders of a text: the byte offset of each `$`, and its number. Those in strings, quoted names and comments don't
    /// count.
    public static func places(in text: String) -> [(offset: Int, number: Int)] {
        var places: [(offset: Int, number: Int)] = []
        var text = text
        text.withUTF8 { bytes in
            var index = 0
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                    index = end(of: bytes, from: index + 1, at: bytes[index])
                case UInt8(ascii: "["):
                    index = end(of: bytes, from: index + 1, at: UInt8(ascii: "]"))
                case UInt8(ascii: "-") where follows(bytes, index, UInt8(ascii: "-")):
                    index = end(of: bytes, from: index + 2, at: UInt8(ascii: "\n"))
                case UInt8(ascii: "/") where follows(bytes, index, UInt8(ascii: "*")):
                    index += 2
                    while index < bytes.count,
                        !(bytes[index] == UInt8(ascii: "*") && follows(bytes, index, UInt8(ascii: "/")))
                    {
                        index += 1
                    }
                    index += 2
                case UInt8(ascii: "$"):
                    let start = index
                    var number = 0
                    index += 1
                    while index < bytes.count, isDigit(bytes[index]), number < 1_000_000 {
                        number = number * 10 + Int(bytes[index] - UInt8(ascii: "0"))
                        index += 1
                    }
                    if number > 0 { places.append((start, number)) }
                case let byte where isNamePart(byte):
                    // A `$` inside a name is part of the name.
                    while index < bytes.count, isNamePart(bytes[index]) || bytes[index] == UInt8(ascii: "$") {
                        index += 1
                    }
                default:
                    index += 1
                }
            }
        }
        return places
    }

    /// The index after the next terminator. A doubled quote reads as the end of one string and the start of the next.
    private static func end(of bytes: UnsafeBufferPointer<UInt8>, from start: Int, at terminator: UInt8) -> Int {
        (bytes[min(start, bytes.count)...].firstIndex(of: terminator) ?? bytes.count) + 1
    }

    private static func follows(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ next: UInt8) -> Bool {
        index + 1 < bytes.count && bytes[index + 1] == next
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: byte >= 0x80 || isDigit(byte)
        }
    }
}

/// The places of a statement in SQLite's spelling: `$2` becomes `?2`.
///
/// SQLite reads `$2` too, but as a name: it would number the places in the order in which they first appear.
enum PlaceRewriting {
    /// The statement as UTF-8. Strings, quoted names and comments stay as they are.
    static func rewritten(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                index = end(of: bytes, after: index + 1, terminator: [bytes[index]])
            case UInt8(ascii: "["):
                index = end(of: bytes, after: index + 1, terminator: [UInt8(ascii: "]")])
            case UInt8(ascii: "-") where follows(bytes, index, UInt8(ascii: "-")):
                index = end(of: bytes, after: index + 2, terminator: [UInt8(ascii: "\n")])
            case UInt8(ascii: "/") where follows(bytes, index, UInt8(ascii: "*")):
                index = end(of: bytes, after: index + 2, terminator: [UInt8(ascii: "*"), UInt8(ascii: "/")])
            case UInt8(ascii: "$"):
                let isPlace = index + 1 < bytes.count && isDigit(bytes[index + 1])
                if isPlace { bytes[index] = UInt8(ascii: "?") }
                index += 1
            case let byte where isNamePart(byte):
                // A `$` inside of a name is a letter of the name.
                while index < bytes.count, isNamePart(bytes[index]) || bytes[index] == UInt8(ascii: "$") { index += 1 }
            default:
                index += 1
            }
        }
        return bytes
    }

    /// The index behind the next terminator. A doubled quote reads as the end of one string and the start of the next.
    private static func end(of bytes: [UInt8], after start: Int, terminator: [UInt8]) -> Int {
        var index = start
        while index + terminator.count <= bytes.count {
            if bytes[index..<index + terminator.count].elementsEqual(terminator) { return index + terminator.count }
            index += 1
        }
        return bytes.count
    }

    private static func follows(_ bytes: [UInt8], _ index: Int, _ next: UInt8) -> Bool {
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

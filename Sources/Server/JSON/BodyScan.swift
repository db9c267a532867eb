import Core
import Foundation

/// Looks through a JSON body, byte by byte, before anything decodes, compares or hashes what it holds. It finds what would take more
/// than its length of time or mean something else to the decoder; the grammar is the decoder's to check.
struct BodyScan {
    /// Why a body isn't decoded.
    enum Finding: Error, Equatable {
        /// A byte 0: the decoder would take the body as UTF-16 or UTF-32, and read other texts than were looked at here.
        case zeroByte
        case tooDeep
        /// - Parameter field: the name of the field that it is a value of; nil where it has none that could be ours.
        case longNumber(field: String?)
        case tooManyMarks(field: String?)
        /// A field's name with other characters than ASCII's: no field has such a name.
        case strangeName(field: String?)
    }

    /// More levels than any body has.
    static let deepest = 32
    /// More characters than any number needs: the decoder keeps 38 digits.
    static let longestNumber = 64
    /// More bytes than the names of a field and what it is within have together.
    private static let longestName = 200

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var levels: [Level] = []

    /// An object or a list that isn't closed yet.
    private struct Level {
        let isObject: Bool
        var awaitsName: Bool
        /// Where the name of the value that is being read stands, between its quotation marks.
        var name: Range<Int>?
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// - Parameter bytes: UTF-8.
    static func check(_ bytes: UnsafeBufferPointer<UInt8>) throws(Finding) {
        var scan = BodyScan(bytes)
        try scan.run()
    }

    private mutating func run() throws(Finding) {
        while position < bytes.count {
            switch bytes[position] {
            case 0: throw .zeroByte
            case UInt8(ascii: "{"): try open(isObject: true)
            case UInt8(ascii: "["): try open(isObject: false)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): levels.removeLast(min(1, levels.count))
            case UInt8(ascii: ":"): awaitName(false)
            case UInt8(ascii: ","): awaitName(levels.last?.isObject == true)
            case UInt8(ascii: "\""):
                position += 1
                try string()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                try number()
                continue
            default: break
            }
            position += 1
        }
    }

    private mutating func open(isObject: Bool) throws(Finding) {
        guard levels.count < Self.deepest else { throw .tooDeep }
        levels.append(Level(isObject: isObject, awaitsName: isObject))
    }

    private mutating func awaitName(_ awaits: Bool) {
        if !levels.isEmpty { levels[levels.count - 1].awaitsName = awaits }
    }

    /// Ends behind the number.
    private mutating func number() throws(Finding) {
        let start = position
        while position < bytes.count, Self.isOfNumber(bytes[position]) { position += 1 }
        guard position - start <= Self.longestNumber else { throw .longNumber(field: field) }
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    // MARK: Texts

    /// Begins behind the first quotation mark and ends at the last.
    private mutating func string() throws(Finding) {
        let start = position
        let isName = levels.last?.awaitsName == true
        var (run, isASCII) = (MarkRun(), true)
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == 0 { throw .zeroByte }
            let scalar = next()
            isASCII = isASCII && scalar.isASCII
            guard run.admits(scalar) else { throw .tooManyMarks(field: isName ? nil : field) }
            if isName, !isASCII, position - start > Self.longestName { throw .strangeName(field: nil) }
        }
        guard isName else { return }
        levels[levels.count - 1].name = start..<min(position, bytes.count)
        if !isASCII { throw .strangeName(field: field) }
    }

    /// The character that begins here, and goes behind it. What is none, such as half of a pair of surrogates, is a character of its own:
    /// the decoder refuses it.
    private mutating func next() -> Unicode.Scalar {
        let first = bytes[position]
        position += 1
        if first == UInt8(ascii: "\\") { return escaped() }
        if first < 0x80 { return Unicode.Scalar(first) }
        let following = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3
        var value = UInt32(first) & (0x3F >> UInt32(following))
        for _ in 0..<following where position < bytes.count {
            value = value << 6 | UInt32(bytes[position] & 0x3F)
            position += 1
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// The character that a backslash before this byte stands for.
    private mutating func escaped() -> Unicode.Scalar {
        guard position < bytes.count else { return "\u{FFFD}" }
        let kind = bytes[position]
        position += 1
        guard kind == UInt8(ascii: "u"), let unit = hexadecimal(at: position) else { return " " }
        position += 4
        guard UTF16.isLeadSurrogate(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u"),
            let trail = hexadecimal(at: position + 2), UTF16.isTrailSurrogate(trail)
        else { return "\u{FFFD}" }
        position += 6
        let value = 0x10000 + (UInt32(unit) & 0x3FF) << 10 + UInt32(trail) & 0x3FF
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// Four hexadecimal digits.
    private func hexadecimal(at position: Int) -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// The name of the field whose value is being read, with those that it is within: `address.street`. Nil where it has none, or a longer
    /// one than any field has.
    private var field: String? {
        let names = levels.compactMap(\.name)
        guard !names.isEmpty, names.reduce(0, { $0 + $1.count }) <= Self.longestName else { return nil }
        return names.map { name in
            let quoted = Data("\"".utf8) + Data(bytes[name]) + Data("\"".utf8)
            return (try? JSONDecoder().decode(String.self, from: quoted)) ?? ""
        }.joined(separator: ".")
    }
}

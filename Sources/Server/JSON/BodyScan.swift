import Core
import Foundation

/// Scans a JSON body, byte by byte, before its contents are decoded, compared or hashed. It finds input whose decoding would take more time
/// than its length allows, or that the decoder would read differently; the grammar is left to the decoder.
struct BodyScan {
    /// Why a body is refused.
    enum Finding: Error, Equatable {
        /// A byte 0: the decoder would take the body as UTF-16 or UTF-32, and read other texts than were looked at here.
        case zeroByte
        case tooDeep
        /// - Parameter field: the name of its field; nil if no field has such a name.
        case longNumber(field: String?)
        case tooManyMarks(field: String?)
        /// The name of a field isn't ASCII: no field has such a name.
        case strangeName(field: String?)
    }

    /// More levels than any body needs.
    static let deepest = 32
    /// More characters than any number needs: the decoder keeps 38 digits.
    static let longestNumber = 64
    /// More bytes than the names of a field and of the objects around it have together.
    private static let longestName = 200

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var levels: [Level] = []

    /// An object or a list that isn't closed yet.
    private struct Level {
        let isObject: Bool
        var awaitsName: Bool
        /// The position of the name of the current value, between its quotation marks.
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

    /// Ends after the number.
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

    /// Begins after the opening quotation mark and ends at the closing one.
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

    /// The character that begins here; moves after it. An invalid one, such as half of a surrogate pair, is returned as U+FFFD: the decoder
    /// refuses it.
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

    /// The name of the current field, with those of the objects around it: `address.street`. Nil if it has none, or one that is longer than
    /// any field's.
    private var field: String? {
        let names = levels.compactMap(\.name)
        guard !names.isEmpty, names.reduce(0, { $0 + $1.count }) <= Self.longestName else { return nil }
        return names.map { name in
            let quoted = Data("\"".utf8) + Data(bytes[name]) + Data("\"".utf8)
            return (try? JSONDecoder().decode(String.self, from: quoted)) ?? ""
        }.joined(separator: ".")
    }
}

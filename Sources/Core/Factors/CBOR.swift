/// A value of CBOR (RFC 8949), as far as authenticators use it: CTAP 2 allows neither indefinite lengths nor tags.
enum CBOR: Sendable, Hashable {
    case unsigned(UInt64)
    /// This many below -1.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case list([CBOR])
    case map([CBOR: CBOR])
    /// False, true, null and numbers with a fraction: nothing here looks into them.
    case simple

    /// The value of a key, if this is a map that has it.
    subscript(key: CBOR) -> CBOR? {
        guard case .map(let pairs) = self else { return nil }
        return pairs[key]
    }

    var bytes: [UInt8]? {
        guard case .bytes(let bytes) = self else { return nil }
        return bytes
    }
}

/// Reads bytes one after the other, and never beyond their end.
struct ByteReader: Sendable {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

    /// - Throws: `PasskeyFault.malformed` if there are fewer.
    mutating func take(_ count: UInt64) throws(PasskeyFault) -> [UInt8] {
        guard let count = Int(exactly: count), count <= rest.count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A number of up to eight bytes, the highest first.
    mutating func number(of count: UInt64) throws(PasskeyFault) -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: CBOR

    /// CTAP 2 allows four levels (section 8).
    private static let deepest = 8
    /// What one message may hold in all.
    private static let mostItems: UInt64 = 256

    /// - Throws: `PasskeyFault.malformed` for what isn't CBOR, is nested too deeply, holds too much, or names a key twice.
    mutating func cbor() throws(PasskeyFault) -> CBOR {
        var left = Self.mostItems
        return try cbor(depth: 0, &left)
    }

    private mutating func cbor(depth: Int, _ left: inout UInt64) throws(PasskeyFault) -> CBOR {
        guard depth < Self.deepest, left > 0, let head = rest.popFirst() else { throw .malformed }
        left -= 1
        let count: UInt64
        switch head & 0x1F {
        case 24: count = try number(of: 1)
        case 25: count = try number(of: 2)
        case 26: count = try number(of: 4)
        case 27: count = try number(of: 8)
        case let small where small < 24: count = UInt64(small)
        default: throw .malformed
        }
        switch head >> 5 {
        case 0: return .unsigned(count)
        case 1: return .negative(count)
        case 2: return .bytes(try take(count))
        case 3:
            guard let text = String(validating: try take(count), as: UTF8.self) else { throw .malformed }
            return .text(text)
        case 4:
            guard count <= left else { throw .malformed }
            var list: [CBOR] = []
            for _ in 0..<count { list.append(try cbor(depth: depth + 1, &left)) }
            return .list(list)
        case 5:
            guard count <= left / 2 else { throw .malformed }
            var map: [CBOR: CBOR] = [:]
            for _ in 0..<count {
                let key = try cbor(depth: depth + 1, &left)
                switch key {
                case .unsigned, .negative, .text: break
                case .bytes, .list, .map, .simple: throw .malformed
                }
                guard map.updateValue(try cbor(depth: depth + 1, &left), forKey: key) == nil else { throw .malformed }
            }
            return .map(map)
        case 7: return .simple
        default: throw .malformed
        }
    }
}

/// RFC 4648, section 5, without padding.
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values = Dictionary(
        uniqueKeysWithValues: alphabet.enumerated().map { ($1, UInt32(truncatingIfNeeded: $0)) })

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var (text, bits, count): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for byte in bytes {
            (bits, count) = ((bits & 0x3F) << 8 | UInt32(byte), count + 8)
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> count & 0x3F)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 0x3F)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for any text that `text` doesn't write.
    package static func bytes(_ text: String) -> [UInt8]? {
        var (bytes, bits, count): ([UInt8], UInt32, UInt32) = ([], 0, 0)
        for character in text.utf8 {
            guard let value = values[character] else { return nil }
            (bits, count) = ((bits & 0xFF) << 6 | value, count + 6)
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        // One character is no byte, and what is left over is zero.
        return count < 6 && bits & (1 << count - 1) == 0 ? bytes : nil
    }
}

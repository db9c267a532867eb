import Foundation

/// The code page of DATEV's files (https://encoding.spec.whatwg.org/#windows-1252).
enum Windows1252 {
    /// What the bytes 0x80 to 0x9F stand for; zero for the five that stand for nothing.
    private static let upper: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private static let codes: [UInt32: UInt8] = Dictionary(
        uniqueKeysWithValues: zip(upper, UInt8(0x80)...UInt8(0x9F)).filter { $0.0 != 0 })

    /// The text's bytes, composed letters first: `u` and a diaeresis are one byte. Nil if a character has none.
    static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.precomposed.unicodeScalars {
            switch scalar.value {
            case 0..<0x80, 0xA0...0xFF: bytes.append(UInt8(scalar.value))
            default:
                guard let code = codes[scalar.value] else { return nil }
                bytes.append(code)
            }
        }
        return bytes
    }
}

extension String {
    fileprivate var precomposed: String {
        unicodeScalars.allSatisfy(\.isASCII) ? self : precomposedStringWithCanonicalMapping
    }
}

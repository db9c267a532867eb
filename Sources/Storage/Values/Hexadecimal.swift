extension Sequence<UInt8> {
    /// Two lower-case digits for each byte.
    package var hexadecimal: String {
        String(decoding: flatMap { [hexDigit($0 >> 4), hexDigit($0 & 15)] }, as: UTF8.self)
    }
}

/// The lower-case digit for 0 to 15.
@inlinable
package func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}

/// The value of eight hexadecimal digits, in capitals too, that are the bytes of `text` from the first, its highest, to the last; nil if
/// one of them is none. All of them at once: a list has thousands of ids.
@inlinable
package func hexValue(_ text: UInt64) -> UInt32? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let letters = text >> 6 & ones
    var nibbles = (text & (ones &* 15)) &+ letters &* 9
    // Written again, they are what was read: nothing else has these nibbles.
    let beyondNine = (nibbles &+ ones &* 6) >> 4 & ones
    let digits =
        nibbles &+ ones &* UInt64(UInt8(ascii: "0")) &+ beyondNine &* UInt64(UInt8(ascii: "a") - 10 - UInt8(ascii: "0"))
    guard digits == text | letters &* 0x20, nibbles & (ones &* 0xF0) == 0 else { return nil }
    nibbles = (nibbles | nibbles >> 4) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles | nibbles >> 8) & 0x0000_FFFF_0000_FFFF
    return UInt32(truncatingIfNeeded: nibbles | nibbles >> 16)
}

/// The eight lower-case digits of a value, as the bytes of a number from the first, its highest, to the last.
@inlinable
package func hexDigits(_ value: UInt32) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var nibbles = UInt64(value)
    nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles | nibbles << 4) & (ones &* 15)
    let beyondNine = (nibbles &+ ones &* 6) >> 4 & ones
    return nibbles &+ ones &* UInt64(UInt8(ascii: "0")) &+ beyondNine
        &* UInt64(UInt8(ascii: "a") - 10 - UInt8(ascii: "0"))
}

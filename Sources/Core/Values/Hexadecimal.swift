extension Sequence<UInt8> {
    /// Two digits for each byte, in small letters.
    package var hexadecimal: String {
        String(decoding: flatMap { [hexDigit($0 >> 4), hexDigit($0 & 15)] }, as: UTF8.self)
    }
}

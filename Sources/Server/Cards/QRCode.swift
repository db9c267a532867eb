import CQrencode

/// A QR code (ISO/IEC 18004) with error correction M, which reads even if a seventh of it is dirty or worn off.
struct QRCode: Sendable {
    /// How many modules each side has, without the quiet zone of four modules that readers need around it.
    let size: Int
    /// The dark modules as the data of an SVG path, one unit a module.
    let path: String

    /// What the largest QR code with this error correction holds, in bytes.
    private static let longest = 2331

    init(size: Int, path: String) { (self.size, self.path) = (size, path) }

    /// Nil for a text that is too long for a QR code, and if libqrencode has no memory.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.longest, let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M)
        else { return nil }
        defer { QRcode_free(code) }
        let size = Int(code.pointee.width)
        // The lowest bit of each module's byte says whether it is dark.
        let isDark = UnsafeBufferPointer(start: code.pointee.data, count: size * size).map { $0 & 1 == 1 }
        (self.size, path) = (size, (0..<size).map { Self.row($0, isDark[$0 * size..<($0 + 1) * size]) }.joined())
    }

    /// A rectangle for each run of dark modules.
    private static func row(_ y: Int, _ modules: ArraySlice<Bool>) -> String {
        var path = ""
        var start: Int?
        for x in 0...modules.count {
            let isDark = x < modules.count && modules[modules.startIndex + x]
            if isDark {
                start = start ?? x
            } else if let first = start {
                path += "M\(first) \(y)h\(x - first)v1h-\(x - first)z"
                start = nil
            }
        }
        return path
    }
}

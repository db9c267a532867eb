import HTTPTypes
import NIOCore

/// How an answer is made smaller on its way to a browser (RFC 9110, section 8.4.1). What makes it smallest comes first.
enum ContentCoding: String, CaseIterable {
    case brotli = "br"
    case gzip

    /// The same bytes, as small as this coding makes them, in milliseconds; nil where that isn't smaller, or where this
    /// machine doesn't know the coding.
    func encode(_ bytes: ByteBuffer) -> ByteBuffer? {
        let output =
            switch self {
            case .brotli: Brotli.installed?.compress(bytes)
            case .gzip: Self.gzip(bytes, level: 9)
            }
        return output.flatMap { $0.readableBytes < bytes.readableBytes ? $0 : nil }
    }

    /// The same bytes as gzip; nil where there is no memory for it.
    /// - Parameter level: from 1, fast, to 9, small.
    static func gzip(_ bytes: ByteBuffer, level: Int32) -> ByteBuffer? {
        var output = ByteBuffer()
        do {
            let gzip = try GzipWriter(level: level, piece: 16 << 10) { output.writeBytes($0) }
            try bytes.withUnsafeReadableBytes { try gzip.add($0) }
            try gzip.finish()
        } catch {
            return nil
        }
        return output
    }
}

extension HTTPRequest {
    /// Whether `Accept-Encoding` names the coding and doesn't refuse it by `q=0` (RFC 9110, section 12.5.3).
    func accepts(_ coding: ContentCoding) -> Bool {
        headerFields[values: .acceptEncoding].joined(separator: ",").split(separator: ",").contains { part in
            let parts = part.split(separator: ";").map { $0.filter { $0 != " " } }
            return parts.first == coding.rawValue
                && !parts.dropFirst().contains { $0.hasPrefix("q=0") && !$0.contains { "123456789".contains($0) } }
        }
    }
}

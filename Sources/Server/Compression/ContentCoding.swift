import Core
import HTTPTypes
import NIOCore
import Storage

/// A content coding of responses (RFC 9110, section 8.4.1), the most effective first.
enum ContentCoding: String, CaseIterable {
    case brotli = "br"
    case gzip

    /// The bytes, compressed as far as this coding can within milliseconds; nil if that isn't smaller, or if this machine lacks the
    /// coding.
    func encode(_ bytes: ByteBuffer) -> ByteBuffer? {
        let output =
            switch self {
            case .brotli: Brotli.installed?.compress(bytes)
            case .gzip: Self.gzip(bytes, level: 9)
            }
        return output.flatMap { $0.readableBytes < bytes.readableBytes ? $0 : nil }
    }

    /// The bytes as gzip; nil if there is no memory for it.
    /// - Parameter level: from 1, fast, to 9, small.
    static func gzip(_ bytes: ByteBuffer, level: Int32) -> ByteBuffer? {
        guard var pieces = gzip([bytes], level: level)?[...], var output = pieces.popFirst() else { return nil }
        for var piece in pieces { output.writeBuffer(&piece) }
        return output
    }

    /// Compresses pieces of any length into pieces.
    static func gzip(_ pieces: [ByteBuffer], level: Int32) -> [ByteBuffer]? {
        var output = [ByteBuffer()]
        do {
            let gzip = try GzipWriter(level: level, piece: 16 << 10) { bytes in
                if output[output.count - 1].readableBytes >= AnswerPieces.length { output.append(ByteBuffer()) }
                output[output.count - 1].writeBytes(bytes)
            }
            for piece in pieces { try piece.withUnsafeReadableBytes { try gzip.add($0) } }
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
        headerFields[values: .acceptEncoding].contains { value in
            Substring(value).utf8.parts(by: ",").contains { part in
                let parts = part.parts(by: ";")
                return parts.first?.elementsEqual(coding.rawValue.utf8) == true
                    && !parts.dropFirst().contains { $0.isNoWeight }
            }
        }
    }
}

extension Substring.UTF8View {
    /// `q=0`, `q=0.0` and so on.
    fileprivate var isNoWeight: Bool {
        starts(with: "q=0".utf8) && !contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }
}

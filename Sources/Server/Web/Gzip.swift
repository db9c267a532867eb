import CZlib
import NIOCore

extension ByteBuffer {
    /// The same bytes as a gzip file (RFC 1952), as small as zlib makes them; nil where that isn't smaller.
    func gzipped() -> ByteBuffer? {
        var stream = z_stream()
        // 15 bits of window, and 16 for gzip's own header.
        guard
            deflateInit2_(
                &stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var input = Array(readableBytesView)
        var output = [UInt8](repeating: 0, count: input.count)
        let size: Int? = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                // It ends only where all fits, that is, where it is smaller.
                return deflate(&stream, Z_FINISH) == Z_STREAM_END ? output.count - Int(stream.avail_out) : nil
            }
        }
        return size.map { ByteBuffer(bytes: output[..<$0]) }
    }
}

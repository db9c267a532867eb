import CZlib
import Core

/// Compresses a stream (gzip, RFC 1952) in constant memory. For use on one thread.
final class GzipWriter {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let write: (UnsafeRawBufferPointer) throws -> Void
    private var output: [UInt8]

    /// zlib's window size, plus its flag for gzip's header and checksum.
    private static let gzipWindow: Int32 = 15 + 16

    /// - Parameters:
    ///   - level: from 1, fast, to 9, small. A database is mostly ids and times: above 5 it takes twice the time for 5 % less.
    ///   - piece: the most bytes that are written at once.
    ///   - write: is given compressed bytes, and must not keep them.
    /// - Throws: `CopyRefusal` if there is no memory for it.
    init(level: Int32 = 5, piece: Int = 256 << 10, _ write: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
        self.write = write
        output = [UInt8](repeating: 0, count: piece)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, level, Z_DEFLATED, Self.gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw CopyRefusal("zlib can't begin to compress (its code is \(code))") }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func add(_ bytes: UnsafeRawBufferPointer) throws { try run(bytes, Z_NO_FLUSH) }

    /// Writes the rest, and the checksum.
    func finish() throws { try run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH) }

    private func run(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) throws {
        // zlib reads through a pointer that its header declares writable.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            let count = try output.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(output.count)
                let code = deflate(stream, flush)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                    throw CopyRefusal("zlib can't compress (its code is \(code))")
                }
                return output.count - Int(stream.pointee.avail_out)
            }
            if count > 0 { try output.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0[..<count])) } }
        } while stream.pointee.avail_out == 0
    }
}

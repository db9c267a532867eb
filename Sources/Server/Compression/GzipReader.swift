import CZlib
import Core

/// Decompresses a stream of `GzipWriter`'s in constant memory. For use on one thread.
final class GzipReader {
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private var input = [UInt8](repeating: 0, count: 256 << 10)
    private var left = 0..<0
    private var isAtEnd = false

    /// The most bytes that `next` returns.
    private static let piece = 1 << 20
    /// zlib's window size, plus its flag for gzip's header and checksum.
    private static let gzipWindow: Int32 = 15 + 16

    /// - Parameter read: fills some of the memory and returns the number of bytes; 0 at the end.
    init(_ read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.read = read
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, Self.gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory, or is of another version")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The next piece; nil at the end.
    /// - Throws: `CopyRefusal` if the stream is cut off or damaged, and what `read` throws.
    func next() throws -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: Self.piece)
        var count = 0
        while count < output.count, !isAtEnd {
            if left.isEmpty {
                left = 0..<(try input.withUnsafeMutableBytes { try read($0) })
                guard !left.isEmpty else { throw CopyRefusal("the backup is incomplete: its file ends too early") }
            }
            count += try inflateSome(into: &output, from: count)
        }
        if isAtEnd { try checkNothingFollows() }
        guard count > 0 else { return nil }
        output.removeLast(output.count - count)
        return output
    }

    private func inflateSome(into output: inout [UInt8], from start: Int) throws -> Int {
        try input.withUnsafeMutableBufferPointer { input in
            try output.withUnsafeMutableBufferPointer { output in
                stream.pointee.next_in = input.baseAddress.map { $0 + left.lowerBound }
                stream.pointee.avail_in = UInt32(left.count)
                stream.pointee.next_out = output.baseAddress.map { $0 + start }
                stream.pointee.avail_out = UInt32(output.count - start)
                let code = inflate(stream, Z_NO_FLUSH)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                    throw CopyRefusal("the backup is damaged, or isn't a file of 'polier backup'")
                }
                isAtEnd = code == Z_STREAM_END
                left = (left.upperBound - Int(stream.pointee.avail_in))..<left.upperBound
                return output.count - start - Int(stream.pointee.avail_out)
            }
        }
    }

    private func checkNothingFollows() throws {
        if left.isEmpty { left = 0..<(try input.withUnsafeMutableBytes { try read($0) }) }
        guard left.isEmpty else { throw CopyRefusal("the backup is damaged: there is more data after its end") }
    }
}

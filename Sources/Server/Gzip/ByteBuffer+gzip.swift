import NIOCore

extension ByteBuffer {
    /// The same bytes as a gzip file, as small as zlib makes them; nil where that isn't smaller.
    func gzipped() -> ByteBuffer? {
        var output = ByteBuffer()
        let gzip = GzipWriter(level: 9) { output.writeBytes($0) }
        do {
            try withUnsafeReadableBytes { try gzip.add($0) }
            try gzip.finish()
        } catch {
            return nil
        }
        return output.readableBytes < readableBytes ? output : nil
    }
}

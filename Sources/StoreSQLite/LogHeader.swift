/// The header of the log in the engine's shared memory (https://sqlite.org/walformat.html, section 2.1). The reader
/// holds the write lock or a read transaction, so that it doesn't change.
struct LogHeader {
    /// The byte order of the checksums.
    let isBigEndian: Bool
    let pageSize: Int
    /// How many frames are valid.
    let frameCount: Int
    /// Of the last valid frame.
    let checksum: LogChecksum

    init(_ memory: UnsafeMutableRawPointer) {
        func word(_ offset: Int) -> UInt32 { memory.load(fromByteOffset: offset, as: UInt32.self) }
        isBigEndian = memory.load(fromByteOffset: 13, as: UInt8.self) != 0
        let size = Int(memory.load(fromByteOffset: 14, as: UInt16.self))
        pageSize = size == 1 ? 65536 : size
        frameCount = Int(word(16))
        checksum = LogChecksum(word(24), word(28))
    }

    static let size = 32
    static let frameHeaderSize = 24
    var frameSize: Int { Self.frameHeaderSize + pageSize }
    /// The offset of the frame after the last valid one, in bytes.
    var end: Int64 { Int64(Self.size + frameCount * frameSize) }
}

/// The running checksum of the log (https://sqlite.org/fileformat2.html#checksum_algorithm).
struct LogChecksum: Equatable {
    private var first, second: UInt32

    init(_ first: UInt32 = 0, _ second: UInt32 = 0) { (self.first, self.second) = (first, second) }

    /// As stored in the file.
    init(in bytes: UnsafeRawBufferPointer, at offset: Int) {
        first = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        second = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
    }

    /// - Parameter range: a multiple of eight bytes.
    mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, bigEndian: Bool) {
        var (one, two) = (first, second)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let low = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            let high = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            one = one &+ (bigEndian ? low.bigEndian : low.littleEndian) &+ two
            two = two &+ (bigEndian ? high.bigEndian : high.littleEndian) &+ one
            offset += 8
        }
        (first, second) = (one, two)
    }
}

internal import CSQLite
internal import Storage

/// Overwrites the valid part of the log with its own bytes, and syncs it.
struct LogRewrite {
    private let header: LogHeader
    private let log: EngineFile
    private let connection: Connection

    /// Bytes read and written at once. The engine's file layer truncates longer
    /// calls, because the engine never asks for more than a page.
    private static let piece = (1 << 17) - 1

    init(_ header: LogHeader, of log: EngineFile, _ connection: Connection) {
        (self.header, self.log, self.connection) = (header, log, connection)
    }

    func run() throws {
        guard header.frameCount > 0 else { return }
        var salts: UInt64 = 0
        var checksum = LogChecksum()
        try rewrite(at: 0, count: LogHeader.size) { bytes in
            salts = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            checksum.add(bytes, 0..<24, bigEndian: header.isBigEndian)
            return checksum == LogChecksum(in: bytes, at: 24)
        }
        let framesAtOnce = max(1, Self.piece / header.frameSize)
        for first in stride(from: 0, to: header.frameCount, by: framesAtOnce) {
            let count = min(framesAtOnce, header.frameCount - first)
            let offset = Int64(LogHeader.size + first * header.frameSize)
            try rewrite(at: offset, count: count * header.frameSize) { bytes in
                for frame in stride(from: 0, to: bytes.count, by: header.frameSize) {
                    guard bytes.loadUnaligned(fromByteOffset: frame + 8, as: UInt64.self) == salts else { return false }
                    checksum.add(bytes, frame..<frame + 8, bigEndian: header.isBigEndian)
                    checksum.add(
                        bytes, frame + LogHeader.frameHeaderSize..<frame + header.frameSize,
                        bigEndian: header.isBigEndian)
                    guard checksum == LogChecksum(in: bytes, at: frame + 16) else { return false }
                }
                return true
            }
        }
        guard checksum == header.checksum else { throw changed }
        try expect(log.sync())
    }

    /// Reads, checks with `isValid`, and writes what was read. The cache may have dropped a page whose sync failed
    /// since the engine read it; what then comes from the disk is something else, and must not pass for the log.
    private func rewrite(at offset: Int64, count: Int, _ isValid: (UnsafeRawBufferPointer) -> Bool) throws {
        try withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { memory in
            let code = log.read(into: memory, at: offset)
            if code == EngineFile.endsTooSoon { throw changed }
            try expect(code)
            let bytes = UnsafeRawBufferPointer(memory)
            guard isValid(bytes) else { throw changed }
            try expect(log.write(bytes, at: offset))
        }
    }

    private func expect(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw connection.failureOfFile(code) }
    }

    private var changed: StorageError {
        StorageError(
            .diskFailure, "The log of the database file '\(connection.path)' reads otherwise than a moment ago.")
    }
}

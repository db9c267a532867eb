import Core
import NIOCore
import Synchronization

/// A long body, in pieces that are released one by one as they are sent.
final class AnswerPieces: Sendable {
    /// Length of a piece in bytes; the last item may exceed it.
    static let length = 64 << 10

    /// Length of the body in bytes.
    let count: Int
    private let rest: Mutex<[ByteBuffer]>

    init(_ pieces: [ByteBuffer]) {
        count = pieces.reduce(0) { $0 + $1.readableBytes }
        rest = Mutex(pieces.reversed())
    }

    /// The pieces that weren't taken yet.
    var all: [ByteBuffer] { rest.withLock { $0.reversed() } }

    /// The next piece, which is released here.
    func take() -> ByteBuffer? { rest.withLock { $0.popLast() } }
}

extension JSONWriter {
    /// What was written so far, as a piece of its own.
    mutating func takePiece() -> ByteBuffer {
        let piece = withBytes { ByteBuffer(bytes: $0) }
        drop()
        return piece
    }
}

extension ByteBuffer {
    /// The same bytes in pieces, which share its memory.
    var pieces: [ByteBuffer] {
        var (rest, pieces) = (self, [ByteBuffer]())
        while let piece = rest.readSlice(length: min(AnswerPieces.length, rest.readableBytes)),
            piece.readableBytes > 0
        {
            pieces.append(piece)
        }
        return pieces
    }
}

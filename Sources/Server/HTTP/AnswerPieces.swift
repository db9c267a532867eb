import Core
import NIOCore
import Synchronization

/// A body of some length, in pieces that are let go of one by one as they are sent.
final class AnswerPieces: Sendable {
    /// How long one is, but for a last item that goes beyond.
    static let length = 64 << 10

    /// How many bytes there are in all.
    let count: Int
    private let rest: Mutex<[ByteBuffer]>

    init(_ pieces: [ByteBuffer]) {
        count = pieces.reduce(0) { $0 + $1.readableBytes }
        rest = Mutex(pieces.reversed())
    }

    /// Those that weren't taken yet.
    var all: [ByteBuffer] { rest.withLock { $0.reversed() } }

    /// The next one, which is forgotten here.
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

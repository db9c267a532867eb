import NIOCore

/// Writes the pieces of an answer that is sent while it is made.
struct AnswerWriter: Sendable {
    let handler: NIOLoopBound<ConnectionHandler>

    /// Returns when the system has accepted most of what was written, so that no more than about a piece waits in memory, however slowly
    /// the caller reads.
    /// - Throws: `ConnectionEnded`; `CancellationError` if the server is stopped.
    func write(_ piece: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { continuation in
            handler.eventLoop.execute { [handler] in handler.value.write(piece, continuation) }
        }
    }
}

/// The connection ended before the answer did.
struct ConnectionEnded: Error {}

import HTTPTypes
import NIOCore

/// Where a server's connections get their answers.
struct RequestAnswers: Sendable {
    /// The answer to a request, on the shared threads.
    let answer: @Sendable (Request) async -> Answer
    /// The answer to a probe from a peer, on a connection's event loop and without waiting; nil for other requests.
    var probe: @Sendable (HTTPRequest, SocketAddress?) -> Answer? = { _, _ in nil }
    /// The answer to a request with a wrong head, on its event loop; the connection is closed after it.
    let refuse: @Sendable (Problem) -> Answer
    /// Called with the error that ended an answer while it was written. What it returns is sent instead where nothing had been written;
    /// otherwise the connection is cut off.
    var failure: @Sendable (Answer, any Error) -> Answer = { _, _ in
        Answer(.internalServerError, ByteBuffer(), type: "text/plain")
    }
    /// Whether the server is about to stop, so that callers should go to another.
    var isDraining: @Sendable () -> Bool = { false }
}

import Hummingbird
import NIOCore

/// Writes a body's pieces one after the other to their connection. The connection's own writer accepts everything until its event loop has
/// found that the system takes no more; on an idle machine that is a whole answer.
struct PacedWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private let eventLoop: any EventLoop
    /// Ends once the piece before was offered to the system.
    private var offered: EventLoopFuture<Void>?

    /// - Parameter eventLoop: the event loop of the connection.
    init(_ writer: any ResponseBodyWriter, on eventLoop: any EventLoop) {
        (self.writer, self.eventLoop) = (writer, eventLoop)
    }

    /// Waits until the piece before was offered to the system, and longer if it wasn't accepted. The next one is made meanwhile.
    mutating func write(_ buffer: ByteBuffer) async throws {
        try await offered?.get()
        try await writer.write(buffer)
        offered = eventLoop.submit {}
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await writer.finish(trailingHeaders) }
}

import HummingbirdCore
import NIOCore

/// Accepts connections while the shared threads are busy. Otherwise a server stops accepting after the tenth that no task has taken over,
/// and a probe waits in the kernel's queue. `ConnectionLimit` bounds their number.
final class Acceptance: ChannelInboundHandler {
    typealias InboundIn = any Channel

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        context.read()
    }

    /// - Parameter channel: the channel that the server listens on.
    static func begin(on channel: any Channel) async throws {
        try await channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let limit = try? pipeline.handler(type: AvailableConnectionsChannelHandler<ConnectionLimit>.self)
            try pipeline.addHandler(Acceptance(), position: limit.map { .after($0) } ?? .first)
        }.get()
    }
}

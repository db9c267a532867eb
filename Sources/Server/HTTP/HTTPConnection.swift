import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Synchronization

/// An HTTP/1.1 connection: requests are checked and, if that needs no waiting, answered on its event loop, before a task on the shared
/// threads takes them.
struct HTTPConnection: ServerChildChannel, HTTPChannelHandler {
    let responder: HTTPChannelHandler.Responder
    let early: EarlyAnswers
    let arrival: ArrivalDeadline.Limits
    let reading: ReadingDeadline.Limits
    let connections: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            ReadingDeadline.bound(channel)
            try pipeline.addHandler(ReadingDeadline(reading))
            let deadline = ArrivalDeadline(arrival, isCrowded: { [connections] in connections.isCrowded })
            try pipeline.addHandler(ArrivalDeadline.Bytes(for: deadline))
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: HeadCheck.limits)
            // Only here are a second Host and the version still visible.
            try pipeline.addHandler(HeadCheck(early.refuse))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(deadline)
            try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
            try pipeline.addHandler(ProbeHandler(early))
            return AcceptedConnection(
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
        }
    }

    func handle(value: AcceptedConnection, logger: Logger) async {
        await handleHTTP(asyncChannel: value.take(), logger: logger)
    }
}

/// A connection that waits for a task to take it over. If none does, because the server is stopped first, it closes by itself; NIO would
/// end the process.
final class AcceptedConnection: ServerChildChannelValue {
    typealias Parts = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private let parts: Parts
    private let isTaken = Atomic(false)

    init(_ parts: Parts) { self.parts = parts }

    deinit {
        guard !isTaken.load(ordering: .acquiring) else { return }
        Task { [parts] in try? await parts.executeThenClose { _, _ in } }
    }

    var channel: any Channel { parts.channel }

    /// Its requests and answers; the task that takes it keeps it to its end.
    func take() -> Parts {
        isTaken.store(true, ordering: .releasing)
        return parts
    }
}

/// The answers that are given on a connection's event loop.
struct EarlyAnswers: Sendable {
    /// The answer to a request with a wrong head; the connection is closed after it.
    let refuse: @Sendable (Problem) -> Answer
    /// Whether a request is a probe, and the answer to a probe from a peer.
    let isProbe: @Sendable (HTTPRequest) -> Bool
    let probe: @Sendable (HTTPRequest, SocketAddress?) -> Answer
}

extension HTTPServerBuilder {
    /// - Parameter connections: the open connections, counted where they are accepted.
    static func checked(
        _ early: EarlyAnswers, arrival: ArrivalDeadline.Limits = .init(), reading: ReadingDeadline.Limits = .init(),
        connections: OpenConnections = OpenConnections()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder {
            HTTPConnection(
                responder: $0, early: early, arrival: arrival, reading: reading, connections: connections)
        }
    }
}

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

import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// An HTTP/1.1 connection: a gate, NIO's parser, one handler on its event loop, and one task on the shared threads. Requests are checked and,
/// if that needs no waiting, answered on the event loop. Accepting, the limit of connections and stopping are Hummingbird's.
struct HTTPConnection: ServerChildChannel {
    /// What all connections of a server have in common.
    final class Shared: Sendable {
        let answers: RequestAnswers
        let arrival: ArrivalDeadline.Limits
        let reading: ReadingDeadline.Limits
        /// The open connections, counted where they are accepted.
        let connections: OpenConnections
        let bodies: BodyBudget

        init(
            _ answers: RequestAnswers, arrival: ArrivalDeadline.Limits = .init(),
            reading: ReadingDeadline.Limits = .init(), connections: OpenConnections = OpenConnections(),
            bodies: BodyBudget = BodyBudget()
        ) {
            (self.answers, self.arrival, self.reading) = (answers, arrival, reading)
            (self.connections, self.bodies) = (connections, bodies)
        }
    }

    let shared: Shared

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        channel.eventLoop.makeCompletedFuture {
            ReadingDeadline.bound(channel)
            // What is read at once is all that a peer can send ahead, and the buffer stays with an idle connection.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try channel.syncOptions?.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 1024, maximum: 16 << 10))
            let handler = ConnectionHandler(shared)
            try HTTPConnection.add(handler, to: channel)
            return AcceptedConnection(channel, handler)
        }
    }

    /// - Parameter channel: called on its event loop.
    static func add(_ handler: ConnectionHandler, to channel: any Channel) throws {
        let parser = HTTPRequestDecoder(limitConfiguration: HeadCheck.limits)
        let gate = InputGate(handler)
        handler.gate = gate
        try channel.pipeline.syncOperations.addHandler(gate)
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(parser))
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Answers one request after the other, until the connection has ended.
    func handle(value: AcceptedConnection, logger: Logger) async {
        let connection = value.take()
        await withTaskCancellationHandler {
            while let request = await connection.requests.next() {
                await connection.send(await shared.answers.answer(request), isHead: request.method == .head, shared)
            }
        } onCancel: {
            connection.cancel()
        }
    }

    /// A server that listens on an address of this machine.
    /// - Parameters:
    ///   - backlog: the number of connections that the kernel keeps until they are accepted.
    ///   - nowListens: called once connections are accepted.
    func server(
        host: String, port: Int, backlog: Int = 256, limit: ConnectionLimit? = nil, logger: Logger,
        nowListens: @escaping @Sendable (any Channel) async -> Void = { _ in }
    ) -> any Service {
        server(
            configuration: .init(
                address: .hostname(host, port: port), backlog: backlog, availableConnectionsDelegate: limit),
            onServerRunning: nowListens, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }
}

/// A connection that waits for a task to take it over. If none does, because the server is stopped first, it closes by itself.
final class AcceptedConnection: ServerChildChannelValue {
    let channel: any Channel
    private let connection: ConnectionTask
    private let isTaken = Atomic(false)

    init(_ channel: any Channel, _ handler: ConnectionHandler) {
        self.channel = channel
        connection = ConnectionTask(
            requests: handler.requests, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
    }

    deinit {
        if !isTaken.load(ordering: .acquiring) { channel.close(promise: nil) }
    }

    /// For the task that takes it, and keeps it to its end.
    func take() -> ConnectionTask {
        isTaken.store(true, ordering: .releasing)
        return connection
    }
}

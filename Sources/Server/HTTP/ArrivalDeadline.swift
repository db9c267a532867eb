import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose peer takes too long to begin its next request, or to send its head or its body. The time that the answer takes
/// doesn't count. Each connection has one timer that checks now and then; requests need none.
final class ArrivalDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    struct Limits: Sendable {
        /// From the connection to the end of its first head, and from the first byte of a later head to its end; how long a body
        /// may pause; and how long connections may be idle while few are left.
        var arrival = TimeAmount.seconds(30)
        /// From the end of a head to the end of its body: enough for the largest body on the slowest line.
        var body = TimeAmount.seconds(60)
        /// How long a connection may be idle once it was used. Proxies send a request on it until their own time is over, so this
        /// is longer than theirs: nginx 60, Caddy 120, Google's load balancers 600, and Cloudflare 900 seconds.
        var idle = TimeAmount.seconds(930)
    }

    /// Notifies the deadline that bytes arrived, even before they are a whole head. It is placed before the parser.
    final class Bytes: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private let deadline: ArrivalDeadline

        init(for deadline: ArrivalDeadline) { self.deadline = deadline }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            deadline.sawBytes(now: context.eventLoop.now)
            context.fireChannelRead(data)
        }
    }

    private enum Reading {
        case nothing
        case head(since: NIODeadline)
        case body(since: NIODeadline)
    }

    private let limits: Limits
    private let isCrowded: @Sendable () -> Bool
    private var reading = Reading.nothing
    private var lastBytes = NIODeadline.uptimeNanoseconds(0)
    /// Requests whose answer isn't complete yet.
    private var unanswered = 0
    /// When the last answer had ended.
    private var freeSince = NIODeadline.uptimeNanoseconds(0)
    /// Whether nothing is answered any more and only the peer's close is awaited.
    private var isEnding = false
    private var next: Scheduled<Void>?

    /// - Parameter isCrowded: whether few connections are left.
    init(_ limits: Limits, isCrowded: @escaping @Sendable () -> Bool) {
        (self.limits, self.isCrowded) = (limits, isCrowded)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let now = context.eventLoop.now
        (lastBytes, freeSince, reading) = (now, now, .head(since: now))
        look(at: nil, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    private func stop() {
        next?.cancel()
        next = nil
    }

    private func sawBytes(now: NIODeadline) {
        lastBytes = now
        if case .nothing = reading { reading = .head(since: now) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            reading = .body(since: lastBytes)
        case .body: break
        case .end: reading = .nothing
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered -= 1
            freeSince = context.eventLoop.now
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output { (isEnding, freeSince) = (true, context.eventLoop.now) }
        context.close(mode: mode, promise: promise)
    }

    /// When the peer's time is over; nil while it waits for this server.
    private var end: NIODeadline? {
        switch reading {
        case .body(let since): min(since + limits.body, lastBytes + limits.arrival)
        case _ where unanswered > 0: nil
        case .head(let since): max(since, freeSince) + limits.arrival
        case .nothing: freeSince + (isEnding || isCrowded() ? min(limits.arrival, limits.idle) : limits.idle)
        }
    }

    /// Every deadline is at least the shortest limit away when it begins, so none that begins between two checks is missed.
    private func look(at end: NIODeadline?, _ context: ChannelHandlerContext) {
        let latest = context.eventLoop.now + min(limits.arrival, limits.idle)
        next = context.eventLoop.assumeIsolated().scheduleTask(deadline: min(end ?? latest, latest)) {
            self.next = nil
            let end = self.end
            if let end, end <= context.eventLoop.now {
                context.close(promise: nil)
            } else {
                self.look(at: end, context)
            }
        }
    }
}

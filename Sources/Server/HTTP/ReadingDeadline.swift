import NIOCore

#if canImport(Glibc)
import Glibc
#endif

/// Closes a connection whose peer doesn't read its answers, or reads them very slowly: unsent bytes take memory and a place. Answers that
/// the system accepts at once need no timer.
final class ReadingDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    struct Limits: Sendable {
        /// How long the peer may read nothing.
        var silence = TimeAmount.seconds(20)
        /// The time after which the average counts.
        var grace = TimeAmount.seconds(30)
        /// The least average rate, in bytes a second.
        var rate: Int64 = 4 << 10
    }

    /// Observations since bytes began to wait.
    private struct Watch {
        let start: NIODeadline
        let takenBefore: Int
        var taken: Int
        var lastProgress: NIODeadline
    }

    private let limits: Limits
    private var written = 0
    private var watch: Watch?
    private var next: Scheduled<Void>?

    init(_ limits: Limits) { self.limits = limits }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        written &+= unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !context.channel.isWritable && watch == nil {
            let taken = taken(context)
            watch = Watch(start: .now(), takenBefore: taken, taken: taken, lastProgress: .now())
            look(later: context)
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        watch = nil
        next?.cancel()
        next = nil
    }

    /// Number of bytes that wait in this process.
    private func waiting(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Number of bytes that the system has accepted.
    private func taken(_ context: ChannelHandlerContext) -> Int { written &- waiting(context) }

    private func look(later context: ChannelHandlerContext) {
        let pause = TimeAmount.nanoseconds(limits.silence.nanoseconds / 4)
        next = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.look(context) }
    }

    private func look(_ context: ChannelHandlerContext) {
        next = nil
        guard var watch, waiting(context) > 0 else { return stop() }
        let (now, taken) = (NIODeadline.now(), taken(context))
        if taken != watch.taken { (watch.taken, watch.lastProgress) = (taken, now) }
        self.watch = watch
        let (silence, time) = (now - watch.lastProgress, now - watch.start)
        let least = limits.rate * (time.nanoseconds / 1_000_000_000)
        if silence >= limits.silence || time >= limits.grace && Int64(taken &- watch.takenBefore) < least {
            cutOff(context)
        } else {
            look(later: context)
        }
    }

    /// Closes at once: the system drops its unsent bytes too.
    private func cutOff(_ context: ChannelHandlerContext) {
        #if canImport(Glibc)
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        #endif
        context.close(promise: nil)
    }

    /// Limits how much more than the peer has read the system accepts, so that accepted bytes show what was read.
    /// - Parameter channel: called on its event loop.
    static func bound(_ channel: any Channel) {
        #if os(Linux)
        // TCP_NOTSENT_LOWAT of linux/tcp.h. Where it is unknown, slow readers are only found later.
        try? channel.syncOptions?.setOption(
            .tcpOption(.init(rawValue: 25)), value: SocketOptionValue(AnswerPieces.length))
        #endif
    }
}

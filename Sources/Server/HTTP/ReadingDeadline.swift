import NIOCore

#if canImport(Glibc)
import Glibc
#endif

/// Closes a connection whose peer doesn't read what it asked for, or only dribbles it: what waits to be sent holds memory and a place.
/// Answers that the system takes at once cost no timer.
final class ReadingDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    struct Limits: Sendable {
        /// How long nothing may be read.
        var silence = TimeAmount.seconds(20)
        /// From when on the average counts.
        var grace = TimeAmount.seconds(30)
        /// Bytes a second on average.
        var rate: Int64 = 4 << 10
    }

    /// What was seen since something waits.
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

    /// How many bytes wait in this process.
    private func waiting(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// How many the system has taken.
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

    /// At once: the system, too, forgets what it was to send.
    private func cutOff(_ context: ChannelHandlerContext) {
        #if canImport(Glibc)
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        #endif
        context.close(promise: nil)
    }

    /// Lets the system take little more than the peer reads, so that what is taken says what was read.
    /// - Parameter channel: on its event loop.
    static func bound(_ channel: any Channel) {
        #if os(Linux)
        // TCP_NOTSENT_LOWAT of linux/tcp.h. Where it is unknown, slow readers are only found later.
        try? channel.syncOptions?.setOption(
            .tcpOption(.init(rawValue: 25)), value: SocketOptionValue(AnswerPieces.length))
        #endif
    }
}

import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose request doesn't come to its end in time, however steadily its body dribbles in. (A head has the
/// 30 seconds for which a connection may be idle.)
final class BodyDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// Enough for the largest body on the slowest line.
    static let most = TimeAmount.seconds(60)

    private var isReading = false
    private var end: Scheduled<Void>?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isReading = true
        case .body: break
        case .end: stop()
        }
        context.fireChannelRead(data)
    }

    /// Nearly all requests have ended here: they cost no timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        if isReading && end == nil {
            end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.most) { context.close(promise: nil) }
        }
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        isReading = false
        end?.cancel()
        end = nil
    }
}

import Core
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Storage

/// Answers probes on the connection's event loop. A probe that waited for the shared threads while all of them are busy would only show
/// that they are busy, and the process would be taken for dead.
final class ProbeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let isProbe: @Sendable (HTTPRequest) -> Bool
    private let answer: @Sendable (HTTPRequest, SocketAddress?) -> Answer
    /// Requests that were passed on and have no answer yet: later ones wait for it.
    private var unanswered = 0
    /// The probe that is being read.
    private var probe: HTTPRequest?

    init(_ early: EarlyAnswers) { (isProbe, answer) = (early.isProbe, early.probe) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if unanswered == 0, isProbe(head) {
                probe = head
                return
            }
            unanswered += 1
        case .body: if probe != nil { return }
        case .end:
            if let head = probe {
                probe = nil
                reply(to: head, context)
                return
            }
        }
        context.fireChannelRead(data)
    }

    private func reply(to head: HTTPRequest, _ context: ChannelHandlerContext) {
        let (response, body) = answer(head, context.remoteAddress).parts(withBody: head.method != .head)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if head.headerFields[.connection]?.isBytes(ignoringCase: "close") == true {
            context.close(mode: .output, promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }
}

import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#endif

/// How connections end.
extension ConnectionHandler {
    /// How long a peer may take to close behind the last answer.
    private static let patience = TimeAmount.seconds(5)
    /// The same when the server stops.
    private static let patienceOfStopping = TimeAmount.seconds(1)

    /// Ends the connection once all that was written is sent. A full close with unread bytes would make the kernel drop the answer, so
    /// only the output is closed, and what arrives is read and thrown away until the peer closes too. Many peers take the end of the
    /// output for a failure while they send, and never read the answer: it waits for the end of the request's body.
    func end() {
        guard phase == .open, let context else { return }
        phase = .ending
        exchange?.body.fail(IncomingBody.CutOff())
        // Who expected to be told, and sends without it, sends all.
        let isMissing =
            exchange.map { !$0.isRead && !($0.expectsContinue && !$0.isWanted && $0.received == 0) } ?? false
        isBodyArriving = isMissing && !isStopping
        drained = exchange?.discarded ?? 0
        drainWaiting()
        guard !isCancelled else { return context.close(promise: nil) }
        if unsent(context) > 0 { watchReading(context) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.allIsSent() }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
        resumeReading()
    }

    private func allIsSent() {
        guard let context, context.channel.isActive else { return }
        isSent = true
        guard !isInputClosed else { return context.close(promise: nil) }
        if !isBodyArriving { closeOutput(context) }
    }

    private func closeOutput(_ context: ChannelHandlerContext) {
        context.close(mode: .output, promise: nil)
        awaitEnd()
    }

    /// Throws away a part of the body that arrives behind the last answer.
    func drain(_ part: HTTPServerRequestPart) {
        switch part {
        case .head, .end: bodyEnded()
        case .body(let bytes):
            drained += bytes.readableBytes
            if drained > Exchange.mostDiscarded { bodyEnded() }
        }
    }

    /// Nothing of the last request arrives any more, or the server doesn't wait for it.
    func bodyEnded() {
        let wasArriving = isBodyArriving
        isBodyArriving = false
        guard isSent, let context else { return }
        if wasArriving { closeOutput(context) } else { awaitEnd() }
    }

    /// Waits for the peer to close too, but not for long.
    func awaitEnd() {
        guard let context else { return }
        let patience = min(isStopping ? Self.patienceOfStopping : Self.patience, shared.arrival.shortest)
        arrivalTimer?.cancel()
        arrivalTimer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    /// The peer has closed its side.
    func closeIfEnded() { if isSent { context?.close(promise: nil) } }

    /// For a connection on which nothing is answered.
    func closeAtOnce() {
        guard let context else { return }
        if unsent(context) > 0 { end() } else { context.close(promise: nil) }
    }

    /// Closes at once, and so that the peer sees a failure: the system drops its unsent bytes too, and an answer that ends with the
    /// connection doesn't look whole.
    func cutOff() {
        guard phase != .over, let context else { return }
        #if canImport(Glibc)
        _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        #endif
        context.close(promise: nil)
    }
}

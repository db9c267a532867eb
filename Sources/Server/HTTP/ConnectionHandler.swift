import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix

/// The state of a connection, on its event loop: which request is being answered, what waits behind it, and how the connection ends.
/// One request is answered at a time. While others wait behind it nothing more is read, so that what a peer sends ahead is bounded by
/// what arrives at once.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// What the parser found, in the order of its bytes.
    private enum Arrival {
        case part(HTTPServerRequestPart)
        /// Nothing can be read after this.
        case failure(Problem)
    }

    enum Phase {
        case open
        /// The last answer is written; what arrives is thrown away.
        case ending
        case over
    }

    /// The most bytes of a body that are read before a route asks for it.
    private static let mostHeld = 64 << 10

    let shared: HTTPConnection.Shared
    let requests = RequestSlot()
    /// Where bytes wait while this takes none; nil once the connection is over.
    var gate: InputGate?
    var context: ChannelHandlerContext?
    var phase = Phase.open
    var exchange: Exchange?
    /// What arrived behind the request that is being answered.
    private var waiting = CircularBuffer<Arrival>(initialCapacity: 0)
    /// Whether nothing that arrives is a request any more.
    private var isDeaf = false
    private var isProceeding = false
    private var isReadHeld = false
    /// Whether the peer sends nothing more.
    var isInputClosed = false
    /// Whether all that was written is sent, behind the last answer.
    var isSent = false
    /// Whether the body of the last request still arrives, behind its answer.
    var isBodyArriving = false
    /// The number of bytes of it that have arrived.
    var drained = 0
    /// Whether no further request is begun, because the server stops.
    private(set) var isStopping = false
    /// Whether the server doesn't wait for this connection any longer.
    var isCancelled = false

    /// The writer of an answer that waits until the system has accepted its last piece.
    var writer: CheckedContinuation<Void, any Error>?
    var written = 0
    var arrival = ArrivalDeadline(now: .uptimeNanoseconds(0))
    var arrivalTimer: Scheduled<Void>?
    var reading: ReadingDeadline?
    var readingTimer: Scheduled<Void>?

    init(_ shared: HTTPConnection.Shared) { self.shared = shared }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arrival = ArrivalDeadline(now: context.eventLoop.now)
        lookAtArrival(nil, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { isOver() }

    func channelInactive(context: ChannelHandlerContext) {
        isOver()
        context.fireChannelInactive()
    }

    private func isOver() {
        phase = .over
        (context, gate) = (nil, nil)
        waiting.removeAll()
        arrivalTimer?.cancel()
        readingTimer?.cancel()
        (arrivalTimer, readingTimer) = (nil, nil)
        exchange?.body.fail(IncomingBody.CutOff())
        exchange = nil
        writer?.resume(throwing: ConnectionEnded())
        writer = nil
        requests.end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch part {
        case .head: arrival.sawHead(now: context.eventLoop.now)
        case .body: arrival.sawBody()
        case .end: arrival.sawEnd()
        }
        if isBodyArriving { drain(part) } else { arrived(.part(part)) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        arrival.sawBytes(now: context.eventLoop.now)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if takesInput, gate?.isEmpty != false { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            writer?.resume()
            writer = nil
            proceed()
        } else {
            watchReading(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError:
            if isBodyArriving { bodyEnded() } else { arrived(.failure(HeadCheck.problem(error))) }
        // Bytes after a malformed head, whose answer may still be on its way.
        case is ByteToMessageDecoderError: break
        default: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: stop()
        case ChannelEvent.inputClosed:
            isInputClosed = true
            if phase == .ending { closeIfEnded() } else { proceed() }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// When the peer's time is over; nil while it waits for this server, or is about to be closed anyway.
    var arrivalEnd: NIODeadline? {
        guard phase == .open || isBodyArriving, !isReadHeld else { return nil }
        let isAnswering = exchange.map { !$0.isAnswered } ?? !waiting.isEmpty
        // Who expects to be told sends nothing before that.
        if isAnswering, exchange?.expectsContinue == true, exchange?.isWanted == false, exchange?.received == 0 {
            return nil
        }
        return arrival.end(shared.arrival, isAnswering: isAnswering, isCrowded: shared.connections.isCrowded)
    }

    // MARK: Requests

    /// Whether what arrives is parsed, and not thrown away.
    var isListening: Bool { phase == .open && !isDeaf || isBodyArriving }

    /// Whether more bytes are taken now.
    var takesInput: Bool {
        guard phase == .open else { return true }
        guard waiting.isEmpty, !isDeaf else { return false }
        return exchange.map { $0.isWanted || $0.isAnswered || $0.held < Self.mostHeld } ?? true
    }

    /// Whether the next arrival is part of the request that is being answered, or of the next one, which may begin.
    private var mayTake: Bool {
        guard phase == .open else { return false }
        if let exchange { return !exchange.isRead }
        return !isStopping && context?.channel.isWritable == true
    }

    private func arrived(_ arrival: Arrival) {
        guard phase == .open, !isDeaf else { return }
        if case .failure = arrival { isDeaf = true }
        if waiting.isEmpty, mayTake { take(arrival) } else { waiting.append(arrival) }
    }

    /// Takes what waits, as far as it may be taken now.
    func proceed() {
        guard !isProceeding else { return }
        isProceeding = true
        while mayTake, let next = waiting.popFirst() { take(next) }
        isProceeding = false
        guard phase == .open else { return }
        if exchange == nil, isStopping || waiting.isEmpty && isInputClosed { return end() }
        resumeReading()
    }

    /// Throws away what waits behind the last answer: the rest of its request, and what follows that.
    func drainWaiting() {
        while let next = waiting.popFirst() {
            guard isBodyArriving else { continue }
            if case .part(let part) = next { drain(part) } else { bodyEnded() }
        }
    }

    func resumeReading() {
        // Also where nothing more can be read, because the peer has closed its side.
        gate?.pass()
        guard isReadHeld, takesInput, gate?.isEmpty != false, let context else { return }
        isReadHeld = false
        arrival.resumed(now: context.eventLoop.now)
        context.read()
    }

    private func take(_ arrival: Arrival) {
        switch arrival {
        case .part(.head(let head)): begin(head)
        case .part(.body(let bytes)): takeBody(bytes)
        case .part(.end(let trailers)): takeEnd(trailers)
        case .failure(let problem): fail(problem)
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        if let problem = HeadCheck.problem(head) { return refuse(problem, head) }
        guard let request = try? HTTPRequest(parsed: head) else { return refuse(Problem(.malformedHead), head) }
        let hasBody = Exchange.hasBody(head)
        exchange = Exchange(
            head, body: hasBody ? newBody() : .empty, share: hasBody ? BodyBudget.Share(shared.bodies) : nil)
        if !hasBody, let answer = shared.answers.probe(request, context?.remoteAddress) {
            send(answer)
        } else if let exchange {
            requests.offer(Request(head: request, body: exchange.body, peer: context?.remoteAddress))
        }
    }

    private func newBody() -> IncomingBody {
        guard let eventLoop = context?.eventLoop else { return .empty }
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        return IncomingBody { eventLoop.execute { handler.value.wantBody() } }
    }

    /// The task wants the body of the request that it answers.
    private func wantBody() {
        guard phase == .open, let exchange, !exchange.isRead, !exchange.isWanted else { return }
        self.exchange?.isWanted = true
        if exchange.expectsContinue, exchange.received == 0 {
            write(AnswerEncoder.continuing)
            context?.flush()
            if let context { arrival.resumed(now: context.eventLoop.now) }
        }
        resumeReading()
    }

    private func takeBody(_ bytes: ByteBuffer) {
        guard let exchange else { return }
        self.exchange?.received += bytes.readableBytes
        if exchange.isAnswered {
            self.exchange?.discarded += bytes.readableBytes
            if exchange.discarded + bytes.readableBytes > Exchange.mostDiscarded { end() }
        } else {
            let hasRoom = exchange.share?.add(bytes.readableBytes) != false
            var bytes = bytes
            self.exchange?.held = exchange.body.add(&bytes)
            if !hasRoom { exchange.body.fail(IncomingBody.NoRoom()) }
        }
    }

    private func takeEnd(_ trailers: HTTPHeaders?) {
        guard let exchange else { return }
        self.exchange?.isRead = true
        // The parser follows trailers too, and takes the next request for bytes behind the last one.
        if let trailers, Exchange.ofConnection.contains(where: trailers.contains(name:)) {
            self.exchange?.isClosing = true
            isDeaf = true
            waiting.removeAll()
        }
        exchange.body.complete()
        if exchange.isLast {
            isDeaf = true
            waiting.removeAll()
        }
        settle()
    }

    /// What arrived can't be parsed, or ended too early: a request's body, or something where a head should be.
    private func fail(_ problem: Problem) {
        guard let exchange else { return refuse(problem, nil) }
        self.exchange?.isRead = true
        self.exchange?.isClosing = true
        exchange.body.fail(IncomingBody.CutOff())
        settle()
    }

    private func refuse(_ problem: Problem, _ head: HTTPRequestHead?) {
        isDeaf = true
        exchange = Exchange(refusedFor: head)
        send(shared.answers.refuse(problem))
    }

    /// Goes on to the next request once this one is read and answered.
    func settle() {
        guard phase == .open, let exchange, exchange.isAnswered else { return }
        if exchange.isClosing || isStopping { return end() }
        guard exchange.isRead else { return resumeReading() }
        self.exchange = nil
        proceed()
    }

    // MARK: Stopping

    /// Whether the answer that is about to be written is the last one.
    func isLast(_ exchange: Exchange) -> Bool {
        exchange.isLast || exchange.isClosing || exchange.isHopeless || isStopping || shared.answers.isDraining()
    }

    /// The server stops: the answer in progress is the last one.
    private func stop() {
        isStopping = true
        switch phase {
        case .over: break
        case .ending: bodyEnded()
        case .open:
            guard let exchange else { return closeAtOnce() }
            if exchange.isAnswered { end() }
        }
    }

    /// The server doesn't wait any longer: what is being answered ends now, and the connection with it.
    func cancel() {
        isCancelled = true
        guard phase == .open, let exchange, !exchange.isAnswered else {
            context?.close(promise: nil)
            return
        }
        stop()
        exchange.body.fail(CancellationError())
        writer?.resume(throwing: CancellationError())
        writer = nil
    }
}

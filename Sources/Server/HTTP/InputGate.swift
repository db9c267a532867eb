import NIOCore

/// Passes what arrives to the parser only as far as the connection takes it, and drops what no one will read. Not reading isn't enough:
/// once a peer closes its side, NIO reads all that the system has, and what is parsed takes thirty times the memory; and behind an upgrade
/// its parser keeps every byte.
final class InputGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The most bytes that are held. A body that the API accepts is shorter.
    private static let mostHeld = 512 << 10
    /// The most bytes that are dropped behind the last answer.
    private static let mostDropped = 1 << 20

    private let connection: ConnectionHandler
    private var context: ChannelHandlerContext?
    private var held = CircularBuffer<ByteBuffer>(initialCapacity: 0)
    private var heldBytes = 0
    private var droppedBytes = 0
    /// The event that says that the peer sends nothing more, behind what is held.
    private var end: ChannelEvent?
    private var isPassing = false
    /// Whether something was passed on since the last `channelReadComplete` that was.
    private var hasPassed = false

    init(_ connection: ConnectionHandler) { self.connection = connection }

    var isEmpty: Bool { held.isEmpty && end == nil }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard connection.isListening else { return drop(bytes, context) }
        held.append(bytes)
        heldBytes += bytes.readableBytes
        pass()
        if heldBytes > Self.mostHeld { connection.cutOff() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        end = event
        pass()
    }

    func channelInactive(context: ChannelHandlerContext) {
        held.removeAll()
        (heldBytes, end) = (0, nil)
        context.fireChannelInactive()
    }

    /// Passes on what is held, as far as the connection takes it.
    func pass() {
        guard !isPassing, !isEmpty, let context else { return }
        isPassing = true
        while connection.takesInput, let bytes = held.popFirst() {
            heldBytes -= bytes.readableBytes
            guard connection.isListening else {
                drop(bytes, context)
                continue
            }
            hasPassed = true
            context.fireChannelRead(wrapInboundOut(bytes))
        }
        isPassing = false
        guard held.isEmpty else { return }
        if let end {
            self.end = nil
            context.fireUserInboundEventTriggered(end)
        }
        connection.resumeReading()
    }

    private func drop(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        droppedBytes += bytes.readableBytes
        if droppedBytes > Self.mostDropped { context.close(promise: nil) }
    }
}

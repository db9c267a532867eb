import Core
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Storage

/// Refuses requests whose head breaks a rule, before anything compares its contents, and makes the answer say whether the connection stays
/// open, as the request's version demands (RFC 9112, section 9.3).
final class HeadCheck: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// The largest head: its first line and all headers.
    private static let largest = 16 * 1024
    /// The most headers.
    private static let mostHeaders = 100
    /// How long a refused caller may take to read why.
    private static let patience = TimeAmount.seconds(5)

    /// The largest head that the parser accepts.
    static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        (limits.maxHeaderListSize, limits.maxHeaderFieldSize) = (largest, largest)
        limits.maxHeaderFieldCount = mostHeaders
        return limits
    }

    private let refuse: @Sendable (Problem) -> Answer
    /// Requests that were passed on and whose answer isn't complete yet.
    private var unanswered = CircularBuffer<AwaitedAnswer>(initialCapacity: 2)
    /// Whether the last request that was passed on isn't fully read yet.
    private var isReading = false
    /// What is wrong; nothing after it is passed on.
    private var problem: Problem?
    private var withBody = true

    init(_ refuse: @escaping @Sendable (Problem) -> Answer) { self.refuse = refuse }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard problem == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            if let problem = Self.problem(head) {
                withBody = head.method != .HEAD
                stop(problem, context)
                return
            }
            let awaited = AwaitedAnswer(to: head)
            unanswered.append(awaited)
            isReading = true
            if awaited.isLast {
                // The code that answers looks for exactly this text.
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                return context.fireChannelRead(wrapInboundOut(.head(head)))
            }
        case .body: break
        case .end: isReading = false
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // In a body, the code that reads the body handles it.
        guard !isReading, problem == nil, let error = error as? HTTPParserError else {
            context.fireErrorCaught(error)
            return
        }
        let values: Values = ["max": .integer(Self.largest / 1024), "headers": .integer(Self.mostHeaders)]
        stop(error == .headerOverflow ? Problem(.headTooLarge, values) : Problem(.malformedHead), context)
    }

    private func stop(_ problem: Problem, _ context: ChannelHandlerContext) {
        self.problem = problem
        if unanswered.isEmpty { answer(problem, context) }
    }

    // MARK: Writing

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        if case .head(var head) = part, var awaited = unanswered.popFirst() {
            awaited.complete(&head)
            unanswered.prepend(awaited)
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        }
        context.write(data, promise: promise)
        guard case .end = part else { return }
        let answered = unanswered.popFirst()
        if unanswered.isEmpty, let problem { answer(problem, context) }
        if answered?.endsConnection == true { context.close(mode: .output, promise: nil) }
    }

    private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
        var (head, body) = refuse(problem).parts(withBody: withBody)
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(HTTPResponseHead(head))), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // A full close with unread bytes would make the kernel drop the answer.
        context.close(mode: .output, promise: nil)
        _ = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    // MARK: Rules

    /// What is wrong with a head; nil if it may be passed on.
    static func problem(_ head: HTTPRequestHead) -> Problem? {
        guard head.uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return Problem(.malformedHead) }
        guard MarkRun.admitsUnescaped(head.uri) else {
            return Problem(.addressMarks, ["max": .integer(MarkRun.longest)])
        }
        var hosts = 0
        for (name, value) in head.headers {
            if name.isBytes(ignoringCase: "host") {
                hosts += 1
                guard isAuthority(value) else { return Problem(.wrongHost) }
            } else if !value.utf8.allSatisfy({ $0 < 0x80 }), isRead(name) {
                return Problem(.headerNotASCII, ["name": .text(name)])
            }
        }
        // RFC 9112, section 3.2. HTTP/1.0 knows no Host.
        guard hosts == 1 || hosts == 0 && head.version == .http1_0 else { return Problem(.wrongHost) }
        return nil
    }

    /// Headers that are compared or parsed. (Not cookies: other programs at the same address set theirs too, and this server's are
    /// compared as bytes.) Others may hold any text, which nothing reads.
    private static let read = Set(
        [
            "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type",
            "expect", "forwarded", "idempotency-key", "if-match", "if-none-match", "origin", "sec-fetch-site",
            "traceparent",
            "transfer-encoding", "upgrade", "x-forwarded-for", "x-real-ip", "x-request-id",
        ])

    private static func isRead(_ name: String) -> Bool {
        let name = name.smallASCII
        return read.contains(name) || name.hasBytes(first: "access-control-")
    }

    /// Whether it is a host, by name or address, and perhaps a port (RFC 3986, section 3.2).
    private static func isAuthority(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[..<end].dropFirst()
            guard !address.isEmpty, address.allSatisfy({ isOfName($0) || $0 == UInt8(ascii: ":") }) else {
                return false
            }
            rest = rest[end...].dropFirst()
        } else {
            let name = rest.prefix { $0 != UInt8(ascii: ":") }
            guard !name.isEmpty, name.allSatisfy(isOfName) else { return false }
            rest = rest[name.endIndex...]
        }
        guard let colon = rest.popFirst() else { return true }
        return colon == UInt8(ascii: ":") && rest.count <= 5
            && rest.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The characters of a registered name: unreserved ones, sub-delimiters, and those of percent-encoding.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: signs.contains(byte)
        }
    }

    private static let signs = Array("-._~!$&'()*+,;=%".utf8)
}

/// What decides, for a request that waits for its answer, whether its connection stays open (RFC 9112, section 9.3).
private struct AwaitedAnswer {
    private let isHTTP10: Bool
    private let isHead: Bool
    /// Whether the caller wants no other answer on this connection.
    let isLast: Bool
    /// Whether the answer can only end with the connection.
    private(set) var endsConnection = false

    init(to head: HTTPRequestHead) {
        isHTTP10 = head.version == .http1_0 || head.version == .http0_9
        isHead = head.method == .HEAD
        // In HTTP/1.0 only Content-Length is a reliable length of a body (section 6.1).
        isLast = !head.isKeepAlive || isHTTP10 && head.headers.contains(name: "Transfer-Encoding")
    }

    /// Says in an answer's head whether the connection is kept. HTTP/1.0 has no chunked encoding.
    mutating func complete(_ head: inout HTTPResponseHead) {
        guard isHTTP10 || isLast else { return }
        if isHTTP10, !head.headers.contains(name: "Content-Length") {
            head.version = .http1_0
            endsConnection = !isLast && !isHead && head.status.mayHaveResponseBody
        }
        let closes = isLast || endsConnection || !head.isKeepAlive && head.headers.contains(name: "Connection")
        head.headers.replaceOrAdd(name: "Connection", value: closes ? "close" : "keep-alive")
    }
}

extension MarkRun {
    /// Whether no run of combining marks in an address is too long once percent-encoded bytes are decoded.
    fileprivate static func admitsUnescaped(_ address: String) -> Bool {
        guard address.utf8.contains(UInt8(ascii: "%")) else { return true }
        var bytes: [UInt8] = []
        var rest = Substring(address).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return admits(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }
}

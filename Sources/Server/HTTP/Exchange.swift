import HTTPTypes
import NIOHTTP1
import Storage

/// A request and its answer, from the request's first part to the end of both.
struct Exchange {
    /// The most bytes of a body that are read and thrown away behind its answer, so that the connection can be kept, or the last answer is
    /// read. Some clients lose an answer that says `Connection: close` while they send.
    static let mostDiscarded = 16 << 20

    let isHead: Bool
    let isHTTP10: Bool
    /// Whether no further request is read: the caller wants none, or what follows the request may not be one.
    let isLast: Bool
    /// Whether the caller waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1).
    let expectsContinue: Bool
    /// The length that the head gives for the body; nil if only its end shows it.
    let length: Int?
    let body: IncomingBody
    /// What the body takes of the room for all bodies; nil if there is none.
    let share: BodyBudget.Share?

    /// Whether the body is wanted, which callers that wait for it were told.
    var isWanted = false
    /// Whether the request has been read to its end.
    var isRead = false
    /// The number of bytes of the body that have arrived.
    var received = 0
    /// The number of those that arrived after the answer.
    var discarded = 0
    /// The number of those that the body holds.
    var held = 0
    var answer = AnswerState.awaited

    enum AnswerState {
        case awaited
        /// Its head is written together with its first piece.
        case begun(Answer)
        case streaming(AnswerEncoder.Framing)
        case complete
    }

    /// Whether the connection ends with the answer.
    var isClosing = false

    var isAnswered: Bool { if case .complete = answer { true } else { false } }

    init(_ head: HTTPRequestHead, body: IncomingBody, share: BodyBudget.Share? = nil) {
        (self.body, self.share) = (body, share)
        isHead = head.method == .HEAD
        isHTTP10 = head.version == .http1_0
        // In HTTP/1.0 only Content-Length is a reliable length of a body (RFC 9112, section 6.1). What follows a request for another
        // protocol isn't parsed.
        isLast =
            !head.isKeepAlive
            || isHTTP10 && (head.headers.contains(name: "Transfer-Encoding") || Self.endsConnection(head.headers))
            || head.method == .CONNECT || head.headers.contains(name: "Upgrade")
        expectsContinue =
            !isHTTP10 && Self.hasBody(head)
            && head.headers.trimmed("Expect")?.isBytes(ignoringCase: "100-continue") == true
        // The parser has checked that it is a number, but not that it has 64 bits at most.
        length = Self.hasBody(head) ? head.headers.trimmed("Content-Length").map { Int($0) ?? .max } : 0
    }

    /// A request that is refused by its head, or that can't be read.
    init(refusedFor head: HTTPRequestHead?) {
        isHead = head?.method == .HEAD
        isRead = head.map { !Self.hasBody($0) } ?? true
        (isHTTP10, isLast, isClosing) = (false, true, true)
        (expectsContinue, length, body, share) = (false, 0, .empty, nil)
    }

    /// The headers that say what becomes of the connection.
    static let ofConnection = ["Connection", "Proxy-Connection"]

    private static func endsConnection(_ headers: HTTPHeaders) -> Bool {
        ofConnection.contains { headers[canonicalForm: $0].contains { $0.isBytes(ignoringCase: "close") } }
    }

    /// Whether a request has a body: the framing is in its head (RFC 9112, section 6.3).
    static func hasBody(_ head: HTTPRequestHead) -> Bool {
        head.headers.contains(name: "Content-Length") || head.headers.contains(name: "Transfer-Encoding")
    }

    /// Whether the connection can't be kept because too much of the body is missing, or the caller was never told to send it. The length and
    /// the trailers of a chunked body are unknown until it ends.
    var isHopeless: Bool {
        guard !isRead else { return false }
        return expectsContinue && !isWanted || length.map { $0 - received > Self.mostDiscarded } ?? true
    }
}

extension HTTPHeaders {
    /// The first value of a header, without the spaces behind it, which the parser leaves there.
    func trimmed(_ name: String) -> Substring? {
        first(name: name).map { Substring(Substring($0).utf8.trimmed) }
    }
}

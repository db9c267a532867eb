import HTTPTypes
import NIOCore
import NIOHTTP1

/// Writes heads and pieces of answers (RFC 9112).
enum AnswerEncoder {
    /// How a body ends (section 6.3).
    enum Framing: Equatable {
        /// There is none, and no header about one.
        case none
        case length(Int)
        case chunked
        /// With the connection, for HTTP/1.0.
        case connection

        /// - Parameters:
        ///   - length: of the body; nil if it isn't known.
        ///   - isHead: whether the answer is for HEAD, and has no body.
        init(_ status: HTTPResponse.Status, length: Int?, isHead: Bool, isHTTP10: Bool) {
            self =
                if status.kind == .informational || status == .noContent || status == .notModified {
                    .none
                } else if let length {
                    .length(length)
                } else if isHead {
                    .none
                } else {
                    isHTTP10 ? .connection : .chunked
                }
        }
    }

    /// What an answer says about its connection.
    enum Persistence {
        case close
        /// Said to HTTP/1.0 only; others know it.
        case keepAlive
        case unsaid
    }

    static let continuing = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
    static let endOfChunk = ByteBuffer(string: "\r\n")
    static let lastChunk = ByteBuffer(string: "0\r\n\r\n")
    /// About the length of a head.
    static let headLength = 512

    /// - Parameter isHTTP10: whether the answer's own version is 1.0.
    static func writeHead(
        of answer: borrowing Answer, _ framing: Framing, _ persistence: Persistence, isHTTP10: Bool,
        to buffer: inout ByteBuffer
    ) {
        buffer.writeStaticString(isHTTP10 ? "HTTP/1.0 " : "HTTP/1.1 ")
        let status = answer.status
        let reason = HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase).reasonPhrase
        buffer.writeString("\(status.code) ")
        if isPlain(reason.utf8) { buffer.writeString(reason) }
        buffer.writeStaticString("\r\n")
        var named = SecurityHeaders.Named()
        for field in answer.headers {
            guard !isFraming(field.name), isPlain(field.name.rawName.utf8), isPlain(field.value.utf8) else { continue }
            named.note(field.name)
            buffer.writeString(field.name.rawName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        if let id = answer.requestID, isPlain(id.utf8) {
            buffer.writeStaticString("X-Request-Id: ")
            buffer.writeString(id)
            buffer.writeStaticString("\r\n")
        }
        answer.securityHeaders?.write(to: &buffer, besides: named)
        switch framing {
        case .none, .connection: break
        case .length(let length): buffer.writeString("Content-Length: \(length)\r\n")
        case .chunked: buffer.writeStaticString("Transfer-Encoding: chunked\r\n")
        }
        switch persistence {
        case .close: buffer.writeStaticString("Connection: close\r\n")
        case .keepAlive: buffer.writeStaticString("Connection: keep-alive\r\n")
        case .unsaid: break
        }
        buffer.writeStaticString("Date: ")
        buffer.writeString(HTTPDate.now)
        buffer.writeStaticString("\r\n\r\n")
    }

    /// The line before a chunk of that length (section 7.1).
    static func writeChunkSize(_ length: Int, to buffer: inout ByteBuffer) {
        buffer.writeString(String(length, radix: 16))
        buffer.writeStaticString("\r\n")
    }

    /// Whether nothing in a text could end its line and begin another.
    private static func isPlain(_ text: String.UTF8View) -> Bool {
        text.allSatisfy { $0 != 0 && $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    }

    /// Whether the name is of a header that only the framing decides.
    private static func isFraming(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .connection
    }
}

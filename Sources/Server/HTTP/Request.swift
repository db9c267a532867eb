import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A request as the routes get it: its head, and its body as it arrives.
struct Request: Sendable {
    let head: HTTPRequest
    /// The path and the query of the head.
    let uri: URI
    let body: IncomingBody
    /// The other end of the connection.
    let peer: SocketAddress?

    var method: HTTPRequest.Method { head.method }
    var path: String { uri.path }
    var headers: HTTPFields { head.headerFields }

    init(head: HTTPRequest, body: IncomingBody, peer: SocketAddress? = nil) {
        (self.head, self.body, self.peer) = (head, body, peer)
        uri = URI(head.path ?? "")
    }
}

extension HTTPRequest {
    /// The parser's head, in the types that the routes use.
    /// - Throws: `HTTP1TypeConversionError` for a method that isn't a token.
    init(parsed head: HTTPRequestHead) throws {
        // A target that begins with a slash has no scheme or host that would have to be taken out of it.
        guard head.uri.utf8.first == UInt8(ascii: "/") else {
            try self.init(head, secure: false, splitCookie: false)
            return
        }
        self.init(
            method: try Method(head.method), scheme: "http", authority: head.headers.first(name: "Host"),
            path: head.uri, headerFields: HTTPFields(head.headers, splitCookie: false))
    }
}

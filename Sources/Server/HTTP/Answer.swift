import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// What a route answers with.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    var headers: HTTPFields
    private let body: ByteBuffer?

    /// - Parameter body: the whole body.
    init(_ status: HTTPResponse.Status, _ body: ByteBuffer, type: String) {
        self.status = status
        headers = [.contentType: type]
        self.body = body
    }

    init(_ status: HTTPResponse.Status, _ json: borrowing JSONWriter, type: String = "application/json") {
        self.init(status, json.withBytes { ByteBuffer(bytes: $0) }, type: type)
    }

    private init(empty status: HTTPResponse.Status) {
        self.status = status
        headers = [:]
        body = nil
    }

    static let noContent = Answer(empty: .noContent)

    /// One resource.
    static func one(_ value: some Wire, _ status: HTTPResponse.Status = .ok) -> Answer {
        var json = JSONWriter(reserving: 4096)
        json.object(value)
        return Answer(status, json)
    }

    /// A page of a list, with the address of the next page in `Link` (RFC 8288) where there is one.
    static func list<Item: Wire, Key>(_ page: Page<Item, Key>, of call: Call, cursor: (Key) -> String) -> Answer {
        var json = JSONWriter(reserving: 256 + 512 * page.items.count)
        json.list(page.items)
        var answer = Answer(.ok, json)
        if let next = page.next {
            let limit = call.query("limit").flatMap { Int($0) }.map { "limit=\($0)&" } ?? ""
            answer.headers[.link] = "<\(call.path)?\(limit)cursor=\(cursor(next))>; rel=\"next\""
        }
        return answer
    }

    /// The response, without its body for HEAD.
    func response(withBody: Bool) -> Response {
        guard let body else { return Response(status: status, headers: headers) }
        guard withBody else {
            var headers = headers
            headers[.contentLength] = String(body.readableBytes)
            return Response(status: status, headers: headers)
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

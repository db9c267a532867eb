import Core
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// What a route answers with.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    var headers: HTTPFields
    private let body: Body

    private enum Body: Sendable {
        case none
        case whole(ByteBuffer)
        /// Written piece by piece while it is sent, for what is too long to keep.
        case pieces(Pieces)
    }

    /// Writes a body's pieces, from the first to the last.
    typealias Pieces = @Sendable (_ writer: inout any ResponseBodyWriter) async throws -> Void

    private init(_ status: HTTPResponse.Status, _ headers: HTTPFields, _ body: Body) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// - Parameter body: the whole body.
    init(_ status: HTTPResponse.Status, _ body: ByteBuffer, type: String) {
        self.init(status, [.contentType: type], .whole(body))
    }

    init(_ status: HTTPResponse.Status, _ json: borrowing JSONWriter, type: String = "application/json") {
        self.init(status, json.withBytes { ByteBuffer(bytes: $0) }, type: type)
    }

    static let noContent = Answer(.noContent, [:], .none)

    /// The caller has it already.
    static let notModified = Answer(.notModified, [:], .none)

    /// A file to be kept, written while it is sent.
    static func download(_ name: String, type: String, _ pieces: @escaping Pieces) -> Answer {
        Answer(
            .ok, [.contentType: type, .contentDisposition: "attachment; filename=\"\(name)\""], .pieces(pieces))
    }

    /// One resource, with an `ETag` of its version where it has one.
    static func one<Value: Wire>(_ value: Value, _ status: HTTPResponse.Status = .ok) -> Answer {
        var json = JSONWriter(reserving: 4096)
        json.object(value)
        var answer = Answer(status, json)
        if let version = value.entityVersion { answer.headers[.eTag] = "\"\(version)\"" }
        return answer
    }

    /// A page of a list, with the address of the next page in `Link` (RFC 8288) where there is one.
    static func list<Item: Wire, Key>(_ page: Page<Item, Key>, of call: Call, _ cursor: Cursor<Key>) -> Answer {
        var json = JSONWriter(reserving: 256 + 512 * page.items.count)
        json.list(page.items)
        var answer = Answer(.ok, json)
        if let next = page.next {
            let kept = call.request.uri.query?.split(separator: "&").filter { !$0.hasBytes(first: "cursor=") } ?? []
            let query = (kept + ["cursor=\(cursor.write(next))"]).joined(separator: "&")
            answer.headers[.link] = "<\(call.path)?\(query)>; rel=\"next\""
        }
        return answer
    }

    // MARK: Keeping

    /// The answer as bytes, to be given again: the status and the `ETag` in a line of their own, then the body.
    var kept: [UInt8] {
        let head = Array("\(status.code) \(headers[.eTag] ?? "")\n".utf8)
        guard case .whole(let body) = body else { return head }
        return head + body.readableBytesView
    }

    init(kept bytes: [UInt8]) throws {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let code = Int(String(decoding: bytes[..<end].prefix(3), as: UTF8.self)), (200...599).contains(code)
        else { throw Problem.internalError }
        self.init(HTTPResponse.Status(code: code), ByteBuffer(bytes: bytes[(end + 1)...]), type: "application/json")
        let tag = String(decoding: bytes[..<end].dropFirst(4), as: UTF8.self)
        if !tag.isEmpty { headers[.eTag] = tag }
    }

    // MARK: Sending

    /// What is shorter fits into two packets anyway.
    private static let worthCompressing = 2048

    /// The same answer, as gzip where it is JSON of some length and the caller takes that. No answer of that length holds a
    /// token, which its compressed size could help to guess; and the web app's files are compressed once and for all.
    func compressed(for request: HTTPRequest) async -> Answer {
        guard case .whole(let bytes) = body, bytes.readableBytes >= Self.worthCompressing,
            headers[.contentType]?.hasBytes(first: "application/json") == true, headers[.contentEncoding] == nil
        else { return self }
        var answer = self
        answer.headers.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        guard request.accepts(.gzip) else { return answer }
        // A fifth of the time that zlib's best takes, for a tenth more bytes.
        let gzip = { @Sendable in ContentCoding.gzip(bytes, level: 5) }
        guard let smaller = try? await NIOThreadPool.singleton.runIfActive(gzip) else { return answer }
        answer.headers[.contentEncoding] = ContentCoding.gzip.rawValue
        return Answer(status, answer.headers, .whole(smaller))
    }

    /// Head and body for a connection that is answered on its event loop, without a body for HEAD. Only what is whole is answered
    /// there.
    func parts(withBody: Bool) -> (head: HTTPResponse, body: ByteBuffer?) {
        var head = HTTPResponse(status: status, headerFields: headers)
        var whole: ByteBuffer?
        if case .whole(let bytes) = body {
            head.headerFields[.contentLength] = String(bytes.readableBytes)
            whole = withBody ? bytes : nil
        }
        head.headerFields[.date] = HTTPDate.now
        return (head, whole)
    }

    /// The response, without its body for HEAD.
    func response(withBody: Bool) -> Response {
        switch body {
        case .none:
            return Response(status: status, headers: headers)
        case .whole(let bytes) where withBody:
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: bytes))
        case .whole(let bytes):
            var headers = headers
            headers[.contentLength] = String(bytes.readableBytes)
            return Response(status: status, headers: headers)
        case .pieces(let pieces) where withBody:
            return Response(
                status: status, headers: headers,
                body: ResponseBody { writer in
                    var unfinished: any ResponseBodyWriter = writer
                    try await pieces(&unfinished)
                    try await unfinished.finish(nil)
                })
        case .pieces:
            return Response(status: status, headers: headers)
        }
    }
}

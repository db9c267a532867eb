import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOPosix
import Storage

/// The answer of a route.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    var headers: HTTPFields
    private var body: Body
    /// Sent as `X-Request-Id`.
    var requestID: String?
    var securityHeaders: SecurityHeaders?
    /// Held until the answer is sent or sending it fails.
    private var place: LargeAnswers.Place?
    private var isSmall = false

    private enum Body: Sendable {
        case none
        case whole(ByteBuffer)
        /// Released piece by piece while it is sent.
        case parts(AnswerPieces)
        /// Written piece by piece while it is sent, for bodies that are too long to be held in memory.
        case pieces(Pieces)
    }

    /// Writes a body's pieces, from the first to the last.
    typealias Pieces = @Sendable (_ writer: AnswerWriter) async throws -> Void

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

    private init(_ pieces: [ByteBuffer], type: String) {
        self.init(.ok, [.contentType: type], pieces.count == 1 ? .whole(pieces[0]) : .parts(AnswerPieces(pieces)))
    }

    static let noContent = Answer(.noContent, [:], .none)

    /// The caller has the current version already.
    static let notModified = Answer(.notModified, [:], .none)

    /// A file to download, written while it is sent.
    /// - Parameter isSmall: whether it needs no place while it is sent: it is short, and not in memory.
    static func download(
        _ name: String, type: String, isSmall: Bool = false, _ pieces: @escaping Pieces
    ) -> Answer {
        var answer = Answer(
            .ok, [.contentType: type, .contentDisposition: "attachment; filename=\"\(name)\""], .pieces(pieces))
        answer.isSmall = isSmall
        return answer
    }

    /// JSON that is written while it is sent.
    static func json(_ pieces: @escaping Pieces) -> Answer {
        Answer(.ok, [.contentType: "application/json"], .pieces(pieces))
    }

    /// One resource, with an `ETag` if it has a version.
    static func one<Value: Wire>(_ value: Value, _ status: HTTPResponse.Status = .ok) -> Answer {
        var json = JSONWriter(reserving: 4096)
        json.object(value)
        var answer = Answer(status, json)
        if let version = value.entityVersion { answer.headers[.eTag] = "\"\(version)\"" }
        return answer
    }

    /// Several resources at once, none of which follows on another page.
    static func all<Item: Wire>(_ items: [Item], _ status: HTTPResponse.Status) -> Answer {
        var json = JSONWriter(reserving: 4096)
        json.list(items) { _ in }
        return Answer(status, json)
    }

    /// A page of a list, with the address of the next page in `Link` (RFC 8288) if there is one.
    static func list<Item: Wire, Key>(_ page: Page<Item, Key>, of call: Call, _ cursor: Cursor<Key>) -> Answer {
        var json = JSONWriter(reserving: min(256 + 512 * page.items.count, 2 * AnswerPieces.length))
        var pieces: [ByteBuffer] = []
        json.list(page.items) { if $0.length >= AnswerPieces.length { pieces.append($0.takePiece()) } }
        pieces.append(json.takePiece())
        var answer = Answer(pieces, type: "application/json")
        if let next = page.next {
            let kept = call.request.uri.query?.split(separator: "&").filter { !$0.hasBytes(first: "cursor=") } ?? []
            let query = (kept + ["cursor=\(cursor.write(next))"]).joined(separator: "&")
            answer.headers[.link] = "<\(call.path)?\(query)>; rel=\"next\""
        }
        return answer
    }

    /// Holds a place until the answer is sent, if the answer is large.
    mutating func hold(_ place: LargeAnswers.Place) { if isLarge { self.place = place } }

    /// Whether it needs a place while it is sent.
    var isLarge: Bool {
        switch body {
        case .none: false
        case .whole(let bytes): bytes.readableBytes > AnswerPieces.length
        case .parts: true
        case .pieces: !isSmall
        }
    }

    // MARK: Keeping

    /// The answer as bytes, for repeated requests: a line with the status and the `ETag`, then the body.
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

    /// In bytes; a shorter body fits into two packets anyway.
    private static let worthCompressing = 2048

    /// The same answer, compressed with gzip if it is JSON worth compressing and the caller accepts it. No answer of that length holds a
    /// token, which its compressed size could help to guess; the web app's files are compressed when they are built.
    func compressed(for request: HTTPRequest) async -> Answer {
        let parts: [ByteBuffer]
        switch body {
        case .whole(let bytes) where bytes.readableBytes >= Self.worthCompressing: parts = [bytes]
        case .parts(let pieces): parts = pieces.all
        case .none, .whole, .pieces: return self
        }
        guard headers[.contentType]?.hasBytes(first: "application/json") == true, headers[.contentEncoding] == nil
        else { return self }
        var answer = self
        answer.headers.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        guard request.accepts(.gzip) else { return answer }
        // A fifth of the time of zlib's best level, for a tenth more bytes.
        let gzip = { @Sendable in ContentCoding.gzip(parts, level: 5) }
        guard let smaller = try? await NIOThreadPool.singleton.runIfActive(gzip) else { return answer }
        answer.headers[.contentEncoding] = ContentCoding.gzip.rawValue
        answer.body = smaller.count == 1 ? .whole(smaller[0]) : .parts(AnswerPieces(smaller))
        if !answer.isLarge { answer.place = nil }
        return answer
    }

    /// The length of the body; nil if it is only known once it is written.
    var length: Int? {
        switch body {
        case .none: 0
        case .whole(let bytes): bytes.readableBytes
        case .parts(let pieces): pieces.count
        case .pieces: nil
        }
    }

    /// The body if it is sent at once.
    var bytes: ByteBuffer? {
        if case .whole(let bytes) = body, bytes.readableBytes <= AnswerPieces.length { bytes } else { nil }
    }

    /// The body if it is sent piece by piece, the next one when the caller has read most of those before.
    var pieces: Pieces? {
        switch body {
        case .none: nil
        case .whole(let bytes) where bytes.readableBytes <= AnswerPieces.length: nil
        case .whole(let bytes): { for piece in bytes.pieces { try await $0.write(piece) } }
        case .parts(let pieces): { while let piece = pieces.take() { try await $0.write(piece) } }
        case .pieces(let pieces): pieces
        }
    }
}

import Core
import HTTPTypes
import HummingbirdCore
import Storage

/// A request for its route: the values of its path, query and headers.
final class Call: Sendable {
    let request: Request
    let path: String
    private let route: Route
    private let places: [Substring]
    /// Where the request came from.
    let source: RequestSource

    /// - Parameter places: the values of the route's `{places}`, from left to right.
    init(_ request: Request, path: String, route: Route, places: [Substring], source: RequestSource) {
        (self.request, self.path, self.route, self.places, self.source) = (request, path, route, places, source)
    }

    // MARK: Path and query

    /// The id at a place of the path, such as `siteId`.
    /// - Throws: the noun's `Refusal` of kind `.notFound` for a text that isn't an id.
    func id<Noun: Addressable>(_ place: String) throws -> ID<Noun> {
        guard let id = text(place).flatMap({ ID<Noun>($0) }) else { throw Noun.notFound }
        return id
    }

    /// The text at a place of the path.
    func text(_ place: String) -> String? { route.places.firstIndex(of: place).map { String(places[$0]) } }

    /// - Throws: a `Refusal` that names a query parameter that the route doesn't read; it may be misspelt.
    func refuseUnknownParameters() throws {
        for (name, _) in request.uri.queryParameters
        where !route.request.queries.contains(where: { $0.name.isBytes(name) }) {
            throw Refusal(Line.clean(String(name), max: 100), .unknownParameter)
        }
    }

    /// A value of the query; nil if it is missing or empty.
    /// - Throws: a `Refusal` for a repeated parameter.
    func query(_ name: String) throws -> String? {
        var value: String?
        for (key, text) in request.uri.queryParameters where key.isBytes(name) {
            guard value == nil else { throw Refusal(name, .repeated) }
            value = String(text)
        }
        return value?.isEmpty == true ? nil : value
    }

    /// - Parameter flaw: thrown, as a `Refusal`, for a value that `read` can't read.
    func query<Value>(_ name: String, else flaw: Flaw, _ read: (String) -> Value?) throws -> Value? {
        guard let text = try query(name) else { return nil }
        guard let value = read(text) else { throw Refusal(fields: [.init(name, flaw)]) }
        return value
    }

    /// `?limit=` and `?cursor=`.
    func page<Key>(_ cursor: Cursor<Key>) throws -> PageRequest<Key> {
        let largest = PageRequest<Key>.largest
        let flaw = Flaw(.notWholeNumber, ["min": .integer(1), "max": .integer(largest)])
        let limit = try query("limit", else: flaw) { text in
            Int(text).flatMap { (1...largest).contains($0) ? $0 : nil }
        }
        let after = try query("cursor", else: Flaw(.notCursor), cursor.read)
        return PageRequest(limit: limit ?? largest, after: after)
    }

    // MARK: Headers

    /// The versions of `If-Match` (RFC 9110, section 13.1.1). Weak marks, and suffixes that compressing proxies add to the
    /// version, are ignored; a tag of another form matches nothing.
    var precondition: Precondition {
        let values = request.headers[values: .ifMatch]
        let tags = values.flatMap { Substring($0).utf8.parts(by: ",") }
        guard !values.isEmpty, !tags.contains(where: { $0.elementsEqual("*".utf8) }) else { return .none }
        return .versions(tags.compactMap(Self.version))
    }

    private static func version(_ tag: Substring.UTF8View) -> Int64? {
        let quote = UInt8(ascii: "\"")
        let opaque = (tag.starts(with: "W/".utf8) ? tag.dropFirst(2) : tag).drop { $0 == quote }
        let digits = opaque.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let isLonger = opaque[digits.endIndex...].first.map {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
        }
        return isLonger == true ? nil : Int64(Substring(digits))
    }

    /// The `Idempotency-Key`; nil without one.
    /// - Throws: `Problem(.malformedKey)`.
    var idempotencyKey: String? {
        get throws {
            guard let key = request.headers[.idempotencyKey] else { return nil }
            guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Problem(.malformedKey)
            }
            return key
        }
    }

    /// How the caller's browser or program names itself.
    var userAgent: String? { request.headers[.userAgent].map { Line.clean($0, max: 200) } }

    var origin: Accounts.Origin {
        Accounts.Origin(network: source.network ?? "unknown", userAgent: userAgent, source: source)
    }

    /// The token of `Authorization: Bearer …`; nil without such a header.
    /// - Throws: `AccountRefusal.malformedAuthorization`.
    var bearerToken: Substring? {
        get throws {
            guard let header = request.headers.first(where: { $0.name == .authorization })?.value else { return nil }
            let bytes = Substring(header).utf8
            let scheme = bytes.prefix { $0 != UInt8(ascii: " ") }
            guard Substring(scheme).isBytes(ignoringCase: "bearer"), scheme.endIndex < bytes.endIndex else {
                throw Refusal(AccountRefusal.malformedAuthorization)
            }
            return Substring(bytes[scheme.endIndex...].dropFirst())
        }
    }
}

/// How the key of a page is written into the address of the next page.
struct Cursor<Key>: Sendable {
    let read: @Sendable (String) -> Key?
    let write: @Sendable (Key) -> String

    static func id<Noun>() -> Cursor<ID<Noun>> where Key == ID<Noun> { .init(read: { ID<Noun>($0) }, write: \.text) }
}

extension Cursor where Key == Int64 {
    static let number = Cursor(read: { Int64($0) }, write: { "\($0)" })
}

extension Cursor where Key == TimeEntry.Key {
    static let timeEntry = Cursor(
        read: { text in
            let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, let at = Int64(parts[0]), let id = TimeEntry.ID(parts[1]) else { return nil }
            return TimeEntry.Key(checkedInAt: Instant(milliseconds: at), id: id)
        },
        write: { "\($0.checkedInAt.milliseconds).\($0.id.text)" })
}

extension Cursor where Key == Absence.Key {
    static let absence = Cursor(
        read: { text in
            let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, let from = Day(parts[0]), let id = Absence.ID(parts[1]) else { return nil }
            return Absence.Key(from: from, id: id)
        },
        write: { "\($0.from.text).\($0.id.text)" })
}

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key") ?? { preconditionFailure("not a header name") }()
}

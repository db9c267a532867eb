import Core
import HTTPTypes

/// One route of the API: its method and path, who may call it, what it takes and returns, and the closure that answers.
final class Route: Sendable {
    let method: HTTPRequest.Method
    /// With places in braces: `/api/v1/companies/{companyId}`.
    let path: String
    /// The names of the places, from left to right.
    let places: [String]
    /// Where the description lists it.
    let chapter: Chapter
    let access: Access
    let text: Text
    let request: RequestDescription
    let result: ResultDescription
    /// Another successful answer, of another status; nil if there is none.
    let alternative: ResultDescription?
    /// Whether the caller must have given their password within the last ten minutes.
    let confirmation: Confirmation
    /// The codes of its refusals, beside those that all routes of its kind have.
    let refusals: [ProblemCode]
    /// Whether it is answered with 503 until the schema is known to fit.
    let needsDatabase: Bool
    /// For a liveness or readiness probe, which is asked every few seconds: its answer, given without waiting for anything. Successful
    /// probes are not logged.
    let probe: (@Sendable () -> Answer)?
    var isProbe: Bool { probe != nil }
    let answer: @Sendable (Call) async throws -> Answer
    /// The scope with which an API token may call it; nil if none can.
    var tokenScope: Permission? { access.tokenScope(confirmation) }

    /// What the route does, for people.
    struct Text: Sendable {
        /// A few words, as in a table of contents: a verb and its object.
        let summary: String
        /// Whole sentences.
        let details: String

        init(_ summary: String, _ details: String) { (self.summary, self.details) = (summary, details) }
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, in chapter: Chapter, _ access: Access, _ text: Text,
        request: RequestDescription = RequestDescription(), result: ResultDescription,
        alternative: ResultDescription? = nil,
        confirmation: Confirmation = .notNeeded, refusals: [ProblemCode] = [], needsDatabase: Bool = true,
        probe: (@Sendable () -> Answer)? = nil, answer: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        places = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        self.chapter = chapter
        self.access = access
        self.text = text
        self.request = request
        self.result = result
        self.alternative = alternative
        self.confirmation = confirmation
        self.refusals = refusals
        self.needsDatabase = needsDatabase
        self.probe = probe
        self.answer = answer
    }
}

/// Whether a route does something that a borrowed or stolen session must not be enough for. It then needs the password within the last
/// ten minutes, by the sign-in or by `POST /auth/confirm`.
enum Confirmation: Sendable, Equatable {
    case notNeeded
    case needed
    /// Unless the path's `sessionId` names the caller's own session.
    case neededForOtherSessions

    func isNeeded(_ call: Call, by actor: Actor) -> Bool {
        switch self {
        case .notNeeded: false
        case .needed: true
        case .neededForOtherSessions: call.text("sessionId").flatMap { Session.ID($0) } != actor.session
        }
    }
}

/// Who may call a route.
enum Access: Sendable, Equatable {
    case anyone
    /// The holder of a one-time token, sent as a bearer token.
    case oneTimeToken
    /// Mailgun, proven by its signature in the body.
    case mailgun
    /// Any signed-in person, about themselves.
    case signedIn
    /// Any signed-in person with this permission for the company or site in the path.
    case may(Permission)

    /// The scope with which an API token has this access; nil if none can.
    func tokenScope(_ confirmation: Confirmation) -> Permission? {
        guard case .may(let permission) = self, permission.isForTokens, confirmation == .notNeeded else { return nil }
        return permission
    }

    /// Whether the caller has to be signed in, or to have an API token.
    var needsSession: Bool {
        switch self {
        case .anyone, .oneTimeToken, .mailgun: false
        case .signedIn, .may: true
        }
    }
}

/// The parts of a request that a route reads.
struct RequestDescription: Sendable {
    /// The fields of the body; nil if none is read.
    var body: ObjectDescription?
    var bodyIsOptional = false
    var queries: [QueryDescription] = []
    /// Whether `If-Match` is honoured.
    var isConditional = false
    /// Whether `Idempotency-Key` is honoured.
    var isRepeatable = false
}

/// A parameter of the query.
struct QueryDescription: Sendable {
    let name: String
    let meaning: Meaning
    let schema: JSONValue
    /// A representative value if it must be given; nil if it may be left out.
    var neededExample: String?
}

/// The successful answer of a route.
struct ResultDescription: Sendable {
    let status: HTTPResponse.Status
    let details: String
    /// Media type and schema of the body; nil without a body.
    var body: Body?
    /// Names of headers that `OpenAPI` knows.
    var headers: [String] = []

    struct Body: Sendable {
        let type: String
        /// Other media types that the caller can choose.
        var otherTypes: [String] = []
        let schema: @Sendable (inout Schemas) -> JSONValue
        let example: JSONValue?
    }

    static let noContent = ResultDescription(status: .noContent, details: "Done.")

    static func one<Value: Wire>(_ type: Value.Type, _ status: HTTPResponse.Status, _ details: String) -> Self {
        Self(
            status: status, details: details,
            body: Body(type: "application/json", schema: { $0.reference(to: type) }, example: .of(type.example)),
            headers: type.example.entityVersion == nil ? [] : ["ETag"])
    }

    static func list<Value: Wire>(_ type: Value.Type) -> Self {
        all(type, .ok, "A page of the list.", headers: ["Link"])
    }

    static func all<Value: Wire>(
        _ type: Value.Type, _ status: HTTPResponse.Status, _ details: String, headers: [String] = []
    ) -> Self {
        Self(
            status: status, details: details,
            body: Body(
                type: "application/json", schema: { ["type": "array", "items": $0.reference(to: type)] },
                example: [.of(type.example)]),
            headers: headers)
    }

    /// - Parameter schema: the schema of the text, if it isn't described by a `Wire` type.
    static func text(
        _ type: String, or otherTypes: [String] = [], _ details: String, schema: JSONValue = ["type": "string"]
    ) -> Self {
        let body = Body(type: type, otherTypes: otherTypes, schema: { _ in schema }, example: nil)
        return Self(status: .ok, details: details, body: body)
    }
}

extension JSONValue {
    static func of(_ value: some Wire) -> JSONValue {
        var json = JSONWriter()
        json.object(value)
        return .raw(json.withBytes { String(decoding: $0, as: UTF8.self) })
    }
}

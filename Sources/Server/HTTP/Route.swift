import Core
import HTTPTypes

/// One line of the API: a method and a path, who may call it, what goes in and comes out, and what answers.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// With places in braces: `/api/v1/companies/{companyId}`.
    let path: String
    /// The names of the places, from left to right.
    let places: [String]
    let access: Access
    let text: Text
    let request: RequestDescription
    let result: ResultDescription
    /// Whether the password must have been given within the last ten minutes.
    let confirmation: Confirmation
    /// Why this one refuses, beside what all of its kind refuse.
    let refusals: [ProblemCode]
    /// Whether it is answered with 503 until the schema was seen to fit.
    let needsDatabase: Bool
    /// What is answered without waiting for anything, where machines ask every few seconds whether this server can. What went well
    /// isn't worth a line in the log then.
    let probe: (@Sendable () -> Answer)?
    var isProbe: Bool { probe != nil }
    let answer: @Sendable (Call) async throws -> Answer

    /// What it does, for people.
    struct Text: Sendable {
        /// A few words, as in a table of contents.
        let summary: String
        /// Whole sentences.
        let details: String

        init(_ summary: String, _ details: String) { (self.summary, self.details) = (summary, details) }
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ text: Text,
        request: RequestDescription = RequestDescription(), result: ResultDescription,
        confirmation: Confirmation = .notNeeded, refusals: [ProblemCode] = [], needsDatabase: Bool = true,
        probe: (@Sendable () -> Answer)? = nil, answer: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        places = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        self.access = access
        self.text = text
        self.request = request
        self.result = result
        self.confirmation = confirmation
        self.refusals = refusals
        self.needsDatabase = needsDatabase
        self.probe = probe
        self.answer = answer
    }
}

/// Whether a route does something that a borrowed or stolen session must not do: then it needs the password within the last ten
/// minutes, by the sign-in or by `POST /auth/confirm`.
enum Confirmation: Sendable, Equatable {
    case notNeeded
    case needed
    /// Unless the session that the path's `sessionId` names is the one that asks.
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
    /// Whoever holds a one-time token, sent as a bearer token.
    case oneTimeToken
    /// Mailgun, by its signature in the body.
    case mailgun
    /// Whoever is signed in, about themselves.
    case signedIn
    /// Whoever is signed in and has this permission where the path leads.
    case may(Permission)

    var needsSession: Bool {
        switch self {
        case .anyone, .oneTimeToken, .mailgun: false
        case .signedIn, .may: true
        }
    }
}

/// What a route reads of a request.
struct RequestDescription: Sendable {
    /// The fields of the body; nil where none is read.
    var body: ObjectDescription?
    var bodyIsOptional = false
    var queries: [QueryDescription] = []
    /// Whether `If-Match` is looked at.
    var isConditional = false
    /// Whether `Idempotency-Key` is looked at.
    var isRepeatable = false
}

struct QueryDescription: Sendable {
    let name: String
    let details: String
    let schema: JSONValue
}

/// What a route answers when all goes well.
struct ResultDescription: Sendable {
    let status: HTTPResponse.Status
    let details: String
    /// Media type and schema of the body; nil where there is none.
    var body: Body?
    /// Names of headers that `OpenAPI` knows.
    var headers: [String] = []

    struct Body: Sendable {
        let type: String
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
        Self(
            status: .ok, details: "A page of the list.",
            body: Body(
                type: "application/json", schema: { ["type": "array", "items": $0.reference(to: type)] },
                example: [.of(type.example)]),
            headers: ["Link"])
    }

    /// - Parameter schema: of the text, for what isn't one of our types.
    static func text(_ type: String, _ details: String, schema: JSONValue = ["type": "string"]) -> Self {
        Self(status: .ok, details: details, body: Body(type: type, schema: { _ in schema }, example: nil))
    }
}

extension JSONValue {
    static func of(_ value: some Wire) -> JSONValue {
        var json = JSONWriter()
        json.object(value)
        return .raw(json.withBytes { String(decoding: $0, as: UTF8.self) })
    }
}

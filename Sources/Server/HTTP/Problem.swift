import Core
import HTTPTypes
import Storage

/// An error answer, as `application/problem+json` (RFC 9457), with a stable code and its values, and with the detail also as `error` for
/// older clients.
struct Problem: Error {
    let status: HTTPResponse.Status
    /// The name of a `ProblemCode`.
    let code: String
    let values: Values
    let detail: String
    var fields: [Refusal.Field] = []
    var headers: HTTPFields = [:]

    /// - Parameter values: one for each name in the code's sentence.
    init(_ problem: RequestProblem, _ values: Values = [:], headers: HTTPFields = [:]) {
        (status, code, self.values, self.headers) = (problem.status, problem.rawValue, values, headers)
        detail = values.filled(into: problem.sentence)
    }

    init(_ refusal: Refusal) {
        status = ProblemCode.status(of: refusal.kind)
        (code, values, detail, fields) = (refusal.code, refusal.values, refusal.message, refusal.fields)
        switch refusal.kind {
        case .unauthenticated: headers[.wwwAuthenticate] = "Bearer"
        case .tooMany: headers[.retryAfter] = String(((refusal.retryAfter ?? .seconds(60)).milliseconds + 999) / 1000)
        case .busy: headers[.retryAfter] = "5"
        case .invalid, .forbidden, .notFound, .conflict, .stale, .keyReused: break
        }
    }

    /// A failure of storage, of which the caller only learns what to do.
    init(_ error: StorageError) {
        switch error.kind {
        case .full: self.init(.full)
        case .unavailable, .timeout, .misconfigured, .noSuchTable: self = .unavailable
        case .diskFailure, .damaged: self.init(.diskFailure, headers: [.retryAfter: "2"])
        case .unstorable: self.init(.nulCharacters)
        case .unique, .foreignKey, .check, .notNull, .failed: self.init(.internalError)
        }
    }

    static let unavailable = Problem(.unavailable, headers: [.retryAfter: "2"])
    /// - Parameter methods: the methods of the address.
    static func methodNotAllowed(_ methods: [HTTPRequest.Method]) -> Problem {
        let names = methods.map(\.rawValue).joined(separator: ", ")
        return Problem(.methodNotAllowed, ["methods": .text(names)], headers: [.allow: names])
    }

    static let internalError = Problem(.internalError)

    func answer(requestID: String) -> Answer {
        var json = JSONWriter(reserving: 512)
        json.object(Body(problem: self, requestID: requestID))
        var answer = Answer(status, json, type: "application/problem+json")
        for header in headers { answer.headers.append(header) }
        return answer
    }

    struct Body: Wire {
        let problem: Problem
        let requestID: String

        static let schemaName = "Problem"
        static let example: Body = {
            let refusal = Refusal("name", .tooLong, ["max": .integer(200)])
            return Body(problem: Problem(refusal), requestID: "5f2c9a01-42")
        }()

        func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
            fields.text(
                "type", ProblemCode.type(problem.code),
                "The address of the page about the code, relative to this server.")
            fields.text("code", problem.code, "Why the request was refused, for programs: one of `x-codes.problems`.")
            fields.values("params", problem.values, .params)
            fields.text("title", problem.status.reasonPhrase, "The name of the HTTP status.")
            fields.integer("status", problem.status.code, "The HTTP status.")
            fields.text("detail", problem.detail, "The sentence of the code in English, with its values.")
            fields.text("error", problem.detail, "The same as `detail`, for older clients.")
            fields.list(
                "fields", ifThere: problem.fields,
                "What is wrong with which field or query parameter; missing if it isn't about one.")
            fields.text("requestId", requestID, "The `X-Request-Id` of the request, as in the log.")
        }
    }
}

extension Refusal.Field: Wire {
    static let schemaName = "ProblemField"
    static let example = Refusal.Field("name", .tooLong, ["max": .integer(200)])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("field", field, "The name of the field, with the objects around it: `address.street`.")
        fields.choice("code", flaw.code, "What is wrong with it, for programs: one of `x-codes.fields`.")
        fields.values("params", flaw.values, .params)
        fields.text("message", flaw.message, "The same in English, without the name of the field.")
    }
}

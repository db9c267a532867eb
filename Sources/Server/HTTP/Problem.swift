import Core
import HTTPTypes

/// An answer that says what is wrong, as `application/problem+json` (RFC 9457), with a stable code and its values, and with the
/// detail also as `error` for older clients.
struct Problem: Error {
    let status: HTTPResponse.Status
    /// The name of a `ProblemCode`.
    let code: String
    let values: Values
    let detail: String
    var fields: [Refusal.Field] = []
    var headers: HTTPFields = [:]

    /// - Parameter values: one for each name in the sentence.
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

    /// What the caller may know of a failure in storage: nothing but what to do.
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
    /// - Parameter methods: those that the address answers to.
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
            fields.text("type", ProblemCode.type(problem.code))
            fields.text("code", problem.code)
            fields.values("params", problem.values)
            fields.text("title", problem.status.reasonPhrase)
            fields.integer("status", problem.status.code)
            fields.text("detail", problem.detail)
            fields.text("error", problem.detail)
            fields.list("fields", ifThere: problem.fields)
            fields.text("requestId", requestID)
        }
    }
}

extension Refusal.Field: Wire {
    static let schemaName = "ProblemField"
    static let example = Refusal.Field("name", .tooLong, ["max": .integer(200)])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("field", field)
        fields.choice("code", flaw.code)
        fields.values("params", flaw.values)
        fields.text("message", flaw.message)
    }
}

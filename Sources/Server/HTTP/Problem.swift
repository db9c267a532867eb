import Core
import HTTPTypes

/// An answer that says what is wrong, as `application/problem+json` (RFC 9457), with the detail also as `error` for older
/// clients.
struct Problem: Error {
    let status: HTTPResponse.Status
    let detail: String
    var fields: [Refusal.Field] = []
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) {
        (self.status, self.detail, self.headers) = (status, detail, headers)
    }

    init(_ refusal: Refusal) {
        detail = refusal.message
        fields = refusal.fields
        switch refusal.kind {
        case .invalid: status = .badRequest
        case .unauthenticated:
            status = .unauthorized
            headers[.wwwAuthenticate] = "Bearer"
        case .forbidden: status = .forbidden
        case .notFound: status = .notFound
        case .conflict: status = .conflict
        case .stale: status = .preconditionFailed
        case .keyReused: status = .unprocessableContent
        case .tooMany(let retryAfter):
            status = .tooManyRequests
            headers[.retryAfter] = String((retryAfter.milliseconds + 999) / 1000)
        case .busy:
            status = .serviceUnavailable
            headers[.retryAfter] = "5"
        }
    }

    /// What the caller may know of a failure in storage: nothing but what to do.
    init(_ error: StorageError) {
        switch error.kind {
        case .full:
            status = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
            detail = "The database's disk is full: nothing was changed."
        case .unavailable, .timeout, .misconfigured, .noSuchTable:
            self = .unavailable
        case .diskFailure:
            status = .serviceUnavailable
            detail = "The database's disk reports errors at the moment. Try again in a few seconds."
            headers[.retryAfter] = "2"
        case .unstorable:
            status = .badRequest
            detail = "Text must not contain NUL characters."
        case .unique, .foreignKey, .check, .notNull, .failed:
            self = .internalError
        }
    }

    static let unavailable = Problem(
        .serviceUnavailable, "The database can't be reached at the moment. Try again in a few seconds.",
        headers: [.retryAfter: "2"])
    static let internalError = Problem(
        .internalServerError, "Something went wrong on our side. The request id helps us find it.")

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
            var problem = Problem(.badRequest, "delta is missing.")
            problem.fields = [.init("delta", "is missing")]
            return Body(problem: problem, requestID: "5f2c9a01-42")
        }()

        func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
            fields.text("type", "about:blank")
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
    static let example = Refusal.Field("delta", "is missing")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("field", field)
        fields.text("message", message)
    }
}

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

    private struct Body: Wire {
        let problem: Problem
        let requestID: String

        func describe(_ fields: inout JSONWriter) {
            fields.text("type", "about:blank")
            fields.text("title", problem.status.reasonPhrase)
            fields.integer("status", problem.status.code)
            fields.text("detail", problem.detail)
            fields.text("error", problem.detail)
            if !problem.fields.isEmpty { fields.list("fields", problem.fields) }
            fields.text("requestId", requestID)
        }
    }
}

extension Refusal.Field: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.text("field", field)
        fields.text("message", message)
    }
}

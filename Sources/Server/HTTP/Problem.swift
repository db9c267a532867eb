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
        var json = JSONWriter(reserving: 256)
        json.raw("{\"type\":\"about:blank\",\"title\":")
        json.text(status.reasonPhrase)
        json.raw(",\"status\":")
        json.integer(status.code)
        json.raw(",\"detail\":")
        json.text(detail)
        json.raw(",\"error\":")
        json.text(detail)
        if !fields.isEmpty {
            json.raw(",\"fields\":")
            Self.field.write(fields, to: &json)
        }
        json.raw(",\"requestId\":")
        json.text(requestID)
        json.raw("}")
        var answer = Answer(status, json, type: "application/problem+json")
        for header in headers { answer.headers.append(header) }
        return answer
    }

    private static let field = Shape<Refusal.Field>(.text("field", \.field), .text("message", \.message))
}

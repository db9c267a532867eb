import HTTPTypes

/// Why a request is answered with an error before, or after, the use case has its say.
enum RequestProblem: String, CaseIterable, Sendable {
    // The request itself.
    case noSuchAddress = "no-such-address"
    case methodNotAllowed = "method-not-allowed"
    case malformedKey = "malformed-idempotency-key"
    case wrongSignature = "wrong-signature"

    // The body.
    case bodyTooLarge = "body-too-large"
    case bodyCutOff = "body-cut-off"
    case bodyEmpty = "body-empty"
    case wrongContentType = "wrong-content-type"
    case notUTF8 = "not-utf-8"
    case malformedJSON = "malformed-json"
    case notAnObject = "body-not-an-object"
    case nulCharacters = "nul-characters"

    // This server.
    case unavailable = "database-unavailable"
    case full = "disk-full"
    case internalError = "internal-error"

    /// Said by `deploy/edge` in this server's place; its page is here.
    case serverUnreachable = "server-unreachable"

    var status: HTTPResponse.Status {
        switch self {
        case .noSuchAddress: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .wrongSignature: .notAcceptable
        case .bodyTooLarge: .contentTooLarge
        case .wrongContentType: .unsupportedMediaType
        case .malformedKey, .bodyCutOff, .bodyEmpty, .notUTF8, .malformedJSON, .notAnObject, .nulCharacters: .badRequest
        case .unavailable: .serviceUnavailable
        case .full: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .internalError: .internalServerError
        case .serverUnreachable: .badGateway
        }
    }

    /// In English, with the names of its values in braces.
    var sentence: String {
        switch self {
        case .noSuchAddress: "There is nothing at this address."
        case .methodNotAllowed: "This address allows {methods}."
        case .malformedKey: "The Idempotency-Key must have 1 to 255 visible ASCII characters."
        case .wrongSignature: "The signature is wrong, old, or was used."
        case .bodyTooLarge: "The body must have at most {max} KiB."
        case .bodyCutOff: "The body ended early or its framing is malformed."
        case .bodyEmpty: "The body is empty; it must be a JSON object."
        case .wrongContentType: "The body must be JSON, with Content-Type application/json."
        case .notUTF8: "The body is not UTF-8."
        case .malformedJSON: "The body is not valid JSON: {reason}"
        case .notAnObject: "The body must be a JSON object."
        case .nulCharacters: "Text must not contain NUL characters."
        case .unavailable: "The database can't be reached at the moment. Try again in a few seconds."
        case .full: "The database's disk is full: nothing was changed."
        case .internalError: "Something went wrong on our side. The request id helps us find it."
        case .serverUnreachable: "The server can't be reached. Try again in a moment."
        }
    }
}

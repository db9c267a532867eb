import HTTPTypes

/// Why a request fails before or after its use case runs.
enum RequestProblem: String, CaseIterable, Sendable {
    // The head.
    case malformedHead = "malformed-head"
    case headTooLarge = "head-too-large"
    case wrongHost = "wrong-host"
    case addressMarks = "address-too-many-marks"
    case headerNotASCII = "header-not-ascii"

    // The request itself.
    case noSuchAddress = "no-such-address"
    case methodNotAllowed = "method-not-allowed"
    case malformedKey = "malformed-idempotency-key"
    case wrongSignature = "wrong-signature"

    // The body.
    case bodyTooLarge = "body-too-large"
    case bodyCutOff = "body-cut-off"
    case tooManyBodies = "too-many-bodies"
    case bodyEmpty = "body-empty"
    case wrongContentType = "wrong-content-type"
    case notUTF8 = "not-utf-8"
    case malformedJSON = "malformed-json"
    case notAnObject = "body-not-an-object"
    case bodyTooDeep = "body-too-deep"
    case bodyMarks = "body-too-many-marks"
    case numberTooLong = "number-too-long"
    case fieldNameNotASCII = "field-name-not-ascii"
    case nulCharacters = "nul-characters"

    // This server.
    case unavailable = "database-unavailable"
    case full = "disk-full"
    case diskFailure = "disk-failure"
    case internalError = "internal-error"

    /// Answered by `deploy/edge` in place of this server, which has the page about it.
    case serverUnreachable = "server-unreachable"

    var status: HTTPResponse.Status {
        switch self {
        case .noSuchAddress: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .wrongSignature: .notAcceptable
        case .bodyTooLarge: .contentTooLarge
        case .wrongContentType: .unsupportedMediaType
        case .headTooLarge: .requestHeaderFieldsTooLarge
        case .malformedHead, .wrongHost, .addressMarks, .headerNotASCII, .malformedKey, .bodyCutOff,
            .bodyEmpty, .notUTF8, .malformedJSON, .notAnObject, .bodyTooDeep, .bodyMarks, .numberTooLong,
            .fieldNameNotASCII, .nulCharacters:
            .badRequest
        case .unavailable, .diskFailure, .tooManyBodies: .serviceUnavailable
        case .full: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .internalError: .internalServerError
        case .serverUnreachable: .badGateway
        }
    }

    /// In English, with the names of its values in braces.
    var sentence: String {
        switch self {
        case .malformedHead: "The request's head is malformed."
        case .headTooLarge: "The request's head must have at most {max} KiB and {headers} headers."
        case .wrongHost: "The request must have one Host header, with a host and perhaps a port."
        case .addressMarks: "The address must not have more than {max} combining marks in a row."
        case .headerNotASCII: "The header {name} must have ASCII characters only."
        case .noSuchAddress: "There is nothing at this address."
        case .methodNotAllowed: "This address allows {methods}."
        case .malformedKey: "The Idempotency-Key must have 1 to 255 visible ASCII characters."
        case .wrongSignature: "The signature is wrong, too old or already used."
        case .bodyTooLarge: "The body must have at most {max} KiB."
        case .bodyCutOff: "The body ended early or its framing is malformed."
        case .tooManyBodies:
            "The server holds the bodies of too many requests at the moment. Try again in a few seconds."
        case .bodyEmpty: "The body is empty; it must be a JSON object."
        case .wrongContentType: "The body must be JSON, with Content-Type application/json."
        case .notUTF8: "The body is not UTF-8."
        case .malformedJSON: "The body is not valid JSON: {reason}"
        case .notAnObject: "The body must be a JSON object."
        case .bodyTooDeep: "The body must have at most {max} levels of objects and lists."
        case .bodyMarks: "The body must not have more than {max} combining marks in a row."
        case .numberTooLong: "A number in the body must have at most {max} characters."
        case .fieldNameNotASCII: "The names of fields have ASCII characters only."
        case .nulCharacters: "Text must not contain NUL characters."
        case .unavailable: "The database can't be reached at the moment. Try again in a few seconds."
        case .full: "The database's disk is full: nothing was changed."
        case .diskFailure: "The database's disk reports errors at the moment. Try again in a few seconds."
        case .internalError: "Something went wrong on the server. The request id helps to find it."
        case .serverUnreachable: "The server can't be reached. Try again in a moment."
        }
    }
}

/// Why an API token opens nothing, or not this.
public enum TokenRefusal: String, RefusalCode {
    case notFound = "token-not-found"
    case malformed = "token-malformed"
    case notValid = "token-not-valid"
    case expired = "token-expired"
    /// The token could have the permission, but wasn't given it.
    case scopeMissing = "token-scope-missing"
    /// No token can do it.
    case personal = "not-for-tokens"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .malformed, .notValid, .expired: .unauthenticated
        case .scopeMissing, .personal: .forbidden
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such API token."
        case .malformed: "This isn't a whole API token: part of it is missing or mistyped."
        case .notValid: "This API token was revoked or never was, or the person who made it can no longer sign in."
        case .expired: "This API token expired at {expiresAt}: make a new one."
        case .scopeMissing: "This API token doesn't have the scope {scope}."
        case .personal: "No API token can do this: a person has to sign in."
        }
    }
}

extension APIToken: Addressable {
    public static let notFound = Refusal(TokenRefusal.notFound)
}

/// Refusals of sign-ins and of changes to an account.
public enum AccountRefusal: String, RefusalCode {
    case signInNeeded = "sign-in-needed"
    case malformedAuthorization = "malformed-authorization"
    case linkTokenMissing = "link-token-missing"
    case wrongCredentials = "wrong-credentials"
    case sessionEnded = "session-ended"
    case linkUsed = "link-used"
    case linkExpired = "link-expired"
    /// The card is unknown, expired, replaced or spent.
    case cardNotValid = "card-not-valid"
    case wrongPin = "wrong-pin"
    /// The device's key can't sign the person in, or no longer.
    case phoneEnded = "phone-ended"
    /// A request with a cookie came from a page of another site.
    case otherSite = "request-from-another-site"
    /// A sensitive act, and the password was last confirmed more than ten minutes ago.
    case confirmAgain = "confirm-again"
    case sessionNotFound = "session-not-found"
    case phoneNotFound = "phone-not-found"
    case emailTaken = "email-taken"
    case noPendingEmail = "no-pending-email"
    /// The caller's email address is confirmed, or needn't be.
    case nothingToProve = "nothing-to-prove"
    /// The operator has closed registration (`POLIER_REGISTRATION=closed`).
    case registrationClosed = "registration-closed"
    case tooManyTries = "too-many-tries"
    case tooManySignIns = "too-many-sign-ins"

    public var kind: Refusal.Kind {
        switch self {
        case .signInNeeded, .malformedAuthorization, .linkTokenMissing, .wrongCredentials, .sessionEnded, .linkUsed,
            .linkExpired, .cardNotValid, .wrongPin, .phoneEnded:
            .unauthenticated
        case .otherSite, .confirmAgain, .registrationClosed: .forbidden
        case .sessionNotFound, .phoneNotFound, .noPendingEmail: .notFound
        case .emailTaken, .nothingToProve: .conflict
        case .tooManyTries: .tooMany
        case .tooManySignIns: .busy
        }
    }

    public var sentence: String {
        switch self {
        case .signInNeeded: "Sign in first: this needs an access token."
        case .malformedAuthorization: "The Authorization header must be 'Bearer' and an access token."
        case .linkTokenMissing: "The link's token is missing: send it as 'Authorization: Bearer'."
        case .wrongCredentials: "The email address or the password is wrong."
        case .sessionEnded: "The session has ended or never was: sign in again."
        case .linkUsed: "This link was used or has expired: ask for a new one."
        case .linkExpired: "This link has expired: ask for a new one."
        case .cardNotValid: "This card was used or has expired: ask for a new one."
        case .wrongPin: "The PIN is wrong: {left} more tries are left."
        case .phoneEnded: "This phone no longer signs the person in: ask for a new card."
        case .otherSite: "This request came from a page of another site."
        case .confirmAgain: "Confirm your password first: this needs it within the last ten minutes."
        case .sessionNotFound: "There is no such session."
        case .emailTaken: "There is already an account for this email address."
        case .phoneNotFound: "There is no such phone."
        case .noPendingEmail: "No email address waits to be confirmed."
        case .nothingToProve: "Your email address needs no proof."
        case .registrationClosed: "Companies don't register themselves on this server: ask the people who run it."
        case .tooManyTries: "This was tried too often: wait a while and try again."
        case .tooManySignIns: "Too many people are signing in at once. Try again in a few seconds."
        }
    }
}

extension Session: Addressable {
    public static let notFound = Refusal(AccountRefusal.sessionNotFound)
}

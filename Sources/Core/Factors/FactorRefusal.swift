/// Refusals about second factors.
public enum FactorRefusal: String, RefusalCode {
    /// The password is right, and the account has a second factor. The value `challenge`, which the sentence doesn't say, goes on to
    /// `/auth/second-factor`.
    case needed = "second-factor-needed"
    /// The person must have one, and may only add it.
    case missing = "second-factor-missing"
    case challengeEnded = "challenge-ended"
    case wrongCode = "wrong-code"
    /// A passkey isn't known, or isn't used as it has to be: all reasons look alike.
    case wrongPasskey = "wrong-passkey"
    /// The passkey is right, and hasn't been shown together with the account's present password yet.
    case passkeyNeedsPassword = "passkey-needs-password"
    case passkeysNotOffered = "passkeys-not-offered"
    /// The act needs a second factor that was shown in this session within ten minutes.
    case confirmWithFactor = "confirm-with-factor"
    /// After too many wrong codes of authenticator apps.
    case useRecoveryCode = "use-recovery-code"
    /// It was sealed under a key that this server doesn't have.
    case unreadable = "second-factor-unreadable"
    case noSecretKey = "no-secret-key"
    case notFound = "factor-not-found"
    case tooMany = "too-many-factors"
    case passwordNeeded = "factor-needs-password"
    case ownerResets = "owner-resets"

    public var kind: Refusal.Kind {
        switch self {
        case .needed, .challengeEnded, .wrongCode, .wrongPasskey, .passkeyNeedsPassword: .unauthenticated
        case .useRecoveryCode: .tooMany
        case .missing, .ownerResets, .confirmWithFactor: .forbidden
        case .notFound: .notFound
        case .unreadable, .noSecretKey, .tooMany, .passwordNeeded, .passkeysNotOffered: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .needed: "The password is right: now the second factor is needed ({kinds})."
        case .missing: "Your account needs a second factor: add one, and everything else is open to you."
        case .challengeEnded: "This sign-in took too long, or had too many wrong codes: begin again with the password."
        case .wrongCode: "The code is wrong or was used already: wait for the next one."
        case .wrongPasskey: "The passkey wasn't accepted: try again, or sign in with the password."
        case .passkeyNeedsPassword:
            "The password was changed: sign in with it and this passkey once, and the passkey is enough again."
        case .passkeysNotOffered: "Passkeys need an address with a name and HTTPS, which this server doesn't have."
        case .confirmWithFactor: "Confirm your second factor: what changes second factors needs one that you have."
        case .useRecoveryCode:
            "There were too many wrong codes: use a recovery code, or have the second factor reset."
        case .unreadable:
            "This server can no longer read your second factor: use a recovery code, or have the factor reset."
        case .noSecretKey:
            "This server has no key for second factors: the people who run it make one with 'polier create-key'."
        case .notFound: "There is no such second factor."
        case .tooMany: "An account has at most {max} second factors: remove one first."
        case .passwordNeeded: "A second factor goes with a password: sign in with yours, not with a card."
        case .ownerResets: "Only the owner resets a second factor."
        }
    }
}

extension Factor: Addressable {
    public static let notFound = Refusal(FactorRefusal.notFound)
}

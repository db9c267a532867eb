import Core
import Storage

/// A sign-in with a passkey alone.
struct PasskeyFields: BodyFields {
    let assertion: PasskeyAssertion

    init?(_ fields: inout FieldReader) {
        guard let assertion = fields.passkey("credential") else { return nil }
        self.assertion = assertion
    }
}

extension FieldReader {
    /// What a browser answered when it was asked for a passkey.
    mutating func passkey(_ name: String) -> PasskeyAssertion? {
        object(name, .assertion) { fields in
            let id = fields.bytes("id", .credentialID, max: Passkey.longestID, example: Example.credential)
            let clientData = fields.bytes("clientDataJSON", .clientData, max: Passkey.longestClientData, example: "e30")
            let data = fields.bytes("authenticatorData", .asAnswered, max: Passkey.longestData, example: "AAAA")
            let signature = fields.bytes(
                "signature", .asAnswered, max: Passkey.longestSignature, example: "MEUC")
            let handle: [UInt8]? = fields.optional("userHandle") {
                $0.bytes("userHandle", .userHandle, max: Passkey.longestHandle, example: "MDE5Mg")
            }
            guard let id, let clientData, let data, let signature else { return nil }
            return PasskeyAssertion(
                credential: id, clientData: clientData, authenticatorData: data, signature: signature,
                userHandle: handle)
        }
    }

    /// What a browser answered after it made a passkey.
    mutating func newPasskey(_ name: String) -> PasskeyRegistration? {
        object(name, "What the browser made, instead of a code: the properties of its `PublicKeyCredential`.") {
            fields in
            let id = fields.bytes("id", .credentialID, max: Passkey.longestID, example: Example.credential)
            let clientData = fields.bytes("clientDataJSON", .clientData, max: Passkey.longestClientData, example: "e30")
            let attestation = fields.bytes(
                "attestationObject", .asAnswered, max: Passkey.longestAttestation, example: "o2Nm")
            guard let id, let clientData, let attestation else { return nil }
            return PasskeyRegistration(credential: id, clientData: clientData, attestation: attestation)
        }
    }
}

extension Meaning {
    fileprivate static var credentialID: Meaning { "The passkey's id." }
    fileprivate static var clientData: Meaning { "As the browser answered: the challenge is in it." }
    fileprivate static var asAnswered: Meaning { "As the browser answered." }
    fileprivate static var userHandle: Meaning { "As the browser answered. A sign-in without a password needs it." }
    fileprivate static var assertion: Meaning {
        "What the browser answered when it was asked for a passkey: the properties of its `PublicKeyCredential`."
    }
}

extension Example {
    /// The id of a passkey.
    fileprivate static let credential = "q83vEjRWeJCrze8SNFZ4kA"
}

/// A challenge as it is sent.
struct PasskeyOffer: Wire {
    let challenge: PasskeyChallenge
    let relyingParty: String

    static let schemaName = "PasskeyChallenge"
    static let example = PasskeyOffer(
        challenge: PasskeyChallenge(bytes: Array("polier".utf8), issuedAt: Example.morning),
        relyingParty: "polier.example.de")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("challenge", challenge.text, "What the passkey signs, in base64url.")
        fields.text("rpId", relyingParty, "The host that passkeys are for.")
        fields.instant("expiresAt", challenge.expiresAt, "Until when it is accepted.")
    }
}

extension NewPasskey: Wire {
    static let example = NewPasskey(
        challenge: "cG9saWVy", relyingParty: "polier.example.de", userHandle: "MDE5Mg",
        userName: "lena.vogt@fliesen-brandt.example", displayName: "Lena Vogt", excluded: [Example.credential])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("challenge", challenge, "What the browser signs, in base64url.")
        fields.text("rpId", relyingParty, "The host that the passkey is for.")
        fields.text("rpName", "Polier", "What the passkey is for, in words.")
        fields.text("userHandle", userHandle, "By which the passkey remembers its owner, in base64url.")
        fields.text("userName", userName, "The account, as the browser shows it.")
        fields.text("displayName", displayName, "The person's name, as the browser shows it.")
        fields.list("exclude", excluded.map(Excluded.init), "The passkeys that the account has already.")
    }

    struct Excluded: Wire {
        let id: String

        static let schemaName = "ExcludedPasskey"
        static let example = Excluded(id: Example.credential)

        func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
            fields.text("id", id, "The passkey's id, in base64url.")
        }
    }
}

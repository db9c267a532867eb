import Core
import Storage

/// The second step of signing in.
struct SecondFactorFields: BodyFields {
    let challenge: String
    let proof: FactorProof

    init?(_ fields: inout FieldReader) {
        let challenge = fields.secret(
            "challenge", "The value `challenge` of the refusal `second-factor-needed`.", example: "5a5a")
        let code: String? = fields.optional("code") {
            $0.secret(
                "code",
                """
                A code of the authenticator app, or a recovery code; blanks and hyphens are ignored. This or `credential` is needed.
                """, example: "287082")
        }
        let assertion: PasskeyAssertion? = fields.optional("credential") { $0.passkey("credential") }
        fields.leaveOutOfExample("credential")
        guard let proof = FactorProof(code: code, assertion: assertion) else {
            if fields.problems.isEmpty { fields.report("code", .missing) }
            return nil
        }
        guard let challenge else { return nil }
        (self.challenge, self.proof) = (challenge, proof)
    }
}

extension FactorProof {
    /// A passkey if both are given; nil for neither.
    init?(code: String?, assertion: PasskeyAssertion?) {
        if let assertion {
            self = .passkey(assertion)
        } else if let code {
            self = .code(code)
        } else {
            return nil
        }
    }
}

/// A factor that is to be begun.
struct NewFactorFields: BodyFields {
    let kind: Factor.Kind
    let name: String?

    init?(_ fields: inout FieldReader) {
        let kind: Factor.Kind? = fields.choice("kind", .factorKind)
        name = fields.optional("name") { $0.line("name", .factorName, max: 50, example: Factor.example.name ?? "") }
        guard let kind else { return nil }
        self.kind = kind
    }
}

/// What puts a factor to use.
struct FactorCodeFields: BodyFields {
    let first: Factors.First

    init?(_ fields: inout FieldReader) {
        let code: String? = fields.optional("code") {
            $0.secret(
                "code", "What the authenticator app shows now. This or `credential` is needed.", example: "287082")
        }
        let made: PasskeyRegistration? = fields.optional("credential") { $0.newPasskey("credential") }
        fields.leaveOutOfExample("credential")
        if let made {
            first = .passkey(made)
        } else if let code {
            first = .code(code)
        } else {
            if fields.problems.isEmpty { fields.report("code", .missing) }
            return nil
        }
    }
}

extension Meaning {
    fileprivate static var factorKind: Meaning { "TOTP is an authenticator app, PASSKEY a passkey." }
    fileprivate static var factorName: Meaning { "What the person calls it, such as their phone; null for nothing." }
}

extension Factor: Wire {
    static let example = Factor(
        id: Example.id(32), kind: .totp, name: "Handy", createdAt: Example.morning, usedAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.choice("kind", kind, .factorKind)
        fields.text("name", name, .factorName)
        fields.instant("createdAt", createdAt, .createdAt)
        fields.instant("usedAt", usedAt, "When it was last accepted.")
    }
}

extension Factors.New: Wire {
    static let schemaName = "NewFactor"
    static let example = Factors.New(
        id: Example.id(32), secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        uri: "otpauth://totp/Polier:lena.vogt@fliesen-brandt.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        passkey: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text(
            "secret", secret,
            "What is typed into an authenticator app that can't scan, in base32; empty for a passkey.")
        fields.text("uri", uri, "The same as an address, for apps on the same phone; empty for a passkey.")
        fields.object("qr", ifThere: uri.isEmpty ? nil : QRCode(uri), "The address as a QR code.")
        fields.object("passkey", ifThere: passkey, "What a browser needs to make a passkey, if it is to be one.")
    }
}

/// New recovery codes, which are shown once.
struct RecoveryCodes: Wire {
    let codes: [String]

    static let example = RecoveryCodes(codes: ["7KQM-4XTA-9C2D-HH3V"])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.list(
            "recoveryCodes", codes.map(Code.init),
            "Codes that each sign in once in place of the second factor; empty if the account has some already.")
    }

    struct Code: Wire {
        let code: String

        static let schemaName = "RecoveryCode"
        static let example = Code(code: "7KQM-4XTA-9C2D-HH3V")

        func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
            fields.text("code", code, "The code; case, blanks and hyphens make no difference.")
        }
    }
}

struct RecoveryCodesLeft: Wire {
    let count: Int

    static let example = RecoveryCodesLeft(count: 9)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("left", count, "How many codes are unused.")
    }
}

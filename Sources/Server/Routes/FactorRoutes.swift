import Core
import HTTPTypes
import Hummingbird
import Storage

/// Second factors: the second step of signing in, one's own factors, and lost ones of others.
struct FactorRoutes {
    let accounts: Accounts
    let factors: Factors
    let signedIn: SignedInRoutes
    let cookies: BrowserCookies

    private static let own = "/api/v1/users/me/factors"
    private static let ofPerson = "/api/v1/companies/{companyId}/users/{userId}/factors"

    var routes: [Route] { [secondStep] + passkeys + ownRoutes + lost }

    private var secondStep: Route {
        let (accounts, cookies) = (accounts, cookies)
        return .open(
            .post, "/api/v1/auth/second-factor", in: .auth,
            .init(
                "Sign in with the second factor",
                """
                Takes the challenge with which `/auth/signin` refused a right password (`second-factor-needed`), and a code of the \
                authenticator app, a recovery code, or what the browser answered when it was asked for a passkey with the challenge's \
                characters as bytes. The answer is that of `/auth/signin`. A code works once, and a challenge for five minutes and five \
                tries. Wrong ones count like wrong passwords, and after fifty wrong codes of one account within a week no code of an \
                authenticator app is accepted.
                """),
            result: .one(Accounts.SignIn.self, .ok, "Signed in."),
            refusals: [
                .of(FactorRefusal.challengeEnded), .of(FactorRefusal.wrongCode), .of(FactorRefusal.wrongPasskey),
                .of(FactorRefusal.unreadable), .of(FactorRefusal.useRecoveryCode), .of(CompanyRefusal.suspended),
                .of(AccountRefusal.tooManyTries, "Too many failures of this account, or from this network address."),
            ]
        ) { (call, fields: SecondFactorFields) in
            cookies.answer(
                try await accounts.signIn(
                    challenge: fields.challenge, by: fields.proof, from: cookies.origin(of: call)))
        }
    }

    private var passkeys: [Route] {
        let (accounts, cookies) = (accounts, cookies)
        return [
            Route(
                .post, "/api/v1/auth/passkey-challenge", in: .auth, .anyone,
                .init(
                    "Ask for a challenge that a passkey signs",
                    """
                    What a browser needs to ask for a passkey (WebAuthn): for a sign-in without a password, or for `/auth/confirm`. It \
                    is valid for five minutes. Passkeys are offered where the server's public address has a name and HTTPS, and on \
                    localhost.
                    """),
                result: .one(PasskeyOffer.self, .ok, "The challenge."),
                refusals: [.of(FactorRefusal.passkeysNotOffered), .of(FactorRefusal.noSecretKey)]
            ) { _ in
                let (challenge, party) = try accounts.passkeyChallenge()
                return .one(PasskeyOffer(challenge: challenge, relyingParty: party.id))
            },
            .open(
                .post, "/api/v1/auth/passkey", in: .auth,
                .init(
                    "Sign in with a passkey",
                    """
                    Takes what the browser answered to the challenge of `/auth/passkey-challenge`. The passkey is both factors, so there \
                    is no second step. The answer is that of `/auth/signin`. A challenge works once, and none that is older than the \
                    last one that the passkey signed. All failures look alike, and count like wrong passwords of a network address; but for a \
                    passkey that hasn't been shown together with the account's present password: it is only the second factor, until \
                    someone signs in with both.
                    """),
                result: .one(Accounts.SignIn.self, .ok, "Signed in."),
                refusals: [
                    .of(FactorRefusal.wrongPasskey), .of(FactorRefusal.passkeyNeedsPassword),
                    .of(FactorRefusal.passkeysNotOffered),
                    .of(FactorRefusal.noSecretKey), .of(CompanyRefusal.suspended),
                    .of(AccountRefusal.tooManyTries, "Too many failures from this network address."),
                ]
            ) { (call, fields: PasskeyFields) in
                cookies.answer(
                    try await accounts.signIn(passkey: fields.assertion, from: cookies.origin(of: call)))
            },
        ]
    }

    private var ownRoutes: [Route] {
        // Who has to have a factor first can add one, and nothing else.
        let (factors, signedIn) = (factors, signedIn.evenWithoutFactor)
        let rows = signedIn.rows
        return [
            signedIn.list(
                Self.own, in: .users, .signedIn,
                .init(
                    "List your second factors",
                    "The authenticator apps and passkeys that signing in asks for, oldest first."),
                by: .id()
            ) { (_, caller: AsThemselves, page) in try await factors.own(page, as: caller.actor) },
            signedIn.custom(
                .post, Self.own, in: .users, .signedIn,
                .init(
                    "Begin a second factor",
                    """
                    Makes the secret of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds), or says what a browser needs to \
                    make a passkey (WebAuthn level 2: ES256, discoverable, with user verification, without attestation). Signing in asks \
                    for it once `activate` was called with its first code or with the passkey, within an hour; until then another call \
                    forgets it. A person who has a factor already must have shown it in this session within ten minutes. The account must have \
                    a password, and a session that began with a phone's PIN isn't enough.
                    """),
                request: RequestDescription(body: NewFactorFields.description),
                result: .one(Factors.New.self, .created, "The secret or the challenge, which is shown this once."),
                confirmation: .needed, changes: true,
                refusals: [
                    .of(FactorRefusal.noSecretKey), .of(FactorRefusal.passwordNeeded), .of(FactorRefusal.tooMany),
                    .of(FactorRefusal.passkeysNotOffered), .of(FactorRefusal.confirmWithFactor),
                ]
            ) { (call, caller: AsThemselves) in
                let fields: NewFactorFields = try await RequestBody(of: call.request).read()
                return .one(
                    try await rows.make(
                        factors.begin(fields.kind, named: fields.name, as: caller.actor), in: caller.companyID),
                    .created)
            },
            signedIn.custom(
                .post, Self.own + "/{factorId}/activate", in: .users, .signedIn,
                .init(
                    "Put a second factor to use",
                    """
                    Takes the first code of the authenticator app, or the passkey that the browser made. From then on signing in asks \
                    for one. The answer holds ten recovery codes if the account had none left. With the first factor all other \
                    sessions of the account end.
                    """),
                request: RequestDescription(body: FactorCodeFields.description),
                result: .one(RecoveryCodes.self, .ok, "The factor is in use."),
                changes: true,
                refusals: [
                    .of(FactorRefusal.notFound), .of(FactorRefusal.passkeysNotOffered), .of(FactorRefusal.noSecretKey),
                    .of(FactorRefusal.passwordNeeded),
                ]
            ) { (call, caller: AsThemselves) in
                let fields: FactorCodeFields = try await RequestBody(of: call.request).read()
                let change = factors.activate(try call.id("factorId"), by: fields.first, as: caller.actor)
                return .one(RecoveryCodes(codes: try await rows.make(change, in: caller.companyID)))
            },
            signedIn.remove(
                Self.own + "/{factorId}", in: .users, .signedIn,
                .init(
                    "Remove one of your second factors",
                    """
                    With the last one the recovery codes go too, and signing in asks for the password alone. The account's other \
                    sessions end. A factor must have been shown in this session within ten minutes, by the sign-in or `/auth/confirm`.
                    """),
                isConditional: false, confirmation: .needed, refusals: [.of(FactorRefusal.confirmWithFactor)]
            ) { (call, caller: AsThemselves) in factors.remove(try call.id("factorId"), as: caller.actor) },
            signedIn.one(
                "/api/v1/users/me/recovery-codes", in: .users, .signedIn,
                .init("Count your recovery codes", "How many are left. The codes are shown only when they are made.")
            ) { (_, caller: AsThemselves) in
                RecoveryCodesLeft(count: try await factors.codesLeft(as: caller.actor))
            },
            signedIn.custom(
                .post, "/api/v1/users/me/recovery-codes", in: .users, .signedIn,
                .init(
                    "Make new recovery codes",
                    """
                    Ten new ones; the old ones stop working. A factor must have been shown in this session within ten minutes, by the \
                    sign-in or `/auth/confirm`.
                    """),
                result: .one(RecoveryCodes.self, .ok, "The codes, which are shown this once."), confirmation: .needed,
                changes: true,
                refusals: [
                    .of(FactorRefusal.notFound, "The caller has no second factor."),
                    .of(FactorRefusal.confirmWithFactor),
                ]
            ) { (_, caller: AsThemselves) in
                let change = factors.renewCodes(as: caller.actor)
                return .one(RecoveryCodes(codes: try await rows.make(change, in: caller.companyID)))
            },
        ]
    }

    private var lost: [Route] {
        let factors = factors
        return [
            signedIn.list(
                Self.ofPerson, in: .users, .may(.changeUsers),
                .init("List a person's second factors", "Which ones signing in asks them for, oldest first."), by: .id()
            ) { (call, company: InCompany, page) in
                try await factors.of(try call.id("userId"), page, in: company.scope)
            },
            signedIn.remove(
                Self.ofPerson, in: .users, .may(.changeUsers),
                .init(
                    "Reset a person's second factors",
                    """
                    For a person who lost theirs: all their factors and recovery codes go, their sessions end, and a mail tells them. The \
                    owner can do it, and operators.
                    """),
                isConditional: false, confirmation: .needed,
                refusals: [
                    .of(FactorRefusal.ownerResets), .of(FactorRefusal.confirmWithFactor),
                    .of(FactorRefusal.notFound, "The person has none."),
                ]
            ) { (call, company: InCompany) in try factors.reset(of: try call.id("userId"), in: company.scope) },
            signedIn.remove(
                "/api/v1/users/{userId}/factors", in: .users, .may(.operate),
                .init(
                    "Reset anyone's second factors",
                    "For operators: the same for another operator, or a person of any company."),
                isConditional: false, confirmation: .needed,
                refusals: [
                    .of(FactorRefusal.confirmWithFactor), .of(FactorRefusal.notFound, "The person has none."),
                ]
            ) { (call, caller: AsThemselves) in try factors.reset(anywhere: try call.id("userId"), as: caller.actor) },
        ]
    }
}

extension BrowserCookies {
    /// Answers a sign-in. Browsers get the session as a cookie, and a second one by which the account knows them.
    func answer(_ signIn: Accounts.SignIn) -> Answer {
        var answer = Answer.one(signIn)
        answer.headers[.setCookie] = session.set(signIn.token, lasting: Session.lifetime)
        if let new = signIn.newBrowser {
            answer.headers.append(HTTPField(name: .setCookie, value: browser.set(new, lasting: KnownBrowser.lifetime)))
        }
        return answer
    }
}

private struct SecondFactorFields: BodyFields {
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

private struct PasskeyFields: BodyFields {
    let assertion: PasskeyAssertion

    init?(_ fields: inout FieldReader) {
        guard let assertion = fields.passkey("credential") else { return nil }
        self.assertion = assertion
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
    fileprivate mutating func newPasskey(_ name: String) -> PasskeyRegistration? {
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

private struct NewFactorFields: BodyFields {
    let kind: Factor.Kind
    let name: String?

    init?(_ fields: inout FieldReader) {
        let kind: Factor.Kind? = fields.choice("kind", .factorKind)
        name = fields.optional("name") { $0.line("name", .factorName, max: 50, example: Factor.example.name ?? "") }
        guard let kind else { return nil }
        self.kind = kind
    }
}

private struct FactorCodeFields: BodyFields {
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
private struct PasskeyOffer: Wire {
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

private struct RecoveryCodes: Wire {
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

private struct RecoveryCodesLeft: Wire {
    let count: Int

    static let example = RecoveryCodesLeft(count: 9)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("left", count, "How many codes are unused.")
    }
}

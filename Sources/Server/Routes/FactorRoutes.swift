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

    var routes: [Route] { [secondStep] + ownRoutes + lost }

    private var secondStep: Route {
        let (accounts, cookies) = (accounts, cookies)
        return .open(
            .post, "/api/v1/auth/second-factor", in: .auth,
            .init(
                "Sign in with the second factor",
                """
                Takes the challenge with which `/auth/signin` refused a right password (`second-factor-needed`), and a code of the \
                authenticator app or a recovery code. The answer is that of `/auth/signin`. A code works once, and a challenge for five \
                minutes and five codes. Wrong codes count like wrong passwords, and after fifty of one account within a week only \
                recovery codes are accepted.
                """),
            result: .one(Accounts.SignIn.self, .ok, "Signed in."),
            refusals: [
                .of(FactorRefusal.challengeEnded), .of(FactorRefusal.wrongCode), .of(FactorRefusal.unreadable),
                .of(FactorRefusal.useRecoveryCode), .of(CompanyRefusal.suspended),
                .of(AccountRefusal.tooManyTries, "Too many failures of this account, or from this network address."),
            ]
        ) { (call, fields: SecondFactorFields) in
            cookies.answer(
                try await accounts.signIn(
                    challenge: fields.challenge, code: fields.code, from: cookies.origin(of: call)))
        }
    }

    private var ownRoutes: [Route] {
        // Who has to have a factor first can add one, and nothing else.
        let (factors, signedIn) = (factors, signedIn.evenWithoutFactor)
        let rows = signedIn.rows
        return [
            signedIn.list(
                Self.own, in: .users, .signedIn,
                .init("List your second factors", "The authenticator apps that signing in asks for, oldest first."),
                by: .id()
            ) { (_, caller: AsThemselves, page) in try await factors.own(page, as: caller.actor) },
            signedIn.custom(
                .post, Self.own, in: .users, .signedIn,
                .init(
                    "Begin a second factor",
                    """
                    Makes the secret of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds). Signing in asks for it once \
                    `activate` was called with its first code, within an hour; until then another call forgets it.
                    """),
                request: RequestDescription(body: NewFactorFields.description),
                result: .one(Factors.New.self, .created, "The secret, which is shown this once."),
                confirmation: .needed, changes: true,
                refusals: [
                    .of(FactorRefusal.noSecretKey), .of(FactorRefusal.passwordNeeded), .of(FactorRefusal.tooMany),
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
                    Takes the first code of the authenticator app. From then on signing in asks for one. The answer holds ten recovery \
                    codes if the account had none left. With the first factor all other sessions of the account end.
                    """),
                request: RequestDescription(body: FactorCodeFields.description),
                result: .one(RecoveryCodes.self, .ok, "The factor is in use."),
                changes: true,
                refusals: [.of(FactorRefusal.notFound)]
            ) { (call, caller: AsThemselves) in
                let fields: FactorCodeFields = try await RequestBody(of: call.request).read()
                let change = factors.activate(try call.id("factorId"), code: fields.code, as: caller.actor)
                return .one(RecoveryCodes(codes: try await rows.make(change, in: caller.companyID)))
            },
            signedIn.remove(
                Self.own + "/{factorId}", in: .users, .signedIn,
                .init(
                    "Remove one of your second factors",
                    "With the last one the recovery codes go too, and signing in asks for the password alone."),
                isConditional: false, confirmation: .needed
            ) { (call, caller: AsThemselves) in factors.remove(try call.id("factorId"), as: caller.actor) },
            signedIn.one(
                "/api/v1/users/me/recovery-codes", in: .users, .signedIn,
                .init("Count your recovery codes", "How many are left. The codes are shown only when they are made.")
            ) { (_, caller: AsThemselves) in
                RecoveryCodesLeft(count: try await factors.codesLeft(as: caller.actor))
            },
            signedIn.custom(
                .post, "/api/v1/users/me/recovery-codes", in: .users, .signedIn,
                .init("Make new recovery codes", "Ten new ones; the old ones stop working."),
                result: .one(RecoveryCodes.self, .ok, "The codes, which are shown this once."), confirmation: .needed,
                changes: true,
                refusals: [.of(FactorRefusal.notFound, "The caller has no second factor.")]
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
                refusals: [.of(FactorRefusal.ownerResets), .of(FactorRefusal.notFound, "The person has none.")]
            ) { (call, company: InCompany) in try factors.reset(of: try call.id("userId"), in: company.scope) },
            signedIn.remove(
                "/api/v1/users/{userId}/factors", in: .users, .may(.operate),
                .init(
                    "Reset anyone's second factors",
                    "For operators: the same for another operator, or a person of any company."),
                isConditional: false, confirmation: .needed,
                refusals: [.of(FactorRefusal.notFound, "The person has none.")]
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
    let code: String

    init?(_ fields: inout FieldReader) {
        let challenge = fields.secret(
            "challenge", "The value `challenge` of the refusal `second-factor-needed`.", example: "5a5a")
        let code = fields.secret(
            "code", "A code of the authenticator app, or a recovery code; blanks and hyphens are ignored.",
            example: "287082")
        guard let challenge, let code else { return nil }
        (self.challenge, self.code) = (challenge, code)
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
    let code: String

    init?(_ fields: inout FieldReader) {
        let code = fields.secret("code", "What the authenticator app shows now.", example: "287082")
        guard let code else { return nil }
        self.code = code
    }
}

extension Meaning {
    fileprivate static var factorKind: Meaning { "TOTP is an authenticator app." }
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
        fields.instant("usedAt", usedAt, "When a code of it was last accepted.")
    }
}

extension Factors.New: Wire {
    static let schemaName = "NewFactor"
    static let example = Factors.New(
        id: Example.id(32), secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        uri: "otpauth://totp/Polier:lena.vogt@fliesen-brandt.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("secret", secret, "What is typed into an authenticator app that can't scan, in base32.")
        fields.text("uri", uri, "The same as an address, for apps on the same phone.")
        fields.object("qr", ifThere: QRCode(uri), "The address as a QR code.")
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

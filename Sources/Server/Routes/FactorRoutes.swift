import Core
import HTTPTypes
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

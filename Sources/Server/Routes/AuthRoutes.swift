import Core
import HTTPTypes
import Storage

struct AuthRoutes {
    let accounts: Accounts
    let profile: Profile
    let signedIn: SignedInRoutes
    let cookies: BrowserCookies
    let registrationIsOpen: Bool

    var routes: [Route] {
        let (accounts, profile, cookies) = (accounts, profile, cookies)
        let (runtime, registrationIsOpen) = (signedIn.runtime, registrationIsOpen)
        return [
            .open(
                .post, "/api/v1/auth/register", in: .auth,
                .init(
                    "Register a company",
                    """
                    Creates a company with its first manager, who can sign in at once. If the server has a public address and \
                    mail, it sends them a link that confirms their email address; until then the company can't mail or invite \
                    anyone.
                    """),
                result: .one(Registered.self, .created, "The company and its manager were created."),
                refusals: [
                    .of(AccountRefusal.registrationClosed), .of(AccountRefusal.emailTaken),
                    .of(AccountRefusal.tooManySignIns),
                    .of(AccountRefusal.tooManyTries, "More than 30 registrations an hour from one network address."),
                ]
            ) { (call, fields: Registration) in
                guard registrationIsOpen else { throw Refusal(AccountRefusal.registrationClosed) }
                let user = try await accounts.register(
                    fields.person, company: fields.companyName, address: fields.address, language: fields.language,
                    breakRule: fields.breakRule, from: call.origin)
                return .one(Registered(message: "The company is registered: sign in.", user: user), .created)
            },
            .open(
                .post, "/api/v1/auth/signin", in: .auth,
                .init(
                    "Sign in",
                    """
                    Returns an access token that is valid for 30 days, and sets it as a cookie for browsers. An unknown address \
                    and a wrong password get the same answer. After ten failures of one account, or a hundred from one network \
                    address, within 15 minutes, even the right password is refused for a while. A browser that signs in on a page \
                    of this server gets a second cookie that identifies it to the account: its failures are counted separately, \
                    and others' failures don't lock it out.

                    An account with a second factor gets 401 with the code `second-factor-needed` for a right password, and goes on at \
                    `/auth/second-factor` with `params.challenge`.
                    """),
                result: .one(Accounts.SignIn.self, .ok, "Signed in."),
                refusals: [
                    .of(AccountRefusal.wrongCredentials), .of(FactorRefusal.needed), .of(AccountRefusal.tooManySignIns),
                    .of(CompanyRefusal.suspended),
                    .of(
                        AccountRefusal.tooManyTries, "Too many failures of this account, or from this network address."),
                ]
            ) { (call, fields: Credentials) in
                cookies.answer(
                    try await accounts.signIn(
                        email: fields.email, password: fields.password, from: cookies.origin(of: call)))
            },
            signedIn.evenWithoutFactor.custom(
                .post, "/api/v1/auth/signout", in: .auth, .signedIn,
                .init("Sign out", "Ends the session of the request."), result: .noContent,
                evenSuspended: true
            ) { (_, caller: AsThemselves) in
                try await accounts.signOut(caller.actor)
                var answer = Answer.noContent
                answer.headers[.setCookie] = cookies.session.clear
                answer.headers[.clearSiteData] = SessionCookie.clearedData
                return answer
            },
            .open(
                .post, "/api/v1/auth/reset-password", in: .auth,
                .init(
                    "Request a new password",
                    """
                    Mails a link that sets a new password within an hour. The answer is the same whether or not the account \
                    exists. After 15 mails an hour to one account no further mail is sent, and the last link stays valid.
                    """),
                result: .one(Message.self, .accepted, "The request was accepted."),
                refusals: [
                    .of(
                        AccountRefusal.tooManyTries,
                        """
                        More than 5 an hour for one account from one network address, or from a browser that it knows; or 30 in all \
                        from one network address.
                        """)
                ]
            ) { (call, fields: EmailField) in
                try await accounts.resetPassword(email: fields.email, from: cookies.origin(of: call))
                return .one(
                    Message(text: "If there is an account for this address, a link is on its way to it."), .accepted)
            },
            .open(
                .post, "/api/v1/auth/set-password", in: .auth, by: .oneTimeToken,
                .init(
                    "Set a password with a link",
                    """
                    Takes the token from an invitation or a password link as the bearer token. The person becomes ACTIVE, and all \
                    their sessions end.
                    """),
                result: .one(User.self, .ok, "The password was set; sign in with it."),
                refusals: [
                    .of(AccountRefusal.linkUsed), .of(AccountRefusal.linkTokenMissing),
                    .of(AccountRefusal.malformedAuthorization), .of(AccountRefusal.tooManySignIns),
                ]
            ) { (call, fields: PasswordField) in
                guard let token = try call.bearerToken else {
                    throw Refusal(AccountRefusal.linkTokenMissing)
                }
                return .one(try await accounts.setPassword(fields.password, token: token, from: call.source))
            },
            .open(
                .post, "/api/v1/auth/verify", in: .auth,
                .init(
                    "Confirm a founder's address with a link",
                    """
                    Takes the token from the link that was mailed to the person who registered a company; from then on the company \
                    can mail and invite people. Setting a password with a mailed link, or confirming another address, has the \
                    same effect.
                    """),
                result: .one(ConfirmedAddress.self, .ok, "The address is confirmed."),
                refusals: [.of(AccountRefusal.linkUsed), .of(AccountRefusal.linkExpired)]
            ) { (call, fields: TokenField) in
                .one(ConfirmedAddress(email: try await accounts.proveAddress(token: fields.token, from: call.source)))
            },
            signedIn.change(
                .post, "/api/v1/auth/verify/resend", in: .auth, .signedIn,
                .init(
                    "Mail the link that confirms a founder's address again",
                    "For the person who registered a company: a new link, valid for 7 days; the old one stops working."),
                status: .accepted,
                refusals: [
                    .of(AccountRefusal.nothingToProve),
                    .of(AccountRefusal.tooManyTries, "More than 10 mails an hour to this address."),
                ]
            ) { (_, caller: AsThemselves, _: NoFields) in
                accounts.resendProof(as: caller.actor).map { _ in
                    Message(text: "A link is on its way to \(caller.actor.user.label).")
                }
            },
            .open(
                .post, "/api/v1/auth/email/confirm", in: .auth,
                .init(
                    "Confirm a new address with a link",
                    """
                    Takes the token from the link that was mailed to a new address, which replaces the old one. For 7 days the \
                    change can be undone from the old address. If someone else requested the change, the person's sessions end.
                    """),
                result: .one(ConfirmedAddress.self, .ok, "The new address is in use."),
                refusals: [
                    .of(AccountRefusal.linkUsed),
                    .of(
                        AccountRefusal.emailTaken,
                        "The address has an account already, or recently belonged to another."),
                ]
            ) { (call, fields: TokenField) in
                .one(ConfirmedAddress(email: try await accounts.confirmEmail(token: fields.token, from: call.source)))
            },
            .open(
                .post, "/api/v1/auth/email/restore", in: .auth,
                .init(
                    "Undo a change of the address with a link",
                    """
                    Takes the token from the link that was mailed to the old address. That address is restored, whatever was \
                    changed since; the password stops working, all sessions end, and a link that sets a new password is mailed \
                    to it.
                    """),
                result: .one(ConfirmedAddress.self, .ok, "The old address was restored."),
                refusals: [.of(AccountRefusal.linkUsed), .of(AccountRefusal.emailTaken)]
            ) { (call, fields: TokenField) in
                .one(ConfirmedAddress(email: try await accounts.restoreEmail(token: fields.token, from: call.source)))
            },
            signedIn.evenWithoutFactor.custom(
                .post, "/api/v1/auth/confirm", in: .auth, .signedIn,
                .init(
                    "Confirm the password, the PIN or the second factor",
                    """
                    Takes the caller's password, the PIN of the phone on which the session began, a code of their authenticator app, a \
                    recovery code, or a passkey's answer to a challenge of `/auth/passkey-challenge`; for the next ten minutes this \
                    session may make the sensitive requests, which are those with `x-confirmation` here. What changes second factors \
                    needs one of them: the password isn't enough. Signing in counts as a confirmation. Wrong passwords are counted as \
                    in a change of password, wrong PINs as in a sign-in.
                    """),
                request: RequestDescription(body: ConfirmationFields.description),
                result: .one(ConfirmedUntil.self, .ok, "The password or the PIN is right."),
                refusals: [
                    .of(AccountRefusal.tooManySignIns),
                    .of(AccountRefusal.tooManyTries, "The password was guessed too often."),
                    .of(AccountRefusal.wrongPin), .of(AccountRefusal.phoneEnded, "The tenth wrong PIN."),
                    .of(FactorRefusal.unreadable), .of(FactorRefusal.passkeysNotOffered),
                    .of(FactorRefusal.noSecretKey),
                ]
            ) { (call, caller: AsThemselves) in
                let fields: ConfirmationFields = try await RequestBody(of: call.request).read()
                let until =
                    switch fields.secret {
                    case .password(let password): try await accounts.confirm(password, as: caller.actor)
                    case .pin(let pin): try await accounts.confirm(pin: pin, as: caller.actor)
                    case .factor(let proof): try await accounts.confirm(by: proof, as: caller.actor)
                    }
                return .one(ConfirmedUntil(until: until))
            },
            signedIn.evenWithoutFactor.one(
                "/api/v1/auth/confirm", in: .auth, .signedIn,
                .init(
                    "Read how long the password stays confirmed",
                    "Until when this session may make sensitive requests.")
            ) { (_, caller: AsThemselves) in ConfirmedUntil(until: caller.actor.confirmedUntil(now: runtime.now())) },
            signedIn.list(
                "/api/v1/auth/sessions", in: .auth, .signedIn,
                .init(
                    "List your sessions",
                    """
                    Where the caller is signed in, newest first. A browser's session also ends after 14 days without use; one \
                    whose token was never sent as a cookie lasts until `expiresAt`.
                    """), by: .id()
            ) { (_, caller: AsThemselves, page) in
                let sessions = try await profile.sessions(page, as: caller.actor)
                return Page(
                    items: sessions.items.map { OwnSession(session: $0, isCurrent: $0.id == caller.actor.session) },
                    next: sessions.next)
            },
            signedIn.remove(
                "/api/v1/auth/sessions/{sessionId}", in: .auth, .signedIn,
                .init("End a session", "Signs the caller out on another device, or on this one."), isConditional: false,
                confirmation: .neededForOtherSessions
            ) { (call, caller: AsThemselves) in
                profile.endSession(try call.id("sessionId"), as: caller.actor)
            },
        ]
    }
}

private struct Registration: BodyFields {
    let person: Accounts.NewPerson
    let companyName: String
    let address: Address
    let language: Language
    let breakRule: BreakRule

    init?(_ fields: inout FieldReader) {
        let (email, password) = (
            fields.email("email", "The email address that the manager signs in with."), fields.newPassword("password")
        )
        let firstName = fields.name("firstName", "The manager's first name.", max: 100, of: .sender, example: "Sabine")
        let lastName = fields.name("lastName", "The manager's last name.", max: 100, of: .sender, example: "Brandt")
        let companyName = fields.name("companyName", "The company's name.", of: .sender, example: "Fliesen Brandt GmbH")
        let address = fields.address("address", "The company's address.")
        language = fields.choice("language", .language, default: .german)
        breakRule = fields.choice("breakRule", .breakRule, default: .none)
        guard let email, let password, let firstName, let lastName, let companyName, let address else { return nil }
        person = Accounts.NewPerson(email: email, password: password, firstName: firstName, lastName: lastName)
        (self.companyName, self.address) = (companyName, address)
    }
}

private struct Credentials: BodyFields {
    let email: String
    let password: String

    init?(_ fields: inout FieldReader) {
        let email = fields.secret(
            "email", "The email address of the account; case makes no difference.",
            example: "sabine@fliesen-brandt.example")
        let password = fields.secret("password", "The password of the account.", example: "Kelle und Fugbrett")
        guard let email, let password else { return nil }
        (self.email, self.password) = (email, password)
    }
}

private struct EmailField: BodyFields {
    let email: EmailAddress

    init?(_ fields: inout FieldReader) {
        guard let email = fields.email("email", "The email address of the account.") else { return nil }
        self.email = email
    }
}

private struct PasswordField: BodyFields {
    let password: Password

    init?(_ fields: inout FieldReader) {
        guard let password = fields.newPassword("password") else { return nil }
        self.password = password
    }
}

private struct ConfirmationFields: BodyFields {
    let secret: Secret

    enum Secret {
        case password(String)
        case pin(String)
        case factor(FactorProof)
    }

    init?(_ fields: inout FieldReader) {
        let password: String? = fields.optional("password") {
            $0.secret(
                "password", "The caller's current password; this, `pin`, `code` or `credential` is needed.",
                example: "Kelle und Fugbrett")
        }
        let pin: String? = fields.optional("pin") {
            $0.secret("pin", "The PIN of the phone on which the session began.", example: "274961")
        }
        let code: String? = fields.optional("code") {
            $0.secret("code", "A code of the caller's authenticator app, or a recovery code.", example: "287082")
        }
        let assertion: PasskeyAssertion? = fields.optional("credential") { $0.passkey("credential") }
        fields.leaveOutOfExample("credential")
        switch (password, pin, FactorProof(code: code, assertion: assertion)) {
        case (let password?, _, _): secret = .password(password)
        case (nil, let pin?, _): secret = .pin(pin)
        case (nil, nil, let proof?): secret = .factor(proof)
        case (nil, nil, nil):
            if fields.problems.isEmpty { fields.report("password", .missing) }
            return nil
        }
    }
}

private struct ConfirmedUntil: Wire {
    /// Nil if the password is needed first.
    let until: Instant?

    static let schemaName = "Confirmation"
    static let example = ConfirmedUntil(until: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant(
            "confirmedUntil", until,
            "Until when this session may make sensitive requests; null if the password is needed first.")
    }
}

private struct TokenField: BodyFields {
    let token: Substring

    init?(_ fields: inout FieldReader) {
        guard let token = fields.secret("token", .linkToken, example: "5a5a") else { return nil }
        self.token = token[...]
    }
}

private struct ConfirmedAddress: Wire {
    let email: String

    static let example = ConfirmedAddress(email: "lena.vogt@fliesen-brandt.example")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("email", email, "The person's email address from now on.")
    }
}

private struct Registered: Wire {
    let message: String
    let user: User

    static let example = Registered(message: "The company is registered: sign in.", user: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("message", message, "A sentence for people, in English.")
        fields.object("user", user, "The first manager.")
    }
}

private struct Message: Wire {
    let text: String

    static let example = Message(text: "If there is an account for this address, a link is on its way to it.")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("message", text, "A sentence for people, in English.")
    }
}

extension Accounts.SignIn: Wire {
    static let example = Accounts.SignIn(
        token: Token(Runtime(now: { Example.morning }, randomBytes: { [UInt8](repeating: 0x5A, count: $0) })),
        expiresAt: Example.later, user: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("accessToken", token.text, "The access token, for `Authorization: Bearer`.")
        fields.instant("expiresAt", expiresAt, .expiresAt)
        fields.object("user", user, "The person who signed in.")
    }
}

/// A session as its owner sees it.
private struct OwnSession: Wire {
    let session: Session
    let isCurrent: Bool

    static let schemaName = "Session"
    static let example = OwnSession(session: .example, isCurrent: true)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", session.id, .id)
        fields.boolean("current", isCurrent, "Whether the request was made with this session.")
        fields.text("userAgent", session.userAgent, .userAgent)
        fields.boolean(
            "byCard", session.phone != nil,
            "Whether it began on a phone with a card or a PIN, instead of with a password.")
        fields.instant("createdAt", session.createdAt, "When the person signed in.")
        fields.instant("lastUsedAt", session.lastUsedAt, .lastUsedAt)
        fields.instant("expiresAt", session.expiresAt, .expiresAt)
    }
}

extension Session {
    static let example = Session(
        id: Example.id(30), userAgent: "Mozilla/5.0 (Linux; Android 15)", createdAt: Example.morning,
        lastUsedAt: Example.evening, expiresAt: Example.later)
}

import Core
import HTTPTypes
import Hummingbird

struct AuthRoutes {
    let accounts: Accounts
    let profile: Profile
    let signedIn: SignedInRoutes
    let cookie: SessionCookie
    let browserCookie: SessionCookie
    let registrationIsOpen: Bool

    /// Where a request comes from, with the cookies of a browser that shows a page of ours. Browsers send them by themselves: what
    /// another site's page asks must neither end a session nor pass for this browser.
    private func origin(of call: Call) -> Accounts.Origin {
        var origin = call.origin
        guard signedIn.origins.isSameSite(call.request.head) else { return origin }
        origin.isOwnPage = true
        origin.formerToken = cookie.token(in: call.request.headers)
        origin.browserToken = browserCookie.token(in: call.request.headers)
        return origin
    }

    var routes: [Route] {
        let (accounts, profile, cookie, browserCookie) = (accounts, profile, cookie, browserCookie)
        let (runtime, registrationIsOpen) = (signedIn.runtime, registrationIsOpen)
        return [
            .open(
                .post, "/api/v1/auth/register",
                .init(
                    "Register a company",
                    """
                    Founds a company with its first manager, who can sign in at once. A server with a public address and mail \
                    sends them a link that confirms their e-mail address: before that the company mails and invites no one.
                    """),
                result: .one(Registered.self, .created, "The company and its manager are there."),
                refusals: [
                    .of(AccountRefusal.registrationClosed), .of(AccountRefusal.emailTaken),
                    .of(AccountRefusal.tooManySignIns),
                    .of(AccountRefusal.tooManyTries, "More than 30 registrations an hour from one address."),
                ]
            ) { (call, fields: Registration) in
                guard registrationIsOpen else { throw Refusal(AccountRefusal.registrationClosed) }
                let user = try await accounts.register(
                    fields.person, company: fields.companyName, address: fields.address, language: fields.language,
                    from: call.origin)
                return .one(Registered(message: "The company is registered: sign in.", user: user), .created)
            },
            .open(
                .post, "/api/v1/auth/signin",
                .init(
                    "Sign in",
                    """
                    Answers with an access token for 30 days, and sets it as a cookie for browsers. An unknown address and a \
                    wrong password get the same answer. Ten failures of one account or a hundred from one address within \
                    15 minutes close the door for a while, to the right password too. A browser that signs in by a page of this \
                    server gets a second cookie, by which the account knows it: its failures count for itself, and others' \
                    don't keep it out.
                    """),
                result: .one(Accounts.SignIn.self, .ok, "Signed in."),
                refusals: [
                    .of(AccountRefusal.wrongCredentials), .of(AccountRefusal.tooManySignIns),
                    .of(CompanyRefusal.suspended),
                    .of(AccountRefusal.tooManyTries, "Too many failures of this account, or from this address."),
                ]
            ) { (call, fields: Credentials) in
                let signIn = try await accounts.signIn(
                    email: fields.email, password: fields.password, from: origin(of: call))
                var answer = Answer.one(signIn)
                answer.headers[.setCookie] = cookie.set(signIn.token, lasting: Session.lifetime)
                if let browser = signIn.newBrowser {
                    let set = browserCookie.set(browser, lasting: KnownBrowser.lifetime)
                    answer.headers.append(HTTPField(name: .setCookie, value: set))
                }
                return answer
            },
            signedIn.other(
                .post, "/api/v1/auth/signout", .signedIn,
                .init("Sign out", "Ends the session that the request came with."), result: .noContent,
                evenSuspended: true
            ) { (_, caller: AsThemselves) in
                try await accounts.signOut(caller.actor)
                var answer = Answer.noContent
                answer.headers[.setCookie] = cookie.clear
                answer.headers[.clearSiteData] = SessionCookie.clearedData
                return answer
            },
            .open(
                .post, "/api/v1/auth/reset-password",
                .init(
                    "Ask for a new password",
                    """
                    Makes a link, good for an hour, with which whoever has this address can set a new password. The answer is \
                    the same whether or not there is such an account. Beyond 15 an hour for one account no further mail is \
                    sent to it, and the last link stays good.
                    """),
                result: .one(Message.self, .accepted, "Taken on."),
                refusals: [
                    .of(
                        AccountRefusal.tooManyTries,
                        """
                        More than 5 an hour for one account from one address, or from a browser that it knows; or 30 from one address.
                        """)
                ]
            ) { (call, fields: EmailField) in
                try await accounts.resetPassword(email: fields.email, from: origin(of: call))
                return .one(
                    Message(text: "If there is an account for this address, a link is on its way to it."), .accepted)
            },
            .open(
                .post, "/api/v1/auth/set-password", by: .oneTimeToken,
                .init(
                    "Set a password with a link",
                    """
                    Takes the token of an invitation or of a forgotten password as the bearer token. The person is ACTIVE \
                    then, and all their sessions end.
                    """),
                result: .one(User.self, .ok, "The password is set: sign in with it."),
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
                .post, "/api/v1/auth/verify",
                .init(
                    "Prove a founder's address with a link",
                    """
                    Takes the token of the link that was mailed to who registered a company: it can mail and invite people from \
                    now on. A password that is set by a mailed link, and another address that is confirmed, prove it too.
                    """),
                result: .one(AddressThatHolds.self, .ok, "The address is proven."),
                refusals: [.of(AccountRefusal.linkUsed), .of(AccountRefusal.linkExpired)]
            ) { (call, fields: TokenField) in
                .one(AddressThatHolds(email: try await accounts.proveAddress(token: fields.token, from: call.source)))
            },
            signedIn.change(
                .post, "/api/v1/auth/verify/resend", .signedIn,
                .init(
                    "Mail the link that proves a founder's address again",
                    "For who registered a company: a fresh link, good for 7 days; the old one is void."),
                status: .accepted,
                refusals: [
                    .of(AccountRefusal.nothingToProve),
                    .of(AccountRefusal.tooManyTries, "This address was written to more than 10 times an hour."),
                ]
            ) { (_, caller: AsThemselves, _: NoFields) in
                accounts.resendProof(as: caller.actor).map { _ in
                    Message(text: "A link is on its way to \(caller.actor.user.email).")
                }
            },
            .open(
                .post, "/api/v1/auth/email/confirm",
                .init(
                    "Confirm an address with a link",
                    """
                    Takes the token of the link that was mailed to a new address: it holds from now on. The address before \
                    can be had back for 7 days. A change that someone else asked for ends the person's sessions.
                    """),
                result: .one(AddressThatHolds.self, .ok, "The address holds."),
                refusals: [
                    .of(AccountRefusal.linkUsed),
                    .of(
                        AccountRefusal.emailTaken, "The address has an account already, or was another's until lately."),
                ]
            ) { (call, fields: TokenField) in
                .one(AddressThatHolds(email: try await accounts.confirmEmail(token: fields.token, from: call.source)))
            },
            .open(
                .post, "/api/v1/auth/email/restore",
                .init(
                    "Undo a change of the address with a link",
                    """
                    Takes the token of the link that was mailed to the address that was to change. That address holds again, \
                    whatever was changed since; the password is void, all sessions end, and a link for a new password is \
                    mailed to it.
                    """),
                result: .one(AddressThatHolds.self, .ok, "The address holds again."),
                refusals: [.of(AccountRefusal.linkUsed), .of(AccountRefusal.emailTaken)]
            ) { (call, fields: TokenField) in
                .one(AddressThatHolds(email: try await accounts.restoreEmail(token: fields.token, from: call.source)))
            },
            signedIn.other(
                .post, "/api/v1/auth/confirm", .signedIn,
                .init(
                    "Confirm the password",
                    """
                    Takes the password of the person who is signed in, so that this session may do for ten minutes what is \
                    sensitive: what has x-confirmation here. Signing in counts as such a confirmation. Wrong passwords count \
                    as those of a change of password do.
                    """),
                request: RequestDescription(body: ConfirmationFields.description),
                result: .one(ConfirmedUntil.self, .ok, "The password is the right one."),
                refusals: [
                    .of(AccountRefusal.tooManySignIns),
                    .of(AccountRefusal.tooManyTries, "The password was guessed too often."),
                ]
            ) { (call, caller: AsThemselves) in
                let fields: ConfirmationFields = try await RequestBody(of: call.request).read()
                return .one(ConfirmedUntil(until: try await accounts.confirm(fields.password, as: caller.actor)))
            },
            signedIn.one(
                "/api/v1/auth/confirm", .signedIn,
                .init("Say how long the password is confirmed", "Until when this session may do what is sensitive.")
            ) { (_, caller: AsThemselves) in ConfirmedUntil(until: caller.actor.confirmedUntil(now: runtime.now())) },
            signedIn.list(
                "/api/v1/auth/sessions", .signedIn,
                .init(
                    "List one's sessions",
                    """
                    Where the caller is signed in, the newest first. A browser's session also ends after 14 days without use; \
                    one whose token was never sent as a cookie lasts until expiresAt.
                    """), by: .id()
            ) { (_, caller: AsThemselves, page) in
                let sessions = try await profile.sessions(page, as: caller.actor)
                return Page(
                    items: sessions.items.map { OwnSession(session: $0, isCurrent: $0.id == caller.actor.session) },
                    next: sessions.next)
            },
            signedIn.remove(
                "/api/v1/auth/sessions/{sessionId}", .signedIn,
                .init("End a session", "Signs the caller out somewhere else, or here."), isConditional: false,
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

    init?(_ fields: inout FieldReader) {
        let (email, password) = (fields.email("email"), fields.newPassword("password"))
        let firstName = fields.name("firstName", max: 100, of: .sender, example: "Sabine")
        let lastName = fields.name("lastName", max: 100, of: .sender, example: "Brandt")
        let companyName = fields.name("companyName", of: .sender, example: "Fliesen Brandt GmbH")
        let address = fields.address("address")
        language = fields.choice("language", default: .german)
        guard let email, let password, let firstName, let lastName, let companyName, let address else { return nil }
        person = Accounts.NewPerson(email: email, password: password, firstName: firstName, lastName: lastName)
        (self.companyName, self.address) = (companyName, address)
    }
}

private struct Credentials: BodyFields {
    let email: String
    let password: String

    init?(_ fields: inout FieldReader) {
        let email = fields.secret("email", example: "sabine@fliesen-brandt.example")
        let password = fields.secret("password", example: "Kelle und Fugbrett")
        guard let email, let password else { return nil }
        (self.email, self.password) = (email, password)
    }
}

private struct EmailField: BodyFields {
    let email: EmailAddress

    init?(_ fields: inout FieldReader) {
        guard let email = fields.email("email") else { return nil }
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

/// Later also a code or a PIN in the password's place.
private struct ConfirmationFields: BodyFields {
    let password: String

    init?(_ fields: inout FieldReader) {
        guard let password = fields.secret("password", example: "Kelle und Fugbrett") else { return nil }
        self.password = password
    }
}

private struct ConfirmedUntil: Wire {
    /// Nil where the password is needed first.
    let until: Instant?

    static let schemaName = "Confirmation"
    static let example = ConfirmedUntil(until: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) { fields.instant("confirmedUntil", until) }
}

private struct TokenField: BodyFields {
    let token: Substring

    init?(_ fields: inout FieldReader) {
        guard let token = fields.secret("token", example: "5a5a") else { return nil }
        self.token = token[...]
    }
}

private struct AddressThatHolds: Wire {
    let email: String

    static let example = AddressThatHolds(email: "lena.vogt@fliesen-brandt.example")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) { fields.text("email", email) }
}

private struct Registered: Wire {
    let message: String
    let user: User

    static let example = Registered(message: "The company is registered: sign in.", user: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("message", message)
        fields.object("user", user)
    }
}

private struct Message: Wire {
    let text: String

    static let example = Message(text: "If there is an account for this address, a link is on its way to it.")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) { fields.text("message", text) }
}

extension Accounts.SignIn: Wire {
    static let example = Accounts.SignIn(
        token: Token(Runtime(now: { Example.morning }, randomBytes: { [UInt8](repeating: 0x5A, count: $0) })),
        expiresAt: Example.later, user: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("accessToken", token.text)
        fields.instant("expiresAt", expiresAt)
        fields.object("user", user)
    }
}

/// A session as its owner sees it.
private struct OwnSession: Wire {
    let session: Session
    let isCurrent: Bool

    static let schemaName = "Session"
    static let example = OwnSession(session: .example, isCurrent: true)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", session.id)
        fields.boolean("current", isCurrent)
        fields.text("userAgent", session.userAgent)
        fields.instant("createdAt", session.createdAt)
        fields.instant("lastUsedAt", session.lastUsedAt)
        fields.instant("expiresAt", session.expiresAt)
    }
}

extension Session {
    static let example = Session(
        id: Example.id(30), userAgent: "Mozilla/5.0 (Linux; Android 15)", createdAt: Example.morning,
        lastUsedAt: Example.evening, expiresAt: Example.later)
}

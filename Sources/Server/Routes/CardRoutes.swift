import Core
import HTTPTypes
import Storage

/// Signing in with a card, and afterwards by the phone's key and a PIN.
struct CardRoutes {
    let accounts: Accounts
    let cookies: BrowserCookies

    private static let guessed = ProblemCode.of(
        AccountRefusal.tooManyTries,
        "More than 20 unknown codes from one network address within 15 minutes, or 300 in all.")

    var routes: [Route] {
        let (accounts, cookies) = (accounts, cookies)
        return [
            .open(
                .post, "/api/v1/auth/card/holder", in: .auth,
                .init(
                    "Read whose card it is",
                    """
                    Takes the token from a card's link, or its typed code, and shows whom it signs in. Spends nothing, so that a \
                    page can ask before the tap.
                    """),
                result: .one(Accounts.CardHolder.self, .ok, "The card is valid."),
                refusals: [.of(AccountRefusal.cardNotValid), Self.guessed, .of(AccountRefusal.tooManySignIns)]
            ) { (call, fields: CardFields) in
                .one(try await accounts.holder(of: fields.proof, from: cookies.origin(of: call)))
            },
            .open(
                .post, "/api/v1/auth/card", in: .auth,
                .init(
                    "Sign in with a card",
                    """
                    Takes the token from a card's link, or its typed code, and a PIN of six digits. The first use sets the phone up \
                    with this PIN, and the person becomes ACTIVE. For 30 minutes after that the card can be used once more with the \
                    same PIN, by an app on the home screen; then it is spent. Browsers get the phone's key as a cookie for 400 days, \
                    and share one key among all people of a device; other callers get it as `phoneKey`.
                    """),
                result: .one(PhoneSignedIn.self, .ok, "Signed in."),
                refusals: [
                    .of(AccountRefusal.cardNotValid), .of(AccountRefusal.wrongPin, "At the second use."),
                    .of(CompanyRefusal.suspended), Self.guessed, .of(AccountRefusal.tooManySignIns),
                ]
            ) { (call, fields: CardPinFields) in
                let origin = cookies.origin(of: call, key: fields.phoneKey)
                return cookies.answer(
                    try await accounts.useCard(fields.proof, pin: fields.pin, from: origin), to: origin)
            },
            Route(
                .get, "/api/v1/auth/phone", in: .auth, .anyone,
                .init(
                    "List the people of a phone",
                    """
                    Whom this device can sign in with a PIN, the latest first, at most 200. The device's key is in its cookie; other \
                    callers send it as the bearer token. Empty without a key.
                    """),
                result: .all(Phone.Person.self, .ok, "The people of this device."),
                refusals: [.of(AccountRefusal.malformedAuthorization)]
            ) { call in
                .all(try await accounts.people(onDeviceOf: try cookies.originWithBearer(of: call)), .ok)
            },
            .open(
                .post, "/api/v1/auth/pin", in: .auth,
                .init(
                    "Sign in with a PIN",
                    """
                    Signs in a person of this device. Ten wrong PINs in all end the device's key for the person, who then needs a new \
                    card; a right one starts over. The device's key is in its cookie; other callers send it as `phoneKey`.
                    """),
                result: .one(PhoneSignedIn.self, .ok, "Signed in."),
                refusals: [
                    .of(AccountRefusal.wrongPin), .of(AccountRefusal.phoneEnded), .of(CompanyRefusal.suspended),
                    .of(AccountRefusal.tooManySignIns),
                    .of(
                        AccountRefusal.tooManyTries,
                        "More than 100 unknown keys from one network address within 15 minutes."),
                ]
            ) { (call, fields: PinFields) in
                let origin = cookies.origin(of: call, key: fields.phoneKey)
                return cookies.answer(
                    try await accounts.signIn(fields.user, pin: fields.pin, from: origin), to: origin)
            },
            Route(
                .delete, "/api/v1/auth/phone/{userId}", in: .auth, .anyone,
                .init(
                    "Forget a person on a phone",
                    """
                    This device can no longer sign the person in, and their sessions on it end. The device's key is in its cookie; \
                    other callers send it as the bearer token.
                    """),
                result: .noContent,
                refusals: [
                    .of(AccountRefusal.phoneEnded, "Without a key."), .of(AccountRefusal.phoneNotFound),
                    .of(UserRefusal.notFound, "The address holds no id."),
                    .of(AccountRefusal.malformedAuthorization),
                ]
            ) { call in
                try await accounts.forget(
                    try call.id("userId"), onDeviceOf: try cookies.originWithBearer(of: call))
                return .noContent
            },
        ]
    }
}

extension BrowserCookies {
    /// Answers a sign-in on a phone. Pages of this server get the key as a cookie that scripts can't read.
    fileprivate func answer(_ phone: Accounts.PhoneSignIn, to origin: Accounts.Origin) -> Answer {
        var answer = Answer.one(PhoneSignedIn(signIn: phone.signIn, key: origin.isOwnPage ? nil : phone.key))
        answer.headers[.setCookie] = session.set(phone.signIn.token, lasting: Session.lifetime)
        if origin.isOwnPage {
            let set = self.phone.set(phone.key, lasting: Phone.lifetime)
            answer.headers.append(HTTPField(name: .setCookie, value: set))
        }
        return answer
    }
}

extension FieldReader {
    /// What a caller shows of a card: the token of its link, or its typed code.
    fileprivate mutating func card() -> Card.Proof? {
        let token: String? = optional("token") {
            $0.secret("token", "The token from the card's link; this or `code` is needed.", example: "5a5a")
        }
        let code: String? = optional("code") {
            $0.secret(
                "code", "The card's code as it was typed: case, blanks and hyphens make no difference.",
                example: "K7QM-4XTA")
        }
        switch (token, code) {
        case (let token?, _): return .token(token[...])
        case (nil, let code?): return .code(code)
        case (nil, nil):
            if !problems.contains(where: { ["token", "code"].contains($0.field) }) { report("token", .missing) }
            return nil
        }
    }

    fileprivate mutating func pin(_ meaning: Meaning) -> String? { secret("pin", meaning, example: "274961") }

    fileprivate mutating func phoneKey() -> String? {
        optional("phoneKey") {
            $0.secret(
                "phoneKey", "The device's key, if it isn't in a cookie: `phoneKey` of an earlier answer.",
                example: "5a5a")
        }
    }
}

private struct CardFields: BodyFields {
    let proof: Card.Proof

    init?(_ fields: inout FieldReader) {
        guard let proof = fields.card() else { return nil }
        self.proof = proof
    }
}

private struct CardPinFields: BodyFields {
    let proof: Card.Proof
    let pin: String
    let phoneKey: String?

    init?(_ fields: inout FieldReader) {
        let proof = fields.card()
        let pin = fields.pin(
            """
            Six digits: at the first use the new PIN, which must not be a repetition, a sequence or a date; at the second use the \
            same PIN.
            """)
        phoneKey = fields.phoneKey()
        guard let proof, let pin else { return nil }
        (self.proof, self.pin) = (proof, pin)
    }
}

private struct PinFields: BodyFields {
    let user: User.ID
    let pin: String
    let phoneKey: String?

    init?(_ fields: inout FieldReader) {
        let user: User.ID? = fields.id("userId", .userID)
        let pin = fields.pin("The person's PIN on this device.")
        phoneKey = fields.phoneKey()
        guard let user, let pin else { return nil }
        (self.user, self.pin) = (user, pin)
    }
}

extension Accounts.CardHolder: Wire {
    static let example = Self(firstName: "Milan", companyName: "Fliesen Brandt GmbH", isSecond: false)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("firstName", firstName, .firstName)
        fields.text("companyName", companyName, "The name of the person's company.")
        fields.boolean(
            "isSecond", isSecond, "Whether the card was used before: it now needs the PIN that was chosen then.")
    }
}

/// The answer to a sign-in on a phone.
private struct PhoneSignedIn: Wire {
    let signIn: Accounts.SignIn
    /// Nil if the caller gets it as a cookie.
    let key: String?

    static let schemaName = "PhoneSignIn"
    static let example = PhoneSignedIn(signIn: .example, key: "5a5a")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        signIn.describe(&fields)
        fields.text(
            "phoneKey", key,
            "The device's key, to be sent with the next PIN; null for a browser, which gets it as a cookie.")
    }
}

extension Phone.Person: Wire {
    static let schemaName = "PhonePerson"
    static let example = Self(
        user: Example.id(1), firstName: "Milan", lastName: "Horvat", companyName: "Fliesen Brandt GmbH")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("firstName", firstName, .firstName)
        fields.text("lastName", lastName, .lastName)
        fields.text("companyName", companyName, "The name of the person's company.")
    }
}

import Core
import HTTPTypes
import Storage

struct UserRoutes {
    let people: People
    let signedIn: SignedInRoutes
    let links: Links
    let hasher: PasswordHasher

    private static let base = "/api/v1/companies/{companyId}/users"
    private static let tooManyMails = ProblemCode.of(
        AccountRefusal.tooManyTries, "More than 10 mails an hour to this address.")

    private static let higher = "The role is above WORKER, which needs a confirmation of the last ten minutes."

    var routes: [Route] {
        let (people, links, hasher) = (people, links, hasher)
        return [
            signedIn.list(
                Self.base, in: .users, .may(.readUsers),
                .init(
                    "List people",
                    """
                    All people of the company, in the order in which they were added. People who were invited have an \
                    `invitation`, with the state of the mail and whether it was accepted.
                    """), by: .id(), queries: Self.filter
            ) { (call, company: InCompany, page) in try await people.list(try call.userFilter, page, in: company.scope)
            },
            signedIn.change(
                .post, Self.base, in: .users, .may(.inviteUsers),
                .init(
                    "Invite a person",
                    """
                    Creates an account that is INACTIVE until the person sets a password with the link that is mailed to them. \
                    The owner can give the roles MANAGER, BOOKKEEPER and WORKER, another manager only WORKER. A worker needs no `email`: \
                    `POST …/invitation` makes them a card instead.
                    """),
                status: .created,
                refusals: [
                    .of(AccountRefusal.emailTaken), .of(UserRefusal.roleNotGivable), Self.tooManyMails,
                    .of(AccountRefusal.confirmAgain, Self.higher),
                    .of(LimitRefusal.mails), .of(LimitRefusal.people), .of(CompanyRefusal.addressNotProven),
                    .of(UserRefusal.numberTaken), .of(UserRefusal.numberOfFormer),
                    .of(
                        UserRefusal.notFound, "Another request with this key invited them, and they were removed since."
                    ),
                ]
            ) { (_, company: InCompany, fields: InviteeFields) in
                try await people.invite(fields.invitee, in: company.scope)
            },
            signedIn.one(
                Self.base + "/{userId}", in: .users, .may(.readUsers),
                .init("Read a person of the company", "Even if they were removed.")
            ) { (call, company: InCompany) in try await people.get(try call.id("userId"), in: company.scope) },
            signedIn.change(
                .post, Self.base + "/{userId}/restore", in: .users, .may(.changeUsers),
                .init(
                    "Restore a person",
                    """
                    Takes a removed person back as an INACTIVE worker, whose records are theirs again: an invitation or a card lets \
                    them in. Their email address and phone number were erased, and so was their name if no record needed it. Of a \
                    person who wasn't removed nothing changes.
                    """),
                refusals: [
                    .of(AccountRefusal.emailTaken), .of(LimitRefusal.people),
                    .of(AccountRefusal.tooManyTries, "You named too many addresses that have accounts elsewhere."),
                ]
            ) { (call, company: InCompany, fields: RestorationFields) in
                try await people.restore(try call.id("userId"), fields.wish, in: company.scope)
            },
            signedIn.change(
                .put, Self.base + "/{userId}", in: .users, .may(.changeUsers),
                .init(
                    "Change a person",
                    """
                    Fields that are left out stay unchanged. INACTIVE deactivates a person: their sessions end at once. The \
                    owner can change everyone, another manager only workers. The owner stays an active manager until they hand the \
                    company on with `isOwner`, which needs a confirmation of the last ten minutes. A new `email` of a person who has \
                    joined becomes their `pendingEmail`; it replaces `email`, and ends their sessions, once they confirm it with \
                    the link that is mailed to it. The old address gets a link that undoes the change. If this server has no \
                    mail, the change takes effect at once.
                    """),
                refusals: [
                    .of(AccountRefusal.emailTaken), .of(UserRefusal.notJoinedYet), .of(UserRefusal.lastManager),
                    .of(UserRefusal.workersOnly), .of(UserRefusal.roleNotGivable), Self.tooManyMails,
                    .of(LimitRefusal.mails), .of(CompanyRefusal.addressNotProven, "A new address needs a mail."),
                    .of(UserRefusal.numberTaken), .of(UserRefusal.numberOfFormer), .of(UserRefusal.ownerOnly),
                    .of(UserRefusal.ownerManages),
                    .of(UserRefusal.ownerStays),
                    .of(
                        AccountRefusal.confirmAgain,
                        """
                        `isOwner` is true, a role above WORKER is given, or the role, status or address of someone who has one \
                        changes: this needs a confirmation of the last ten minutes.
                        """),
                ]
            ) { (call, company: InCompany, fields: UserFields) in
                try await people.change(
                    try call.id("userId"), fields.edit, email: fields.email, ownsCompany: fields.ownsCompany,
                    if: call.precondition, in: company.scope)
            },
            signedIn.change(
                .put, Self.base + "/{userId}/personnel-number", in: .users, .may(.exportHours),
                .init(
                    "Set a person's personnel number",
                    """
                    Their number in the payroll, whatever their role is, even if they were removed: who left is still paid for the days \
                    before. Null takes it away.
                    """),
                refusals: [.of(UserRefusal.numberTaken), .of(UserRefusal.numberOfFormer)]
            ) { (call, company: InCompany, fields: NumberFields) in
                try people.setPersonnelNumber(
                    fields.number, of: try call.id("userId"), if: call.precondition, in: company.scope)
            },
            signedIn.remove(
                Self.base + "/{userId}/pending-email", in: .users, .may(.changeUsers),
                .init(
                    "Cancel a change of a person's address",
                    "`pendingEmail` becomes null."),
                refusals: [.of(AccountRefusal.noPendingEmail), .of(UserRefusal.workersOnly)]
            ) { (call, company: InCompany) in
                try people.cancelEmailChange(
                    of: try call.id("userId"), if: call.precondition, in: company.scope)
            },
            signedIn.list(
                Self.base + "/{userId}/former-names", in: .users, .may(.readUsers),
                .init(
                    "List a person's former names", "Names before each change, latest first."),
                by: .number
            ) { (call, company: InCompany, page) in
                try await people.formerNames(of: try call.id("userId"), page, in: company.scope)
            },
            signedIn.remove(
                Self.base + "/{userId}", in: .users, .may(.changeUsers),
                .init(
                    "Remove a person",
                    """
                    Their sessions and assignments end, and their email address can be used again. The name is kept where hours, \
                    movements or the audit need it. The owner can remove everyone but themselves, another manager only workers.
                    """),
                confirmation: .needed,
                refusals: [
                    .of(UserRefusal.lastManager), .of(UserRefusal.workersOnly), .of(UserRefusal.ownerStays),
                ]
            ) { (call, company: InCompany) in
                try people.remove(try call.id("userId"), if: call.precondition, in: company.scope)
            },
            signedIn.change(
                .post, Self.base + "/{userId}/invitation", in: .users, .may(.inviteUsers),
                .init(
                    "Invite a person again",
                    """
                    For people who are INACTIVE: mails a new link, valid for 7 days; the old one stops working. The answer contains \
                    the link too if the person has never joined; if they were deactivated it is null, and the link is only mailed. \
                    A person without an email address gets a card instead, also as an ACTIVE person for another phone: the answer \
                    shows it, nothing is mailed, and the card before stops working.
                    """),
                status: .accepted,
                refusals: [
                    .of(UserRefusal.joinedAlready), .of(UserRefusal.workersOnly, "The person has joined."),
                    .of(AccountRefusal.confirmAgain, Self.higher),
                    .of(UserRefusal.cardsForWorkers), .of(AccountRefusal.tooManySignIns), .of(ChangeRefusal.stale),
                    Self.tooManyMails, .of(LimitRefusal.mails), .of(CompanyRefusal.addressNotProven),
                ]
            ) { (call, company: InCompany, fields: ReinvitationFields) in
                try await people.reinvite(try call.id("userId"), fields.wish, hasher: hasher, in: company.scope).map {
                    InvitationLink($0, links)
                }
            },
        ]
    }
}

extension UserRoutes {
    fileprivate static let statuses = User.Status.allCases.map(\.rawValue) + [removed]
    fileprivate static let removed = "REMOVED"

    private static let filter = [
        QueryDescription(
            name: "status", meaning: "Only people of this status; REMOVED for those who were removed.",
            schema: ["type": "string", "enum": .list(statuses.map { .text($0) })])
    ]
}

extension Call {
    fileprivate var userFilter: UserFilter {
        get throws {
            let allowed = Values.Value.text(UserRoutes.statuses.joined(separator: ", "))
            return try query("status", else: Flaw(.notOneOf, ["allowed": allowed])) { text in
                text == UserRoutes.removed ? .removed : User.Status(rawValue: text).map { .status($0) }
            } ?? .present
        }
    }
}

private struct RestorationFields: BodyFields {
    static var isOptional: Bool { true }
    let wish: People.Restoration

    init?(_ fields: inout FieldReader) {
        let email: EmailAddress? = fields.optional("email") {
            $0.email("email", "The address that the person signs in with; none by default.")
        }
        let firstName = fields.optional("firstName") {
            $0.name("firstName", .firstName.and("The kept one by default."), max: 100, of: .sender, example: "Lena")
        }
        let lastName = fields.optional("lastName") {
            $0.name("lastName", .lastName.and("The kept one by default."), max: 100, of: .sender, example: "Vogt")
        }
        wish = People.Restoration(email: email, firstName: firstName, lastName: lastName)
    }
}

private struct InviteeFields: BodyFields {
    let invitee: People.Invitee

    init?(_ fields: inout FieldReader) {
        let email: EmailAddress? = fields.optional("email") {
            $0.email(
                "email",
                "The address that the invitation is mailed to, and that the person signs in with. A worker needs none.")
        }
        let firstName = fields.name("firstName", .firstName, max: 100, of: .sender, example: "Lena")
        let lastName = fields.name("lastName", .lastName, max: 100, of: .sender, example: "Vogt")
        let role = fields.choice("role", "What the person may do.", usual: [Role.worker, .manager, .bookkeeper])
        let phone = fields.optional("phone") { $0.line("phone", .phone, max: 50, example: UserExample.phone) }
        let number = fields.optional("personnelNumber") {
            $0.line("personnelNumber", .personnelNumber, max: 20, example: UserExample.number)
        }
        let language: Language? = fields.optional("language") {
            $0.choice("language", .language.and("The company's by default."))
        }
        guard let firstName, let lastName, let role else { return nil }
        invitee = People.Invitee(
            email: email, firstName: firstName, lastName: lastName, role: role, language: language, phone: phone,
            personnelNumber: number)
    }
}

private struct ReinvitationFields: BodyFields {
    static var isOptional: Bool { true }
    let wish: People.Reinvitation

    init?(_ fields: inout FieldReader) {
        let card: Bool? = fields.optional("card") {
            $0.boolean(
                "card",
                "`true` gives a card to a person who has an email address, but never joined; nothing is mailed then.",
                example: true)
        }
        let lostPhone: Bool? = fields.optional("lostPhone") {
            $0.boolean("lostPhone", "`true` ends all phones and sessions of a person who gets a card.", example: false)
        }
        wish = People.Reinvitation(wantsCard: card ?? false, lostPhone: lostPhone ?? false)
    }
}

private struct UserFields: BodyFields {
    let edit: Edit<User>
    let email: EmailAddress?
    let ownsCompany: Bool?

    init?(_ fields: inout FieldReader) {
        var user = Edit<User>()
        user.set(
            \.firstName,
            fields.changed("firstName") { $0.name("firstName", .firstName, max: 100, of: .sender, example: "Lena") })
        user.set(
            \.lastName,
            fields.changed("lastName") { $0.name("lastName", .lastName, max: 100, of: .sender, example: "Vogt") })
        email = fields.changed("email") { $0.email("email", "The person's new email address.") }
        user.set(
            \.role,
            fields.changed("role") {
                $0.choice("role", "What the person may do.", usual: [Role.worker, .manager, .bookkeeper])
            })
        user.set(
            \.phone,
            fields.clearable("phone") { fields in
                fields.optional("phone") { $0.line("phone", .phone, max: 50, example: UserExample.phone) }
            })
        user.set(
            \.personnelNumber,
            fields.clearable("personnelNumber") { fields in
                fields.optional("personnelNumber") {
                    $0.line("personnelNumber", .personnelNumber, max: 20, example: UserExample.number)
                }
            })
        user.set(
            \.youthUntil,
            fields.clearable("youthUntil") { fields in
                fields.optional("youthUntil") { $0.day("youthUntil", .youthUntil, example: UserExample.youthUntil) }
            })
        ownsCompany =
            fields.changed("isOwner") {
                $0.boolean(
                    "isOwner", "`true` hands the company on to this person: only its owner can do that.", example: true)
            }
        user.set(
            \.status,
            fields.changed("status") {
                $0.choice("status", "INACTIVE deactivates the person, ACTIVE reactivates them.")
            })
        edit = user
    }
}

private struct NumberFields: BodyFields {
    let number: String?

    init?(_ fields: inout FieldReader) {
        let given = fields.clearable("personnelNumber") { fields in
            fields.optional("personnelNumber") {
                $0.line("personnelNumber", .personnelNumber, max: 20, example: UserExample.number)
            }
        }
        // Null takes it away; left out by mistake it doesn't.
        if !fields.isDescribing, given == nil { fields.report("personnelNumber", .missing) }
        number = given ?? nil
    }
}

enum UserExample {
    static let phone = "+49 170 1234567"
    static let number = "1042"
    static let youthUntil = Day(daysSince1970: 20_999)
}

extension Meaning {
    static var phone: Meaning { "The person's phone number, as people write it; null if it isn't known." }
    fileprivate static var personnelNumber: Meaning {
        """
        The person's number in the payroll, which no one else in the company has or had; null if there is none.
        """
    }
}

extension Meaning {
    fileprivate static var youthUntil: Meaning {
        "The last day on which the person is under 18: until then time sheets warn as the law on young workers asks for. Null for others."
    }
}

extension User: Wire {
    static let example: User = {
        var user = User(
            id: Example.id(1), companyID: Example.id(4), email: "lena.vogt@fliesen-brandt.example", firstName: "Lena",
            lastName: "Vogt", role: .worker, status: .inactive, language: .german, version: 1,
            createdAt: Example.morning, updatedAt: Example.evening)
        (user.phone, user.personnelNumber) = (UserExample.phone, UserExample.number)
        user.invitation = .example
        return user
    }()

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text(
            "email", email,
            "The email address that the person signs in with; null for a person who signs in with a card instead.")
        fields.text(
            "pendingEmail", pendingEmail?.address,
            "An address that replaces `email` once it is confirmed; null if there is none.")
        fields.text("firstName", firstName, .firstName)
        fields.text("lastName", lastName, .lastName)
        fields.text("phone", phone, .phone)
        fields.text("personnelNumber", personnelNumber, .personnelNumber)
        fields.day("youthUntil", youthUntil, .youthUntil)
        fields.boolean(
            "isOwner", isOwner, "Whether the company is the person's: the owner can change every other person.")
        fields.choice("role", role, "What the person may do: `x-permission` of each route names the roles.")
        fields.choice("status", status, "INACTIVE until the invitation is accepted, or once the person is deactivated.")
        fields.choice("language", language, .language)
        fields.choice("hourMails", hourMails, .hourMails)
        fields.id(
            "companyId", companyID == Company.platform ? nil : companyID,
            "The id of the person's company; null for an operator.")
        fields.instant("createdAt", createdAt, .createdAt)
        fields.instant("updatedAt", updatedAt, .updatedAt)
        fields.instant("removedAt", removedAt, .removedAt)
        fields.object(
            "invitation", ifThere: invitation,
            "The latest invitation; missing if the person was never invited, or the caller is not shown it.")
    }
}

extension Invitation: Wire {
    static let example = Invitation(state: .sent, at: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.choice(
            "state", state,
            """
            `queued`, `sent`, `delivered` or `failed` as the mail is; for a person without an email address `queued` before they get a \
            card and `sent` once they have one. `accepted` once the person has set a password or used the card, `expired` if they \
            didn't in time.
            """
        )
        fields.instant("at", at, "When it came into this state.")
        fields.text("reason", reason?.message, .reason)
        fields.text("reasonCode", reason?.code.rawValue, .reasonCode)
        fields.values("reasonParams", reason?.values ?? [:], .params)
    }
}

extension FormerName: Wire {
    static let example = FormerName(number: 3, firstName: "Lena", lastName: "Maier", until: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("firstName", firstName, "The first name until then.")
        fields.text("lastName", lastName, "The last name until then.")
        fields.instant("until", until, "When the name was changed.")
    }
}

/// A new link, or a new card.
private struct InvitationLink: Wire {
    /// Nil for a person who has joined before and is mailed their link.
    let link: String?
    /// Of a card.
    let code: String?
    let qr: QRCode?
    let expiresAt: Instant

    init(_ made: People.Link, _ links: Links) {
        let card = made.card.map { links.card($0.token.text) }
        link = card ?? made.token.map { links.setPassword($0.text) }
        code = made.card?.code.text
        qr = card.flatMap { QRCode($0) }
        expiresAt = made.expiresAt
    }

    private init(card link: String, code: String, expiresAt: Instant) {
        (self.link, self.code, qr, self.expiresAt) = (link, code, QRCode(link), expiresAt)
    }

    static let example = InvitationLink(
        card: "https://polier.example.de/card#token=5a5a…", code: "K7QM-4XTA", expiresAt: Example.later)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text(
            "link", link,
            """
            The link of the card, or the one that sets the password; null for a person who has joined before, whose link is only \
            mailed.
            """)
        fields.text("code", code, "The card's code, for typing it instead of opening the link; null without a card.")
        fields.object("qr", ifThere: qr, "The card's link as a QR code; missing without a card.")
        fields.instant("expiresAt", expiresAt, "When the link or the card stops working.")
    }
}

extension QRCode: Wire {
    static let example = QRCode(size: 21, path: "M0 0h7v1h-7z")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("size", size, "How many modules each side has, without the quiet zone of four around it.")
        fields.text(
            "path", path,
            "The dark modules as the data of an SVG path, with one unit a module, from `0 0` at the top left.")
    }
}

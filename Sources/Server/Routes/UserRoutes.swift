import Core
import HTTPTypes

struct UserRoutes {
    let people: People
    let signedIn: SignedInRoutes
    let links: Links

    private static let base = "/api/v1/companies/{companyId}/users"
    private static let tooManyMails = ProblemCode.of(
        AccountRefusal.tooManyTries, "This address was invited more than 10 times an hour.")

    var routes: [Route] {
        let (people, links) = (people, links)
        return [
            signedIn.list(
                Self.base, .may(.readUsers),
                .init(
                    "List people",
                    """
                    Everybody of the company, in the order in which they came. Whoever was invited has an `invitation`: what \
                    became of the mail, and whether it was accepted.
                    """), by: .id()
            ) { (_, company: InCompany, page) in try await people.list(page, in: company.scope) },
            signedIn.change(
                .post, Self.base, .may(.inviteUsers),
                .init(
                    "Invite somebody",
                    """
                    Makes an account that is INACTIVE until its owner sets a password with the invitation's link. A manager \
                    may give the roles MANAGER and WORKER.
                    """),
                status: .created,
                refusals: [
                    .of(AccountRefusal.emailTaken), .of(UserRefusal.roleNotGivable), Self.tooManyMails,
                    .of(LimitRefusal.mails), .of(LimitRefusal.people), .of(CompanyRefusal.addressNotProven),
                    .of(UserRefusal.notFound, "Another request with this key invited them; they were removed since."),
                ]
            ) { (_, company: InCompany, fields: InviteeFields) in
                try await people.invite(fields.invitee, in: company.scope)
            },
            signedIn.change(
                .put, Self.base + "/{userId}", .may(.changeUsers),
                .init(
                    "Change somebody",
                    """
                    Takes any of the fields. INACTIVE switches somebody off: their sessions end at once. A manager changes \
                    workers only, and a company keeps at least one active manager. Another `email` of a person who has \
                    joined becomes their `pendingEmail` and holds, and ends their sessions, once they confirm it by the link \
                    that is mailed there; the address that they have gets a link that undoes it. Where this server has no \
                    mail, it holds at once.
                    """),
                refusals: [
                    .of(AccountRefusal.emailTaken), .of(UserRefusal.notJoinedYet), .of(UserRefusal.lastManager),
                    .of(UserRefusal.workersOnly), .of(UserRefusal.roleNotGivable), Self.tooManyMails,
                    .of(LimitRefusal.mails), .of(CompanyRefusal.addressNotProven, "Another address needs a mail."),
                ]
            ) { (call, company: InCompany, fields: UserFields) in
                try await people.change(
                    try call.id("userId"), fields.edit, if: call.precondition, in: company.scope)
            },
            signedIn.remove(
                Self.base + "/{userId}/pending-email", .may(.changeUsers),
                .init(
                    "Take back a change of somebody's address",
                    "The address that waits to be confirmed waits no more."),
                refusals: [.of(AccountRefusal.noPendingEmail), .of(UserRefusal.workersOnly)]
            ) { (call, company: InCompany) in
                try people.cancelEmailChange(
                    of: try call.id("userId"), if: call.precondition, in: company.scope)
            },
            signedIn.list(
                Self.base + "/{userId}/former-names", .may(.readUsers),
                .init(
                    "List a person's former names", "What they were called before, and until when; the latest first."),
                by: .number
            ) { (call, company: InCompany, page) in
                try await people.formerNames(of: try call.id("userId"), page, in: company.scope)
            },
            signedIn.remove(
                Self.base + "/{userId}", .may(.changeUsers),
                .init(
                    "Remove somebody",
                    """
                    They are signed out and assigned nowhere, and their e-mail address is free again. The name stays where \
                    hours, movements or the history need it. A manager removes workers only.
                    """),
                confirmation: .needed,
                refusals: [
                    .of(UserRefusal.lastManager), .of(UserRefusal.workersOnly),
                ]
            ) { (call, company: InCompany) in
                try people.remove(try call.id("userId"), if: call.precondition, in: company.scope)
            },
            signedIn.change(
                .post, Self.base + "/{userId}/invitation", .may(.inviteUsers),
                .init(
                    "Give a fresh invitation",
                    """
                    Mails a new link, good for 7 days; the old one is void. For people who are INACTIVE. The answer has the \
                    link too where the person has never joined; for who was switched off it is null, and the link goes to \
                    their address alone.
                    """),
                status: .accepted,
                refusals: [
                    .of(UserRefusal.joinedAlready), .of(UserRefusal.workersOnly, "The person was switched off."),
                    Self.tooManyMails, .of(LimitRefusal.mails), .of(CompanyRefusal.addressNotProven),
                ]
            ) { (call, company: InCompany, _: NoFields) in
                try people.reinvite(try call.id("userId"), in: company.scope).map {
                    InvitationLink(link: $0.token.map { links.setPassword($0.text) }, expiresAt: $0.expiresAt)
                }
            },
        ]
    }
}

private struct InviteeFields: BodyFields {
    let invitee: People.Invitee

    init?(_ fields: inout FieldReader) {
        let email = fields.email("email")
        let firstName = fields.name("firstName", max: 100, of: .sender, example: "Lena")
        let lastName = fields.name("lastName", max: 100, of: .sender, example: "Vogt")
        let role = fields.choice("role", usual: [Role.worker, .manager])
        let language: Language? = fields.optional("language") { $0.choice("language") }
        guard let email, let firstName, let lastName, let role else { return nil }
        invitee = People.Invitee(
            email: email, firstName: firstName, lastName: lastName, role: role, language: language)
    }
}

private struct UserFields: BodyFields {
    let edit: People.Edit

    init?(_ fields: inout FieldReader) {
        edit = People.Edit(
            firstName: fields.changed("firstName") { $0.name("firstName", max: 100, of: .sender, example: "Lena") },
            lastName: fields.changed("lastName") { $0.name("lastName", max: 100, of: .sender, example: "Vogt") },
            email: fields.changed("email") { $0.email("email") },
            role: fields.changed("role") { $0.choice("role", usual: [Role.worker, .manager]) },
            status: fields.changed("status") { $0.choice("status") })
    }
}

extension User: Wire {
    static let example: User = {
        var user = User(
            id: Example.id(1), companyID: Example.id(4), email: "lena.vogt@fliesen-brandt.example", firstName: "Lena",
            lastName: "Vogt", role: .worker, status: .inactive, language: .german, version: 1,
            createdAt: Example.morning, updatedAt: Example.evening)
        user.invitation = .example
        return user
    }()

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.text("email", email)
        fields.text("pendingEmail", pendingEmail?.address)
        fields.text("firstName", firstName)
        fields.text("lastName", lastName)
        fields.choice("role", role)
        fields.choice("status", status)
        fields.choice("language", language)
        fields.id("companyId", companyID == Company.platform ? nil : companyID)
        fields.instant("createdAt", createdAt)
        fields.instant("updatedAt", updatedAt)
        fields.object("invitation", ifThere: invitation)
    }
}

extension Invitation: Wire {
    static let example = Invitation(state: .sent, at: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.choice("state", state)
        fields.instant("at", at)
        fields.text("reason", reason?.message)
        fields.text("reasonCode", reason?.code.rawValue)
        fields.values("reasonParams", reason?.values ?? [:])
    }
}

extension FormerName: Wire {
    static let example = FormerName(number: 3, firstName: "Lena", lastName: "Maier", until: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("firstName", firstName)
        fields.text("lastName", lastName)
        fields.instant("until", until)
    }
}

private struct InvitationLink: Wire {
    /// Nil for a person who has joined before.
    let link: String?
    let expiresAt: Instant

    static let example = InvitationLink(
        link: "https://polier.example.de/set-password#token=5a5a…", expiresAt: Example.later)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("link", link)
        fields.instant("expiresAt", expiresAt)
    }
}

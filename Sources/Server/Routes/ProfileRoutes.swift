import Core
import HTTPTypes
import Hummingbird
import NIOCore

struct ProfileRoutes {
    let profile: Profile
    let people: People
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let (profile, people, signedIn) = (profile, people, signedIn)
        return [
            signedIn.one(
                "/api/v1/users/me", .signedIn, .init("Read one's account", "Who the caller is.")
            ) { (_, caller: AsThemselves) in caller.actor.user },
            signedIn.change(
                .put, "/api/v1/users/me", .signedIn,
                .init(
                    "Change one's account",
                    """
                    Takes any of the fields. A new password needs the current one, and ends all other sessions. Another \
                    `email` needs it too: it becomes `pendingEmail`, and holds once it is confirmed by the link that is \
                    mailed there; the address that holds gets a link that undoes this for 7 days. Whether the new address \
                    has an account already is not told here. Where this server has no mail, it holds at once, and ends all \
                    other sessions.
                    """),
                refusals: [
                    .of(AccountRefusal.emailTaken, "Where this server has no mail."), .of(LimitRefusal.mails),
                    .of(AccountRefusal.tooManySignIns),
                    .of(
                        AccountRefusal.tooManyTries,
                        "The current password was guessed too often, or address or name were changed too often."),
                ]
            ) { (call, caller: AsThemselves, fields: ProfileFields) in
                try await profile.change(fields.edit, if: call.precondition, as: caller.actor)
            },
            signedIn.change(
                .post, "/api/v1/users/me/pending-email/resend", .signedIn,
                .init(
                    "Mail the link that confirms one's address again",
                    "A fresh link, good for 7 days, goes to `pendingEmail`; the old one is void."),
                refusals: [
                    .of(AccountRefusal.noPendingEmail), .of(LimitRefusal.mails),
                    .of(AccountRefusal.tooManyTries, "This address was written to more than 10 times an hour."),
                ]
            ) { (_, caller: AsThemselves, _: NoFields) in profile.resendConfirmation(as: caller.actor) },
            signedIn.remove(
                "/api/v1/users/me/pending-email", .signedIn,
                .init(
                    "Take back a change of one's address",
                    "`pendingEmail` is null again. The link at the address that holds stays good."),
                isConditional: false, refusals: [.of(AccountRefusal.noPendingEmail)]
            ) { (_, caller: AsThemselves) in profile.cancelEmailChange(as: caller.actor) },
            signedIn.other(
                .get, "/api/v1/users/me/export", .signedIn,
                .init(
                    "Take a copy of one's data",
                    """
                    Everything that is held on the caller: the account, former names and addresses, sessions, \
                    assignments, hours, movements of material, the entries of the history that name them, security \
                    events, and mails. It is written while it is read: one that was cut off isn't whole JSON.
                    """),
                result: .one(PersonalData.self, .ok, "What was asked for."), confirmation: .needed, takes: .copy
            ) { (_, caller: AsThemselves) in
                // First, so that a failure of the database is an answer and not a broken copy.
                let beginning = try await profile.beginExport(as: caller.actor)
                return .json { writer in
                    let copy = PersonalDataWriter()
                    try await profile.export(beginning) { part in
                        for item in copy.pieces(of: part) { try await writer.write(item) }
                    }
                    try await writer.write(copy.end())
                }
            },
            signedIn.one(
                "/api/v1/users/{userId}", .may(.readAnyUser),
                .init("Read anybody's account", "For operators: of whatever company.")
            ) { (call, caller: AsThemselves) in
                let user = try await people.get(try call.id("userId"), as: caller.actor)
                try await signedIn.watch.note(operator: caller.actor, in: user.companyID, for: .readAnyUser)
                return user
            },
        ]
    }
}

private struct ProfileFields: BodyFields {
    let edit: Profile.Edit

    init?(_ fields: inout FieldReader) {
        let firstName = fields.changed("firstName") { $0.name("firstName", max: 100, of: .sender, example: "Lena") }
        let lastName = fields.changed("lastName") { $0.name("lastName", max: 100, of: .sender, example: "Vogt") }
        let email = fields.changed("email") { $0.email("email") }
        let language: Language? = fields.changed("language") { $0.choice("language") }
        let password = fields.changed("password") { $0.newPassword("password") }
        let current = fields.changed("currentPassword") { $0.secret("currentPassword", example: "Alte Kelle") }
        if password != nil && current == nil { fields.report("currentPassword", .currentPasswordMissing) }
        edit = Profile.Edit(
            firstName: firstName, lastName: lastName, email: email, language: language,
            newPassword: password, currentPassword: current)
    }
}

extension PersonalData: Wire {
    static let example = PersonalData(
        exportedAt: Example.evening, user: .example, formerNames: [.example], formerEmails: [.example],
        sessions: [.example], knownBrowsers: [.example],
        assignments: [Assignment(site: Example.id(2), siteName: "Bad Müller", since: Example.morning)],
        timeEntries: [.example],
        movements: [
            Use(site: Example.id(2), material: Example.id(3), materialName: "Flexkleber C2TE", movement: .example)
        ],
        audit: [.example], securityEvents: [.example], mails: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("exportedAt", exportedAt)
        fields.object("user", user)
        fields.list("formerNames", formerNames)
        fields.list("formerEmails", formerEmails)
        fields.list("sessions", sessions.map(PastSession.init))
        fields.list("knownBrowsers", knownBrowsers)
        fields.list("assignments", assignments)
        fields.list("timeEntries", timeEntries)
        fields.list("movements", movements)
        fields.list("audit", audit)
        fields.list("securityEvents", securityEvents)
        fields.list("mails", mails)
    }
}

/// Writes a copy part by part, as `PersonalData` describes it.
private final class PersonalDataWriter {
    private var json = JSONWriter(reserving: 2 * AnswerPieces.length)
    /// The list that is being written.
    private var list: String?

    /// The part's bytes, with what was left of those before; what is left of it comes with the next.
    func pieces(of part: PersonalData.Part) -> [ByteBuffer] {
        switch part {
        case .account(let instant, let user):
            json.beginObject()
            json.instant("exportedAt", instant)
            json.object("user", user)
            return []
        case .formerNames(let names): return add(names, to: "formerNames")
        case .formerEmails(let emails): return add(emails, to: "formerEmails")
        case .sessions(let sessions): return add(sessions.map(PastSession.init), to: "sessions")
        case .knownBrowsers(let browsers): return add(browsers, to: "knownBrowsers")
        case .assignments(let assignments): return add(assignments, to: "assignments")
        case .timeEntries(let entries): return add(entries, to: "timeEntries")
        case .movements(let movements): return add(movements, to: "movements")
        case .audit(let entries): return add(entries, to: "audit")
        case .securityEvents(let events): return add(events, to: "securityEvents")
        case .mails(let mails): return add(mails, to: "mails")
        }
    }

    func end() -> ByteBuffer {
        if list != nil { json.endList() }
        json.endObject()
        return json.takePiece()
    }

    private func add(_ values: [some Wire], to name: StaticString) -> [ByteBuffer] {
        if list != "\(name)" {
            if list != nil { json.endList() }
            list = "\(name)"
            json.beginList(name)
        }
        var pieces: [ByteBuffer] = []
        for value in values {
            json.add(value)
            if json.length >= AnswerPieces.length { pieces.append(json.takePiece()) }
        }
        return pieces
    }
}

extension FormerEmail: Wire {
    static let example = FormerEmail(
        email: "lena.maier@fliesen-brandt.example", at: Example.morning, expiresAt: Example.later)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("email", email)
        fields.instant("changeAskedAt", at)
        fields.instant("restorableUntil", expiresAt)
    }
}

private struct PastSession: Wire {
    let session: Session

    static let example = PastSession(session: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", session.id)
        fields.text("userAgent", session.userAgent)
        fields.instant("createdAt", session.createdAt)
        fields.instant("lastUsedAt", session.lastUsedAt)
        fields.instant("expiresAt", session.expiresAt)
    }
}

extension KnownBrowser: Wire {
    static let example = KnownBrowser(createdAt: Example.morning, usedAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("createdAt", createdAt)
        fields.instant("usedAt", usedAt)
    }
}

extension PersonalData.Assignment: Wire {
    static let schemaName = "OwnAssignment"
    static let example = Self(site: Example.id(2), siteName: "Bad Müller", since: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site)
        fields.text("siteName", siteName)
        fields.instant("since", since)
    }
}

extension PersonalData.Use: Wire {
    static let schemaName = "OwnMovement"
    static let example = Self(
        site: Example.id(2), material: Example.id(3), materialName: "Flexkleber C2TE", movement: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site)
        fields.id("materialId", material)
        fields.text("materialName", materialName)
        fields.object("movement", movement)
    }
}

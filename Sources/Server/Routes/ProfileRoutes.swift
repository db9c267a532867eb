import Core
import HTTPTypes
import NIOCore
import Storage

struct ProfileRoutes {
    let profile: Profile
    let people: People
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let (profile, people, signedIn) = (profile, people, signedIn)
        return [
            signedIn.evenWithoutFactor.one(
                "/api/v1/users/me", in: .users, .signedIn, .init("Read your account", "The caller's account.")
            ) { (_, caller: AsThemselves) in caller.actor.user },
            signedIn.change(
                .put, "/api/v1/users/me", in: .users, .signedIn,
                .init(
                    "Change your account",
                    """
                    Fields that are left out stay unchanged. A new password needs the current one, and ends all other sessions. \
                    A new `email` needs it too: it becomes `pendingEmail`, and replaces `email` once it is confirmed with the \
                    link that is mailed to it; the old address gets a link that undoes the change for 7 days. The answer doesn't \
                    reveal whether the new address has an account already. If this server has no mail, the change takes effect \
                    at once and ends all other sessions.
                    """),
                refusals: [
                    .of(AccountRefusal.emailTaken, "If this server has no mail."), .of(LimitRefusal.mails),
                    .of(AccountRefusal.tooManySignIns),
                    .of(
                        AccountRefusal.tooManyTries,
                        "Too many wrong passwords, or too many changes of address or name."),
                ]
            ) { (call, caller: AsThemselves, fields: ProfileFields) in
                try await profile.change(fields.changes, if: call.precondition, as: caller.actor)
            },
            signedIn.change(
                .post, "/api/v1/users/me/pending-email/resend", in: .users, .signedIn,
                .init(
                    "Mail the link that confirms your new address again",
                    "Mails a new link, valid for 7 days, to `pendingEmail`; the old one stops working."),
                refusals: [
                    .of(AccountRefusal.noPendingEmail), .of(LimitRefusal.mails),
                    .of(AccountRefusal.tooManyTries, "More than 10 mails an hour to this address."),
                ]
            ) { (_, caller: AsThemselves, _: NoFields) in profile.resendConfirmation(as: caller.actor) },
            signedIn.remove(
                "/api/v1/users/me/pending-email", in: .users, .signedIn,
                .init(
                    "Cancel a change of your address",
                    "`pendingEmail` becomes null. The link that was mailed to the current address stays valid."),
                isConditional: false, refusals: [.of(AccountRefusal.noPendingEmail)]
            ) { (_, caller: AsThemselves) in profile.cancelEmailChange(as: caller.actor) },
            signedIn.custom(
                .get, "/api/v1/users/me/export", in: .users, .signedIn,
                .init(
                    "Export your data",
                    """
                    All data about the caller: the account, former names and addresses, sessions, phones, API tokens, second factors, assignments, hours, movements \
                    of material, clarifications, submitted and approved days, absences, targets, audit entries that name them, security events, \
                    and mails. It is written while it is sent: if it \
                    is cut off, it isn't valid JSON.
                    """),
                result: .one(PersonalData.self, .ok, "The copy."), confirmation: .needed, takes: .copy
            ) { (_, caller: AsThemselves) in
                // First, so that a failure of the database gets an answer and not a broken copy.
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
                "/api/v1/users/{userId}", in: .users, .may(.readAnyUser),
                .init("Read any account", "For operators: a person of any company.")
            ) { (call, caller: AsThemselves) in
                let user = try await people.get(try call.id("userId"), as: caller.actor)
                try await signedIn.watch.note(operator: caller.actor, in: user.companyID, for: .readAnyUser)
                return user
            },
        ]
    }
}

private struct ProfileFields: BodyFields {
    let changes: Profile.Changes

    init?(_ fields: inout FieldReader) {
        var user = Edit<User>()
        user.set(
            \.firstName,
            fields.changed("firstName") {
                $0.name("firstName", "Your first name.", max: 100, of: .sender, example: "Lena")
            })
        user.set(
            \.lastName,
            fields.changed("lastName") {
                $0.name("lastName", "Your last name.", max: 100, of: .sender, example: "Vogt")
            })
        user.set(
            \.phone,
            fields.clearable("phone") { fields in
                fields.optional("phone") { $0.line("phone", "Your phone number.", max: 50, example: UserExample.phone) }
            })
        let email = fields.changed("email") { $0.email("email", "Your new email address.") }
        user.set(\.language, fields.changed("language") { $0.choice("language", .language) })
        user.set(\.hourMails, fields.changed("hourMails") { $0.choice("hourMails", .hourMails) })
        let password = fields.changed("password") { $0.newPassword("password") }
        let current = fields.changed("currentPassword") {
            $0.secret(
                "currentPassword", "The current password, which a new password or email address needs.",
                example: "Alte Kelle")
        }
        if password != nil && current == nil { fields.report("currentPassword", .currentPasswordMissing) }
        changes = Profile.Changes(fields: user, email: email, newPassword: password, currentPassword: current)
    }
}

extension PersonalData: Wire {
    static let example = PersonalData(
        exportedAt: Example.evening, user: .example, formerNames: [.example], formerEmails: [.example],
        sessions: [.example], knownBrowsers: [.example], phones: [.example], apiTokens: [.example], factors: [.example],
        assignments: [Assignment(site: Example.id(2), siteName: "Bad Müller", since: Example.morning)],
        timeEntries: [.example],
        movements: [
            Use(site: Example.id(2), material: Example.id(3), movement: .example)
        ], clarifications: [.example], approvals: [.example], absences: [.example], workTargets: [.example],
        audit: [.example], securityEvents: [.example], mails: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        Self.describeAccount(&fields, exportedAt, user)
        fields.list("formerNames", formerNames, "Names that the person had before, latest first.")
        fields.list(
            "formerEmails", formerEmails, "Addresses that a change was requested for, while it can still be undone.")
        fields.list("sessions", sessions.map(PastSession.init), "Sessions that have not ended.")
        fields.list("knownBrowsers", knownBrowsers, "Browsers that have signed in to the account.")
        fields.list("phones", phones, "Phones on which the person signs in with a PIN.")
        fields.list("apiTokens", apiTokens, "API tokens that the person made.")
        fields.list("factors", factors, "Second factors that signing in asks for.")
        fields.list("assignments", assignments, "Sites that the person is assigned to.")
        fields.list("timeEntries", timeEntries, "The person's hours.")
        fields.list("movements", movements, "What the person took or added.")
        fields.list(
            "clarifications", clarifications, "What the person reported late, and what couldn't be recorded then.")
        fields.list(
            "approvals", approvals.map(ApprovedDay.init), "Days that were submitted, approved or reopened, in order.")
        fields.list("absences", absences, "When the person was away, or asked to be.")
        fields.list("workTargets", workTargets, "How long the person is to work.")
        fields.list("audit", audit, "Audit entries that name the person.")
        fields.list("securityEvents", securityEvents, "Security events that name the person.")
        fields.list("mails", mails, "Mails to the person.")
    }
}

extension PersonalData {
    fileprivate static func describeAccount<Fields: FieldWriter & ~Copyable>(
        _ fields: inout Fields, _ exportedAt: Instant, _ user: User
    ) {
        fields.instant("exportedAt", exportedAt, "When the copy was made.")
        fields.object("user", user, "The account.")
    }
}

/// Writes a person's copy part by part, in the shape that `PersonalData` describes.
private final class PersonalDataWriter {
    private var json = JSONWriter(reserving: 2 * AnswerPieces.length)
    /// The list that is being written.
    private var list: String?

    /// The bytes that are ready to be sent; the rest follows with the next part.
    func pieces(of part: PersonalData.Part) -> [ByteBuffer] {
        switch part {
        case .account(let instant, let user):
            json.beginObject()
            PersonalData.describeAccount(&json, instant, user)
            return []
        case .formerNames(let names): return add(names, to: "formerNames")
        case .formerEmails(let emails): return add(emails, to: "formerEmails")
        case .sessions(let sessions): return add(sessions.map(PastSession.init), to: "sessions")
        case .knownBrowsers(let browsers): return add(browsers, to: "knownBrowsers")
        case .phones(let phones): return add(phones, to: "phones")
        case .apiTokens(let tokens): return add(tokens, to: "apiTokens")
        case .factors(let factors): return add(factors, to: "factors")
        case .assignments(let assignments): return add(assignments, to: "assignments")
        case .timeEntries(let entries): return add(entries, to: "timeEntries")
        case .movements(let movements): return add(movements, to: "movements")
        case .clarifications(let clarifications): return add(clarifications, to: "clarifications")
        case .approvals(let approvals): return add(approvals.map(ApprovedDay.init), to: "approvals")
        case .absences(let absences): return add(absences, to: "absences")
        case .workTargets(let targets): return add(targets, to: "workTargets")
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
        fields.text("email", email, "The address before the change.")
        fields.instant("changeAskedAt", at, "When the change was requested.")
        fields.instant("restorableUntil", expiresAt, "Until when the link that was mailed there undoes it.")
    }
}

private struct PastSession: Wire {
    let session: Session

    static let example = PastSession(session: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", session.id, .id)
        fields.text("userAgent", session.userAgent, .userAgent)
        fields.id("phoneId", session.phone, "The phone on which it began; null if it began with a password.")
        fields.instant("createdAt", session.createdAt, "When the person signed in.")
        fields.instant("lastUsedAt", session.lastUsedAt, .lastUsedAt)
        fields.instant("expiresAt", session.expiresAt, .expiresAt)
    }
}

extension KnownBrowser: Wire {
    static let example = KnownBrowser(createdAt: Example.morning, usedAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.instant("createdAt", createdAt, "The first sign-in.")
        fields.instant("usedAt", usedAt, "The latest sign-in.")
    }
}

extension PersonalData.Assignment: Wire {
    static let schemaName = "OwnAssignment"
    static let example = Self(site: Example.id(2), siteName: "Bad Müller", since: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.instant("since", since, "When the person was assigned.")
        fields.instant("until", until, "When the assignment ended; null while it lasts.")
        fields.instant(
            "foremanSince", foremanSince, "When the person became a foreman of the site; null if they aren't one.")
    }
}

extension PersonalData.Use: Wire {
    static let schemaName = "OwnMovement"
    static let example = Self(
        site: Example.id(2), material: Example.id(3), movement: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site, .siteID)
        fields.id("materialId", material, .materialID)
        fields.text("materialName", movement.materialName, "The material's name at that time.")
        fields.object("movement", movement, "What was taken or added.")
    }
}

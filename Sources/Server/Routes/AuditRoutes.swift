import Core
import HTTPTypes

struct AuditRoutes {
    let history: History
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let history = history
        return [
            signedIn.list(
                "/api/v1/companies/{companyId}/audit", in: .companies, .may(.readAudit),
                .init(
                    "List audit entries",
                    """
                    Who changed which people, permissions, sites and materials, when and from which session, newest first. \
                    Movements are listed under each material, and check-ins and check-outs in the time entries.
                    """), by: .id()
            ) { (_, company: InCompany, page) in try await history.list(page, in: company.scope) },
            signedIn.list(
                "/api/v1/companies/{companyId}/audit/security", in: .companies, .may(.readAudit),
                .init(
                    "List security events",
                    """
                    Sign-ins and failed ones; changed passwords, addresses, roles and statuses; API tokens that were made and revoked; \
                    links that were used twice; refused access; and access by operators. Each has its session, network and request; newest first. Equal refusals and \
                    operator accesses within an hour are one event with `times`, listed at the start of the hour, and may take a few \
                    seconds to appear. A person has at most 20 events of one kind an hour; the rest are counted in one more, without \
                    session and network. Networks are removed after 90 days.
                    """), by: .id()
            ) { (_, company: InCompany, page) in try await history.securityEvents(page, in: company.scope) },
            signedIn.list(
                "/api/v1/companies/{companyId}/sites/{siteId}/audit", in: .sites, .may(.readAudit),
                .init(
                    "List a site's audit entries",
                    "Including its material and corrections of its hours, newest first."), by: .id()
            ) { (_, site: OnSite, page) in try await history.list(page, on: site.scope) },
            signedIn.list(
                "/api/v1/companies/{companyId}/sites/{siteId}/history", in: .sites, .may(.readSites),
                .init(
                    "Read a site's history",
                    """
                    Movements of all its material, including removed material, and, for those who may read the audit, what was \
                    changed; latest recorded first.
                    """), by: .id(), queries: Self.filter
            ) { (call, site: OnSite, page) in
                let kinds = SiteEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                let kind = try call.query("kind", else: Flaw(.notOneOf, ["allowed": .text(kinds)])) {
                    SiteEvent.Kind(rawValue: $0)
                }
                return try await history.events(kind, page, on: site.scope)
            },
        ]
    }
}

extension AuditRoutes {
    private static let filter = [
        QueryDescription(
            name: "kind", meaning: "Only events of this kind.",
            schema: ["type": "string", "enum": .list(SiteEvent.Kind.allCases.map { .text($0.rawValue) })])
    ]
}

extension SiteEvent: Wire {
    static let example = SiteEvent(.movement(.example))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, "The id of the movement or of the audit entry.")
        fields.choice("kind", kind, "MOVEMENT, with `movement`, or CHANGE, with `change`.")
        fields.instant("at", at, "When it happened.")
        fields.instant(
            "recordedAt", recordedAt,
            "When it was recorded: later than `at` for work done offline. The list is in this order.")
        switch content {
        case .movement(let movement):
            fields.object(
                "movement", ifThere: movement,
                "What was taken or added, and of which material; only if `kind` is MOVEMENT.")
            fields.object(
                "change", ifThere: nil as AuditEntry?,
                "What was changed of the site, its material or its hours; only if `kind` is CHANGE.")
        case .change(let entry):
            fields.object(
                "movement", ifThere: nil as SiteMovement?,
                "What was taken or added, and of which material; only if `kind` is MOVEMENT.")
            fields.object(
                "change", ifThere: entry,
                "What was changed of the site, its material or its hours; only if `kind` is CHANGE.")
        }
    }
}

extension SiteMovement: Wire {
    static let example = SiteMovement(material: Example.id(3), movement: .example)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("materialId", material, .materialID)
        fields.text("materialName", movement.materialName, "The material's name at that time.")
        fields.choice("kind", movement.kind, .movementKind)
        fields.text("unit", movement.unit, .unitThen)
        fields.quantity("delta", movement.delta, "How much was added, in `unit`; negative if it was taken.")
        fields.quantity("amountAfter", movement.amountAfter, "The amount after this movement, in `unit`.")
        fields.text("note", movement.note, "What it was for; null without a note.")
        fields.id("refId", movement.transfer, .movementReference)
        fields.text("otherSiteName", movement.otherSiteName, .otherSiteName)
        fields.id("userId", movement.user, "The id of the person who took or added it.")
        fields.text("userName", movement.userName, .userName)
    }
}

extension AuditEntry: Wire {
    static let example = AuditEntry(
        id: Example.id(8), at: Example.morning, user: Example.id(1), userName: "Sabine Brandt",
        session: Example.id(30), tokenName: "Lohnbüro", action: .siteChanged, subject: Example.id(2, Site.self).text,
        subjectName: "Bad Müller", changes: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.instant("at", at, "When it was changed.")
        fields.id("userId", user, "The id of the person who changed it.")
        fields.text("userName", userName, .userName)
        fields.text(
            "userNameThen", userNameThen,
            "The name of the person who changed it, at the time; null if it is the same today.")
        fields.id("sessionId", session, .sessionID)
        fields.text(
            "tokenName", tokenName,
            "The name of the API token, at the time, by which a program changed it for that person; null if they did it themselves."
        )
        fields.choice("action", action, "What was done.")
        fields.text(
            "subjectId", subject,
            "The id of the company, person, site, material, time entry or API token that was changed.")
        fields.text("subjectName", subjectName, "The subject's name; null if it has none, or none any more.")
        fields.text(
            "subjectNameThen", subjectNameThen, "For a person, their name at the time; null if it is the same today.")
        fields.list("changes", changes, "The fields that changed; empty if the action says it all.")
    }
}

extension AuditEntry.Detail: Wire {
    static let schemaName = "AuditChange"
    static let example = AuditEntry.Detail(field: "priority", from: "medium", to: "high")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("field", field, "The name of the field in the API.")
        fields.text(
            "from", from,
            """
            The value before, as text; null if it was empty, and always for people's names and email addresses, a site's notes and contact, and \
            the times of time entries, which aren't kept here.
            """
        )
        fields.text(
            "to", to,
            """
            The value after, as text; null if it is empty, and always for people's names and email addresses, a site's notes and contact, and \
            the times of time entries, which aren't kept here.
            """
        )
    }
}

extension SecurityEvent: Wire {
    static let example = SecurityEvent(
        id: Example.id(40), kind: .forbidden, at: Example.morning, lastAt: Example.evening, times: 7,
        user: Example.id(1), userName: "Lena Vogt", session: Example.id(30), network: "203.0.113.9",
        requestID: "5f0c2a91-1041", subject: Example.id(5), subjectName: "Kai Roth",
        detail: AccessRefusal.roleForbids.rawValue, tokenName: "Lohnbüro")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.choice("kind", kind, "What happened; `other` for a kind that only a newer server knows.")
        fields.instant("at", at, "When it happened, or first happened within the hour.")
        fields.instant("lastAt", lastAt, "When it last happened within the hour; the same as `at` for a single event.")
        fields.integer("times", times, "How often it happened.")
        fields.id(
            "userId", user,
            "The id of the person who did it; if no one was signed in, of the person whose account it is about.")
        fields.text("userName", userName, .userName)
        fields.id("sessionId", session, "The session that the request came from, or that began; null without one.")
        fields.text(
            "network", network,
            """
            The client's IPv4 address, or the first half of its IPv6 address; null after 90 days, once the person is removed, for the \
            command line, and for the remainder of an hour that was added up.
            """)
        fields.text("requestId", requestID, "The `X-Request-Id` of the first request; null for the command line.")
        fields.id("subjectId", subject, "The id of the other person whom it was done to; null if there is none.")
        fields.text("subjectName", subjectName, "That person's first and last name; null if there is none.")
        fields.text(
            "detail", detail,
            "The code of the refusal, the new role or status, the purpose of the link, or which second factor it was; null for others."
        )
        fields.text(
            "tokenName", tokenName,
            "The name of the API token, at the time, by which a program caused it for that person; null if they did it themselves."
        )
    }
}

import Core
import HTTPTypes

struct AuditRoutes {
    let history: History
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let history = history
        return [
            signedIn.list(
                "/api/v1/companies/{companyId}/audit", .may(.readAudit),
                .init(
                    "Read what was changed",
                    """
                    Who changed what of people, permissions, sites and material, when and from which session, the newest \
                    first. What somebody took or added is in the movements, and coming and going in the time entries. \
                    `userNameThen` and `subjectNameThen` are what people were called at the time, where they have another \
                    name now.
                    """), by: .id()
            ) { (_, company: InCompany, page) in try await history.list(page, in: company.scope) },
            signedIn.list(
                "/api/v1/companies/{companyId}/audit/security", .may(.readAudit),
                .init(
                    "Read what happened to accounts and access",
                    """
                    Who signed in or failed to, whose password, address, role or status was changed, links that were used twice, who was \
                    refused what isn't theirs, and operators' visits, with session, network and request; the newest first. Equal \
                    refusals and visits of an hour are one event with `times`, which stands where the hour began and can take some \
                    seconds to show. Of one kind a person has 20 events an hour; what comes beyond is added up in one more, without \
                    session and network. Networks are removed after 90 days.
                    """), by: .id()
            ) { (_, company: InCompany, page) in try await history.securityEvents(page, in: company.scope) },
            signedIn.list(
                "/api/v1/companies/{companyId}/sites/{siteId}/audit", .may(.readAudit),
                .init(
                    "Read what was changed of a site",
                    "Also of its material, and which of its hours were corrected; the newest first."), by: .id()
            ) { (_, site: OnSite, page) in try await history.list(page, on: site.scope) },
            signedIn.list(
                "/api/v1/companies/{companyId}/sites/{siteId}/history", .may(.readSites),
                .init(
                    "Read a site's history",
                    """
                    What was taken and added of all its material, also of what was removed since, and, for whoever may read it, what \
                    was changed; the latest recorded first.
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
            name: "kind", details: "Only what is of this kind.",
            schema: ["type": "string", "enum": .list(SiteEvent.Kind.allCases.map { .text($0.rawValue) })])
    ]
}

extension SiteEvent: Wire {
    static let example = SiteEvent(.movement(.example))

    static let fieldDetails = [
        "id": "The id of the movement or of the audit entry.",
        "kind": "MOVEMENT with `movement`, or CHANGE with `change`.",
        "at": "When it happened.",
        "recordedAt": "When it was recorded: later than `at` for work done offline. The list is in this order.",
        "movement": "What was taken or added, and of which material.",
        "change": "What was changed of the site, its material or its hours.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.choice("kind", kind)
        fields.instant("at", at)
        fields.instant("recordedAt", recordedAt)
        switch content {
        case .movement(let movement):
            fields.object("movement", ifThere: movement)
            fields.object("change", ifThere: nil as AuditEntry?)
        case .change(let entry):
            fields.object("movement", ifThere: nil as SiteMovement?)
            fields.object("change", ifThere: entry)
        }
    }
}

extension SiteMovement: Wire {
    static let example = SiteMovement(
        material: Example.id(3), materialName: "Flexkleber C2TE", unit: "Sack", movement: .example)

    static let fieldDetails = [
        "materialId": "The material's id.",
        "materialName": "What the material is called, also where it was removed.",
        "unit": "The unit of the amounts.",
        "delta": "How much was added, or taken where it is negative; exact, with at most three decimals.",
        "amountAfter": "How much there was then; exact, with at most three decimals.",
        "note": "What it was for, where somebody said so.",
        "userId": "Who took or added it.",
        "userName": "Their name.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("materialId", material)
        fields.text("materialName", materialName)
        fields.text("unit", unit)
        fields.quantity("delta", movement.delta)
        fields.quantity("amountAfter", movement.amountAfter)
        fields.text("note", movement.note)
        fields.id("userId", movement.user)
        fields.text("userName", movement.userName)
    }
}

extension AuditEntry: Wire {
    static let example = AuditEntry(
        id: Example.id(8), at: Example.morning, user: Example.id(1), userName: "Sabine Brandt",
        session: Example.id(30), action: .siteChanged, subject: Example.id(2, Site.self).text,
        subjectName: "Bad Müller", changes: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.instant("at", at)
        fields.id("userId", user)
        fields.text("userName", userName)
        fields.text("userNameThen", userNameThen)
        fields.id("sessionId", session)
        fields.choice("action", action)
        fields.text("subjectId", subject)
        fields.text("subjectName", subjectName)
        fields.text("subjectNameThen", subjectNameThen)
        fields.list("changes", changes)
    }
}

extension AuditEntry.Detail: Wire {
    static let schemaName = "AuditChange"
    static let example = AuditEntry.Detail(field: "priority", from: "medium", to: "high")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("field", field)
        fields.text("from", from)
        fields.text("to", to)
    }
}

extension SecurityEvent: Wire {
    static let example = SecurityEvent(
        id: Example.id(40), kind: .forbidden, at: Example.morning, lastAt: Example.evening, times: 7,
        user: Example.id(1), userName: "Lena Vogt", session: Example.id(30), network: "203.0.113.9",
        requestID: "5f0c2a91-1041", subject: Example.id(5), subjectName: "Kai Roth",
        detail: AccessRefusal.roleForbids.rawValue)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.choice("kind", kind)
        fields.instant("at", at)
        fields.instant("lastAt", lastAt)
        fields.integer("times", times)
        fields.id("userId", user)
        fields.text("userName", userName)
        fields.id("sessionId", session)
        fields.text("network", network)
        fields.text("requestId", requestID)
        fields.id("subjectId", subject)
        fields.text("subjectName", subjectName)
        fields.text("detail", detail)
    }
}

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
                "/api/v1/companies/{companyId}/sites/{siteId}/audit", .may(.readAudit),
                .init(
                    "Read what was changed of a site",
                    "Also of its material, and which of its hours were corrected; the newest first."), by: .id()
            ) { (_, site: OnSite, page) in try await history.list(page, on: site.scope) },
        ]
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

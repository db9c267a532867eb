import Core
import HTTPTypes

struct MailRoutes {
    let mails: Mails
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let mails = mails
        return [
            signedIn.list(
                "/api/v1/companies/{companyId}/mails", .may(.readMails),
                .init("List mails", "What became of every mail to the company's people, the newest first."), by: .id()
            ) { (_, company: InCompany, page) in try await mails.list(page, in: company.scope) }
        ]
    }
}

extension Mail: Wire {
    static let example = Mail(
        id: Example.id(10), user: Example.id(1), address: "lena.vogt@fliesen-brandt.example", kind: .invitation,
        state: .sent, reason: nil, attempts: 1, createdAt: Example.morning, updatedAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.choice("kind", kind)
        fields.id("userId", user)
        fields.text("address", address)
        fields.choice("state", state)
        fields.text("reason", reason)
        fields.integer("attempts", attempts)
        fields.instant("createdAt", createdAt)
        fields.instant("updatedAt", updatedAt)
    }
}

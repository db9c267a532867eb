import Core
import HTTPTypes
import Storage

/// The phones of a company's people.
struct PhoneRoutes {
    let people: People
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/users/{userId}/phones"

    var routes: [Route] {
        let people = people
        return [
            signedIn.list(
                Self.base, in: .users, .may(.readUsers),
                .init("List a person's phones", "The phones that took a card of the person, newest first."), by: .id()
            ) { (call, company: InCompany, page) in
                try await people.phones(of: try call.id("userId"), page, in: company.scope)
            },
            signedIn.remove(
                Self.base + "/{phoneId}", in: .users, .may(.changeUsers),
                .init(
                    "End a phone",
                    "The phone can no longer sign the person in, and its sessions end at once. A manager can only end those of workers."
                ), isConditional: false,
                refusals: [.of(AccountRefusal.phoneNotFound), .of(UserRefusal.workersOnly)]
            ) { (call, company: InCompany) in
                try people.endPhone(try call.id("phoneId"), of: try call.id("userId"), in: company.scope)
            },
        ]
    }
}

extension Phone: Wire {
    static let example = Phone(
        id: Example.id(31), userAgent: "Mozilla/5.0 (Linux; Android 15)", createdAt: Example.morning,
        lastUsedAt: Example.evening, expiresAt: Example.later)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("device", userAgent, .userAgent)
        fields.instant("createdAt", createdAt, "When the phone took the card.")
        fields.instant("lastUsedAt", lastUsedAt, "When it was last used, to the hour.")
        fields.instant("expiresAt", expiresAt, "When it stops working, unless the person signs in on it until then.")
    }
}

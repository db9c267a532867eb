import Core
import HTTPTypes
import Storage

/// The API tokens of a company, with which programs use the API.
struct TokenRoutes {
    let tokens: APITokens
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/tokens"

    var routes: [Route] {
        let tokens = tokens
        return [
            signedIn.list(
                Self.base, in: .companies, .may(.manageTokens),
                .init(
                    "List API tokens",
                    "All tokens of the company, newest first. Expired ones are listed for 30 more days."),
                by: .id()
            ) { (_, company: InCompany, page) in try await tokens.list(page, in: company.scope) },
            signedIn.change(
                .post, Self.base, in: .companies, .may(.manageTokens),
                .init(
                    "Make an API token",
                    """
                    For a program, which sends it as `Authorization: Bearer`. The answer shows the token this once: the server keeps only \
                    its hash. It acts for the caller, in their company and within its scopes; it can do no more than their role \
                    can at the time, and ends permanently when they are deactivated or removed. What takes a person (accounts, sessions, \
                    passwords, tokens, whatever needs a confirmation) is closed to it.
                    """),
                status: .created, isRepeatable: false, confirmation: .needed, refusals: [.of(LimitRefusal.apiTokens)]
            ) { (_, company: InCompany, fields: TokenFields) in
                try tokens.make(fields.name, scopes: fields.scopes, expiresAt: fields.expiresAt, in: company.scope)
            },
            signedIn.remove(
                Self.base + "/{tokenId}", in: .companies, .may(.manageTokens),
                .init(
                    "Revoke an API token", "Its next request is refused. Any manager can revoke any token."),
                isConditional: false
            ) { (call, company: InCompany) in try tokens.revoke(try call.id("tokenId"), in: company.scope) },
        ]
    }
}

/// A permission that a token can have.
private struct TokenScope: RawRepresentable, CaseIterable, Sendable {
    let permission: Permission

    static let allCases: [TokenScope] = Permission.allCases.filter(\.isForTokens).map { TokenScope($0) }

    init(_ permission: Permission) { self.permission = permission }

    init?(rawValue: String) {
        guard let permission = Permission(rawValue: rawValue), permission.isForTokens else { return nil }
        self.permission = permission
    }

    var rawValue: String { permission.rawValue }
}

private struct TokenFields: BodyFields {
    let name: String
    let scopes: [Permission]
    let expiresAt: Instant

    init?(_ fields: inout FieldReader) {
        let name = fields.name("name", .tokenName, max: 100, example: APIToken.example.name)
        let scopes: [TokenScope] = fields.choices("scopes", .tokenScopes)
        let expiresAt = fields.instant(
            "expiresAt", "When it stops working: at most 366 days ahead.", example: Example.later)
        guard let name, let expiresAt else { return nil }
        (self.name, self.scopes, self.expiresAt) = (name, scopes.map(\.permission), expiresAt)
    }
}

extension Meaning {
    fileprivate static var tokenName: Meaning { "What the token is for, in the company's own words." }
    fileprivate static var tokenScopes: Meaning {
        "What it may do: permissions, by the names that `x-token-scope` of each operation gives."
    }
}

extension APIToken: Wire {
    static let example = APIToken(
        id: Example.id(32), name: "Lohnbüro", scopes: [.readTimes, .exportHours], user: Example.id(7),
        userName: "Sabine Brandt", createdAt: Example.morning, lastUsedAt: Example.evening, expiresAt: Example.later)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("name", name, .tokenName)
        fields.choices("scopes", scopes.map { TokenScope($0) }, .tokenScopes)
        fields.id("userId", user, "The id of the person who made it, for whom it acts.")
        fields.text("userName", userName, .userName)
        fields.instant("createdAt", createdAt, "When it was made.")
        fields.instant("lastUsedAt", lastUsedAt, "When it was last used, to the hour; null if it wasn't yet.")
        fields.instant("expiresAt", expiresAt, "When it stops working.")
    }
}

extension APIToken.Made: Wire {
    static let schemaName = "NewAPIToken"
    static let example = Self(
        token: .example, text: "polier_api_" + String(repeating: "5c2a7d41", count: 8) + "0b1d9e6f")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text(
            "token", text,
            """
            The token itself: `polier_api_`, 64 hexadecimal digits, and the CRC-32 of all that in eight more. It is shown this once.
            """)
        token.describe(&fields)
    }
}

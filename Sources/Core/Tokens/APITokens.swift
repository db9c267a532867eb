public import Storage

/// Use cases for API tokens: authenticating by one, and making, listing and ending those of a company.
public struct APITokens: Sendable {
    let database: any Database
    let factors: FactorPolicy
    let runtime: Runtime

    public init(_ database: any Database, factors: FactorPolicy = .none, runtime: Runtime) {
        (self.database, self.factors, self.runtime) = (database, factors, runtime)
    }

    /// Whether a text claims to be one of our tokens, whole or not. A session's token never does.
    public static func isOne(_ token: Substring) -> Bool { token.hasBytes(first: APITokenText.family) }

    /// The person for whom a token acts.
    /// - Throws: `TokenRefusal.malformed` if it isn't whole, without asking the database; `.notValid` if it is unknown or was revoked, or
    ///   its maker was removed or switched off; `.expired`; `CompanyRefusal.suspended`; `FactorRefusal.missing` if its maker may do
    ///   nothing before they have a second factor; `StorageError`.
    public func actor(_ token: Substring, from source: RequestSource = .none) async throws -> Actor {
        guard let text = APITokenText(sent: token) else { throw Refusal(TokenRefusal.malformed) }
        let now = runtime.now()
        let found = try await database.fetch(
            APIToken.actor(tokenHash: text.hash, session: runtime.newID(), now: now)
        ).first
        guard let found else { throw Refusal(TokenRefusal.notValid) }
        guard found.expiresAt > now else {
            throw Refusal(TokenRefusal.expired, ["expiresAt": .instant(found.expiresAt)])
        }
        var actor = found.actor
        guard !actor.isSuspended else { throw Refusal(CompanyRefusal.suspended) }
        guard !factors.isMissing(actor) else { throw Refusal(FactorRefusal.missing) }
        actor.source = source
        return actor
    }

    /// A company's tokens, newest first, with those that expired lately.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.manageTokens`; `StorageError`.
    public func list(
        _ page: PageRequest<APIToken.ID>, in scope: CompanyScope
    ) async throws -> Page<APIToken, APIToken.ID> {
        try scope.check(.manageTokens)
        return Page(try await database.fetch(APIToken.list(scope, page).page), of: page, key: \.id)
    }

    /// A change that makes a token of the actor. Its result can't be read again: the token's text is kept nowhere.
    ///
    /// The change throws `LimitRefusal.apiTokens`; `AccessRefusal.roleForbids` if the actor's role or status changed meanwhile.
    /// - Parameters:
    ///   - scopes: at least one that a token can have.
    ///   - expiresAt: at most 366 days ahead.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.manageTokens`; a `Refusal` of the field `expiresAt` or `scopes`.
    public func make(
        _ name: String, scopes: [Permission], expiresAt: Instant, in scope: CompanyScope
    ) throws -> Change<APIToken.Made> {
        try scope.check(.manageTokens)
        let (runtime, now) = (runtime, runtime.now())
        guard expiresAt > now else { throw Refusal("expiresAt", .notInFuture) }
        guard expiresAt <= now + .seconds(APIToken.mostDays * 24 * 3600) else {
            throw Refusal("expiresAt", .tooFarAhead, ["days": .integer(APIToken.mostDays)])
        }
        let scopes = Permission.allCases.filter { $0.isForTokens && scopes.contains($0) }
        guard !scopes.isEmpty else { throw Refusal("scopes", .empty) }
        let text = APITokenText(runtime)
        let user = scope.actor.user
        let token = APIToken(
            id: runtime.newID(), name: name, scopes: scopes, user: user.id, userName: user.name, createdAt: now,
            lastUsedAt: nil, expiresAt: expiresAt)
        return Change { transaction in
            try transaction.enqueue(Company.lock(scope))
            let most = Limit.apiTokens.standard
            var count: Int64 = try transaction.fetch(APIToken.count(in: scope)).first ?? 0
            if count >= most {
                count -= Int64(try transaction.execute(APIToken.endExpired(in: scope, now: now)))
            }
            guard count < most else { throw LimitRefusal.apiTokens.refusal(most) }
            guard try transaction.execute(token.insert(hash: text.hash, in: scope)) == 1 else {
                throw Refusal(AccessRefusal.roleForbids)
            }
            try Audit(scope, runtime).write(
                .tokenMade, token.id, named: name,
                [AuditEntry.Detail(field: "scopes", from: nil, to: scopes.map(\.rawValue).joined(separator: " "))],
                in: transaction)
            try SecurityRecord(scope, runtime).write(.tokenMade, in: transaction)
            return APIToken.Made(token: token, text: text.text)
        }
    }

    /// A change that revokes a token, so that its next request is refused. Any manager may revoke any token. It throws `TokenRefusal.notFound`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.manageTokens`.
    public func revoke(_ id: APIToken.ID, in scope: CompanyScope) throws -> Change<Void> {
        try scope.check(.manageTokens)
        let runtime = runtime
        return Change { transaction in
            guard let ended = try transaction.fetch(APIToken.end(id, in: scope)).first else { throw APIToken.notFound }
            try Audit(scope, runtime).write(.tokenRevoked, id, named: ended.name, in: transaction)
            try SecurityRecord(scope, runtime).write(.tokenRevoked, of: ended.user, in: transaction)
        }
    }
}

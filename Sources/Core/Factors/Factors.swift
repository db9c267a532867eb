public import Storage

/// What a mail says about a person's second factors.
public enum FactorNews: String, Sendable {
    case added, removed, reset
    case codeUsed, codesRenewed
}

/// Use cases for second factors: one's own, and those of others that were lost.
public struct Factors: Sendable {
    let database: any Database
    let policy: FactorPolicy
    let runtime: Runtime

    public init(_ database: any Database, policy: FactorPolicy, runtime: Runtime) {
        (self.database, self.policy, self.runtime) = (database, policy, runtime)
    }

    /// What an authenticator app needs to know, once.
    public struct New: Sendable {
        public let id: Factor.ID
        /// In base32.
        public let secret: String
        /// The same as an address of the scheme `otpauth`, for a QR code.
        public let uri: String

        package init(id: Factor.ID, secret: String, uri: String) {
            (self.id, self.secret, self.uri) = (id, secret, uri)
        }
    }

    // MARK: One's own

    /// The caller's factors, oldest first.
    /// - Throws: `StorageError`.
    public func own(_ page: PageRequest<Factor.ID>, as actor: Actor) async throws -> Page<Factor, Factor.ID> {
        let rows = try await database.fetch(Factor.list(of: actor.user.id, in: actor.user.companyID, page).page)
        return Page(rows, of: page, key: \.id)
    }

    /// How many of the caller's recovery codes are left.
    /// - Throws: `StorageError`.
    public func codesLeft(as actor: Actor) async throws -> Int {
        let left = try await database.fetch(RecoveryCode.left(of: actor.user.id, in: actor.user.companyID))
        return Int(clamping: left.first ?? 0)
    }

    /// A change that begins a factor: `activate` makes it one that signing in asks for. One that was begun before is forgotten.
    ///
    /// The change throws `FactorRefusal.tooMany`.
    /// - Throws: `FactorRefusal.noSecretKey`; `.passwordNeeded`.
    public func begin(_ kind: Factor.Kind, named name: String?, as actor: Actor) throws -> Change<New> {
        guard actor.user.email != nil else { throw Refusal(FactorRefusal.passwordNeeded) }
        guard let key = policy.key else { throw Refusal(FactorRefusal.noSecretKey) }
        let (user, id, now) = (actor.user, runtime.newID(Factor.self), runtime.now())
        let totp = TOTP(secret: runtime.randomBytes(TOTP.secretLength))
        let sealed = try key.seal(totp.secret, for: user.id)
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: user.companyID))
            guard try transaction.fetch(Factor.all(of: user.id, in: user.companyID)).count < Factor.most else {
                throw Refusal(FactorRefusal.tooMany, ["max": .integer(Factor.most)])
            }
            try Factor.begin(id, kind, named: name, sealed, by: key, of: user, transaction, now: now)
            return New(id: id, secret: Base32.text(totp.secret), uri: totp.uri(of: user.label))
        }
    }

    /// A change that puts a factor to use by its first code, within an hour. All other sessions end with the first one.
    ///
    /// The change throws `FactorRefusal.notFound`; a `Refusal` of the field `code` if it is wrong.
    /// - Returns: a change with the recovery codes, if none were left; else with an empty list.
    public func activate(_ id: Factor.ID, code: String, as actor: Actor) -> Change<[String]> {
        let (user, company, now, runtime, policy) = (
            actor.user, actor.user.companyID, runtime.now(), runtime, policy
        )
        let (codes, mail) = ((0..<RecoveryCode.count).map { _ in RecoveryCode(runtime) }, runtime.newID(Mail.self))
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: company))
            let (held, left) = try transaction.fetch(
                Factor.sealed(of: user.id, in: company), RecoveryCode.left(of: user.id, in: company))
            guard let begun = held.first(where: { $0.id == id && !$0.isActive }),
                begun.createdAt + Factor.activation > now, let totp = begun.totp(policy.key, of: user.id)
            else { throw Factor.notFound }
            guard case .totp(let digits) = TypedCode(code), let step = totp.step(of: digits, after: nil, now: now)
            else { throw Refusal("code", .wrongCode) }
            try transaction.enqueue(Factor.activate(id, at: step, of: user, now: now))
            if !held.contains(where: \.isActive) {
                try transaction.enqueue(Session.endAll(of: user.id, in: company, but: actor.session))
            }
            try Audit(user, session: actor.session, runtime).write(.factorAdded, user.id, in: transaction)
            try SecurityRecord(actor, runtime).write(.factorChanged, detail: "added", in: transaction)
            try Self.tell(.added, user, mail, transaction, now: now)
            guard left.first ?? 0 == 0 else { return [] }
            for code in codes { try transaction.enqueue(code.insertion(of: user)) }
            return codes.map(\.text)
        }
    }

    /// A change that removes one of the caller's factors; with the last one the recovery codes go too. It throws `FactorRefusal.notFound`.
    public func remove(_ id: Factor.ID, as actor: Actor) -> Change<Void> {
        let (user, company, now, runtime) = (actor.user, actor.user.companyID, runtime.now(), runtime)
        let mail = runtime.newID(Mail.self)
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: company))
            guard try transaction.execute(Factor.remove(id, of: user)) == 1 else { throw Factor.notFound }
            try Factor.removeRest(of: user, transaction)
            try Audit(user, session: actor.session, runtime).write(.factorRemoved, user.id, in: transaction)
            try SecurityRecord(actor, runtime).write(.factorChanged, detail: "removed", in: transaction)
            try Self.tell(.removed, user, mail, transaction, now: now)
        }
    }

    /// A change that gives the caller new recovery codes in place of the old ones. It throws `FactorRefusal.notFound` if they have no factor.
    public func renewCodes(as actor: Actor) -> Change<[String]> {
        let (user, company, runtime) = (actor.user, actor.user.companyID, runtime)
        let (codes, now) = ((0..<RecoveryCode.count).map { _ in RecoveryCode(runtime) }, runtime.now())
        let mail = runtime.newID(Mail.self)
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: company))
            guard try !transaction.fetch(Factor.all(of: user.id, in: company)).isEmpty else { throw Factor.notFound }
            try transaction.enqueue(RecoveryCode.removeAll(of: user.id, in: company))
            for code in codes { try transaction.enqueue(code.insertion(of: user)) }
            try SecurityRecord(actor, runtime).write(.factorChanged, detail: "codes-renewed", in: transaction)
            try Self.tell(.codesRenewed, user, mail, transaction, now: now)
            return codes.map(\.text)
        }
    }

    // MARK: Lost ones

    /// A person's factors, oldest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`; `UserRefusal.notFound`; `StorageError`.
    public func of(
        _ user: User.ID, _ page: PageRequest<Factor.ID>, in scope: CompanyScope
    ) async throws -> Page<Factor, Factor.ID> {
        try scope.check(.changeUsers)
        let (users, rows) = try await database.fetch(
            User.exists(user, scope), Factor.list(of: user, in: scope.company, page).page)
        guard !users.isEmpty else { throw User.notFound }
        return Page(rows, of: page, key: \.id)
    }

    /// A change for a person who lost their factors: it removes all of them, ends the person's sessions and sends a mail.
    ///
    /// The change throws `UserRefusal.notFound`; `FactorRefusal.ownerResets` if the actor is neither the owner nor an operator; `.notFound`
    /// if there is none.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func reset(of id: User.ID, in scope: CompanyScope) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let (now, runtime, mail) = (runtime.now(), runtime, runtime.newID(Mail.self))
        return Change { transaction in
            let (user, changer) = try People.lock(id, scope, transaction, now: now)
            guard changer.isOwner || changer.role == .admin else { throw Refusal(FactorRefusal.ownerResets) }
            try Self.reset(user, mail, transaction, now: now)
            try Audit(scope, runtime).write(.factorReset, id, in: transaction)
            try SecurityRecord(scope, runtime).write(.factorChanged, of: id, detail: "reset", in: transaction)
        }
    }

    /// The same for another operator, or a person of any company.
    /// - Throws: `AccessRefusal.roleForbids` if the actor isn't an operator.
    public func reset(anywhere id: User.ID, as actor: Actor) throws -> Change<Void> {
        try actor.check(.operate)
        return reset(anywhere: id, by: actor.user.id, from: actor.source)
    }

    /// The same from the command line, where no person is signed in.
    /// - Throws: `StorageError`.
    public func resetAtCommandLine(of user: User) async throws {
        try await database.make(reset(anywhere: user.id, by: user.id, from: .none))
    }

    private func reset(anywhere id: User.ID, by resetter: User.ID, from source: RequestSource) -> Change<Void> {
        let (now, runtime, mail) = (runtime.now(), runtime, runtime.newID(Mail.self))
        return Change { transaction in
            guard let found = try transaction.fetch(User.one(anywhere: id, now: now)).first else { throw User.notFound }
            try transaction.enqueue(User.lock(id, in: found.companyID))
            try Self.reset(found, mail, transaction, now: now)
            try Audit(of: found.companyID, by: resetter, runtime).write(.factorReset, id, in: transaction)
            try SecurityRecord(of: resetter, in: found.companyID, source, runtime).write(
                .factorChanged, of: id, detail: "reset", in: transaction)
        }
    }

    private static func reset(
        _ user: User, _ mail: Mail.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        guard try Factor.removeAll(of: user.id, in: user.companyID, transaction) > 0 else { throw Factor.notFound }
        // Who has the lost phone may be signed in on it.
        try transaction.enqueue(Session.endAll(of: user.id, in: user.companyID))
        for limit in [AttemptLimit.codesOfAccount, .codesOfSessions] {
            try transaction.enqueue(Attempts(limit, of: user.id.text).forgotten)
        }
        try tell(.reset, user, mail, transaction, now: now)
    }

    /// Sends a person a mail, but none to an unconfirmed address, which may be a stranger's, and at most ten to an address within an hour.
    static func tell(
        _ news: FactorNews, _ user: User, _ mail: Mail.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        guard user.email != nil, try transaction.fetch(UnprovenFounder.since(user.companyID)).isEmpty else { return }
        let letters = Attempts(.lettersToAddress, ofAddressOf: user)
        guard try !letters.isUsedUp(transaction, now: now) else { return }
        try letters.record(transaction, now: now)
        try transaction.enqueue(Mail.insert(mail, .secondFactor, to: user, details: [news.rawValue], now: now))
    }

    // MARK: The key

    /// Whether there are factors that this server's key doesn't open, because the key was lost or changed.
    /// - Throws: `StorageError`.
    public func areUnreadable() async throws -> Bool {
        try await !database.fetch(Factor.sealed(besides: policy.key)).isEmpty
    }
}

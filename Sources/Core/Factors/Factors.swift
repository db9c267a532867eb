public import Storage

/// What a mail says about a person's second factors.
public enum FactorNews: String, Sendable {
    case added, removed, passkeyAdded, passkeyRemoved, reset
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

    /// What an authenticator app or a browser needs to know, once.
    public struct New: Sendable {
        public let id: Factor.ID
        /// In base32; empty for a passkey: within v1 of the API it is always there.
        public let secret: String
        /// The same as an address of the scheme `otpauth`, for a QR code.
        public let uri: String
        /// Nil for an authenticator app.
        public let passkey: NewPasskey?

        package init(id: Factor.ID, secret: String, uri: String, passkey: NewPasskey?) {
            (self.id, self.secret, self.uri, self.passkey) = (id, secret, uri, passkey)
        }
    }

    /// What shows that a begun factor works.
    public enum First: Sendable {
        case code(String)
        case passkey(PasskeyRegistration)
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
    /// The change throws `FactorRefusal.tooMany`; `.passwordNeeded` if the account has no password, or the session began with a phone's PIN;
    /// `.confirmWithFactor` if the caller has a factor, and didn't show one in this session within ten minutes: a second one would open what
    /// the first one guards.
    /// - Throws: `FactorRefusal.noSecretKey`; `.passwordNeeded`; `.passkeysNotOffered`.
    public func begin(_ kind: Factor.Kind, named name: String?, as actor: Actor) throws -> Change<New> {
        guard actor.user.email != nil else { throw Refusal(FactorRefusal.passwordNeeded) }
        guard let key = policy.key else { throw Refusal(FactorRefusal.noSecretKey) }
        let party = kind == .passkey ? try policy.forPasskeys().party : nil
        let (user, id, now) = (actor.user, runtime.newID(Factor.self), runtime.now())
        // Of a passkey the challenge, until its public key takes its place.
        let secret = runtime.randomBytes(kind == .passkey ? 32 : TOTP.secretLength)
        let sealed = try key.seal(secret, for: user.id)
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: user.companyID))
            let (all, passwords) = try transaction.fetch(
                Factor.sealed(of: user.id, in: user.companyID), Factor.passwordBehind(actor))
            guard !passwords.isEmpty else { throw Refusal(FactorRefusal.passwordNeeded) }
            let held = all.filter(\.isActive)
            guard held.count < Factor.most else {
                throw Refusal(FactorRefusal.tooMany, ["max": .integer(Factor.most)])
            }
            if !held.isEmpty { try Session.checkFactor(actor, transaction, now: now) }
            try Factor.begin(id, kind, named: name, sealed, by: key, of: user, transaction, now: now)
            guard let party else {
                let totp = TOTP(secret: secret)
                return New(id: id, secret: Base32.text(secret), uri: totp.uri(of: user.label), passkey: nil)
            }
            let new = NewPasskey(
                challenge: Base64URL.text(secret), relyingParty: party.id,
                userHandle: Base64URL.text(Passkey.handle(of: user.id)), userName: user.label, displayName: user.name,
                excluded: held.compactMap(\.credential))
            return New(id: id, secret: "", uri: "", passkey: new)
        }
    }

    /// A change that puts a factor to use by its first code, or by what the browser made, within an hour. All other sessions end with the
    /// first one.
    ///
    /// The change throws `FactorRefusal.notFound`; a `Refusal` of the field `code` or `credential` if it is wrong.
    /// - Returns: a change with the recovery codes, if none were left; else with an empty list.
    public func activate(_ id: Factor.ID, by first: First, as actor: Actor) -> Change<[String]> {
        let (user, company, now, runtime, policy) = (
            actor.user, actor.user.companyID, runtime.now(), runtime, policy
        )
        let (codes, mail) = ((0..<RecoveryCode.count).map { _ in RecoveryCode(runtime) }, runtime.newID(Mail.self))
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: company))
            let (held, left, passwords) = try transaction.fetch(
                Factor.sealed(of: user.id, in: company), RecoveryCode.left(of: user.id, in: company),
                Factor.passwordBehind(actor))
            guard let begun = held.first(where: { $0.id == id && !$0.isActive }),
                begun.createdAt + Factor.activation > now
            else { throw Factor.notFound }
            guard let password = passwords.first else { throw Refusal(FactorRefusal.passwordNeeded) }
            try Self.activate(begun, by: first, of: user, password, policy, transaction, now: now)
            if !held.contains(where: \.isActive) {
                try transaction.enqueue(Session.endAll(of: user.id, in: company, but: actor.session))
                // With a further one this would let in who has only that one: it is asked for like any other.
                try transaction.enqueue(Session.showFactor(actor.session, of: user, now: now))
            }
            try Audit(user, session: actor.session, runtime).write(.factorAdded, user.id, in: transaction)
            try SecurityRecord(actor, runtime).write(.factorChanged, detail: "added", in: transaction)
            try Self.tell(begun.kind == .passkey ? .passkeyAdded : .added, user, mail, transaction, now: now)
            guard left.first ?? 0 == 0 else { return [] }
            for code in codes { try transaction.enqueue(code.insertion(of: user)) }
            return codes.map(\.text)
        }
    }

    private static func activate(
        _ begun: Factor.Sealed, by first: First, of user: User, _ passwordHash: String, _ policy: FactorPolicy,
        _ transaction: borrowing Transaction, now: Instant
    ) throws {
        switch (first, begun.kind) {
        case (.code(let code), .totp):
            guard let totp = begun.totp(policy.key, of: user.id) else { throw Factor.notFound }
            guard case .totp(let digits) = TypedCode(code), let step = totp.step(of: digits, after: nil, now: now)
            else { throw Refusal("code", .wrongCode) }
            try transaction.enqueue(Factor.activate(begun.id, at: step, of: user, now: now))
        case (.passkey(let made), .passkey):
            let (key, party) = try policy.forPasskeys()
            guard let challenge = begun.challenge(key, of: user.id) else { throw Factor.notFound }
            do {
                let (passkey, counter) = try made.verify(challenge, for: party)
                let sealed = try key.seal(passkey.bytes, for: user.id)
                try transaction.enqueue(
                    Factor.activate(
                        begun.id, credential: made.credential, counter: counter, sealed, by: key, of: user,
                        passwordHash: passwordHash, now: now))
            } catch is PasskeyFault {
                throw Refusal("credential", .wrongPasskey)
            }
        case (.code, .passkey): throw Refusal("code", .wrongCode)
        case (.passkey, .totp): throw Refusal("credential", .wrongPasskey)
        }
    }

    /// A change that removes one of the caller's factors, and ends their other sessions; with the last one the recovery codes go too. It throws `FactorRefusal.notFound`;
    /// `.confirmWithFactor` if the caller didn't show a factor in this session within ten minutes.
    public func remove(_ id: Factor.ID, as actor: Actor) -> Change<Void> {
        let (user, company, now, runtime) = (actor.user, actor.user.companyID, runtime.now(), runtime)
        let mail = runtime.newID(Mail.self)
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: company))
            let held = try transaction.fetch(Factor.all(of: user.id, in: company))
            guard let one = held.first(where: { $0.id == id }) else { throw Factor.notFound }
            try Session.checkFactor(actor, transaction, now: now)
            try transaction.enqueue(Factor.remove(id, of: user))
            // Who has the lost device may be signed in with it.
            try transaction.enqueue(Session.endAll(of: user.id, in: company, but: actor.session))
            try Factor.removeRest(of: user, transaction)
            try Audit(user, session: actor.session, runtime).write(.factorRemoved, user.id, in: transaction)
            try SecurityRecord(actor, runtime).write(.factorChanged, detail: "removed", in: transaction)
            try Self.tell(one.kind == .passkey ? .passkeyRemoved : .removed, user, mail, transaction, now: now)
        }
    }

    /// A change that gives the caller new recovery codes in place of the old ones. It throws `FactorRefusal.notFound` if they have no factor;
    /// `.confirmWithFactor` if they didn't show it in this session within ten minutes.
    public func renewCodes(as actor: Actor) -> Change<[String]> {
        let (user, company, runtime) = (actor.user, actor.user.companyID, runtime)
        let (codes, now) = ((0..<RecoveryCode.count).map { _ in RecoveryCode(runtime) }, runtime.now())
        let mail = runtime.newID(Mail.self)
        return Change { transaction in
            try transaction.enqueue(User.lock(user.id, in: company))
            guard try !transaction.fetch(Factor.all(of: user.id, in: company)).isEmpty else { throw Factor.notFound }
            try Session.checkFactor(actor, transaction, now: now)
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
    /// The change throws `UserRefusal.notFound`; `FactorRefusal.ownerResets` if the actor is neither the owner nor an operator;
    /// `.confirmWithFactor` if they have a factor themselves, and didn't show it in this session within ten minutes; `.notFound` if there is
    /// none to reset.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func reset(of id: User.ID, in scope: CompanyScope) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let (now, runtime, mail) = (runtime.now(), runtime, runtime.newID(Mail.self))
        return Change { transaction in
            let (user, changer) = try People.lock(id, scope, transaction, now: now)
            guard changer.isOwner || changer.role == .admin else { throw Refusal(FactorRefusal.ownerResets) }
            try Self.check(scope.actor, transaction, now: now)
            try Self.reset(user, mail, transaction, now: now)
            try Audit(scope, runtime).write(.factorReset, id, in: transaction)
            try SecurityRecord(scope, runtime).write(.factorChanged, of: id, detail: "reset", in: transaction)
        }
    }

    /// The same for another operator, or a person of any company.
    /// - Throws: `AccessRefusal.roleForbids` if the actor isn't an operator.
    public func reset(anywhere id: User.ID, as actor: Actor) throws -> Change<Void> {
        try actor.check(.operate)
        let (reset, now) = (reset(anywhere: id, by: actor.user.id, from: actor.source), runtime.now())
        return Change { transaction in
            try Self.check(actor, transaction, now: now)
            try reset.body(transaction)
        }
    }

    /// Neither the password nor a session that was left open resets factors, of whomever.
    /// - Throws: `FactorRefusal.confirmWithFactor` if the actor has a factor, and didn't show it in this session within ten minutes.
    private static func check(_ actor: Actor, _ transaction: borrowing Transaction, now: Instant) throws {
        guard try !transaction.fetch(Factor.all(of: actor.user.id, in: actor.user.companyID)).isEmpty else { return }
        try Session.checkFactor(actor, transaction, now: now)
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

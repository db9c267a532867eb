public import Storage

/// What a person shows as their second factor.
public enum FactorProof: Sendable {
    /// Of the authenticator app, or a recovery code.
    case code(String)
    case passkey(PasskeyAssertion)
}

extension Accounts {
    /// Signs a person in by the second factor, after `signIn(email:password:from:)` refused with `FactorRefusal.needed`.
    ///
    /// Wrong codes and passkeys count like wrong passwords, against the account or its known browser and the network; five end the challenge,
    /// and fifty of an account within a week stop codes of authenticator apps, but nothing else.
    /// - Parameters:
    ///   - challenge: the refusal's value of this name. A passkey signs its bytes, as they are written.
    /// - Throws: `FactorRefusal.challengeEnded`; `.wrongCode`; `.wrongPasskey`; `.unreadable`; `.useRecoveryCode`;
    ///   `AccountRefusal.tooManyTries`; `CompanyRefusal.suspended`; `StorageError`.
    public func signIn(challenge: String, by proof: FactorProof, from origin: Origin) async throws -> SignIn {
        let ended = Refusal(FactorRefusal.challengeEnded)
        let asked = runtime.now()
        guard let hash = Token.hash(sent: challenge[...]),
            let found = try await database.fetch(SignInChallenge.find(hash, now: asked)).first,
            let person = try await database.fetch(User.one(found.user, in: found.company, now: asked)).first
        else { throw ended }
        return try await counting(person, origin) {
            try await signIn(person, hash, .init(proof, challenge: Array(challenge.utf8)), from: origin)
        }
    }

    /// Counts what keeps a person out who may have the right factor.
    func counting(
        _ person: User?, _ origin: Origin, _ work: () async throws -> SignIn
    ) async throws -> SignIn {
        do {
            return try await work()
        } catch let refusal as Refusal where refusal.kind == .tooMany || refusal == Refusal(CompanyRefusal.suspended) {
            let record = SecurityRecord(of: person, origin.source, runtime)
            refusal.kind == .tooMany
                ? record.count(.signInLocked) : record.count(.forbidden, detail: CompanyRefusal.suspended.rawValue)
            throw refusal
        }
    }

    private func signIn(
        _ person: User, _ challengeHash: [UInt8], _ shown: ShownFactor, from origin: Origin
    ) async throws -> SignIn {
        let browser = origin.browserHash
        let (isOurs, isKnown) = try await recognize(browser, of: person.address, now: runtime.now())
        let account = person.accountKey
        var limits =
            isKnown
            ? [Attempts(.signInsOfBrowser, of: "\(account) \(browser.hexadecimal)")]
            : [Attempts(.signInsOfAccount, of: account), Attempts(.signInsFromAddress, of: origin.network)]
        if case .code(.totp) = shown {
            limits.append(
                Attempts(.codesOfAccount, of: person.id.text) {
                    Refusal(FactorRefusal.useRecoveryCode, retryAfter: $0)
                })
        }
        let (token, session, mail) = (Token(runtime), runtime.newID(Session.self), runtime.newID(Mail.self))
        let newBrowser = origin.isOwnPage && !isOurs ? Token(runtime) : nil
        let (now, runtime, factors) = (runtime.now(), runtime, factors)
        let expiresAt = now + Session.lifetime
        let outcome: Outcome = try await database.transaction { [limits] transaction in
            for limit in limits { try limit.check(transaction, now: now) }
            try transaction.enqueue(User.lock(person.id, in: person.companyID))
            let (challenges, users, hashes) = try transaction.fetch(
                SignInChallenge.find(challengeHash, now: now), User.one(person.id, in: person.companyID, now: now),
                User.passwordHash(of: person.id, in: person.companyID))
            guard let challenge = challenges.first, let user = users.first, let hash = hashes.first ?? nil,
                challenge.isOf(hash)
            else { return .ended }
            let use = try shown.spend(of: user, issuedAt: challenge.createdAt, factors, transaction, now: now)
            let record = SecurityRecord(of: user, session: use.isRight ? session : nil, origin.source, runtime)
            switch use {
            case .unreadable: return .unreadable
            case .wrong, .cloned:
                for limit in limits { try limit.record(transaction, now: now) }
                try transaction.enqueue(challenge.countWrongCode)
                try record.write(.codeFailed, detail: shown.failure(use), in: transaction)
                return .wrong
            case .totp, .recovery, .passkey: break
            }
            try transaction.enqueue(challenge.end)
            let begun = try Self.begin(
                session, of: user, passwordHash: hash, token, from: origin, newBrowser: newBrowser, transaction,
                now: now)
            guard begun else {
                guard try transaction.fetch(Company.suspended(user.companyID)).isEmpty else {
                    throw Refusal(CompanyRefusal.suspended)
                }
                return .ended
            }
            try transaction.enqueue(Session.showFactor(session, of: user, now: now))
            if case .passkey(let passkey, _) = shown {
                try transaction.enqueue(Factor.stand(passkey.credential, of: user, under: hash))
            }
            if case .recovery = use {
                try record.write(.recoveryCodeUsed, in: transaction)
                try Factors.tell(.codeUsed, user, mail, transaction, now: now)
            }
            try record.write(.signedIn, detail: use.name, in: transaction)
            return .signedIn(user)
        }
        switch outcome {
        case .signedIn(let user):
            return SignIn(token: token, expiresAt: expiresAt, user: user, newBrowser: newBrowser)
        case .wrong: throw Refusal(shown.refusal)
        case .ended: throw Refusal(FactorRefusal.challengeEnded)
        case .unreadable:
            factors.tellUnreadable()
            throw Refusal(FactorRefusal.unreadable)
        }
    }

    private enum Outcome: Sendable {
        case signedIn(User)
        case wrong, ended, unreadable
    }

    /// Begins a session of a person who has shown their password, and notes their browser. The caller holds the lock on the person's row.
    /// - Returns: false if they may not sign in, or no longer with this password.
    static func begin(
        _ session: Session.ID, of user: User, passwordHash: String, _ token: Token, from origin: Origin,
        newBrowser: Token?, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Bool {
        try transaction.enqueue(Session.endExpired(of: user.id, in: user.companyID, now: now))
        try transaction.enqueue(Session.endOldest(of: user.id, in: user.companyID))
        if let former = origin.formerToken.flatMap({ Token.hash(sent: $0) }) {
            try transaction.enqueue(Session.end(tokenHash: former))
        }
        let begun = try transaction.execute(
            Session.insert(
                session, of: user, passwordHash: passwordHash, tokenHash: token.hash, userAgent: origin.userAgent,
                now: now, expiresAt: now + Session.lifetime))
        guard begun == 1 else { return false }
        if origin.isOwnPage {
            let hash = newBrowser?.hash ?? origin.browserHash
            try transaction.enqueue(KnownBrowser.forgetOldest(of: user, beside: hash))
            try transaction.enqueue(KnownBrowser.note(hash, of: user, now: now))
        }
        return true
    }

    /// Confirms the caller's second factor, as `confirm(_:as:)` does the password, and beyond it: what changes second factors needs this. A
    /// recovery code is spent on it, and told by mail. Wrong ones count like wrong passwords.
    /// - Returns: when the confirmation expires.
    /// - Throws: a `Refusal` of the field `code` or `credential` if it is wrong; `FactorRefusal.unreadable`; `.passkeysNotOffered`;
    ///   `.noSecretKey`; `AccountRefusal.tooManyTries`; `.sessionEnded`; `StorageError`.
    public func confirm(by proof: FactorProof, as actor: Actor) async throws -> Instant {
        if case .passkey = proof { _ = try factors.forPasskeys() }
        let shown = ShownFactor(proof, challenge: nil)
        var limits = [Attempts(.signInsOfSessions, of: actor.user.id.text)]
        if case .code(.totp) = shown { limits.append(Attempts(.codesOfSessions, of: actor.user.id.text)) }
        let (now, record, factors, user) = (runtime.now(), SecurityRecord(actor, runtime), factors, actor.user)
        let mail = runtime.newID(Mail.self)
        let use: ShownFactor.Use = try await database.transaction { [limits] transaction in
            for limit in limits { try limit.check(transaction, now: now) }
            try transaction.enqueue(User.lock(user.id, in: user.companyID))
            let use = try shown.spend(of: user, issuedAt: nil, factors, transaction, now: now)
            switch use {
            case .totp, .recovery, .passkey:
                guard try transaction.execute(Session.confirm(actor, now: now)) == 1 else {
                    throw Refusal(AccountRefusal.sessionEnded)
                }
                guard case .recovery = use else { break }
                try record.write(.recoveryCodeUsed, in: transaction)
                try Factors.tell(.codeUsed, user, mail, transaction, now: now)
            case .wrong, .cloned:
                for limit in limits { try limit.record(transaction, now: now) }
                try record.write(.confirmationFailed, detail: shown.failure(use) ?? "code", in: transaction)
            case .unreadable: break
            }
            return use
        }
        switch use {
        case .totp, .recovery, .passkey: return now + Session.confirmation
        case .wrong, .cloned: throw shown.isPasskey ? Refusal("credential", .wrongPasskey) : Refusal("code", .wrongCode)
        case .unreadable:
            factors.tellUnreadable()
            throw Refusal(FactorRefusal.unreadable)
        }
    }
}

/// A second factor that a person shows, as far as it can be read.
enum ShownFactor: Sendable {
    /// Nil for a text that is no code.
    case code(TypedCode?)
    /// - Parameter challenge: what it has to have signed; nil if that is a `PasskeyChallenge`.
    case passkey(PasskeyAssertion, challenge: [UInt8]?)

    init(_ proof: FactorProof, challenge: [UInt8]?) {
        switch proof {
        case .code(let text): self = .code(TypedCode(text))
        case .passkey(let assertion): self = .passkey(assertion, challenge: challenge)
        }
    }

    var isPasskey: Bool {
        guard case .passkey = self else { return false }
        return true
    }

    var refusal: FactorRefusal { isPasskey ? .wrongPasskey : .wrongCode }

    /// What became of it.
    enum Use: Sendable {
        case totp, recovery, passkey, wrong
        /// A passkey whose count of signatures didn't grow.
        case cloned
        /// The person has factors, and this server has the key of none.
        case unreadable

        var isRight: Bool {
            switch self {
            case .totp, .recovery, .passkey: true
            case .wrong, .cloned, .unreadable: false
            }
        }

        /// In a security event.
        var name: String? {
            switch self {
            case .totp: "totp"
            case .recovery: "recovery-code"
            case .passkey: "passkey"
            case .wrong, .cloned, .unreadable: nil
            }
        }
    }

    /// The detail of a failure in a security event; nil for a code.
    func failure(_ use: Use) -> String? {
        guard isPasskey else { return nil }
        guard case .cloned = use else { return "passkey" }
        return "passkey-counter"
    }

    /// Spends the factor if it is right: a code and a signed challenge work once, however often they are sent at the same time. The caller
    /// holds the lock on the person's row.
    /// - Parameter issuedAt: when the challenge was made that a passkey has to have signed; nil if that is a `PasskeyChallenge`.
    func spend(
        of user: User, issuedAt: Instant?, _ policy: FactorPolicy, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Use {
        switch self {
        case .code(nil): return .wrong
        case .code(.recovery(let code)?): return try transaction.execute(code.use(of: user)) == 1 ? .recovery : .wrong
        case .code(.totp(let digits)?):
            let active = try transaction.fetch(Factor.sealed(of: user.id, in: user.companyID)).filter(\.isActive)
            let readable = active.compactMap { factor in
                factor.totp(policy.key, of: user.id).map { (factor: factor, totp: $0) }
            }
            for (factor, totp) in readable {
                guard let step = totp.step(of: digits, after: factor.lastStep, now: now) else { continue }
                let spent = try transaction.execute(Factor.spend(step, of: factor.id, of: user, now: now))
                if spent == 1 { return .totp }
            }
            let isLost = active.contains { $0.kind == .totp }
            return readable.isEmpty && isLost ? .unreadable : .wrong
        case .passkey(let assertion, let challenge):
            let held = try transaction.fetch(Factor.sealed(of: user.id, in: user.companyID))
            guard let factor = held.first(where: { assertion.isBy($0) }) else { return .wrong }
            guard let (key, party) = try? policy.forPasskeys(), let passkey = factor.passkey(key, of: user.id) else {
                return .unreadable
            }
            guard let signed = try? assertion.challenge(for: party), challenge == nil || signed == challenge,
                let issuedAt = issuedAt ?? PasskeyChallenge(signed, key, now: now)?.issuedAt,
                let counter = try? assertion.verify(by: passkey, of: user.id, for: party)
            else { return .wrong }
            return try Self.spend(issuedAt, counter: counter, of: factor.id, of: user, transaction, now: now)
        }
    }

    static func spend(
        _ challenge: Instant, counter: Int64, of factor: Factor.ID, of user: User,
        _ transaction: borrowing Transaction, now: Instant
    ) throws -> Use {
        guard try transaction.execute(Factor.spend(challenge, of: factor, of: user, now: now)) == 1 else {
            return .wrong
        }
        return try transaction.execute(Factor.count(counter, of: factor, of: user)) == 1 ? .passkey : .cloned
    }
}

extension PasskeyAssertion {
    fileprivate func isBy(_ factor: Factor.Sealed) -> Bool {
        factor.isActive && factor.credential.map { $0.isBytes(Base64URL.text(credential)) } == true
    }
}

public import Storage

extension Accounts {
    /// Signs a person in by the second factor, after `signIn(email:password:from:)` refused with `FactorRefusal.needed`.
    ///
    /// Wrong codes count like wrong passwords, against the account or its known browser and the network; five end the challenge, and fifty
    /// of an account within a week stop codes of authenticator apps, but not recovery codes.
    /// - Parameters:
    ///   - challenge: the refusal's value of this name.
    ///   - code: of the authenticator app, or a recovery code.
    /// - Throws: `FactorRefusal.challengeEnded`; `.wrongCode`; `.unreadable`; `.useRecoveryCode`; `AccountRefusal.tooManyTries`;
    ///   `CompanyRefusal.suspended`; `StorageError`.
    public func signIn(challenge: String, code: String, from origin: Origin) async throws -> SignIn {
        let ended = Refusal(FactorRefusal.challengeEnded)
        let asked = runtime.now()
        guard let hash = Token.hash(sent: challenge[...]),
            let found = try await database.fetch(SignInChallenge.find(hash, now: asked)).first,
            let person = try await database.fetch(User.one(found.user, in: found.company, now: asked)).first
        else { throw ended }
        do {
            return try await signIn(person, hash, TypedCode(code), from: origin)
        } catch let refusal as Refusal where refusal.kind == .tooMany || refusal == Refusal(CompanyRefusal.suspended) {
            let record = SecurityRecord(of: person, origin.source, runtime)
            refusal.kind == .tooMany
                ? record.count(.signInLocked) : record.count(.forbidden, detail: CompanyRefusal.suspended.rawValue)
            throw refusal
        }
    }

    private func signIn(
        _ person: User, _ challengeHash: [UInt8], _ code: TypedCode?, from origin: Origin
    ) async throws -> SignIn {
        let browser = origin.browserHash
        let (isOurs, isKnown) = try await recognize(browser, of: person.address, now: runtime.now())
        let account = person.accountKey
        var limits =
            isKnown
            ? [Attempts(.signInsOfBrowser, of: "\(account) \(browser.hexadecimal)")]
            : [Attempts(.signInsOfAccount, of: account), Attempts(.signInsFromAddress, of: origin.network)]
        if case .totp = code {
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
            let use = try code?.spend(of: user, factors, transaction, now: now) ?? .wrong
            let record = SecurityRecord(of: user, session: use.isRight ? session : nil, origin.source, runtime)
            switch use {
            case .unreadable: return .unreadable
            case .wrong:
                for limit in limits { try limit.record(transaction, now: now) }
                try transaction.enqueue(challenge.countWrongCode)
                try record.write(.codeFailed, in: transaction)
                return .wrong
            case .totp, .recovery: break
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
        case .wrong: throw Refusal(FactorRefusal.wrongCode)
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

    /// Confirms a code of the caller's authenticator app, as `confirm(_:as:)` does the password. Wrong codes count like wrong passwords.
    /// - Returns: when the confirmation expires.
    /// - Throws: a `Refusal` of the field `code` if it is wrong; `FactorRefusal.unreadable`; `AccountRefusal.tooManyTries`; `.sessionEnded`;
    ///   `StorageError`.
    public func confirm(code: String, as actor: Actor) async throws -> Instant {
        let limits = [
            Attempts(.signInsOfSessions, of: actor.user.id.text), Attempts(.codesOfSessions, of: actor.user.id.text),
        ]
        // A recovery code is for signing in: it isn't spent on this.
        var typed = TypedCode(code)
        if case .recovery = typed { typed = nil }
        let (now, record, factors, user) = (runtime.now(), SecurityRecord(actor, runtime), factors, actor.user)
        let use: TypedCode.Use = try await database.transaction { [typed] transaction in
            for limit in limits { try limit.check(transaction, now: now) }
            try transaction.enqueue(User.lock(user.id, in: user.companyID))
            let use = try typed?.spend(of: user, factors, transaction, now: now) ?? .wrong
            if use.isRight {
                guard try transaction.execute(Session.confirm(actor, now: now)) == 1 else {
                    throw Refusal(AccountRefusal.sessionEnded)
                }
            } else if case .wrong = use {
                for limit in limits { try limit.record(transaction, now: now) }
                try record.write(.confirmationFailed, detail: "code", in: transaction)
            }
            return use
        }
        switch use {
        case .totp, .recovery: return now + Session.confirmation
        case .wrong: throw Refusal("code", .wrongCode)
        case .unreadable:
            factors.tellUnreadable()
            throw Refusal(FactorRefusal.unreadable)
        }
    }
}

extension TypedCode {
    /// What became of a typed code.
    enum Use: Sendable {
        case totp, recovery, wrong
        /// The person has factors, and this server has the key of none.
        case unreadable

        var isRight: Bool {
            switch self {
            case .totp, .recovery: true
            case .wrong, .unreadable: false
            }
        }

        /// In a security event.
        var name: String? {
            switch self {
            case .totp: "totp"
            case .recovery: "recovery-code"
            case .wrong, .unreadable: nil
            }
        }
    }

    /// Spends the code if it is right: it works once, however often it is sent at the same time.
    func spend(
        of user: User, _ policy: FactorPolicy, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Use {
        switch self {
        case .recovery(let code): return try transaction.execute(code.use(of: user)) == 1 ? .recovery : .wrong
        case .totp(let digits):
            let active = try transaction.fetch(Factor.sealed(of: user.id, in: user.companyID)).filter(\.isActive)
            let readable = active.compactMap { factor in
                factor.totp(policy.key, of: user.id).map { (factor: factor, totp: $0) }
            }
            for (factor, totp) in readable {
                guard let step = totp.step(of: digits, after: factor.lastStep, now: now) else { continue }
                let spent = try transaction.execute(Factor.spend(step, of: factor.id, of: user, now: now))
                if spent == 1 { return .totp }
            }
            return readable.isEmpty && !active.isEmpty ? .unreadable : .wrong
        }
    }
}

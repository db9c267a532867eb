import Storage

extension Accounts {
    /// What a passkey signs to sign in without a password, or to confirm a sensitive act, within five minutes. Nothing is written.
    /// - Returns: the challenge, and whom passkeys are for here.
    /// - Throws: `FactorRefusal.passkeysNotOffered`; `.noSecretKey`.
    public func passkeyChallenge() throws -> (challenge: PasskeyChallenge, party: RelyingParty) {
        let (key, party) = try factors.forPasskeys()
        return (PasskeyChallenge(key, runtime), party)
    }

    /// Signs a person in by a passkey alone, which is both factors: the browser asked for a finger, a face or a PIN.
    ///
    /// A challenge works once for a passkey, and none that is older than the last one. Failures look alike, whether the passkey is unknown,
    /// removed, copied or misused. They count against the network, or the browser that the passkey's account knows.
    /// - Throws: `FactorRefusal.wrongPasskey`; `.passkeyNeedsPassword` if a password was set since the passkey was last shown together with one;
    ///   `.passkeysNotOffered`; `.noSecretKey`; `AccountRefusal.tooManyTries`;
    ///   `CompanyRefusal.suspended`; `StorageError`.
    public func signIn(passkey: PasskeyAssertion, from origin: Origin) async throws -> SignIn {
        let (key, party) = try factors.forPasskeys()
        let asked = runtime.now()
        var (person, use): (User?, PasskeyUse?)
        if let found = try await database.fetch(Factor.find(credential: passkey.credential)).first {
            person = try await database.fetch(User.one(found.user, in: found.company, now: asked)).first
            if let known = found.factor.passkey(key, of: found.user), passkey.userHandle != nil,
                let signed = try? passkey.challenge(for: party),
                let challenge = PasskeyChallenge(signed, key, now: asked),
                let counter = try? passkey.verify(by: known, of: found.user, for: party)
            {
                use = PasskeyUse(factor: found.factor, challenge: challenge.issuedAt, counter: counter)
            }
        }
        return try await counting(person, origin) { [person, use] in
            try await signIn(person, use, from: origin)
        }
    }

    /// What a passkey signed rightly.
    private struct PasskeyUse: Sendable {
        let factor: Factor.Sealed
        let challenge: Instant
        let counter: Int64
    }

    private func signIn(_ person: User?, _ use: PasskeyUse?, from origin: Origin) async throws -> SignIn {
        let browser = origin.browserHash
        let (isOurs, isKnown) = try await recognize(browser, of: person?.address, now: runtime.now())
        let limit =
            isKnown
            ? Attempts(.signInsOfBrowser, of: "\(person?.accountKey ?? "") \(browser.hexadecimal)")
            : Attempts(.signInsFromAddress, of: origin.network)
        let (token, session) = (Token(runtime), runtime.newID(Session.self))
        let newBrowser = origin.isOwnPage && !isOurs ? Token(runtime) : nil
        let (now, runtime) = (runtime.now(), runtime)
        let outcome: Outcome = try await database.transaction { transaction in
            try limit.check(transaction, now: now)
            var failure = "passkey"
            if let person, let use {
                try transaction.enqueue(User.lock(person.id, in: person.companyID))
                let (users, hashes) = try transaction.fetch(
                    User.one(person.id, in: person.companyID, now: now),
                    User.passwordHash(of: person.id, in: person.companyID))
                switch try ShownFactor.spend(
                    use.challenge, counter: use.counter, of: use.factor.id, of: person, transaction, now: now)
                {
                case .passkey:
                    guard let user = users.first, user.status == .active, let hash = hashes.first ?? nil else { break }
                    // A new password must shut out anyone who had the old one, and a passkey that they made is theirs. One that was taken
                    // back has no passkey under it.
                    guard use.factor.stands(under: hash) else {
                        try SecurityRecord(of: user, origin.source, runtime).write(
                            .signInFailed, detail: "passkey-without-password", in: transaction)
                        return .refused(.passkeyNeedsPassword)
                    }
                    let begun = try Self.begin(
                        session, of: user, passwordHash: hash, token, from: origin, newBrowser: newBrowser,
                        transaction, now: now)
                    if begun {
                        try transaction.enqueue(Session.showFactor(session, of: user, now: now))
                        try SecurityRecord(of: user, session: session, origin.source, runtime).write(
                            .signedIn, detail: "passkey", in: transaction)
                        return .signedIn(user)
                    }
                    guard try transaction.fetch(Company.suspended(user.companyID)).isEmpty else {
                        throw Refusal(CompanyRefusal.suspended)
                    }
                case .cloned: failure = "passkey-counter"
                case .wrong, .totp, .recovery, .unreadable: break
                }
            }
            try limit.record(transaction, now: now)
            try SecurityRecord(of: person, origin.source, runtime).write(
                .signInFailed, detail: failure, in: transaction)
            return .refused(.wrongPasskey)
        }
        switch outcome {
        case .signedIn(let user):
            return SignIn(token: token, expiresAt: now + Session.lifetime, user: user, newBrowser: newBrowser)
        case .refused(let reason): throw Refusal(reason)
        }
    }

    private enum Outcome: Sendable {
        case signedIn(User)
        case refused(FactorRefusal)
    }
}

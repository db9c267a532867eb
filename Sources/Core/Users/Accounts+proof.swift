extension Accounts {
    /// Uses the link that was mailed to a founder: their address is proven from now on.
    /// - Returns: the address.
    /// - Throws: `AccountRefusal.linkExpired`; `.linkUsed` where the token is unknown, used or replaced.
    public func proveAddress(token: Substring, from source: RequestSource = .none) async throws -> String {
        guard let hash = Token.hash(sent: token) else { throw Refusal(AccountRefusal.linkUsed) }
        let (now, runtime) = (runtime.now(), runtime)
        let proven: String? = try await database.transaction { transaction in
            guard let named = try transaction.fetch(UnprovenFounder.find(hash)).first else { return nil }
            try transaction.enqueue(User.lock(named.user, in: named.company))
            // Again, now that no one else uses it.
            let (found, users) = try transaction.fetch(
                UnprovenFounder.find(hash), User.one(named.user, in: named.company, now: now))
            guard let founder = found.first, let user = users.first, user.status == .active,
                EmailAddress(user.email)?.folded == founder.address
            else { return nil }
            guard founder.linkExpiresAt > now else { throw Refusal(AccountRefusal.linkExpired) }
            try UnprovenFounder.prove(user, SecurityRecord(of: user, source, runtime), transaction, now: now)
            try transaction.enqueue(SpentLink.insert(hash, of: user, as: .verify, now: now))
            return user.email
        }
        guard let proven else { throw try await refusal(ofLink: hash, source) }
        return proven
    }

    /// Mails a founder a fresh link; the one before is void.
    /// - Throws: `AccountRefusal.nothingToProve`; `.tooManyTries` where the address was written to too often.
    public func resendProof(as actor: Actor) -> Change<Void> {
        let (token, mail, now): (Token, Mail.ID, Instant) = (Token(runtime), runtime.newID(), runtime.now())
        return Change { transaction in
            try transaction.enqueue(User.lock(actor.user.id, in: actor.user.companyID))
            let users = try transaction.fetch(User.one(actor.user.id, in: actor.user.companyID, now: now))
            guard let user = users.first, let email = EmailAddress(user.email),
                try UnprovenFounder.ask(user, email, token, mail, isFirst: false, transaction, now: now)
            else { throw Refusal(AccountRefusal.nothingToProve) }
            try Attempts(.lettersToAddress, of: email.folded).record(transaction, now: now)
        }
    }

    /// Why a link that is no longer good is refused. Whose it was hears of its second use; a made-up one was never anyone's.
    func refusal(ofLink hash: [UInt8], _ source: RequestSource) async throws -> Refusal {
        if let spent = try await database.fetch(SpentLink.find(hash)).first {
            SecurityRecord(of: spent.user, in: spent.company, source, runtime).count(
                .linkReused, detail: spent.purpose)
        }
        return Refusal(AccountRefusal.linkUsed)
    }
}

import Storage

extension Accounts {
    /// Confirms a founder's email address by the link that was mailed to it.
    /// - Returns: the address.
    /// - Throws: `AccountRefusal.linkExpired`; `.linkUsed` if the token is unknown, used or replaced; `StorageError`.
    public func proveAddress(token: Substring, from source: RequestSource = .none) async throws -> String {
        guard let hash = Token.hash(sent: token) else { throw Refusal(AccountRefusal.linkUsed) }
        let (now, runtime) = (runtime.now(), runtime)
        let proven: String? = try await database.transaction { transaction in
            guard let named = try transaction.fetch(UnprovenFounder.find(hash)).first else { return nil }
            try transaction.enqueue(User.lock(named.user, in: named.company))
            // Read again under the lock.
            let (found, users) = try transaction.fetch(
                UnprovenFounder.find(hash), User.one(named.user, in: named.company, now: now))
            guard let founder = found.first, let user = users.first, user.status == .active,
                user.address?.folded == founder.address
            else { return nil }
            guard founder.linkExpiresAt > now else { throw Refusal(AccountRefusal.linkExpired) }
            try UnprovenFounder.prove(user, SecurityRecord(of: user, source, runtime), transaction, now: now)
            try transaction.enqueue(SpentLink.insert(hash, of: user, as: .verify, now: now))
            return user.email
        }
        guard let proven else { throw try await refusal(ofLink: hash, source) }
        return proven
    }

    /// A change that mails a founder a new link. The previous one becomes void.
    ///
    /// The change throws `AccountRefusal.nothingToProve`, and `.tooManyTries` if too many mails were sent to the address.
    public func resendProof(as actor: Actor) -> Change<Void> {
        let (token, mail, now): (Token, Mail.ID, Instant) = (Token(runtime), runtime.newID(), runtime.now())
        return Change { transaction in
            try transaction.enqueue(User.lock(actor.user.id, in: actor.user.companyID))
            let users = try transaction.fetch(User.one(actor.user.id, in: actor.user.companyID, now: now))
            guard let user = users.first, let email = user.address,
                try UnprovenFounder.ask(user, email, token, mail, isFirst: false, transaction, now: now)
            else { throw Refusal(AccountRefusal.nothingToProve) }
            try Attempts(.lettersToAddress, of: email.folded).record(transaction, now: now)
        }
    }

    /// The refusal of a link that isn't valid. The second use of a link counts as a security event of its owner; a token that was never
    /// issued has none.
    /// - Throws: `StorageError`.
    func refusal(ofLink hash: [UInt8], _ source: RequestSource) async throws -> Refusal {
        if let spent = try await database.fetch(SpentLink.find(hash)).first {
            SecurityRecord(of: spent.user, in: spent.company, source, runtime).count(
                .linkReused, detail: spent.purpose)
        }
        return Refusal(AccountRefusal.linkUsed)
    }
}

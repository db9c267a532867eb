extension Accounts {
    /// Makes a token with which whoever has this address may set a new password; who was invited and hasn't joined gets the
    /// invitation again. Takes the same course, and the same time, whether or not the address is known.
    /// - Returns: the token that the mail carries. It opens nothing where nobody who may have one has the address.
    @discardableResult
    public func resetPassword(email: EmailAddress, from origin: Origin) async throws -> Token {
        let ofAccount = Attempts(.resetsOfAccount, of: email.folded)
        let fromAddress = Attempts(.resetsFromAddress, of: origin.network)
        let now = runtime.now()
        let token = Token(runtime)
        let mail: Mail.ID = runtime.newID()
        try await database.transaction { transaction in
            try ofAccount.record(transaction, now: now)
            try fromAddress.record(transaction, now: now)
            try transaction.enqueue(OneTimeToken.reset(email, token, now: now))
            try transaction.enqueue(Mail.cancelLinks(of: email, now: now))
            try transaction.enqueue(Mail.insertReset(mail, to: email, token: token, now: now))
        }
        return token
    }

    /// Uses a one-time token up: the person has this password now, is active, and every session of theirs ends.
    public func setPassword(_ password: Password, token: Substring) async throws -> User {
        let unknown = Refusal(.unauthenticated, "This link was used or has expired: ask for a new one.")
        guard let tokenHash = Token.hash(sent: token) else { throw unknown }
        let now = runtime.now()
        // Before the costly hash, so that made-up tokens cost little.
        guard try await !database.fetch(OneTimeToken.find(tokenHash, now: now)).isEmpty else { throw unknown }
        let hash = try await hasher.hash(password.text)
        let mail: Mail.ID = runtime.newID()
        return try await database.transaction { transaction in
            guard let holder = try transaction.fetch(OneTimeToken.redeem(tokenHash, now: now)).first else {
                throw unknown
            }
            try transaction.enqueue(User.lock(holder.user, in: holder.company))
            let (users, hashes) = try transaction.fetch(
                User.one(holder.user, in: holder.company, now: now),
                User.passwordHash(of: holder.user, in: holder.company))
            // A forgotten password is an active person's; an invitation is for who isn't.
            guard let user = users.first, user.status == (holder.purpose == .reset ? .active : .inactive) else {
                throw unknown
            }
            let isFirst = (hashes.first ?? nil) == nil
            try transaction.enqueue(user.setPassword(hash, now: now))
            try transaction.enqueue(OneTimeToken.voidAll(of: user.id, in: user.companyID))
            try transaction.enqueue(Session.endAll(of: user.id, in: user.companyID))
            try transaction.enqueue(Mail.cancelLinks(of: user.id, in: user.companyID, now: now))
            if !isFirst { try transaction.enqueue(Mail.insert(mail, .passwordChanged, to: user, now: now)) }
            try Audit(user, session: nil, runtime).write(
                isFirst ? .userJoined : .passwordChanged, user.id, in: transaction)
            return try transaction.fetch(User.one(user.id, in: user.companyID, now: now))[0]
        }
    }
}

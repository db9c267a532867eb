extension Accounts {
    /// Makes a token with which whoever has this address may set a new password: also who was invited and hasn't joined. Takes the
    /// same course, and the same time, whether or not the address is known.
    /// A browser that the account knows has a count of its own. Everyone else has one for each network, and all of them together one, beyond
    /// which nothing more is sent.
    /// - Returns: the token that the mail carries. It opens nothing where nobody who may have one has the address.
    @discardableResult
    public func resetPassword(email: EmailAddress, from origin: Origin) async throws -> Token {
        let now = runtime.now()
        let browser = origin.browserHash
        let isKnown = try await recognize(browser, of: email, now: now).isKnown
        let limits =
            isKnown
            ? [Attempts(.resetsOfBrowser, of: "\(email.folded) \(browser.hexadecimal)")]
            : [
                Attempts(.resetsOfAccountFromNetwork, of: "\(email.folded) \(origin.network)"),
                Attempts(.resetsFromAddress, of: origin.network),
            ]
        let ofAccount = isKnown ? nil : Attempts(.resetsOfAccount, of: email.folded)
        let token = Token(runtime)
        let mail: Mail.ID = runtime.newID()
        try await database.transaction { transaction in
            for limit in limits { try limit.record(transaction, now: now) }
            // Strangers' requests refuse no one a link: the newest of theirs is in the person's own mailbox, and good.
            if let ofAccount {
                if try ofAccount.isUsedUp(transaction, now: now) { return }
                try ofAccount.record(transaction, now: now)
            }
            // Who is switched off or moved at the same moment is so before what follows, or after it.
            try transaction.enqueue(User.lock(email))
            try transaction.enqueue(OneTimeToken.reset(email, token, now: now))
            try transaction.enqueue(Mail.cancelResets(of: email, now: now))
            try transaction.enqueue(Mail.insertReset(mail, to: email, token: token, now: now))
        }
        return token
    }

    /// Makes a token for a new password that the operator of the server hands on, where no mail reaches the person. Nobody outside may
    /// ask.
    /// - Returns: nil where no one who may have one has the address.
    package func passwordLink(email: EmailAddress) async throws -> Token? {
        let (token, now) = (Token(runtime), runtime.now())
        let made = try await database.transaction { transaction in
            try transaction.enqueue(User.lock(email))
            return try transaction.execute(OneTimeToken.reset(email, token, now: now))
        }
        return made > 0 ? token : nil
    }

    /// Uses a one-time token up: the person has this password now, is active, and every session of theirs ends.
    public func setPassword(
        _ password: Password, token: Substring, from source: RequestSource = .none
    ) async throws -> User {
        let unknown = Refusal(AccountRefusal.linkUsed)
        guard let tokenHash = Token.hash(sent: token) else { throw unknown }
        let now = runtime.now()
        // Before the costly hash, so that made-up tokens cost little.
        guard let holder = try await database.fetch(OneTimeToken.find(tokenHash, now: now)).first else {
            throw try await refusal(ofLink: tokenHash, source)
        }
        let (known, companies) = try await database.fetch(
            User.one(holder.user, in: holder.company, now: now), Company.name(holder.company))
        guard let person = known.first else { throw unknown }
        try Self.check(password, against: OwnWords(person, company: companies.first))
        let hash = try await hasher.hash(password.text, of: holder.user.text)
        let mail: Mail.ID = runtime.newID()
        return try await database.transaction { transaction in
            guard let holder = try transaction.fetch(OneTimeToken.redeem(tokenHash, now: now)).first else {
                throw unknown
            }
            try transaction.enqueue(User.lock(holder.user, in: holder.company))
            let (users, hashes) = try transaction.fetch(
                User.one(holder.user, in: holder.company, now: now),
                User.passwordHash(of: holder.user, in: holder.company))
            guard let user = users.first else { throw unknown }
            // Who isn't active comes in by an invitation: by its link, or while it stands by one that they asked for.
            let mayComeIn =
                switch holder.purpose {
                case .invitation: user.status == .inactive
                case .undone: user.status == .active
                case .reset: user.status == .active || user.invitation?.isOpen == true
                }
            guard mayComeIn else { throw unknown }
            let isFirst = (hashes.first ?? nil) == nil
            try transaction.enqueue(user.setPassword(hash, now: now))
            try transaction.enqueue(SpentLink.insert(tokenHash, of: holder, now: now))
            try transaction.enqueue(OneTimeToken.voidAll(of: user.id, in: user.companyID))
            // Who knew the old password may have asked for another address.
            try EmailChange.cancel(of: user.id, in: user.companyID, transaction, now: now)
            try transaction.enqueue(Session.endAll(of: user.id, in: user.companyID))
            try transaction.enqueue(KnownBrowser.forgetAll(of: user.id, in: user.companyID))
            try transaction.enqueue(Mail.cancelLinks(of: user.id, in: user.companyID, now: now))
            // Who was locked out by others' guesses comes in by the link.
            try transaction.enqueue(Attempts(.signInsOfAccount, ofAddress: user.email).forgotten)
            try transaction.enqueue(Attempts(.signInsOfSessions, of: user.id.text).forgotten)
            if !isFirst { try transaction.enqueue(Mail.insert(mail, .passwordChanged, to: user, now: now)) }
            try Audit(user, session: nil, runtime).write(
                isFirst ? .userJoined : .passwordChanged, user.id, in: transaction)
            let record = SecurityRecord(of: user, source, runtime)
            try record.write(.passwordChanged, detail: holder.purpose.rawValue, in: transaction)
            try UnprovenFounder.prove(user, record, transaction, now: now)
            return try transaction.fetch(User.one(user.id, in: user.companyID, now: now))[0]
        }
    }

    /// Throws a `Refusal` of the field `password` where it is made of what is known of the account.
    static func check(_ password: Password, against own: OwnWords) throws {
        do throws(Flaw) {
            try password.check(against: own)
        } catch {
            throw Refusal(fields: [.init("password", error)])
        }
    }
}

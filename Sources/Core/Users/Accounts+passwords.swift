import Storage

extension Accounts {
    /// Creates a token for a new password, and mails it to an address. Invited people who haven't joined get one too. The steps and the
    /// time are the same whether or not the address is known.
    ///
    /// A browser that the account knows has a limit of its own. All others have a limit for each network, and share one for the account,
    /// beyond which nothing more is sent.
    /// - Returns: the mail's token. It is useless if no one who may have a link has the address.
    /// - Throws: `AccountRefusal.tooManyTries` if the browser's or the network's limit is used up; `StorageError`.
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
            // Strangers' requests don't lock a person out: the latest link is in the person's own mailbox, and valid.
            if let ofAccount {
                if try ofAccount.isUsedUp(transaction, now: now) { return }
                try ofAccount.record(transaction, now: now)
            }
            // A concurrent deactivation or change of address commits before this lock, or after this transaction.
            try transaction.enqueue(User.lock(email))
            try transaction.enqueue(OneTimeToken.reset(email, token, now: now))
            try transaction.enqueue(Mail.cancelResets(of: email, now: now))
            try transaction.enqueue(Mail.insertReset(mail, to: email, token: token, now: now))
        }
        return token
    }

    /// Creates a token for a new password that the server's operator hands over, for a person whom mail doesn't reach. It isn't part of the
    /// API.
    /// - Returns: nil if no one who may have a link has the address.
    /// - Throws: `StorageError`.
    package func passwordLink(email: EmailAddress) async throws -> Token? {
        let (token, now) = (Token(runtime), runtime.now())
        let made = try await database.transaction { transaction in
            try transaction.enqueue(User.lock(email))
            return try transaction.execute(OneTimeToken.reset(email, token, now: now))
        }
        return made > 0 ? token : nil
    }

    /// Redeems a one-time token: sets the person's password, activates them and ends all their sessions.
    /// - Throws: `AccountRefusal.linkUsed` if the token is unknown, used or expired, or the person may not use it any more; a `Refusal` of
    ///   the field `password` if it consists of what is known about the account; `AccountRefusal.tooManySignIns`; `StorageError`.
    public func setPassword(
        _ password: Password, token: Substring, from source: RequestSource = .none
    ) async throws -> User {
        let unknown = Refusal(AccountRefusal.linkUsed)
        guard let tokenHash = Token.hash(sent: token) else { throw unknown }
        let now = runtime.now()
        // Before the costly hash, so that invented tokens cost little.
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
            // An inactive person joins by an invitation: by its link or, while it is open, by a link that they requested.
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
            try transaction.enqueue(Card.void(of: user.id, in: user.companyID))
            // A person who knew the old password may have requested another address.
            try EmailChange.cancel(of: user.id, in: user.companyID, transaction, now: now)
            try transaction.enqueue(Session.endAll(of: user.id, in: user.companyID))
            try transaction.enqueue(KnownBrowser.forgetAll(of: user.id, in: user.companyID))
            try transaction.enqueue(Mail.cancelLinks(of: user.id, in: user.companyID, now: now))
            // The link ends a lockout that other people's guesses caused.
            try transaction.enqueue(Attempts(.signInsOfAccount, ofAddressOf: user).forgotten)
            try transaction.enqueue(Attempts(.signInsOfSessions, of: user.id.text).forgotten)
            if !isFirst, user.email != nil {
                try transaction.enqueue(Mail.insert(mail, .passwordChanged, to: user, now: now))
            }
            try Audit(user, session: nil, runtime).write(
                isFirst ? .userJoined : .passwordChanged, user.id, in: transaction)
            let record = SecurityRecord(of: user, source, runtime)
            try record.write(.passwordChanged, detail: holder.purpose.rawValue, in: transaction)
            try UnprovenFounder.prove(user, record, transaction, now: now)
            return try transaction.fetch(User.one(user.id, in: user.companyID, now: now))[0]
        }
    }

    /// Checks a new password against what is known about the account.
    /// - Throws: a `Refusal` of the field `password` if it consists of that.
    static func check(_ password: Password, against own: OwnWords) throws {
        do throws(Flaw) {
            try password.check(against: own)
        } catch {
            throw Refusal(fields: [.init("password", error)])
        }
    }
}

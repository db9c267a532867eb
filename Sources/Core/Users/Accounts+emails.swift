import Storage

extension Accounts {
    /// Confirms a new email address by the link that was mailed to it. The address takes effect at once. If someone else requested the
    /// change, the person's sessions end.
    /// - Returns: the address.
    /// - Throws: `AccountRefusal.linkUsed` if the token is unknown, replaced or expired; `.emailTaken` if another account has the address,
    ///   which a person who has opened the link there may know; `StorageError`.
    public func confirmEmail(token: Substring, from source: RequestSource = .none) async throws -> String {
        guard let hash = Token.hash(sent: token) else { throw Refusal(AccountRefusal.linkUsed) }
        let (mail, now, runtime) = (runtime.newID(Mail.self), runtime.now(), runtime)
        let confirmed: String? = try await database.make(
            Change { transaction in
                guard let named = try transaction.fetch(EmailChange.find(hash, now: now)).first else { return nil }
                try transaction.enqueue(User.lock(named.user, in: named.company))
                // Read again under the lock.
                let (found, users) = try transaction.fetch(
                    EmailChange.find(hash, now: now), User.one(named.user, in: named.company, now: now))
                guard let waiting = found.first, let user = users.first, let email = EmailAddress(waiting.address)
                else { return nil }
                try transaction.execute(EmailChange.setEmail(email, of: user, now: now))
                try FormerEmail.checkFree(email, for: user.id, transaction, now: now)
                try transaction.enqueue(FormerEmail.extend(of: user, now: now))
                try transaction.enqueue(OneTimeToken.voidAll(of: user.id, in: user.companyID))
                try transaction.enqueue(Mail.cancelLinks(of: user.id, in: user.companyID, now: now))
                if waiting.changer != user.id {
                    try transaction.enqueue(Session.endAll(of: user.id, in: user.companyID))
                }
                if user.email != nil {
                    try transaction.enqueue(
                        Mail.insert(mail, .emailChanged, to: user, details: [email.text], now: now))
                }
                try Audit(user, session: nil, runtime).write(
                    .userChanged, user.id, Differences(user, user.with(email: email)).details, in: transaction)
                let record = SecurityRecord(of: user, source, runtime)
                try record.write(.emailChanged, in: transaction)
                try UnprovenFounder.prove(user, record, transaction, now: now)
                try transaction.enqueue(SpentLink.insert(hash, of: user, as: .emailConfirm, now: now))
                return email.text
            })
        guard let confirmed else { throw try await refusal(ofLink: hash, source) }
        return confirmed
    }

    /// Restores a former email address by the link that was mailed to it. The address takes effect at once, and other people lose access to
    /// the account: all sessions end, and the password and newer addresses become void. A link for a new password is mailed to the address
    /// if the account is active.
    /// - Returns: the address.
    /// - Throws: `AccountRefusal.linkUsed` if the token is unknown, used or expired; `StorageError`.
    public func restoreEmail(token: Substring, from source: RequestSource = .none) async throws -> String {
        guard let hash = Token.hash(sent: token) else { throw Refusal(AccountRefusal.linkUsed) }
        let (link, mail) = (Token(runtime), runtime.newID(Mail.self))
        let (now, runtime) = (runtime.now(), runtime)
        let restored: String? = try await database.make(
            Change { transaction in
                guard let named = try transaction.fetch(FormerEmail.find(hash, now: now)).first else { return nil }
                try transaction.enqueue(User.lock(named.user, in: named.company))
                let (found, users) = try transaction.fetch(
                    FormerEmail.find(hash, now: now), User.one(named.user, in: named.company, now: now))
                guard let former = found.first, let user = users.first, let email = EmailAddress(former.email) else {
                    return nil
                }
                try EmailChange.cancel(of: user.id, in: user.companyID, transaction, now: now)
                try transaction.execute(EmailChange.setEmail(email, of: user, now: now))
                try transaction.enqueue(user.voidPassword)
                try transaction.enqueue(FormerEmail.forget(of: user.id, in: user.companyID, from: former.number))
                try transaction.enqueue(Session.endAll(of: user.id, in: user.companyID))
                // A thief of the account may have added tokens and factors, the latter even before they asked for another address.
                try transaction.enqueue(APIToken.endAll(of: user.id, in: user.companyID))
                try Factor.removeAll(of: user, since: former.at - EmailChange.lifetime, transaction)
                try transaction.enqueue(OneTimeToken.voidAll(of: user.id, in: user.companyID))
                try transaction.enqueue(Mail.cancelLinks(of: user.id, in: user.companyID, now: now))
                // A deactivated person regains access only through people who may activate them.
                if user.status == .active {
                    let restored = user.with(email: email)
                    try transaction.enqueue(OneTimeToken.undone(restored, link, now: now))
                    try transaction.enqueue(Mail.insert(mail, .emailUndone, to: restored, token: link, now: now))
                }
                try Audit(user, session: nil, runtime).write(.emailRestored, user.id, in: transaction)
                try SecurityRecord(of: user, source, runtime).write(.emailChanged, in: transaction)
                try transaction.enqueue(SpentLink.insert(hash, of: user, as: .emailChanging, now: now))
                return email.text
            })
        guard let restored else { throw try await refusal(ofLink: hash, source) }
        return restored
    }
}

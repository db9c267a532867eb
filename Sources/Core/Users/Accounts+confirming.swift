public import Storage

extension Accounts {
    /// Confirms the caller's password, which allows the session sensitive acts for ten minutes (`Actor.confirmedUntil`).
    ///
    /// Wrong passwords count like those of a change of password, and the check takes the account's turn among all password work.
    /// - Returns: when the confirmation expires.
    /// - Throws: a `Refusal` of the field `password` if it is wrong; `AccountRefusal.tooManyTries`; `.tooManySignIns`; `.sessionEnded` if
    ///   the session ended or the password was changed meanwhile; `StorageError`.
    public func confirm(_ password: String, as actor: Actor) async throws -> Instant {
        let attempts = Attempts(.signInsOfSessions, of: actor.user.id.text)
        let (found, made) = try await database.fetch(
            User.passwordHash(of: actor.user.id, in: actor.user.companyID), attempts.made)
        let held = found.first ?? nil
        try attempts.check(made, now: runtime.now())
        let account = actor.user.accountKey
        let isRight = try await hasher.verify(password, against: held, of: account)
        let now = runtime.now()
        guard isRight, let held else {
            let record = SecurityRecord(actor, runtime)
            try await database.transaction { transaction in
                try attempts.record(transaction, now: now)
                try record.write(.confirmationFailed, in: transaction)
            }
            throw Refusal("password", .wrongPassword)
        }
        try await database.transaction { transaction in
            // Checked again, so that concurrent guesses don't exceed the limit.
            try attempts.check(transaction, now: now)
            guard try transaction.execute(Session.confirm(actor, passwordHash: held, now: now)) == 1 else {
                throw Refusal(AccountRefusal.sessionEnded)
            }
        }
        return now + Session.confirmation
    }
}

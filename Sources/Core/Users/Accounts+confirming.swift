extension Accounts {
    /// Takes the password again, so that the session may do what is sensitive for ten minutes (`Actor.confirmedUntil`).
    ///
    /// Wrong ones count as those of a change of password do, and wait in the account's turn with all other password work.
    /// - Returns: until when it is good.
    /// - Throws: a `Refusal` of the field `password` where it is wrong; `AccountRefusal.tooManyTries`, `.tooManySignIns`;
    ///   `.sessionEnded` where the session ended or the password was changed meanwhile.
    public func confirm(_ password: String, as actor: Actor) async throws -> Instant {
        let attempts = Attempts(.signInsOfSessions, of: actor.user.id.text)
        let (found, made) = try await database.fetch(
            User.passwordHash(of: actor.user.id, in: actor.user.companyID), attempts.made)
        let held = found.first ?? nil
        try attempts.check(made, now: runtime.now())
        let account = EmailAddress(actor.user.email)?.folded ?? actor.user.email
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
            // Of several guesses that were under way at once only as many count as may.
            try attempts.check(transaction, now: now)
            guard try transaction.execute(Session.confirm(actor, passwordHash: held, now: now)) == 1 else {
                throw Refusal(AccountRefusal.sessionEnded)
            }
        }
        return now + Session.confirmation
    }
}

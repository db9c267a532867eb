public import Storage

/// Use cases for a person's own account.
public struct Profile: Sendable {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let hasMail: Bool

    /// - Parameter hasMail: whether this server sends mail, so that another address can be confirmed before it takes effect.
    public init(_ database: any Database, hasher: PasswordHasher, hasMail: Bool = true, runtime: Runtime) {
        (self.database, self.hasher, self.hasMail, self.runtime) = (database, hasher, hasMail, runtime)
    }

    /// A person's changes to their own account. Nil leaves a value as it is.
    public struct Changes: Sendable {
        public let fields: Edit<User>
        public let email: EmailAddress?
        public let newPassword: Password?
        /// The current password, which a new password or another address requires.
        public let currentPassword: String?

        public init(
            fields: Edit<User>, email: EmailAddress?, newPassword: Password?, currentPassword: String?
        ) {
            (self.fields, self.email) = (fields, email)
            (self.newPassword, self.currentPassword) = (newPassword, currentPassword)
        }
    }

    /// Changes the caller's account. A new password ends all sessions but this one, and withdraws a pending address. Another address waits
    /// to be confirmed; on a server without mail, where that is impossible, it takes effect at once and ends the other sessions too.
    ///
    /// The change throws `UserRefusal.notFound`; `ChangeRefusal.stale` if the version is another, or password or address were changed
    /// meanwhile; `AccountRefusal.tooManyTries` after too many guesses, renamings or mails to an address; `LimitRefusal.mails`; without
    /// mail also `AccountRefusal.emailTaken`.
    /// - Throws: a `Refusal` of the field `currentPassword` if it is required, and missing or wrong; a `Refusal` of the field `password` if
    ///   the new one consists of what is known about the account; `AccountRefusal.tooManyTries`; `.tooManySignIns`; `StorageError`.
    public func change(_ edit: Changes, if precondition: Precondition, as actor: Actor) async throws -> Change<User> {
        let (id, company, runtime, hasMail) = (actor.user.id, actor.user.companyID, runtime, hasMail)
        let other = edit.email.flatMap { $0.folded == actor.user.address?.folded ? nil : $0 }
        var proof: Proof?
        if edit.newPassword != nil || other != nil { proof = try await self.proof(edit, actor) }
        if other != nil {
            let attempts = Attempts(.emailChanges, of: id.text)
            let now = runtime.now()
            try await database.transaction { try attempts.record($0, now: now) }
        }
        let (mail, warning): (Mail.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let emailChange = other.map { EmailChange(to: $0, runtime) }
        let now = runtime.now()
        return Change { [proof] transaction in
            try transaction.enqueue(User.lock(id, in: company))
            let (found, hashes) = try transaction.fetch(
                User.one(id, in: company, now: now), User.passwordHash(of: id, in: company))
            guard let old = found.first else { throw User.notFound }
            try precondition.check(old.version)
            let audit = Audit(actor.user, session: actor.session, runtime)
            let isOther = edit.email.map { $0.folded != old.address?.folded } ?? false
            let email = isOther && hasMail ? nil : edit.email
            let record = SecurityRecord(actor, runtime)
            let new = edit.fields.applied(to: old).with(email: email)
            if let proof {
                guard hashes.first == proof.hash else { throw Refusal(ChangeRefusal.stale) }
                // Checked again, so that concurrent guesses don't exceed the limit.
                try proof.attempts.check(transaction, now: now)
            } else if isOther {
                // The address was changed during this request.
                throw Refusal(ChangeRefusal.stale)
            }
            try FormerName.keep(of: old, renamed: new, transaction, now: now)
            try transaction.execute(new.update(email: email, passwordHash: proof?.newHash, now: now))
            if proof?.newHash != nil {
                try EmailChange.cancel(of: id, in: company, transaction, now: now)
                if old.email != nil { try transaction.enqueue(Mail.insert(mail, .passwordChanged, to: old, now: now)) }
                try audit.write(.passwordChanged, id, in: transaction)
                try record.write(.passwordChanged, in: transaction)
            }
            if isOther, hasMail, let emailChange {
                try emailChange.begin(of: old, by: actor.user, transaction)
                try audit.write(.emailChangeAsked, id, in: transaction)
            } else if isOther, let email {
                try FormerEmail.checkFree(email, for: id, transaction, now: now)
                try Attempts(.lettersToAddress, ofAddressOf: old).record(transaction, now: now)
                try transaction.enqueue(
                    Mail.insert(warning, .emailChanged, to: old, details: [email.text], now: now))
                try record.write(.emailChanged, in: transaction)
            }
            if isOther && !hasMail || proof?.newHash != nil {
                try transaction.enqueue(Session.endAll(of: id, in: company, but: actor.session))
                try transaction.enqueue(OneTimeToken.voidAll(of: id, in: company))
                try transaction.enqueue(Mail.cancelLinks(of: id, in: company, now: now))
            }
            let changes = Differences(old, new).details
            if !changes.isEmpty { try audit.write(.userChanged, id, changes, in: transaction) }
            return try Self.own(id, in: company, transaction, now: now)
        }
    }

    /// The account as reads return it.
    private static func own(
        _ id: User.ID, in company: Company.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws -> User {
        guard var user = try transaction.fetch(User.one(id, in: company, now: now)).first else { throw User.notFound }
        user.invitation = nil
        return user
    }

    /// Shows that the caller knows the current password, by the hash that was checked.
    private struct Proof {
        let hash: String?
        let newHash: String?
        let attempts: Attempts
    }

    private func proof(_ edit: Changes, _ actor: Actor) async throws -> Proof {
        guard let current = edit.currentPassword else { throw Refusal("currentPassword", .currentPasswordMissing) }
        // The holder of a session may guess no more often than a stranger, whose guesses are counted separately.
        let attempts = Attempts(.signInsOfSessions, of: actor.user.id.text)
        let (found, made, companies) = try await database.fetch(
            User.passwordHash(of: actor.user.id, in: actor.user.companyID), attempts.made,
            Company.name(actor.user.companyID))
        let changed = edit.fields.applied(to: actor.user).with(email: edit.email)
        if let new = edit.newPassword {
            try Accounts.check(new, against: OwnWords(changed, company: companies.first))
        }
        let held = found.first ?? nil
        try attempts.check(made, now: runtime.now())
        let account = actor.user.accountKey
        guard try await hasher.verify(current, against: held, of: account) else {
            let now = runtime.now()
            let record = SecurityRecord(actor, runtime)
            try await database.transaction { transaction in
                try attempts.record(transaction, now: now)
                try record.write(.confirmationFailed, in: transaction)
            }
            throw Refusal("currentPassword", .wrongPassword)
        }
        var newHash: String?
        if let new = edit.newPassword { newHash = try await hasher.hash(new.text, of: account) }
        return Proof(hash: held, newHash: newHash, attempts: attempts)
    }

    // MARK: Pending email address

    /// A change that mails a new link to the pending email address.
    ///
    /// The change throws `UserRefusal.notFound`; `AccountRefusal.noPendingEmail`; `.tooManyTries` if too many mails were sent to the
    /// address; `LimitRefusal.mails`.
    public func resendConfirmation(as actor: Actor) -> Change<User> {
        let (id, company, runtime) = (actor.user.id, actor.user.companyID, runtime)
        let (token, mail, now) = (Token(runtime), runtime.newID(Mail.self), runtime.now())
        return Change { transaction in
            try transaction.enqueue(User.lock(id, in: company))
            let user = try Self.own(id, in: company, transaction, now: now)
            try EmailChange.resend(of: user, token, mail, transaction, now: now)
            return try Self.own(id, in: company, transaction, now: now)
        }
    }

    /// A change that withdraws the caller's pending email address.
    ///
    /// The change throws `UserRefusal.notFound`; `AccountRefusal.noPendingEmail`.
    public func cancelEmailChange(as actor: Actor) -> Change<Void> {
        let (id, company, now) = (actor.user.id, actor.user.companyID, runtime.now())
        return Change { transaction in
            try transaction.enqueue(User.lock(id, in: company))
            let user = try Self.own(id, in: company, transaction, now: now)
            guard user.pendingEmail != nil else { throw Refusal(AccountRefusal.noPendingEmail) }
            try EmailChange.cancel(of: id, in: company, transaction, now: now)
            try transaction.enqueue(user.update(email: nil, now: now))
        }
    }

    // MARK: Sessions

    /// The caller's sessions, newest first.
    /// - Throws: `StorageError`.
    public func sessions(
        _ page: PageRequest<Session.ID>, as actor: Actor
    ) async throws -> Page<Session, Session.ID> {
        let sessions = try await database.fetch(Session.list(actor.user, page, now: runtime.now()).page)
        return Page(sessions, of: page, key: \.id)
    }

    /// A change that ends one of the caller's sessions. It throws `AccountRefusal.sessionNotFound`.
    public func endSession(_ id: Session.ID, as actor: Actor) -> Change<Void> {
        Change { transaction in
            guard try transaction.execute(Session.end(id, of: actor.user)) == 1 else {
                throw Session.notFound
            }
        }
    }
}

extension User {
    /// The same person with another email address; nil keeps the current one.
    func with(email: EmailAddress?) -> User {
        var user = self
        if let email { user.email = email.text }
        return user
    }
}

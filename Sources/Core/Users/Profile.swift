/// What a person does with their own account.
public struct Profile: Sendable {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let hasMail: Bool

    /// - Parameter hasMail: whether mail leaves this server, so that another address can be confirmed before it holds.
    public init(_ database: any Database, hasher: PasswordHasher, hasMail: Bool = true, runtime: Runtime) {
        (self.database, self.hasher, self.hasMail, self.runtime) = (database, hasher, hasMail, runtime)
    }

    /// What somebody changes about themselves; what is nil stays.
    public struct Edit: Sendable {
        public let firstName: String?
        public let lastName: String?
        public let email: EmailAddress?
        public let language: Language?
        public let newPassword: Password?
        /// The one that holds now: a new one needs it, and another address does.
        public let currentPassword: String?

        public init(
            firstName: String?, lastName: String?, email: EmailAddress?, language: Language?, newPassword: Password?,
            currentPassword: String?
        ) {
            self.firstName = firstName
            self.lastName = lastName
            self.email = email
            self.language = language
            self.newPassword = newPassword
            self.currentPassword = currentPassword
        }
    }

    /// A new password ends all sessions but this one, and takes back a change of the address that waits. Another address waits to be
    /// confirmed; on a server without mail, where no one could, it holds at once and ends the other sessions too.
    /// - Throws: flaws of `currentPassword` where it is needed and missing or wrong; `AccountRefusal.tooManyTries`; without mail also
    ///   `.emailTaken`.
    public func change(_ edit: Edit, if precondition: Precondition, as actor: Actor) async throws -> Change<User> {
        let (id, company, runtime, hasMail) = (actor.user.id, actor.user.companyID, runtime, hasMail)
        let other = edit.email.flatMap { $0.folded == EmailAddress(actor.user.email)?.folded ? nil : $0 }
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
            let isOther = edit.email.map { $0.folded != EmailAddress(old.email)?.folded } ?? false
            let email = isOther && hasMail ? nil : edit.email
            let record = SecurityRecord(actor, runtime)
            let new = old.with(
                firstName: edit.firstName, lastName: edit.lastName, email: email, language: edit.language)
            if let proof {
                guard hashes.first == proof.hash else { throw Refusal(ChangeRefusal.stale) }
                // Of several guesses that were under way at once only as many count as may.
                try proof.attempts.check(transaction, now: now)
            } else if isOther {
                // It was changed while this request was on its way.
                throw Refusal(ChangeRefusal.stale)
            }
            try FormerName.keep(of: old, renamed: new, transaction, now: now)
            try transaction.execute(new.update(email: email, passwordHash: proof?.newHash, now: now))
            if proof?.newHash != nil {
                try EmailChange.cancel(of: id, in: company, transaction, now: now)
                try transaction.enqueue(Mail.insert(mail, .passwordChanged, to: old, now: now))
                try audit.write(.passwordChanged, id, in: transaction)
                try record.write(.passwordChanged, in: transaction)
            }
            if isOther, hasMail, let emailChange {
                try emailChange.begin(of: old, by: actor.user, transaction)
                try audit.write(.emailChangeAsked, id, in: transaction)
            } else if isOther, let email {
                try FormerEmail.checkFree(email, for: id, transaction, now: now)
                try Attempts(.lettersToAddress, ofAddress: old.email).record(transaction, now: now)
                try transaction.enqueue(
                    Mail.insert(warning, .emailChanged, to: old, details: [email.text], now: now))
                try record.write(.emailChanged, in: transaction)
            }
            if isOther && !hasMail || proof?.newHash != nil {
                try transaction.enqueue(Session.endAll(of: id, in: company, but: actor.session))
                try transaction.enqueue(OneTimeToken.voidAll(of: id, in: company))
                try transaction.enqueue(Mail.cancelLinks(of: id, in: company, now: now))
            }
            let changes = old.differences(from: new)
            if !changes.isEmpty { try audit.write(.userChanged, id, changes, in: transaction) }
            return try Self.own(id, in: company, transaction, now: now)
        }
    }

    /// The account as reading it shows it.
    private static func own(
        _ id: User.ID, in company: Company.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws -> User {
        guard var user = try transaction.fetch(User.one(id, in: company, now: now)).first else { throw User.notFound }
        user.invitation = nil
        return user
    }

    /// That the caller knows the password that holds now, as of the hash that was checked.
    private struct Proof {
        let hash: String?
        let newHash: String?
        let attempts: Attempts
    }

    private func proof(_ edit: Edit, _ actor: Actor) async throws -> Proof {
        guard let current = edit.currentPassword else { throw Refusal("currentPassword", .currentPasswordMissing) }
        // Whoever holds a session may guess no oftener than a stranger, whose guesses don't count here.
        let attempts = Attempts(.signInsOfSessions, of: actor.user.id.text)
        let (found, made, companies) = try await database.fetch(
            User.passwordHash(of: actor.user.id, in: actor.user.companyID), attempts.made,
            Company.name(actor.user.companyID))
        let changed = actor.user.with(firstName: edit.firstName, lastName: edit.lastName, email: edit.email)
        if let new = edit.newPassword {
            try Accounts.check(new, against: OwnWords(changed, company: companies.first))
        }
        let held = found.first ?? nil
        try attempts.check(made, now: runtime.now())
        let account = EmailAddress(actor.user.email)?.folded ?? actor.user.email
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

    // MARK: An address that waits

    /// Mails a fresh link to the address that waits to be confirmed.
    /// - Throws: `AccountRefusal.noPendingEmail` where none does; `.tooManyTries` where it was written to too often.
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

    /// Takes back a change of the own address.
    /// - Throws: `AccountRefusal.noPendingEmail` where none waits.
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

    /// Where the person is signed in, newest first.
    public func sessions(
        _ page: PageRequest<Session.ID>, as actor: Actor
    ) async throws -> Page<Session, Session.ID> {
        let sessions = try await database.fetch(Session.list(actor.user, page, now: runtime.now()).page)
        return Page(sessions, of: page, key: \.id)
    }

    /// Ends one of the person's own sessions.
    public func endSession(_ id: Session.ID, as actor: Actor) -> Change<Void> {
        Change { transaction in
            guard try transaction.execute(Session.end(id, of: actor.user)) == 1 else {
                throw Session.notFound
            }
        }
    }
}

extension User {
    /// The same person with some things changed; what is nil stays.
    func with(
        firstName: String? = nil, lastName: String? = nil, email: EmailAddress? = nil, role: Role? = nil,
        status: Status? = nil, language: Language? = nil
    ) -> User {
        User(
            id: id, companyID: companyID, email: email?.text ?? self.email, firstName: firstName ?? self.firstName,
            lastName: lastName ?? self.lastName, role: role ?? self.role, status: status ?? self.status,
            language: language ?? self.language, version: version, createdAt: createdAt, updatedAt: updatedAt)
    }

    func differences(from new: User) -> [AuditEntry.Detail] {
        var differences = Differences()
        differences.note(only: "firstName", firstName, new.firstName)
        differences.note(only: "lastName", lastName, new.lastName)
        differences.note(only: "email", email, new.email)
        differences.note("role", role.rawValue, new.role.rawValue)
        differences.note("status", status.rawValue, new.status.rawValue)
        differences.note("language", language.rawValue, new.language.rawValue)
        return differences.details
    }
}

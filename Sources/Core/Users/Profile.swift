/// What a person does with their own account.
public struct Profile: Sendable {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime

    public init(_ database: any Database, hasher: PasswordHasher, runtime: Runtime) {
        (self.database, self.hasher, self.runtime) = (database, hasher, runtime)
    }

    /// What somebody changes about themselves; what is nil stays.
    public struct Edit: Sendable {
        public let firstName: String?
        public let lastName: String?
        public let email: EmailAddress?
        public let language: Language?
        /// The new password, with the one that holds now.
        public let password: (new: Password, current: String)?

        public init(
            firstName: String?, lastName: String?, email: EmailAddress?, language: Language?,
            password: (new: Password, current: String)?
        ) {
            self.firstName = firstName
            self.lastName = lastName
            self.email = email
            self.language = language
            self.password = password
        }
    }

    /// A new password ends all sessions but this one.
    public func change(_ edit: Edit, if precondition: Precondition, as actor: Actor) async throws -> Change<User> {
        let (id, company, runtime) = (actor.user.id, actor.user.companyID, runtime)
        let newHash = try await newPasswordHash(edit, actor)
        if let email = edit.email, email.folded != EmailAddress(actor.user.email)?.folded {
            let attempts = Attempts(.emailChanges, of: id.text)
            let now = runtime.now()
            try await database.transaction { try attempts.record($0, now: now) }
        }
        let (mail, warning): (Mail.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let now = runtime.now()
        return Change { transaction in
            try transaction.enqueue(User.lock(id, in: company))
            let (found, hashes) = try transaction.fetch(
                User.one(id, in: company, now: now), User.passwordHash(of: id, in: company))
            guard let old = found.first else { throw User.notFound }
            try precondition.check(old.version)
            let audit = Audit(actor.user, session: actor.session, runtime)
            let new = old.with(
                firstName: edit.firstName, lastName: edit.lastName, email: edit.email, language: edit.language)
            if let newHash {
                guard hashes.first == newHash.old else { throw Refusal(ChangeRefusal.stale) }
                // Of several guesses that were under way at once only as many count as may.
                try newHash.attempts.check(transaction, now: now)
                try transaction.enqueue(new.update(email: edit.email, passwordHash: newHash.new, now: now))
                try transaction.enqueue(Session.endAll(of: id, in: company, but: actor.session))
                try transaction.enqueue(Mail.insert(mail, .passwordChanged, to: old, now: now))
                try audit.write(.passwordChanged, id, in: transaction)
            } else {
                try transaction.enqueue(new.update(email: edit.email, now: now))
            }
            let isMoved = edit.email.map { $0.folded != EmailAddress(old.email)?.folded } ?? false
            if isMoved {
                try Attempts(.lettersToAddress, ofAddress: old.email).record(transaction, now: now)
                try transaction.enqueue(Mail.insert(warning, .emailChanged, to: old, now: now))
            }
            if isMoved || newHash != nil {
                try transaction.enqueue(OneTimeToken.voidAll(of: id, in: company))
                try transaction.enqueue(Mail.cancelLinks(of: id, in: company, now: now))
            }
            let changes = old.differences(from: new)
            if !changes.isEmpty { try audit.write(.userChanged, id, changes, in: transaction) }
            var changed = try transaction.fetch(User.one(id, in: company, now: now))[0]
            // As reading the account shows it.
            changed.invitation = nil
            return changed
        }
    }

    private func newPasswordHash(
        _ edit: Edit, _ actor: Actor
    ) async throws -> (old: String?, new: String, attempts: Attempts)? {
        guard let password = edit.password else { return nil }
        // Whoever holds a session may guess no oftener than a stranger, whose guesses don't count here.
        let attempts = Attempts(.signInsOfSessions, of: actor.user.id.text)
        let (found, made, companies) = try await database.fetch(
            User.passwordHash(of: actor.user.id, in: actor.user.companyID), attempts.made,
            Company.name(actor.user.companyID))
        let changed = actor.user.with(firstName: edit.firstName, lastName: edit.lastName, email: edit.email)
        try Accounts.check(password.new, against: OwnWords(changed, company: companies.first))
        let held = found.first ?? nil
        try attempts.check(made, now: runtime.now())
        let account = EmailAddress(actor.user.email)?.folded ?? actor.user.email
        guard try await hasher.verify(password.current, against: held, of: account) else {
            let now = runtime.now()
            try await database.transaction { try attempts.record($0, now: now) }
            throw Refusal("currentPassword", .wrongPassword)
        }
        return (held, try await hasher.hash(password.new.text, of: account), attempts)
    }

    // MARK: Sessions

    /// Where the person is signed in, newest first.
    public func sessions(
        _ page: PageRequest<Session.ID>, as actor: Actor
    ) async throws -> Page<Session, Session.ID> {
        let sessions = try await database.fetch(Session.list(actor.user, page, now: runtime.now()))
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

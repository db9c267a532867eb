/// What is done with the people of a company, by those who answer for them.
public struct People: Sendable {
    let database: any Database
    let runtime: Runtime
    let hasMail: Bool
    let provesAddresses: Bool

    /// - Parameters:
    ///   - hasMail: whether mail leaves this server, so that another address can be confirmed before it holds.
    ///   - provesAddresses: whether a company invites and mails no one before its founder's e-mail address is proven.
    public init(_ database: any Database, hasMail: Bool = true, provesAddresses: Bool = false, runtime: Runtime) {
        (self.database, self.hasMail, self.runtime) = (database, hasMail, runtime)
        self.provesAddresses = provesAddresses
    }

    /// Somebody who is invited.
    public struct Invitee: Sendable {
        public let email: EmailAddress
        public let firstName: String
        public let lastName: String
        public let role: Role
        /// Nil for the company's language.
        public let language: Language?

        public init(email: EmailAddress, firstName: String, lastName: String, role: Role, language: Language?) {
            self.email = email
            self.firstName = firstName
            self.lastName = lastName
            self.role = role
            self.language = language
        }
    }

    /// What is changed of a person; what is nil stays.
    public struct Edit: Sendable {
        public let firstName: String?
        public let lastName: String?
        public let email: EmailAddress?
        public let role: Role?
        public let status: User.Status?

        public init(firstName: String?, lastName: String?, email: EmailAddress?, role: Role?, status: User.Status?) {
            self.firstName = firstName
            self.lastName = lastName
            self.email = email
            self.role = role
            self.status = status
        }
    }

    /// Until when a fresh link is good, and its token where the caller may hand it on.
    public struct Link: Sendable {
        /// Nil for a person who has joined before: theirs goes by mail only, because whoever holds it becomes them.
        public let token: Token?
        public let expiresAt: Instant

        package init(token: Token?, expiresAt: Instant) { (self.token, self.expiresAt) = (token, expiresAt) }
    }

    // MARK: Reading

    /// In the order in which they came.
    public func list(
        _ page: PageRequest<User.ID>, in scope: CompanyScope
    ) async throws -> Page<User, User.ID> {
        try scope.check(.readUsers)
        let (companies, users) = try await database.fetch(
            Company.exists(scope), User.list(scope, page, now: runtime.now()).page)
        guard !companies.isEmpty else { throw Company.notFound }
        return Page(users, of: page, key: \.id)
    }

    /// Anybody on the platform.
    public func get(_ id: User.ID, as actor: Actor) async throws -> User {
        try actor.check(.readAnyUser)
        guard let user = try await database.fetch(User.one(anywhere: id, now: runtime.now())).first else {
            throw User.notFound
        }
        return user
    }

    /// What a person was called before, the latest name first.
    public func formerNames(
        of user: User.ID, _ page: PageRequest<Int64>, in scope: CompanyScope
    ) async throws -> Page<FormerName, Int64> {
        try scope.check(.readUsers)
        let (users, names) = try await database.fetch(
            User.exists(user, scope), FormerName.list(user, scope, page).page)
        guard !users.isEmpty else { throw User.notFound }
        return Page(names, of: page, key: \.number)
    }

    // MARK: Inviting

    /// Makes an account that its owner opens by setting a password.
    public func invite(_ invitee: Invitee, in scope: CompanyScope) async throws -> Change<User> {
        try scope.check(.inviteUsers)
        try Self.checkGiving(invitee.role, scope)
        try await countIfTaken(invitee.email, scope)
        let (id, mail): (User.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let (token, now, runtime) = (Token(runtime), runtime.now(), runtime)
        return Change { transaction in
            // One person after the other, so that the last place is taken once.
            try transaction.enqueue(Company.lock(scope))
            let (languages, people) = try transaction.fetch(Company.language(scope), CompanyUse.people(scope.company))
            guard let language = languages.first else { throw Company.notFound }
            try people.first?.check(.people)
            let user = User(
                id: id, companyID: scope.company, email: invitee.email.text, firstName: invitee.firstName,
                lastName: invitee.lastName, role: invitee.role, status: .inactive,
                language: invitee.language ?? language, version: 1, createdAt: now, updatedAt: now)
            guard try transaction.execute(user.insert(email: invitee.email, passwordHash: nil)) == 1 else {
                throw Refusal(AccountRefusal.emailTaken)
            }
            try FormerEmail.checkFree(invitee.email, for: id, transaction, now: now)
            try send(token, to: user, by: scope, mail, transaction, now: now)
            try Audit(scope, runtime).write(
                .userInvited, id, [.init(field: "role", from: nil, to: invitee.role.rawValue)], in: transaction)
            return try transaction.fetch(User.one(id, scope, now: now))[0]
        }
        .read(by: \.id) { id, transaction in
            guard let user = try transaction.fetch(User.one(id, scope, now: now)).first else { throw User.notFound }
            return user
        }
    }

    /// Counts a question that is answered by the address having an account: no one may ask for many. What is in the own company isn't
    /// told by that.
    private func countIfTaken(_ email: EmailAddress, _ scope: CompanyScope) async throws {
        let now = runtime.now()
        let found = try await database.fetch(User.signingIn(email, now: now))
        guard let holder = found.first?.user, holder.companyID != scope.company else { return }
        let attempts = Attempts(.takenAddresses, of: scope.actor.user.id.text)
        try await database.transaction { try attempts.record($0, now: now) }
    }

    /// A fresh link for somebody who isn't active; the old one is void. It goes by mail, and its token to the caller only where the
    /// person has never joined.
    public func reinvite(_ id: User.ID, in scope: CompanyScope) throws -> Change<Link> {
        try scope.check(.inviteUsers)
        let mail: Mail.ID = runtime.newID()
        let (token, now, runtime) = (Token(runtime), runtime.now(), runtime)
        return Change { transaction in
            let user = try Self.lock(id, scope, transaction, now: now)
            guard user.status == .inactive else {
                throw Refusal(UserRefusal.joinedAlready, ["name": .text(user.name)])
            }
            // Whoever has had a password was switched off: only those who may switch them on may let them in again.
            let hasJoined = try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil != nil
            if hasJoined { try Self.checkChanging(user, scope) }
            try send(token, to: user, by: scope, mail, transaction, now: now)
            try Audit(scope, runtime).write(.userInvited, id, in: transaction)
            return Link(token: hasJoined ? nil : token, expiresAt: now + OneTimeToken.Purpose.invitation.lifetime)
        }
    }

    /// Makes the token and the mail that carries it, in place of earlier ones.
    private func send(
        _ token: Token, to user: User, by scope: CompanyScope, _ mail: Mail.ID, _ transaction: borrowing Transaction,
        now: Instant
    ) throws {
        if provesAddresses { try UnprovenFounder.check(scope.company, transaction) }
        try Attempts(.lettersToAddress, ofAddress: user.email).record(transaction, now: now)
        try Invitations.count(by: scope, transaction, now: now)
        try transaction.enqueue(OneTimeToken.invite(user, token, now: now))
        try transaction.enqueue(Mail.cancelLinks(of: user.id, in: scope.company, now: now))
        try transaction.enqueue(
            Mail.insert(mail, .invitation, to: user, token: token, details: [scope.actor.user.name], now: now))
    }

    // MARK: Changing and removing

    /// Switching somebody off ends all their sessions at once. Another address of a person who has joined waits to be confirmed, and the
    /// one that they have is told; on a server without mail it holds at once and ends their sessions.
    public func change(
        _ id: User.ID, _ edit: Edit, if precondition: Precondition, in scope: CompanyScope
    ) async throws -> Change<User> {
        try scope.check(.changeUsers)
        if let email = edit.email { try await countIfTaken(email, scope) }
        let (now, runtime, hasMail, provesAddresses) = (runtime.now(), runtime, hasMail, provesAddresses)
        let (mail, warning): (Mail.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let (token, emailChange) = (Token(runtime), edit.email.map { EmailChange(to: $0, runtime) })
        return Change { transaction in
            let old = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(old, scope)
            if let role = edit.role, role != old.role { try Self.checkGiving(role, scope) }
            try precondition.check(old.version)
            let hasJoined = try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil != nil
            let isOther = edit.email.map { $0.folded != EmailAddress(old.email)?.folded } ?? false
            let waits = isOther && hasJoined && hasMail
            let email = waits ? nil : edit.email
            let new = old.with(
                firstName: edit.firstName, lastName: edit.lastName, email: email, role: edit.role, status: edit.status)
            if new.status == .active, old.status == .inactive, !hasJoined {
                throw Refusal(UserRefusal.notJoinedYet, ["name": .text(old.name)])
            }
            if old.isActiveManager && !new.isActiveManager {
                try Self.checkAnother(old, scope, transaction)
            }
            try FormerName.keep(of: old, renamed: new, transaction, now: now)
            try transaction.execute(new.update(email: email, now: now))
            let moves = isOther && !waits
            if new.status == .inactive && old.status == .active || moves && hasJoined {
                try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            }
            if moves || new.status != old.status || edit.status == .inactive {
                if edit.status == .inactive {
                    try EmailChange.cancel(of: id, in: scope.company, transaction, now: now)
                }
                try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
                try transaction.enqueue(Mail.cancelLinks(of: id, in: scope.company, now: now))
            }
            let audit = Audit(scope, runtime)
            if waits, let emailChange {
                try emailChange.begin(
                    of: old, by: scope.actor.user, provesAddresses: provesAddresses, transaction)
                try audit.write(.emailChangeAsked, id, in: transaction)
            } else if moves, let email {
                try FormerEmail.checkFree(email, for: id, transaction, now: now)
                if hasJoined {
                    try Attempts(.lettersToAddress, ofAddress: old.email).record(transaction, now: now)
                    try transaction.enqueue(
                        Mail.insert(warning, .emailChanged, to: old, details: [email.text], now: now))
                } else if old.invitation?.isOpen == true, edit.status != .inactive {
                    // Whoever was invited at another address is invited at this one.
                    try send(token, to: new, by: scope, mail, transaction, now: now)
                }
            }
            let changes = old.differences(from: new)
            if !changes.isEmpty { try audit.write(.userChanged, id, changes, in: transaction) }
            let record = SecurityRecord(scope, runtime)
            if moves { try record.write(.emailChanged, of: id, in: transaction) }
            if new.role != old.role {
                try record.write(.roleChanged, of: id, detail: new.role.rawValue, in: transaction)
            }
            if new.status != old.status {
                try record.write(.statusChanged, of: id, detail: new.status.rawValue, in: transaction)
            }
            return try transaction.fetch(User.one(id, scope, now: now))[0]
        }
    }

    /// Takes back a change of a person's address that waits to be confirmed.
    /// - Throws: `AccountRefusal.noPendingEmail` where none waits.
    public func cancelEmailChange(
        of id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let now = runtime.now()
        return Change { transaction in
            let user = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, scope)
            try precondition.check(user.version)
            guard user.pendingEmail != nil else { throw Refusal(AccountRefusal.noPendingEmail) }
            try EmailChange.cancel(of: id, in: scope.company, transaction, now: now)
            try transaction.enqueue(user.update(email: nil, now: now))
        }
    }

    /// Archives somebody: they are signed out and assigned nowhere, an open visit ends, the e-mail address is free again. The
    /// name stays only where the history needs it.
    public func remove(
        _ id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let user = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, scope)
            try precondition.check(user.version)
            if user.isActiveManager || user.role == .admin { try Self.checkAnother(user, scope, transaction) }
            let keepsName = try !transaction.fetch(user.records).isEmpty
            try transaction.enqueue(TimeEntry.Correction.keepOpen(of: id, scope, now: now))
            try transaction.enqueue(TimeEntry.endOpen(of: id, scope, now: now))
            try transaction.enqueue(Assignee.removeAll(of: id, scope))
            try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            try transaction.enqueue(KnownBrowser.forgetAll(of: id, in: scope.company))
            try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
            try transaction.enqueue(Mail.erase(of: id, in: scope.company, now: now))
            try transaction.enqueue(user.remove(keepsName: keepsName, now: now))
            try transaction.enqueue(FormerEmail.forget(of: id, in: scope.company))
            try transaction.enqueue(UnprovenFounder.forget(id, in: scope.company))
            if !keepsName { try transaction.enqueue(FormerName.forget(of: id, in: scope.company)) }
            try transaction.enqueue(SecurityEvent.forgetNetworks(of: id, in: scope.company))
            try Audit(scope, runtime).write(.userRemoved, id, in: transaction)
        }
    }

    private static func lock(
        _ id: User.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> User {
        // The company first: who counts the managers that remain must be alone with it.
        try transaction.enqueue(Company.lock(scope))
        try transaction.enqueue(User.lock(id, in: scope.company))
        guard let user = try transaction.fetch(User.one(id, scope, now: now)).first else {
            throw User.notFound
        }
        return user
    }

    private static func checkGiving(_ role: Role, _ scope: CompanyScope) throws {
        guard role != .admin || scope.actor.user.role != .admin else {
            throw Refusal("role", .operatorByCommand, ["allowed": .text("MANAGER, WORKER")])
        }
        guard scope.actor.user.role.givable.contains(role) else {
            throw Refusal(UserRefusal.roleNotGivable, ["role": .text(role.rawValue)])
        }
    }

    private static func checkChanging(_ user: User, _ scope: CompanyScope) throws {
        guard scope.actor.user.role.mayChange(user.role) else {
            throw Refusal(UserRefusal.workersOnly)
        }
    }

    /// That someone else of the person's role can act: a company keeps a manager, and the platform an operator.
    private static func checkAnother(
        _ user: User, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        guard try !transaction.fetch(User.active(user.role, besides: user.id, scope.company)).isEmpty else {
            throw Refusal(user.role == .admin ? UserRefusal.lastOperator : .lastManager)
        }
    }
}

extension User {
    fileprivate var isActiveManager: Bool { role == .manager && status == .active }
}

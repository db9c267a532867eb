/// What is done with the people of a company, by those who answer for them.
public struct People: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

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

    /// A link's token, and until when it is good.
    public struct Link: Sendable {
        public let token: Token
        public let expiresAt: Instant

        package init(token: Token, expiresAt: Instant) { (self.token, self.expiresAt) = (token, expiresAt) }
    }

    // MARK: Reading

    /// In the order in which they came.
    public func list(
        _ page: PageRequest<User.ID>, in scope: CompanyScope
    ) async throws -> Page<User, User.ID> {
        try scope.check(.readUsers)
        let (companies, users) = try await database.fetch(
            Company.exists(scope), User.list(scope, page, now: runtime.now()))
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

    // MARK: Inviting

    /// Makes an account that its owner opens by setting a password.
    public func invite(_ invitee: Invitee, in scope: CompanyScope) throws -> Change<User> {
        try scope.check(.inviteUsers)
        try Self.checkGiving(invitee.role, scope)
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
            try Self.send(token, to: user, by: scope, mail, transaction, now: now)
            try Audit(scope, runtime).write(
                .userInvited, id, [.init(field: "role", from: nil, to: invitee.role.rawValue)], in: transaction)
            return try transaction.fetch(User.one(id, scope, now: now))[0]
        }
        .read(by: \.id) { id, transaction in
            guard let user = try transaction.fetch(User.one(id, scope, now: now)).first else { throw User.notFound }
            return user
        }
    }

    /// A fresh link for somebody who isn't active; the old one is void.
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
            if try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil != nil {
                try Self.checkChanging(user, scope)
            }
            try Self.send(token, to: user, by: scope, mail, transaction, now: now)
            try Audit(scope, runtime).write(.userInvited, id, in: transaction)
            return Link(token: token, expiresAt: now + OneTimeToken.Purpose.invitation.lifetime)
        }
    }

    /// Makes the token and the mail that carries it, in place of earlier ones.
    private static func send(
        _ token: Token, to user: User, by scope: CompanyScope, _ mail: Mail.ID, _ transaction: borrowing Transaction,
        now: Instant
    ) throws {
        try Attempts(.lettersToAddress, ofAddress: user.email).record(transaction, now: now)
        try Invitations.count(by: scope, transaction, now: now)
        try transaction.enqueue(OneTimeToken.invite(user, token, now: now))
        try transaction.enqueue(Mail.cancelLinks(of: user.id, in: scope.company, now: now))
        try transaction.enqueue(
            Mail.insert(mail, .invitation, to: user, token: token, details: [scope.actor.user.name], now: now))
    }

    // MARK: Changing and removing

    /// Switching somebody off ends all their sessions at once.
    public func change(
        _ id: User.ID, _ edit: Edit, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<User> {
        try scope.check(.changeUsers)
        let (mail, token): (Mail.ID, Token) = (runtime.newID(), Token(runtime))
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let old = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(old, scope)
            if let role = edit.role, role != old.role { try Self.checkGiving(role, scope) }
            try precondition.check(old.version)
            let new = old.with(
                firstName: edit.firstName, lastName: edit.lastName, email: edit.email, role: edit.role,
                status: edit.status)
            if new.status == .active, old.status == .inactive,
                try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil == nil
            {
                throw Refusal(UserRefusal.notJoinedYet, ["name": .text(old.name)])
            }
            if old.isActiveManager && !new.isActiveManager {
                try Self.checkAnotherManager(besides: id, scope, transaction)
            }
            try transaction.enqueue(new.update(email: edit.email, now: now))
            if new.status == .inactive && old.status == .active {
                try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            }
            let isMoved = edit.email.map { $0.folded != EmailAddress(old.email)?.folded } ?? false
            if isMoved || (edit.status ?? old.status) != old.status || edit.status == .inactive {
                try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
                try transaction.enqueue(Mail.cancelLinks(of: id, in: scope.company, now: now))
                // Whoever was invited at another address is invited at this one.
                if isMoved, old.invitation?.isOpen == true, edit.status != .inactive {
                    try Self.send(token, to: new, by: scope, mail, transaction, now: now)
                }
            }
            let changes = old.differences(from: new)
            if !changes.isEmpty { try Audit(scope, runtime).write(.userChanged, id, changes, in: transaction) }
            return try transaction.fetch(User.one(id, scope, now: now))[0]
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
            if user.isActiveManager { try Self.checkAnotherManager(besides: id, scope, transaction) }
            let keepsName = try !transaction.fetch(user.records).isEmpty
            try transaction.enqueue(TimeEntry.Correction.keepOpen(of: id, scope, now: now))
            try transaction.enqueue(TimeEntry.endOpen(of: id, scope, now: now))
            try transaction.enqueue(Assignee.removeAll(of: id, scope))
            try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            try transaction.enqueue(KnownBrowser.forgetAll(of: id, in: scope.company))
            try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
            try transaction.enqueue(Mail.erase(of: id, in: scope.company, now: now))
            try transaction.enqueue(user.remove(keepsName: keepsName, now: now))
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

    private static func checkAnotherManager(
        besides id: User.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        guard try !transaction.fetch(User.activeManager(besides: id, scope.company)).isEmpty else {
            throw Refusal(UserRefusal.lastManager)
        }
    }
}

extension User {
    fileprivate var isActiveManager: Bool { role == .manager && status == .active }
}

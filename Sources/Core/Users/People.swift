public import Storage

/// Use cases for a company's people.
public struct People: Sendable {
    let database: any Database
    let runtime: Runtime
    let hasMail: Bool
    let provesAddresses: Bool

    /// - Parameters:
    ///   - hasMail: whether this server sends mail, so that another address can be confirmed before it takes effect.
    ///   - provesAddresses: whether a company can't invite or mail anyone before its founder's email address is confirmed.
    public init(_ database: any Database, hasMail: Bool = true, provesAddresses: Bool = false, runtime: Runtime) {
        (self.database, self.hasMail, self.runtime) = (database, hasMail, runtime)
        self.provesAddresses = provesAddresses
    }

    /// A person to be invited.
    public struct Invitee: Sendable {
        /// Nil for a worker who gets a card instead of a mail.
        public let email: EmailAddress?
        public let firstName: String
        public let lastName: String
        public let role: Role
        /// Nil for the company's language.
        public let language: Language?
        public let phone: String?
        public let personnelNumber: String?

        public init(
            email: EmailAddress?, firstName: String, lastName: String, role: Role, language: Language?,
            phone: String? = nil, personnelNumber: String? = nil
        ) {
            self.email = email
            self.firstName = firstName
            self.lastName = lastName
            self.role = role
            self.language = language
            self.phone = phone
            self.personnelNumber = personnelNumber
        }
    }

    /// When a new link or card expires, and what the caller may hand over.
    public struct Link: Sendable {
        /// The token of a mailed link. Nil for a person who has joined before: their link goes by mail only, because its holder gains their
        /// account.
        public let token: Token?
        /// The card, in place of a mailed link.
        public let card: Card.Face?
        public let expiresAt: Instant

        package init(token: Token? = nil, card: Card.Face? = nil, expiresAt: Instant) {
            (self.token, self.card, self.expiresAt) = (token, card, expiresAt)
        }
    }

    // MARK: Reading

    /// The people of a company, in order of creation.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readUsers`; `CompanyRefusal.notFound`; `StorageError`.
    public func list(
        _ filter: UserFilter = .present, _ page: PageRequest<User.ID>, in scope: CompanyScope
    ) async throws -> Page<User, User.ID> {
        try scope.check(.readUsers)
        let (companies, users) = try await database.fetch(
            Company.exists(scope), User.list(scope, filter, page, now: runtime.now()).page)
        guard !companies.isEmpty else { throw Company.notFound }
        return Page(users, of: page, key: \.id)
    }

    /// Any person on the platform.
    /// - Throws: `AccessRefusal.roleForbids` if the actor isn't an operator; `UserRefusal.notFound`; `StorageError`.
    public func get(_ id: User.ID, as actor: Actor) async throws -> User {
        try actor.check(.readAnyUser)
        guard let user = try await database.fetch(User.one(anywhere: id, now: runtime.now())).first else {
            throw User.notFound
        }
        return user
    }

    /// A person's former names, the latest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readUsers`; `UserRefusal.notFound`; `StorageError`.
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

    /// A change that creates an account and mails its owner a link, by which they activate it with a password. Without an email address
    /// nothing is mailed.
    ///
    /// The change throws `CompanyRefusal.notFound`; `LimitRefusal.people`; `AccountRefusal.emailTaken`; `UserRefusal.numberTaken`, `.numberOfFormer`;
    /// `CompanyRefusal.addressNotProven`; `AccountRefusal.tooManyTries` if too many mails were sent to the address; `LimitRefusal.mails`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.inviteUsers`; `UserRefusal.roleNotGivable`; a `Refusal` of the field
    ///   `role` if an operator gives the role ADMIN; a `Refusal` of the field `email` if it is missing and the role needs one;
    ///   `AccountRefusal.tooManyTries` if the actor named too many addresses that have accounts elsewhere; `StorageError`.
    public func invite(_ invitee: Invitee, in scope: CompanyScope) async throws -> Change<User> {
        try scope.check(.inviteUsers)
        try Self.checkGiving(invitee.role, by: scope.actor.user)
        if let email = invitee.email { try await countIfTaken(email, scope) }
        let (id, mail): (User.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let (token, now, runtime) = (Token(runtime), runtime.now(), runtime)
        return Change { transaction in
            // Serialised by company, so that the last place is taken once.
            try transaction.enqueue(Company.lock(scope))
            let (languages, people) = try transaction.fetch(Company.language(scope), CompanyUse.people(scope.company))
            guard let language = languages.first else { throw Company.notFound }
            try people.first?.check(.people)
            var user = User(
                id: id, companyID: scope.company, email: invitee.email?.text, firstName: invitee.firstName,
                lastName: invitee.lastName, role: invitee.role, status: .inactive,
                language: invitee.language ?? language, version: 1, createdAt: now, updatedAt: now)
            (user.phone, user.personnelNumber) = (invitee.phone, invitee.personnelNumber)
            try user.check()
            try Self.checkNumber(of: user, transaction)
            guard try transaction.execute(user.insert(email: invitee.email, passwordHash: nil)) == 1 else {
                throw Refusal(AccountRefusal.emailTaken)
            }
            if let email = invitee.email {
                try FormerEmail.checkFree(email, for: id, transaction, now: now)
                try send(token, to: user, by: scope, mail, transaction, now: now)
            } else if provesAddresses {
                try UnprovenFounder.check(scope.company, transaction)
            }
            try Audit(scope, runtime).write(
                .userInvited, id, [.init(field: "role", from: nil, to: invitee.role.rawValue)], in: transaction)
            return try transaction.fetch(User.one(id, scope, now: now))[0]
        }
        .read(by: \.id) { id, transaction in
            guard let user = try transaction.fetch(User.one(id, scope, now: now)).first else { throw User.notFound }
            return user
        }
    }

    /// Counts a request whose answer reveals that an address has an account in another company: no one may make many. Addresses in the own
    /// company reveal nothing new.
    func countIfTaken(_ email: EmailAddress, _ scope: CompanyScope) async throws {
        let now = runtime.now()
        let found = try await database.fetch(User.signingIn(email, now: now))
        guard let holder = found.first?.user, holder.companyID != scope.company else { return }
        let attempts = Attempts(.takenAddresses, of: scope.actor.user.id.text)
        try await database.transaction { try attempts.record($0, now: now) }
    }

    /// A change that creates a new link for an inactive person, or a card for one who has no email address. The old one becomes void. A link
    /// goes by mail, and its token to the caller only if the person has never joined; a card goes to the caller.
    ///
    /// The change throws `UserRefusal.notFound`; `.joinedAlready` if the person is active and has an email address; `.workersOnly` if the
    /// actor may not change them; `.cardsForWorkers`; `CompanyRefusal.addressNotProven`;
    /// `AccountRefusal.tooManyTries` if too many mails were sent to the address; `LimitRefusal.mails`; `ChangeRefusal.stale` if the person's
    /// address was removed meanwhile.
    /// - Parameter hasher: hashes the code of a card.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.inviteUsers`; `AccountRefusal.tooManySignIns`; `StorageError`.
    public func reinvite(
        _ id: User.ID, _ wish: Reinvitation = Reinvitation(), hasher: PasswordHasher, in scope: CompanyScope
    ) async throws -> Change<Link> {
        try scope.check(.inviteUsers)
        let card = try await newCard(for: id, wish, hasher: hasher, in: scope)
        let mail: Mail.ID = runtime.newID()
        let (token, now, runtime) = (Token(runtime), runtime.now(), runtime)
        return Change { transaction in
            let (user, changer) = try Self.lock(id, scope, transaction, now: now)
            let hasJoined = try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil != nil
            if wish.isCard(for: user) {
                let link = try give(
                    card, to: user, hasJoined: hasJoined, by: changer, in: scope, transaction, now: now)
                if wish.lostPhone { try endPhones(of: user, in: scope, transaction) }
                return link
            }
            guard user.status == .inactive else {
                throw Refusal(UserRefusal.joinedAlready, ["name": .text(user.name)])
            }
            // The holder of a link gains the account.
            try Self.checkChanging(user, by: changer)
            try send(token, to: user, by: scope, mail, transaction, now: now)
            try Audit(scope, runtime).write(.userInvited, id, in: transaction)
            return Link(token: hasJoined ? nil : token, expiresAt: now + OneTimeToken.Purpose.invitation.lifetime)
        }
    }

    /// Creates the token and the mail that carries it, in place of earlier ones.
    private func send(
        _ token: Token, to user: User, by scope: CompanyScope, _ mail: Mail.ID, _ transaction: borrowing Transaction,
        now: Instant
    ) throws {
        if provesAddresses { try UnprovenFounder.check(scope.company, transaction) }
        try Attempts(.lettersToAddress, ofAddressOf: user).record(transaction, now: now)
        try Invitations.count(by: scope, transaction, now: now)
        try transaction.enqueue(Card.void(of: user.id, in: user.companyID))
        try transaction.enqueue(OneTimeToken.invite(user, token, now: now))
        try transaction.enqueue(Mail.cancelLinks(of: user.id, in: scope.company, now: now))
        try transaction.enqueue(
            Mail.insert(mail, .invitation, to: user, token: token, details: [scope.actor.user.name], now: now))
    }

    // MARK: Changing and removing

    /// A change of a person's account. Deactivating it ends the open time entry and all its sessions at once: those only report what was
    /// done before, for seven days. A new email address of a person who has joined waits
    /// to be confirmed, and their current address is notified; on a server without mail it takes effect at once and ends their sessions.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not change the person; `.roleNotGivable`, or a `Refusal`
    /// of the field `role`, if the actor may not give the role; a `Refusal` of the field `email` if the role needs one;
    /// `ChangeRefusal.stale` if the version is another; `UserRefusal.notJoinedYet` if a person who has never joined is activated;
    /// `.numberTaken`; `.numberOfFormer`; `.lastManager`; `.ownerStays` if the owner would be no active manager; `.ownerOnly` or `.ownerManages` if ownership
    /// can't be given; `AccountRefusal.confirmAgain` if it could, but the actor's confirmation has expired; `.emailTaken`; `.tooManyTries`
    /// after too many renamings or mails to an address; `LimitRefusal.mails`; `CompanyRefusal.addressNotProven`.
    /// - Parameter ownsCompany: whether the person becomes the owner, in the present one's place.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`; `AccountRefusal.tooManyTries` if the actor named too
    ///   many addresses that have accounts elsewhere; `StorageError`.
    public func change(
        _ id: User.ID, _ edit: Edit<User>, email: EmailAddress? = nil, ownsCompany: Bool? = nil,
        if precondition: Precondition, in scope: CompanyScope
    ) async throws -> Change<User> {
        try scope.check(.changeUsers)
        let asked = email
        let isConfirmed = scope.actor.confirmedUntil(now: runtime.now()) != nil
        if let email { try await countIfTaken(email, scope) }
        let (now, runtime, hasMail, provesAddresses) = (runtime.now(), runtime, hasMail, provesAddresses)
        let (mail, warning): (Mail.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let (token, emailChange) = (Token(runtime), email.map { EmailChange(to: $0, runtime) })
        return Change { transaction in
            let (old, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(old, by: changer)
            let edited = edit.applied(to: old)
            if edited.role != old.role { try Self.checkGiving(edited.role, by: changer) }
            try precondition.check(old.version)
            let hasJoined = try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil != nil
            let isOther = asked.map { $0.folded != old.address?.folded } ?? false
            if old.isOwner, !edited.isActiveManager || ownsCompany == false {
                throw Refusal(UserRefusal.ownerStays, ["name": .text(old.name)])
            }
            if ownsCompany == true {
                try Self.checkOwning(edited, by: changer)
                guard isConfirmed || old.isOwner else { throw Refusal(AccountRefusal.confirmAgain) }
            }
            let waits = isOther && hasJoined && hasMail
            let email = waits ? nil : asked
            let new = edited.with(email: email)
            if edited.role != old.role { try new.check() }
            if new.personnelNumber != old.personnelNumber { try Self.checkNumber(of: new, transaction) }
            let isSwitchedOff = edit.sets(\.status) && new.status == .inactive
            if new.status == .active, old.status == .inactive, !hasJoined {
                throw Refusal(UserRefusal.notJoinedYet, ["name": .text(old.name)])
            }
            if old.isActiveManager && !new.isActiveManager {
                try Self.checkAnother(old, scope, transaction)
            }
            try FormerName.keep(of: old, renamed: new, transaction, now: now)
            try transaction.execute(new.update(email: email, now: now))
            let changesOwner = ownsCompany == true && !old.isOwner
            if changesOwner { try transaction.enqueue(User.giveUpOwnership(in: scope.company, now: now)) }
            if changesOwner { try transaction.enqueue(old.own(now: now)) }
            let rises = new.role != old.role && new.role != .worker
            // What opens the account was given to, or asked for by, people who may not change a person of a higher role; and a PIN of six
            // digits is for a person's own work only.
            if isSwitchedOff, old.status == .active {
                try TimeEntries.endOpen(of: id, .personDeactivated, scope, transaction, now: now)
                try transaction.enqueue(Session.switchOff(id, in: scope.company, now: now))
                try transaction.enqueue(APIToken.endAll(of: id, in: scope.company))
            }
            if rises || isSwitchedOff { try Self.voidKeys(of: id, in: scope.company, transaction, now: now) }
            let moves = isOther && !waits
            if moves && hasJoined {
                try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            }
            if moves || new.status != old.status {
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
                if hasJoined, old.email != nil {
                    try Attempts(.lettersToAddress, ofAddressOf: old).record(transaction, now: now)
                    try transaction.enqueue(
                        Mail.insert(warning, .emailChanged, to: old, details: [email.text], now: now))
                } else if old.invitation?.isOpen == true, !isSwitchedOff {
                    // An open invitation is sent again, to the new address.
                    try send(token, to: new, by: scope, mail, transaction, now: now)
                }
            }
            if rises, !moves, !hasJoined, old.invitation?.isOpen == true, new.email != nil {
                try send(token, to: new, by: scope, mail, transaction, now: now)
            }
            let changes = Differences(old, new).details
            if !changes.isEmpty { try audit.write(.userChanged, id, changes, in: transaction) }
            let record = SecurityRecord(scope, runtime)
            if changesOwner {
                try audit.write(.ownershipGiven, id, in: transaction)
                try record.write(.ownerChanged, of: id, in: transaction)
            }
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

    /// A change that withdraws a person's pending email address.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not change the person; `ChangeRefusal.stale` if the
    /// version is another; `AccountRefusal.noPendingEmail`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func cancelEmailChange(
        of id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let now = runtime.now()
        return Change { transaction in
            let (user, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, by: changer)
            try precondition.check(user.version)
            guard user.pendingEmail != nil else { throw Refusal(AccountRefusal.noPendingEmail) }
            try EmailChange.cancel(of: id, in: scope.company, transaction, now: now)
            try transaction.enqueue(user.update(email: nil, now: now))
        }
    }

    /// A change that archives a person: their sessions, assignments and open time entry end, and their email address becomes free. Their
    /// name is kept only if records need it.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not remove the person; `ChangeRefusal.stale` if the
    /// version is another; `UserRefusal.ownerStays`; `.lastManager`; `.lastOperator`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func remove(
        _ id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let (user, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, by: changer)
            try precondition.check(user.version)
            if user.isOwner { throw Refusal(UserRefusal.ownerStays, ["name": .text(user.name)]) }
            if user.isActiveManager || user.role == .admin { try Self.checkAnother(user, scope, transaction) }
            let keepsName = try !transaction.fetch(user.records).isEmpty
            try TimeEntries.endOpen(of: id, .personRemoved, scope, transaction, now: now)
            if keepsName {
                try transaction.enqueue(FormerAssignment.keepAll(of: id, scope, now: now))
            } else {
                try transaction.enqueue(FormerAssignment.forget(of: id, in: scope.company))
            }
            try transaction.enqueue(Assignee.removeAll(of: id, scope))
            try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            try transaction.enqueue(KnownBrowser.forgetAll(of: id, in: scope.company))
            try transaction.enqueue(Card.void(of: id, in: scope.company))
            try transaction.enqueue(Phone.endAll(of: id, in: scope.company))
            try transaction.enqueue(APIToken.endAll(of: id, in: scope.company))
            try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
            try Factor.removeAll(of: id, in: scope.company, transaction)
            try transaction.enqueue(Mail.erase(of: id, in: scope.company, now: now))
            try transaction.enqueue(user.remove(keepsName: keepsName, now: now))
            try transaction.enqueue(FormerEmail.forget(of: id, in: scope.company))
            try transaction.enqueue(UnprovenFounder.forget(id, in: scope.company))
            if !keepsName { try transaction.enqueue(FormerName.forget(of: id, in: scope.company)) }
            try transaction.enqueue(SecurityEvent.forgetNetworks(of: id, in: scope.company))
            try Audit(scope, runtime).write(.userRemoved, id, in: transaction)
        }
    }

    /// The person, and the actor as they are now: ownership may have been given to someone else during the request.
    static func lock(
        _ id: User.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction, now: Instant
    ) throws -> (user: User, changer: User) {
        // The company's row is locked first, so that the count of remaining managers is exact, and one person owns it.
        try transaction.enqueue(Company.lock(scope))
        try transaction.enqueue(User.lock(id, in: scope.company))
        let (found, owners) = try transaction.fetch(User.one(id, scope, now: now), User.owner(of: scope.company))
        guard let user = found.first else { throw User.notFound }
        var changer = scope.actor.user
        if owners.first != changer.id { changer.ownerSince = nil }
        return (user, changer)
    }

    /// Voids what opens a person's account besides their password: links, a pending email address, a card, and phones with their sessions.
    private static func voidKeys(
        of id: User.ID, in company: Company.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        try EmailChange.cancel(of: id, in: company, transaction, now: now)
        try transaction.enqueue(Card.void(of: id, in: company))
        try Phone.endAllWithSessions(of: id, in: company, transaction)
        try transaction.enqueue(OneTimeToken.voidAll(of: id, in: company))
        try transaction.enqueue(Mail.cancelLinks(of: id, in: company, now: now))
    }

    private static func checkGiving(_ role: Role, by giver: User) throws {
        guard role != .admin || giver.role != .admin else {
            throw Refusal("role", .operatorByCommand, ["allowed": .text("MANAGER, BOOKKEEPER, WORKER")])
        }
        guard giver.givableRoles.contains(role) else {
            throw Refusal(UserRefusal.roleNotGivable, ["role": .text(role.rawValue)])
        }
    }

    static func checkChanging(_ user: User, by changer: User) throws {
        guard changer.mayChange(user) else { throw Refusal(UserRefusal.workersOnly) }
    }

    /// Checks that a person can be made the owner: by the owner or an operator, and only an active manager.
    private static func checkOwning(_ user: User, by giver: User) throws {
        guard giver.isOwner || giver.role == .admin else { throw Refusal(UserRefusal.ownerOnly) }
        guard user.isActiveManager else { throw Refusal(UserRefusal.ownerManages, ["name": .text(user.name)]) }
    }

    static func checkNumber(of user: User, _ transaction: borrowing Transaction) throws {
        guard let number = user.personnelNumber else { return }
        guard let holder = try transaction.fetch(User.holder(ofNumber: number, besides: user)).first else { return }
        guard let holder else { throw Refusal(UserRefusal.numberOfFormer, ["number": .text(number)]) }
        throw Refusal(UserRefusal.numberTaken, ["number": .text(number), "name": .text(holder)])
    }

    /// Checks that another active person has the role: a company keeps a manager, and the platform an operator.
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

    /// - Throws: a `Refusal` of the field `email` if the person has none, and signs in to more than their own work.
    func check() throws {
        if role != .worker, email == nil { throw Refusal("email", .neededForRole, ["role": .text(role.rawValue)]) }
    }
}

public import Storage

extension People {
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

    /// A change that creates an account and mails its owner a link, by which they activate it with a password. Without an email address
    /// nothing is mailed.
    ///
    /// The change throws `CompanyRefusal.notFound`; `LimitRefusal.people`; `AccountRefusal.emailTaken`; `UserRefusal.numberTaken`, `.numberOfFormer`;
    /// `CompanyRefusal.addressNotProven`; `AccountRefusal.tooManyTries` if too many mails were sent to the address; `LimitRefusal.mails`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.inviteUsers`; `UserRefusal.roleNotGivable`; `AccountRefusal.confirmAgain` if the
    ///   role is higher than a worker's, and the actor's confirmation has expired; a `Refusal` of the field `role` if an operator gives the role ADMIN; a `Refusal` of the field `email` if it is missing and the role needs one;
    ///   `AccountRefusal.tooManyTries` if the actor named too many addresses that have accounts elsewhere; `StorageError`.
    public func invite(_ invitee: Invitee, in scope: CompanyScope) async throws -> Change<User> {
        try scope.check(.inviteUsers)
        try Self.checkGiving(invitee.role, by: scope.actor.user)
        try Self.checkConfirmed(invitee.role, by: scope.actor, now: runtime.now())
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
    /// actor may not change them; `AccountRefusal.confirmAgain` if they are no worker, and the actor's confirmation has expired; `.cardsForWorkers`; `CompanyRefusal.addressNotProven`;
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
            try Self.checkConfirmed(user.role, by: scope.actor, now: now)
            try send(token, to: user, by: scope, mail, transaction, now: now)
            try Audit(scope, runtime).write(.userInvited, id, in: transaction)
            return Link(token: hasJoined ? nil : token, expiresAt: now + OneTimeToken.Purpose.invitation.lifetime)
        }
    }

    /// Creates the token and the mail that carries it, in place of earlier ones.
    func send(
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
}

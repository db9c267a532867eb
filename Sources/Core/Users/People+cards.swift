import Storage

extension People {
    /// How a person is invited again.
    public struct Reinvitation: Sendable {
        /// Whether a person who has an email address, but never joined, gets a card too. People without one always do.
        public let wantsCard: Bool
        /// Whether the person's phones and sessions end.
        public let lostPhone: Bool

        public init(wantsCard: Bool = false, lostPhone: Bool = false) {
            (self.wantsCard, self.lostPhone) = (wantsCard, lostPhone)
        }

        func isCard(for user: User) -> Bool { wantsCard || user.email == nil }
    }

    /// A card that is yet to be given to someone.
    struct NewCard: Sendable {
        let face: Card.Face
        let codeHash: [UInt8]
    }

    /// Makes a card if the person will get one: its code is hashed outside of the transaction.
    func newCard(
        for id: User.ID, _ wish: Reinvitation, hasher: PasswordHasher, in scope: CompanyScope
    ) async throws -> NewCard? {
        let users = try await database.fetch(User.one(id, scope, now: runtime.now()))
        guard let user = users.first, wish.isCard(for: user) else { return nil }
        let face = Card.Face(token: Token(runtime), code: CardCode(runtime))
        return NewCard(face: face, codeHash: try await face.code.hash(by: hasher, turn: "card of \(id.text)"))
    }

    /// Gives a person a card. The caller holds the lock on the person's row.
    func give(
        _ card: NewCard?, to user: User, hasJoined: Bool, by changer: User, in scope: CompanyScope,
        _ transaction: borrowing Transaction, now: Instant
    ) throws -> Link {
        guard user.role == .worker else {
            throw Refusal(UserRefusal.cardsForWorkers, ["name": .text(user.name)])
        }
        guard user.email == nil || !hasJoined else {
            throw Refusal(UserRefusal.joinedAlready, ["name": .text(user.name)])
        }
        // The holder of a card gains the account.
        try Self.checkChanging(user, by: changer)
        if provesAddresses { try UnprovenFounder.check(scope.company, transaction) }
        // The person lost their address during the request.
        guard let card else { throw Refusal(ChangeRefusal.stale) }
        try transaction.enqueue(Card.give(card.face, codeHash: card.codeHash, to: user, now: now))
        try Audit(scope, runtime).write(.cardGiven, user.id, in: transaction)
        return Link(card: card.face, expiresAt: now + Card.lifetime)
    }

    /// Ends all of a person's phones and sessions.
    func endPhones(of user: User, in scope: CompanyScope, _ transaction: borrowing Transaction) throws {
        let ended = try transaction.execute(Phone.endAll(of: user.id, in: scope.company))
        try transaction.enqueue(Session.endAll(of: user.id, in: scope.company))
        guard ended > 0 else { return }
        try Audit(scope, runtime).write(.phoneEnded, user.id, in: transaction)
        try SecurityRecord(scope, runtime).write(.phoneEnded, of: user.id, detail: "lost", in: transaction)
    }

    // MARK: Phones

    /// The phones that took a person's cards, newest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readUsers`; `UserRefusal.notFound`; `StorageError`.
    public func phones(
        of user: User.ID, _ page: PageRequest<Phone.ID>, in scope: CompanyScope
    ) async throws -> Page<Phone, Phone.ID> {
        try scope.check(.readUsers)
        let (users, phones) = try await database.fetch(
            User.exists(user, scope), Phone.list(user, in: scope.company, page, now: runtime.now()).page)
        guard !users.isEmpty else { throw User.notFound }
        return Page(phones, of: page, key: \.id)
    }

    /// A change that ends one of a person's phones, and its sessions at once.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not change the person; `AccountRefusal.phoneNotFound`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func endPhone(_ phone: Phone.ID, of id: User.ID, in scope: CompanyScope) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let (user, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, by: changer)
            let held = try transaction.fetch(Phone.held(phone, in: scope.company, now: now)).first
            guard held?.user == id else { throw Phone.notFound }
            try Phone.end(phone, of: id, in: scope.company, transaction)
            try Audit(scope, runtime).write(.phoneEnded, id, in: transaction)
            try SecurityRecord(scope, runtime).write(.phoneEnded, of: id, detail: "ended", in: transaction)
        }
    }
}

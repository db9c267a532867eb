import Storage

extension Accounts {
    /// Whose card it is, for the page that shows it before the tap.
    public struct CardHolder: Sendable {
        public let firstName: String
        public let companyName: String
        /// Whether the card was used: it then needs the PIN that was chosen.
        public let isSecond: Bool

        package init(firstName: String, companyName: String, isSecond: Bool) {
            (self.firstName, self.companyName, self.isSecond) = (firstName, companyName, isSecond)
        }
    }

    /// A sign-in on a phone.
    public struct PhoneSignIn: Sendable {
        public let signIn: SignIn
        /// The device's key, which it keeps.
        public let key: String

        package init(signIn: SignIn, key: String) { (self.signIn, self.key) = (signIn, key) }
    }

    /// Reads whose card it is, and spends nothing.
    /// - Throws: `AccountRefusal.cardNotValid`; `.tooManyTries` or `.tooManySignIns` for a typed code; `StorageError`.
    public func holder(of proof: Card.Proof, from origin: Origin) async throws -> CardHolder {
        let (_, card) = try await find(proof, from: origin)
        let (users, companies) = try await database.fetch(
            User.one(card.user, in: card.company, now: runtime.now()), Company.name(card.company))
        guard let user = users.first, let company = companies.first else { throw Refusal(AccountRefusal.cardNotValid) }
        return CardHolder(firstName: user.firstName, companyName: company, isSecond: card.phone != nil)
    }

    /// Signs a person in with their card. The first use sets the phone up with a new PIN, and makes the person active. The second one, for half
    /// an hour, needs the same PIN; then the card is spent.
    /// - Throws: `AccountRefusal.cardNotValid`; `.wrongPin`; a `Refusal` of the field `pin` if a new one isn't acceptable;
    ///   `.tooManyTries` or `.tooManySignIns`; `CompanyRefusal.suspended`; `StorageError`.
    public func useCard(_ proof: Card.Proof, pin: String, from origin: Origin) async throws -> PhoneSignIn {
        var (key, card) = try await find(proof, from: origin)
        // Another phone may take the card meanwhile: this is then the second use.
        for _ in 0..<2 {
            switch try await use(card, key, pin: pin, from: origin) {
            case .signedIn(let signIn): return signIn
            case .taken(let current): card = current
            case .wrongPin(let left) where left > 0:
                throw Refusal(AccountRefusal.wrongPin, ["left": .integer(Int(left))])
            case .wrongPin, .void: throw Refusal(AccountRefusal.cardNotValid)
            }
        }
        throw Refusal(AccountRefusal.cardNotValid)
    }

    private enum Use: Sendable {
        case signedIn(PhoneSignIn)
        /// Another phone took the card first.
        case taken(Card)
        case wrongPin(left: Int64)
        case void
    }

    private func use(_ card: Card, _ key: Card.Key, pin: String, from origin: Origin) async throws -> Use {
        let (user, company) = (card.user, card.company)
        let (pinHash, isRight) = try await check(pin, of: card)
        guard let pinHash else { return .void }
        let device = try await device(of: origin)
        let (token, session, phone) = (Token(runtime), runtime.newID(Session.self), runtime.newID(Phone.self))
        let (now, runtime) = (runtime.now(), runtime)
        return try await database.transaction { transaction in
            try transaction.enqueue(User.lock(user, in: company))
            let (cards, users, hashes, suspended) = try transaction.fetch(
                Card.find(key, now: now), User.one(user, in: company, now: now),
                User.passwordHash(of: user, in: company), Company.suspended(company))
            guard let current = cards.first, let person = users.first else { return .void }
            guard current.phone == card.phone else { return .taken(current) }
            let record = SecurityRecord(of: person, session: isRight ? session : nil, origin.source, runtime)
            guard isRight else {
                let wrong = max(0, try transaction.fetch(current.wrongPin).first ?? Pin.tries)
                try record.write(.pinFailed, detail: "card", in: transaction)
                if wrong >= Pin.tries { try transaction.enqueue(Card.void(of: user, in: company)) }
                return .wrongPin(left: max(0, Pin.tries - wrong))
            }
            guard suspended.isEmpty else { throw Refusal(CompanyRefusal.suspended) }
            if current.phone == nil {
                try transaction.enqueue(current.take(by: phone, now: now))
                try transaction.enqueue(SpentLink.insert(current.tokenHash, of: current, now: now))
                try transaction.enqueue(SpentLink.insert(current.codeHash, of: current, now: now))
                try Self.join(person, isFirst: (hashes.first ?? nil) == nil, runtime, transaction, now: now)
            } else {
                // The first phone may have been ended since: what was learned of its card then opens no other one.
                guard try !transaction.fetch(Phone.held(current.phone, in: company, now: now)).isEmpty,
                    person.status == .active
                else { return .void }
                try transaction.enqueue(Card.void(of: user, in: company))
                try Audit(person, session: session, runtime).write(.cardUsed, user, in: transaction)
            }
            try Phone.add(
                phone, of: person, keyHash: device.hash, pinHash: pinHash, userAgent: origin.userAgent, transaction,
                now: now)
            try record.write(.cardUsed, detail: current.phone == nil ? "first" : "second", in: transaction)
            try Self.begin(session, of: user, in: company, on: phone, token, origin, transaction, now: now)
            guard let signedIn = try transaction.fetch(User.one(user, in: company, now: now)).first else {
                return .void
            }
            return .signedIn(
                PhoneSignIn(
                    signIn: SignIn(token: token, expiresAt: now + Session.lifetime, user: signedIn), key: device.text))
        }
    }

    /// The PIN's hash for the new phone, and whether the PIN may be used. No hash if the first phone has been ended.
    private func check(_ pin: String, of card: Card) async throws -> (hash: String?, isRight: Bool) {
        let account = card.user.text
        guard card.phone != nil else {
            let new: Pin
            do throws(Flaw) { new = try Pin(pin) } catch { throw Refusal(fields: [.init("pin", error)]) }
            return (try await hasher.hash(new.text, of: account), true)
        }
        let held = try await database.fetch(Phone.held(card.phone, in: card.company, now: runtime.now()))
        guard let hash = held.first?.pinHash else { return (nil, false) }
        return (hash, try await hasher.verify(pin, against: hash, of: account))
    }

    /// Makes a person active who used their card for the first time. The password's column is filled, because the person has joined.
    private static func join(
        _ person: User, isFirst: Bool, _ runtime: Runtime, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        let (user, company) = (person.id, person.companyID)
        if isFirst || person.status == .inactive {
            try transaction.enqueue(person.join(now: now))
            try transaction.enqueue(OneTimeToken.voidAll(of: user, in: company))
            try transaction.enqueue(Mail.cancelLinks(of: user, in: company, now: now))
        }
        try Audit(person, session: nil, runtime).write(isFirst ? .userJoined : .cardUsed, user, in: transaction)
    }

    // MARK: Finding

    /// The valid card that a caller shows. Unknown codes count against the caller's network, and against all callers together.
    private func find(_ proof: Card.Proof, from origin: Origin) async throws -> (Card.Key, Card) {
        let unknown = Refusal(AccountRefusal.cardNotValid)
        var limits: [Attempts] = []
        let key: Card.Key
        switch proof {
        case .token(let text):
            guard let hash = Token.hash(sent: text) else { throw unknown }
            key = .token(hash)
        case .code(let text):
            guard let code = CardCode(typed: text) else { throw unknown }
            limits = [Attempts(.cardCodesFromNetwork, of: origin.subscriber), Attempts(.cardCodes, of: "all")]
            for limit in limits { try limit.check(try await database.fetch(limit.made), now: runtime.now()) }
            // One turn for all: however many type codes, passwords are checked beside them.
            key = .code(try await code.hash(by: hasher, turn: "card codes"))
        }
        let now = runtime.now()
        let (cards, spent) = try await database.fetch(Card.find(key, now: now), SpentLink.find(key.hash))
        if let card = cards.first { return (key, card) }
        if !limits.isEmpty {
            let guessed = limits
            try await database.transaction { transaction in
                for limit in guessed { try limit.record(transaction, now: now) }
            }
        }
        if let spent = spent.first {
            SecurityRecord(of: spent.user, in: spent.company, origin.source, runtime).count(
                .linkReused, detail: spent.purpose)
        }
        throw unknown
    }
}

extension User {
    /// Makes the person active. A null password hash becomes the void one, because the column records who has joined.
    func join(now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET status = 'ACTIVE', password_hash = COALESCE(password_hash, $3), version = version + 1,
                updated_at = $4
            WHERE company_id = $1 AND id = $2
            """,
            companyID, id, PasswordHasher.void, now)
    }
}

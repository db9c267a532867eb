public import Storage

extension Accounts {
    /// The people whom the caller's device can sign in, the latest first; none without a key.
    /// - Throws: `StorageError`.
    public func people(onDeviceOf origin: Origin) async throws -> [Phone.Person] {
        guard let hash = origin.phoneKey.flatMap({ Token.hash(sent: $0) }) else { return [] }
        return try await database.fetch(Phone.people(hash, now: runtime.now()))
    }

    /// Signs a person in by the device's key and their PIN. Wrong PINs count against the phone until a right one, and end it after ten.
    /// - Throws: `AccountRefusal.phoneEnded` if the device can't sign the person in; `.wrongPin`; `.tooManyTries` after too many unknown keys
    ///   from the network; `.tooManySignIns`; `CompanyRefusal.suspended` if the PIN is right; `StorageError`.
    public func signIn(_ user: User.ID, pin: String, from origin: Origin) async throws -> PhoneSignIn {
        let ended = Refusal(AccountRefusal.phoneEnded)
        let fromNetwork = Attempts(.pinsFromNetwork, of: origin.network)
        let asked = runtime.now()
        let keyHash = origin.phoneKey.flatMap { Token.hash(sent: $0) } ?? []
        let (found, made) = try await database.fetch(
            Phone.held(keyHash, by: user, now: asked), fromNetwork.made)
        guard let key = origin.phoneKey, let phone = found.first else {
            try fromNetwork.check(made, now: asked)
            try await database.transaction { try fromNetwork.record($0, now: asked) }
            throw ended
        }
        let isRight = try await hasher.verify(pin, against: phone.pinHash, of: user.text)
        let newHash = isRight && hasher.isOutdated(phone.pinHash) ? try await hasher.hash(pin, of: user.text) : nil
        let (token, session) = (Token(runtime), runtime.newID(Session.self))
        let (now, runtime) = (runtime.now(), runtime)
        let outcome: (person: User?, left: Int64) = try await database.transaction { transaction in
            // A concurrent deactivation, or the end of the phone, commits before this lock, or ends this session too.
            try transaction.enqueue(User.lock(user, in: phone.company))
            let (held, users, suspended) = try transaction.fetch(
                Phone.held(keyHash, by: user, now: now), User.one(user, in: phone.company, now: now),
                Company.suspended(phone.company))
            guard let current = held.first, current.id == phone.id, let person = users.first, person.status == .active
            else { return (nil, 0) }
            guard isRight else {
                let record = SecurityRecord(of: person, origin.source, runtime)
                return (nil, try current.countWrongPin(record, transaction))
            }
            guard suspended.isEmpty else { throw Refusal(CompanyRefusal.suspended) }
            try transaction.enqueue(current.use(newHash: newHash, now: now))
            try Self.begin(
                session, of: user, in: phone.company, on: current.id, token, origin, transaction, now: now)
            try SecurityRecord(of: person, session: session, origin.source, runtime).write(
                .signedIn, detail: "pin", in: transaction)
            return (person, 0)
        }
        if let person = outcome.person {
            return PhoneSignIn(
                signIn: SignIn(token: token, expiresAt: now + Session.lifetime, user: person), key: String(key))
        }
        guard outcome.left > 0 else { throw ended }
        throw Refusal(AccountRefusal.wrongPin, ["left": .integer(Int(outcome.left))])
    }

    /// Forgets a person on the caller's device: ends their key there and its sessions.
    /// - Throws: `AccountRefusal.phoneEnded` without a key; `.phoneNotFound` if the device can't sign the person in; `StorageError`.
    public func forget(_ user: User.ID, onDeviceOf origin: Origin) async throws {
        let (now, runtime) = (runtime.now(), runtime)
        guard let key = origin.phoneKey else { throw Refusal(AccountRefusal.phoneEnded) }
        let keyHash = Token.hash(sent: key) ?? []
        guard let phone = try await database.fetch(Phone.held(keyHash, by: user, now: now)).first else {
            throw Phone.notFound
        }
        try await database.transaction { transaction in
            try transaction.enqueue(User.lock(user, in: phone.company))
            try Phone.end(phone.id, of: user, in: phone.company, transaction)
            try SecurityRecord(of: user, in: phone.company, origin.source, runtime).write(
                .phoneEnded, detail: "forgotten", in: transaction)
        }
    }

    /// Confirms the PIN of the phone on which the caller's session began, as `confirm(_:as:)` does the password. Wrong PINs count as in a
    /// sign-in.
    /// - Returns: when the confirmation expires.
    /// - Throws: `AccountRefusal.wrongPin`; `.phoneEnded` after too many wrong ones; a `Refusal` of the field `pin` if the session didn't begin
    ///   with one; `.tooManySignIns`; `.sessionEnded`; `StorageError`.
    public func confirm(pin: String, as actor: Actor) async throws -> Instant {
        let user = actor.user
        guard let phone = try await database.fetch(Phone.held(of: actor, now: runtime.now())).first else {
            throw Refusal("pin", .notByPin)
        }
        let isRight = try await hasher.verify(pin, against: phone.pinHash, of: user.id.text)
        let (now, record) = (runtime.now(), SecurityRecord(actor, runtime))
        let left: Int64? = try await database.transaction { transaction in
            try transaction.enqueue(User.lock(user.id, in: user.companyID))
            guard let current = try transaction.fetch(Phone.held(of: actor, now: now)).first else {
                throw Refusal(AccountRefusal.sessionEnded)
            }
            guard isRight else { return try current.countWrongPin(record, transaction) }
            guard try transaction.execute(Session.confirm(actor, on: current.id, now: now)) == 1 else {
                throw Refusal(AccountRefusal.sessionEnded)
            }
            try transaction.enqueue(current.use(newHash: nil, now: now))
            return nil
        }
        guard let left else { return now + Session.confirmation }
        guard left > 0 else { throw Refusal(AccountRefusal.phoneEnded) }
        throw Refusal(AccountRefusal.wrongPin, ["left": .integer(Int(left))])
    }

    // MARK: Shared with cards

    /// The key of the caller's device: the one that it sent if it is one of ours, else a new one.
    func device(of origin: Origin) async throws -> (text: String, hash: [UInt8]) {
        if let sent = origin.phoneKey, let hash = Token.hash(sent: sent),
            try await !database.fetch(Phone.any(hash, now: runtime.now())).isEmpty
        {
            return (String(sent), hash)
        }
        let new = Token(runtime)
        return (new.text, new.hash)
    }

    /// Begins a session on a phone. The caller holds the lock on the person's row, and has checked that they may sign in.
    static func begin(
        _ session: Session.ID, of user: User.ID, in company: Company.ID, on phone: Phone.ID, _ token: Token,
        _ origin: Origin, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        try transaction.enqueue(Session.endExpired(of: user, in: company, now: now))
        try transaction.enqueue(Session.endOldest(of: user, in: company))
        if let former = origin.formerToken.flatMap({ Token.hash(sent: $0) }) {
            try transaction.enqueue(Session.end(tokenHash: former))
        }
        let begun = try transaction.execute(
            Session.insert(
                session, of: user, in: company, on: phone, tokenHash: token.hash, userAgent: origin.userAgent,
                now: now))
        guard begun == 1 else { throw Refusal(AccountRefusal.phoneEnded) }
    }
}

import Foundation
public import Storage

/// Use cases for access: registering, signing in, authenticating by token, signing out.
public struct Accounts: Sendable {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let provesAddresses: Bool
    let factors: FactorPolicy
    /// The people who called last; nil where asking for them first costs next to nothing.
    private let recent: RecentActors?

    /// - Parameter provesAddresses: whether founders of companies must confirm their email addresses.
    public init(
        _ database: any Database, hasher: PasswordHasher, provesAddresses: Bool = false, factors: FactorPolicy = .none,
        runtime: Runtime
    ) {
        (self.database, self.hasher, self.runtime) = (database, hasher, runtime)
        (self.provesAddresses, self.factors) = (provesAddresses, factors)
        recent = database.isRemote ? RecentActors() : nil
    }

    /// A person who is to get an account.
    public struct NewPerson: Sendable {
        public let email: EmailAddress
        public let password: Password
        public let firstName: String
        public let lastName: String

        public init(email: EmailAddress, password: Password, firstName: String, lastName: String) {
            (self.email, self.password, self.firstName, self.lastName) = (email, password, firstName, lastName)
        }

        /// - Throws: a `Refusal` of the field `password` if it consists of what is known about the account.
        func checkPassword(company: String?) throws {
            let own = OwnWords(email: email.text, firstName: firstName, lastName: lastName, company: company)
            try Accounts.check(password, against: own)
        }
    }

    /// A successful sign-in.
    public struct SignIn: Sendable {
        public let token: Token
        public let expiresAt: Instant
        public let user: User
        /// The token by which a browser that wasn't known is recognised from now on; nil if no new one is needed.
        public let newBrowser: Token?

        package init(token: Token, expiresAt: Instant, user: User, newBrowser: Token? = nil) {
            (self.token, self.expiresAt, self.user) = (token, expiresAt, user)
            self.newBrowser = newBrowser
        }
    }

    /// The origin of a request, as far as it is known.
    public struct Origin: Sendable {
        /// The network by which the limits count: an IPv4 address, or the first half of an IPv6 address.
        public let network: String
        /// The network as one subscriber may have it: of IPv6 the first 48 bits, because some lines have as many.
        var subscriber: String {
            let groups = network.split(separator: ":", omittingEmptySubsequences: false)
            return groups.count < 4 ? network : groups.prefix(3).joined(separator: ":")
        }
        public let userAgent: String?
        /// The token of the session that the caller's browser still holds. A new sign-in ends that session.
        public var formerToken: Substring?
        /// Whether the request comes from a page of ours, whose browser keeps a cookie.
        public var isOwnPage = false
        /// The token by which accounts know the caller's browser, if it has one.
        public var browserToken: Substring?
        /// The key of the caller's phone, if it has one.
        public var phoneKey: Substring?

        var browserHash: [UInt8] { browserToken.flatMap { Token.hash(sent: $0) } ?? [] }

        /// The same for security events.
        let source: RequestSource

        public init(network: String, userAgent: String?, formerToken: Substring? = nil, source: RequestSource = .none) {
            self.source = source
            self.network = network
            self.userAgent = userAgent
            self.formerToken = formerToken
        }
    }

    /// Founds a company with its first manager.
    /// - Throws: a `Refusal` of the field `password` if it consists of what is known about the account; `AccountRefusal.tooManyTries` if
    ///   too many registrations came from the network; `.tooManySignIns`; `.emailTaken`; `StorageError`.
    public func register(
        _ person: NewPerson, company name: String, address: Address, language: Language,
        breakRule: BreakRule = .none, from origin: Origin
    ) async throws -> User {
        try person.checkPassword(company: name)
        let attempts = Attempts(.registrations, of: origin.network)
        let now = runtime.now()
        try await database.transaction { try attempts.record($0, now: now) }
        return try await found(
            name, address: address, by: person, language: language, breakRule: breakRule,
            provesAddress: provesAddresses)
    }

    /// The same without a limit and without confirmation of the address: for callers with direct access to the database.
    /// - Throws: `AccountRefusal.emailTaken`; `.tooManySignIns`; `StorageError`.
    package func register(
        _ person: NewPerson, company name: String, address: Address, language: Language,
        breakRule: BreakRule = .none
    ) async throws -> User {
        try await found(
            name, address: address, by: person, language: language, breakRule: breakRule, provesAddress: false)
    }

    private func found(
        _ name: String, address: Address, by person: NewPerson, language: Language, breakRule: BreakRule,
        provesAddress: Bool
    ) async throws -> User {
        let company: Company.ID = runtime.newID()
        let now = runtime.now()
        var founded = Company()
        (founded.id, founded.name, founded.address, founded.language) = (company, name, address, language)
        founded.breakRule = breakRule
        (founded.createdAt, founded.updatedAt) = (now, now)
        return try await create(
            person, role: .manager, in: company, language: language,
            founding: (
                [
                    founded.insertion, Site.insertDepot(of: founded),
                    HourHead.insert(of: company, openedAt: now, now: now),
                ],
                name, provesAddress
            ))
    }

    /// Creates an operator of the platform. Only the command line calls this.
    /// - Throws: a `Refusal` of the field `password` if it consists of what is known about the account; `AccountRefusal.emailTaken`;
    ///   `.tooManySignIns`; `StorageError`.
    public func createAdmin(_ person: NewPerson, language: Language) async throws -> User {
        try person.checkPassword(company: nil)
        return try await create(person, role: .admin, in: Company.platform, language: language)
    }

    /// Creates an active account with a password. The caller has decided that it may be created.
    /// - Throws: `AccountRefusal.emailTaken`; `.tooManySignIns`; `StorageError`.
    package func create(
        _ person: NewPerson, role: Role, in company: Company.ID, language: Language
    ) async throws -> User {
        try await create(person, role: role, in: company, language: language, founding: nil)
    }

    /// - Parameter founding: if this is the first account of a new company, the statements that insert the company, the company's name, and
    ///   whether the email address must be confirmed.
    private func create(
        _ person: NewPerson, role: Role, in company: Company.ID, language: Language,
        founding: (statements: [Statement], name: String, provesAddress: Bool)?
    ) async throws -> User {
        let hash = try await hasher.hash(person.password.text, of: person.email.folded)
        let now = runtime.now()
        let user = User(
            id: runtime.newID(), companyID: company, email: person.email.text, firstName: person.firstName,
            lastName: person.lastName, role: role, status: .active, language: language, version: 1, createdAt: now,
            updatedAt: now, ownerSince: founding == nil ? nil : now)
        let audit = Audit(user, session: nil, runtime)
        let (proof, mail): (Token, Mail.ID) = (Token(runtime), runtime.newID())
        try await database.transaction { transaction in
            for statement in founding?.statements ?? [] { try transaction.enqueue(statement) }
            guard try transaction.execute(user.insert(email: person.email, passwordHash: hash)) == 1 else {
                throw Refusal(AccountRefusal.emailTaken)
            }
            try FormerEmail.checkFree(person.email, for: user.id, transaction, now: now)
            guard let founding else { return }
            try audit.write(.companyRegistered, company, named: founding.name, in: transaction)
            guard founding.provesAddress else { return }
            _ = try UnprovenFounder.ask(user, person.email, proof, mail, isFirst: true, transaction, now: now)
        }
        return user
    }

    /// Signs a person in.
    ///
    /// The refusal and the time it takes are the same whether the address is unknown, the password is wrong or the account is inactive.
    /// Failures count against the account and the network they come from; after too many, the right password is refused too. Failures from
    /// a browser that the account knows count against that browser alone.
    /// - Throws: `AccountRefusal.wrongCredentials`; `.tooManyTries` after too many failures; `.tooManySignIns`; `CompanyRefusal.suspended`
    ///   if the password is right, but the company is suspended; `FactorRefusal.needed` if it is right, and the account has a second factor;
    ///   `StorageError`.
    public func signIn(email: String, password: String, from origin: Origin) async throws -> SignIn {
        var account: User?
        do {
            return try await signInUnlessLocked(email: email, password: password, from: origin, of: &account)
        } catch let refusal as Refusal where refusal.kind == .tooMany || refusal == Refusal(CompanyRefusal.suspended) {
            let record = SecurityRecord(of: account, origin.source, runtime)
            refusal.kind == .tooMany
                ? record.count(.signInLocked) : record.count(.forbidden, detail: CompanyRefusal.suspended.rawValue)
            throw refusal
        }
    }

    /// - Parameter person: is set to the account's owner, even if this throws; nil if there is no account.
    private func signInUnlessLocked(
        email: String, password: String, from origin: Origin, of person: inout User?
    ) async throws -> SignIn {
        let address = EmailAddress(email.trimmingCharacters(in: .whitespaces))
        let account = address?.folded ?? email.lowercased()
        let now = runtime.now()
        let browser = origin.browserHash
        let (isOurs, isKnown) = try await recognize(browser, of: address, now: now)
        let ofAccount =
            isKnown
            ? Attempts(.signInsOfBrowser, of: "\(account) \(browser.hexadecimal)")
            : Attempts(.signInsOfAccount, of: account)
        let fromAddress = Attempts(.signInsFromAddress, of: origin.network)
        let limits = isKnown ? [ofAccount] : [ofAccount, fromAddress]
        let place = isKnown ? browser.hexadecimal : origin.network
        let found: [(user: User, passwordHash: String?)]
        let made: (account: [[Instant]], network: [[Instant]])
        if let address {
            (found, made.account, made.network) = try await database.fetch(
                User.signingIn(address, now: now), ofAccount.made, fromAddress.made)
        } else {
            found = []
            made = try await database.fetch(ofAccount.made, fromAddress.made)
        }
        person = found.first?.user
        for (limit, made) in zip(limits, [made.account, made.network]) { try limit.check(made, now: now) }
        let isRight = try await hasher.verify(password, against: found.first?.passwordHash, of: account)
        // Hashing costs rise over the years, and only here is the password available to be hashed at today's.
        let outdated = isRight ? found.first?.passwordHash.flatMap { hasher.isOutdated($0) ? $0 : nil } : nil
        let newHash = outdated == nil ? nil : try await hasher.hash(password, of: account)

        let token = Token(runtime)
        // A token that another account knows was issued by us, and stays: people share browsers.
        let newBrowser = origin.isOwnPage && !isOurs ? Token(runtime) : nil
        let session: Session.ID = runtime.newID()
        let decided = runtime.now()
        let expiresAt = decided + Session.lifetime
        let outcome: (user: User, kinds: [Factor])? = try await database.transaction { transaction in
            for limit in limits { try limit.check(transaction, now: decided) }
            if isRight, let (user, hash) = found.first, let hash {
                // A concurrent change of the password ends this session too, or commits first.
                try transaction.enqueue(User.lock(user.id, in: user.companyID))
                if let newHash { try transaction.enqueue(user.rehash(from: hash, to: newHash)) }
                let current = newHash ?? hash
                let waits = try transaction.execute(
                    SignInChallenge.begin(token, of: user, passwordHash: current, from: place, now: decided))
                if waits == 1 {
                    for statement in SignInChallenge.endOldest(of: user, from: place, now: decided) {
                        try transaction.enqueue(statement)
                    }
                    try SecurityRecord(of: user, origin.source, runtime).write(.factorAsked, in: transaction)
                    return (user, try transaction.fetch(Factor.all(of: user.id, in: user.companyID)))
                }
                let begun = try Self.begin(
                    session, of: user, passwordHash: current, token, from: origin, newBrowser: newBrowser, transaction,
                    now: decided)
                if begun {
                    try SecurityRecord(of: user, session: session, origin.source, runtime).write(
                        .signedIn, in: transaction)
                    return (user, [])
                }
                // Only a person who knows the password learns of the suspension; a guesser doesn't.
                guard try transaction.fetch(Company.suspended(user.companyID)).isEmpty else {
                    throw Refusal(CompanyRefusal.suspended)
                }
            }
            for limit in limits { try limit.record(transaction, now: decided) }
            try SecurityRecord(of: found.first?.user, origin.source, runtime).write(.signInFailed, in: transaction)
            return nil
        }
        guard let outcome else { throw Refusal(AccountRefusal.wrongCredentials) }
        guard outcome.kinds.isEmpty else {
            let kinds = Set(outcome.kinds.map(\.kind.rawValue)).sorted().joined(separator: ", ")
            throw Refusal(FactorRefusal.needed, ["challenge": .text(token.text), "kinds": .text(kinds)])
        }
        return SignIn(token: token, expiresAt: expiresAt, user: outcome.user, newBrowser: newBrowser)
    }

    /// Whether a browser's token was issued by us, and whether the account with this address knows it.
    func recognize(
        _ browser: [UInt8], of address: EmailAddress?, now: Instant
    ) async throws -> (isOurs: Bool, isKnown: Bool) {
        guard !browser.isEmpty else { return (false, false) }
        guard let address else {
            return (try await !database.fetch(KnownBrowser.any(browser, now: now)).isEmpty, false)
        }
        let (any, known) = try await database.fetch(
            KnownBrowser.any(browser, now: now), KnownBrowser.known(browser, to: address, now: now))
        return (!any.isEmpty, !known.isEmpty)
    }

    /// Whether an account has this email address. For the command line only: the API doesn't reveal it.
    /// - Throws: `StorageError`.
    package func isKnown(email: String) async throws -> Bool {
        guard let email = EmailAddress(email) else { return false }
        return try await !database.fetch(User.signingIn(email, now: runtime.now())).isEmpty
    }

    /// People whom a route accepts although others are refused.
    public struct Admission: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// People of a suspended company.
        public static let suspended = Self(rawValue: 1)
        /// A person who was switched off within the last seven days.
        public static let switchedOff = Self(rawValue: 2)
        /// A person who must have a second factor, and has none.
        public static let withoutFactor = Self(rawValue: 4)
    }

    /// The person who holds a token. Truncated, altered and expired tokens and those of inactive people are refused alike.
    /// - Throws: `AccountRefusal.sessionEnded`; `CompanyRefusal.suspended`; `FactorRefusal.missing`; `StorageError`.
    public func actor(
        token: Substring, from source: RequestSource = .none, even others: Admission = []
    ) async throws -> Actor {
        guard let hash = Token.hash(sent: token) else { throw Refusal(AccountRefusal.sessionEnded) }
        let record = try await database.fetch(Session.actor(tokenHash: hash, now: runtime.now())).first
        recent?.remember(record, by: hash)
        guard let record else { throw Refusal(AccountRefusal.sessionEnded) }
        return try admit(record, from: source, even: others)
    }

    /// The person who holds a token, as they were when it last came, and the assumption that nothing about them has changed.
    /// Nil if this server doesn't remember them, or would refuse them; and for operators, whose accesses are recorded before anything else.
    public func assumedActor(
        token: Substring, from source: RequestSource, even others: Admission
    ) -> (actor: Actor, assumption: Assumption)? {
        guard let recent, let hash = Token.hash(sent: token), let record = recent.record(by: hash),
            record.user.role != .admin, let actor = try? admit(record, from: source, even: others)
        else { return nil }
        return (actor, Assumption(Session.actor(tokenHash: hash, now: runtime.now())) { $0 == [record] })
    }

    private func admit(_ record: Actor.Record, from source: RequestSource, even others: Admission) throws -> Actor {
        var actor = Actor(record)
        guard others.contains(.switchedOff) || actor.switchedOffAt == nil else {
            throw Refusal(AccountRefusal.sessionEnded)
        }
        guard others.contains(.suspended) || !actor.isSuspended else { throw Refusal(CompanyRefusal.suspended) }
        // Who was switched off hands in what they did before, and can't add one any more.
        guard others.contains(.withoutFactor) || actor.switchedOffAt != nil || !factors.isMissing(actor) else {
            throw Refusal(FactorRefusal.missing)
        }
        actor.source = source
        return actor
    }

    /// Ends the actor's session.
    /// - Throws: `StorageError`.
    public func signOut(_ actor: Actor) async throws {
        try await database.transaction { try $0.enqueue(Session.end(actor.session, of: actor.user)) }
    }
}

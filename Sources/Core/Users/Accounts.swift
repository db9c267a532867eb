import Foundation

/// Coming in and going out: registering, signing in, being known by a token, signing out.
public struct Accounts: Sendable {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime
    let provesAddresses: Bool

    /// - Parameter provesAddresses: whether who founds a company is asked to prove their e-mail address.
    public init(
        _ database: any Database, hasher: PasswordHasher, provesAddresses: Bool = false, runtime: Runtime
    ) {
        (self.database, self.hasher, self.runtime) = (database, hasher, runtime)
        self.provesAddresses = provesAddresses
    }

    /// A person who wants an account.
    public struct NewPerson: Sendable {
        public let email: EmailAddress
        public let password: Password
        public let firstName: String
        public let lastName: String

        public init(email: EmailAddress, password: Password, firstName: String, lastName: String) {
            (self.email, self.password, self.firstName, self.lastName) = (email, password, firstName, lastName)
        }

        /// Throws a `Refusal` of the field `password` where it is made of what is known of the account.
        func checkPassword(company: String?) throws {
            let own = OwnWords(email: email.text, firstName: firstName, lastName: lastName, company: company)
            try Accounts.check(password, against: own)
        }
    }

    public struct SignIn: Sendable {
        public let token: Token
        public let expiresAt: Instant
        public let user: User
        /// What a browser that wasn't known is known by from now on.
        public let newBrowser: Token?

        package init(token: Token, expiresAt: Instant, user: User, newBrowser: Token? = nil) {
            (self.token, self.expiresAt, self.user) = (token, expiresAt, user)
            self.newBrowser = newBrowser
        }
    }

    /// Where a request comes from, as far as we know.
    public struct Origin: Sendable {
        /// The network that the limits count by: an IPv4 address, or the first half of an IPv6 address.
        public let network: String
        public let userAgent: String?
        /// The token of the session that the caller's browser still holds: signing in again ends it.
        public var formerToken: Substring?
        /// Whether a page of ours asks, whose browser keeps a cookie.
        public var isOwnPage = false
        /// The token by which accounts know the caller's browser, if it has one.
        public var browserToken: Substring?

        var browserHash: [UInt8] { browserToken.flatMap { Token.hash(sent: $0) } ?? [] }

        /// The same, as security events say it.
        let source: RequestSource

        public init(network: String, userAgent: String?, formerToken: Substring? = nil, source: RequestSource = .none) {
            self.source = source
            self.network = network
            self.userAgent = userAgent
            self.formerToken = formerToken
        }
    }

    /// Founds a company with its first manager.
    public func register(
        _ person: NewPerson, company name: String, address: Address, language: Language, from origin: Origin
    ) async throws -> User {
        try person.checkPassword(company: name)
        let attempts = Attempts(.registrations, of: origin.network)
        let now = runtime.now()
        try await database.transaction { try attempts.record($0, now: now) }
        return try await found(
            name, address: address, by: person, language: language, provesAddress: provesAddresses)
    }

    /// The same without a limit, and without proof of the address: for those who have the database in their hands.
    package func register(
        _ person: NewPerson, company name: String, address: Address, language: Language
    ) async throws -> User {
        try await found(name, address: address, by: person, language: language, provesAddress: false)
    }

    private func found(
        _ name: String, address: Address, by person: NewPerson, language: Language, provesAddress: Bool
    ) async throws -> User {
        let company: Company.ID = runtime.newID()
        let founding = Company.insert(company, name: name, address: address, language: language, now: runtime.now())
        return try await create(
            person, role: .manager, in: company, language: language, founding: (founding, name, provesAddress))
    }

    /// Makes an operator of the platform. Only the command line calls this.
    public func createAdmin(_ person: NewPerson, language: Language) async throws -> User {
        try person.checkPassword(company: nil)
        return try await create(person, role: .admin, in: Company.platform, language: language)
    }

    /// Makes an active account with a password. Whoever calls this has decided that it may be made.
    package func create(
        _ person: NewPerson, role: Role, in company: Company.ID, language: Language
    ) async throws -> User {
        try await create(person, role: role, in: company, language: language, founding: nil)
    }

    /// - Parameter founding: makes the company, with its name, where this is the first account of a new one; and whether its address is
    ///   to be proven.
    private func create(
        _ person: NewPerson, role: Role, in company: Company.ID, language: Language,
        founding: (statement: Statement, name: String, provesAddress: Bool)?
    ) async throws -> User {
        let hash = try await hasher.hash(person.password.text, of: person.email.folded)
        let now = runtime.now()
        let user = User(
            id: runtime.newID(), companyID: company, email: person.email.text, firstName: person.firstName,
            lastName: person.lastName, role: role, status: .active, language: language, version: 1, createdAt: now,
            updatedAt: now)
        let audit = Audit(user, session: nil, runtime)
        let (proof, mail): (Token, Mail.ID) = (Token(runtime), runtime.newID())
        try await database.transaction { transaction in
            if let founding { try transaction.enqueue(founding.statement) }
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

    /// The same answer, after the same time, whether the address is unknown, the password wrong or the account switched off.
    /// Failures count against the account and the network they come from; after too many, the right password is refused too. Those from a
    /// browser that the account knows count against that browser alone.
    public func signIn(email: String, password: String, from origin: Origin) async throws -> SignIn {
        do {
            return try await signInUnlessLocked(email: email, password: password, from: origin)
        } catch let refusal as Refusal where refusal.kind == .tooMany || refusal == Refusal(CompanyRefusal.suspended) {
            let address = EmailAddress(email.trimmingCharacters(in: .whitespaces))
            var account: User?
            if let address {
                account = try await database.fetch(User.signingIn(address, now: runtime.now())).first?.user
            }
            let record = SecurityRecord(of: account, origin.source, runtime)
            refusal.kind == .tooMany
                ? record.count(.signInLocked) : record.count(.forbidden, detail: CompanyRefusal.suspended.rawValue)
            throw refusal
        }
    }

    private func signInUnlessLocked(email: String, password: String, from origin: Origin) async throws -> SignIn {
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
        let found: [(user: User, passwordHash: String?)]
        let made: (account: [[Instant]], network: [[Instant]])
        if let address {
            (found, made.account, made.network) = try await database.fetch(
                User.signingIn(address, now: now), ofAccount.made, fromAddress.made)
        } else {
            found = []
            made = try await database.fetch(ofAccount.made, fromAddress.made)
        }
        for (limit, made) in zip(limits, [made.account, made.network]) { try limit.check(made, now: now) }
        let isRight = try await hasher.verify(password, against: found.first?.passwordHash, of: account)
        // Costs rise over the years; only now is the password there to be hashed at today's.
        let outdated = isRight ? found.first?.passwordHash.flatMap { hasher.isOutdated($0) ? $0 : nil } : nil
        let newHash = outdated == nil ? nil : try await hasher.hash(password, of: account)

        let token = Token(runtime)
        let former = origin.formerToken.flatMap { Token.hash(sent: $0) }
        // One that another account knows is ours, and stays: people share browsers.
        let newBrowser = origin.isOwnPage && !isOurs ? Token(runtime) : nil
        let session: Session.ID = runtime.newID()
        let decided = runtime.now()
        let expiresAt = decided + Session.lifetime
        let user: User? = try await database.transaction { transaction in
            for limit in limits { try limit.check(transaction, now: decided) }
            if isRight, let (user, hash) = found.first, let hash {
                // Whoever changes the password at the same time ends this session too, or comes first.
                try transaction.enqueue(User.lock(user.id, in: user.companyID))
                try transaction.enqueue(Session.endExpired(of: user, now: decided))
                try transaction.enqueue(Session.endOldest(of: user))
                if let former { try transaction.enqueue(Session.end(tokenHash: former)) }
                if let newHash { try transaction.enqueue(user.rehash(from: hash, to: newHash)) }
                let begun = try transaction.execute(
                    Session.insert(
                        session, of: user, passwordHash: newHash ?? hash, tokenHash: token.hash,
                        userAgent: origin.userAgent,
                        now: decided, expiresAt: expiresAt))
                if begun == 1 {
                    if origin.isOwnPage {
                        let hash = newBrowser?.hash ?? browser
                        try transaction.enqueue(KnownBrowser.forgetOldest(of: user, beside: hash))
                        try transaction.enqueue(KnownBrowser.note(hash, of: user, now: decided))
                    }
                    try SecurityRecord(of: user, session: session, origin.source, runtime).write(
                        .signedIn, in: transaction)
                    return user
                }
                // What is said to who knows the password isn't said to who guesses.
                guard try transaction.fetch(Company.suspended(user.companyID)).isEmpty else {
                    throw Refusal(CompanyRefusal.suspended)
                }
            }
            for limit in limits { try limit.record(transaction, now: decided) }
            try SecurityRecord(of: found.first?.user, origin.source, runtime).write(.signInFailed, in: transaction)
            return nil
        }
        guard let user else { throw Refusal(AccountRefusal.wrongCredentials) }
        return SignIn(token: token, expiresAt: expiresAt, user: user, newBrowser: newBrowser)
    }

    /// Whether a browser's token is one of ours, and one that the account with this address knows.
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

    /// Whether somebody has an account with this address. For the command line: nobody outside may ask.
    package func isKnown(email: String) async throws -> Bool {
        guard let email = EmailAddress(email) else { return false }
        return try await !database.fetch(User.signingIn(email, now: runtime.now())).isEmpty
    }

    /// Who holds a token. A token that was cut, altered, has expired or whose owner was switched off is refused alike.
    /// - Parameter evenSuspended: also where their company is suspended; otherwise that is refused with `CompanyRefusal.suspended`.
    public func actor(
        token: Substring, from source: RequestSource = .none, evenSuspended: Bool = false
    ) async throws -> Actor {
        guard let hash = Token.hash(sent: token),
            var actor = try await database.fetch(Session.actor(tokenHash: hash, now: runtime.now())).first
        else { throw Refusal(AccountRefusal.sessionEnded) }
        guard evenSuspended || !actor.isSuspended else { throw Refusal(CompanyRefusal.suspended) }
        actor.source = source
        return actor
    }

    public func signOut(_ actor: Actor) async throws {
        try await database.transaction { try $0.enqueue(Session.end(actor.session, of: actor.user)) }
    }
}

import Foundation

/// Coming in and going out: registering, signing in, being known by a token, signing out.
public struct Accounts: Sendable {
    let database: any Database
    let hasher: PasswordHasher
    let runtime: Runtime

    public init(_ database: any Database, hasher: PasswordHasher, runtime: Runtime) {
        (self.database, self.hasher, self.runtime) = (database, hasher, runtime)
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
    }

    public struct SignIn: Sendable {
        public let token: Token
        public let expiresAt: Instant
        public let user: User
    }

    /// Founds a company with its first manager.
    public func register(
        _ person: NewPerson, company name: String, address: Address, language: Language
    ) async throws -> User {
        let company: Company.ID = runtime.newID()
        let now = runtime.now()
        let founding = Company.insert(company, name: name, address: address, language: language, now: now)
        return try await create(person, role: .manager, in: company, language: language, after: founding)
    }

    /// Makes an operator of the platform. Only the command line calls this.
    public func createAdmin(_ person: NewPerson, language: Language) async throws -> User {
        try await create(person, role: .admin, in: Company.platform, language: language)
    }

    /// Makes an active account with a password. Whoever calls this has decided that it may be made.
    package func create(
        _ person: NewPerson, role: Role, in company: Company.ID, language: Language, after founding: Statement? = nil
    ) async throws -> User {
        let hash = try await hasher.hash(person.password.text)
        let now = runtime.now()
        let user = User(
            id: runtime.newID(), companyID: company, email: person.email.text, firstName: person.firstName,
            lastName: person.lastName, role: role, status: .active, language: language, version: 1, createdAt: now,
            updatedAt: now)
        do {
            try await database.transaction { transaction in
                if let founding { try transaction.enqueue(founding) }
                try transaction.enqueue(user.insert(email: person.email, passwordHash: hash))
            }
        } catch let error as StorageError where error.kind == .unique("users_email") {
            throw Refusal.conflict("There is already an account for this e-mail address.")
        }
        return user
    }

    /// The same answer, after the same time, whether the address is unknown, the password wrong or the account switched off.
    public func signIn(email: String, password: String) async throws -> SignIn {
        let found: (user: User, passwordHash: String?)? =
            if let email = EmailAddress(email.trimmingCharacters(in: .whitespaces)) {
                try await database.fetch(User.signingIn(email)).first
            } else { nil }
        guard try await hasher.verify(password, against: found?.passwordHash), let user = found?.user,
            user.status == .active
        else { throw Refusal(.unauthenticated, "The e-mail address or the password is wrong.") }

        let now = runtime.now()
        let expiresAt = now + Session.lifetime
        let token = Token(runtime)
        let session: Session.ID = runtime.newID()
        try await database.transaction {
            try $0.enqueue(Session.endExpired(of: user, now: now))
            try $0.enqueue(Session.insert(session, of: user, tokenHash: token.hash, now: now, expiresAt: expiresAt))
        }
        return SignIn(token: token, expiresAt: expiresAt, user: user)
    }

    /// Whether somebody has an account with this address. For the command line: nobody outside may ask.
    package func isKnown(email: String) async throws -> Bool {
        guard let email = EmailAddress(email) else { return false }
        return try await !database.fetch(User.signingIn(email)).isEmpty
    }

    /// Who holds a token. A token that was cut, altered, has expired or whose owner was switched off is refused alike.
    public func actor(token: Substring) async throws -> Actor {
        guard let hash = Token.hash(sent: token),
            let actor = try await database.fetch(Session.actor(tokenHash: hash, now: runtime.now())).first
        else { throw Refusal(.unauthenticated, "The session has ended or never was: sign in again.") }
        return actor
    }

    public func signOut(_ actor: Actor) async throws {
        try await database.transaction { try $0.enqueue(Session.end(actor)) }
    }
}

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

    // MARK: Rules

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

    /// Checks that the actor has confirmed their password lately, if an account with a higher role than a worker's is concerned: it would outlast
    /// a stolen session.
    /// - Throws: `AccountRefusal.confirmAgain`.
    static func checkConfirmed(_ role: Role, by actor: Actor, now: Instant) throws {
        guard role == .worker || actor.confirmedUntil(now: now) != nil else {
            throw Refusal(AccountRefusal.confirmAgain)
        }
    }

    static func checkGiving(_ role: Role, by giver: User) throws {
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

    static func checkNumber(of user: User, _ transaction: borrowing Transaction) throws {
        guard let number = user.personnelNumber else { return }
        guard let holder = try transaction.fetch(User.holder(ofNumber: number, besides: user)).first else { return }
        guard let holder else { throw Refusal(UserRefusal.numberOfFormer, ["number": .text(number)]) }
        throw Refusal(UserRefusal.numberTaken, ["number": .text(number), "name": .text(holder)])
    }
}

extension User {
    /// - Throws: a `Refusal` of the field `email` if the person has none, and signs in to more than their own work.
    func check() throws {
        if role != .worker, email == nil { throw Refusal("email", .neededForRole, ["role": .text(role.rawValue)]) }
    }
}

import Storage

/// The people of a company to list.
public enum UserFilter: Sendable {
    /// Everyone who belongs to it.
    case present
    /// Everyone of this status who belongs to it.
    case status(User.Status)
    case removed
}

/// Removed people: reading and restoring them.
extension People {
    /// What a restored person is given back.
    public struct Restoration: Sendable {
        /// Nil for a person who will sign in with a card.
        public let email: EmailAddress?
        /// Nil for the name that was kept.
        public let firstName: String?
        public let lastName: String?

        public init(email: EmailAddress? = nil, firstName: String? = nil, lastName: String? = nil) {
            (self.email, self.firstName, self.lastName) = (email, firstName, lastName)
        }
    }

    /// A person of the company, even if they were removed.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readUsers`; `UserRefusal.notFound`; `StorageError`.
    public func get(_ id: User.ID, in scope: CompanyScope) async throws -> User {
        try scope.check(.readUsers)
        guard let user = try await database.fetch(User.ever(id, scope, now: runtime.now())).first else {
            throw User.notFound
        }
        return user
    }

    /// A change that takes a removed person back, as an inactive worker: an invitation or a card lets them in. Their records are theirs
    /// again. A person who wasn't removed stays as they are.
    ///
    /// The change throws `UserRefusal.notFound`; `LimitRefusal.people`; a `Refusal` of the fields `firstName` and `lastName` if they are
    /// missing and weren't kept; `AccountRefusal.emailTaken`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`; `AccountRefusal.tooManyTries` if the actor named too
    ///   many addresses that have accounts elsewhere; `StorageError`.
    public func restore(_ id: User.ID, _ wish: Restoration, in scope: CompanyScope) async throws -> Change<User> {
        try scope.check(.changeUsers)
        if let email = wish.email { try await countIfTaken(email, scope) }
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            // Serialised by company, so that the last place is taken once.
            try transaction.enqueue(Company.lock(scope))
            try transaction.enqueue(User.lockEver(id, in: scope.company))
            let (found, people) = try transaction.fetch(
                User.ever(id, scope, now: now), CompanyUse.people(scope.company))
            guard let old = found.first else { throw User.notFound }
            guard old.removedAt != nil else { return old }
            try people.first?.check(.people)
            var new = old
            (new.firstName, new.lastName) = (wish.firstName ?? old.firstName, wish.lastName ?? old.lastName)
            let unnamed = [("firstName", new.firstName), ("lastName", new.lastName)].filter { $0.1.isEmpty }
            guard unnamed.isEmpty else {
                throw Refusal(fields: unnamed.map { Refusal.Field($0.0, .missing) })
            }
            (new.role, new.status) = (.worker, .inactive)
            new = new.with(email: wish.email)
            try transaction.enqueue(User.restore(id, in: scope.company))
            if !old.firstName.isEmpty { try FormerName.keep(of: old, renamed: new, transaction, now: now) }
            try transaction.enqueue(new.update(email: wish.email, now: now))
            if let email = wish.email { try FormerEmail.checkFree(email, for: id, transaction, now: now) }
            try Audit(scope, runtime).write(.userRestored, id, Differences(old, new).details, in: transaction)
            if new.role != old.role {
                try SecurityRecord(scope, runtime).write(
                    .roleChanged, of: id, detail: new.role.rawValue, in: transaction)
            }
            return try transaction.fetch(User.one(id, scope, now: now))[0]
        }
        .read(by: \.id) { id, transaction in
            guard let user = try transaction.fetch(User.one(id, scope, now: now)).first else { throw User.notFound }
            return user
        }
    }
}

extension User {
    /// Locks the row until the transaction ends, even if the person was removed.
    static func lockEver(_ id: ID, in company: Company.ID) -> Statement {
        Statement("UPDATE users SET version = version WHERE company_id = $1 AND id = $2", company, id)
    }

    fileprivate static func restore(_ id: ID, in company: Company.ID) -> Statement {
        Statement("UPDATE users SET removed_at = NULL WHERE company_id = $1 AND id = $2", company, id)
    }
}

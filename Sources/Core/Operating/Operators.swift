public import Storage

/// The use cases of the command line for operators and for any person's sessions.
public struct Operators: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// All operators, in the order in which their accounts were created, with the time of their last activity (to the hour).
    /// - Throws: the database's `StorageError`.
    public func list() async throws -> [(user: User, lastUsedAt: Instant?)] {
        try await database.fetch(User.operators(now: runtime.now()))
    }

    /// The active operators, as actors of the command line: its records name them.
    /// - Throws: the database's `StorageError`.
    public func actors() async throws -> [Actor] {
        try await list().map(\.user).filter { $0.status == .active }.map { Actor(atCommandLine: $0, runtime) }
    }

    /// The person with this id or email address, in any company; nil if there is none.
    /// - Throws: the database's `StorageError`.
    public func person(_ text: String) async throws -> User? {
        let now = runtime.now()
        if let id = User.ID(text) { return try await database.fetch(User.one(anywhere: id, now: now)).first }
        guard let email = EmailAddress(text) else { return nil }
        return try await database.fetch(User.signingIn(email, now: now)).first?.user
    }

    /// Removes an operator, in the same way as managers remove their people.
    /// - Throws: `UserRefusal.lastOperator` if there is no other; `UserRefusal.notFound` if the id isn't an operator's; the database's
    ///   `StorageError`.
    public func remove(_ id: User.ID, as actor: Actor) async throws {
        let scope = CompanyScope(
            company: Company.platform, actor: actor, permission: .changeUsers, reach: .anyCompany)
        try await database.make(try People(database, runtime: runtime).remove(id, if: .none, in: scope))
    }

    /// A person's sessions, newest first.
    /// - Throws: the database's `StorageError`.
    public func sessions(of user: User) async throws -> [Session] {
        let page = PageRequest<Session.ID>(limit: PageRequest<Session.ID>.largest, after: nil)
        return try await database.fetch(Session.list(user, page, now: runtime.now()))
    }

    /// Ends one of a person's sessions, or all of them; with all of them, the person's phones and API tokens end too.
    /// - Returns: the number of sessions ended.
    /// - Throws: the database's `StorageError`.
    public func endSessions(of user: User, only id: Session.ID? = nil) async throws -> Int {
        let record = SecurityRecord(of: user, .none, runtime)
        return try await database.transaction { transaction in
            try transaction.enqueue(User.lock(user.id, in: user.companyID))
            let ended = try transaction.execute(
                id.map { Session.end($0, of: user) } ?? Session.endAll(of: user.id, in: user.companyID))
            if id == nil {
                try transaction.enqueue(Phone.endAll(of: user.id, in: user.companyID))
                try transaction.enqueue(APIToken.endAll(of: user.id, in: user.companyID))
            }
            if ended > 0 { try record.write(.sessionsEnded, in: transaction) }
            return ended
        }
    }

    /// Resets the counts of failed sign-ins and of requested links of an account, including those of its known browsers and its sessions.
    /// Counts of a whole network stay.
    /// - Throws: the database's `StorageError`.
    public func unlock(_ user: User) async throws {
        let account = user.accountKey
        let record = SecurityRecord(of: user, .none, runtime)
        try await database.transaction { transaction in
            let browsers = try transaction.fetch(KnownBrowser.hashes(of: user)).map {
                "\(account) \($0.hexadecimal)"
            }
            let attempts =
                [
                    Attempts(.signInsOfAccount, of: account), Attempts(.signInsOfSessions, of: user.id.text),
                    Attempts(.resetsOfAccount, of: account), Attempts(.codesOfAccount, of: user.id.text),
                    Attempts(.codesOfSessions, of: user.id.text),
                ] + browsers.flatMap { [Attempts(.signInsOfBrowser, of: $0), Attempts(.resetsOfBrowser, of: $0)] }
            for attempt in attempts { try transaction.enqueue(attempt.forgotten) }
            try record.write(.accountUnlocked, in: transaction)
        }
    }
}

extension User {
    fileprivate static func operators(now: Instant) -> Query<(user: User, lastUsedAt: Instant?)> {
        Query(
            """
            SELECT \(columns), (
                SELECT MAX(s.last_used_at) FROM sessions s WHERE s.company_id = u.company_id AND s.user_id = u.id)
            FROM users u
            WHERE u.company_id = $1 AND u.role = 'ADMIN' AND u.removed_at IS NULL ORDER BY u.company_id, u.id
            """,
            Company.platform
        ) { row in (try User(&row, now: now), try row.next()) }
    }
}

extension KnownBrowser {
    fileprivate static func hashes(of user: User) -> Query<[UInt8]> {
        Query(
            "SELECT b.token_hash FROM known_browsers b WHERE b.company_id = $1 AND b.user_id = $2", user.companyID,
            user.id
        ) { try $0.next() }
    }
}

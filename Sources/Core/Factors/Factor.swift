public import Storage

/// A second factor of an account: what a person has besides their password.
public struct Factor: Sendable {
    public typealias ID = Core.ID<Factor>

    public enum Kind: String, Column, CaseIterable {
        /// An authenticator app.
        case totp = "TOTP"
        /// A passkey, which also signs in without a password.
        case passkey = "PASSKEY"
    }

    /// How many a person may have.
    public static let most = 5
    /// How long a person may take from the secret to its first code.
    static let activation = Duration.seconds(3600)

    public let id: ID
    public let kind: Kind
    /// What the person calls it.
    public let name: String?
    public let createdAt: Instant
    /// The last sign-in or confirmation with it.
    public let usedAt: Instant?

    package init(id: ID, kind: Kind, name: String?, createdAt: Instant, usedAt: Instant?) {
        (self.id, self.kind, self.name, self.createdAt, self.usedAt) = (id, kind, name, createdAt, usedAt)
    }

    /// A factor as it is stored.
    struct Sealed: Sendable {
        let id: ID
        let kind: Kind
        private let secret: [UInt8]
        private let keyID: String
        /// Of an authenticator app the last step whose code was accepted; of a passkey when the last accepted challenge was made.
        let lastStep: Int64?
        let createdAt: Instant
        let isActive: Bool
        /// The id of a passkey in base64url.
        let credential: String?
        private let passwordMark: [UInt8]?

        fileprivate static let columns: SQL = """
            f.id, f.kind, f.secret, f.key_id, f.last_step, f.created_at, f.activated_at, f.credential,
                f.password_mark
            """

        fileprivate init(_ row: inout Row) throws {
            (id, kind, secret) = (try row.next(), try row.next(), try row.next())
            (keyID, lastStep, createdAt) = (try row.next(), try row.next(), try row.next())
            isActive = try row.next() as Instant? != nil
            (credential, passwordMark) = (try row.next(), try row.next())
        }

        /// Whether the passkey was shown together with the password that has this hash, or was made under it: then it signs in alone.
        func stands(under passwordHash: String) -> Bool { passwordMark == PasswordHasher.mark(passwordHash) }

        /// Nil if it is of another kind, or this key didn't seal it.
        func totp(_ key: SecretKey?, of user: User.ID) -> TOTP? {
            guard kind == .totp else { return nil }
            return open(key, of: user).map { TOTP(secret: $0) }
        }

        /// The same for the public key of a passkey in use.
        func passkey(_ key: SecretKey?, of user: User.ID) -> PasskeyKey? {
            guard kind == .passkey, isActive else { return nil }
            return open(key, of: user).flatMap { try? PasskeyKey($0) }
        }

        /// The same for the challenge of a passkey that was begun.
        func challenge(_ key: SecretKey?, of user: User.ID) -> [UInt8]? {
            guard kind == .passkey, !isActive else { return nil }
            return open(key, of: user)
        }

        private func open(_ key: SecretKey?, of user: User.ID) -> [UInt8]? {
            guard let key, key.id == keyID else { return nil }
            return key.open(secret, for: user)
        }
    }
}

// MARK: Queries

extension Factor {
    /// How many a person `u` has, where they must have one; null elsewhere.
    static let demanded: SQL = """
        CASE WHEN u.role = 'ADMIN' OR u.role = 'MANAGER' AND EXISTS (
            SELECT 1 FROM companies d WHERE d.id = u.company_id AND d.second_factor_for <> 'NONE')
        THEN (SELECT COUNT(*) FROM factors f
            WHERE f.company_id = u.company_id AND f.user_id = u.id AND f.activated_at IS NOT NULL) END
        """

    private static let active: SQL = """
        SELECT f.id, f.kind, f.name, f.created_at, f.used_at FROM factors f
        WHERE f.company_id = $1 AND f.user_id = $2 AND f.activated_at IS NOT NULL AND f.id > $3
        ORDER BY f.company_id, f.user_id, f.id LIMIT $4
        """

    /// The factors in use, oldest first.
    static func all(of user: User.ID, in company: Company.ID) -> Query<Factor> {
        list(of: user, in: company, .init(limit: most, after: nil))
    }

    static func list(of user: User.ID, in company: Company.ID, _ page: PageRequest<ID>) -> Query<Factor> {
        Query(active, company, user, page.after?.text ?? "", page.fetchLimit) {
            Factor(
                id: try $0.next(), kind: try $0.next(), name: try $0.next(), createdAt: try $0.next(),
                usedAt: try $0.next())
        }
    }

    /// With the one that was begun, if any.
    static func sealed(of user: User.ID, in company: Company.ID) -> Query<Sealed> {
        Query(
            "SELECT \(Sealed.columns) FROM factors f WHERE f.company_id = $1 AND f.user_id = $2", company, user,
            row: Sealed.init)
    }

    /// The passkey with this id, and whose it is. No scope: no one is signed in.
    static func find(credential: [UInt8]) -> Query<(company: Company.ID, user: User.ID, factor: Sealed)> {
        Query(
            """
            SELECT f.company_id, f.user_id, \(Sealed.columns) FROM factors f
            WHERE f.credential = $1 AND f.activated_at IS NOT NULL
            """,
            Base64URL.text(credential)
        ) { (company: try $0.next(), user: try $0.next(), factor: try Sealed(&$0)) }
    }

    /// Any factor that another key sealed. No scope: it is about the server.
    static func sealed(besides key: SecretKey?) -> Query<ID> {
        Query(
            """
            SELECT f.id FROM factors f WHERE f.key_id < $1
            UNION ALL SELECT f.id FROM factors f WHERE f.key_id > $1 LIMIT 1
            """,
            key?.id ?? ""
        ) { try $0.next() }
    }

    /// Begins a factor, in place of one that was begun before.
    static func begin(
        _ id: ID, _ kind: Kind, named name: String?, _ sealed: [UInt8], by key: SecretKey, of user: User,
        _ transaction: borrowing Transaction, now: Instant
    ) throws {
        try transaction.enqueue(
            Statement(
                "DELETE FROM factors WHERE company_id = $1 AND user_id = $2 AND activated_at IS NULL", user.companyID,
                user.id))
        try transaction.enqueue(
            Statement(
                """
                INSERT INTO factors (company_id, user_id, id, kind, name, secret, key_id, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                user.companyID, user.id, id, kind, name, sealed, key.id, now))
    }

    static func activate(_ id: ID, at step: Int64, of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE factors SET activated_at = $4, used_at = $4, last_step = $5
            WHERE company_id = $1 AND user_id = $2 AND id = $3 AND activated_at IS NULL
            """,
            user.companyID, user.id, id, now, step)
    }

    /// Spends the code of a step. Changes nothing if it or a later one was spent before.
    static func spend(_ step: Int64, of id: ID, of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE factors SET last_step = $4, used_at = $5
            WHERE company_id = $1 AND user_id = $2 AND id = $3 AND last_step < $4
            """,
            user.companyID, user.id, id, step, now)
    }

    /// Puts a passkey to use. Another factor with the credential is refused by a unique index (see `Refusal`).
    static func activate(
        _ id: ID, credential: [UInt8], counter: Int64, _ sealed: [UInt8], by key: SecretKey, of user: User,
        passwordHash: String, now: Instant
    ) -> Statement {
        Statement(
            """
            UPDATE factors SET activated_at = $4, used_at = $4, last_step = 0, secret = $5, key_id = $6, credential = $7,
                counter = $8, password_mark = $9
            WHERE company_id = $1 AND user_id = $2 AND id = $3 AND activated_at IS NULL
            """,
            user.companyID, user.id, id, now, sealed, key.id, Base64URL.text(credential), counter,
            PasswordHasher.mark(passwordHash))
    }

    /// Notes that a passkey was shown together with a password: from now on it signs in alone.
    static func stand(_ credential: [UInt8], of user: User, under passwordHash: String) -> Statement {
        Statement(
            "UPDATE factors SET password_mark = $4 WHERE company_id = $1 AND user_id = $2 AND credential = $3",
            user.companyID, user.id, Base64URL.text(credential), PasswordHasher.mark(passwordHash))
    }

    /// The hash of the person's password, if the session may add factors: they go with a password, and a finder of a phone who knows its PIN
    /// doesn't have one.
    static func passwordBehind(_ actor: Actor) -> Query<String> {
        Query(
            """
            SELECT u.password_hash FROM users u
            WHERE u.company_id = $1 AND u.id = $2 AND u.password_hash <> $4 AND NOT EXISTS (
                SELECT 1 FROM sessions s WHERE s.company_id = $1 AND s.id = $3 AND s.phone_id IS NOT NULL)
            """,
            actor.user.companyID, actor.user.id, actor.session, PasswordHasher.void
        ) { try $0.next() }
    }

    /// Spends a challenge that a passkey signed. Changes nothing if it or a later one was spent before.
    static func spend(_ challenge: Instant, of id: ID, of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE factors SET last_step = $4, used_at = $5
            WHERE company_id = $1 AND user_id = $2 AND id = $3 AND last_step < $4
            """,
            user.companyID, user.id, id, challenge, now)
    }

    /// Notes a passkey's count of signatures. Changes nothing if it didn't grow, unless the authenticator doesn't count.
    static func count(_ counter: Int64, of id: ID, of user: User) -> Statement {
        Statement(
            """
            UPDATE factors SET counter = $4
            WHERE company_id = $1 AND user_id = $2 AND id = $3 AND (counter < $4 OR counter = 0 AND $4 = 0)
            """,
            user.companyID, user.id, id, counter)
    }

    static func remove(_ id: ID, of user: User) -> Statement {
        Statement(
            "DELETE FROM factors WHERE company_id = $1 AND user_id = $2 AND id = $3 AND activated_at IS NOT NULL",
            user.companyID, user.id, id)
    }

    /// Removes a person's factors, their recovery codes, and the sign-ins that wait for one.
    /// - Returns: how many factors there were, with one that was begun.
    @discardableResult
    static func removeAll(of user: User.ID, in company: Company.ID, _ transaction: borrowing Transaction) throws -> Int
    {
        try transaction.enqueue(RecoveryCode.removeAll(of: user, in: company))
        try transaction.enqueue(SignInChallenge.endAll(of: user, in: company))
        return try transaction.execute(
            Statement("DELETE FROM factors WHERE company_id = $1 AND user_id = $2", company, user))
    }

    /// Removes those that were put to use since; with the last one the recovery codes go too.
    static func removeAll(of user: User, since start: Instant, _ transaction: borrowing Transaction) throws {
        let removed = try transaction.execute(
            Statement(
                """
                DELETE FROM factors
                WHERE company_id = $1 AND user_id = $2 AND (activated_at IS NULL OR activated_at >= $3)
                """,
                user.companyID, user.id, start))
        if removed > 0 { try removeRest(of: user, transaction) }
    }

    /// Removes the recovery codes and all else of a person who has no factor in use any more.
    static func removeRest(of user: User, _ transaction: borrowing Transaction) throws {
        guard try transaction.fetch(all(of: user.id, in: user.companyID)).isEmpty else { return }
        try removeAll(of: user.id, in: user.companyID, transaction)
    }
}

extension RecoveryCode {
    func insertion(of user: User) -> Statement {
        Statement(
            "INSERT INTO recovery_codes (company_id, user_id, code_hash) VALUES ($1, $2, $3)", user.companyID, user.id,
            hash)
    }

    /// Changes nothing if the person has no such code, or has used it.
    func use(of user: User) -> Statement {
        Statement(
            "DELETE FROM recovery_codes WHERE company_id = $1 AND user_id = $2 AND code_hash = $3", user.companyID,
            user.id, hash)
    }

    static func removeAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM recovery_codes WHERE company_id = $1 AND user_id = $2", company, user)
    }

    /// How many are left.
    static func left(of user: User.ID, in company: Company.ID) -> Query<Int64> {
        Query("SELECT COUNT(*) FROM recovery_codes r WHERE r.company_id = $1 AND r.user_id = $2", company, user) {
            try $0.next()
        }
    }
}

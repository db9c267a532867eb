public import Storage

/// A phone that took a person's card, and signs them in by its key and their PIN. The key is a random token that the device keeps; several
/// people may share one device, and each has a row of their own.
public struct Phone: Sendable {
    public typealias ID = Core.ID<Phone>

    /// How long a key is valid without a sign-in: as long as browsers keep a cookie (RFC 6265bis, section 5.5).
    public static let lifetime = Duration.seconds(400 * 24 * 3600)
    /// How many people one device lists.
    static let mostPeople: Int64 = 200

    public let id: ID
    /// The browser or program that took the card, by its own description.
    public let userAgent: String?
    public let createdAt: Instant
    public let lastUsedAt: Instant
    public let expiresAt: Instant

    package init(id: ID, userAgent: String?, createdAt: Instant, lastUsedAt: Instant, expiresAt: Instant) {
        (self.id, self.userAgent) = (id, userAgent)
        (self.createdAt, self.lastUsedAt, self.expiresAt) = (createdAt, lastUsedAt, expiresAt)
    }

    /// A person whom a device can sign in.
    public struct Person: Sendable {
        public let user: User.ID
        public let firstName: String
        public let lastName: String
        public let companyName: String

        package init(user: User.ID, firstName: String, lastName: String, companyName: String) {
            (self.user, self.firstName, self.lastName) = (user, firstName, lastName)
            self.companyName = companyName
        }
    }

    /// What is needed to check a PIN.
    struct Held: Sendable {
        let company: Company.ID
        let id: ID
        let user: User.ID
        let pinHash: String

        fileprivate init(_ row: inout Row) throws {
            (company, id, user, pinHash) = (try row.next(), try row.next(), try row.next(), try row.next())
        }
    }

    // MARK: Reading

    private static let holding: SQL = "SELECT p.company_id, p.id, p.user_id, p.pin_hash FROM phones p"

    private static let byKey: SQL = "\(holding) WHERE p.key_hash = $1 AND p.user_id = $2 AND p.expires_at > $3"
    private static let byID: SQL = "\(holding) WHERE p.company_id = $1 AND p.id = $2 AND p.expires_at > $3"

    /// A person on the device with this key. No scope: no one is signed in yet.
    static func held(_ keyHash: [UInt8], by user: User.ID, now: Instant) -> Query<Held> {
        Query(byKey, keyHash, user, now, row: Held.init)
    }

    static func held(_ id: ID?, in company: Company.ID, now: Instant) -> Query<Held> {
        Query(byID, company, id, now, row: Held.init)
    }

    /// The phone on which the actor's session began.
    static func held(of actor: Actor, now: Instant) -> Query<Held> {
        Query(
            """
            \(holding) JOIN sessions s ON s.company_id = p.company_id AND s.phone_id = p.id
            WHERE s.company_id = $1 AND s.id = $2 AND s.user_id = $3 AND p.user_id = $3 AND p.expires_at > $4
            """,
            actor.user.companyID, actor.session, actor.user.id, now, row: Held.init)
    }

    /// Any person on the device, which shows that the key was issued by us. No scope: the key is enough.
    static func any(_ keyHash: [UInt8], now: Instant) -> Query<User.ID> {
        Query("SELECT p.user_id FROM phones p WHERE p.key_hash = $1 AND p.expires_at > $2 LIMIT 1", keyHash, now) {
            try $0.next()
        }
    }

    /// The people on the device, the latest first. No scope: the key is enough.
    static func people(_ keyHash: [UInt8], now: Instant) -> Query<Person> {
        Query(
            """
            SELECT u.id, u.first_name, u.last_name, c.name
            FROM phones p CROSS JOIN users u CROSS JOIN companies c
            WHERE p.key_hash = $1 AND p.expires_at > $2 AND u.company_id = p.company_id AND u.id = p.user_id
                AND u.status = 'ACTIVE' AND u.removed_at IS NULL AND c.id = p.company_id
            ORDER BY p.last_used_at DESC, p.id LIMIT $3
            """,
            keyHash, now, mostPeople
        ) {
            Person(
                user: try $0.next(), firstName: try $0.next(), lastName: try $0.next(), companyName: try $0.next())
        }
    }

    private static let ofUser: SQL = """
        SELECT p.id, p.user_agent, p.created_at, p.last_used_at, (
                SELECT MAX(s.last_used_at) FROM sessions s
                WHERE s.company_id = p.company_id AND s.user_id = p.user_id AND s.phone_id = p.id), p.expires_at
        FROM phones p WHERE p.company_id = $1 AND p.user_id = $2 AND p.expires_at > $3 AND p.id < $5
        ORDER BY p.id DESC LIMIT $4
        """

    /// Newest first.
    static func list(_ user: User.ID, in company: Company.ID, _ page: PageRequest<ID>, now: Instant) -> Query<Phone> {
        Query(ofUser, company, user, now, page.fetchLimit, page.after?.text ?? "g", row: Phone.init)
    }

    private init(_ row: inout Row) throws {
        (id, userAgent, createdAt) = (try row.next(), try row.next(), try row.next())
        let (signedInAt, usedAt): (Instant, Instant?) = (try row.next(), try row.next())
        lastUsedAt = max(signedInAt, usedAt ?? signedInAt)
        expiresAt = try row.next()
    }

    // MARK: Writing

    /// Sets a phone up for a person: in place of an earlier entry of the same device, and of the one that was used longest ago if the person
    /// has too many. The caller holds the lock on the person's row.
    static func add(
        _ id: ID, of user: User, keyHash: [UInt8], pinHash: String, userAgent: String?,
        _ transaction: borrowing Transaction, now: Instant
    ) throws {
        let (same, most) = try transaction.fetch(
            ids(of: user, with: keyHash), oldest(of: user, besides: keyHash))
        for old in same + most { try end(old, of: user.id, in: user.companyID, transaction) }
        try transaction.enqueue(
            Statement(
                """
                INSERT INTO phones (company_id, id, user_id, key_hash, pin_hash, wrong_pins, user_agent, created_at,
                    last_used_at, expires_at)
                VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $7, $8)
                """,
                user.companyID, id, user.id, keyHash, pinHash, userAgent, now, now + lifetime))
    }

    private static func ids(of user: User, with keyHash: [UInt8]) -> Query<ID> {
        Query(
            "SELECT p.id FROM phones p WHERE p.company_id = $1 AND p.user_id = $2 AND p.key_hash = $3", user.companyID,
            user.id, keyHash
        ) { try $0.next() }
    }

    private static func oldest(of user: User, besides keyHash: [UInt8]) -> Query<ID> {
        Query(
            """
            SELECT p.id FROM phones p WHERE p.company_id = $1 AND p.user_id = $2 AND p.key_hash <> $3
            ORDER BY p.last_used_at DESC, p.id DESC LIMIT 1000 OFFSET $4
            """,
            user.companyID, user.id, keyHash, Limit.phones.standard - 1
        ) { try $0.next() }
    }

    /// Ends a phone's key for a person, and its sessions.
    static func end(
        _ id: ID, of user: User.ID, in company: Company.ID, _ transaction: borrowing Transaction
    ) throws {
        try transaction.enqueue(
            Statement(
                "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND phone_id = $3", company, user, id))
        try transaction.enqueue(
            Statement("DELETE FROM phones WHERE company_id = $1 AND user_id = $2 AND id = $3", company, user, id))
    }

    /// Ends all of a person's phones. Their sessions end with all of the person's sessions.
    static func endAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM phones WHERE company_id = $1 AND user_id = $2", company, user)
    }

    /// Ends all of a person's phones and what they signed in to; sessions that began with a password stay.
    static func endAllWithSessions(
        of user: User.ID, in company: Company.ID, _ transaction: borrowing Transaction
    ) throws {
        try transaction.enqueue(
            Statement(
                "DELETE FROM sessions WHERE company_id = $1 AND user_id = $2 AND phone_id IS NOT NULL", company, user))
        try transaction.enqueue(endAll(of: user, in: company))
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them. Their sessions have ended long before.
    static let sweep = Sweep(
        """
        DELETE FROM phones WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM phones WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)
}

extension Phone.Held {
    /// Notes a right PIN: the count of wrong ones starts over, and the key's time too.
    /// - Parameter newHash: the same PIN at today's costs; nil keeps the hash.
    func use(newHash: String?, now: Instant) -> Statement {
        Statement(
            """
            UPDATE phones SET wrong_pins = 0, last_used_at = $3, expires_at = $4, pin_hash = COALESCE($5, pin_hash)
            WHERE company_id = $1 AND id = $2
            """,
            company, id, now, now + Phone.lifetime, newHash)
    }

    /// Counts a wrong PIN; the last of the allowed ones ends the phone. The caller holds the lock on the person's row.
    /// - Returns: how many more are allowed.
    func countWrongPin(_ record: SecurityRecord, _ transaction: borrowing Transaction) throws -> Int64 {
        let wrong = max(0, try transaction.fetch(wrongPin).first ?? Pin.tries)
        try record.write(.pinFailed, in: transaction)
        guard wrong >= Pin.tries else { return Pin.tries - wrong }
        try Phone.end(id, of: user, in: company, transaction)
        try record.write(.phoneEnded, detail: "wrong-pins", in: transaction)
        return 0
    }

    private var wrongPin: Query<Int64> {
        Query(
            "UPDATE phones SET wrong_pins = wrong_pins + 1 WHERE company_id = $1 AND id = $2 RETURNING wrong_pins",
            company, id
        ) { try $0.next() }
    }
}

extension Phone: Addressable {
    public static let notFound = Refusal(AccountRefusal.phoneNotFound)
}

import Storage

/// A card, with which a person without an email address signs in: a link, shown or printed as a QR code, and a code to type. Its first use sets
/// a phone up. For a while after that it is good once more for someone who knows the PIN: an app on the home screen has a storage of its own.
public struct Card: Sendable {
    public static let lifetime = Duration.seconds(7 * 24 * 3600)
    /// How long it is good for the second use.
    static let secondUse = Duration.seconds(30 * 60)

    /// A new card, which is shown once.
    public struct Face: Sendable {
        public let token: Token
        public let code: CardCode
    }

    /// What a caller shows of a card.
    public enum Proof: Sendable {
        /// From its link.
        case token(Substring)
        /// As it was typed.
        case code(String)
    }

    /// What finds a card.
    enum Key: Sendable {
        case token([UInt8])
        case code([UInt8])

        var hash: [UInt8] {
            switch self {
            case .token(let hash), .code(let hash): hash
            }
        }
    }

    let company: Company.ID
    let user: User.ID
    let tokenHash: [UInt8]
    let codeHash: [UInt8]
    /// The phone that took it; nil before the first use.
    let phone: Phone.ID?

    private static let selection: SQL =
        "SELECT c.company_id, c.user_id, c.token_hash, c.code_hash, c.phone_id FROM cards c"

    private static let byToken: SQL = "\(selection) WHERE c.token_hash = $1 AND c.expires_at > $2"
    private static let byCode: SQL = "\(selection) WHERE c.code_hash = $1 AND c.expires_at > $2"

    /// The valid card. No scope: no one is signed in, and the card names its holder.
    static func find(_ key: Key, now: Instant) -> Query<Card> {
        switch key {
        case .token(let hash): Query(byToken, hash, now, row: Card.init)
        case .code(let hash): Query(byCode, hash, now, row: Card.init)
        }
    }

    private init(_ row: inout Row) throws {
        company = try row.next()
        user = try row.next()
        tokenHash = try row.next()
        codeHash = try row.next()
        phone = try row.next()
    }

    /// Gives a person a card, in place of the one before.
    static func give(_ face: Face, codeHash: [UInt8], to user: User, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO cards (company_id, user_id, token_hash, code_hash, wrong_pins, created_at, expires_at)
            VALUES ($1, $2, $3, $4, 0, $5, $6)
            ON CONFLICT (company_id, user_id) DO UPDATE SET token_hash = excluded.token_hash,
                code_hash = excluded.code_hash, phone_id = NULL, wrong_pins = 0, created_at = excluded.created_at,
                expires_at = excluded.expires_at
            """,
            user.companyID, user.id, face.token.hash, codeHash, now, now + lifetime)
    }

    /// Notes the first use.
    func take(by phone: Phone.ID, now: Instant) -> Statement {
        Statement(
            "UPDATE cards SET phone_id = $3, expires_at = $4 WHERE company_id = $1 AND user_id = $2", company, user,
            phone, now + Self.secondUse)
    }

    /// Counts a wrong PIN of the second use, and returns how many there were.
    var wrongPin: Query<Int64> {
        Query(
            """
            UPDATE cards SET wrong_pins = wrong_pins + 1 WHERE company_id = $1 AND user_id = $2 RETURNING wrong_pins
            """,
            company, user
        ) { try $0.next() }
    }

    static func void(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM cards WHERE company_id = $1 AND user_id = $2", company, user)
    }

    static func voidAll(in company: Company.ID) -> Statement {
        Statement("DELETE FROM cards WHERE company_id = $1", company)
    }

    /// Deletes cards that were used. Others stay, one a person, so that they show as expired. Goes up to the expiry of the oldest few hundred,
    /// so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM cards WHERE phone_id IS NOT NULL AND expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM cards WHERE expires_at <= $1 AND phone_id IS NOT NULL
            ORDER BY expires_at LIMIT 500) AS o)
        """)
}

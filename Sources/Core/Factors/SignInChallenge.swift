import Crypto
import Foundation
import Storage

/// A sign-in whose password was right, and that waits for the second factor. The person keeps a random token, and the database its hash.
struct SignInChallenge: Sendable {
    static let lifetime = Duration.seconds(5 * 60)
    /// How many wrong codes end it.
    static let tries: Int64 = 5
    /// How many can be begun from one network, or one known browser, at once: the oldest ends.
    static let most: Int64 = 5
    /// How many a person can have in all. A caller who has the password, and no factor, can't push out what the person began elsewhere, unless
    /// they use many networks.
    static let mostInAll: Int64 = 50

    let company: Company.ID
    let user: User.ID
    let tokenHash: [UInt8]
    let passwordMark: [UInt8]
    let wrongCodes: Int64
    let createdAt: Instant

    /// Whether the password that began it is still the account's.
    func isOf(_ passwordHash: String?) -> Bool { passwordHash.map(PasswordHasher.mark) == passwordMark }

    /// Begins one if the person may sign in with the checked password and has a second factor.
    /// - Parameter place: the network or the known browser that it is begun from.
    static func begin(
        _ token: Token, of user: User, passwordHash: String, from place: String, now: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO sign_in_challenges (company_id, user_id, token_hash, password_mark, wrong_codes, created_at,
                expires_at, begun_from)
            SELECT u.company_id, u.id, $3, $4, 0, $5, $6, $8 FROM users u
            WHERE u.company_id = $1 AND u.id = $2 AND u.status = 'ACTIVE' AND u.removed_at IS NULL
                AND u.password_hash = $7
                AND NOT EXISTS (SELECT 1 FROM companies c WHERE c.id = u.company_id AND c.suspended_at IS NOT NULL)
                AND EXISTS (
                    SELECT 1 FROM factors f
                    WHERE f.company_id = u.company_id AND f.user_id = u.id AND f.activated_at IS NOT NULL)
            """,
            user.companyID, user.id, token.hash, PasswordHasher.mark(passwordHash), now, now + lifetime, passwordHash,
            hash(of: place))
    }

    private static func hash(of place: String) -> [UInt8] { Array(SHA256.hash(data: Data(place.utf8))) }

    /// Ends those of a person that expired, and the oldest beyond the limits.
    static func endOldest(of user: User, from place: String, now: Instant) -> [Statement] {
        [
            Statement(
                """
                DELETE FROM sign_in_challenges WHERE company_id = $1 AND user_id = $2 AND (expires_at <= $3 OR token_hash IN (
                    SELECT c.token_hash FROM sign_in_challenges c
                    WHERE c.company_id = $1 AND c.user_id = $2 AND c.begun_from = $5
                    ORDER BY c.created_at DESC, c.token_hash LIMIT 1000 OFFSET $4))
                """,
                user.companyID, user.id, now, most, hash(of: place)),
            Statement(
                """
                DELETE FROM sign_in_challenges WHERE company_id = $1 AND user_id = $2 AND token_hash IN (
                    SELECT c.token_hash FROM sign_in_challenges c WHERE c.company_id = $1 AND c.user_id = $2
                    ORDER BY c.created_at DESC, c.token_hash LIMIT 1000 OFFSET $3)
                """,
                user.companyID, user.id, mostInAll),
        ]
    }

    /// No scope: no one is signed in, and the token names its owner.
    static func find(_ tokenHash: [UInt8], now: Instant) -> Query<SignInChallenge> {
        Query(
            """
            SELECT c.company_id, c.user_id, c.password_mark, c.wrong_codes, c.created_at FROM sign_in_challenges c
            WHERE c.token_hash = $1 AND c.expires_at > $2
            """,
            tokenHash, now
        ) {
            SignInChallenge(
                company: try $0.next(), user: try $0.next(), tokenHash: tokenHash, passwordMark: try $0.next(),
                wrongCodes: try $0.next(), createdAt: try $0.next())
        }
    }

    /// Counts a wrong code; the last of the allowed ones ends it. The caller holds the lock on the person's row.
    var countWrongCode: Statement {
        wrongCodes + 1 >= Self.tries
            ? end
            : Statement(
                """
                UPDATE sign_in_challenges SET wrong_codes = wrong_codes + 1
                WHERE company_id = $1 AND user_id = $2 AND token_hash = $3
                """,
                company, user, tokenHash)
    }

    var end: Statement {
        Statement(
            "DELETE FROM sign_in_challenges WHERE company_id = $1 AND user_id = $2 AND token_hash = $3", company, user,
            tokenHash)
    }

    static func endAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM sign_in_challenges WHERE company_id = $1 AND user_id = $2", company, user)
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM sign_in_challenges WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM sign_in_challenges WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)
}

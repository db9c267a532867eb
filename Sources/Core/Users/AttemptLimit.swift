import Crypto
import Foundation
import Storage

/// How many attempts are allowed within a time window.
public struct AttemptLimit: Sendable {
    let name: String
    let count: Int
    let window: Duration

    static let signInsOfAccount = AttemptLimit(name: "sign-in account", count: 10, window: .seconds(15 * 60))
    static let signInsFromAddress = AttemptLimit(name: "sign-in address", count: 100, window: .seconds(15 * 60))
    /// For one browser that the account knows: its attempts don't count against the account and the network.
    static let signInsOfBrowser = AttemptLimit(name: "sign-in browser", count: 10, window: .seconds(15 * 60))
    /// For password checks of one account's sessions: strangers' guesses don't lock out a person who is signed in, nor the other way round.
    static let signInsOfSessions = AttemptLimit(name: "sign-in sessions", count: 10, window: .seconds(15 * 60))
    /// For wrong codes of second factors, in addition to the limits of wrong passwords. With the right password, guessing a code takes years.
    static let codesOfAccount = AttemptLimit(name: "code account", count: 50, window: .seconds(7 * 24 * 3600))
    /// The same in a person's sessions: who has one doesn't keep the person from signing in.
    static let codesOfSessions = AttemptLimit(name: "code sessions", count: 50, window: .seconds(7 * 24 * 3600))
    static let registrations = AttemptLimit(name: "register address", count: 30, window: .seconds(3600))
    /// For all unknown browsers together: beyond it nothing is sent, and the latest link stays valid.
    static let resetsOfAccount = AttemptLimit(name: "reset account", count: 15, window: .seconds(3600))
    /// For one account from one network.
    static let resetsOfAccountFromNetwork = AttemptLimit(
        name: "reset account network", count: 5, window: .seconds(3600))
    static let resetsOfBrowser = AttemptLimit(name: "reset browser", count: 5, window: .seconds(3600))
    /// With keys that no phone has, of one network. Strangers can't keep phones out: these have ten tries of their own.
    static let pinsFromNetwork = AttemptLimit(name: "pin network", count: 100, window: .seconds(15 * 60))
    /// Unknown codes of cards that one network typed.
    static let cardCodesFromNetwork = AttemptLimit(name: "card code network", count: 20, window: .seconds(15 * 60))
    /// The same of all networks together: a code is short, and there may be thousands of valid ones.
    static let cardCodes = AttemptLimit(name: "card code", count: 300, window: .seconds(15 * 60))
    /// The window is twice as long as a signature is valid, so that none is accepted twice.
    static let webhookTokens = AttemptLimit(name: "webhook token", count: 1, window: .seconds(2 * 3600))
    /// Mails to one address that colleagues, or a former holder of the address, can cause.
    static let lettersToAddress = AttemptLimit(name: "letters address", count: 10, window: .seconds(3600))
    /// Each sends two mails. On a server without mail, each answer reveals whether an address has an account.
    static let emailChanges = AttemptLimit(name: "email changes", count: 10, window: .seconds(3600))
    /// Answers to one person that reveal that an address has an account in another company.
    static let takenAddresses = AttemptLimit(name: "taken addresses", count: 20, window: .seconds(3600))
    /// For one person: each former name is kept.
    static let renamings = AttemptLimit(name: "renamings", count: 10, window: .seconds(24 * 3600))
    static let resetsFromAddress = AttemptLimit(name: "reset address", count: 30, window: .seconds(3600))
}

/// The attempts on one account, or from one network, under one limit. They are stored in the database, so that all servers count together.
/// The row holds the instants of the last attempts, so that the count is exact at every moment.
struct Attempts: Sendable {
    private let limit: AttemptLimit
    private let subject: [UInt8]
    private let refusal: @Sendable (_ retryAfter: Duration) -> Refusal

    /// - Parameter refusal: the error after too many attempts.
    init(
        _ limit: AttemptLimit, of subject: String,
        refusal: @escaping @Sendable (_ retryAfter: Duration) -> Refusal = {
            Refusal(AccountRefusal.tooManyTries, retryAfter: $0)
        }
    ) {
        (self.limit, self.refusal) = (limit, refusal)
        self.subject = Array(SHA256.hash(data: Data("\(limit.name)\n\(subject)".utf8)))
    }

    /// The attempts that concern a person's email address, in any spelling.
    init(_ limit: AttemptLimit, ofAddressOf user: User) { self.init(limit, of: user.accountKey) }

    /// The stored instants, for a check before costly work.
    var made: Query<[Instant]> {
        Query("SELECT a.instants FROM attempts a WHERE a.subject = $1", subject) { Self.instants(try $0.next()) }
    }

    /// - Throws: `AccountRefusal.tooManyTries`, or the given refusal, if there were too many attempts.
    func check(_ made: [[Instant]], now: Instant) throws {
        let recent = recent(made, now: now)
        guard recent.count >= limit.count else { return }
        let oldest = recent.suffix(limit.count).first ?? now
        let wait = (oldest + limit.window).milliseconds.subtracting(now.milliseconds)
        throw refusal(.milliseconds(max(wait, 1)))
    }

    /// The attempts that count, the latest last. Instants that another server's clock put slightly ahead count as now. Instants that are
    /// ahead by more than the window come from a wrong clock and are ignored: they would keep the limit used up until then.
    private func recent(_ made: [[Instant]], now: Instant) -> [Instant] {
        (made.first ?? []).filter { $0 > now - limit.window && $0 < now + limit.window }.map { min($0, now) }.sorted()
    }

    /// Whether there were too many attempts, under a lock.
    func isUsedUp(_ transaction: borrowing Transaction, now: Instant) throws -> Bool {
        do {
            try check(transaction, now: now)
            return false
        } catch is Refusal {
            return true
        }
    }

    /// Checks under a lock, so that concurrent attempts can't exceed the limit.
    /// - Throws: as `check(_:now:)`.
    func check(_ transaction: borrowing Transaction, now: Instant) throws {
        let locked = Query<[Instant]>(
            "UPDATE attempts SET expires_at = expires_at WHERE subject = $1 RETURNING instants", subject
        ) { Self.instants(try $0.next()) }
        try check(try transaction.fetch(locked), now: now)
    }

    /// Counts one more attempt, under the same lock.
    /// - Throws: as `check(_:now:)`, if there were too many before this one.
    func record(_ transaction: borrowing Transaction, now: Instant) throws {
        let claimed = Query<[Instant]>(
            """
            INSERT INTO attempts (subject, instants, expires_at) VALUES ($1, $2, $3)
            ON CONFLICT (subject) DO UPDATE SET expires_at = $3 RETURNING instants
            """,
            subject, [UInt8](), now + limit.window
        ) { Self.instants(try $0.next()) }
        let made = try transaction.fetch(claimed)
        try check(made, now: now)
        let kept = recent(made, now: now) + [now]
        try transaction.enqueue(
            Statement("UPDATE attempts SET instants = $2 WHERE subject = $1", subject, Self.bytes(kept)))
    }

    /// Forgets all attempts.
    var forgotten: Statement { Statement("DELETE FROM attempts WHERE subject = $1", subject) }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM attempts WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM attempts WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)

    private static func instants(_ bytes: [UInt8]) -> [Instant] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            Instant(milliseconds: bytes[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) })
        }
    }

    private static func bytes(_ instants: [Instant]) -> [UInt8] {
        instants.flatMap { instant in withUnsafeBytes(of: instant.milliseconds.bigEndian) { Array($0) } }
    }
}

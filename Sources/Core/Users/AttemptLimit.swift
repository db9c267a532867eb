import Crypto
import Foundation

/// How often something may be tried within a while, before it has to wait.
public struct AttemptLimit: Sendable {
    let name: String
    let count: Int
    let window: Duration

    static let signInsOfAccount = AttemptLimit(name: "sign-in account", count: 10, window: .seconds(15 * 60))
    static let signInsFromAddress = AttemptLimit(name: "sign-in address", count: 100, window: .seconds(15 * 60))
    /// Of one browser that the account knows: it counts for itself, and not for the account and the network.
    static let signInsOfBrowser = AttemptLimit(name: "sign-in browser", count: 10, window: .seconds(15 * 60))
    /// What sessions of one account guess: strangers' guesses don't keep a person from their own, nor the other way round.
    static let signInsOfSessions = AttemptLimit(name: "sign-in sessions", count: 10, window: .seconds(15 * 60))
    static let registrations = AttemptLimit(name: "register address", count: 30, window: .seconds(3600))
    /// Of all who aren't known: beyond it nothing is sent, and the link that was sent last is still good.
    static let resetsOfAccount = AttemptLimit(name: "reset account", count: 15, window: .seconds(3600))
    /// Of one account, from one network.
    static let resetsOfAccountFromNetwork = AttemptLimit(
        name: "reset account network", count: 5, window: .seconds(3600))
    static let resetsOfBrowser = AttemptLimit(name: "reset browser", count: 5, window: .seconds(3600))
    /// Twice the time for which a signature is good, so that none is used twice.
    static let webhookTokens = AttemptLimit(name: "webhook token", count: 1, window: .seconds(2 * 3600))
    /// Mails that somebody's colleagues, or whoever had that address before, can have sent to it.
    static let lettersToAddress = AttemptLimit(name: "letters address", count: 10, window: .seconds(3600))
    /// Each sends two mails; where a server has no mail, each answer reveals whether an address has an account.
    static let emailChanges = AttemptLimit(name: "email changes", count: 10, window: .seconds(3600))
    /// Answers to one person that an address has an account in another company.
    static let takenAddresses = AttemptLimit(name: "taken addresses", count: 20, window: .seconds(3600))
    /// Of one person: each former name is kept.
    static let renamings = AttemptLimit(name: "renamings", count: 10, window: .seconds(24 * 3600))
    static let resetsFromAddress = AttemptLimit(name: "reset address", count: 30, window: .seconds(3600))
}

/// What was tried of one account, or from one network address, under one limit. It stands in the database, so that all
/// servers count together; the row holds the instants of the last tries, so that the count is exact at every moment.
struct Attempts: Sendable {
    private let limit: AttemptLimit
    private let subject: [UInt8]
    private let refusal: @Sendable (_ retryAfter: Duration) -> Refusal

    /// - Parameter refusal: what is thrown where there were too many.
    init(
        _ limit: AttemptLimit, of subject: String,
        refusal: @escaping @Sendable (_ retryAfter: Duration) -> Refusal = {
            Refusal(AccountRefusal.tooManyTries, retryAfter: $0)
        }
    ) {
        (self.limit, self.refusal) = (limit, refusal)
        self.subject = Array(SHA256.hash(data: Data("\(limit.name)\n\(subject)".utf8)))
    }

    /// Of what concerns one e-mail address, however it is spelled.
    init(_ limit: AttemptLimit, ofAddress email: String) {
        self.init(limit, of: EmailAddress(email)?.folded ?? email)
    }

    /// The instants as they stand, for a look before costly work.
    var made: Query<[Instant]> {
        Query("SELECT a.instants FROM attempts a WHERE a.subject = $1", subject) { Self.instants(try $0.next()) }
    }

    /// Throws `AccountRefusal.tooManyTries`, or what else was named, where there were too many.
    func check(_ made: [[Instant]], now: Instant) throws {
        let recent = recent(made, now: now)
        guard recent.count >= limit.count else { return }
        let oldest = recent.suffix(limit.count).first ?? now
        let wait = (oldest + limit.window).milliseconds.subtracting(now.milliseconds)
        throw refusal(.milliseconds(max(wait, 1)))
    }

    /// Those that count, the latest last. What other servers' clocks had a little later counts as now; what is later by more than the
    /// window was written by a clock that was wrong, and would hold the limit until its time comes.
    private func recent(_ made: [[Instant]], now: Instant) -> [Instant] {
        (made.first ?? []).filter { $0 > now - limit.window && $0 < now + limit.window }.map { min($0, now) }.sorted()
    }

    /// Whether there were too many, under a lock.
    func isUsedUp(_ transaction: borrowing Transaction, now: Instant) throws -> Bool {
        do {
            try check(transaction, now: now)
            return false
        } catch is Refusal {
            return true
        }
    }

    /// Checks under a lock, so that of several that were under way at once only as many count as may.
    func check(_ transaction: borrowing Transaction, now: Instant) throws {
        let locked = Query<[Instant]>(
            "UPDATE attempts SET expires_at = expires_at WHERE subject = $1 RETURNING instants", subject
        ) { Self.instants(try $0.next()) }
        try check(try transaction.fetch(locked), now: now)
    }

    /// Counts one more, under the same lock.
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

    /// As if nothing had been tried.
    var forgotten: Statement { Statement("DELETE FROM attempts WHERE subject = $1", subject) }

    private static func instants(_ bytes: [UInt8]) -> [Instant] {
        stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
            Instant(milliseconds: bytes[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) })
        }
    }

    private static func bytes(_ instants: [Instant]) -> [UInt8] {
        instants.flatMap { instant in withUnsafeBytes(of: instant.milliseconds.bigEndian) { Array($0) } }
    }
}

/// Sends what waits: claims mails that are due, and writes down what became of each. Any number of servers may do it at once.
public struct Outbox: Sendable {
    let database: any Database
    let runtime: Runtime
    /// This server, among those that claim.
    private let owner: String
    private let turns = OutboxTurns()

    /// How long a claim holds. Who hasn't written the outcome by then has lost it.
    public static let lease = Duration.seconds(60)
    /// How long one sending may take: well within the lease.
    public static let patience = Duration.seconds(30)
    /// How long a mail is tried.
    static let perseverance = Duration.seconds(3 * 24 * 3600)

    public init(_ database: any Database, runtime: Runtime) {
        (self.database, self.runtime) = (database, runtime)
        owner = runtime.newID(Outbox.self).text
    }

    /// What became of a try.
    public enum Outcome: Sendable, Equatable {
        /// Whoever carries the mail has taken it on.
        case accepted
        /// It will never be taken on; why.
        case refused(MailReason)
        /// It says what isn't so any more, and isn't sent.
        case withdrawn(MailReason)
        /// It may be taken on later; why not now, and when to ask again where that is known.
        case postponed(MailReason, retryAfter: Duration?)
        /// Nobody answered, or only that they can't just now. It may have been taken on all the same.
        case unanswered(MailReason)
        /// What carries mail is known to be down: no fault of this mail's, which goes again as soon as somebody looks whether it
        /// is back.
        case down(MailReason)
    }

    /// Claims mails that are due: links that a person waits for, then a mail of each company in turns, then the longest due.
    public func claim(atMost count: Int) async throws -> [DueMail] {
        let now = runtime.now()
        // Only to look costs no transaction, once a second on every server.
        guard try await !database.fetch(DueMail.isDue(now: now)).isEmpty else { return [] }
        // In one order on all servers, so that none waits for another's rows while that one waits for its own.
        let keys = try await turns.next(count, from: database, now: now).sorted { $0.mail < $1.mail }
        return try await database.transaction { transaction in
            var mails: [DueMail] = []
            for key in keys {
                let (claimed, found) = try transaction.fetch(
                    DueMail.claim(key, owner, now: now, leaseUntil: now + Self.lease),
                    DueMail.one(key.mail, key.company))
                // Another server was first.
                guard !claimed.isEmpty, var mail = found.first else { continue }
                if mail.kind == .lowStock, let batch = mail.details.first.flatMap({ LowStock.Batch($0) }) {
                    mail.items = try LowStock.items(of: batch, in: key.company, transaction)
                }
                mails.append(mail)
            }
            return mails
        }
    }

    /// How much waits, and how long the first has waited.
    public var backlog: (count: Int, age: Duration) {
        get async throws {
            let backlog = try await database.fetch(DueMail.backlog)
            guard let (count, oldest) = backlog.first, let oldest else { return (0, .zero) }
            return (Int(count), .milliseconds(runtime.now().milliseconds - oldest.milliseconds))
        }
    }

    public var metrics: [Metric] {
        get async {
            guard let (count, age) = try? await backlog else { return [] }
            return [
                Metric("polier_mails_waiting", "Mails that are still to be sent.", .gauge(Double(count))),
                Metric(
                    "polier_mails_waiting_seconds", "Since when the first of them waits.", .gauge(age / .seconds(1))),
            ]
        }
    }

    /// Whether the link of a mail is no longer good: then it says what isn't so.
    public func isTooLate(_ mail: DueMail) -> Bool {
        guard mail.token != nil else { return false }
        return mail.linkExpiresAt.map { $0 <= runtime.now() } ?? true
    }

    public func record(_ outcome: Outcome, of mail: DueMail) async throws {
        let now = runtime.now()
        let statement =
            switch outcome {
            case .accepted: mail.outcome(.sent, reason: nil, owner: owner, now: now)
            case .refused(let reason): mail.outcome(.failed, reason: reason, owner: owner, now: now)
            case .withdrawn(let reason): mail.outcome(.cancelled, reason: reason, owner: owner, now: now)
            case .postponed(let reason, let retryAfter):
                again(mail, reason, at: now + (retryAfter ?? pause(after: mail.attempts)), now)
            case .unanswered(let reason): again(mail, reason, at: now + pause(after: mail.attempts), now)
            case .down(let reason): again(mail, reason, at: now + Breaker.pause, counts: false, now)
            }
        try await database.transaction { try $0.enqueue(statement) }
    }

    private func again(
        _ mail: DueMail, _ reason: MailReason, at next: Instant, counts: Bool = true, _ now: Instant
    ) -> Statement {
        guard next <= mail.createdAt + Self.perseverance else {
            return mail.outcome(.failed, reason: reason, owner: owner, now: now)
        }
        return mail.outcome(.queued, reason: reason, dueAt: next, counts: counts, owner: owner, now: now)
    }

    /// From 10 seconds to 4 hours, doubled each time, and up to half as much again by chance, so that what failed together
    /// doesn't come back together.
    private func pause(after attempts: Int) -> Duration {
        let doubled = min(10_000 << min(max(attempts, 1) - 1, 20), 4 * 3_600_000)
        return .milliseconds(doubled + doubled * Int(runtime.randomBytes(1)[0]) / 512)
    }
}

/// What became of mails, for those who answer for a company.
public struct Mails: Sendable {
    let database: any Database

    public init(_ database: any Database) { self.database = database }

    /// Newest first.
    public func list(_ page: PageRequest<Mail.ID>, in scope: CompanyScope) async throws -> Page<Mail, Mail.ID> {
        try scope.check(.readMails)
        let (companies, mails) = try await database.fetch(Company.exists(scope), Mail.list(scope, page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        return Page(mails, of: page, key: \.id)
    }
}

public import Storage

/// Sends waiting mail: claims mails that are due, and records the outcome of each. Any number of servers may do so at the same time.
public struct Outbox: Sendable {
    let database: any Database
    let runtime: Runtime
    /// Identifies this server among those that claim mails.
    private let owner: String
    private let turns = OutboxTurns()

    /// How long a claim lasts. A server that hasn't recorded the outcome by then has lost the claim.
    public static let lease = Duration.seconds(60)
    /// The time limit of one attempt: well within the lease.
    public static let attemptTimeout = Duration.seconds(30)
    /// How long a mail is retried.
    static let retryPeriod = Duration.seconds(3 * 24 * 3600)

    public init(_ database: any Database, runtime: Runtime) {
        (self.database, self.runtime) = (database, runtime)
        owner = runtime.newID(Outbox.self).text
    }

    /// The outcome of an attempt.
    public enum Outcome: Sendable, Equatable {
        /// The mail transport has accepted the mail.
        case accepted
        /// The mail will never be accepted, for this reason.
        case refused(MailReason)
        /// The mail is no longer true and isn't sent.
        case withdrawn(MailReason)
        /// The mail may be accepted later; the reason, and when to retry if the transport says so.
        case postponed(MailReason, retryAfter: Duration?)
        /// No response, or only a temporary error. The mail may have been accepted all the same.
        case unanswered(MailReason)
        /// All mail transports are known to be down. The mail isn't at fault, and is retried as soon as a transport is probed again.
        case down(MailReason)
    }

    /// Claims mails that are due: links that a person is waiting for, then a mail of each company in turn, then the longest due.
    /// - Throws: the database's `StorageError`.
    public func claim(atMost count: Int) async throws -> [DueMail] {
        let now = runtime.now()
        // Only looking costs no transaction, once a second on every server.
        guard try await !database.fetch(DueMail.isDue(now: now)).isEmpty else { return [] }
        // All servers claim in the same order, so that none waits for another's rows while that one waits for its own.
        let keys = try await turns.next(count, from: database, now: now).sorted { $0.mail < $1.mail }
        return try await database.transaction { transaction in
            var mails: [DueMail] = []
            for key in keys {
                let (claimed, found) = try transaction.fetch(
                    DueMail.claim(key, owner, now: now, leaseUntil: now + Self.lease),
                    DueMail.one(key.mail, key.company))
                // Another server has claimed it.
                guard !claimed.isEmpty, var mail = found.first else { continue }
                if mail.kind == .lowStock, let batch = mail.details.first.flatMap({ LowStock.Batch($0) }) {
                    mail.items = try LowStock.items(of: batch, in: key.company, transaction)
                }
                if mail.kind == .stillThere, let entry = OpenEntry(mail.details, in: key.company) {
                    mail.stay = try transaction.fetch(entry.stay).first
                }
                if HourNews.isGathered(mail.kind, mail.details) {
                    mail.requests = try HourNews.requests(
                        mail.kind, mail.details, since: mail.createdAt, in: key.company, transaction)
                }
                mails.append(mail)
            }
            return mails
        }
    }

    /// The number of waiting mails, and how long the first has waited.
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

    /// Whether the mail has a link that is no longer valid: the mail is no longer true then.
    public func isTooLate(_ mail: DueMail) -> Bool {
        guard mail.token != nil else { return false }
        return mail.linkExpiresAt.map { $0 <= runtime.now() } ?? true
    }

    /// Records the outcome of an attempt, unless the claim was lost. A mail whose next attempt would come more than three days after its
    /// creation fails.
    /// - Throws: the database's `StorageError`.
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
        guard next <= mail.createdAt + Self.retryPeriod else {
            return mail.outcome(.failed, reason: reason, owner: owner, now: now)
        }
        return mail.outcome(.queued, reason: reason, dueAt: next, counts: counts, owner: owner, now: now)
    }

    /// From 10 seconds to 4 hours, doubling each time, plus up to half of it at random, so that mails that failed together aren't retried
    /// together.
    private func pause(after attempts: Int) -> Duration {
        let doubled = min(10_000 << min(max(attempts, 1) - 1, 20), 4 * 3_600_000)
        return .milliseconds(doubled + doubled * Int(runtime.randomBytes(1)[0]) / 512)
    }
}

/// The delivery states of a company's mails, for its managers and the operator.
public struct Mails: Sendable {
    let database: any Database

    public init(_ database: any Database) { self.database = database }

    /// The company's mails, newest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `CompanyRefusal.notFound`; the database's
    ///   `StorageError`.
    public func list(_ page: PageRequest<Mail.ID>, in scope: CompanyScope) async throws -> Page<Mail, Mail.ID> {
        try scope.check(.readMails)
        let (companies, mails) = try await database.fetch(Company.exists(scope), Mail.list(scope, page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        return Page(mails, of: page, key: \.id)
    }
}

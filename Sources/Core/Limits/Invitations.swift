import Storage

/// The limit on the mails that a company sends in 24 hours to people who never asked for them.
struct Invitations: Sendable {
    private let foundedAt: Instant
    private let onFirstDay: Int64
    private let daily: Int64

    private static let day = Duration.seconds(24 * 3600)

    /// Counts one more invitation. It is counted with the mail's row, before its delivery is known.
    /// - Throws: `LimitRefusal.mails` if there were too many; `CompanyRefusal.notFound`.
    static func count(by scope: CompanyScope, _ transaction: borrowing Transaction, now: Instant) throws {
        try count(in: scope.company, transaction, now: now)
    }

    /// Counts a mail to an address that a person of the company wants to change to.
    /// - Throws: `LimitRefusal.mails` if there were too many; `CompanyRefusal.notFound`.
    static func count(in company: Company.ID, _ transaction: borrowing Transaction, now: Instant) throws {
        guard let limits = try transaction.fetch(limits(of: company)).first else { throw Company.notFound }
        try limits.attempts(of: company, now: now).record(transaction, now: now)
    }

    private func attempts(of company: Company.ID, now: Instant) -> Attempts {
        let isFirstDay = now < foundedAt + Self.day
        let (limit, most): (Limit, Int64) = isFirstDay ? (.firstDayMails, onFirstDay) : (.dailyMails, daily)
        return Attempts(
            AttemptLimit(name: Self.name, count: Int(clamping: most), window: Self.day), of: company.text
        ) { LimitRefusal.mails.refusal(most, of: limit, retryAfter: $0) }
    }

    private static let name = "invitations company"

    /// The times of the invitations of the last 24 hours, and of some before them.
    static func made(by company: Company.ID) -> Query<[Instant]> {
        Attempts(AttemptLimit(name: name, count: 1, window: day), of: company.text).made
    }

    private static func limits(of company: Company.ID) -> Query<Invitations> {
        Query(
            """
            SELECT c.created_at, (SELECT l.value FROM company_limits l WHERE l.company_id = c.id AND l.name = $2),
                (SELECT l.value FROM company_limits l WHERE l.company_id = c.id AND l.name = $3)
            FROM companies c WHERE c.id = $1
            """,
            company, Limit.firstDayMails, Limit.dailyMails
        ) { row in
            Invitations(
                foundedAt: try row.next(),
                onFirstDay: Limit.firstDayMails.value(try row.next()), daily: Limit.dailyMails.value(try row.next()))
        }
    }
}

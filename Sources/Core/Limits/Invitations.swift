/// How many invitations a company sends in 24 hours, to people who never asked for its mail.
struct Invitations: Sendable {
    private let foundedAt: Instant
    private let onFirstDay: Int64
    private let daily: Int64

    private static let day = Duration.seconds(24 * 3600)

    /// Counts one more, with the mail's row and so before anyone knows whether it arrives. Throws `LimitRefusal.mails` where there
    /// were too many.
    static func count(by scope: CompanyScope, _ transaction: borrowing Transaction, now: Instant) throws {
        try count(in: scope.company, transaction, now: now)
    }

    /// The same for a mail to an address that a person of the company wants to have.
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

    /// When those of the last 24 hours were sent, and others before them.
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

import Storage

/// The mail to a company's owner when it was changed how long hours are kept: what goes in the coming night can't be brought back. Also where
/// the owner did it, or someone in their session.
enum HourRuleMail {
    /// In place of a number of years.
    static let forEver = "-"
    /// How long a change waits for others, and for being taken back.
    private static let firstPause = Duration.seconds(60)
    /// How long changes are collected after a mail about one.
    private static let pause = Duration.seconds(600)

    /// Queues the mail, or changes what the one says that waits. Nothing for an owner without an address or who is switched off, and in a
    /// company whose founder's address isn't confirmed. The company is locked.
    /// - Parameters:
    ///   - before: for how many years hours were kept; nil for ever.
    ///   - name: of the person who changed it.
    static func queue(
        from before: Int64?, to company: Company, by name: String, _ transaction: borrowing Transaction,
        _ runtime: Runtime
    ) throws {
        let now = runtime.now()
        guard let owner = try transaction.fetch(User.owner(of: company.id)).first else { return }
        // A mail is due within the pause: what is older is of no account.
        let since = (now - (pause + pause)).milliseconds
        let first = Mail.ID(at: Instant(milliseconds: since), hash: Array(repeating: 0, count: 10))
        let (waiting, last) = try transaction.fetch(
            waiting(for: owner, since: first, in: company.id), last(to: owner, since: first, in: company.id))
        var details = [
            name.split(whereSeparator: \.isNewline).joined(separator: " "), text(before), text(company.hoursKeptYears),
        ]
        if let waiting = waiting.first {
            let told = waiting.details.split(separator: "\n", omittingEmptySubsequences: false)
            if told.count == details.count { details[1] = String(told[1]) }
            try transaction.enqueue(
                Statement(
                    "UPDATE mails SET details = $3, updated_at = $4 WHERE company_id = $1 AND id = $2", company.id,
                    waiting.id, details.joined(separator: "\n"), now))
            return
        }
        let due = max(now + firstPause, (last.first ?? nil).map { $0 + pause } ?? now)
        try transaction.enqueue(
            Statement(insertion, company.id, owner, runtime.newID(Mail.self), details.joined(separator: "\n"), now, due)
        )
    }

    private static func text(_ years: Int64?) -> String { years.map { "\($0)" } ?? forEver }

    private static let stillWaiting: SQL = """
        UPDATE mails SET updated_at = updated_at
        WHERE company_id = $1 AND user_id = $2 AND kind = 'hours-kept' AND id > $3 AND state = 'queued' AND attempts = 0
            AND owner IS NULL AND reason_code IS NULL
        RETURNING id, details
        """

    /// The mail that no server has begun to send, locked so that none begins before the transaction ends.
    private static func waiting(
        for owner: User.ID, since first: Mail.ID, in company: Company.ID
    ) -> Query<(id: Mail.ID, details: String)> {
        Query(stillWaiting, company, owner, first) { (try $0.next(), try $0.next()) }
    }

    private static let lastTold: SQL = """
        SELECT MAX(COALESCE(l.due_at, l.updated_at)) FROM mails l
        WHERE l.company_id = $1 AND l.user_id = $2 AND l.kind = 'hours-kept' AND l.id > $3
        """

    /// When the owner last got such a mail, or is due to get one.
    private static func last(
        to owner: User.ID, since first: Mail.ID, in company: Company.ID
    ) -> Query<Instant?> {
        Query(lastTold, company, owner, first) { try $0.next() }
    }

    private static let insertion: SQL = """
        INSERT INTO mails \(Mail.queued)
        SELECT u.company_id, $3, u.id, u.email, 'hours-kept', $4, NULL, 'queued', $6, $5, $5
        FROM users u
        WHERE u.company_id = $1 AND u.id = $2 AND u.email IS NOT NULL AND u.status = 'ACTIVE' AND u.removed_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM unproven_founders f WHERE f.company_id = u.company_id)
        """
}

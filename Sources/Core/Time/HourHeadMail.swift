import Storage

/// The monthly mail with which the head of a company's chain leaves the house: to the owner, once a month, whichever server sends it.
enum HourHeadMail {
    /// Queues one mail. Companies without hours, and those whose founder's address isn't confirmed, get none.
    static let sweep = Sweep(step: { transaction, now in
        let month = HourHead.month(of: now)
        guard let company = try transaction.fetch(HourHead.unmailed(before: month)).first else { return 0 }
        // Another server may have been faster.
        guard let head = try transaction.fetch(HourHead.mail(company, in: month)).first else { return 1 }
        guard let id = try transaction.fetch(User.owner(of: company)).first,
            let owner = try transaction.fetch(User.one(id, in: company, now: now)).first, owner.email != nil,
            owner.status == .active
        else { return 1 }
        let mail = Mail.ID(at: now, hash: Runtime.live.randomBytes(10))
        let details = ["\(head.number)", head.hash, now.day.text]
        try transaction.enqueue(Mail.insert(mail, .hoursHead, to: owner, details: details, now: now))
        return 1
    })
}

extension HourHead {
    /// YYYY-MM, UTC.
    static func month(of now: Instant) -> String { String(now.day.text.prefix(7)) }

    private static let unmailedHead: SQL = """
        SELECT h.company_id FROM hour_heads h
        WHERE h.mailed_month < $1 AND h.number > 0 AND h.opened_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM unproven_founders f WHERE f.company_id = h.company_id)
        ORDER BY h.mailed_month, h.company_id LIMIT 1
        """

    fileprivate static func unmailed(before month: String) -> Query<Company.ID> {
        Query(unmailedHead, month) { try $0.next() }
    }

    /// Takes a month's mail.
    /// - Returns: nothing if it was taken.
    fileprivate static func mail(_ company: Company.ID, in month: String) -> Query<(number: Int64, hash: String)> {
        Query(
            """
            UPDATE hour_heads SET mailed_month = $2 WHERE company_id = $1 AND mailed_month < $2 RETURNING number, hash
            """,
            company, month
        ) { (try $0.next(), try $0.next()) }
    }
}

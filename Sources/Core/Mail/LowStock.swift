/// Tells a company's managers that material runs low: the first at once, and what else falls low within a while in one mail
/// after it. Each material is told of once, until it has recovered.
struct LowStock: Sendable {
    /// How long is collected after a mail.
    let pause: Duration
    let runtime: Runtime

    /// One material in such a mail, as it was when it fell low. Stored as its values, one item a line: the words are made for
    /// the receiver when the mail is sent.
    struct Item {
        let material: String
        /// As `Quantity.text` writes it.
        let amount: String
        let unit: String
        let site: String

        init(material: String, amount: String, unit: String, site: String) {
            (self.material, self.amount, self.unit, self.site) = (material, amount, unit, site)
        }

        /// Nil for a line that holds words, as servers up to schema version 4 wrote them.
        init?(line: String) {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 4 else { return nil }
            self.init(material: parts[0], amount: parts[1], unit: parts[2], site: parts[3])
        }

        /// Names hold no tabs.
        var line: String { [material, amount, unit, site].joined(separator: "\t") }

        /// With the language's decimal mark.
        func text(in language: Language) -> String {
            let number = language == .german ? amount.replacing(".", with: ",") : amount
            return "\(material): \(number) \(unit) (\(site))"
        }
    }

    /// Looks at a material as a change left it. Within the change's transaction, which holds the material's row.
    /// - Parameter since: since when it was known to run low.
    func look(
        at material: Material, since: Instant?, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws {
        guard material.isBelowThreshold != (since != nil) else { return }
        let now = runtime.now()
        try transaction.enqueue(
            Material.setLow(material.id, since: material.isBelowThreshold ? now : nil, scope))
        guard material.isBelowThreshold else { return }
        // One after the other within a company, so that what falls low together is collected.
        try transaction.enqueue(Company.lock(scope.within))
        let (sites, receivers) = try transaction.fetch(
            Site.name(scope), Mail.lowStockReceivers(scope.company))
        let line = Item(
            material: material.name, amount: material.amount.text, unit: material.unit, site: sites.first ?? ""
        ).line
        for receiver in receivers {
            let appended = try transaction.execute(Mail.append(line, to: receiver.user, in: scope.company, now: now))
            guard appended == 0 else { continue }
            let due = max(now, receiver.last.map { $0 + pause } ?? now)
            try transaction.enqueue(
                Mail.insertLowStock(runtime.newID(), to: receiver.user, line, in: scope.company, now: now, due: due))
        }
    }
}

extension Mail {
    /// The managers who can act, and when each was last told of something that runs low.
    fileprivate static func lowStockReceivers(
        _ company: Company.ID
    ) -> Query<(user: User.ID, last: Instant?)> {
        Query(
            """
            SELECT u.id, (SELECT MAX(m.due_at) FROM (
                SELECT COALESCE(l.due_at, l.updated_at) AS due_at FROM mails l
                WHERE l.company_id = u.company_id AND l.user_id = u.id AND l.kind = 'low-stock'
                ORDER BY l.id DESC LIMIT 1) AS m)
            FROM users u
            WHERE u.company_id = $1 AND u.role = 'MANAGER' AND u.status = 'ACTIVE' AND u.removed_at IS NULL
            """,
            company
        ) { (user: try $0.next(), last: try $0.next()) }
    }

    /// Adds to a mail that nobody has begun to send.
    fileprivate static func append(_ line: String, to user: User.ID, in company: Company.ID, now: Instant) -> Statement
    {
        Statement(
            """
            UPDATE mails SET details = details || $4 || $3, updated_at = $5
            WHERE company_id = $1 AND user_id = $2 AND kind = 'low-stock' AND state = 'queued' AND attempts = 0
                AND reason_code IS NULL
            """,
            company, user, line, "\n", now)
    }

    fileprivate static func insertLowStock(
        _ id: ID, to user: User.ID, _ line: String, in company: Company.ID, now: Instant, due: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO mails \(columns)
            SELECT u.company_id, $3, u.id, u.email, 'low-stock', $4, NULL, 'queued', $6, $5, $5
            FROM users u WHERE u.company_id = $1 AND u.id = $2
            """,
            company, user, id, line, now, due)
    }
}

extension Material {
    fileprivate static func setLow(_ id: ID, since: Instant?, _ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE materials SET low_since = $4 WHERE company_id = $1 AND site_id = $2 AND id = $3", scope.company,
            scope.site, id, since)
    }
}

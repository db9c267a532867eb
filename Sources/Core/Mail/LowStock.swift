import Storage

/// Notifies a company's managers of material that is running low. Materials that fall low within a period form a batch, and each manager
/// gets one mail per batch. Each material is reported once, until it has recovered.
///
/// A mail stores no text: it refers to its batch, and its text is generated from the materials when it is sent. So it is accurate at that
/// time, however many materials fell low, and a mistake that was corrected in the meantime notifies no one.
struct LowStock: Sendable {
    typealias Batch = ID<LowStock>

    /// How long materials are collected after a mail.
    let pause: Duration
    let runtime: Runtime
    /// Whether a company sends no mail before its founder's email address is confirmed.
    let provesAddresses: Bool

    /// How long the first material waits for others, if that is less than `pause`.
    private static let firstPause = Duration.seconds(60)

    /// Checks a material after a change, within the change's transaction, which holds the material's row.
    /// - Parameter since: since when it has been recorded as running low.
    /// - Throws: the engine's `StorageError`.
    func look(
        at material: Material, since: Instant?, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws {
        try look(at: [(material, since)], scope, transaction)
    }

    /// Checks materials of one site after a change, within the change's transaction, which holds their rows.
    /// - Throws: the engine's `StorageError`.
    func look(
        at stocks: [(material: Material, lowSince: Instant?)], _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws {
        for material in Self.recovered(stocks) {
            try transaction.enqueue(Material.setLow(material.id, since: nil, in: nil, scope))
        }
        let fallen = Self.fallen(stocks)
        guard !fallen.isEmpty else { return }
        // One change at a time within a company, so that materials that fall low together are collected.
        let now = runtime.now()
        try transaction.enqueue(Self.turn(scope.company, now: now))
        let (receivers, waiting, unproven, statuses) = try transaction.fetch(
            Mail.lowStockReceivers(scope.company), Mail.waitingLowStock(in: scope.company),
            UnprovenFounder.since(scope.company), Site.status(scope))
        let batch: Batch?
        if statuses.first != .active || provesAddresses && !unproven.isEmpty {
            batch = nil
        } else if let open = Self.openBatch(receivers.map(\.user), waiting) {
            batch = open
        } else {
            let new: Batch = runtime.newID()
            batch = new
            for receiver in receivers {
                let due = max(now + min(Self.firstPause, pause), receiver.last.map { $0 + pause } ?? now)
                try transaction.enqueue(
                    Mail.insertLowStock(
                        runtime.newID(), to: receiver.user, new, in: scope.company, now: now, due: due))
            }
        }
        for material in fallen { try transaction.enqueue(Material.setLow(material.id, since: now, in: batch, scope)) }
    }

    /// Locks a row of the company that nothing else locks, until the transaction ends.
    private static func turn(_ company: Company.ID, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO low_stock_turns (company_id, last_at) VALUES ($1, $2)
            ON CONFLICT (company_id) DO UPDATE SET last_at = excluded.last_at
            """,
            company, now)
    }

    /// Records what is running low on a site that is being finished, without notifying anyone.
    /// - Throws: the engine's `StorageError`.
    static func record(
        _ stocks: [(material: Material, lowSince: Instant?)], _ scope: SiteScope, now: Instant,
        _ transaction: borrowing Transaction
    ) throws {
        for material in recovered(stocks) {
            try transaction.enqueue(Material.setLow(material.id, since: nil, in: nil, scope))
        }
        for material in fallen(stocks) {
            try transaction.enqueue(Material.setLow(material.id, since: now, in: nil, scope))
        }
    }

    private static func recovered(_ stocks: [(material: Material, lowSince: Instant?)]) -> [Material] {
        stocks.filter { !$0.material.isBelowThreshold && $0.lowSince != nil }.map(\.material)
    }

    private static func fallen(_ stocks: [(material: Material, lowSince: Instant?)]) -> [Material] {
        stocks.filter { $0.material.isBelowThreshold && $0.lowSince == nil }.map(\.material)
    }

    /// The batch that the latest waiting mail of every recipient refers to. Nil if a mail of it is already being sent to one of them.
    private static func openBatch(
        _ receivers: [User.ID], _ waiting: [(user: User.ID, mail: Mail.ID, details: String)]
    ) -> Batch? {
        let latest = receivers.map { receiver in
            waiting.filter { $0.user == receiver }.max { $0.mail < $1.mail }.flatMap { Batch($0.details) }
        }
        guard let first = latest.first, let batch = first, latest.allSatisfy({ $0 == batch }) else { return nil }
        return batch
    }

    /// One material in a mail.
    struct Item: Sendable {
        let material: String
        let amount: Quantity
        let unit: String
        let site: String

        /// The text, with the language's decimal mark.
        func text(in language: Language) -> String {
            let number = language == .german ? amount.text.replacing(".", with: ",") : amount.text
            return "\(material): \(number) \(unit) (\(site))"
        }
    }

    /// The materials of one mail.
    struct Items: Sendable {
        /// The first materials, sorted by the names of site and material.
        let first: [Item]
        let count: Int

        /// The most materials that a mail lists.
        static let most = 50

        /// A line for each material, and one that counts those left out.
        func lines(in language: Language) -> [String] {
            let left = count - first.count
            guard left > 0 else { return first.map { $0.text(in: language) } }
            let digits = String(left)
            let mark = language == .german ? "." : ","
            let number = digits.enumerated().map { index, digit in
                index > 0 && (digits.count - index).isMultiple(of: 3) ? "\(mark)\(digit)" : "\(digit)"
            }.joined()
            return first.map { $0.text(in: language) }
                + [language == .german ? "und \(number) weitere" : "and \(number) more"]
        }
    }

    private static let inBatch: SQL = """
        FROM materials m JOIN sites s ON s.company_id = m.company_id AND s.id = m.site_id
        WHERE m.company_id = $1 AND m.low_batch = $2 AND m.removed_at IS NULL AND s.removed_at IS NULL
            AND s.status = 'ACTIVE'
        """

    private static let items: SQL = """
        SELECT m.name, m.amount, m.unit, s.name \(inBatch) ORDER BY s.name, m.name, m.id LIMIT $3
        """

    private static let counting: SQL = "SELECT COUNT(*) \(inBatch)"

    /// The materials of a batch that are still running low. It takes no scope: the server sends for all companies.
    static func items(of batch: Batch, in company: Company.ID, _ transaction: borrowing Transaction) throws -> Items {
        let (first, count) = try transaction.fetch(
            Query(items, company, batch, Int64(Items.most)) {
                Item(material: try $0.next(), amount: try $0.next(), unit: try $0.next(), site: try $0.next())
            },
            Query(counting, company, batch) { try $0.next() as Int64 })
        return Items(first: first, count: count.first.map(Int.init) ?? 0)
    }
}

extension Mail {
    /// The active managers, and when each last got, or is due to get, a mail about material running low.
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

    /// The mails that no server has begun to send, locked so that none begins before the transaction ends.
    fileprivate static func waitingLowStock(
        in company: Company.ID
    ) -> Query<(user: User.ID, mail: Mail.ID, details: String)> {
        Query(
            """
            UPDATE mails SET updated_at = updated_at
            WHERE company_id = $1 AND kind = 'low-stock' AND state = 'queued' AND attempts = 0 AND owner IS NULL
                AND reason_code IS NULL AND user_id IN (
                    SELECT u.id FROM users u
                    WHERE u.company_id = $1 AND u.role = 'MANAGER' AND u.status = 'ACTIVE' AND u.removed_at IS NULL)
            RETURNING user_id, id, details
            """,
            company
        ) { (user: try $0.next(), mail: try $0.next(), details: try $0.next()) }
    }

    fileprivate static func insertLowStock(
        _ id: ID, to user: User.ID, _ batch: LowStock.Batch, in company: Company.ID, now: Instant, due: Instant
    ) -> Statement {
        Statement(
            """
            INSERT INTO mails \(queued)
            SELECT u.company_id, $3, u.id, u.email, 'low-stock', $4, NULL, 'queued', $6, $5, $5
            FROM users u WHERE u.company_id = $1 AND u.id = $2 AND u.email IS NOT NULL
            """,
            company, user, id, batch.text, now, due)
    }
}

extension Material {
    fileprivate static func setLow(
        _ id: ID, since: Instant?, in batch: LowStock.Batch?, _ scope: SiteScope
    ) -> Statement {
        Statement(
            "UPDATE materials SET low_since = $4, low_batch = $5 WHERE company_id = $1 AND site_id = $2 AND id = $3",
            scope.company, scope.site, id, since, batch)
    }
}

import Storage

/// The end of a company's chain of hours.
struct HourHead: Sendable {
    /// The number of the last link; 0 before the first.
    let number: Int64
    /// Its hash; empty before the first.
    let hash: String
    /// Since when every entry of the company has a link; nil until then.
    let openedAt: Instant?
    /// The highest number among the links, as far as it was known before the head was locked: more than `number` only if someone changed
    /// the head. Numbers go on from there, so that hours are recorded whatever was done to the chain.
    private let highest: Int64?

    var lastNumber: Int64 { max(number, highest ?? 0) }

    private static let locking: SQL = """
        UPDATE hour_heads SET number = number WHERE company_id = $1
        RETURNING number, hash, opened_at, (
            SELECT l.number FROM hour_links l WHERE l.company_id = $1 ORDER BY l.company_id DESC, l.number DESC LIMIT 1)
        """

    /// Locks the head and reads it. Nothing if the company has none.
    static func lock(_ company: Company.ID) -> Query<HourHead> {
        Query(locking, company) {
            HourHead(number: try $0.next(), hash: try $0.next(), openedAt: try $0.next(), highest: try $0.next())
        }
    }

    /// The first mail with the head leaves in the next month.
    /// - Parameter openedAt: nil if the company may have hours without links.
    static func insert(of company: Company.ID, openedAt: Instant?, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO hour_heads (company_id, number, hash, opened_at, checked_at, mailed_month)
            VALUES ($1, 0, '', $2, $3, $4)
            ON CONFLICT DO NOTHING
            """,
            company, openedAt, now, month(of: now))
    }

    static func advance(_ company: Company.ID, to number: Int64, _ hash: String, openedAt: Instant?) -> Statement {
        Statement(
            """
            UPDATE hour_heads SET number = $2, hash = $3, opened_at = COALESCE(opened_at, $4) WHERE company_id = $1
            """,
            company, number, hash, openedAt)
    }

    static func unopened(atMost limit: Int) -> Query<Company.ID> {
        Query(
            "SELECT h.company_id FROM hour_heads h WHERE h.opened_at IS NULL AND h.company_id > $1 ORDER BY h.company_id LIMIT $2",
            "", Int64(limit)
        ) { try $0.next() }
    }

    static func entryCount(_ company: Company.ID) -> Query<Int64> {
        Query("SELECT COUNT(*) FROM time_entries t WHERE t.company_id = $1", company) { try $0.next() }
    }
}

extension HourLink {
    func insert(in company: Company.ID) -> Statement {
        Statement(
            """
            INSERT INTO hour_links (company_id, number, kind, site_id, entry_id, version, content, hash, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            company, number, kind, site, entry, version, content, hash, createdAt)
    }
}

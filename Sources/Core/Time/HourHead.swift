import Storage

/// The end of a company's chain of hours: the number of the last link, 0 before the first, and its hash, empty before the first.
enum HourHead {
    private static let highestNumber: SQL = """
        SELECT (SELECT l.number FROM hour_links l WHERE l.company_id = $1 ORDER BY l.company_id DESC, l.number DESC LIMIT 1),
            (SELECT h.number FROM hour_heads h WHERE h.company_id = $1)
        """

    /// The highest number among a company's links, 0 without any; and whether the company has a head.
    static func highest(_ company: Company.ID) -> Query<(number: Int64, hasHead: Bool)> {
        Query(highestNumber, company) {
            let (highest, head): (Int64?, Int64?) = (try $0.next(), try $0.next())
            return (highest ?? 0, head != nil)
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

    private static let advancing: SQL = """
        UPDATE hour_heads SET
            number = CASE WHEN number < $2 THEN $2 ELSE number END + 1,
            hash = encode(sha256(convert_to(
                hash || ' ' || CAST(CASE WHEN number < $2 THEN $2 ELSE number END + 1 AS TEXT) || ' ' || $3, 'UTF8')), 'hex')
        WHERE company_id = $1
        """

    /// Locks the head, and makes the link the last one, with the next number and its hash.
    /// - Parameter highest: the highest number among the links as far as is known: more than the head's only if someone changed that.
    ///   Numbers go on from there, so that hours are recorded whatever was done to the chain.
    static func advance(_ company: Company.ID, by link: HourLink, beyond highest: Int64) -> Statement {
        Statement(advancing, company, highest, link.attested(in: company))
    }

    /// Locks the head, and notes that every entry of the company has a link.
    /// - Returns: nothing if that was noted before.
    static func opening(_ company: Company.ID, at now: Instant) -> Query<Company.ID> {
        Query(
            "UPDATE hour_heads SET opened_at = $2 WHERE company_id = $1 AND opened_at IS NULL RETURNING company_id",
            company, now
        ) { try $0.next() }
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
    private static let insertedColumns = columns()

    private static let insertion: SQL = """
        INSERT INTO hour_links (company_id, \(insertedColumns))
        SELECT h.company_id, h.number, $2, $3, $4, $5, $6, h.hash, $7 FROM hour_heads h WHERE h.company_id = $1
        """

    /// With the head's number and hash: after `HourHead.advance`.
    func insert(in company: Company.ID) -> Statement {
        Statement(Self.insertion, company, kind, site, entry, version, content, createdAt)
    }
}

import Storage

/// The row of a time entry or a correction, as its link attests it.
struct HourRecord: Sendable {
    let kind: HourLink.Kind
    let site: String
    let entry: String
    /// The entry's version, or the correction's number.
    let version: Int64
    /// Empty for an entry from before entries had links.
    var salt: String
    private let values: [SQLValue]

    func content(in company: Company.ID) -> String {
        HourContent(kind, salt: salt, company, site: site, entry: entry, version: version, values).sha256
    }

    /// The link of the row, to be stored.
    func link(in company: Company.ID, at now: Instant) -> HourLink {
        HourLink(
            kind: kind, site: site, entry: entry, version: version, content: content(in: company), createdAt: now)
    }

    // MARK: Reading

    static let entryColumns: SQL = """
        t.salt, t.version, t.user_id, t.checked_in_at, t.checked_out_at, t.kind, t.source, t.breaks, t.entered_by, t.reason,
            t.voided_at, t.voided_by, t.void_reason, t.moved_from, t.created_at
        """
    private static let entryTypes: [SQLType] = [
        .text, .integer, .integer, .text, .text, .text, .text, .text, .integer, .text, .text, .text, .integer,
    ]
    static let correctionColumns: SQL = """
        c.number, c.checked_in_at, c.checked_out_at, c.kind, c.breaks, c.reason, c.reason_code, c.user_id, c.created_at
        """
    private static let correctionTypes: [SQLType] = [
        .integer, .integer, .text, .text, .text, .text, .text, .integer,
    ]

    /// Reads `entryColumns`; nil if an outer join found no entry.
    init?(entry: String, on site: String, _ row: inout Row) throws {
        let (salt, version): (String?, Int64?) = (try row.next(), try row.next())
        let values = try Self.values(Self.entryTypes, &row)
        guard let salt, let version else { return nil }
        (kind, self.site, self.entry, self.version, self.salt) = (.entry, site, entry, version, salt)
        self.values = values
    }

    /// Reads `correctionColumns`; nil if an outer join found no correction.
    init?(correctionOf entry: String, on site: String, salt: String?, _ row: inout Row) throws {
        let number: Int64? = try row.next()
        let values = try Self.values(Self.correctionTypes, &row)
        guard let number else { return nil }
        (kind, self.site, self.entry, version, self.salt) = (.correction, site, entry, number, salt ?? "")
        self.values = values
    }

    private static func values(_ types: [SQLType], _ row: inout Row) throws -> [SQLValue] {
        try types.map { type in
            switch type {
            case .integer: (try row.next() as Int64?).sqlValue
            case .text, .boolean, .bytes: (try row.next() as String?).sqlValue
            }
        }
    }

    private static let entryRow: SQL = """
        SELECT t.site_id, t.id, \(entryColumns)
        FROM time_entries t WHERE t.company_id = $1 AND t.site_id = $2 AND t.id = $3
        """

    private static let correctionRows: SQL = """
        SELECT t.site_id, t.id, t.salt, \(correctionColumns)
        FROM time_entries t CROSS JOIN time_corrections c
        WHERE c.company_id = t.company_id AND c.site_id = t.site_id AND c.entry_id = t.id
            AND t.company_id = $1 AND t.site_id = $2 AND t.id = $3 AND c.number >= $4 AND c.number <= $5
        ORDER BY c.company_id, c.site_id, c.entry_id, c.number
        """

    static func entry(_ key: HourKey) -> Query<HourRecord> {
        Query(entryRow, key.company, key.site, key.entry) { row in
            let (site, entry): (String, String) = (try row.next(), try row.next())
            guard let record = try HourRecord(entry: entry, on: site, &row) else { throw unreadable }
            return record
        }
    }

    /// Oldest first.
    static func corrections(_ key: HourKey, _ numbers: ClosedRange<Int64>) -> Query<HourRecord> {
        Query(correctionRows, key.company, key.site, key.entry, numbers.lowerBound, numbers.upperBound) { row in
            let (site, entry): (String, String) = (try row.next(), try row.next())
            let salt: String = try row.next()
            guard let record = try HourRecord(correctionOf: entry, on: site, salt: salt, &row) else {
                throw unreadable
            }
            return record
        }
    }

    private static let unreadable = StorageError(.failed, "a row of hours has no version")
}

/// Which entry a link is of.
struct HourKey: Hashable, Sendable {
    let company: Company.ID
    let site: String
    let entry: String

    /// The content of the link of an erased entry.
    static func erasedContent(_ company: Company.ID, site: String, entry: String, version: Int64) -> String {
        HourContent(.erased, salt: "", company, site: site, entry: entry, version: version, []).sha256
    }

    /// The link of the entry once it is erased, to be stored.
    func erasure(_ version: Int64, at now: Instant) -> HourLink {
        let content = Self.erasedContent(company, site: site, entry: entry, version: version)
        return HourLink(
            kind: .erased, site: site, entry: entry, version: version, content: content, createdAt: now)
    }

    private static let unsaltedRows: SQL = """
        SELECT t.company_id, t.site_id, t.id FROM time_entries t WHERE t.salt = ''
        ORDER BY t.company_id, t.site_id, t.id LIMIT $1
        """

    /// Entries from before entries had links.
    static func unsalted(atMost limit: Int) -> Query<HourKey> {
        Query(unsaltedRows, Int64(limit)) {
            HourKey(company: try $0.next(), site: try $0.next(), entry: try $0.next())
        }
    }

    private static let salting: SQL = """
        UPDATE time_entries SET salt = $4 WHERE company_id = $1 AND site_id = $2 AND id = $3 AND salt = '' RETURNING id
        """

    /// Gives an entry its salt.
    /// - Returns: nothing if it has one.
    func salted(_ salt: String) -> Query<String> {
        Query(Self.salting, company, site, entry, salt) { try $0.next() }
    }
}

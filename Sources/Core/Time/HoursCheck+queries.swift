import Storage

/// The head of a company's chain, with what is known of it.
struct ChainState: Sendable {
    /// A link's number and hash.
    struct Place: Sendable, Equatable {
        let number: Int64
        let hash: String
        /// Before the first link.
        static let start = Place(number: 0, hash: "")
    }

    let place: Place
    let openedAt: Instant?
    /// Up to here everything held when it was last compared.
    let checkpoint: Place
    /// What was found then.
    let broken: HoursCheck.Broken?

    private init(_ row: inout Row) throws {
        place = Place(number: try row.next(), hash: try row.next())
        openedAt = try row.next()
        checkpoint = Place(number: try row.next(), hash: try row.next())
        let (reason, number, entry): (String?, Int64?, String?) = (try row.next(), try row.next(), try row.next())
        broken = reason.map {
            .init(HoursCheck.Flaw(rawValue: $0) ?? .linkChanged, number: number, entry: entry.flatMap { .init($0) })
        }
    }

    static func one(_ company: Company.ID) -> Query<ChainState> {
        Query(
            """
            SELECT h.number, h.hash, h.opened_at, h.checkpoint_number, h.checkpoint_hash, h.broken_reason, h.broken_number,
                h.broken_entry
            FROM hour_heads h WHERE h.company_id = $1
            """,
            company, row: ChainState.init)
    }

    /// The company whose hours were compared longest ago, if that was before an instant.
    static func due(_ before: Instant) -> Query<(company: Company.ID, checkedAt: Instant)> {
        Query(
            """
            SELECT h.company_id, h.checked_at FROM hour_heads h WHERE h.checked_at <= $1
            ORDER BY h.checked_at, h.company_id LIMIT 1
            """, before
        ) { (try $0.next(), try $0.next()) }
    }

    static func claim(_ company: Company.ID, checkedAt: Instant, now: Instant) -> Statement {
        Statement(
            "UPDATE hour_heads SET checked_at = $3 WHERE company_id = $1 AND checked_at = $2", company, checkedAt, now)
    }

    /// Everything held up to a link.
    static func hold(_ company: Company.ID, _ place: Place, now: Instant) -> Statement {
        Statement(
            """
            UPDATE hour_heads SET checkpoint_number = $2, checkpoint_hash = $3, checkpoint_at = $4, broken_reason = NULL,
                broken_number = NULL, broken_entry = NULL
            WHERE company_id = $1
            """,
            company, place.number, place.hash, now)
    }

    /// - Parameter broken: nil if the chain holds, but can't be relied on yet.
    static func breaks(_ company: Company.ID, _ broken: HoursCheck.Broken?) -> Statement {
        Statement(
            """
            UPDATE hour_heads SET broken_reason = $2, broken_number = $3, broken_entry = $4 WHERE company_id = $1
            """,
            company, broken?.reason.rawValue, broken?.number, broken?.entry?.text)
    }
}

/// A link with the row that it is of.
struct ComparedLink: Sendable {
    let link: HourLink
    private let entry: HourRecord?
    private let correction: HourRecord?
    /// The number of the link that says that the entry was erased; nil without one, and while the entry is there.
    private let erasedBy: Int64?

    /// How many links are read at once.
    static let atOnce = 200

    private static let linkColumns = HourLink.columns(of: "l")

    /// The limit is part of the text: PostgreSQL's plan for any limit could read all of a company's entries for each page.
    private static let links: SQL = """
        SELECT \(linkColumns), \(HourRecord.entryColumns), \(HourRecord.correctionColumns),
            CASE WHEN t.id IS NULL THEN (
                SELECT MAX(x.number) FROM hour_links x
                WHERE x.company_id = l.company_id AND x.entry_id = l.entry_id AND x.kind = 'ERASED') END
        FROM hour_links l
        LEFT JOIN time_entries t ON t.company_id = l.company_id AND t.site_id = l.site_id AND t.id = l.entry_id
        LEFT JOIN time_corrections c ON c.company_id = l.company_id AND c.site_id = l.site_id AND c.entry_id = l.entry_id
            AND c.number = l.version AND l.kind = 'CORRECTION'
        WHERE l.company_id = $1 AND l.number > $2 ORDER BY l.company_id, l.number LIMIT 200
        """

    static func page(_ company: Company.ID, after number: Int64) -> Query<ComparedLink> {
        Query(links, company, number) { row in
            let link = try HourLink(&row)
            let entry = try HourRecord(entry: link.entry, on: link.site, &row)
            let correction = try HourRecord(correctionOf: link.entry, on: link.site, salt: entry?.salt, &row)
            return ComparedLink(link: link, entry: entry, correction: correction, erasedBy: try row.next())
        }
    }

    static func hash(of number: Int64, _ company: Company.ID) -> Query<String> {
        Query("SELECT l.hash FROM hour_links l WHERE l.company_id = $1 AND l.number = $2", company, number) {
            try $0.next()
        }
    }

    private var isErasedLater: Bool { erasedBy.map { $0 > link.number } ?? false }

    /// What is wrong with the row, or with the link if it can't be of any.
    func flaw(in company: Company.ID) -> HoursCheck.Flaw? {
        switch HourLink.Kind(rawValue: link.kind) {
        case .entry:
            guard let entry else { return isErasedLater ? nil : .entryMissing }
            // Later links attest later versions.
            if entry.version > link.version { return nil }
            return entry.version == link.version && entry.content(in: company) == link.content ? nil : .entryChanged
        case .correction:
            guard let correction else { return isErasedLater ? nil : .correctionMissing }
            return correction.content(in: company) == link.content ? nil : .correctionChanged
        case .opening: return nil
        case .erased:
            // It came back.
            guard entry == nil else { return .entryChanged }
            let said = HourKey.erasedContent(company, site: link.site, entry: link.entry, version: link.version)
            return said == link.content ? nil : .linkChanged
        case nil: return .linkChanged
        }
    }
}

/// A row of hours, and whether a link is of its latest version.
struct UnlinkedRow: Sendable {
    let site: String
    let entry: String
    /// The entry's version, or the correction's number.
    let version: Int64
    let isLinked: Bool

    private init(_ row: inout Row) throws {
        (site, entry, version) = (try row.next(), try row.next(), try row.next())
        isLinked = try row.next() as Int64 > 0
    }

    private static let entryRows: SQL = """
        SELECT t.site_id, t.id, t.version, (
            SELECT COUNT(*) FROM hour_links l
            WHERE l.company_id = t.company_id AND l.entry_id = t.id AND l.kind = 'ENTRY' AND l.version = t.version)
        FROM time_entries t WHERE t.company_id = $1 AND (t.site_id, t.id) > ($2, $3)
        ORDER BY t.company_id, t.site_id, t.id LIMIT $4
        """

    private static let correctionRows: SQL = """
        SELECT c.site_id, c.entry_id, c.number, (
            SELECT COUNT(*) FROM hour_links l
            WHERE l.company_id = c.company_id AND l.entry_id = c.entry_id AND l.kind = 'CORRECTION' AND l.version = c.number)
        FROM time_corrections c WHERE c.company_id = $1 AND (c.site_id, c.entry_id, c.number) > ($2, $3, $4)
        ORDER BY c.company_id, c.site_id, c.entry_id, c.number LIMIT $5
        """

    static func entries(_ company: Company.ID, after last: UnlinkedRow?, atMost limit: Int) -> Query<UnlinkedRow> {
        Query(
            entryRows, company, last?.site ?? "", last?.entry ?? "", Int64(limit), row: UnlinkedRow.init)
    }

    static func corrections(_ company: Company.ID, after last: UnlinkedRow?, atMost limit: Int) -> Query<UnlinkedRow> {
        Query(
            correctionRows, company, last?.site ?? "", last?.entry ?? "", last?.version ?? 0, Int64(limit),
            row: UnlinkedRow.init)
    }
}

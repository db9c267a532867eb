import Storage

/// The indexes `sites_active`, `materials_short` and `time_entries_present` hold only what is current. Without statistics SQLite prefers
/// a table's own key to an index that doesn't hold all columns of a statement, and with statistics it may begin with a company's people.
/// So each of these indexes is read by a statement that names no other columns, or in the index's own order before anything is joined.
extension Overview {
    /// True if the material `m` is running low: every change of an amount or threshold updates `low_since`.
    private static let isShort: SQL = "m.low_since IS NOT NULL AND m.removed_at IS NULL"

    /// Notes may be long, and the start page shows none.
    private static let withoutNotes = SiteRecord.columns(of: "s", leavingOut: ["notes"])

    private static let activeSites: SQL = """
        SELECT \(withoutNotes),
            (SELECT COUNT(*) FROM materials m WHERE m.company_id = s.company_id AND m.site_id = s.id AND \(isShort)),
            (SELECT COUNT(*) FROM assignments a WHERE a.company_id = s.company_id AND a.site_id = s.id),
            (SELECT COUNT(*) FROM assignments a
                WHERE a.company_id = s.company_id AND a.site_id = s.id AND a.user_id = $3),
            (SELECT MAX(t.checked_in_at) FROM time_entries t
                WHERE t.company_id = s.company_id AND t.site_id = s.id AND t.user_id = $3 AND t.voided_at IS NULL)
        FROM sites s
        WHERE s.company_id = $1 AND s.id IN (\(Site.active) ORDER BY s.company_id DESC, s.id DESC LIMIT $4)
        ORDER BY s.company_id DESC, s.id DESC
        """

    private static let assignedToSite: SQL = """
        SELECT a.site_id, a.user_id, u.first_name, u.last_name
        FROM assignments a JOIN users u ON u.company_id = a.company_id AND u.id = a.user_id
        WHERE a.company_id = $1 AND a.site_id = $2
        ORDER BY a.company_id DESC, a.site_id DESC, a.user_id DESC LIMIT $3
        """

    private static let presentNow: SQL = """
        SELECT present.id, present.site_id, s.name, present.user_id, u.first_name, u.last_name, present.checked_in_at,
            present.breaks
        FROM (
            SELECT t.id, t.site_id, t.user_id, t.checked_in_at, t.breaks FROM time_entries t
            WHERE t.company_id = $1 AND ($2 IS NULL OR t.user_id = $2) AND t.checked_out_at IS NULL AND t.voided_at IS NULL
            ORDER BY t.company_id, t.checked_in_at, t.id LIMIT $3) AS present
            JOIN users u ON u.company_id = $1 AND u.id = present.user_id
            JOIN sites s ON s.company_id = $1 AND s.id = present.site_id
        ORDER BY present.checked_in_at, present.id
        """

    private static let countingAll: SQL = """
        SELECT (SELECT COUNT(*) FROM (\(Site.active)) AS n),
            (SELECT COUNT(*) FROM materials m WHERE m.company_id = $1 AND m.site_id IN (\(Site.active)) AND \(isShort)),
            (SELECT COUNT(*) FROM (
                SELECT t.id FROM time_entries t
                WHERE t.company_id = $1 AND ($3 IS NULL OR t.user_id = $3) AND t.checked_out_at IS NULL AND t.voided_at IS NULL
                ORDER BY t.company_id DESC, t.checked_in_at DESC, t.id DESC LIMIT 1000000) AS present)
        """

    private static let lowOnSite: SQL = """
        SELECT l.id, l.name, l.unit, l.amount, l.threshold FROM materials l
        WHERE l.company_id = $1 AND l.site_id = $2 AND l.id IN (
            SELECT m.id FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND \(isShort)
            ORDER BY m.company_id, m.site_id, m.id LIMIT $3)
        ORDER BY l.company_id, l.site_id, l.id
        """

    /// A site, as its statement returns it.
    struct SiteRow: Sendable {
        let record: SiteRecord
        let low: Int
        let assigned: Int
        let isOwn: Bool
        let lastVisited: Instant?
    }

    /// A material that is running low, with its name.
    struct ShortMaterial: Sendable {
        let name: String
        let unit: String
        let stock: ShortSite
    }

    /// Newest first.
    static func sites(_ scope: CompanyScope) -> Query<SiteRow> {
        Query(activeSites, scope.company, scope.assignee, scope.actor.user.id, Int64(mostSites)) { row in
            SiteRow(
                record: try SiteRecord(&row), low: Int(try row.next() as Int64), assigned: Int(try row.next() as Int64),
                isOwn: try row.next() as Int64 > 0, lastVisited: try row.next())
        }
    }

    /// The first `mostPeople` people.
    static func assignees(of site: Site.ID, in company: Company.ID) -> Query<Assignee> {
        Query(assignedToSite, company, site, Int64(mostPeople), row: Assignee.init)
    }

    static func present(_ scope: CompanyScope) -> Query<Presence> {
        Query(presentNow, scope.company, scope.visitor, Int64(mostPresent)) { row in
            Presence(
                entry: try row.next(), site: try row.next(), siteName: try row.next(), user: try row.next(),
                userName: "\(try row.next() as String) \(try row.next() as String)", checkedInAt: try row.next(),
                breaks: try row.next())
        }
    }

    static func counts(_ scope: CompanyScope) -> Query<Counts> {
        Query(countingAll, scope.company, scope.assignee, scope.visitor) { row in
            Counts(
                sites: Int(try row.next() as Int64), low: Int(try row.next() as Int64),
                present: Int(try row.next() as Int64))
        }
    }

    /// In the order in which they were added.
    static func low(on site: SiteRecord, in company: Company.ID, atMost limit: Int) -> Query<ShortMaterial> {
        let (id, name) = (site.id, site.name)
        return Query(lowOnSite, company, id, Int64(limit)) { row in
            let (material, title, unit): (Material.ID, String, String) = (
                try row.next(), try row.next(), try row.next()
            )
            return ShortMaterial(
                name: title, unit: unit,
                stock: ShortSite(
                    site: id, siteName: name, material: material, amount: try row.next(), threshold: try row.next()))
        }
    }
}

extension Site {
    /// Holds where `$n` names nobody, or somebody who is assigned to the site `s`. `$2` in the statements below.
    static let isVisible: SQL = """
        ($2 IS NULL OR EXISTS (
            SELECT 1 FROM assignments v WHERE v.company_id = s.company_id AND v.site_id = s.id AND v.user_id = $2))
        """

    static let columns: SQL = """
        s.id, s.name, s.street_number, s.street, s.city, s.postal_code, s.country, s.priority, s.status, s.start_date,
        s.end_date, s.notes, s.version, s.created_at, s.updated_at
        """

    /// The same, for what doesn't show the notes, which may be long.
    static let columnsWithoutNotes: SQL = """
        s.id, s.name, s.street_number, s.street, s.city, s.postal_code, s.country, s.priority, s.status, s.start_date,
        s.end_date, NULL, s.version, s.created_at, s.updated_at
        """

    private static let oneByID: SQL = """
        SELECT \(columns), c.time_zone FROM sites s JOIN companies c ON c.id = s.company_id WHERE s.company_id = $1 AND \(isVisible) AND s.id = $3 AND s.removed_at IS NULL
        """

    private static let idByID: SQL = """
        SELECT s.id FROM sites s WHERE s.company_id = $1 AND \(isVisible) AND s.id = $3 AND s.removed_at IS NULL
        """

    /// The statement of a page: newest first, of all statuses or of one, after `$4` where it isn't the first.
    private static let pages = (
        any: ListSQL(""), inactive: ListSQL("AND s.status = 'INACTIVE'"), active: ListSQL.active
    )

    private static let listed: SQL = """
        \(columns), (SELECT COUNT(*) FROM assignments a WHERE a.company_id = s.company_id AND a.site_id = s.id),
            (SELECT COUNT(*) FROM materials m
                WHERE m.company_id = s.company_id AND m.site_id = s.id AND m.removed_at IS NULL)
        """

    private struct ListSQL {
        let first: SQL
        let later: SQL

        init(_ condition: SQL) {
            let start: SQL = """
                SELECT \(listed) FROM sites s
                WHERE s.company_id = $1 AND \(isVisible) AND s.removed_at IS NULL \(condition)
                """
            let end: SQL = "ORDER BY s.company_id DESC, s.id DESC LIMIT $3"
            (first, later) = ("\(start) \(end)", "\(start) AND s.id < $4 \(end)")
        }

        private init(active: SQL) {
            (first, later) = (Self.of(active), Self.of("\(active) AND s.id < $4"))
        }

        static let active = ListSQL(active: Site.active)

        private static func of(_ ids: SQL) -> SQL {
            """
            SELECT \(listed) FROM sites s
            WHERE s.company_id = $1 AND s.id IN (\(ids) ORDER BY s.company_id DESC, s.id DESC LIMIT $3)
            ORDER BY s.company_id DESC, s.id DESC
            """
        }
    }

    /// The ids of the active sites, which `sites_active` holds and nothing of what is past. It names no other columns: without
    /// statistics SQLite prefers a table's own key to an index that doesn't hold all that a statement names.
    static let active: SQL = """
        SELECT s.id FROM sites s
        WHERE s.company_id = $1 AND \(isVisible) AND s.status = 'ACTIVE' AND s.removed_at IS NULL
        """

    /// With the company's time zone.
    static func record(_ scope: SiteScope) -> Query<(record: SiteRecord, timeZone: String)> {
        Query(oneByID, scope.company, scope.assignee, scope.site) { (try SiteRecord(&$0), try $0.next()) }
    }

    /// Newest first.
    static func list(
        _ scope: CompanyScope, _ status: Status?, _ page: PageRequest<Site.ID>
    ) -> Query<SiteLine> {
        let sql =
            switch status {
            case nil: pages.any
            case .active: pages.active
            case .inactive: pages.inactive
            }
        let line = { @Sendable (row: inout Row) throws in
            SiteLine(
                record: try SiteRecord(&row), assigned: Int(try row.next() as Int64),
                materials: Int(try row.next() as Int64))
        }
        if let after = page.after {
            return Query(sql.later, scope.company, scope.assignee, page.fetchLimit, after, row: line)
        }
        return Query(sql.first, scope.company, scope.assignee, page.fetchLimit, row: line)
    }

    static func exists(_ scope: SiteScope) -> Query<Site.ID> {
        Query(idByID, scope.company, scope.assignee, scope.site) { try $0.next() }
    }

    /// Whether the person is assigned to the site.
    static func isAssigned(_ scope: SiteScope) -> Query<User.ID> {
        Query(
            "SELECT a.user_id FROM assignments a WHERE a.company_id = $1 AND a.site_id = $2 AND a.user_id = $3",
            scope.company, scope.site, scope.actor.user.id
        ) { try $0.next() }
    }

    /// Holds the row until the transaction ends.
    static func lock(_ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE sites SET version = version WHERE company_id = $1 AND id = $2 AND removed_at IS NULL",
            scope.company, scope.site)
    }

    /// Writes all that may change, as the next version.
    static func update(_ scope: SiteScope, _ site: NewSite, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sites SET name = $3, street_number = $4, street = $5, city = $6, postal_code = $7, country = $8,
                priority = $9, status = $10, start_date = $11, end_date = $12, notes = $13, version = version + 1,
                updated_at = $14
            WHERE company_id = $1 AND id = $2
            """,
            scope.company, scope.site, site.name, site.address.streetNumber, site.address.street, site.address.city,
            site.address.postalCode, site.address.country, site.priority, site.status, site.startDate, site.endDate,
            site.notes, now)
    }

    static func remove(_ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sites SET version = version + 1, updated_at = $3, removed_at = $3 WHERE company_id = $1 AND id = $2
            """,
            scope.company, scope.site, now)
    }

    static func insert(_ id: Site.ID, _ site: NewSite, _ scope: CompanyScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO sites (company_id, id, name, \(Address.columns), priority, status, start_date, end_date, notes,
                created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
            """,
            scope.company, id, site.name, site.address.streetNumber, site.address.street, site.address.city,
            site.address.postalCode, site.address.country, site.priority, site.status, site.startDate, site.endDate,
            site.notes, now)
    }
}

extension Assignee {
    init(_ row: inout Row) throws {
        self.init(site: try row.next(), user: try row.next(), firstName: try row.next(), lastName: try row.next())
    }

    /// Assigns nobody where the company has no such person.
    static func insert(_ user: User.ID, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO assignments (company_id, site_id, user_id, created_at)
            SELECT u.company_id, $2, u.id, $4 FROM users u WHERE u.company_id = $1 AND u.id = $3 AND u.removed_at IS NULL
            ON CONFLICT DO NOTHING
            """,
            scope.company, scope.site, user, now)
    }

    static func remove(_ user: User.ID, _ scope: SiteScope) -> Statement {
        Statement(
            "DELETE FROM assignments WHERE company_id = $1 AND site_id = $2 AND user_id = $3", scope.company,
            scope.site, user)
    }

    /// Everybody from a site that is removed.
    static func removeAll(_ scope: SiteScope) -> Statement {
        Statement("DELETE FROM assignments WHERE company_id = $1 AND site_id = $2", scope.company, scope.site)
    }

    /// Somebody who is removed from all sites.
    static func removeAll(of user: User.ID, _ scope: CompanyScope) -> Statement {
        Statement("DELETE FROM assignments WHERE company_id = $1 AND user_id = $2", scope.company, user)
    }
}

extension Site.Assignment {
    private static let onSite: SQL = """
        SELECT a.user_id, u.first_name, u.last_name,
            (SELECT MAX(t.checked_in_at) FROM time_entries t
                WHERE t.company_id = a.company_id AND t.site_id = a.site_id AND t.user_id = a.user_id)
        FROM assignments a JOIN users u ON u.company_id = a.company_id AND u.id = a.user_id
        WHERE a.company_id = $1 AND a.site_id = $2
        ORDER BY a.company_id, a.site_id, a.user_id
        """

    /// With the visits that the scope may see.
    static func all(on site: Site.ID, _ scope: CompanyScope) -> Query<Site.Assignment> {
        let visitor = scope.visitor
        return Query(onSite, scope.company, site) { row in
            let (user, firstName, lastName): (User.ID, String, String) = (
                try row.next(), try row.next(), try row.next()
            )
            let last: Instant? = try row.next()
            return Site.Assignment(
                user: user, firstName: firstName, lastName: lastName,
                lastVisited: visitor == nil || visitor == user ? last : nil)
        }
    }
}

extension Visits {
    private static let onSite: SQL = """
        SELECT MAX(CASE WHEN $3 IS NULL OR t.user_id = $3 THEN t.checked_in_at END),
            CAST(COALESCE(SUM(t.checked_out_at - t.checked_in_at), 0) AS BIGINT)
        FROM time_entries t
        WHERE t.company_id = $1 AND t.site_id = $2
        """

    /// One row.
    static func sum(on site: Site.ID, _ scope: CompanyScope) -> Query<Visits> {
        Query(onSite, scope.company, site, scope.visitor) {
            Visits(last: try $0.next(), milliseconds: try $0.next())
        }
    }
}

extension SiteRecord {
    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), name: try row.next(), address: try Address(&row), priority: try row.next(),
            status: try row.next(), startDate: try row.next(), endDate: try row.next(), notes: try row.next(),
            version: try row.next(), createdAt: try row.next(), updatedAt: try row.next())
    }
}

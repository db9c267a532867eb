import Storage

extension Site {
    /// The sites that have another region than the company: also those that were removed.
    static func regions(_ scope: CompanyScope) -> Query<(site: ID, region: Region)> {
        Query(
            "SELECT s.id, s.region FROM sites s WHERE s.company_id = $1 AND s.region IS NOT NULL", scope.company
        ) { (try $0.next(), try $0.next()) }
    }
}

extension Site {
    /// True if `$2` is null, or the person `$2` works on the site `s`: on sites that they are assigned to, and in the depot. The statements
    /// below use it.
    static let isVisible: SQL = """
        ($2 IS NULL OR s.kind = 'DEPOT' OR EXISTS (
            SELECT 1 FROM assignments v WHERE v.company_id = s.company_id AND v.site_id = s.id AND v.user_id = $2))
        """

    /// The id of a company's depot: the company's, as a UUID of version 8 (RFC 9562, section 5.8).
    static func depot(of company: Company.ID) -> Site.ID { company.derived() }

    static let columns = SiteRecord.columns(of: "s")

    private static let writes = StoredWrites<SiteRecord>()

    private static let everByID: SQL = """
        SELECT \(columns), c.time_zone FROM sites s JOIN companies c ON c.id = s.company_id
        WHERE s.company_id = $1 AND \(isVisible) AND s.id = $3
        """

    private static let oneByID: SQL = "\(everByID) AND s.removed_at IS NULL"

    private static let idEver: SQL = "SELECT s.id FROM sites s WHERE s.company_id = $1 AND \(isVisible) AND s.id = $3"

    private static let idByID: SQL = "\(idEver) AND s.removed_at IS NULL"

    /// The statements of a page: newest first, of any status or one status, and after `$4` if it isn't the first page.
    private struct Pages {
        let any, inactive, finished, active, depot, removed: ListSQL

        init(_ columns: SQL) {
            let present: SQL = "s.removed_at IS NULL AND s.kind ="
            any = ListSQL(columns, "\(present) 'SITE'")
            inactive = ListSQL(columns, "\(present) 'SITE' AND s.status = 'INACTIVE'")
            finished = ListSQL(columns, "\(present) 'SITE' AND s.status = 'FINISHED'")
            active = ListSQL(columns, active: Site.active)
            depot = ListSQL(columns, "\(present) 'DEPOT'")
            removed = ListSQL(columns, "s.removed_at IS NOT NULL")
        }

        func page(_ filter: SiteFilter) -> ListSQL {
            if filter.isRemoved { return removed }
            return switch (filter.kind, filter.status) {
            case (.depot, _): depot
            case (.site, nil): any
            case (.site, .active): active
            case (.site, .inactive): inactive
            case (.site, .finished): finished
            }
        }
    }

    private static let lines = Pages(listed)
    private static let names = Pages("s.id, s.name, s.street_number, s.street, s.city, s.postal_code, s.country")

    private static let lineByID: SQL = """
        SELECT \(listed) FROM sites s WHERE s.company_id = $1 AND \(isVisible) AND s.id = $3
        """

    private static let listed: SQL = """
        \(columns), (SELECT COUNT(*) FROM assignments a WHERE a.company_id = s.company_id AND a.site_id = s.id),
            (SELECT COUNT(*) FROM materials m
                WHERE m.company_id = s.company_id AND m.site_id = s.id AND m.removed_at IS NULL)
        """

    private struct ListSQL {
        let first: SQL
        let later: SQL

        init(_ columns: SQL, _ condition: SQL) {
            let start: SQL = """
                SELECT \(columns) FROM sites s WHERE s.company_id = $1 AND \(isVisible) AND \(condition)
                """
            let end: SQL = "ORDER BY s.company_id DESC, s.id DESC LIMIT $3"
            (first, later) = ("\(start) \(end)", "\(start) AND s.id < $4 \(end)")
        }

        init(_ columns: SQL, active: SQL) {
            (first, later) = (Self.of(columns, active), Self.of(columns, "\(active) AND s.id < $4"))
        }

        private static func of(_ columns: SQL, _ ids: SQL) -> SQL {
            """
            SELECT \(columns) FROM sites s
            WHERE s.company_id = $1 AND s.id IN (\(ids) ORDER BY s.company_id DESC, s.id DESC LIMIT $3)
            ORDER BY s.company_id DESC, s.id DESC
            """
        }
    }

    /// The ids of the active sites, read from the index `sites_active`, which holds no past ones. The statement names no other columns:
    /// without statistics SQLite prefers a table's own key to an index that doesn't hold every column of the statement.
    static let active: SQL = """
        SELECT s.id FROM sites s
        WHERE s.company_id = $1 AND \(isVisible) AND s.status = 'ACTIVE' AND s.removed_at IS NULL AND s.kind = 'SITE'
        """

    /// The site, with the company's time zone.
    static func record(_ scope: SiteScope) -> Query<(record: SiteRecord, timeZone: String)> {
        Query(oneByID, scope.company, scope.assignee, scope.site) { (try SiteRecord(&$0), try $0.next()) }
    }

    private static let onceByID: SQL = """
        SELECT \(columns), c.time_zone FROM sites s JOIN companies c ON c.id = s.company_id
        WHERE s.company_id = $1 AND s.id = $3 AND (s.removed_at IS NULL OR s.removed_at > $4) AND (\(isVisible) OR EXISTS (
            SELECT 1 FROM former_assignments f
            WHERE f.company_id = s.company_id AND f.site_id = s.id AND f.user_id = $2 AND f.ended_at > $4))
        """

    /// The site as it was there for work that is reported late: neither the site was removed then, nor had the assignment ended. When
    /// the office entered site or assignment makes no difference.
    /// - Parameter at: nil for work that is done now.
    static func record(_ scope: SiteScope, at: Instant?) -> Query<(record: SiteRecord, timeZone: String)> {
        guard let at else { return record(scope) }
        return Query(onceByID, scope.company, scope.assignee, scope.site, at) {
            (try SiteRecord(&$0), try $0.next())
        }
    }

    /// The site, even if it was removed, for those who may read what was removed.
    static func readable(_ scope: SiteScope) -> Query<(record: SiteRecord, timeZone: String)> {
        Query(scope.within.readsArchive ? everByID : oneByID, scope.company, scope.assignee, scope.site) {
            (try SiteRecord(&$0), try $0.next())
        }
    }

    /// Newest first.
    static func list(
        _ scope: CompanyScope, _ filter: SiteFilter, _ page: PageRequest<Site.ID>
    ) -> Query<SiteLine> {
        list(lines.page(filter), scope, page, row: SiteLine.init)
    }

    /// The names and addresses of the same sites.
    static func names(
        _ scope: CompanyScope, _ filter: SiteFilter, _ page: PageRequest<Site.ID>
    ) -> Query<(id: Site.ID, text: String)> {
        list(names.page(filter), scope, page) { row in
            let id: Site.ID = try row.next()
            let texts = try (0..<6).map { _ in try row.next() as String }
            return (id, texts.joined(separator: " "))
        }
    }

    private static func list<Value>(
        _ sql: ListSQL, _ scope: CompanyScope, _ page: PageRequest<Site.ID>,
        row: @escaping @Sendable (inout Row) throws -> Value
    ) -> Query<Value> {
        if let after = page.after {
            return Query(sql.later, scope.company, scope.assignee, page.fetchLimit, after, row: row)
        }
        return Query(sql.first, scope.company, scope.assignee, page.fetchLimit, row: row)
    }

    /// One site as lists have it, even if it was removed.
    static func line(_ id: Site.ID, _ scope: CompanyScope) -> Query<SiteLine> {
        Query(lineByID, scope.company, scope.assignee, id, row: SiteLine.init)
    }

    /// The id, even if the site was removed, for those who may read what was removed.
    static func isReadable(_ scope: SiteScope) -> Query<Site.ID> {
        Query(scope.within.readsArchive ? idEver : idByID, scope.company, scope.assignee, scope.site) { try $0.next() }
    }

    static func exists(_ scope: SiteScope) -> Query<Site.ID> {
        Query(idByID, scope.company, scope.assignee, scope.site) { try $0.next() }
    }

    static func status(_ scope: SiteScope) -> Query<Site.Status> {
        Query("SELECT s.status FROM sites s WHERE s.company_id = $1 AND s.id = $2", scope.company, scope.site) {
            try $0.next()
        }
    }

    /// Since when the person is a foreman of the site; a row with nil if they are assigned without being one, none if they aren't assigned.
    static func ownAssignment(_ scope: SiteScope) -> Query<Instant?> {
        Query(
            "SELECT a.foreman_since FROM assignments a WHERE a.company_id = $1 AND a.site_id = $2 AND a.user_id = $3",
            scope.company, scope.site, scope.actor.user.id
        ) { try $0.next() }
    }

    /// The people who are assigned to the site.
    static func team(_ scope: SiteScope) -> Query<User.ID> {
        Query(
            """
            SELECT a.user_id FROM assignments a WHERE a.company_id = $1 AND a.site_id = $2
            ORDER BY a.company_id, a.site_id, a.user_id
            """,
            scope.company, scope.site
        ) { try $0.next() }
    }

    /// Holds a scope that is for foremen to a site that the person leads. The site is shared.
    /// - Throws: `SiteRefusal.notFound` if there is no such site or they aren't assigned to it; `.foremenOnly`.
    static func checkLeads(_ scope: SiteScope, _ transaction: borrowing Transaction) throws {
        let (sites, assigned) = try transaction.fetch(exists(scope), ownAssignment(scope))
        guard !sites.isEmpty else { throw notFound }
        guard assigned.contains(where: { $0 != nil }) else { throw Refusal(SiteRefusal.foremenOnly) }
    }

    /// Locks the row until the transaction ends.
    static func lock(_ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE sites SET version = version WHERE company_id = $1 AND id = $2 AND removed_at IS NULL",
            scope.company, scope.site)
    }

    private static let sharing: SQL = """
        SELECT s.id FROM sites s WHERE s.company_id = $1 AND s.id = $2 AND s.removed_at IS NULL FOR SHARE
        """

    /// Keeps the site as it is until the transaction ends. Any number of transactions may do so at once.
    static func share(_ scope: SiteScope) -> Statement { Statement(sharing, scope.company, scope.site) }

    /// Shares sites in the order in which all who lock several take them. Changes of a site's people lock it, and so wait.
    static func share(_ sites: Set<ID>, _ scope: CompanyScope, _ transaction: borrowing Transaction) throws {
        for site in sites.sorted() { try transaction.enqueue(share(scope.site(site))) }
    }

    /// Writes every field that an edit can change.
    static func update(_ site: SiteRecord, _ scope: CompanyScope) -> Statement {
        writes.update(site, in: [scope.company.sqlValue])
    }

    static func remove(_ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE sites SET version = version + 1, updated_at = $3, removed_at = $3 WHERE company_id = $1 AND id = $2
            """,
            scope.company, scope.site, now)
    }

    static func insert(_ site: SiteRecord, _ scope: CompanyScope) -> Statement {
        writes.insert(site, in: [scope.company.sqlValue])
    }

    /// No scope: the company is being founded or restored.
    static func insertDepot(of company: Company) -> Statement {
        writes.insert(SiteRecord(depotOf: company), in: [company.id.sqlValue])
    }
}

extension Assignee {
    init(_ row: inout Row) throws {
        self.init(site: try row.next(), user: try row.next(), firstName: try row.next(), lastName: try row.next())
    }

    /// Inserts nothing if the company has no such person.
    static func insert(_ user: User.ID, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO assignments (company_id, site_id, user_id, created_at)
            SELECT u.company_id, $2, u.id, $4 FROM users u WHERE u.company_id = $1 AND u.id = $3 AND u.removed_at IS NULL
            ON CONFLICT DO NOTHING
            """,
            scope.company, scope.site, user, now)
    }

    /// Makes an assigned person a foreman of the site, or one no longer.
    /// - Parameter since: nil if they aren't one.
    static func setForeman(_ user: User.ID, since: Instant?, _ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE assignments SET foreman_since = $4 WHERE company_id = $1 AND site_id = $2 AND user_id = $3",
            scope.company, scope.site, user, since)
    }

    static func remove(_ user: User.ID, _ scope: SiteScope) -> Statement {
        Statement(
            "DELETE FROM assignments WHERE company_id = $1 AND site_id = $2 AND user_id = $3", scope.company,
            scope.site, user)
    }

    /// Unassigns everyone from a site that is being removed.
    static func removeAll(_ scope: SiteScope) -> Statement {
        Statement("DELETE FROM assignments WHERE company_id = $1 AND site_id = $2", scope.company, scope.site)
    }

    /// Unassigns a person who is being removed from all sites.
    static func removeAll(of user: User.ID, _ scope: CompanyScope) -> Statement {
        Statement("DELETE FROM assignments WHERE company_id = $1 AND user_id = $2", scope.company, user)
    }
}

extension Site.Assignment {
    private static let onSite: SQL = """
        SELECT a.user_id, u.first_name, u.last_name, u.phone, a.foreman_since,
            (SELECT MAX(t.checked_in_at) FROM time_entries t
                WHERE t.company_id = a.company_id AND t.site_id = a.site_id AND t.user_id = a.user_id
                    AND t.voided_at IS NULL)
        FROM assignments a JOIN users u ON u.company_id = a.company_id AND u.id = a.user_id
        WHERE a.company_id = $1 AND a.site_id = $2
        ORDER BY a.company_id, a.site_id, a.user_id
        """

    /// The site's people, with the latest check-ins that the scope may see.
    static func all(on site: Site.ID, _ scope: CompanyScope) -> Query<Site.Assignment> {
        let (visitor, seesPeople, seesHours) = (scope.visitor, scope.mayAlso(.readUsers), scope.mayAlso(.readTimes))
        return Query(onSite, scope.company, site) { row in
            let (user, firstName, lastName): (User.ID, String, String) = (
                try row.next(), try row.next(), try row.next()
            )
            let (phone, foremanSince, last): (String?, Instant?, Instant?) = (
                try row.next(), try row.next(), try row.next()
            )
            return Site.Assignment(
                user: user, firstName: firstName, lastName: lastName, phone: seesPeople ? phone : nil,
                foremanSince: foremanSince,
                lastVisited: seesHours && (visitor == nil || visitor == user) ? last : nil)
        }
    }
}

extension Visits {
    private static let onSite: SQL = """
        SELECT MAX(CASE WHEN $3 IS NULL OR t.user_id = $3 THEN t.checked_in_at END),
            CAST(COALESCE(SUM(t.checked_out_at / 60000 - t.checked_in_at / 60000), 0) AS BIGINT)
        FROM time_entries t
        WHERE t.company_id = $1 AND t.site_id = $2 AND t.voided_at IS NULL
        """

    /// One row.
    static func sum(on site: Site.ID, _ scope: CompanyScope) -> Query<Visits> {
        Query(onSite, scope.company, site, scope.visitor) {
            Visits(last: try $0.next(), minutes: Int(try $0.next() as Int64))
        }
    }
}

extension SiteLine {
    fileprivate init(_ row: inout Row) throws {
        self.init(
            record: try SiteRecord(&row), assigned: Int(try row.next() as Int64),
            materials: Int(try row.next() as Int64))
    }
}

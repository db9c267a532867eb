import Storage

extension Material {
    private static let columns = columns(of: "m")
    private static let returned = columns()
    /// When a material was created and the key of its name are written with it, and not read: a site lists hundreds of them.
    private static let writes = StoredWrites<Material>(also: ["created_at", "name_key"])

    private static let counting: SQL = """
        SELECT COUNT(*), COUNT(CASE WHEN m.amount < m.threshold THEN 1 END) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.removed_at IS NULL
        """

    private static let firstPage: SQL = """
        SELECT \(columns) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.removed_at IS NULL
        ORDER BY m.company_id, m.site_id, m.id LIMIT $3
        """

    private static let laterPage: SQL = """
        SELECT \(columns) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.removed_at IS NULL AND m.id > $4
        ORDER BY m.company_id, m.site_id, m.id LIMIT $3
        """

    private static let firstRemoved: SQL = """
        SELECT \(columns) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.removed_at IS NOT NULL
        ORDER BY m.company_id, m.site_id, m.id LIMIT $3
        """

    private static let laterRemoved: SQL = """
        SELECT \(columns) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.removed_at IS NOT NULL AND m.id > $4
        ORDER BY m.company_id, m.site_id, m.id LIMIT $3
        """

    private static let everByID: SQL = """
        SELECT \(columns) FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3
        """

    private static let byID: SQL = "\(everByID) AND m.removed_at IS NULL"

    private static let adjustAmount: SQL = """
        UPDATE materials AS m SET amount = m.amount + $4, version = m.version + 1, updated_at = $5
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3 AND m.removed_at IS NULL
            AND m.amount + $4 BETWEEN 0 AND 9999999999999
        RETURNING \(returned), low_since, created_at
        """

    /// How many materials a site has, and how many of them are running low: one row.
    static func counts(on site: Site.ID, in company: Company.ID) -> Query<MaterialCounts> {
        Query(counting, company, site) { row in
            MaterialCounts(total: Int(try row.next() as Int64), low: Int(try row.next() as Int64))
        }
    }

    /// The first `Site.mostMaterials`, and one more if there are others.
    static func first(on site: Site.ID, _ scope: CompanyScope) -> Query<Material> {
        Query(firstPage, scope.company, site, Int64(Site.mostMaterials) + 1, row: reader(scope))
    }

    /// Reads `columns`, without the price for a reader who may not see it.
    private static func reader(_ scope: CompanyScope) -> @Sendable (inout Row) throws -> Material {
        let seesPrices = scope.seesPrices
        return { seesPrices ? try Material(&$0) : try Material(&$0).withoutPrice }
    }

    /// In the order in which they were added.
    /// - Parameter removed: whether they are the removed ones instead of the present ones.
    static func list(
        _ scope: SiteScope, removed: Bool = false, _ page: PageRequest<Material.ID>
    ) -> Query<Material> {
        if let after = page.after {
            Query(
                removed ? laterRemoved : laterPage, scope.company, scope.site, page.fetchLimit, after,
                row: reader(scope.within))
        } else {
            Query(
                removed ? firstRemoved : firstPage, scope.company, scope.site, page.fetchLimit,
                row: reader(scope.within))
        }
    }

    /// The material, even if it was removed.
    static func oneEver(_ id: Material.ID, _ scope: SiteScope) -> Query<Material> {
        Query(everByID, scope.company, scope.site, id, row: reader(scope.within))
    }

    static func one(_ id: Material.ID, _ scope: SiteScope) -> Query<Material> {
        Query(byID, scope.company, scope.site, id, row: reader(scope.within))
    }

    /// The id, even if the material was removed.
    static func ever(_ id: Material.ID, _ scope: SiteScope) -> Query<Material.ID> {
        Query(
            "SELECT m.id FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3", scope.company,
            scope.site, id
        ) { try $0.next() }
    }

    /// Locks the row until the transaction ends.
    static func lock(_ id: Material.ID, _ scope: SiteScope) -> Statement {
        Statement(
            """
            UPDATE materials SET version = version
            WHERE company_id = $1 AND site_id = $2 AND id = $3 AND removed_at IS NULL
            """,
            scope.company, scope.site, id)
    }

    /// Writes every field that an edit can change.
    static func update(_ material: Material, _ scope: SiteScope) -> Statement {
        writes.update(
            material, in: [scope.company.sqlValue, scope.site.sqlValue],
            also: [.null(.integer), material.nameKey.sqlValue])
    }

    static func remove(_ id: Material.ID, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE materials SET version = version + 1, updated_at = $4, removed_at = $4
            WHERE company_id = $1 AND site_id = $2 AND id = $3
            """,
            scope.company, scope.site, id, now)
    }

    /// Returns no row if the material doesn't exist or its amount would leave the range from 0 to `Quantity.max`.
    static func adjust(
        _ id: Material.ID, by delta: Quantity, _ scope: SiteScope, now: Instant
    ) -> Query<(material: Material, lowSince: Instant?, createdAt: Instant)> {
        Query(adjustAmount, scope.company, scope.site, id, delta, now) {
            (try Material(&$0), try $0.next(), try $0.next())
        }
    }

    static func createdAt(_ id: Material.ID, _ scope: SiteScope) -> Query<Instant> {
        Query(
            "SELECT m.created_at FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3",
            scope.company, scope.site, id
        ) { try $0.next() }
    }

    /// Since when the material has been recorded as running low.
    static func lowSince(_ id: Material.ID, _ scope: SiteScope) -> Query<Instant?> {
        Query(
            "SELECT m.low_since FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3",
            scope.company, scope.site, id
        ) { try $0.next() }
    }

    static func insert(_ material: Material, _ scope: SiteScope) -> Statement {
        writes.insert(
            material, in: [scope.company.sqlValue, scope.site.sqlValue],
            also: [material.updatedAt.sqlValue, material.nameKey.sqlValue])
    }
}

extension Movement {
    /// A movement's columns, its person's name, and the name of the site at a transfer's other end.
    static let columns: SQL = "\(columns(of: "v")), u.first_name, u.last_name, \(otherSite)"

    /// A transfer's movements have ascending ids, each movement into a site right after the one that it came from.
    private static let otherSite: SQL = """
        CASE v.kind
            WHEN 'TRANSFER_OUT' THEN (SELECT n.name FROM sites n WHERE n.company_id = v.company_id AND n.id = (
                SELECT o.site_id FROM movements o WHERE o.company_id = v.company_id AND o.ref_id = v.ref_id AND o.id > v.id
                ORDER BY o.company_id, o.ref_id, o.id LIMIT 1))
            WHEN 'TRANSFER_IN' THEN (SELECT n.name FROM sites n WHERE n.company_id = v.company_id AND n.id = (
                SELECT o.site_id FROM movements o WHERE o.company_id = v.company_id AND o.ref_id = v.ref_id AND o.id < v.id
                ORDER BY o.company_id DESC, o.ref_id DESC, o.id DESC LIMIT 1))
        END
        """

    private static let writes = StoredWrites<Movement>()

    private static let firstPage: SQL = """
        SELECT \(columns) FROM movements v CROSS JOIN users u
        WHERE u.id = v.user_id AND v.company_id = $1 AND v.site_id = $2 AND v.material_id = $3
        ORDER BY v.company_id DESC, v.site_id DESC, v.material_id DESC, v.number DESC LIMIT $4
        """

    private static let laterPage: SQL = """
        SELECT \(columns) FROM movements v CROSS JOIN users u
        WHERE u.id = v.user_id AND v.company_id = $1 AND v.site_id = $2 AND v.material_id = $3 AND v.number < $5
        ORDER BY v.company_id DESC, v.site_id DESC, v.material_id DESC, v.number DESC LIMIT $4
        """

    /// Newest first.
    static func list(_ material: Material.ID, _ scope: SiteScope, _ page: PageRequest<Int64>) -> Query<Movement> {
        if let after = page.after {
            Query(laterPage, scope.company, scope.site, material, page.fetchLimit, after, row: reader(scope.within))
        } else {
            Query(firstPage, scope.company, scope.site, material, page.fetchLimit, row: reader(scope.within))
        }
    }

    /// Reads `columns` for those who see all sites and prices; for others without the price, and without the name of a transfer's other
    /// site, which they may not know.
    static func reader(_ scope: CompanyScope) -> @Sendable (inout Row) throws -> Movement {
        let (seesPrices, seesSites) = (scope.seesPrices, scope.assignee == nil)
        return { row in
            var movement = try Movement(named: &row)
            if !seesPrices { movement.price = nil }
            if !seesSites { movement.otherSiteName = nil }
            return movement
        }
    }

    /// What a material's first two movements were.
    static func firstTwo(of material: Material.ID, _ scope: SiteScope) -> Query<Kind> {
        Query(
            """
            SELECT v.kind FROM movements v WHERE v.company_id = $1 AND v.site_id = $2 AND v.material_id = $3
            ORDER BY v.company_id, v.site_id, v.material_id, v.number LIMIT 2
            """,
            scope.company, scope.site, material
        ) { try $0.next() }
    }

    func insert(of material: Material.ID, _ scope: SiteScope) -> Statement {
        Self.writes.insert(self, in: [scope.company.sqlValue, scope.site.sqlValue, material.sqlValue])
    }

    /// Inserts the two movements of a transfer's line.
    static func insert(
        _ out: Movement, of source: Material.ID, _ from: SiteScope, and into: Movement, of target: Material.ID,
        _ to: SiteScope
    ) -> Statement {
        writes.insert(
            out, in: [from.company.sqlValue, from.site.sqlValue, source.sqlValue],
            and: into, in: [to.company.sqlValue, to.site.sqlValue, target.sqlValue])
    }

    /// Reads `columns`.
    init(named row: inout Row) throws {
        try self.init(&row)
        userName = "\(try row.next() as String) \(try row.next() as String)"
        otherSiteName = try row.next()
    }
}

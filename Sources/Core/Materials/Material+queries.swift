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

    /// How many materials one statement changes.
    private static let adjustedAtOnce = 20

    /// What is added to each material, by its id: the sum of a CASE is looked up in place, and the ids are found by the primary key.
    private static let adjustAmounts: SQL = {
        let places = (0..<adjustedAtOnce).map { (id: "$\(4 + 2 * $0)", delta: "$\(5 + 2 * $0)") }
        let delta = SQL(
            unchecked: "CASE m.id " + places.map { "WHEN \($0.id) THEN \($0.delta) " }.joined() + "END")
        let ids = SQL(unchecked: places.map(\.id).joined(separator: ", "))
        return """
            UPDATE materials AS m SET amount = m.amount + \(delta), version = m.version + 1, updated_at = $3
            WHERE m.company_id = $1 AND m.site_id = $2 AND m.id IN (\(ids)) AND m.removed_at IS NULL
                AND m.amount + \(delta) BETWEEN 0 AND 9999999999999
            RETURNING \(returned), low_since, created_at
            """
    }()

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

    /// The same for several materials, each named once. The rows come in any order.
    static func adjust(
        _ adjustments: [(id: Material.ID, delta: Quantity)], _ scope: SiteScope, now: Instant
    ) -> [Query<(material: Material, lowSince: Instant?, createdAt: Instant)>] {
        if adjustments.count == 1 { return adjustments.map { adjust($0.id, by: $0.delta, scope, now: now) } }
        return stride(from: 0, to: adjustments.count, by: adjustedAtOnce).map { start in
            var values = [scope.company.sqlValue, scope.site.sqlValue, now.sqlValue]
            let some = adjustments.dropFirst(start).prefix(adjustedAtOnce)
            for one in some { values += [one.id.sqlValue, one.delta.sqlValue] }
            // Unused parameters repeat the last material: CASE takes its first match.
            if let last = some.last {
                for _ in some.count..<adjustedAtOnce { values += [last.id.sqlValue, last.delta.sqlValue] }
            }
            return Query(Statement(adjustAmounts, values: values)) { (try Material(&$0), try $0.next(), try $0.next()) }
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

    /// The movements of a transfer of twenty lines travel together.
    private static let writes = StoredWrites<Movement>(atOnce: [40, 8, 2])

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

    /// Inserts the movements of a transfer.
    static func insert(_ movements: [(movement: Movement, material: Material.ID, scope: SiteScope)]) -> [Statement] {
        writes.insert(
            movements.map { one in
                (one.movement, [one.scope.company.sqlValue, one.scope.site.sqlValue, one.material.sqlValue])
            })
    }

    /// Reads `columns`.
    init(named row: inout Row) throws {
        try self.init(&row)
        userName = "\(try row.next() as String) \(try row.next() as String)"
        otherSiteName = try row.next()
    }
}

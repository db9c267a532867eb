extension Material {
    private static let columns: SQL = "m.id, m.name, m.unit, m.amount, m.threshold, m.version, m.updated_at"

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

    private static let byID: SQL = """
        SELECT \(columns) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3 AND m.removed_at IS NULL
        """

    private static let adjustAmount: SQL = """
        UPDATE materials AS m SET amount = m.amount + $4, version = m.version + 1, updated_at = $5
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3 AND m.removed_at IS NULL
            AND m.amount + $4 BETWEEN 0 AND 9999999999999
        RETURNING id, name, unit, amount, threshold, version, updated_at, low_since
        """

    /// How many materials a site has, and how many of them run low: one row.
    static func counts(on site: Site.ID, in company: Company.ID) -> Query<MaterialCounts> {
        Query(counting, company, site) { row in
            MaterialCounts(total: Int(try row.next() as Int64), low: Int(try row.next() as Int64))
        }
    }

    /// Those that come with a site, and one more where there are others.
    static func first(on site: Site.ID, in company: Company.ID) -> Query<Material> {
        Query(firstPage, company, site, Int64(Site.mostMaterials) + 1, row: Material.init)
    }

    /// In the order in which they were added.
    static func list(_ scope: SiteScope, _ page: PageRequest<Material.ID>) -> Query<Material> {
        if let after = page.after {
            Query(laterPage, scope.company, scope.site, page.fetchLimit, after, row: Material.init)
        } else {
            Query(firstPage, scope.company, scope.site, page.fetchLimit, row: Material.init)
        }
    }

    static func one(_ id: Material.ID, _ scope: SiteScope) -> Query<Material> {
        Query(byID, scope.company, scope.site, id, row: Material.init)
    }

    /// The id, also where the material was removed.
    static func ever(_ id: Material.ID, _ scope: SiteScope) -> Query<Material.ID> {
        Query(
            "SELECT m.id FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3", scope.company,
            scope.site, id
        ) { try $0.next() }
    }

    /// Holds the row until the transaction ends.
    static func lock(_ id: Material.ID, _ scope: SiteScope) -> Statement {
        Statement(
            """
            UPDATE materials SET version = version
            WHERE company_id = $1 AND site_id = $2 AND id = $3 AND removed_at IS NULL
            """,
            scope.company, scope.site, id)
    }

    static func update(_ material: Material, _ scope: SiteScope) -> Statement {
        Statement(
            """
            UPDATE materials SET name = $4, unit = $5, amount = $6, threshold = $7, version = $8, updated_at = $9
            WHERE company_id = $1 AND site_id = $2 AND id = $3
            """,
            scope.company, scope.site, material.id, material.name, material.unit, material.amount, material.threshold,
            material.version, material.updatedAt)
    }

    static func remove(_ id: Material.ID, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            UPDATE materials SET version = version + 1, updated_at = $4, removed_at = $4
            WHERE company_id = $1 AND site_id = $2 AND id = $3
            """,
            scope.company, scope.site, id, now)
    }

    /// Answers with nothing where the material isn't there, or its amount would leave 0 to `Quantity.max`.
    static func adjust(
        _ id: Material.ID, by delta: Quantity, _ scope: SiteScope, now: Instant
    ) -> Query<(material: Material, lowSince: Instant?)> {
        Query(adjustAmount, scope.company, scope.site, id, delta, now) { (try Material(&$0), try $0.next()) }
    }

    /// Since when a material is known to run low.
    static func lowSince(_ id: Material.ID, _ scope: SiteScope) -> Query<Instant?> {
        Query(
            "SELECT m.low_since FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3",
            scope.company, scope.site, id
        ) { try $0.next() }
    }

    static func insert(_ id: Material.ID, _ material: NewMaterial, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO materials (company_id, site_id, id, name, unit, amount, threshold, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            """,
            scope.company, scope.site, id, material.name, material.unit, material.amount, material.threshold, now)
    }

    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), name: try row.next(), unit: try row.next(), amount: try row.next(),
            threshold: try row.next(), version: try row.next(), updatedAt: try row.next())
    }
}

extension Movement {
    static let columns: SQL = """
        v.number, v.id, v.delta, v.amount_after, v.note, v.user_id, u.first_name, u.last_name, v.at, v.created_at
        """

    private static let insertion: SQL = """
        INSERT INTO movements (company_id, site_id, material_id, number, id, delta, amount_after, note, user_id, at,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """

    private static let firstPage: SQL = """
        SELECT \(columns) FROM movements v JOIN users u ON u.id = v.user_id
        WHERE v.company_id = $1 AND v.site_id = $2 AND v.material_id = $3
        ORDER BY v.company_id DESC, v.site_id DESC, v.material_id DESC, v.number DESC LIMIT $4
        """

    private static let laterPage: SQL = """
        SELECT \(columns) FROM movements v JOIN users u ON u.id = v.user_id
        WHERE v.company_id = $1 AND v.site_id = $2 AND v.material_id = $3 AND v.number < $5
        ORDER BY v.company_id DESC, v.site_id DESC, v.material_id DESC, v.number DESC LIMIT $4
        """

    /// Newest first.
    static func list(_ material: Material.ID, _ scope: SiteScope, _ page: PageRequest<Int64>) -> Query<Movement> {
        if let after = page.after {
            Query(laterPage, scope.company, scope.site, material, page.fetchLimit, after, row: Movement.init)
        } else {
            Query(firstPage, scope.company, scope.site, material, page.fetchLimit, row: Movement.init)
        }
    }

    /// - Parameter material: as the change left it.
    static func insert(
        _ id: Movement.ID, of material: Material, _ adjustment: Adjustment, _ scope: SiteScope, now: Instant
    ) -> Statement {
        Statement(
            insertion, scope.company, scope.site, material.id, material.version, id, adjustment.delta, material.amount,
            adjustment.note, scope.actor.user.id, adjustment.at ?? now, now)
    }

    init(_ row: inout Row) throws {
        self.init(
            number: try row.next(), id: try row.next(), delta: try row.next(), amountAfter: try row.next(),
            note: try row.next(), user: try row.next(),
            userName: "\(try row.next() as String) \(try row.next() as String)", at: try row.next(),
            createdAt: try row.next())
    }
}

extension Company {
    private static let selection: SQL = """
        SELECT c.id, c.name, c.street_number, c.street, c.city, c.postal_code, c.country, c.time_zone, c.language,
            (SELECT COUNT(*) FROM sites s WHERE s.company_id = c.id AND s.removed_at IS NULL),
            (SELECT COUNT(*) FROM users u WHERE u.company_id = c.id AND u.removed_at IS NULL),
            c.version, c.created_at, c.updated_at, c.suspended_at,
            (SELECT MIN(f.created_at) FROM unproven_founders f WHERE f.company_id = c.id)
        FROM companies c
        """

    private static let byID: SQL = "\(selection) WHERE c.id = $1"
    private static let page: SQL = "\(selection) WHERE c.id > $1 ORDER BY c.id LIMIT $2"
    private static let idByID: SQL = "SELECT c.id FROM companies c WHERE c.id = $1"

    static func one(_ scope: CompanyScope) -> Query<Company> { Query(byID, scope.company, row: Company.init) }

    /// The hidden one has the lowest id, so that every page begins after it.
    static func list(_ page: PageRequest<ID>) -> Query<Company> {
        Query(Self.page, max(page.after ?? platform, platform), page.fetchLimit, row: Company.init)
    }

    static func exists(_ scope: CompanyScope) -> Query<ID> {
        Query(idByID, scope.company) { try $0.next() }
    }

    /// Nothing where there is no such company.
    static func timeZone(_ scope: CompanyScope) -> Query<String> {
        Query("SELECT c.time_zone FROM companies c WHERE c.id = $1", scope.company) { try $0.next() }
    }

    static func language(_ scope: CompanyScope) -> Query<Language> {
        Query("SELECT c.language FROM companies c WHERE c.id = $1", scope.company) { try $0.next() }
    }

    /// For what a person's own password must not be made of. No scope: the person, or their one-time token, names the company.
    static func name(_ id: ID) -> Query<String> {
        Query("SELECT c.name FROM companies c WHERE c.id = $1", id) { try $0.next() }
    }

    /// Holds the row until the transaction ends.
    static func lock(_ scope: CompanyScope) -> Statement { lock(scope.company) }

    /// No scope: who erases a company has found it by themselves.
    static func lock(_ id: ID) -> Statement {
        Statement("UPDATE companies SET version = version WHERE id = $1", id)
    }

    static func delete(_ id: ID) -> Statement { Statement("DELETE FROM companies WHERE id = $1", id) }

    static func insert(_ id: ID, name: String, address: Address, language: Language, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO companies (id, name, \(Address.columns), time_zone, language, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'Europe/Berlin', $8, $9, $9)
            """,
            id, name, address.streetNumber, address.street, address.city, address.postalCode, address.country, language,
            now)
    }

    /// Writes all that may change, as the next version.
    static func update(
        _ scope: CompanyScope, name: String, address: Address, timeZone: String, language: Language, now: Instant
    ) -> Statement {
        Statement(
            """
            UPDATE companies SET name = $2, street_number = $3, street = $4, city = $5, postal_code = $6, country = $7,
                time_zone = $8, language = $9, version = version + 1, updated_at = $10
            WHERE id = $1
            """,
            scope.company, name, address.streetNumber, address.street, address.city, address.postalCode,
            address.country, timeZone, language, now)
    }

    /// Suspends it, or lets it go on (nil), as the next version.
    static func suspend(_ scope: CompanyScope, since instant: Instant?, now: Instant) -> Statement {
        Statement(
            "UPDATE companies SET suspended_at = $2, version = version + 1, updated_at = $3 WHERE id = $1",
            scope.company,
            instant, now)
    }

    /// Nothing where it isn't suspended. No scope: who signs in has none yet.
    static func suspended(_ id: ID) -> Query<ID> {
        Query("SELECT c.id FROM companies c WHERE c.id = $1 AND c.suspended_at IS NOT NULL", id) { try $0.next() }
    }

    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), name: try row.next(), address: try Address(&row), timeZone: try row.next(),
            language: try row.next(), siteCount: Int(try row.next() as Int64), userCount: Int(try row.next() as Int64),
            version: try row.next(), createdAt: try row.next(), updatedAt: try row.next())
        (suspendedAt, unprovenSince) = (try row.next(), try row.next())
    }
}

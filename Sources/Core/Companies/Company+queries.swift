extension Company {
    private static let byID: SQL = """
        SELECT c.id, c.name, c.street_number, c.street, c.city, c.postal_code, c.country, c.time_zone, c.language,
            (SELECT COUNT(*) FROM sites s WHERE s.company_id = c.id AND s.removed_at IS NULL),
            (SELECT COUNT(*) FROM users u WHERE u.company_id = c.id AND u.removed_at IS NULL),
            c.version, c.created_at, c.updated_at
        FROM companies c WHERE c.id = $1
        """

    private static let idByID: SQL = "SELECT c.id FROM companies c WHERE c.id = $1"

    static func one(_ scope: CompanyScope) -> Query<Company> {
        Query(byID, scope.company) { row in
            Company(
                id: try row.next(), name: try row.next(), address: try Address(&row), timeZone: try row.next(),
                language: try row.next(), siteCount: Int(try row.next() as Int64),
                userCount: Int(try row.next() as Int64),
                version: try row.next(), createdAt: try row.next(), updatedAt: try row.next())
        }
    }

    static func exists(_ scope: CompanyScope) -> Query<ID> {
        Query(idByID, scope.company) { try $0.next() }
    }

    static func insert(_ id: ID, name: String, address: Address, language: Language, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO companies (id, name, \(Address.columns), time_zone, language, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'Europe/Berlin', $8, $9, $9)
            """,
            id, name, address.streetNumber, address.street, address.city, address.postalCode, address.country, language,
            now)
    }
}

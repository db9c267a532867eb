import Storage

extension Company {
    private static let own = columns(of: "c")

    private static let selection: SQL = """
        SELECT \(own),
            (SELECT COUNT(*) FROM sites s WHERE s.company_id = c.id AND s.removed_at IS NULL AND s.kind = 'SITE'),
            (SELECT COUNT(*) FROM users u WHERE u.company_id = c.id AND u.removed_at IS NULL),
            (SELECT MIN(f.created_at) FROM unproven_founders f WHERE f.company_id = c.id)
        FROM companies c
        """

    private static let writes = StoredWrites<Company>()

    private static let byID: SQL = "\(selection) WHERE c.id = $1"
    private static let page: SQL = "\(selection) WHERE c.id > $1 ORDER BY c.id LIMIT $2"
    private static let idByID: SQL = "SELECT c.id FROM companies c WHERE c.id = $1"

    static func one(_ scope: CompanyScope) -> Query<Company> { Query(byID, scope.company, row: Company.init(counted:)) }

    /// The operators' company has the lowest id: every page begins after it.
    static func list(_ page: PageRequest<ID>) -> Query<Company> {
        Query(Self.page, max(page.after ?? platform, platform), page.fetchLimit, row: Company.init(counted:))
    }

    static func exists(_ scope: CompanyScope) -> Query<ID> {
        Query(idByID, scope.company) { try $0.next() }
    }

    /// No row if there is no such company.
    static func timeZone(_ scope: CompanyScope) -> Query<String> {
        Query("SELECT c.time_zone FROM companies c WHERE c.id = $1", scope.company) { try $0.next() }
    }

    /// What a day of work depends on. No row if there is no such company.
    static func workRules(_ scope: CompanyScope) -> Query<WorkRules> {
        Query(
            """
            SELECT c.time_zone, c.break_rule, c.region, c.local_holidays, c.hours_from FROM companies c WHERE c.id = $1
            """,
            scope.company
        ) {
            WorkRules(
                timeZone: try $0.next(), breakRule: try $0.next(), region: try $0.next(), localHolidays: try $0.next(),
                hoursFrom: try $0.next())
        }
    }

    struct WorkRules: Sendable {
        let timeZone: String
        let breakRule: BreakRule
        let region: Region?
        let localHolidays: LocalHolidays
        /// Hours of earlier days were erased.
        let hoursFrom: Day?
    }

    static func language(_ scope: CompanyScope) -> Query<Language> {
        Query("SELECT c.language FROM companies c WHERE c.id = $1", scope.company) { try $0.next() }
    }

    /// For the rule that a person's password may not consist of the company's name. No scope: the person, or their one-time token, names
    /// the company.
    static func name(_ id: ID) -> Query<String> {
        Query("SELECT c.name FROM companies c WHERE c.id = $1", id) { try $0.next() }
    }

    /// Locks the row until the transaction ends.
    static func lock(_ scope: CompanyScope) -> Statement { lock(scope.company) }

    /// No scope: abandoned companies are erased without one.
    static func lock(_ id: ID) -> Statement {
        Statement("UPDATE companies SET version = version WHERE id = $1", id)
    }

    static func delete(_ id: ID) -> Statement { Statement("DELETE FROM companies WHERE id = $1", id) }

    var insertion: Statement { Self.writes.insert(self, in: []) }

    /// Updates all editable columns, and increments the version.
    var update: Statement { Self.writes.update(self, in: []) }

    /// Suspends the company, or resumes it (nil), and increments the version.
    static func suspend(_ scope: CompanyScope, since instant: Instant?, now: Instant) -> Statement {
        Statement(
            "UPDATE companies SET suspended_at = $2, version = version + 1, updated_at = $3 WHERE id = $1",
            scope.company,
            instant, now)
    }

    /// No row if it isn't suspended. No scope: a person who is signing in has none yet.
    static func suspended(_ id: ID) -> Query<ID> {
        Query("SELECT c.id FROM companies c WHERE c.id = $1 AND c.suspended_at IS NOT NULL", id) { try $0.next() }
    }

    /// Reads `selection`.
    init(counted row: inout Row) throws {
        try self.init(&row)
        (siteCount, userCount) = (Int(try row.next() as Int64), Int(try row.next() as Int64))
        unprovenSince = try row.next()
    }
}

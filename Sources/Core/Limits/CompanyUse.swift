import Storage

/// How much of a limit a company uses, and the limit's value for it.
struct CompanyUse: Sendable {
    let used: Int64
    /// The value that an operator set; nil for the standard.
    let value: Int64?

    /// - Parameter count: how many are to be added.
    /// - Throws: the refusal `code` if they exceed the limit.
    func check(_ code: LimitRefusal, adding count: Int64 = 1) throws {
        let most = code.limit.value(value)
        guard count <= most.subtracting(used) else { throw code.refusal(most) }
    }

    private init(_ row: inout Row) throws { (used, value) = (try row.next(), try row.next()) }

    // Each statement counts by an index that holds nothing else, so that its cost is bounded by the limit.

    private static let valueOfCompany: SQL = """
        (SELECT l.value FROM company_limits l WHERE l.company_id = $1 AND l.name = $2)
        """

    private static let peopleOf: SQL = """
        SELECT (SELECT COUNT(*) FROM users u WHERE u.company_id = $1 AND u.removed_at IS NULL), \(valueOfCompany)
        """

    private static let sitesOf: SQL = """
        SELECT (SELECT COUNT(*) FROM sites s WHERE s.company_id = $1 AND s.removed_at IS NULL AND s.kind = 'SITE'), \(valueOfCompany)
        """

    private static let activeSitesOf: SQL = """
        SELECT (
                SELECT COUNT(*) FROM sites s
                WHERE s.company_id = $1 AND s.status = 'ACTIVE' AND s.removed_at IS NULL AND s.kind = 'SITE'),
            \(valueOfCompany)
        """

    private static let materialsOf: SQL = """
        SELECT (SELECT COUNT(*) FROM materials m
            WHERE m.company_id = $1 AND m.site_id = $3 AND m.removed_at IS NULL), \(valueOfCompany)
        """

    /// Exact while the transaction holds the company's row, as are the next two.
    static func people(_ company: Company.ID) -> Query<CompanyUse> {
        Query(peopleOf, company, Limit.people, row: CompanyUse.init)
    }

    static func sites(_ company: Company.ID) -> Query<CompanyUse> {
        Query(sitesOf, company, Limit.sites, row: CompanyUse.init)
    }

    static func activeSites(_ company: Company.ID) -> Query<CompanyUse> {
        Query(activeSitesOf, company, Limit.activeSites, row: CompanyUse.init)
    }

    /// Exact while the transaction holds the site's row.
    static func materials(_ scope: SiteScope) -> Query<CompanyUse> {
        Query(materialsOf, scope.company, Limit.siteMaterials, scope.site, row: CompanyUse.init)
    }
}

/// How much of a limit a company uses, and what the limit is for it.
struct CompanyUse: Sendable {
    let used: Int64
    /// What an operator set; nil for the standard.
    let value: Int64?

    /// Throws where there is no place for one more.
    func check(_ code: LimitRefusal) throws {
        let most = code.limit.value(value)
        guard used < most else { throw code.refusal(most) }
    }

    private init(_ row: inout Row) throws { (used, value) = (try row.next(), try row.next()) }

    // Each counts what is there by an index that holds nothing else, so that it costs no more than the limit allows to be there.

    private static let valueOfCompany: SQL = """
        (SELECT l.value FROM company_limits l WHERE l.company_id = $1 AND l.name = $2)
        """

    private static let peopleOf: SQL = """
        SELECT (SELECT COUNT(*) FROM users u WHERE u.company_id = $1 AND u.removed_at IS NULL), \(valueOfCompany)
        """

    private static let sitesOf: SQL = """
        SELECT (SELECT COUNT(*) FROM sites s WHERE s.company_id = $1 AND s.removed_at IS NULL), \(valueOfCompany)
        """

    private static let activeSitesOf: SQL = """
        SELECT (SELECT COUNT(*) FROM sites s WHERE s.company_id = $1 AND s.status = 'ACTIVE' AND s.removed_at IS NULL),
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

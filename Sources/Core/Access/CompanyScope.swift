/// Leave to work within one company. Only an `Actor` can make one, after looking at the permission table, and every query
/// on a company's rows asks for one: a query that nobody authorised doesn't compile.
public struct CompanyScope: Sendable {
    public let company: Company.ID
    /// Set where the leave goes only as far as the sites this person is assigned to.
    let assignee: User.ID?

    init(company: Company.ID, assignee: User.ID?) {
        self.company = company
        self.assignee = assignee
    }
}

/// Leave to work on one site of a company. The query decides whether the site is there and, where `assignee` is set,
/// whether the person is assigned to it: nothing is asked beforehand.
public struct SiteScope: Sendable {
    public let company: Company.ID
    public let site: Site.ID
    let assignee: User.ID?

    init(within scope: CompanyScope, site: Site.ID) {
        (company, assignee) = (scope.company, scope.assignee)
        self.site = site
    }
}

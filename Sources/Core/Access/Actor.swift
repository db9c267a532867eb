/// Whoever makes a request: a person with an active account, and the session they came with.
public struct Actor: Sendable {
    public let session: Session.ID
    public let user: User

    package init(session: Session.ID, user: User) { (self.session, self.user) = (session, user) }

    /// The scope in which this person may do something in a company. A company that isn't theirs is not found.
    public func scope(_ company: Company.ID, for permission: Permission) throws -> CompanyScope {
        // The operators' own company is hidden from everybody.
        guard company != Company.platform else { throw Refusal.notFound("company") }
        guard let reach = user.role.reach(of: permission) else {
            guard user.companyID == company else { throw Refusal.notFound("company") }
            throw Refusal.forbidden("Your role doesn't allow this.")
        }
        switch reach {
        case .anyCompany:
            return CompanyScope(company: company, assignee: nil)
        case .ownCompany, .assignedSites:
            guard user.companyID == company else { throw Refusal.notFound("company") }
            return CompanyScope(company: company, assignee: reach == .assignedSites ? user.id : nil)
        }
    }

    /// The scope in which this person may do something on one site of a company.
    public func scope(_ company: Company.ID, _ site: Site.ID, for permission: Permission) throws -> SiteScope {
        SiteScope(within: try scope(company, for: permission), site: site)
    }
}

/// Whoever makes a request: a person with an active account, and the session they came with.
public struct Actor: Sendable {
    public let session: Session.ID
    public let user: User
    /// What is known of the session's use.
    let use: Session.Use
    /// Where the request came from.
    public var source = RequestSource.none
    /// Whether their company is suspended.
    var isSuspended = false
    /// The session as records name it: nil at the command line, which has none.
    let recordedSession: Session.ID?

    package init(session: Session.ID, user: User, use: Session.Use = Session.Use()) {
        (self.session, self.user, self.use) = (session, user, use)
        recordedSession = session
    }

    /// An operator who acts by the server's command line.
    init(atCommandLine user: User, _ runtime: Runtime) {
        (session, self.user, use, recordedSession) = (runtime.newID(), user, Session.Use(), nil)
    }

    /// Until when the person counts as the one who knows the password, for sensitive acts: ten minutes after the session's sign-in
    /// or its last `Accounts.confirm`. Nil where that has passed.
    public func confirmedUntil(now: Instant) -> Instant? {
        use.confirmedAt.map { $0 + Session.confirmation }.flatMap { $0 > now ? $0 : nil }
    }

    /// The scope in which this person may do something in a company. A company that isn't theirs is not found.
    public func scope(_ company: Company.ID, for permission: Permission) throws -> CompanyScope {
        // The operators' own company is hidden from everybody.
        guard company != Company.platform else { throw Company.notFound }
        guard let reach = user.role.reach(of: permission) else {
            guard user.role == .admin || user.companyID == company else { throw Company.notFound }
            throw Refusal(AccessRefusal.roleForbids)
        }
        guard reach == .anyCompany || user.companyID == company else { throw Company.notFound }
        return CompanyScope(company: company, actor: self, permission: permission, reach: reach)
    }

    /// The scope in which this person may do something on one site of a company.
    public func scope(_ company: Company.ID, _ site: Site.ID, for permission: Permission) throws -> SiteScope {
        try scope(company, for: permission).site(site)
    }

    /// Throws where this person may not do something that concerns no single company.
    public func check(_ permission: Permission) throws {
        guard user.role.reach(of: permission) == .anyCompany else { throw Refusal(AccessRefusal.roleForbids) }
    }
}

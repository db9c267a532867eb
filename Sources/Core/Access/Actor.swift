public import Storage

/// A person who makes requests: their account, which is active unless `switchedOffAt` says otherwise, and the session they use. Or a program
/// that acts for a person with an API token.
public struct Actor: Sendable {
    /// What the database says of a session and its person.
    struct Record: Sendable, Equatable {
        let session: Session.ID
        let user: User
        let use: Session.Use
        var switchedOffAt: Instant?
        var isSuspended = false
        var demandedFactors: Int64?
    }

    public let session: Session.ID
    public let user: User
    /// The confirmation and last use of the session.
    let use: Session.Use
    /// The origin of the request.
    public var source = RequestSource.none
    /// Whether the person's company is suspended.
    var isSuspended = false
    /// How many second factors the person has, if they are one of those who may need one; nil for all others.
    var demandedFactors: Int64?
    /// When the person was switched off: the session may only report what was done before. Nil for all others.
    var switchedOffAt: Instant?
    /// The session's id in records; nil at the command line and for a token, which have no session.
    let recordedSession: Session.ID?
    /// The token that the request came with; nil for a person.
    public let token: APIToken.Grant?

    package init(session: Session.ID, user: User, use: Session.Use = Session.Use()) {
        (self.session, self.user, self.use) = (session, user, use)
        recordedSession = session
        token = nil
    }

    init(_ record: Record) {
        self.init(session: record.session, user: record.user, use: record.use)
        (switchedOffAt, isSuspended) = (record.switchedOffAt, record.isSuspended)
        demandedFactors = record.demandedFactors
    }

    /// A program that acts for a person.
    /// - Parameter session: an id in place of a session's. No record has it.
    init(with token: APIToken.Grant, of user: User, session: Session.ID) {
        (self.session, self.user, use, recordedSession) = (session, user, Session.Use(), nil)
        self.token = token
    }

    /// An operator at the server's command line.
    init(atCommandLine user: User, _ runtime: Runtime) {
        (session, self.user, use, recordedSession) = (
            runtime.newID(), user, Session.Use(confirmedAt: runtime.now()), nil
        )
        token = nil
    }

    /// When the confirmation of the password expires, which sensitive acts need: ten minutes after the session's sign-in or its last
    /// `Accounts.confirm`. Nil if it has expired.
    public func confirmedUntil(now: Instant) -> Instant? {
        use.confirmedAt.map { $0 + Session.confirmation }.flatMap { $0 > now ? $0 : nil }
    }

    /// The scope for one permission in a company.
    /// - Throws: `CompanyRefusal.notFound` if the company isn't this person's and they may not act in others; `AccessRefusal.roleForbids`
    ///   if their role lacks the permission; for a token, the errors of `APIToken.Grant.check`.
    public func scope(_ company: Company.ID, for permission: Permission) throws -> CompanyScope {
        // The operators' own company is hidden from everyone.
        guard company != Company.platform else { throw Company.notFound }
        guard let reach = user.role.reach(of: permission) else {
            guard user.role == .admin || user.companyID == company else { throw Company.notFound }
            throw Refusal(AccessRefusal.roleForbids)
        }
        guard reach == .anyCompany || user.companyID == company else { throw Company.notFound }
        try token?.check(permission)
        return CompanyScope(company: company, actor: self, permission: permission, reach: reach)
    }

    /// The scope for one permission on one site of a company. The queries that take it check that the site exists.
    /// - Throws: as `scope(_:for:)`.
    public func scope(_ company: Company.ID, _ site: Site.ID, for permission: Permission) throws -> SiteScope {
        try scope(company, for: permission).site(site)
    }

    /// Checks a permission that concerns no single company.
    /// - Throws: `AccessRefusal.roleForbids` if this person's role lacks it; for a token, the errors of `APIToken.Grant.check`.
    public func check(_ permission: Permission) throws {
        try token?.check(permission)
        guard user.role.reach(of: permission) == .anyCompany else { throw Refusal(AccessRefusal.roleForbids) }
    }
}

/// A permission within one company. Only an `Actor` creates one, after checking the permission table, and the queries on a company's sites,
/// material, time entries, mails and audit entries take one: an unauthorised query doesn't compile. Queries on accounts take the company's
/// id instead, because people also act on their own account, and so do holders of a token.
public struct CompanyScope: Sendable {
    public let company: Company.ID
    /// The person who has the permission.
    public let actor: Actor
    let permission: Permission
    /// The person to whose assigned sites the permission is limited; nil for all sites.
    let assignee: User.ID?
    /// Whether the permission is limited to sites whose foreman the person is.
    let isForLeaders: Bool
    /// The person to whose records the permission is limited; nil for everyone's.
    let person: User.ID?
    /// The only person whose time entries are visible; nil if everyone's are.
    let visitor: User.ID?

    init(company: Company.ID, actor: Actor, permission: Permission, reach: Reach) {
        (self.company, self.actor, self.permission) = (company, actor, permission)
        assignee = reach == .assignedSites || reach == .ledSites ? actor.user.id : nil
        isForLeaders = reach == .ledSites
        person = reach == .ownRecords ? actor.user.id : nil
        visitor = reach == .assignedSites ? actor.user.id : nil
    }

    private init(_ scope: CompanyScope, assignee: User.ID?) {
        (company, actor, permission, person) = (scope.company, scope.actor, scope.permission, scope.person)
        (visitor, isForLeaders) = (scope.visitor, scope.isForLeaders)
        self.assignee = assignee
    }

    /// The same permission on one site.
    public func site(_ id: Site.ID) -> SiteScope { SiteScope(within: self, site: id) }

    /// The same permission, limited to the sites that a person is assigned to. Nil if it is limited to another person's sites.
    func narrowed(toSitesOf user: User.ID) -> CompanyScope? {
        assignee == nil || assignee == user ? CompanyScope(self, assignee: user) : nil
    }

    /// Whether the person may see what material costs.
    var seesPrices: Bool { actor.user.role != .worker && (mayAlso(.readCosts) || mayAlso(.changeMaterials)) }

    /// Whether an API token has another scope, too, that some of an answer is for. A person has what their role allows.
    func mayAlso(_ other: Permission) -> Bool { actor.token?.scopes.contains(other) ?? true }

    /// Whether the person may read what was removed.
    var readsArchive: Bool { actor.user.role != .worker }

    /// - Throws: `AccessRefusal.roleForbids` if the person may not read what was removed.
    func checkArchive() throws {
        guard readsArchive else { throw Refusal(AccessRefusal.roleForbids) }
    }

    /// Refuses a scope that was created for another permission.
    /// - Throws: `AccessRefusal.roleForbids`.
    func check(_ needed: Permission) throws {
        guard permission == needed else { throw Refusal(AccessRefusal.roleForbids) }
    }
}

/// A permission on one site of a company. No query runs beforehand: the one that takes the scope checks that the site exists and, if
/// `assignee` is set, that the person is assigned to it.
public struct SiteScope: Sendable {
    let within: CompanyScope
    public let site: Site.ID

    public var company: Company.ID { within.company }
    public var actor: Actor { within.actor }
    var assignee: User.ID? { within.assignee }
    var person: User.ID? { within.person }

    init(within scope: CompanyScope, site: Site.ID) { (within, self.site) = (scope, site) }

    func check(_ needed: Permission) throws { try within.check(needed) }
}

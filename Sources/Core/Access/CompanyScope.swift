/// Leave to do one kind of thing within one company. Only an `Actor` makes one, after looking at the permission table, and the
/// queries on a company's sites, material, hours, mails and history ask for one: what nobody authorised doesn't compile. Those
/// on accounts name the company instead, because people also act on their own account, and holders of a token on theirs.
public struct CompanyScope: Sendable {
    public let company: Company.ID
    /// Who was given the leave.
    public let actor: Actor
    let permission: Permission
    /// Set where the leave goes only as far as the sites this person is assigned to.
    let assignee: User.ID?
    /// Set where the leave goes only as far as what is recorded of this person.
    let person: User.ID?
    /// Set where of people's visits only this person's are seen.
    let visitor: User.ID?

    init(company: Company.ID, actor: Actor, permission: Permission, reach: Reach) {
        (self.company, self.actor, self.permission) = (company, actor, permission)
        assignee = reach == .assignedSites ? actor.user.id : nil
        person = reach == .ownRecords ? actor.user.id : nil
        visitor = reach == .assignedSites ? actor.user.id : nil
    }

    private init(_ scope: CompanyScope, assignee: User.ID?) {
        (company, actor, permission, person) = (scope.company, scope.actor, scope.permission, scope.person)
        visitor = scope.visitor
        self.assignee = assignee
    }

    /// The same leave, on one site.
    public func site(_ id: Site.ID) -> SiteScope { SiteScope(within: self, site: id) }

    /// The same leave, for the sites that somebody is assigned to. Nil where it doesn't reach so far.
    func narrowed(toSitesOf user: User.ID) -> CompanyScope? {
        assignee == nil || assignee == user ? CompanyScope(self, assignee: user) : nil
    }

    /// Refuses leave that was given for something else.
    func check(_ needed: Permission) throws {
        guard permission == needed else { throw Refusal(AccessRefusal.roleForbids) }
    }
}

/// Leave to do one kind of thing on one site of a company. The query decides whether the site is there and, where `assignee`
/// is set, whether the person is assigned to it: nothing is asked beforehand.
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

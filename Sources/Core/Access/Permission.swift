/// What somebody may do, one entry for each line of the permission table.
public enum Permission: String, Sendable, CaseIterable {
    case listCompanies
    case readCompany
    case changeCompany
    /// Refuse a company's people, and let them in again.
    case suspendCompany
    /// Take a copy of all that a company has.
    case copyCompany
    case removeCompany
    case readAnyUser
    /// See how the server is doing, and tell everyone something.
    case operate
    case readUsers
    case inviteUsers
    case changeUsers
    case readSites
    case changeSites
    case changeMaterials
    case adjustAmounts
    case checkIn
    case readTimes
    case correctTimes
    case readAudit
    case readMails
}

/// How far a permission goes.
public enum Reach: Sendable {
    case anyCompany
    case ownCompany
    /// The sites of the own company that the person is assigned to.
    case assignedSites
    /// In the own company, what is recorded of the person themselves.
    case ownRecords
}

extension Role {
    /// The permission table. Nil where the role doesn't have the permission at all.
    public func reach(of permission: Permission) -> Reach? {
        switch (permission, self) {
        case (.checkIn, .admin): nil
        case (_, .admin): .anyCompany
        case (.listCompanies, _), (.suspendCompany, _), (.copyCompany, _), (.removeCompany, _), (.readAnyUser, _),
            (.operate, _):
            nil
        case (_, .manager): .ownCompany
        case (.readCompany, .worker): .ownCompany
        case (.readSites, .worker), (.adjustAmounts, .worker), (.checkIn, .worker): .assignedSites
        case (.readTimes, .worker): .ownRecords
        case (.changeCompany, .worker), (.readUsers, .worker), (.inviteUsers, .worker), (.changeUsers, .worker),
            (.changeSites, .worker), (.changeMaterials, .worker), (.correctTimes, .worker), (.readAudit, .worker),
            (.readMails, .worker):
            nil
        }
    }

    /// The roles that somebody of this role may give. An operator belongs to no company, so that nobody in a company becomes
    /// one: the command line makes them.
    public var givable: [Role] { self == .worker ? [] : [.manager, .worker] }

    /// Whether somebody of this role may change or remove a person of that one.
    public func mayChange(_ other: Role) -> Bool { self == .admin || (self == .manager && other == .worker) }
}

/// A permission: one line of the permission table.
public enum Permission: String, Sendable, CaseIterable {
    case listCompanies
    case readCompany
    case changeCompany
    /// Suspend a company, and resume it.
    case suspendCompany
    /// Export everything that a company has.
    case copyCompany
    case removeCompany
    case readAnyUser
    /// See the server's state, and publish a notice to everyone.
    case operate
    case readUsers
    case inviteUsers
    case changeUsers
    case readSites
    case changeSites
    case changeMaterials
    case adjustAmounts
    /// Move material from one site to another.
    case moveMaterial
    case checkIn
    case readTimes
    /// See what a site has cost.
    case readCosts
    /// Record hours of other people.
    case enterTimes
    case correctTimes
    /// Submit days of hours.
    case submitTimes
    /// Approve days of hours, and reopen them.
    case approveTimes
    /// Compare the company's hours with their chain of hashes.
    case verifyHours
    /// See and make files for payroll, and set what they need.
    case exportHours
    case readClarifications
    /// Book or decline what was reported late.
    case decideClarifications
    case readAbsences
    /// Ask for absences, enter them, and answer those that were asked for.
    case changeAbsences
    /// Say how long people are to work.
    case changeTargets
    case readAudit
    case readMails
    /// Make, see and revoke API tokens.
    case manageTokens
}

/// How far a permission goes.
public enum Reach: Sendable {
    case anyCompany
    case ownCompany
    /// The own company's sites that the person is assigned to.
    case assignedSites
    /// The own company's sites whose foreman the person is.
    case ledSites
    /// In the own company, records of the person themselves; on sites whose foreman they are, everyone's.
    case ownRecords
}

extension Permission {
    /// Whether an API token can have it as a scope. Accounts, the company's own rules and tokens are for people, who prove who they are.
    public var isForTokens: Bool {
        switch self {
        case .readCompany, .readUsers, .readSites, .changeSites, .changeMaterials, .adjustAmounts, .moveMaterial,
            .checkIn,
            .readTimes, .readCosts, .enterTimes, .correctTimes, .submitTimes, .approveTimes, .verifyHours, .exportHours,
            .readClarifications, .decideClarifications, .readAbsences, .changeAbsences, .changeTargets, .readAudit,
            .readMails:
            true
        case .listCompanies, .changeCompany, .suspendCompany, .copyCompany, .removeCompany, .readAnyUser, .operate,
            .inviteUsers, .changeUsers, .manageTokens:
            false
        }
    }
}

extension Role {
    /// The permission table. Nil if the role lacks the permission.
    public func reach(of permission: Permission) -> Reach? {
        switch (permission, self) {
        // A token acts for a person of the company whose data it reads.
        case (.checkIn, .admin), (.manageTokens, .admin): nil
        case (_, .admin): .anyCompany
        case (.listCompanies, _), (.suspendCompany, _), (.copyCompany, _), (.removeCompany, _), (.readAnyUser, _),
            (.operate, _):
            nil
        case (_, .manager): .ownCompany
        case (.readCompany, .worker), (.readCompany, .bookkeeper), (.readUsers, .bookkeeper), (.readSites, .bookkeeper),
            (.readTimes, .bookkeeper), (.verifyHours, .bookkeeper), (.readCosts, .bookkeeper),
            (.readClarifications, .bookkeeper), (.submitTimes, .bookkeeper), (.approveTimes, .bookkeeper),
            (.readAbsences, .bookkeeper), (.changeAbsences, .bookkeeper), (.changeTargets, .bookkeeper),
            (.exportHours, .bookkeeper):
            .ownCompany
        case (_, .bookkeeper): nil
        case (.readSites, .worker), (.adjustAmounts, .worker), (.checkIn, .worker): .assignedSites
        case (.readTimes, .worker), (.readClarifications, .worker), (.submitTimes, .worker), (.readAbsences, .worker),
            (.changeAbsences, .worker):
            .ownRecords
        case (.enterTimes, .worker), (.correctTimes, .worker), (.moveMaterial, .worker),
            (.decideClarifications, .worker):
            .ledSites
        case (.changeCompany, .worker), (.readUsers, .worker), (.inviteUsers, .worker), (.changeUsers, .worker),
            (.changeSites, .worker), (.changeMaterials, .worker), (.readAudit, .worker),
            (.readMails, .worker), (.readCosts, .worker), (.verifyHours, .worker), (.manageTokens, .worker),
            (.approveTimes, .worker), (.changeTargets, .worker), (.exportHours, .worker):
            nil
        }
    }
}

extension User {
    /// The roles that the person may give. Operators belong to no customer's company, so no one in a company can become one: the command
    /// line creates them.
    public var givableRoles: [Role] {
        switch role {
        case .admin: [.manager, .bookkeeper, .worker]
        case .manager: isOwner ? [.manager, .bookkeeper, .worker] : [.worker]
        case .bookkeeper, .worker: []
        }
    }

    /// Whether the person may change or remove another one, in a company where their role permits it at all.
    func mayChange(_ other: User) -> Bool {
        switch role {
        case .admin: true
        case .manager: isOwner || other.role == .worker
        case .bookkeeper, .worker: false
        }
    }
}

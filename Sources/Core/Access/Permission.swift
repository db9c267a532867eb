/// What somebody may do, one entry for each line of the permission table.
public enum Permission: Sendable, CaseIterable {
    case readCompany
    case changeSites
    case readSites
    case changeMaterials
    case adjustAmounts
}

/// How far a permission goes.
enum Reach: Sendable {
    case anyCompany
    case ownCompany
    /// The sites of the own company that the person is assigned to.
    case assignedSites
}

extension Role {
    /// The permission table. Nil where the role doesn't have the permission at all.
    func reach(of permission: Permission) -> Reach? {
        switch (permission, self) {
        case (_, .admin): .anyCompany
        case (_, .manager): .ownCompany
        case (.readCompany, .worker): .ownCompany
        case (.readSites, .worker), (.adjustAmounts, .worker): .assignedSites
        case (.changeSites, .worker), (.changeMaterials, .worker): nil
        }
    }
}

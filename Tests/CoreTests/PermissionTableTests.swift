import Testing

@testable import Core

@Suite("The permission table")
struct PermissionTableTests {
    /// What somebody gets who asks to work in a company.
    enum Answer: Sendable { case all, onlyAssigned, forbidden, notFound }

    struct Row: Sendable, CustomTestStringConvertible {
        let permission: Permission
        let role: Role
        let inOwn: Answer
        let inOther: Answer

        var testDescription: String { "\(role.rawValue), \(permission)" }
    }

    static let table: [Row] = [
        Row(permission: .readCompany, role: .admin, inOwn: .all, inOther: .all),
        Row(permission: .readCompany, role: .manager, inOwn: .all, inOther: .notFound),
        Row(permission: .readCompany, role: .worker, inOwn: .all, inOther: .notFound),
        Row(permission: .changeSites, role: .admin, inOwn: .all, inOther: .all),
        Row(permission: .changeSites, role: .manager, inOwn: .all, inOther: .notFound),
        Row(permission: .changeSites, role: .worker, inOwn: .forbidden, inOther: .notFound),
        Row(permission: .readSites, role: .admin, inOwn: .all, inOther: .all),
        Row(permission: .readSites, role: .manager, inOwn: .all, inOther: .notFound),
        Row(permission: .readSites, role: .worker, inOwn: .onlyAssigned, inOther: .notFound),
        Row(permission: .changeMaterials, role: .admin, inOwn: .all, inOther: .all),
        Row(permission: .changeMaterials, role: .manager, inOwn: .all, inOther: .notFound),
        Row(permission: .changeMaterials, role: .worker, inOwn: .forbidden, inOther: .notFound),
        Row(permission: .adjustAmounts, role: .admin, inOwn: .all, inOther: .all),
        Row(permission: .adjustAmounts, role: .manager, inOwn: .all, inOther: .notFound),
        Row(permission: .adjustAmounts, role: .worker, inOwn: .onlyAssigned, inOther: .notFound),
    ]

    @Test("it has a line for each permission and role")
    func complete() {
        for permission in Permission.allCases {
            for role in Role.allCases {
                #expect(
                    Self.table.filter { $0.permission == permission && $0.role == role }.count == 1,
                    "\(permission), \(role)")
            }
        }
    }

    @Test("what somebody may do", arguments: table)
    func line(_ row: Row) throws {
        let runtime = Runtime.live
        let own: Company.ID = runtime.newID()
        let user = User(
            id: runtime.newID(), companyID: own, email: "a@b.de", firstName: "A", lastName: "B",
            role: row.role,
            status: .active,
            language: .german, version: 1, createdAt: runtime.now(), updatedAt: runtime.now())
        let actor = Actor(session: runtime.newID(), user: user)
        for (company, expected) in [(own, row.inOwn), (runtime.newID(), row.inOther)] {
            let site: Site.ID = runtime.newID()
            switch expected {
            case .all, .onlyAssigned:
                let scope = try actor.scope(company, for: row.permission)
                #expect(scope.company == company)
                #expect(scope.assignee == (expected == .onlyAssigned ? user.id : nil))
                let siteScope = try actor.scope(company, site, for: row.permission)
                #expect(siteScope.company == company && siteScope.site == site)
                #expect(siteScope.assignee == scope.assignee)
            case .forbidden, .notFound:
                let kind: Refusal.Kind = expected == .forbidden ? .forbidden : .notFound
                let refusal = #expect(throws: Refusal.self) {
                    try actor.scope(company, for: row.permission)
                }
                #expect(refusal?.kind == kind)
                let siteRefusal = #expect(throws: Refusal.self) {
                    try actor.scope(company, site, for: row.permission)
                }
                #expect(siteRefusal?.kind == kind)
            }
        }
    }
}

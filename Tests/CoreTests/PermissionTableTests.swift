import Storage
import Testing

@testable import Core

@Suite("The permission table")
struct PermissionTableTests {
    /// What an actor receives that asks to work in a company.
    enum Answer: Sendable { case all, onlyAssigned, onlyLed, onlyOwn, forbidden, notFound }

    struct Row: Sendable, CustomTestStringConvertible {
        let permission: Permission
        let role: Role
        let inOwn: Answer
        let inOther: Answer

        init(_ permission: Permission, _ role: Role, own: Answer, other: Answer) {
            (self.permission, self.role, inOwn, inOther) = (permission, role, own, other)
        }

        var testDescription: String { "\(role.rawValue), \(permission)" }
    }

    static let table: [Row] = [
        Row(.listCompanies, .admin, own: .all, other: .all),
        Row(.listCompanies, .manager, own: .forbidden, other: .notFound),
        Row(.listCompanies, .worker, own: .forbidden, other: .notFound),
        Row(.readCompany, .admin, own: .all, other: .all),
        Row(.readCompany, .manager, own: .all, other: .notFound),
        Row(.readCompany, .worker, own: .all, other: .notFound),
        Row(.changeCompany, .admin, own: .all, other: .all),
        Row(.changeCompany, .manager, own: .all, other: .notFound),
        Row(.changeCompany, .worker, own: .forbidden, other: .notFound),
        Row(.operate, .admin, own: .all, other: .all),
        Row(.operate, .manager, own: .forbidden, other: .notFound),
        Row(.operate, .worker, own: .forbidden, other: .notFound),
        Row(.suspendCompany, .admin, own: .all, other: .all),
        Row(.suspendCompany, .manager, own: .forbidden, other: .notFound),
        Row(.suspendCompany, .worker, own: .forbidden, other: .notFound),
        Row(.copyCompany, .admin, own: .all, other: .all),
        Row(.copyCompany, .manager, own: .forbidden, other: .notFound),
        Row(.copyCompany, .worker, own: .forbidden, other: .notFound),
        Row(.removeCompany, .admin, own: .all, other: .all),
        Row(.removeCompany, .manager, own: .forbidden, other: .notFound),
        Row(.removeCompany, .worker, own: .forbidden, other: .notFound),
        Row(.readAnyUser, .admin, own: .all, other: .all),
        Row(.readAnyUser, .manager, own: .forbidden, other: .notFound),
        Row(.readAnyUser, .worker, own: .forbidden, other: .notFound),
        Row(.readUsers, .admin, own: .all, other: .all),
        Row(.readUsers, .manager, own: .all, other: .notFound),
        Row(.readUsers, .worker, own: .forbidden, other: .notFound),
        Row(.inviteUsers, .admin, own: .all, other: .all),
        Row(.inviteUsers, .manager, own: .all, other: .notFound),
        Row(.inviteUsers, .worker, own: .forbidden, other: .notFound),
        Row(.changeUsers, .admin, own: .all, other: .all),
        Row(.changeUsers, .manager, own: .all, other: .notFound),
        Row(.changeUsers, .worker, own: .forbidden, other: .notFound),
        Row(.readSites, .admin, own: .all, other: .all),
        Row(.readSites, .manager, own: .all, other: .notFound),
        Row(.readSites, .worker, own: .onlyAssigned, other: .notFound),
        Row(.changeSites, .admin, own: .all, other: .all),
        Row(.changeSites, .manager, own: .all, other: .notFound),
        Row(.changeSites, .worker, own: .forbidden, other: .notFound),
        Row(.changeMaterials, .admin, own: .all, other: .all),
        Row(.changeMaterials, .manager, own: .all, other: .notFound),
        Row(.changeMaterials, .worker, own: .forbidden, other: .notFound),
        Row(.adjustAmounts, .admin, own: .all, other: .all),
        Row(.adjustAmounts, .manager, own: .all, other: .notFound),
        Row(.adjustAmounts, .worker, own: .onlyAssigned, other: .notFound),
        Row(.checkIn, .admin, own: .forbidden, other: .forbidden),
        Row(.checkIn, .manager, own: .all, other: .notFound),
        Row(.checkIn, .worker, own: .onlyAssigned, other: .notFound),
        Row(.readTimes, .admin, own: .all, other: .all),
        Row(.readTimes, .manager, own: .all, other: .notFound),
        Row(.readTimes, .worker, own: .onlyOwn, other: .notFound),
        Row(.correctTimes, .admin, own: .all, other: .all),
        Row(.correctTimes, .manager, own: .all, other: .notFound),
        Row(.correctTimes, .worker, own: .onlyLed, other: .notFound),
        Row(.enterTimes, .admin, own: .all, other: .all),
        Row(.enterTimes, .manager, own: .all, other: .notFound),
        Row(.enterTimes, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.enterTimes, .worker, own: .onlyLed, other: .notFound),
        Row(.readClarifications, .admin, own: .all, other: .all),
        Row(.readClarifications, .manager, own: .all, other: .notFound),
        Row(.readClarifications, .bookkeeper, own: .all, other: .notFound),
        Row(.readClarifications, .worker, own: .onlyOwn, other: .notFound),
        Row(.decideClarifications, .admin, own: .all, other: .all),
        Row(.decideClarifications, .manager, own: .all, other: .notFound),
        Row(.decideClarifications, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.decideClarifications, .worker, own: .onlyLed, other: .notFound),
        Row(.changeTargets, .admin, own: .all, other: .all),
        Row(.changeTargets, .manager, own: .all, other: .notFound),
        Row(.changeTargets, .bookkeeper, own: .all, other: .notFound),
        Row(.changeTargets, .worker, own: .forbidden, other: .notFound),
        Row(.readAbsences, .admin, own: .all, other: .all),
        Row(.readAbsences, .manager, own: .all, other: .notFound),
        Row(.readAbsences, .bookkeeper, own: .all, other: .notFound),
        Row(.readAbsences, .worker, own: .onlyOwn, other: .notFound),
        Row(.changeAbsences, .admin, own: .all, other: .all),
        Row(.changeAbsences, .manager, own: .all, other: .notFound),
        Row(.changeAbsences, .bookkeeper, own: .all, other: .notFound),
        Row(.changeAbsences, .worker, own: .onlyOwn, other: .notFound),
        Row(.moveMaterial, .admin, own: .all, other: .all),
        Row(.readCosts, .admin, own: .all, other: .all),
        Row(.moveMaterial, .manager, own: .all, other: .notFound),
        Row(.readCosts, .manager, own: .all, other: .notFound),
        Row(.moveMaterial, .worker, own: .onlyLed, other: .notFound),
        Row(.readCosts, .worker, own: .forbidden, other: .notFound),
        Row(.moveMaterial, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readCosts, .bookkeeper, own: .all, other: .notFound),
        Row(.submitTimes, .admin, own: .all, other: .all),
        Row(.submitTimes, .manager, own: .all, other: .notFound),
        Row(.submitTimes, .worker, own: .onlyOwn, other: .notFound),
        Row(.submitTimes, .bookkeeper, own: .all, other: .notFound),
        Row(.approveTimes, .admin, own: .all, other: .all),
        Row(.approveTimes, .manager, own: .all, other: .notFound),
        Row(.approveTimes, .worker, own: .forbidden, other: .notFound),
        Row(.approveTimes, .bookkeeper, own: .all, other: .notFound),
        Row(.verifyHours, .admin, own: .all, other: .all),
        Row(.verifyHours, .manager, own: .all, other: .notFound),
        Row(.verifyHours, .worker, own: .forbidden, other: .notFound),
        Row(.verifyHours, .bookkeeper, own: .all, other: .notFound),
        Row(.exportHours, .admin, own: .all, other: .all),
        Row(.exportHours, .manager, own: .all, other: .notFound),
        Row(.exportHours, .worker, own: .forbidden, other: .notFound),
        Row(.exportHours, .bookkeeper, own: .all, other: .notFound),
        Row(.readAudit, .admin, own: .all, other: .all),
        Row(.readAudit, .manager, own: .all, other: .notFound),
        Row(.readAudit, .worker, own: .forbidden, other: .notFound),
        Row(.readMails, .admin, own: .all, other: .all),
        Row(.readMails, .manager, own: .all, other: .notFound),
        Row(.readMails, .worker, own: .forbidden, other: .notFound),
        Row(.listCompanies, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readCompany, .bookkeeper, own: .all, other: .notFound),
        Row(.changeCompany, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.operate, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.suspendCompany, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.copyCompany, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.removeCompany, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readAnyUser, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readUsers, .bookkeeper, own: .all, other: .notFound),
        Row(.inviteUsers, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.changeUsers, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readSites, .bookkeeper, own: .all, other: .notFound),
        Row(.changeSites, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.changeMaterials, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.adjustAmounts, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.checkIn, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readTimes, .bookkeeper, own: .all, other: .notFound),
        Row(.correctTimes, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readAudit, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.readMails, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.manageTokens, .admin, own: .forbidden, other: .forbidden),
        Row(.manageTokens, .manager, own: .all, other: .notFound),
        Row(.manageTokens, .bookkeeper, own: .forbidden, other: .notFound),
        Row(.manageTokens, .worker, own: .forbidden, other: .notFound),
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

    /// A new permission is closed to tokens until someone decides otherwise here.
    @Test("what a token can be given")
    func tokens() throws {
        let open = Permission.allCases.filter(\.isForTokens)
        #expect(
            Set(open) == [
                .readCompany, .readUsers, .readSites, .changeSites, .changeMaterials, .adjustAmounts, .moveMaterial,
                .checkIn, .readTimes, .readCosts, .enterTimes, .correctTimes, .submitTimes, .approveTimes, .verifyHours,
                .exportHours, .readClarifications, .decideClarifications, .readAbsences, .changeAbsences,
                .changeTargets,
                .readAudit, .readMails,
            ])
        let (runtime, company): (Runtime, Company.ID) = (.live, Runtime.live.newID())
        for role in Role.allCases where role != .admin {
            let user = User(
                id: runtime.newID(), companyID: company, email: "a@b.de", firstName: "A", lastName: "B", role: role,
                status: .active, language: .german, version: 1, createdAt: runtime.now(), updatedAt: runtime.now())
            for scope in open {
                let grant = APIToken.Grant(id: runtime.newID(), name: "A", scopes: [scope], lastUsedAt: nil)
                let program = Actor(with: grant, of: user, session: runtime.newID())
                #expect(program.recordedSession == nil && program.confirmedUntil(now: runtime.now()) == nil)
                for permission in Permission.allCases {
                    let mayPerson = role.reach(of: permission) != nil
                    let mayProgram = (try? program.scope(company, for: permission)) != nil
                    #expect(mayProgram == (mayPerson && permission == scope), "\(role) \(scope) \(permission)")
                    #expect(throws: Refusal.self) { try program.check(permission) }
                }
            }
        }
    }

    /// As zlib computes it, and what each change of a token does to it.
    @Test("a token's checksum")
    func checksums() {
        #expect(APITokenText.checksum(of: "123456789".utf8) == "cbf43926")
        let text = APITokenText(.live)
        #expect(text.text.wholeMatch(of: /polier_api_[0-9a-f]{72}/) != nil)
        #expect(APITokenText(sent: text.text[...])?.hash == text.hash)
        #expect(APITokens.isOne(text.text[...]) && !APITokens.isOne(Token(.live).text[...]))
        var utf8 = Array(text.text.utf8)
        for place in utf8.indices {
            utf8[place] ^= 1
            #expect(APITokenText(sent: Substring(decoding: utf8, as: UTF8.self)) == nil, "\(place)")
            utf8[place] ^= 1
        }
        #expect(APITokenText(sent: text.text.dropLast()) == nil && APITokenText(sent: (text.text + "0")[...]) == nil)
        #expect(APITokenText(sent: text.text.uppercased()[...]) == nil && APITokenText(sent: "") == nil)
    }

    @Test("what someone may do", arguments: table)
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
            case .all, .onlyAssigned, .onlyLed, .onlyOwn:
                let scope = try actor.scope(company, for: row.permission)
                #expect(scope.company == company)
                #expect(scope.assignee == ([.onlyAssigned, .onlyLed].contains(expected) ? user.id : nil))
                #expect(scope.isForLeaders == (expected == .onlyLed))
                let siteScope = try actor.scope(company, site, for: row.permission)
                #expect(siteScope.company == company && siteScope.site == site)
                #expect(siteScope.assignee == scope.assignee)
                #expect(scope.person == (expected == .onlyOwn ? user.id : nil) && siteScope.person == scope.person)
                #expect(throws: Refusal(AccessRefusal.roleForbids)) {
                    try scope.check(row.permission == .readSites ? .changeSites : .readSites)
                }
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

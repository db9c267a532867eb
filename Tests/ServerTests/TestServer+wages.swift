@testable import Core
import Storage

@testable import Server

extension TestServer {
    /// Keeps a payroll file as if it had been made, and returns its id.
    func wageExport(_ company: String, by user: String, month: String = "2026-10") async throws -> String {
        guard let id = Company.ID(company), let user = User.ID(user), let month = Month(month) else {
            throw CancellationError()
        }
        let export = WageExport(
            id: runtime.newID(), month: month, format: .lodas, user: nil, userName: nil, madeAt: clock.now,
            madeBy: user, madeByName: "", sha256: String(repeating: "0", count: 64), people: 1, lines: 1)
        let admin = Actor(
            session: Runtime.live.newID(),
            user: User(
                id: user, companyID: Company.platform, email: "", firstName: "", lastName: "", role: .admin,
                status: .active, language: .german, version: 1, createdAt: clock.now, updatedAt: clock.now))
        let scope = try admin.scope(id, for: .exportHours)
        let amount = WageAmount(user: user, wageType: 1000, hundredths: 50)
        try await database.transaction { try $0.enqueue(try export.insert([amount], "[Allgemein]\r\n", scope)) }
        return export.id.text
    }
}

import Core

@testable import Server
import Storage

extension TestServer {
    /// Records a time entry on a site, given by its path.
    func visit(_ site: String, by user: String, from: String, to: String?) async throws {
        let parts = site.split(separator: "/").map(String.init)
        guard let company = Company.ID(parts[3]), let site = Site.ID(parts[5]), let user = User.ID(user),
            let from = Instant(from)
        else { throw CancellationError() }
        let admin = Actor(
            session: Runtime.live.newID(),
            user: User(
                id: user, companyID: Company.platform, email: "", firstName: "", lastName: "", role: .admin,
                status: .active,
                language: .german, version: 1, createdAt: from, updatedAt: from))
        let scope = try admin.scope(company, site, for: .changeSites)
        let entry = TimeEntry(
            id: Runtime.live.newID(), site: site, siteName: "", user: user, userName: "", checkedInAt: from,
            checkedOutAt: to.flatMap { Instant($0) }, recordedAt: from)
        try await database.transaction { try entry.insert(scope, $0) }
    }
}

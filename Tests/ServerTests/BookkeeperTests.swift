import Foundation
import HTTPTypes
import Testing

@testable import Core
@testable import Server

/// The bookkeeper reads people, sites and hours, and changes nothing else.
@Suite struct BookkeeperTests {
    @Test(arguments: Engine.allCases)
    func aBookkeeperReadsHoursAndChangesNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let bookkeeper = try await server.person(.bookkeeper, in: world.company.id)
            let reads: Set<Permission> = [
                .readCompany, .readUsers, .readSites, .readTimes, .readCosts, .readClarifications, .verifyHours,
            ]
            for route in server.routes {
                guard case .may(let permission) = route.access else { continue }
                let reply = try await bookkeeper.client.send(
                    route.method.rawValue, try world.path(route),
                    body: route.request.body?.example.text(),
                    headers: route.request.isConditional ? ["If-Match": "\"0\""] : [:])
                let isRead = reads.contains(permission) && route.method == .get
                #expect(
                    isRead ? reply.status == 200 : reply.status == 403, "\(route.method) \(route.path): \(reply.status)"
                )
            }
            let entries = try await bookkeeper.client.get(world.company.path + "/time-entries").json.list
            #expect(entries.count == 1)
            // Their own account is theirs.
            #expect(try await bookkeeper.client.put("/api/v1/users/me", "{\"firstName\": \"Bea\"}").status == 200)
        }
    }
}

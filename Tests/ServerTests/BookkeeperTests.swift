import Foundation
import HTTPTypes
import Testing

@testable import Core
@testable import Server

/// The bookkeeper reads people, sites and hours, submits and approves days of hours, answers and enters absences, sets targets, makes files
/// for payroll and gives people the numbers that it needs, and changes nothing else.
@Suite struct BookkeeperTests {
    @Test(arguments: Engine.allCases)
    func aBookkeeperReadsHoursAndChangesNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let bookkeeper = try await server.person(.bookkeeper, in: world.company.id)
            let reads: Set<Permission> = [
                .readCompany, .readUsers, .readSites, .readTimes, .readCosts, .readClarifications, .verifyHours,
                .readAbsences,
            ]
            for route in server.routes {
                guard case .may(let permission) = route.access else { continue }
                let reply = try await bookkeeper.client.send(
                    route.method.rawValue, try world.path(route),
                    body: route.request.body?.example.text(),
                    headers: route.request.isConditional ? ["If-Match": "\"0\""] : [:])
                // The example names someone of another company.
                if permission == .submitTimes || permission == .approveTimes {
                    #expect(reply.status == 400, "\(route.method) \(route.path): \(reply.text)")
                    continue
                }
                if permission == .changeAbsences {
                    // The example's person isn't there, and no absence has the version.
                    #expect(reply.status == (route.method == .post ? 404 : 412), "\(route.method): \(reply.text)")
                    continue
                }
                if permission == .changeTargets {
                    #expect(reply.status == 200, "\(reply.text)")
                    continue
                }
                if permission == .exportHours {
                    #expect(reply.status != 403, "\(route.method) \(route.path)")
                    continue
                }
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

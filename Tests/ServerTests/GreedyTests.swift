import Core
import Foundation
import Storage
import Testing

@testable import Server

/// Four companies that use their limits to the full request everything on hundreds of connections and read nothing.
@Suite(.serialized) struct GreedyTests {
    /// In bytes.
    private static let most = 256 << 20

    @Test(arguments: Engine.allCases)
    func greedyCompaniesKeepTheServerSmall(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await engine.withDatabase { url in
            var greedy: [FullCompany] = []
            let honest = try await DirectAccess.at(url) { direct in
                _ = try await Migrator(direct.database, migrations: Migration.embedded()).migrate()
                for number in 1...4 { greedy.append(try await FullCompany.fill(direct, number: number)) }
                let small = FullCompany.Size(people: 8, sites: 5, notes: 50, stocked: 5, materials: 20, movements: 10)
                return try await FullCompany.fill(direct, number: 9, small)
            }
            let server = try await RunningServer(url: url, folder: folder)
            let before = try server.peakMemory
            var held: [HeldConnection] = []
            for round in 0..<6 {
                for company in greedy {
                    for (person, token) in company.tokens.enumerated() {
                        let connection = try HeldConnection(server.client)
                        let paths = Self.paths(company)
                        connection.ask(
                            paths[(round * 7 + person) % paths.count], token: token, gzip: (round + person) % 3 == 0)
                        held.append(connection)
                    }
                }
            }
            // While they hold their responses, others are served.
            let clock = ContinuousClock()
            let start = clock.now
            var slowest = Duration.zero
            while clock.now - start < .seconds(13) {
                slowest = max(
                    slowest,
                    try await clock.measure {
                        let reply = try await server.client.with(token: honest.tokens[0]).send(
                            "GET", honest.path + "/sites", headers: ["Accept-Encoding": "identity"],
                            timeout: .seconds(60))
                        #expect(reply.status == 200 && reply.json.list.count == 5)
                    })
                try await Task.sleep(for: .milliseconds(200))
            }
            let statuses = held.compactMap(\.status)
            let peak = try server.peakMemory
            let numbers = "\(before >> 20) MB before, \(peak >> 20) MB at most, slowest \(slowest)"
            print(
                "\(engine): \(numbers); \(statuses.count { $0 == 200 }) answers, \(statuses.count { $0 == 503 }) refusals"
            )
            #expect(peak < Self.most, "\(numbers)")
            #expect(statuses.count { $0 == 200 } >= 40, "\(numbers)")
            held.removeAll()
            let back = try await server.client.with(token: greedy[0].tokens[0]).send(
                "GET", greedy[0].path + "/sites", headers: ["Accept-Encoding": "identity"])
            #expect(back.status == 200 && back.header("Link") != nil)
            #expect(await server.terminate() == 0)
        }
    }

    private static func paths(_ company: FullCompany) -> [String] {
        let newest = company.site(300)
        return [
            company.path + "/sites", newest + "/materials", newest, company.path + "/overview",
            company.material(1, on: 300) + "/movements", newest + "/history", company.path + "/users",
            company.path + "/sites?status=ACTIVE&material=none", newest + "/materials?search=art%201",
            "/api/v1/users/me/export", company.path + "/sites/user/\(newest.suffix(36))",
        ]
    }
}

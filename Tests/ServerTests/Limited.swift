import Foundation
import Testing

@testable import Core
@testable import Server

/// Helpers of the tests of limits.
enum Limited {
    /// Sends requests concurrently, half of them to each of two servers on one database.
    static func atOnce(
        _ count: Int, _ engine: Engine, at url: String, _ first: TestServer, token: String?,
        flags: [String: String] = [:], _ send: @escaping @Sendable (Client, Int) async throws -> Reply
    ) async throws -> [Int: Int] {
        let statuses = Statuses()
        try await TestServer.run(on: engine, at: url, flags: flags) { second in
            let doors = [first.client.with(token: token), second.client.with(token: token)]
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<count {
                    group.addTask { try await send(doors[number % 2], number).status }
                }
                for try await status in group { await statuses.add(status) }
            }
            // If a server is cancelled while the client still opens connections to it, a precondition of NIO's writers ends the process.
            try await Task.sleep(for: .milliseconds(300))
        }
        return await statuses.counts
    }

    private actor Statuses {
        private(set) var counts: [Int: Int] = [:]
        func add(_ status: Int) { counts[status, default: 0] += 1 }
    }

    static func set(_ values: [Limit: Int64?], _ company: TestCompany, _ server: TestServer) async throws {
        let id = try #require(Company.ID(company.id))
        try await CompanyLimits(server.database, runtime: server.runtime).set(values, of: id)
        server.clock.advance(by: LimitValues.age)
    }

    static func use(
        _ limit: Limit, _ company: TestCompany, _ server: TestServer
    ) async throws -> (used: Int64?, value: Int64) {
        let id = try #require(Company.ID(company.id))
        let report = try await CompanyLimits(server.database, runtime: server.runtime).report(of: id)
        let line = try #require(report.lines.first { $0.limit == limit })
        return (line.used, line.value)
    }

    static func person(_ number: Int) -> String {
        """
        {"email": "p\(number)-\(UUID().uuidString)@team.example", "firstName": "P", "lastName": "Q", "role": "WORKER"}
        """
    }

    static let material = "{\(Refused.material),\"amount\":5,\"threshold\":1}"

    static func site(_ more: String = "") -> String { "{\(Refused.site),\(Refused.address)\(more)}" }

    static func expectRefused(_ reply: Reply, _ code: String, _ limit: String, _ value: Int) {
        let params: JSON = .object(["limit": .text(limit), "value": .number(Decimal(value))])
        #expect(reply.json["code"]?.text == code && reply.json["params"] == params, "\(reply.status) \(reply.text)")
    }
}

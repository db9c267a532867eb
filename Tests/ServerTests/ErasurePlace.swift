import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A company in Berlin; a test begins at 2026-11-23T12:00:00Z, so with two years 2023 goes.
struct ErasurePlace {
    let server: TestServer
    let company: TestCompany
    let worker: (client: Client, id: String)
    let site: String
    let id: Company.ID
    var manager: Client { company.manager }
    var erasures: HourErasures { HourErasures(server.database, runtime: server.runtime) }

    init(_ server: TestServer) async throws {
        self.server = server
        company = try await TestCompany.register(server.client)
        worker = try await server.person(.worker, in: company.id, name: "Vogt")
        site = try await company.site(users: [worker.id])
        id = try #require(Company.ID(company.id))
    }

    func visit(_ from: String, _ to: String?) async throws {
        try await server.visit(site, by: worker.id, from: from, to: to)
    }

    /// Half an hour each, from 2023-01-02 on.
    func visits(_ count: Int) async throws {
        let first = try #require(Instant("2023-01-02T06:00:00Z"))
        for number in 0..<count {
            let from = first + .seconds(3600 * number)
            try await visit(from.text, (from + .seconds(1800)).text)
        }
    }

    func keep(_ years: String, _ place: SourceLocation = #_sourceLocation) async throws {
        let reply = try await manager.patch(company.path, "{\"hoursKeptYears\": \(years)}")
        #expect(
            reply.status == 200
                && reply.json["hoursKeptYears"] == (Decimal(string: years).map { .number($0) } ?? .null),
            "\(reply.text)", sourceLocation: place)
    }

    func erase() async throws -> [HourErasures.Report] {
        try await erasures.run { Issue.record("\($0): \($1)") }
    }

    /// Whatever there is of before 2024 was written then, too.
    func age() async throws {
        let then = try #require(Instant("2023-12-31T22:00:00Z")).milliseconds
        for (table, column) in [
            ("time_entries", "updated_at"), ("absences", "updated_at"), ("clarifications", "reported_at"),
            ("wage_exports", "made_at"),
        ] { try await run("UPDATE \(table) SET \(column) = \(then)") }
    }

    func nextDay() { server.clock.advance(by: .seconds(24 * 3600)) }

    func numbers(_ sql: String) async throws -> [Int64] {
        try await server.database.fetch(Query(SQL(unchecked: sql)) { try $0.next() as Int64 })
    }

    func run(_ sql: String) async throws {
        try await server.database.transaction { try $0.execute(Statement(SQL(unchecked: sql))) }
    }

    func entries() async throws -> Int64 {
        try await numbers("SELECT COUNT(*) FROM time_entries WHERE company_id = '\(company.id)'")[0]
    }

    func report() async throws -> HoursCheck.Report {
        try await HoursCheck(server.database, runtime: server.runtime).all(of: id)
    }

    /// The audit entries about what went, oldest first: each as `field value, …`.
    func audit() async throws -> [String] {
        try await manager.get(company.path + "/audit").json.list.filter { $0["action"] == "company.hours-erased" }
            .reversed().map { entry in
                (entry["changes"]?.list ?? []).map { "\($0["field"]?.text ?? "") \($0["to"]?.text ?? "")" }
                    .joined(separator: ", ")
            }
    }

    func clarification(_ id: Int, at: String, act: String = "CHECK_IN", state: String = "OPEN") async throws {
        let at = try #require(Instant(at)).milliseconds
        try await run(
            """
            INSERT INTO clarifications (company_id, id, user_id, site_id, act, body, at, reported_at, code, params, state)
            VALUES ('\(company.id)', '00000000-0000-7000-8000-00000000000\(id)', '\(worker.id)', '\(site.lastSegment)',
                '\(act)', '{}', \(at), \(at), 'too-old', '[]', '\(state)')
            """)
    }

    static func run(_ engine: Engine, _ body: @escaping @Sendable (ErasurePlace) async throws -> Void) async throws {
        try await TestServer.run(on: engine) { try await body(try await ErasurePlace($0)) }
    }
}

import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A company in Berlin with two workers on two sites, at the end of November.
struct WageCrew {
    let server: TestServer
    let company: TestCompany
    let kai, uwe: (client: Client, id: String)
    /// The name of the second one begins like a formula.
    let bad, hall: String

    init(_ server: TestServer) async throws {
        self.server = server
        server.clock.set(try #require(Instant("2026-11-30T09:00:00Z")))
        company = try await TestCompany.register(server.client)
        kai = try await server.person(.worker, in: company.id, name: "Vogt")
        server.clock.advance(by: .milliseconds(1))
        uwe = try await server.person(.worker, in: company.id, name: "Horn")
        bad = try await company.site("Bad", users: [kai.id, uwe.id])
        hall = try await company.site("=Halle; Nord", users: [kai.id, uwe.id])
        _ = try await company.manager.patch(company.path, "{\"breakRule\": \"LEGAL\"}")
    }

    var exports: String { company.path + "/wage-exports" }
    var settings: String { company.path + "/wage-settings" }

    /// Enters hours of November, and returns the entry's path.
    @discardableResult
    func enter(
        _ site: String, _ user: String, _ from: String, _ to: String?, kind: String = "WORK",
        month: String = "2026-11"
    ) async throws -> String {
        let end = to.map { ", \"checkedOutAt\": \"\(month)-\($0)Z\"" } ?? ""
        let reply = try await company.manager.post(
            site + "/time-entries",
            """
            {"userIds": ["\(user)"], "checkedInAt": "\(month)-\(from)Z", "kind": "\(kind)", "reason": "Zettel"\(end)}
            """)
        return "\(site)/time-entries/" + (try #require(reply.json[0]?["id"]?.text, "\(reply.text)"))
    }

    /// The hours of the tests, all closed.
    func work() async throws {
        try await enter(bad, kai.id, "02T07:00:10", "02T15:01:50")
        try await enter(bad, kai.id, "03T06:00:00", "03T10:00:00")
        try await enter(hall, kai.id, "03T10:00:00", "03T14:10:00")
        try await enter(bad, kai.id, "04T06:00:00", "04T06:50:00", kind: "TRAVEL")
        // The last minutes of the month in Berlin, and the first of the next one.
        try await enter(hall, uwe.id, "29T22:30:00", "29T23:00:00")
    }

    /// Closes the days of November that are over.
    func approve(_ users: [String], until last: String = "29") async throws {
        let ids = users.map { "\"\($0)\"" }.joined(separator: ", ")
        let reply = try await company.manager.post(
            company.path + "/time-sheets/approve",
            "{\"userIds\": [\(ids)], \"from\": \"2026-11-01\", \"until\": \"2026-11-\(last)\"}")
        #expect(reply.status == 200, "\(reply.text)")
    }

    func reopen(_ user: String, _ day: String) async throws {
        let reply = try await company.manager.post(
            company.path + "/time-sheets/reopen",
            """
            {"userIds": ["\(user)"], "from": "2026-11-\(day)", "until": "2026-11-\(day)", "reason": "Falsch"}
            """)
        #expect(reply.status == 200, "\(reply.text)")
    }

    func number(_ user: String, _ number: String) async throws {
        let reply = try await company.manager.put(
            "\(company.path)/users/\(user)", "{\"personnelNumber\": \"\(number)\"}")
        #expect(reply.status == 200, "\(reply.text)")
    }

    func set(
        _ costCentre: String = "Kü77", types: String = "{\"WORK\": \"1000\", \"TRAVEL\": \"1010\"}",
        more: String = ""
    )
        async throws
    {
        let reply = try await company.manager.put(
            settings,
            """
            {"consultantNumber": 1234567, "clientNumber": 12345, "wageTypes": \(types),
             "costCentres": [{"siteId": "\(bad.lastSegment)", "costCentre": "\(costCentre)"}]\(more)}
            """)
        #expect(reply.status == 200, "\(reply.text)")
    }

    func ready() async throws {
        try await work()
        try await approve([kai.id, uwe.id])
        try await number(kai.id, "101")
        try await number(uwe.id, "007")
        try await set()
    }

    func check(_ format: String = "lodas", _ more: String = "") async throws -> JSON {
        let reply = try await company.manager.get(
            "\(company.path)/time-sheets/export/check?month=2026-11&format=\(format)\(more)")
        #expect(reply.status == 200, "\(reply.text)")
        return reply.json
    }

    func make(_ format: String, _ more: String = "") async throws -> Reply {
        // Files of one millisecond have no order.
        server.clock.advance(by: .milliseconds(1))
        return try await company.manager.post(exports, "{\"month\": \"2026-11\", \"format\": \"\(format)\"\(more)}")
    }

    /// The codes of what is missing.
    static func codes(_ check: JSON) -> [String] { check["gaps"]?.list.compactMap { $0["code"]?.text } ?? [] }
}

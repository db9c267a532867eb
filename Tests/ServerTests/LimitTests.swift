import Foundation
import Testing

@testable import Core
@testable import Server

/// The limits of a company: exact at the last place on every server, and no obstacle below.
@Suite struct LimitTests {
    @Test(arguments: Engine.allCases)
    func theLastPlaceIsTakenOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let token = company.manager.token
                let site = try await company.site()
                _ = try await company.material(site)
                try await Limited.set(
                    [.people: 2, .sites: 2, .activeSites: 3, .siteMaterials: 2], company, server)

                let people = try await Limited.atOnce(40, engine, at: url, server, token: token) {
                    try await $0.post(company.path + "/users", Limited.person($1))
                }
                #expect(people == [201: 1, 409: 39])
                let sites = try await Limited.atOnce(40, engine, at: url, server, token: token) { client, _ in
                    try await client.post(company.path + "/sites", Limited.site())
                }
                #expect(sites == [201: 1, 409: 39])
                let materials = try await Limited.atOnce(40, engine, at: url, server, token: token) { client, _ in
                    try await client.post(site + "/materials", Limited.material)
                }
                #expect(materials == [201: 1, 409: 39])

                // Room for more sites: as many as were active, and an inactive one becomes active.
                try await Limited.set([.sites: 50], company, server)
                var inactive: [String] = []
                for _ in 0..<8 {
                    let made = try await company.manager.post(
                        company.path + "/sites", Limited.site(",\"status\":\"INACTIVE\""))
                    inactive.append(company.path + "/sites/" + (made.json["id"]?.text ?? ""))
                }
                let activated = try await Limited.atOnce(8, engine, at: url, server, token: token) { [inactive] in
                    try await $0.patch(inactive[$1], "{\"status\": \"ACTIVE\"}")
                }
                #expect(activated == [200: 1, 409: 7])
                Limited.expectRefused(
                    try await company.manager.post(company.path + "/sites", Limited.site()), "too-many-active-sites",
                    "active-sites", 3)
            }
        }
    }

    /// Existing data stays usable beyond a limit, and a removal makes room.
    @Test(arguments: Engine.allCases)
    func onlyGrowthIsRefused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let (first, second) = (try await company.site(users: [worker.id]), try await company.site())
            let material = try await company.material(first)
            try await Limited.set(
                [.people: 1, .sites: 1, .activeSites: 1, .siteMaterials: 0, .text: 0], company, server)

            let manager = company.manager
            #expect(try await worker.client.post(material + "/adjust-quantity", "{\"delta\": -1}").status == 200)
            #expect(try await worker.client.post(first + "/check-in").status == 200)
            #expect(try await manager.patch(first, "{\"name\": \"Anbau\", \"status\": \"ACTIVE\"}").status == 200)
            #expect(try await manager.patch(material, "{\"amount\": 3}").status == 200)
            #expect(
                try await manager.put(company.path + "/users/" + worker.id, "{\"firstName\": \"Kim\"}").status == 200)
            Limited.expectRefused(
                try await manager.post(company.path + "/users", Limited.person(1)), "too-many-people", "people", 1)
            Limited.expectRefused(
                try await manager.post(company.path + "/sites", Limited.site()), "too-many-sites", "sites", 1)
            Limited.expectRefused(
                try await manager.post(first + "/materials", Limited.material),
                "too-many-materials", "site-materials", 0)
            Limited.expectRefused(
                try await manager.patch(first, "{\"notes\": \"Klingel defekt\"}"), "too-much-text", "text", 0)

            #expect(try await manager.delete(second).status == 204)
            #expect(try await manager.delete(first).status == 204)
            #expect(try await manager.delete(company.path + "/users/" + worker.id).status == 204)
            let after = try await manager.post(company.path + "/sites", Limited.site())
            #expect(after.status == 201)
            try await Limited.set([.people: 2], company, server)
            #expect(try await manager.post(company.path + "/users", Limited.person(2)).status == 201)
            #expect(try await manager.post(company.path + "/users", Limited.person(3)).status == 409)
            let used = try await (
                Limited.use(.people, company, server).used, Limited.use(.sites, company, server).used
            )
            #expect(used == (2, 1))
        }
    }

    @Test(arguments: Engine.allCases)
    func operatorsSeeAndSetLimits(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try await RunningServer(url: url, folder: folder)
            let company = try await TestCompany.register(server.client, name: "Fliesen Süd")
            _ = try await company.site()
            func limits(_ arguments: String...) async throws -> (code: Int32, output: String) {
                try await Binary.run(
                    ["company", "limits"] + arguments, environment: ["POLIER_DATABASE_URL": url], in: folder.path)
            }
            func line(_ output: String, _ name: String) -> [Substring] {
                output.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: " ") ?? []
            }
            let shown = try await limits(company.email)
            #expect(shown.code == 0 && shown.output.hasPrefix("Fliesen Süd, \(company.id)\n"), "\(shown.output)")
            #expect(line(shown.output, "people") == ["people", "1", "200"])
            #expect(line(shown.output, "sites") == ["sites", "1", "5000"])
            #expect(line(shown.output, "text") == ["text", "(MB)", "0", "20"])
            #expect(line(shown.output, "person-writes") == ["person-writes", "-", "600"])

            // Takes effect on the running server at once.
            let lowered = try await limits(company.id, "--people", "1", "--sites", "1")
            #expect(line(lowered.output, "people") == ["people", "1", "1", "(default", "200)"])
            #expect(try await company.manager.post(company.path + "/users", Limited.person(1)).status == 409)
            #expect(try await company.manager.post(company.path + "/sites", Limited.site()).status == 409)
            let raised = try await limits(company.id, "--people", "default", "--sites", "2")
            #expect(line(raised.output, "people") == ["people", "1", "200"])
            #expect(try await company.manager.post(company.path + "/users", Limited.person(1)).status == 201)
            #expect(try await company.manager.post(company.path + "/sites", Limited.site()).status == 201)

            for (arguments, sentence) in [
                (["wer@anders.example"], "polier: no company has the id"),
                ([company.id, "--people", "viele"], "polier: --people is 'viele'; it must be a whole number"),
                ([company.id, "--text", "-1"], "--text"),
                ([company.id, "--daily-mails", "10001"], "polier: --daily-mails is '10001'"),
            ] {
                let wrong = try await Binary.run(
                    ["company", "limits"] + arguments, environment: ["POLIER_DATABASE_URL": url], in: folder.path)
                #expect(wrong.code != 0 && wrong.output.contains(sentence), "\(wrong.output)")
            }
            #expect(await server.terminate() == 0)
        }
    }

    @Test func everyLimitIsDocumented() async throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "../../docs/limits.md"), encoding: .utf8)
        let after = try #require(page.components(separatedBy: "\n## Limits\n").last)
        let section = try #require(after.components(separatedBy: "\n## ").first)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.map {
            $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        try await TestServer.run(on: .sqlite) { server in
            let described = try await server.client.get("/api/v1/openapi.json").json["x-limits"]?.list ?? []
            #expect(described.compactMap { $0["name"]?.text } == Limit.allCases.map(\.rawValue))
            for (limit, description) in zip(Limit.allCases, described) {
                let row = try #require(rows.first { $0[0] == limit.rawValue }, "\(limit)")
                let number = row[1].filter(\.isNumber)
                #expect(number == "\(limit.standard)", "\(limit)")
                #expect(description["default"] == .number(Decimal(limit.standard)))
                #expect(row[1].contains("MB") == (limit.unit == .megabytes))
                if limit.range != nil {
                    #expect(LimitRefusal.allCases.contains { row[3].contains("`\($0.rawValue)`") }, "\(limit)")
                }
            }
            #expect(Set(LimitRefusal.allCases.map(\.limit)).isSubset(of: Set(Limit.allCases)))
        }
    }
}

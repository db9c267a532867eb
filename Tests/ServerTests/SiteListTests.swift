import Core
import Foundation
import Testing

@testable import Server

/// Lists of sites by status, and without their material.
@Suite struct SiteListTests {
    @Test(arguments: Engine.allCases)
    func sitesAreListedByStatusAndWithoutMaterial(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let lena = try await server.person(.worker, in: company.id)
            var sites: [String] = []
            for number in 0..<6 {
                server.clock.advance(by: .milliseconds(1))
                let site = try await company.site("Nummer \(number)", users: number == 3 ? [] : [lena.id])
                _ = try await company.material(site, amount: "1", threshold: number == 5 ? "2" : "0")
                _ = try await company.material(site)
                try await server.visit(
                    site, by: lena.id, from: "2026-11-20T07:00:00Z", to: "2026-11-20T08:30:00Z")
                sites.append(site)
            }
            for site in [sites[0], sites[4]] { _ = try await company.manager.patch(site, "{\"status\": \"INACTIVE\"}") }
            let path = company.path + "/sites"
            func names(_ client: Client, _ query: String) async throws -> [String] {
                try await client.get(path + query).json.list.compactMap { $0["name"]?.text }
            }
            #expect(try await names(company.manager, "?status=ACTIVE").map(\.last) == ["5", "3", "2", "1"])
            #expect(try await names(company.manager, "?status=INACTIVE").map(\.last) == ["4", "0"])
            #expect(try await names(lena.client, "?status=ACTIVE").map(\.last) == ["5", "2", "1"])
            #expect(try await names(company.manager, "/user/\(lena.id)?status=INACTIVE").map(\.last) == ["4", "0"])
            #expect(try await names(company.manager, "").count == 6)

            // Page by page the list is the same, and a site's people and material come with it.
            let whole = try await company.manager.get(path + "?status=ACTIVE").json.list
            let all = try await company.manager.get(path).json.list
            #expect(whole == all.filter { $0["status"] == "ACTIVE" })
            #expect(whole.map { $0["material"]?.list.count } == [2, 2, 2, 2] && whole[0]["hoursLogged"] == 1.5)
            var paged: [JSON] = []
            var next: String? = path + "?status=ACTIVE&limit=3"
            while let address = next {
                let reply = try await company.manager.get(address)
                paged += reply.json.list
                next = reply.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
            }
            #expect(paged == whole)

            for query in ["?material=none", "?status=ACTIVE&material=none", "/user/\(lena.id)?material=none"] {
                let slim = try await company.manager.get(path + query).json.list
                #expect(slim.allSatisfy { $0["material"] == .list([]) && $0["materialInfo"]?["total"] == 2 })
                #expect(slim[0]["name"] == "Nummer 5" && slim[0]["materialInfo"]?["warnings"] == 1)
                #expect(slim[0]["assignments"] == whole[0]["assignments"] && slim[0]["hoursLogged"] == 1.5)
            }
            for query in ["?status=ALL", "?material=all", "?matrial=none"] {
                #expect(try await company.manager.get(path + query).status == 400)
            }
        }
    }
}

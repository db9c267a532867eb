import Foundation
import HTTPTypes
import Testing

@testable import Core
@testable import Server

@Suite struct RouteTableTests {
    /// The table's own description is complete.
    @Test func everyRouteIsDescribed() async throws {
        try await TestServer.run(on: .sqlite) { server in
            #expect(server.routes.count > 40)
            var seen: Set<String> = []
            for route in server.routes {
                let name = "\(route.method) \(route.path)"
                #expect(seen.insert(name).inserted, "\(name) is there twice")
                #expect(route.text.summary.count > 4, "\(name) has no summary")
                #expect(route.text.details.hasSuffix("."), "\(name) has no description")
                #expect(!route.needsDatabase || !OpenAPI.statuses(route).isEmpty, "\(name) has no errors")
                #expect(!route.result.details.isEmpty, "\(name) doesn't say what it answers")
                if route.places.contains("companyId") {
                    guard case .may = route.access else {
                        Issue.record("\(name) leads into a company without a permission")
                        continue
                    }
                }
                if route.method != .get, route.path.hasPrefix("/api"), !route.path.contains("/auth/") {
                    #expect(route.access != .anyone, "\(name) changes something for anyone")
                }
            }
        }
    }

    /// The document is valid OpenAPI: every reference resolves, every path parameter is described.
    @Test func theDescriptionIsWhole() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let reply = try await server.client.get("/api/v1/openapi.json")
            #expect(reply.status == 200)
            let document = reply.json
            #expect(document["openapi"] == "3.1.0")
            #expect(document["paths"]?.keys == Set(server.routes.map(\.path)))
            for match in reply.text.matches(of: /"\$ref": ?"#\/components\/([A-Za-z]+)\/([A-Za-z-]+)"/) {
                #expect(document["components"]?[String(match.1)]?[String(match.2)] != nil, "\(match.0)")
            }
            var operations: Set<String> = []
            for route in server.routes {
                let operation = document["paths"]?[route.path]?[route.method.rawValue.lowercased()]
                let id = operation?["operationId"]?.text ?? ""
                #expect(operations.insert(id).inserted, "\(id) is there twice")
                let places = operation?["parameters"]?.list.filter { $0["in"] == "path" }.compactMap {
                    $0["name"]?.text
                }
                #expect(places ?? [] == route.places, "\(route.path)")
                #expect(operation?["security"] != nil && operation?["x-permission"] != nil, "\(route.path)")
                if let media = operation?["responses"]?["\(route.result.status.code)"]?["content"]?["application/json"],
                    route.needsDatabase
                {
                    #expect(media["example"] != nil, "\(route.path)")
                }
            }
            #expect(document["components"]?["schemas"]?["Site"]?["required"]?.list.contains("materialInfo") == true)
            let (code, printed) = try await Binary.run(["openapi"])
            #expect(code == 0 && printed == reply.text)
        }
    }

    @Test func thePageNeedsNothingFromOutside() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let page = try await server.client.get("/docs")
            #expect(page.status == 200)
            #expect(page.header("Content-Type") == "text/html; charset=utf-8")
            let policy = page.header("Content-Security-Policy") ?? ""
            #expect(policy.contains("script-src 'sha256-") && policy.contains("style-src 'sha256-"))
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
            #expect(page.text.contains("/api/v1/openapi.json"))
            #expect(page.text.firstMatch(of: /(src|href)="(https?:)?\/\//) == nil)
        }
    }

    /// A route's stated permissions are enforced: for each role, in its own company, the permission table decides. Nothing is changed: a
    /// permitted request is refused for a body that isn't an object, or a version that never existed.
    @Test(arguments: Engine.allCases)
    func theTableAuthorises(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let admin = try await server.person(.admin)
            let bookkeeper = try await server.person(.bookkeeper, in: world.company.id)
            for route in server.routes {
                guard case .may(let permission) = route.access else { continue }
                let callers: [(name: String, client: Client, role: Role, isAssigned: Bool)] = [
                    ("ADMIN", admin.client, .admin, false), ("MANAGER", world.company.manager, .manager, false),
                    ("BOOKKEEPER", bookkeeper.client, .bookkeeper, false),
                    ("assigned", world.worker.client, .worker, true), ("other", world.other.client, .worker, false),
                ]
                for caller in callers {
                    let reply = try await caller.client.send(
                        route.method.rawValue, try world.path(route),
                        body: [.get, .delete].contains(route.method) ? nil : "[]",
                        headers: route.request.isConditional ? ["If-Match": "\"0\""] : [:])
                    let expected: Set<Int> =
                        switch caller.role.reach(of: permission) {
                        case nil: [403]
                        // The phone is another person's, and the person has no second factor.
                        case .anyCompany, .ownCompany:
                            route.places.contains("phoneId")
                                || route.method == .delete && route.path.hasSuffix("/factors")
                                ? [404] : route.places.contains("tokenId") ? [204] : [200, 400, 412]
                        case .assignedSites where route.places.contains("siteId") && !caller.isAssigned:
                            route.method == .get ? [404] : [404, 400]
                        case .assignedSites where route.places.contains("userId") && caller.isAssigned: [404]
                        case .assignedSites where route.places.contains("transferId") && !caller.isAssigned: [404]
                        case .assignedSites: [200, 400, 412]
                        case .ownRecords where route.places.contains("siteId") && !caller.isAssigned: [404]
                        case .ledSites: [400]
                        case .ownRecords where route.places.contains("absenceId") && !caller.isAssigned:
                            route.method == .patch ? [400] : [404]
                        case .ownRecords where route.places.contains("userId") && caller.isAssigned: [404]
                        case .ownRecords: route.method == .get ? [200] : [400, 412]
                        }
                    #expect(
                        expected.contains(reply.status),
                        "\(caller.name) \(route.method) \(route.path): \(reply.status) \(reply.text)")
                }
            }
        }
    }
}

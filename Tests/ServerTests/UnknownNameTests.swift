import Foundation
import HTTPTypes
import Testing

@testable import Core
@testable import Server

/// An unknown name in a request is refused and reported: it may be a misspelt one, whose intended effect would be missing.
@Suite struct UnknownNameTests {
    @Test(arguments: Engine.allCases)
    func noRouteLetsAnUnknownNamePass(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let admin = try await server.person(.admin)
            var (bodies, queries) = (0, 0)
            for route in server.routes where route.path.hasPrefix("/api/") && route.access != .mailgun {
                // A caller without permission isn't told what else is wrong.
                let isForOperators =
                    if case .may(let permission) = route.access { Role.manager.reach(of: permission) == nil } else {
                        false
                    }
                let client = isForOperators ? admin.client : world.company.manager
                let path = try world.path(route)
                let reply = try await client.send(
                    route.method.rawValue, path + "?nosuch=1", body: route.request.body?.example.text())
                #expect(reply.status == 400, "\(route.method) \(path): \(reply.text)")
                #expect(reply.json["fields"]?[0]?["field"] == "nosuch", "\(route.method) \(path): \(reply.text)")
                #expect(reply.json["fields"]?[0]?["code"] == "unknown-parameter")
                queries += 1

                guard let body = route.request.body else { continue }
                let more = body.example.with(["userld": "x"])
                let refused = try await client.send(route.method.rawValue, path, body: more.text())
                #expect(refused.status == 400, "\(route.method) \(path): \(refused.text)")
                let unknown = refused.json["fields"]?.list.filter { $0["code"] == "unknown-field" } ?? []
                #expect(unknown.map { $0["field"] } == ["userld"], "\(route.method) \(path): \(refused.text)")
                bodies += 1
            }
            #expect(bodies > 12 && queries > 35)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsNamedWronglyIsNotDone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let site = try world.path(try #require(server.routes.first { $0.path.hasSuffix("/sites/{siteId}") }))
            let other = try await world.company.site("Zweite", users: [world.other.id])
            let wrong = try await world.other.client.post(other + "/check-in", "{\"userId\": \"\(world.worker.id)\"}")
            #expect(wrong.status == 400 && wrong.json["detail"] == "userId is not a field of this request.")
            #expect(try await world.company.manager.get(other + "/time-entries").json.list.isEmpty)

            let entry = site + "/time-entries/" + (world.ids["entryId"] ?? "")
            let moved = try await world.company.manager.patch(
                entry, "{\"reason\": \"x\", \"site\": \"\(other.lastSegment)\", \"pauses\": []}")
            #expect(
                moved.json["detail"] == "pauses is not a field of this request; site is not a field of this request.")

            let address = "{\"address\": {\"street\": \"A\", \"streetNumber\": \"1\", \"city\": \"B\", \"zip\": \"1\"}}"
            let fields = try await world.company.manager.patch(site, address).json["fields"]?.list
            #expect(fields?.map { $0["field"] } == ["address.zip"])

            // However many there are, the response is bounded.
            let many = (0..<5000).map { "\"field\($0)\": 1" }.joined(separator: ",")
            let answer = try await world.company.manager.patch(site, "{\(many)}")
            #expect(answer.status == 400 && answer.json["fields"]?.list.count == 20 && answer.body.count < 8000)

            // Load balancers and browsers may add any parameter to addresses outside the API.
            for path in ["/livez?probe=1", "/readyz?x", "/docs?utm=1", "/?x=1"] {
                #expect(try await server.client.get(path).status == 200, "\(path)")
            }
        }
    }
}

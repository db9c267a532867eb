import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Core
@testable import Server

/// A session that was left open, lent or stolen can't do anything irreversible.
@Suite struct ConfirmationTests {
    private static func guess(_ client: Client, _ password: String) async throws -> Reply {
        try await client.post("/api/v1/auth/confirm", "{\"password\": \"\(password)\"}")
    }

    /// The table names these routes, and each of them asks for confirmation.
    @Test(arguments: Engine.allCases)
    func sensitiveRoutesNeedThePasswordOfTheLastTenMinutes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Wir")
            let admin = try await server.person(.admin).client
            let routes = server.routes.filter { $0.confirmation != .notNeeded }
            #expect(
                Set(routes.map { "\($0.method) \($0.path)" }) == [
                    "POST /api/v1/users/me/factors", "DELETE /api/v1/users/me/factors/{factorId}",
                    "POST /api/v1/users/me/recovery-codes", "DELETE /api/v1/users/{userId}/factors",
                    "DELETE /api/v1/companies/{companyId}/users/{userId}/factors",
                    "DELETE /api/v1/auth/sessions/{sessionId}", "GET /api/v1/users/me/export",
                    "GET /api/v1/companies/{companyId}/export", "DELETE /api/v1/companies/{companyId}",
                    "DELETE /api/v1/companies/{companyId}/users/{userId}",
                    "PUT /api/v1/companies/{companyId}/suspension", "POST /api/v1/companies/{companyId}/tokens",
                ])
            let other = Runtime.live.newID(Session.self).text
            func ask(_ client: Client, _ route: Route) async throws -> Reply {
                try await client.send(
                    route.method.rawValue, try world.path(route, ["sessionId": other]),
                    headers: route.request.isConditional ? ["If-Match": "\"0\""] : [:])
            }
            let described = try await server.client.get("/api/v1/openapi.json").json
            // Operators make no tokens.
            func asks(_ route: Route) -> Client { route.access == .may(.manageTokens) ? world.company.manager : admin }
            for route in routes {
                #expect(try await ask(asks(route), route).status != 403, "a sign-in counts: \(route.path)")
                let operation = described["paths"]?[route.path]?[route.method.rawValue.lowercased()]
                #expect(operation?["x-confirmation"]?.text?.isEmpty == false)
                #expect(operation?["responses"]?["403"] != nil)
            }
            server.clock.advance(by: .seconds(600))
            #expect(try await admin.get("/api/v1/auth/confirm").json["confirmedUntil"] == .null)
            for route in routes {
                let reply = try await ask(asks(route), route)
                #expect(reply.status == 403 && reply.json["code"] == "confirm-again", "\(route.path): \(reply.text)")
            }
            // A forbidden or missing resource is reported first: the password doesn't change that.
            #expect(try await world.worker.client.get(world.company.path + "/export").json["code"] == "role-forbids")
            try await admin.confirm()
            try await world.company.manager.confirm()
            let until = try await admin.get("/api/v1/auth/confirm").json["confirmedUntil"]?.text
            #expect(until == "2026-11-23T12:20:00.000Z")
            server.clock.advance(by: .milliseconds(599_999))
            for route in routes {
                #expect(try await ask(asks(route), route).status != 403, "\(route.path)")
            }
        }
    }

    /// Ending the current session is signing out; a person's other sessions stay unconfirmed.
    @Test(arguments: Engine.allCases)
    func aConfirmationIsOfOneSession(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let other = server.client.with(token: try await TestCompany.signIn(server.client, email: company.email))
            server.clock.advance(by: .seconds(600))
            try await company.manager.confirm()
            let list = try await other.get("/api/v1/auth/sessions").json.list
            for session in list.sorted(by: { a, b in a["current"] == false && b["current"] == true }) {
                let reply = try await other.delete("/api/v1/auth/sessions/" + (session["id"]?.text ?? ""))
                #expect(reply.status == (session["current"] == true ? 204 : 403), "\(reply.text)")
            }
            #expect(try await company.manager.get("/api/v1/users/me/export").status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func guessesCountAlsoAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let first = try await Self.guess(company.manager, "falsch geraten")
            #expect(first.status == 400 && first.json["fields"]?[0]?["code"] == "wrong-password")
            #expect(try await Self.guess(company.manager, TestCompany.password).status == 200)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 { group.addTask { try await Self.guess(company.manager, "falsch geraten").status } }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(Set(statuses.keys).isSubset(of: [400, 429, 503]) && statuses[400] ?? 0 <= 9, "\(statuses)")
            for _ in 0..<10 { _ = try await Self.guess(company.manager, "falsch geraten") }
            #expect(try await Self.guess(company.manager, TestCompany.password).status == 429)
            server.clock.advance(by: .seconds(900))
            #expect(try await Self.guess(company.manager, TestCompany.password).status == 200)
        }
    }

    /// An owner's session alone creates no account that outlasts the session.
    @Test(arguments: Engine.allCases)
    func aSessionAloneGivesNoOneMoreThanAWorkersRole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (owner, users) = (company.manager, company.path + "/users")
            let manager = try await server.person(.manager, in: company.id)
            let worker = try await server.person(.worker, in: company.id)
            func invitee(_ role: String) -> String {
                "{\"email\": \"\(UUID())@x.example\", \"firstName\": \"A\", \"lastName\": \"B\", \"role\": \"\(role)\"}"
            }
            let invited = try await owner.post(users, invitee("MANAGER"))
            #expect(invited.status == 201, "a sign-in counts: \(invited.text)")
            let waiting = users + "/" + (invited.json["id"]?.text ?? "")
            server.clock.advance(by: .seconds(600))
            let email = "{\"email\": \"\(UUID())@x.example\"}"
            let acts: [(String, String, String?)] = [
                ("POST", users, invitee("MANAGER")), ("POST", users, invitee("BOOKKEEPER")),
                ("POST", waiting + "/invitation", nil), ("PUT", waiting, email),
                ("PUT", "\(users)/\(worker.id)", "{\"role\": \"MANAGER\"}"),
                ("PUT", "\(users)/\(manager.id)", email),
                ("PUT", "\(users)/\(manager.id)", "{\"role\": \"WORKER\"}"),
                ("PUT", "\(users)/\(manager.id)", "{\"status\": \"INACTIVE\"}"),
            ]
            for (method, path, body) in acts {
                let reply = try await owner.send(method, path, body: body)
                #expect(reply.status == 403 && reply.json["code"] == "confirm-again", "\(body ?? path): \(reply.text)")
            }
            // What concerns workers, and what gives no one an account, needs none.
            for (method, path, body) in [
                ("POST", users, invitee("WORKER")), ("PUT", "\(users)/\(worker.id)", email),
                ("PUT", "\(users)/\(manager.id)", "{\"phone\": \"0171\"}"),
            ] {
                let reply = try await owner.send(method, path, body: body)
                #expect(reply.status < 300, "\(body): \(reply.text)")
            }
            try await owner.confirm()
            for (method, path, body) in acts {
                let reply = try await owner.send(method, path, body: body)
                #expect(reply.json["code"] != "confirm-again", "\(body ?? path): \(reply.text)")
            }
        }
    }
}

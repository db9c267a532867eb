import HTTPTypes
import Storage
import Testing

@testable import Core
@testable import Server

/// A person who was switched off reports for seven days what they did before, with the session they had, and nothing else.
@Suite struct SwitchedOffTests {
    /// A worker who came at 12:10 and was switched off at 13:00.
    private struct Scene {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String
        let material: String

        init(_ server: TestServer, byCard: Bool = false) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            if byCard {
                let holder = try await company.cardHolder(server)
                worker = (holder.client, holder.id)
            } else {
                worker = try await server.person(.worker, in: company.id)
            }
            site = try await company.site(users: [worker.id])
            material = try await company.material(site)
            server.clock.advance(by: .seconds(3600))
            let came = try await act("check-in", "12:10")
            #expect(came.status == 200, "\(came.text)")
            #expect(try await set("{\"status\": \"INACTIVE\"}") == 200)
            server.clock.advance(by: .seconds(600))
        }

        func act(_ name: String, _ time: String?, _ more: String = "", by client: Client? = nil) async throws -> Reply {
            let at = time.map { "\"at\": \"2026-11-23T\($0):00Z\"" } ?? ""
            let body = [at, more].filter { !$0.isEmpty }.joined(separator: ", ")
            return try await (client ?? worker.client).post("\(site)/\(name)", "{\(body)}")
        }

        func take(_ time: String?) async throws -> Reply {
            try await act("materials/\(material.lastSegment)/adjust-quantity", time, "\"delta\": -1")
        }

        func set(_ body: String) async throws -> Int {
            try await company.manager.put("\(company.path)/users/\(worker.id)", body).status
        }

        func open() async throws -> [JSON] {
            try await company.manager.get(company.path + "/clarifications?state=OPEN").json.list
        }
    }

    private static func isOver(_ reply: Reply) -> Bool {
        reply.status == 401 && reply.json["code"] == "session-ended"
    }

    @Test(arguments: Engine.allCases, [false, true])
    func whatWasDoneBeforeWaits(_ engine: Engine, byCard: Bool) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server, byCard: byCard)
            let out = try await scene.act("check-out", "12:50")
            #expect(out.status == 202 && out.json["code"] == "person-switched-off", "\(out.text)")
            #expect(out.json["params"]?["name"] != .null)
            #expect(try await scene.act("check-out", "12:50").json == out.json)
            // Even what could be recorded, and what was done just before.
            for reply in [try await scene.take("12:30"), try await scene.take("12:59")] {
                #expect(reply.status == 202 && reply.json["code"] == "person-switched-off", "\(reply.text)")
            }
            #expect(try await scene.company.manager.get(scene.material).json["amount"] == 10)
            #expect(try await scene.open().count == 3)

            // What is done now, or after that.
            for time in [nil, "13:00", "13:05"] {
                #expect(Self.isOver(try await scene.act("check-in", time)), "\(time ?? "now")")
                #expect(Self.isOver(try await scene.take(time)), "\(time ?? "now")")
            }
            #expect(try await scene.open().count == 3)
            let phones = try await scene.company.manager.get("\(scene.company.path)/users/\(scene.worker.id)/phones")
            #expect(phones.json == .list([]))

            let id = out.json["id"]?.text ?? ""
            let booked = try await scene.company.manager.post("\(scene.company.path)/clarifications/\(id)/book")
            #expect(booked.status == 200, "\(booked.text)")
            let entry = try await scene.company.manager.get(scene.site + "/time-entries").json[0]
            #expect(entry?["checkedOutAt"] == "2026-11-23T12:50:00.000Z")
        }
    }

    /// Whatever doesn't report what was done is closed to them.
    @Test(arguments: Engine.allCases)
    func nothingElseIsOpen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            var closed = 0
            for route in server.routes where route.access.needsSession && route.alternative == nil {
                var path = route.path.replacing("{companyId}", with: scene.company.id)
                path = path.replacing("{siteId}", with: scene.site.lastSegment)
                path = path.replacing("{materialId}", with: scene.material.lastSegment)
                path = path.replacing(/\{[a-zA-Z]+\}/, with: scene.worker.id)
                let reply = try await scene.worker.client.send(
                    route.method.rawValue, path, body: route.method == .get || route.method == .delete ? nil : "{}")
                #expect(Self.isOver(reply), "\(route.method) \(path): \(reply.status) \(reply.text)")
                closed += 1
            }
            #expect(closed > 60, "\(closed)")
        }
    }

    @Test(arguments: Engine.allCases)
    func itEnds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            // Switched on again, they sign in again; the session of before stays what it is.
            #expect(try await scene.set("{\"status\": \"ACTIVE\"}") == 200)
            #expect(Self.isOver(try await scene.worker.client.get("/api/v1/users/me")))
            #expect(try await scene.take("12:30").status == 202)
            let email = try await scene.company.manager.get("\(scene.company.path)/users/\(scene.worker.id)").json[
                "email"]
            let token = try await TestCompany.signIn(server.client, email: email?.text ?? "")
            let again = server.client.with(token: token)
            #expect(try await again.get("/api/v1/auth/sessions").json.list.count == 1)
            #expect(try await again.get("/api/v1/users/me").status == 200)

            // Of two times switched off, each session counts from its own.
            #expect(try await scene.set("{\"status\": \"INACTIVE\"}") == 200)
            #expect(try await scene.act("check-out", "13:05", by: again).status == 202)
            #expect(Self.isOver(try await scene.act("check-out", "13:05")))
            server.clock.advance(by: Session.handingIn - .seconds(601))
            #expect(try await scene.take("12:31").status == 202)
            server.clock.advance(by: .seconds(2))
            #expect(Self.isOver(try await scene.take("12:32")))
            #expect(try await scene.act("check-out", "13:06", by: again).status == 202)

            // Who is removed reports nothing more.
            try await scene.company.manager.confirm()
            #expect(
                try await scene.company.manager.delete("\(scene.company.path)/users/\(scene.worker.id)").status == 204)
            #expect(Self.isOver(try await scene.act("check-out", "13:07", by: again)))
        }
    }
}

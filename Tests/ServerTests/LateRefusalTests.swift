import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What was done offline and can't be booked any more is told to the manager by the site's history.
@Suite struct LateRefusalTests {
    /// 2026-11-23T12:00:00Z is when a test begins.
    private static let late = "2026-11-23T12:30:00Z"

    private struct Place {
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String
        let material: String

        init(_ server: TestServer) async throws {
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id)
            site = try await company.site(users: [worker.id])
            material = try await company.material(site)
            server.clock.advance(by: .seconds(3600))
        }

        func take(_ delta: Int, at: String? = late, note: String = "Bad", key: String? = nil) async throws -> Reply {
            let at = at.map { ", \"at\": \"\($0)\"" } ?? ""
            return try await worker.client.send(
                "POST", material + "/adjust-quantity", body: "{\"delta\": \(delta), \"note\": \"\(note)\"\(at)}",
                headers: key.map { ["Idempotency-Key": $0] } ?? [:])
        }

        func refused() async throws -> [JSON] {
            try await company.manager.get(site + "/history?kind=CHANGE").json.list.compactMap { $0["change"] }
                .filter { $0["action"] == "material.act-refused" }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsntThereAnyMoreIsTold(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let place = try await Place(server)
            // Now, and two minutes ago, the person is there to read it.
            for at in [nil, "2026-11-23T12:59:00Z"] {
                #expect(try await place.take(-99, at: at).json["code"] == "not-enough")
            }
            #expect(try await place.refused().isEmpty)

            for key in ["a", "a", "b", nil] {
                let reply = try await place.take(-99, key: key)
                #expect(reply.status == 409 && reply.json["code"] == "not-enough", "\(reply.text)")
            }
            let entries = try await place.refused()
            #expect(entries.count == 1, "\(entries)")
            let entry = try #require(entries.first)
            #expect(entry["subjectId"]?.text == place.material.lastSegment && entry["subjectName"] == "Flexkleber")
            #expect(entry["userId"]?.text == place.worker.id)
            let changes = entry["changes"]?.list ?? []
            #expect(changes.map { $0["field"] } == ["delta", "unit", "at", "note", "code"])
            #expect(changes.map { $0["to"] } == ["-99", "Sack", "2026-11-23T12:30:00.000Z", "Bad", "not-enough"])
            #expect(changes.allSatisfy { $0["from"] == .null })

            // Another act is another entry; one that is booked is none.
            #expect(try await place.take(-98).status == 409)
            #expect(try await place.take(9_999_999_999).json["code"] == "too-much")
            #expect(try await place.take(-1).status == 200)
            #expect(try await place.refused().count == 3)
            #expect(try await place.company.manager.get(place.material).json["amount"] == 9)
            // The amount is the sum of the movements.
            let movements = try await place.company.manager.get(place.material + "/movements").json.list
            #expect(movements.compactMap { $0["delta"]?.number }.reduce(0, +) == 9)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoseSiteOrMaterialIsGoneIsHeard(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let place = try await Place(server)
            let manager = place.company.manager
            let stranger = try await server.person(.worker, in: place.company.id)
            let body = "{\"delta\": -1, \"at\": \"\(Self.late)\"}"
            _ = try await manager.patch(place.site, "{\"users\": []}")
            #expect(try await place.take(-1).json["code"] == "site-not-found")
            #expect(try await place.refused().count == 1)
            // Who never worked there learns and leaves nothing.
            #expect(try await stranger.client.post(place.material + "/adjust-quantity", body).status == 404)
            let other = try await TestCompany.register(server.client)
            #expect(try await other.manager.post(place.material + "/adjust-quantity", body).status == 404)
            let unknown = place.site + "/materials/" + Runtime.live.newID(Material.self).text
            #expect(try await manager.post(unknown + "/adjust-quantity", body).status == 404)
            #expect(try await place.refused().count == 1)

            _ = try await manager.patch(place.site, "{\"users\": [\"\(place.worker.id)\"]}")
            _ = try await manager.delete(place.material)
            #expect(try await place.take(-2).json["code"] == "material-not-found")
            _ = try await manager.delete(place.site)
            #expect(try await place.take(-3).json["code"] == "site-not-found")
            let codes = try await place.refused().compactMap { $0["changes"]?.list.last?["to"]?.text }
            #expect(Set(codes) == ["site-not-found", "material-not-found"] && codes.count == 3, "\(codes)")
            // Once the site is back with its material, the same act is booked.
            _ = try await manager.post(place.site + "/restore")
            _ = try await manager.post(place.material + "/restore")
            #expect(try await place.take(-3).json["amount"] == 7)
        }
    }

    @Test(arguments: Engine.allCases)
    func nothingIsTakenBeforeItWasThere(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let place = try await Place(server)
            let early = try await place.take(-1, at: "2026-11-23T11:58:59Z")
            #expect(early.status == 409 && early.json["code"] == "before-material", "\(early.text)")
            #expect(early.json["params"]?["createdAt"] == "2026-11-23T12:00:00.000Z")
            #expect(early.json["params"]?["material"] == "Flexkleber")
            #expect(try await place.company.manager.get(place.material).json["amount"] == 10)
            #expect(try await place.refused().first?["changes"]?.list.last?["to"] == "before-material")
            // A phone's clock may be a minute off, and what was brought may be entered before the material is.
            #expect(try await place.take(-1, at: "2026-11-23T11:59:00Z").status == 200)
            #expect(try await place.take(5, at: "2026-11-23T09:00:00Z").status == 200)
        }
    }

    /// Many reports of the same act at once leave one entry.
    @Test(arguments: Engine.allCases)
    func manyAtOnceLeaveOne(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let place = try await Place(server)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 { group.addTask { try await place.take(-99, key: "\(number)").status } }
                for try await status in group { #expect(status == 409) }
            }
            #expect(try await place.refused().count == 1)
        }
    }
}

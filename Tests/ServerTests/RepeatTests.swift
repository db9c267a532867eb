import Foundation
import Storage
import Testing

@testable import Core

/// Versions and keys: no edit overwrites an unseen one, and no request takes effect twice.
@Suite struct RepeatTests {
    @Test(arguments: Engine.allCases)
    func aStaleVersionIsRefused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site()
            let material = try await company.material(site)
            let entry = try await company.manager.post(site + "/check-in")
            let rows: [(method: String, path: String, body: String)] = [
                ("PATCH", company.path, "{\"name\": \"Neu\"}"), ("PATCH", site, "{\"name\": \"Neu\"}"),
                ("PATCH", material, "{\"name\": \"Neu\"}"), ("PUT", "/api/v1/users/me", "{\"firstName\": \"Neu\"}"),
                ("PUT", company.path + "/users/" + worker.id, "{\"firstName\": \"Neu\"}"),
                (
                    "PATCH", site + "/time-entries/" + (entry.json["id"]?.text ?? ""),
                    // A correction that changes nothing creates no version of a time entry.
                    "{\"reason\": \"x\", \"checkedInAt\": \"2026-11-23T07:00:##Z\"}"
                ),
            ]
            var second = 10
            for row in rows {
                func send(_ match: String) async throws -> Reply {
                    second += 1
                    let body = row.body.replacing("##", with: "\(second % 60 + 100)".suffix(2))
                    return try await company.manager.send(
                        row.method, row.path, body: body, headers: ["If-Match": match])
                }
                #expect(try await send("\"7\"").status == 412, "\(row.path)")
                let first = try await send("\"1\"")
                #expect(first.status == 200 && first.header("ETag") == "\"2\"", "\(row.path): \(first.text)")
                let stale = try await send("\"1\"")
                #expect(stale.status == 412 && stale.json["error"]?.text?.contains("changed") == true, "\(row.path)")
                for good in ["W/\"2\"", "\"3-gzip\"", "\"9\", \"4\"", "\"5;br\"", "*"] {
                    #expect(try await send(good).status == 200, "\(row.path) \(good)")
                }
                for bad in [",", "\"x\"", "\"7abc\"", "\"\"", "nonsense"] {
                    #expect(try await send(bad).status == 412, "\(row.path) \(bad)")
                }
            }
            for path in [material, site, company.path + "/users/" + worker.id] {
                let gone = try await company.manager.send("DELETE", path, headers: ["If-Match": "\"1\""])
                #expect(gone.status == 412)
                let version = path.contains("/users/") || path == site || path == material ? "\"7\"" : "\"1\""
                #expect(try await company.manager.send("DELETE", path, headers: ["If-Match": version]).status == 204)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aRepetitionGetsTheFirstAnswer(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site())
            let path = material + "/adjust-quantity"
            func take(
                _ body: String, key: String, as client: Client? = nil, at path: String? = nil
            ) async throws -> Reply {
                try await (client ?? company.manager).send(
                    "POST", path ?? material + "/adjust-quantity", body: body, headers: ["Idempotency-Key": key])
            }
            let first = try await take("{\"delta\": -1}", key: "a-1")
            #expect(first.json["amount"] == 9)
            _ = try await company.manager.post(path, "{\"delta\": -1}")
            for repeated in [path, path + "/"] {
                let again = try await take("{\"delta\": -1}", key: "a-1", at: repeated)
                #expect(again.status == 200 && again.body == first.body)
                #expect(again.header("ETag") == first.header("ETag"))
                #expect(again.header("Content-Type") == "application/json")
            }
            let other = try await take("{\"delta\": -2}", key: "a-1")
            #expect(other.status == 422 && other.header("Content-Type") == "application/problem+json")
            // Another path or another person: another key.
            let second = try await company.material(company.site())
            #expect(try await take("{\"delta\": -1}", key: "a-1", at: second + "/adjust-quantity").json["amount"] == 9)
            let manager = try await server.person(.manager, in: company.id)
            #expect(try await take("{\"delta\": -1}", key: "a-1", as: manager.client).json["amount"] == 7)

            // A refused request may be tried again.
            #expect(try await take("{\"delta\": -50}", key: "b").status == 409)
            _ = try await company.manager.post(path, "{\"delta\": 50}")
            #expect(try await take("{\"delta\": -50}", key: "b").json["amount"] == 7)
            for bad in [String(repeating: "k", count: 256), "a b", "ä"] {
                #expect(try await take("{\"delta\": -1}", key: bad).status == 400, "\(bad)")
            }
            server.clock.advance(by: .seconds(29 * 24 * 3600))
            #expect(try await take("{\"delta\": -1}", key: "a-1").body == first.body)
            let token = try await TestCompany.signIn(server.client, email: company.email)
            server.clock.advance(by: .seconds(24 * 3600))
            let late = try await take("{\"delta\": -1}", key: "a-1", as: server.client.with(token: token))
            #expect(late.json["amount"] == 6)
        }
    }

    @Test(arguments: Engine.allCases)
    func atOnceItIsDoneOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let bodies = try await withThrowingTaskGroup(of: Data.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await company.manager.send(
                            "POST", company.path + "/sites", body: "{\(Refused.site),\(Refused.address)}",
                            headers: ["Idempotency-Key": "once"]
                        ).body
                    }
                }
                return try await group.reduce(into: Set<Data>()) { $0.insert($1) }
            }
            #expect(bodies.count == 1)
            #expect(try await company.manager.get(company.path + "/sites").json.list.count == 1)
        }
    }

    /// The link of an invitation is a secret: a repetition returns it again, and it can't be read from the database.
    @Test(arguments: Engine.allCases)
    func aKeptAnswerGivesNoSecretAway(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let invited = try await company.manager.post(
                company.path + "/users",
                "{\"email\": \"l@v.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}")
            let path = company.path + "/users/" + (invited.json["id"]?.text ?? "") + "/invitation"
            let key = ["Idempotency-Key": UUID().uuidString]
            let first = try await company.manager.send("POST", path, headers: key)
            let again = try await company.manager.send("POST", path, headers: key)
            #expect(first.status == 202 && again.status == 202 && again.body == first.body)
            let kept = try await server.database.fetch(
                Query("SELECT answer FROM idempotency_keys") { try $0.next() as [UInt8] })
            #expect(kept.count == 1)
            #expect(!String(decoding: kept[0], as: UTF8.self).contains("token"))
        }
    }

    /// An id is the same one in capitals.
    @Test(arguments: Engine.allCases)
    func aKeyHoldsHoweverTheIdsAreSpelled(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(try await company.site(), amount: "10")
            let id = material.lastSegment
            for spelled in [id, id.uppercased()] {
                let taken = try await company.manager.send(
                    "POST", material.replacing(id, with: spelled) + "/adjust-quantity", body: "{\"delta\": -4}",
                    headers: ["Idempotency-Key": "once"])
                #expect(taken.status == 200 && taken.json["amount"] == 6, "\(taken.text)")
            }
        }
    }
}

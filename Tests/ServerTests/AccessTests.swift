import Core
import Foundation
import Storage
import Testing

@Suite struct AccessTests {
    /// Permissions within a company: the status of the response for each role, by the permission table.
    struct Row: Sendable {
        let method: String
        let path: String
        var body: String?
        let admin: Int
        let manager: Int
        let assigned: Int
        let other: Int
    }

    static let rows = [
        Row(method: "GET", path: "{company}", admin: 200, manager: 200, assigned: 200, other: 200),
        Row(method: "GET", path: "{company}/sites", admin: 200, manager: 200, assigned: 200, other: 200),
        Row(
            method: "POST", path: "{company}/sites", body: "{\(Refused.site),\(Refused.address)}", admin: 201,
            manager: 201,
            assigned: 403, other: 403),
        Row(method: "GET", path: "{site}", admin: 200, manager: 200, assigned: 200, other: 404),
        Row(method: "GET", path: "{site}/materials", admin: 200, manager: 200, assigned: 200, other: 404),
        Row(
            method: "POST", path: "{site}/materials", body: "{\(Refused.material),\"amount\":1,\"threshold\":1}",
            admin: 201,
            manager: 201, assigned: 403, other: 403),
        Row(
            method: "POST", path: "{material}/adjust-quantity", body: "{\"delta\":-1}", admin: 200, manager: 200,
            assigned: 200,
            other: 404),
        Row(
            method: "POST", path: "{material}/adjust-quantity", body: "{\"delta\":0}", admin: 200, manager: 200,
            assigned: 200,
            other: 404),
        Row(method: "GET", path: "{material}/movements", admin: 200, manager: 200, assigned: 200, other: 404),
    ]

    @Test(arguments: Engine.allCases)
    func thePermissionTableHolds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let stranger = try await TestCompany.register(server.client)
            let admin = try await server.person(.admin)
            let assigned = try await server.person(.worker, in: company.id)
            let other = try await server.person(.worker, in: company.id)
            let strangersWorker = try await server.person(.worker, in: stranger.id)
            let site = try await company.site(users: [assigned.id])
            let material = try await company.material(site)

            for row in Self.rows {
                let path = row.path.replacingOccurrences(of: "{company}", with: company.path)
                    .replacingOccurrences(of: "{site}", with: site).replacingOccurrences(
                        of: "{material}", with: material)
                func status(_ client: Client) async throws -> Int {
                    try await client.send(row.method, path, body: row.body).status
                }
                #expect(try await status(admin.client) == row.admin, "ADMIN \(row.method) \(row.path)")
                #expect(try await status(company.manager) == row.manager, "MANAGER \(row.method) \(row.path)")
                #expect(try await status(assigned.client) == row.assigned, "assigned \(row.method) \(row.path)")
                #expect(try await status(other.client) == row.other, "not assigned \(row.method) \(row.path)")
                #expect(try await status(stranger.manager) == 404, "stranger \(row.method) \(row.path)")
                #expect(try await status(strangersWorker.client) == 404, "stranger's worker \(row.method) \(row.path)")
                #expect(try await status(server.client) == 401, "no one \(row.method) \(row.path)")
            }
            #expect(try await admin.client.get("/api/v1/users/me").json["companyId"] == .null)
            let hidden = "/api/v1/companies/00000000-0000-7000-8000-000000000000"
            #expect(try await admin.client.get(hidden + "/sites").status == 404)
            #expect(
                try await admin.client.post(hidden + "/sites", "{\(Refused.site),\(Refused.address)}").status == 404)
        }
    }

    /// The id of a site or material below another company's or site's path finds nothing and changes nothing.
    @Test(arguments: Engine.allCases)
    func idsOfAnotherCompanyAreNotFound(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let ours = try await TestCompany.register(server.client)
            let theirs = try await TestCompany.register(server.client)
            let (ourSite, theirSite) = (try await ours.site(), try await theirs.site())
            let theirMaterial = try await theirs.material(theirSite)
            let theirSiteID = String(theirSite.split(separator: "/").last ?? "")
            let theirMaterialID = String(theirMaterial.split(separator: "/").last ?? "")

            #expect(try await ours.manager.get(ours.path + "/sites/" + theirSiteID).status == 404)
            for path in [
                ours.path + "/sites/\(theirSiteID)/materials/\(theirMaterialID)/adjust-quantity",
                ourSite + "/materials/\(theirMaterialID)/adjust-quantity",
                theirMaterial + "/adjust-quantity",
            ] {
                #expect(try await ours.manager.post(path, "{\"delta\": 1}").status == 404)
            }
            let refused = try await ours.manager.post(
                ours.path + "/sites", "{\(Refused.site),\(Refused.address),\"users\":[\"\(theirs.managerID)\"]}")
            #expect(refused.status == 400)
            #expect(refused.json["error"]?.text?.contains(theirs.managerID) == true)
            #expect(try await ours.manager.get(ours.path + "/sites").json.list.count == 1)
            #expect(try await theirs.manager.get(theirMaterial + "/movements").json.list.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func workersSeeTheirSitesOnly(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            for number in 1...6 {
                server.clock.advance(by: .milliseconds(1))
                let site = try await company.site("Baustelle \(number)", users: number % 3 == 0 ? [worker.id] : [])
                _ = try await company.material(site)
            }
            let list = try await worker.client.get(company.path + "/sites?limit=2")
            #expect(list.json.list.compactMap { $0["name"]?.text } == ["Baustelle 6", "Baustelle 3"])
            #expect(list.json.list.map { $0["material"]?.list.count } == [1, 1])
            #expect(list.header("Link") == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func aTokenThatIsNotWholeOpensNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let token = company.manager.token ?? ""
            let altered = String(token.dropLast()) + (token.last == "0" ? "1" : "0")
            for wrong in [String(token.dropLast()), altered, token + "0", token.uppercased(), "", "x"] {
                let reply = try await server.client.with(token: wrong).get("/api/v1/users/me")
                #expect(reply.status == 401)
                #expect(reply.header("WWW-Authenticate") == "Bearer")
            }
            for header in ["Basic \(token)", token, "Bearer"] {
                let reply = try await server.client.send("GET", "/api/v1/users/me", headers: ["Authorization": header])
                #expect(reply.status == 401)
            }
            server.clock.advance(by: .seconds(30 * 24 * 3600 - 1))
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            server.clock.advance(by: .seconds(1))
            #expect(try await company.manager.get("/api/v1/users/me").status == 401)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoIsSwitchedOffOrRemovedIsOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            for change: SQL in ["status = 'INACTIVE'", "removed_at = 1, email_folded = NULL"] {
                let worker = try await server.person(.worker, in: company.id)
                #expect(try await worker.client.get("/api/v1/users/me").status == 200)
                try await server.database.transaction { [id = worker.id] in
                    try $0.execute(Statement("UPDATE users SET \(change) WHERE id = $1", id))
                }
                #expect(try await worker.client.get("/api/v1/users/me").status == 401)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whoIsSwitchedOffCannotSignIn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            try await server.database.transaction { [id = company.managerID] in
                try $0.execute(Statement("UPDATE users SET status = 'INACTIVE' WHERE id = $1", id))
            }
            let reply = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
            #expect(reply.status == 401)
        }
    }
}

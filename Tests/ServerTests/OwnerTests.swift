import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// One manager owns the company: they can end another manager's access, and no one can end theirs.
@Suite struct OwnerTests {
    private static func owners(_ company: TestCompany) async throws -> [String] {
        try await company.manager.get(company.path + "/users").json.list
            .filter { $0["isOwner"] == true }.compactMap { $0["id"]?.text }
    }

    @Test(arguments: Engine.allCases)
    func theFounderEndsAManagersAccess(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users/"
            #expect(try await Self.owners(company) == [company.managerID])
            let second = try await server.person(.manager, in: company.id)
            #expect(try await second.client.put(users + second.id, "{\"phone\": \"1\"}").json["code"] == "workers-only")
            #expect(try await company.manager.put(users + second.id, "{\"status\": \"INACTIVE\"}").status == 200)
            #expect(try await second.client.get("/api/v1/users/me").status == 401)
            #expect(try await company.manager.put(users + second.id, "{\"role\": \"BOOKKEEPER\"}").status == 200)
            #expect(try await company.manager.delete(users + second.id).status == 204)
        }
    }

    @Test(arguments: Engine.allCases)
    func theOwnerStaysUntilTheyHandTheCompanyOn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users/"
            let admin = try await server.person(.admin)
            let second = try await server.person(.manager, in: company.id)
            let worker = try await server.person(.worker, in: company.id)
            for client in [company.manager, admin.client] {
                for body in ["{\"status\": \"INACTIVE\"}", "{\"role\": \"WORKER\"}", "{\"isOwner\": false}"] {
                    #expect(try await client.put(users + company.managerID, body).json["code"] == "owner-stays")
                }
                #expect(try await client.delete(users + company.managerID).json["code"] == "owner-stays")
            }
            #expect(try await second.client.delete(users + company.managerID).json["code"] == "workers-only")
            #expect(
                try await second.client.put(users + second.id, "{\"isOwner\": true}").json["code"] == "workers-only")
            let foreign = try await second.client.put(users + worker.id, "{\"isOwner\": true}")
            #expect(foreign.json["code"] == "owner-only")
            // Only an active manager can own a company.
            let low = try await company.manager.put(users + worker.id, "{\"isOwner\": true}")
            #expect(low.status == 409 && low.json["code"] == "owner-manages")
            #expect(try await Self.owners(company) == [company.managerID])

            // A session that was left open isn't the owner.
            server.clock.advance(by: .seconds(600))
            let unconfirmed = try await company.manager.put(users + second.id, "{\"isOwner\": true}")
            #expect(unconfirmed.status == 403 && unconfirmed.json["code"] == "confirm-again")
            try await company.manager.confirm()
            let given = try await company.manager.put(users + second.id, "{\"isOwner\": true}")
            #expect(given.status == 200 && given.json["isOwner"] == true)
            #expect(try await Self.owners(company) == [second.id])
            #expect(
                try await company.manager.put(users + second.id, "{\"phone\": \"1\"}").json["code"] == "workers-only")
            let audit = try await second.client.get(company.path + "/audit").json.list
            #expect(audit.first?["action"] == "user.ownership-given" && audit.first?["subjectId"]?.text == second.id)
            let events = try await second.client.get(company.path + "/audit/security").json.list
            #expect(events.contains { $0["kind"] == "owner-changed" })
            try await second.client.confirm()
            #expect(try await second.client.delete(users + company.managerID).status == 204)
        }
    }

    /// The owner hands the company on in two browsers at once: it has one owner, and the later request is refused.
    @Test(arguments: Engine.allCases)
    func handingOnTwiceAtOnceLeavesOneOwner(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users/"
            for _ in 0..<10 {
                var heirs: [String] = []
                for _ in 0..<4 { heirs.append(try await server.person(.manager, in: company.id).id) }
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for heir in heirs {
                        group.addTask { try await company.manager.put(users + heir, "{\"isOwner\": true}").status }
                    }
                    return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(statuses == [200: 1, 403: 3])
                let owner = try await Self.owners(company)
                #expect(owner.count == 1 && heirs.contains(owner.first ?? ""))
                let admin = try await server.person(.admin)
                #expect(try await admin.client.put(users + company.managerID, "{\"isOwner\": true}").status == 200)
            }
        }
    }

    /// A link, a card or an address that a manager gave a worker doesn't open the account of a manager.
    @Test(arguments: Engine.allCases)
    func noManagerHoldsTheKeyOfSomeoneTheyMayNotChange(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users"
            let second = try await server.person(.manager, in: company.id)
            func invite(_ email: String, _ role: String, by client: Client) async throws -> String {
                let body = "{\"email\": \"\(email)\", \"firstName\": \"A\", \"lastName\": \"B\", \"role\": \"\(role)\"}"
                let invited = try await client.post(users, body)
                return users + "/" + (invited.json["id"]?.text ?? "")
            }
            let boss = try await invite("boss@kern.example", "MANAGER", by: company.manager)
            let link = try await second.client.post(boss + "/invitation")
            #expect(link.status == 403 && link.json["code"] == "workers-only", "\(link.text)")
            #expect(try await company.manager.post(boss + "/invitation").json["link"]?.text != nil)

            let rising = try await invite("auf@kern.example", "WORKER", by: second.client)
            let token = try await second.client.post(rising + "/invitation").json["link"]?.text?.split(separator: "=")
                .last
            #expect(try await company.manager.put(rising, "{\"role\": \"MANAGER\"}").status == 200)
            let set = try await server.client.with(token: token.map(String.init)).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(set.status == 401, "\(set.text)")
            // They are invited again, by mail alone.
            let mails = try await company.manager.get(company.path + "/mails").json.list
            #expect(
                mails.contains { $0["address"] == "auf@kern.example" && $0["state"] == "queued" }, "\(mails)")

            let carded = try await invite("karte@kern.example", "WORKER", by: second.client)
            let card = try await second.client.post(carded + "/invitation", "{\"card\": true}").json["code"]?.text ?? ""
            #expect(try await company.manager.put(carded, "{\"role\": \"BOOKKEEPER\"}").status == 200)
            #expect(try await server.client.post("/api/v1/auth/card/holder", "{\"code\": \"\(card)\"}").status == 401)

            let worker = try await server.person(.worker, in: company.id)
            let asked = try await second.client.put(users + "/" + worker.id, "{\"email\": \"mein@kern.example\"}")
            #expect(asked.json["pendingEmail"] == "mein@kern.example")
            let risen = try await company.manager.put(users + "/" + worker.id, "{\"role\": \"MANAGER\"}")
            #expect(risen.status == 200 && risen.json["pendingEmail"] == .null, "\(risen.text)")
        }
    }

    /// Companies that were founded before have their oldest active manager as owner.
    @Test(arguments: Engine.allCases)
    func theOldestActiveManagerOwnsACompanyThatWasThereBefore(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let all = try Migration.embedded()
            let database = try Engine.open(url)
            _ = try await Migrator(database, migrations: all.filter { $0.version < 20 }).migrate()
            try await database.transaction { transaction in
                for (company, people) in [
                    (
                        "a",
                        [
                            ("1", "WORKER", "ACTIVE"), ("2", "MANAGER", "INACTIVE"), ("3", "MANAGER", "ACTIVE"),
                            ("4", "MANAGER", "ACTIVE"),
                        ]
                    ),
                    ("b", [("5", "MANAGER", "INACTIVE")]),
                ] {
                    try transaction.execute(
                        Statement(
                            """
                            INSERT INTO companies (id, name, street_number, street, city, postal_code, country, time_zone,
                                language, created_at, updated_at)
                            VALUES ($1, 'A', '1', 'B', 'C', 'D', 'E', 'Europe/Berlin', 'de', 1, 1)
                            """, company))
                    for (id, role, status) in people {
                        try transaction.execute(
                            Statement(
                                """
                                INSERT INTO users (company_id, id, email, email_folded, first_name, last_name, role, status,
                                    language, created_at, updated_at)
                                VALUES ($1, $2, $2, $2, 'A', 'B', $3, $4, 'de', 7, 7)
                                """, company, id, role, status))
                    }
                }
            }
            _ = try await Migrator(database, migrations: all).migrate()
            let owners = try await database.fetch(
                Query("SELECT id, owner_since FROM users WHERE owner_since IS NOT NULL ORDER BY id") {
                    "\(try $0.next() as String) \(try $0.next() as Int64)"
                })
            #expect(owners == ["3 7"])
            await database.close()
        }
    }
}

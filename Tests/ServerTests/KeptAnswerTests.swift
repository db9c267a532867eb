import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The responses kept for a person's repeatable requests, and the response to a late repetition.
@Suite struct KeptAnswerTests {
    @Test(arguments: Engine.allCases)
    func olderAnswersGoAndAreReadAnew(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let manager = company.manager
            func send(_ path: String, _ body: String, _ key: String) async throws -> Reply {
                try await manager.send("POST", path, body: body, headers: ["Idempotency-Key": key])
            }
            let made = try await send(company.path + "/sites", Limited.site(), "site")
            let site = company.path + "/sites/" + (made.json["id"]?.text ?? "")
            let added = try await send(site + "/materials", Limited.material, "material")
            let material = site + "/materials/" + (added.json["id"]?.text ?? "")
            let taken = try await send(material + "/adjust-quantity", "{\"delta\": -1}", "take")
            let person = Limited.person(1)
            let invited = try await send(company.path + "/users", person, "invite")
            let user = company.path + "/users/" + (invited.json["id"]?.text ?? "")
            let link = try await send(user + "/invitation", "{}", "link")
            let entry = try await send(site + "/check-in", "{}", "in")
            #expect([made, added, invited].allSatisfy { $0.status == 201 } && taken.json["amount"] == 4)
            server.clock.advance(by: .seconds(60))
            try await Self.keep(10_000, of: company, server)
            // The next server that the person's requests reach counts what is there.
            #expect(try await server.keysWithAnswers() == 10_006)
            server.clock.advance(by: .seconds(1))
            for number in 0..<100 { _ = try await send(material + "/adjust-quantity", "{\"delta\": 0}", "n\(number)") }
            // The link can't be read again, and is kept.
            #expect(try await server.keysWithAnswers() <= 10_010)

            #expect(try await manager.patch(material, "{\"amount\": 40}").status == 200)
            let again = try await send(material + "/adjust-quantity", "{\"delta\": -1}", "take")
            #expect(again.status == 200 && again.json["amount"] == 40 && again.header("ETag") == "\"3\"")
            #expect(try await send(material + "/adjust-quantity", "{\"delta\": -2}", "take").status == 422)
            let site2 = try await send(company.path + "/sites", Limited.site(), "site")
            #expect(site2.status == 201 && site2.json["id"] == made.json["id"])
            #expect(try await manager.get(company.path + "/sites").json.list.count == 1)
            #expect(try await send(site + "/check-in", "{}", "in").json["id"] == entry.json["id"])
            #expect(try await send(company.path + "/users", person, "invite").json["id"] == invited.json["id"])
            #expect(try await send(user + "/invitation", "{}", "link").body == link.body)
            let movements = try await manager.get(material + "/movements").json.list
            #expect(movements.count == 3)
            #expect(try await manager.delete(material).status == 204)
            let gone = try await send(site + "/materials", Limited.material, "material")
            #expect(gone.status == 404)
            #expect(try await manager.get(site + "/materials").json.list.isEmpty)
        }
    }

    /// As if a person had sent this many requests with a key.
    private static func keep(_ count: Int, of company: TestCompany, _ server: TestServer) async throws {
        let expiry = server.clock.now + IdempotencyKey.lifetime
        try await server.database.transaction { transaction in
            for number in 0..<count {
                let bytes = withUnsafeBytes(of: Int64(number)) { Array($0) }
                try transaction.enqueue(
                    Statement(
                        """
                        INSERT INTO idempotency_keys (company_id, user_id, key_hash, body_hash, answer, subject, expires_at)
                        VALUES ($1, $2, $3, $3, $3, '', $4)
                        """, company.id, company.managerID, bytes, expiry + .milliseconds(number)))
            }
        }
    }
}

extension TestServer {
    fileprivate func keysWithAnswers() async throws -> Int64 {
        try await database.fetch(
            Query("SELECT COUNT(*) FROM idempotency_keys WHERE answer IS NOT NULL") { try $0.next() as Int64 })[0]
    }
}

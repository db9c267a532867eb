import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A person's former names are kept beside their current one.
@Suite struct FormerNameTests {
    @Test(arguments: Engine.allCases)
    func historySaysWhoItWas(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (manager, me) = (company.manager, "/api/v1/users/me")
            let worker = try await server.person(.worker, in: company.id)
            let path = company.path + "/users/" + worker.id
            func step() { server.clock.advance(by: .seconds(60)) }
            step()
            _ = try await company.site("Bad")
            step()
            #expect(try await manager.put(me, "{\"lastName\": \"Kern\", \"language\": \"en\"}").status == 200)
            step()
            #expect(try await manager.put(me, "{\"lastName\": \"Sommer\"}").status == 200)
            step()
            #expect(try await manager.put(path, "{\"firstName\": \"Karl\"}").status == 200)
            step()
            #expect(try await worker.client.put(me, "{\"lastName\": \"Rot\"}").status == 200)
            step()
            #expect(try await worker.client.put(me, "{\"language\": \"en\"}").status == 200)

            let audit = try await manager.get(company.path + "/audit").json.list
            #expect(audit.map { $0["userName"] }.suffix(4).allSatisfy { $0 == "Ada Sommer" })
            let then = audit.map { [$0["action"], $0["userNameThen"], $0["subjectNameThen"]] }
            #expect(
                then == [
                    ["user.changed", .null, .null], ["user.changed", .null, .null],
                    ["user.changed", .null, "Karl Roth"], ["user.changed", .null, .null],
                    ["user.changed", "Ada Kern", "Ada Kern"], ["site.created", "Ada Kern", .null],
                    ["company.registered", "Ada Kern", .null],
                ])
            let names = try await manager.get(path + "/former-names")
            let rot = JSON.object(["firstName": "Karl", "lastName": "Roth", "until": "2026-11-23T12:05:00.000Z"])
            let kai = JSON.object(["firstName": "Kai", "lastName": "Roth", "until": "2026-11-23T12:04:00.000Z"])
            #expect(names.json == .list([rot, kai]))
            #expect(try await manager.all(path + "/former-names?limit=1") == [rot, kai])
            #expect(try await worker.client.get(path + "/former-names").status == 403)
            #expect(try await worker.client.get(me + "/export").json["formerNames"] == .list([kai, rot]))
        }
    }

    /// A former name is kept as long as the name is, and erased with it.
    @Test(arguments: Engine.allCases)
    func aFormerNameGoesWithTheName(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let stays = try await server.person(.worker, in: company.id)
            let goes = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [stays.id])
            let material = try await company.material(site)
            #expect(try await stays.client.post(material + "/adjust-quantity", "{\"delta\": -1}").status == 200)
            for person in [stays, goes] {
                let renamed = try await person.client.put(
                    "/api/v1/users/me",
                    """
                    {"lastName": "Anders", "email": "\(person.id)@neu.example", "currentPassword": "\(TestCompany.password)"}
                    """)
                #expect(renamed.status == 200)
                #expect(try await company.manager.delete(company.path + "/users/" + person.id).status == 204)
            }
            let (names, emails, pending) = try await server.database.fetch(
                Query("SELECT user_id, last_name FROM former_names") { [try $0.next() as String, try $0.next()] },
                Query("SELECT email FROM former_emails") { try $0.next() as String },
                Query("SELECT id FROM users WHERE pending_email IS NOT NULL") { try $0.next() as String })
            #expect(names == [[stays.id, "Roth"]])
            #expect(emails.isEmpty && pending.isEmpty, "an address goes at once")
        }
    }

    @Test(arguments: Engine.allCases)
    func aPersonIsRenamedTenTimesADay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            for number in 0..<11 {
                let client = number % 2 == 0 ? worker.client : company.manager
                let path = number % 2 == 0 ? "/api/v1/users/me" : company.path + "/users/" + worker.id
                let name = ["Null", "Eins", "Zwei", "Drei", "Vier", "Acht", "Neun", "Elf", "Zehn", "Zwanzig", "Last"]
                let reply = try await client.put(path, "{\"lastName\": \"\(name[number])\"}")
                #expect(reply.status == (number < 10 ? 200 : 429))
            }
            #expect(try await worker.client.put("/api/v1/users/me", "{\"lastName\": \"Zwanzig\"}").status == 200)
        }
    }
}

import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Concurrent changes of one person's address, and of the same address.
@Suite struct EmailRaceTests {
    private static func ask(_ client: Client, _ email: String) async throws -> Reply {
        try await client.put(
            "/api/v1/users/me", "{\"email\": \"\(email)\", \"currentPassword\": \"\(TestCompany.password)\"}")
    }

    private static func open(_ server: TestServer, _ link: String, _ token: String?) async throws -> Reply {
        try await server.client.post("/api/v1/auth/email/\(link)", "{\"token\": \"\(token ?? "")\"}")
    }

    /// All due mails, by kind.
    private static func letters(_ server: TestServer) async throws -> [String: [Letter]] {
        let postbox = Postbox()
        let service = try server.mailService(by: postbox)
        while try await service.sendDue() > 0 {}
        return Dictionary(grouping: postbox.letters, by: \.tag)
    }

    /// Whichever comes first, the former address is in effect in the end.
    @Test(arguments: Engine.allCases)
    func confirmingAndUndoingAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for number in 0..<8 {
                let company = try await TestCompany.register(server.client)
                #expect(try await Self.ask(company.manager, "neu\(number)@else.example").status == 200)
                let letters = try await Self.letters(server)
                async let confirmed = Self.open(server, "confirm", letters["email-confirm"]?[0].token)
                async let restored = Self.open(server, "restore", letters["email-changing"]?[0].token)
                let statuses = try await (confirmed.status, restored.status)
                #expect([200, 401].contains(statuses.0) && statuses.1 == 200)
                let found = try await server.database.fetch(
                    Query("SELECT email, pending_email FROM users WHERE id = $1", User.ID(company.managerID)) {
                        (try $0.next() as String, try $0.next() as String?)
                    })
                #expect(found.first?.0 == company.email && found.first?.1 == nil)
                #expect(try await company.manager.get("/api/v1/users/me").status == 401)
            }
        }
    }

    /// One of two changes is pending, and only its link confirms it.
    @Test(arguments: Engine.allCases)
    func twoChangesAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            async let one = Self.ask(company.manager, "eins@else.example")
            async let two = Self.ask(company.manager, "zwei@else.example")
            let statuses = try await [one.status, two.status]
            // The second password check of one account may be refused.
            #expect(statuses.contains(200) && Set(statuses).isSubset(of: [200, 503]), "\(statuses)")
            let pending = try await company.manager.get("/api/v1/users/me").json["pendingEmail"]?.text
            var opened = 0
            for letter in try await Self.letters(server)["email-confirm"] ?? [] {
                let reply = try await Self.open(server, "confirm", letter.token)
                #expect(reply.status == (letter.to == pending ? 200 : 401))
                opened += reply.status == 200 ? 1 : 0
            }
            #expect(opened == 1)
            #expect(try await company.manager.get("/api/v1/users/me").json["email"]?.text == pending)
        }
    }

    /// An address that several people want belongs to one account, and its owner may have registered in the meantime.
    @Test(arguments: Engine.allCases)
    func anAddressIsTakenMeanwhile(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            var companies: [TestCompany] = []
            for _ in 0..<5 {
                let company = try await TestCompany.register(server.client)
                #expect(try await Self.ask(company.manager, "begehrt@else.example").status == 200)
                companies.append(company)
            }
            let tokens = try await Self.letters(server)["email-confirm"]?.compactMap(\.token) ?? []
            #expect(tokens.count == 5)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for token in tokens { group.addTask { try await Self.open(server, "confirm", token).status } }
                let registration = TestCompany.registration(email: "BEGEHRT@else.example")
                group.addTask { try await server.client.post("/api/v1/auth/register", registration).status }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses[409] == 5 && statuses.count == 2, "\(statuses)")
        }
    }

    /// An address that was just given up stays reserved for the person who gave it up.
    @Test(arguments: Engine.allCases)
    func aFormerAddressIsNotSnatched(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for number in 0..<8 {
                let company = try await TestCompany.register(server.client)
                #expect(try await Self.ask(company.manager, "anders\(number)@else.example").status == 200)
                let letters = try await Self.letters(server)
                let registration = TestCompany.registration(email: company.email)
                async let confirmed = Self.open(server, "confirm", letters["email-confirm"]?[0].token)
                async let snatched = server.client.post("/api/v1/auth/register", registration)
                let statuses = try await (confirmed.status, snatched.status)
                #expect(statuses.0 == 200 && statuses.1 == 409)
                #expect(try await Self.open(server, "restore", letters["email-changing"]?[0].token).status == 200)
            }
        }
    }
}

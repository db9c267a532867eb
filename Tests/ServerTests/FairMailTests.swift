import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The order in which mail is sent.
@Suite struct FairMailTests {
    /// Mail that was due long before everything else.
    private func flood(_ company: TestCompany, _ count: Int, on server: TestServer) async throws {
        try await server.database.transaction {
            try $0.execute(
                Statement(
                    SQL(
                        unchecked: """
                            INSERT INTO mails
                                (company_id, id, user_id, address, kind, details, state, due_at, created_at, updated_at)
                            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
                            SELECT company_id, '00000000-0000-7000-8000-' || SUBSTR(CAST(1000000000000 + n AS TEXT), 2), id,
                                'flood-' || n || '@example.com', 'password-changed', '', 'queued', n, 1, 1
                            FROM numbers, users WHERE company_id = '\(company.id)' AND role = 'MANAGER'
                            """)))
        }
    }

    @Test(arguments: Engine.allCases)
    func aFloodOfOneCompanyDelaysNoOtherCompanyByMoreThanABatch(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let flooding = try await TestCompany.register(server.client, name: "Flut")
            let other = try await TestCompany.register(server.client, name: "Ebbe")
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            try await flood(flooding, 900, on: server)
            #expect(try await service.sendDue() == 10)

            _ = try await other.invite("lena@vogt.example")
            let manager = try #require(try await other.manager.get("/api/v1/users/me").json["email"]?.text)
            let reset = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \(manager.json)}")
            #expect(reset.status == 202)
            let before = postbox.letters.count
            #expect(try await service.sendDue() == 10)
            let next = postbox.letters.dropFirst(before).map(\.to)
            #expect(next.contains("lena@vogt.example") && next.contains(manager), "\(next)")
            #expect(next.filter { $0.hasPrefix("flood-") }.count == 8, "the rest of the batch is not wasted")
            #expect(try await service.sendDue() == 10)
        }
    }

    /// Mail that a person is waiting for goes before mere news, even if there is room for one mail only.
    @Test(arguments: Engine.allCases)
    func aLinkThatAPersonWaitsForGoesFirst(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            try await flood(company, 20, on: server)
            let manager = try #require(try await company.manager.get("/api/v1/users/me").json["email"]?.text)
            _ = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \(manager.json)}")
            let mails = try await Outbox(server.database, runtime: server.runtime).claim(atMost: 1)
            #expect(mails.map(\.kind) == [.reset])
        }
    }

    @Test(arguments: Engine.allCases)
    func manyCompaniesTakeTurns(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            var registered: [TestCompany] = []
            for number in 1...7 {
                registered.append(try await TestCompany.register(server.client, name: "Firma \(number)"))
            }
            let companies = registered
            // Mail that waits for its next attempt takes no turn.
            for company in companies { try await flood(company, 5, on: server) }
            try await server.database.transaction {
                try $0.execute(
                    Statement("UPDATE mails SET due_at = $1 WHERE company_id = $2", Int64.max, companies[3].id))
            }
            let outbox = Outbox(server.database, runtime: server.runtime)
            var turns: [String] = []
            for _ in 0..<4 {
                let mails = try await outbox.claim(atMost: 3)
                #expect(mails.count == 3)
                turns += mails.map(\.company.text)
            }
            let others = Set(companies.map(\.id)).subtracting([companies[3].id])
            #expect(Set(turns.prefix(6)) == others && Set(turns.suffix(6)) == others, "\(turns)")
            // Until all have been sent, each once.
            var rest = turns.count
            while case let count = try await outbox.claim(atMost: 4).count, count > 0 { rest += count }
            #expect(rest == 30)
        }
    }

    @Test(arguments: Engine.allCases)
    func twoServersTakeNoMailTwice(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            try await flood(company, 60, on: server)
            let taken = try await withThrowingTaskGroup(of: [Mail.ID].self) { group in
                for _ in 0..<4 {
                    let outbox = Outbox(server.database, runtime: server.runtime)
                    group.addTask {
                        var taken: [Mail.ID] = []
                        for _ in 0..<8 { taken += try await outbox.claim(atMost: 7).map(\.id) }
                        return taken
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == Set(taken).count, "none went twice")
            let outbox = Outbox(server.database, runtime: server.runtime)
            var left = 0
            while case let count = try await outbox.claim(atMost: 20).count, count > 0 { left += count }
            #expect(taken.count + left == 60)
        }
    }
}

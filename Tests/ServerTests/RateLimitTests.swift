import Foundation
import Testing

@testable import Core
@testable import Server

/// What a company may do per period: invite, add rows, change data.
@Suite struct RateLimitTests {
    @Test(arguments: Engine.allCases)
    func invitationsToStrangersEnd(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let manager = company.manager
                let users = company.path + "/users"
                // A new company: sixty, including repeated ones.
                let first = try await manager.post(users, Limited.person(0))
                let path = users + "/" + (first.json["id"]?.text ?? "")
                for _ in 0..<4 { #expect(try await manager.post(path + "/invitation").status == 202) }
                let sent = try await Limited.atOnce(80, engine, at: url, server, token: manager.token) {
                    try await $0.post(users, Limited.person($1))
                }
                #expect(sent == [201: 55, 429: 25])
                let late = try await manager.post(users, Limited.person(99))
                Limited.expectRefused(late, "too-many-mails", "first-day-mails", 60)
                #expect(late.header("Retry-After") == "86400")
                #expect(try await manager.post(path + "/invitation").status == 429)
                // A changed address is invited again.
                #expect(try await manager.put(path, "{\"email\": \"wer@anders.example\"}").status == 429)
                #expect(try await Limited.use(.firstDayMails, company, server).used == 60)

                server.clock.advance(by: .seconds(24 * 3600))
                let token = try await TestCompany.signIn(server.client, email: company.email)
                let again = server.client.with(token: token)
                var statuses: [Int: Int] = [:]
                for number in 0..<102 {
                    statuses[try await again.post(users, Limited.person(number)).status, default: 0] += 1
                }
                #expect(statuses == [201: 100, 429: 2])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func theRowsOfADayEnd(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let manager = company.manager
            let site = try await company.site()
            let material = try await company.material(site)
            let entry = try await manager.post(site + "/check-in")
            #expect(entry.json["id"] != nil)
            let before = try await Limited.use(.dailyRows, company, server).used ?? 0
            try await Limited.set([.dailyRows: 20], company, server)
            var statuses: [Int: Int] = [:]
            let key = ["Idempotency-Key": "vor-dem-Ende"]
            let path = material + "/adjust-quantity"
            let first = try await manager.send("POST", path, body: "{\"delta\": -1}", headers: key)
            #expect(first.status == 200)
            for _ in 0..<30 {
                statuses[try await manager.post(path, "{\"delta\": 1}").status, default: 0] += 1
            }
            // A site with an audit entry, a material with its movement and audit entry, and a check-in came before.
            #expect(before <= 6 && statuses == [200: 13, 429: 17], "\(before) \(statuses)")
            let refused = try await manager.post(path, "{\"delta\": 1}")
            Limited.expectRefused(refused, "too-many-rows", "daily-rows", 20)
            #expect((Int(refused.header("Retry-After") ?? "") ?? 0) <= 12 * 3600)
            // Requests that add nothing still succeed, and so does removing; a repetition gets its response.
            #expect(try await manager.post(site + "/check-out").status == 200)
            let again = try await manager.send("POST", path, body: "{\"delta\": -1}", headers: key)
            #expect(again.status == 200 && again.body == first.body)
            #expect(try await manager.delete(material).status == 204)
            server.clock.advance(by: .seconds(12 * 3600))
            let other = try await company.material(site)
            #expect(try await manager.post(other + "/adjust-quantity", "{\"delta\": 1}").status == 200)
        }
    }

    /// Rows added on one server count on the other once they have been written.
    @Test(arguments: Engine.allCases)
    func serversAddUpTheRowsOfADay(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let path = try await company.material(company.site()) + "/adjust-quantity"
                try await Limited.set([.dailyRows: 3000], company, server)
                let statuses = try await Limited.atOnce(240, engine, at: url, server, token: company.manager.token) {
                    client, _ in try await client.post(path, "{\"delta\": 1}")
                }
                #expect(statuses == [200: 240])
                let used = try await Limited.use(.dailyRows, company, server).used ?? 0
                // At most five of each server haven't been written yet.
                #expect((235...250).contains(used), "\(used)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func changesOfAMinuteEnd(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_WRITES_PER_MINUTE": "20"]) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site())
            let path = material + "/adjust-quantity"
            func take(_ client: Client) async throws -> Reply { try await client.post(path, "{\"delta\": 1}") }
            for _ in 0..<18 { #expect(try await take(company.manager).status == 200) }
            let refused = try await take(company.manager)
            #expect(refused.status == 429 && refused.header("Retry-After") == "60")
            Limited.expectRefused(refused, "too-many-writes", "person-writes", 20)
            #expect(try await company.manager.get(material + "/movements").status == 200)
            server.clock.advance(by: .seconds(59))
            #expect(try await take(company.manager).header("Retry-After") == "1")
            server.clock.advance(by: .seconds(1))
            #expect(try await take(company.manager).status == 200)
            // A minute later the whole limit is available again.
            for _ in 0..<19 { #expect(try await take(company.manager).status == 200) }
            #expect(try await take(company.manager).status == 429)

            // A company has five times as many. Another isn't affected.
            for _ in 0..<4 {
                let manager = try await server.person(.manager, in: company.id)
                for _ in 0..<20 { #expect(try await take(manager.client).status == 200) }
            }
            let last = try await server.person(.manager, in: company.id)
            Limited.expectRefused(try await take(last.client), "too-many-writes-of-company", "company-writes", 100)
            let other = try await TestCompany.register(server.client)
            _ = try await other.site()
            #expect(try await last.client.post("/api/v1/auth/signout").status == 204)

            try await Limited.set([.personWrites: 25, .companyWrites: 0], company, server)
            server.clock.advance(by: .seconds(60))
            for _ in 0..<25 { #expect(try await take(company.manager).status == 200) }
            #expect(try await take(company.manager).status == 429)
        }
    }

    @Test func secondsAreCountedAcrossTheMinute() {
        var minute = MinuteCount()
        for second in [Int64(100), 110, 110, 130] { minute.count(second) }
        #expect(minute.wait(130, most: 5) == nil && minute.wait(130, most: 4) == 30)
        #expect(minute.wait(130, most: 2) == 40 && minute.wait(159, most: 4) == 1)
        #expect(minute.wait(160, most: 4) == nil && minute.wait(160, most: 3) == 10)
        // After a clock was set back a little, counting continues; after more, it starts from zero.
        minute.count(150)
        #expect(minute.wait(160, most: 4) == 10)
        #expect(minute.wait(-100_000, most: 1) == nil && !minute.isPast(-100_000) && minute.isPast(100_000))
    }
}

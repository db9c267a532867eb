import Foundation
import Testing

@testable import Core
@testable import Server

/// What a company may have: exact at the last place, whichever server is asked, and no hindrance below.
@Suite struct LimitTests {
    /// Sends requests at once, half of them to each of two servers on one database.
    private static func atOnce(
        _ count: Int, _ engine: Engine, at url: String, _ first: TestServer, token: String?,
        flags: [Setting: String] = [:], _ send: @escaping @Sendable (Client, Int) async throws -> Reply
    ) async throws -> [Int: Int] {
        let statuses = Statuses()
        try await TestServer.run(on: engine, at: url, flags: flags) { second in
            let doors = [first.client.with(token: token), second.client.with(token: token)]
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<count {
                    group.addTask { try await send(doors[number % 2], number).status }
                }
                for try await status in group { await statuses.add(status) }
            }
            // A server that is cancelled while the client still opens connections to it ends the process (NIO's writers ask for that).
            try await Task.sleep(for: .milliseconds(300))
        }
        return await statuses.counts
    }

    private actor Statuses {
        private(set) var counts: [Int: Int] = [:]
        func add(_ status: Int) { counts[status, default: 0] += 1 }
    }

    private static func set(_ values: [Limit: Int64?], _ company: TestCompany, _ server: TestServer) async throws {
        let id = try #require(Company.ID(company.id))
        try await CompanyLimits(server.database, runtime: server.runtime).set(values, of: id)
        server.clock.advance(by: LimitValues.age)
    }

    private static func use(
        _ limit: Limit, _ company: TestCompany, _ server: TestServer
    ) async throws -> (used: Int64?, value: Int64) {
        let id = try #require(Company.ID(company.id))
        let report = try await CompanyLimits(server.database, runtime: server.runtime).report(of: id)
        let line = try #require(report.lines.first { $0.limit == limit })
        return (line.used, line.value)
    }

    private static func person(_ number: Int) -> String {
        """
        {"email": "p\(number)-\(UUID().uuidString)@team.example", "firstName": "P", "lastName": "Q", "role": "WORKER"}
        """
    }

    private static let material = "{\(Refused.material),\"amount\":5,\"threshold\":1}"

    private static func site(_ more: String = "") -> String { "{\(Refused.site),\(Refused.address)\(more)}" }

    private static func expectRefused(_ reply: Reply, _ code: String, _ limit: String, _ value: Int) {
        let params: JSON = .object(["limit": .text(limit), "value": .number(Decimal(value))])
        #expect(reply.json["code"]?.text == code && reply.json["params"] == params, "\(reply.status) \(reply.text)")
    }

    @Test(arguments: Engine.allCases)
    func theLastPlaceIsTakenOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let token = company.manager.token
                let site = try await company.site()
                _ = try await company.material(site)
                try await Self.set(
                    [.people: 2, .sites: 2, .activeSites: 3, .siteMaterials: 2], company, server)

                let people = try await Self.atOnce(40, engine, at: url, server, token: token) {
                    try await $0.post(company.path + "/users", Self.person($1))
                }
                #expect(people == [201: 1, 409: 39])
                let sites = try await Self.atOnce(40, engine, at: url, server, token: token) { client, _ in
                    try await client.post(company.path + "/sites", Self.site())
                }
                #expect(sites == [201: 1, 409: 39])
                let materials = try await Self.atOnce(40, engine, at: url, server, token: token) { client, _ in
                    try await client.post(site + "/materials", Self.material)
                }
                #expect(materials == [201: 1, 409: 39])

                // Places for others: as many as were active, and one of those that aren't becomes active.
                try await Self.set([.sites: 50], company, server)
                var inactive: [String] = []
                for _ in 0..<8 {
                    let made = try await company.manager.post(
                        company.path + "/sites", Self.site(",\"status\":\"INACTIVE\""))
                    inactive.append(company.path + "/sites/" + (made.json["id"]?.text ?? ""))
                }
                let activated = try await Self.atOnce(8, engine, at: url, server, token: token) { [inactive] in
                    try await $0.patch(inactive[$1], "{\"status\": \"ACTIVE\"}")
                }
                #expect(activated == [200: 1, 409: 7])
                Self.expectRefused(
                    try await company.manager.post(company.path + "/sites", Self.site()), "too-many-active-sites",
                    "active-sites", 3)
            }
        }
    }

    /// What is there stays usable beyond a limit, and what is removed makes room.
    @Test(arguments: Engine.allCases)
    func onlyGrowthIsRefused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let (first, second) = (try await company.site(users: [worker.id]), try await company.site())
            let material = try await company.material(first)
            try await Self.set([.people: 1, .sites: 1, .activeSites: 1, .siteMaterials: 0, .text: 0], company, server)

            let manager = company.manager
            #expect(try await worker.client.post(material + "/adjust-quantity", "{\"delta\": -1}").status == 200)
            #expect(try await worker.client.post(first + "/check-in").status == 200)
            #expect(try await manager.patch(first, "{\"name\": \"Anbau\", \"status\": \"ACTIVE\"}").status == 200)
            #expect(try await manager.patch(material, "{\"amount\": 3}").status == 200)
            #expect(
                try await manager.put(company.path + "/users/" + worker.id, "{\"firstName\": \"Kim\"}").status == 200)
            Self.expectRefused(
                try await manager.post(company.path + "/users", Self.person(1)), "too-many-people", "people", 1)
            Self.expectRefused(
                try await manager.post(company.path + "/sites", Self.site()), "too-many-sites", "sites", 1)
            Self.expectRefused(
                try await manager.post(first + "/materials", Self.material),
                "too-many-materials", "site-materials", 0)
            Self.expectRefused(
                try await manager.patch(first, "{\"notes\": \"Klingel defekt\"}"), "too-much-text", "text", 0)

            #expect(try await manager.delete(second).status == 204)
            #expect(try await manager.delete(first).status == 204)
            #expect(try await manager.delete(company.path + "/users/" + worker.id).status == 204)
            let after = try await manager.post(company.path + "/sites", Self.site())
            #expect(after.status == 201)
            try await Self.set([.people: 2], company, server)
            #expect(try await manager.post(company.path + "/users", Self.person(2)).status == 201)
            #expect(try await manager.post(company.path + "/users", Self.person(3)).status == 409)
            let used = try await (
                Self.use(.people, company, server).used, Self.use(.sites, company, server).used
            )
            #expect(used == (2, 1))
        }
    }

    /// Four-byte characters in notes filled a disk. Takings with notes go on beside each other, and the last byte counts.
    @Test(arguments: Engine.allCases)
    func theTextOfACompanyEnds(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let manager = company.manager
                try await Self.set([.text: 1], company, server)
                // Not all the same, which would be compressed to less than a client takes for an answer.
                let pictures = (0..<10_000).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0x1F400...0x1F4FC)) }
                let long = String(String.UnicodeScalarView(pictures))
                // Far from the limit, near to it, and over it: 25 of 40,000 bytes are a megabyte.
                let sites = try await Self.atOnce(40, engine, at: url, server, token: manager.token) { client, _ in
                    try await client.post(company.path + "/sites", Self.site(",\"notes\":\"\(long)\""))
                }
                #expect(sites == [201: 25, 409: 15])
                let listed = try await manager.get(company.path + "/sites").json
                let site = company.path + "/sites/" + (listed[0]?["id"]?.text ?? "")
                let material = try await company.material(site)
                let path = material + "/adjust-quantity"
                Self.expectRefused(
                    try await manager.post(path, "{\"delta\": -1, \"note\": \"x\"}"), "too-much-text", "text", 1)
                #expect(try await manager.post(path, "{\"delta\": -1}").status == 200)
                // A shorter one makes room, and what is removed is kept and counts.
                #expect(try await manager.patch(site, "{\"notes\": \"\(long.dropLast(1))\"}").status == 200)
                #expect(try await manager.post(path, "{\"delta\": -1, \"note\": \"abcde\"}").status == 409)
                #expect(try await manager.post(path, "{\"delta\": -1, \"note\": \"abcd\"}").status == 200)
                #expect(try await manager.delete(site).status == 204)
                let sum = try await server.database.fetch(TextUse.sum(try #require(Company.ID(company.id)))).first
                #expect(sum?.used == 1_000_000)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func invitationsToStrangersEnd(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let manager = company.manager
                let users = company.path + "/users"
                // A new company: sixty, among them those that go again.
                let first = try await manager.post(users, Self.person(0))
                let path = users + "/" + (first.json["id"]?.text ?? "")
                for _ in 0..<4 { #expect(try await manager.post(path + "/invitation").status == 202) }
                let sent = try await Self.atOnce(80, engine, at: url, server, token: manager.token) {
                    try await $0.post(users, Self.person($1))
                }
                #expect(sent == [201: 55, 429: 25])
                let late = try await manager.post(users, Self.person(99))
                Self.expectRefused(late, "too-many-mails", "first-day-mails", 60)
                #expect(late.header("Retry-After") == "86400")
                #expect(try await manager.post(path + "/invitation").status == 429)
                // An address that moves is invited there.
                #expect(try await manager.put(path, "{\"email\": \"wer@anders.example\"}").status == 429)
                #expect(try await Self.use(.firstDayMails, company, server).used == 60)

                server.clock.advance(by: .seconds(24 * 3600))
                let token = try await TestCompany.signIn(server.client, email: company.email)
                let again = server.client.with(token: token)
                var statuses: [Int: Int] = [:]
                for number in 0..<102 {
                    statuses[try await again.post(users, Self.person(number)).status, default: 0] += 1
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
            let before = try await Self.use(.dailyRows, company, server).used ?? 0
            try await Self.set([.dailyRows: 20], company, server)
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
            Self.expectRefused(refused, "too-many-rows", "daily-rows", 20)
            #expect((Int(refused.header("Retry-After") ?? "") ?? 0) <= 12 * 3600)
            // What adds nothing goes on, and so does removing; a repetition gets its answer.
            #expect(try await manager.post(site + "/check-out").status == 200)
            let again = try await manager.send("POST", path, body: "{\"delta\": -1}", headers: key)
            #expect(again.status == 200 && again.body == first.body)
            #expect(try await manager.delete(material).status == 204)
            server.clock.advance(by: .seconds(12 * 3600))
            let other = try await company.material(site)
            #expect(try await manager.post(other + "/adjust-quantity", "{\"delta\": 1}").status == 200)
        }
    }

    /// What a company sent from one server is seen on the other when it was written down.
    @Test(arguments: Engine.allCases)
    func serversAddUpTheRowsOfADay(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let path = try await company.material(company.site()) + "/adjust-quantity"
                try await Self.set([.dailyRows: 3000], company, server)
                let statuses = try await Self.atOnce(240, engine, at: url, server, token: company.manager.token) {
                    client, _ in try await client.post(path, "{\"delta\": 1}")
                }
                #expect(statuses == [200: 240])
                let used = try await Self.use(.dailyRows, company, server).used ?? 0
                // At most five of each server aren't written yet.
                #expect((235...250).contains(used), "\(used)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func changesOfAMinuteEnd(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: [.writesPerMinute: "20"]) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site())
            let path = material + "/adjust-quantity"
            func take(_ client: Client) async throws -> Reply { try await client.post(path, "{\"delta\": 1}") }
            for _ in 0..<18 { #expect(try await take(company.manager).status == 200) }
            let refused = try await take(company.manager)
            #expect(refused.status == 429 && refused.header("Retry-After") == "60")
            Self.expectRefused(refused, "too-many-writes", "person-writes", 20)
            #expect(try await company.manager.get(material + "/movements").status == 200)
            server.clock.advance(by: .seconds(59))
            #expect(try await take(company.manager).header("Retry-After") == "1")
            server.clock.advance(by: .seconds(1))
            #expect(try await take(company.manager).status == 200)
            // Anybody may go.
            for _ in 0..<19 { #expect(try await take(company.manager).status == 200) }
            #expect(try await take(company.manager).status == 429)

            // A company has five times as many. Another isn't touched.
            for _ in 0..<4 {
                let manager = try await server.person(.manager, in: company.id)
                for _ in 0..<20 { #expect(try await take(manager.client).status == 200) }
            }
            let last = try await server.person(.manager, in: company.id)
            Self.expectRefused(try await take(last.client), "too-many-writes-of-company", "company-writes", 100)
            let other = try await TestCompany.register(server.client)
            _ = try await other.site()
            #expect(try await last.client.post("/api/v1/auth/signout").status == 204)

            try await Self.set([.personWrites: 25, .companyWrites: 0], company, server)
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
        // A clock that was set back a little goes on; by more, it begins anew.
        minute.count(150)
        #expect(minute.wait(160, most: 4) == 10)
        #expect(minute.wait(-100_000, most: 1) == nil && !minute.isPast(-100_000) && minute.isPast(100_000))
    }

    @Test(arguments: Engine.allCases)
    func olderAnswersGoAndAreReadAnew(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let manager = company.manager
            func send(_ path: String, _ body: String, _ key: String) async throws -> Reply {
                try await manager.send("POST", path, body: body, headers: ["Idempotency-Key": key])
            }
            let made = try await send(company.path + "/sites", Self.site(), "site")
            let site = company.path + "/sites/" + (made.json["id"]?.text ?? "")
            let added = try await send(site + "/materials", Self.material, "material")
            let material = site + "/materials/" + (added.json["id"]?.text ?? "")
            let taken = try await send(material + "/adjust-quantity", "{\"delta\": -1}", "take")
            let person = Self.person(1)
            let invited = try await send(company.path + "/users", person, "invite")
            let user = company.path + "/users/" + (invited.json["id"]?.text ?? "")
            let link = try await send(user + "/invitation", "{}", "link")
            let entry = try await send(site + "/check-in", "{}", "in")
            #expect([made, added, invited].allSatisfy { $0.status == 201 } && taken.json["amount"] == 4)
            server.clock.advance(by: .seconds(60))
            try await Self.keep(10_000, of: company, server)
            // The next server that the person asks looks what there is.
            #expect(try await server.keysWithAnswers() == 10_006)
            server.clock.advance(by: .seconds(1))
            for number in 0..<100 { _ = try await send(material + "/adjust-quantity", "{\"delta\": 0}", "n\(number)") }
            // The link can't be read again, and stays.
            #expect(try await server.keysWithAnswers() <= 10_010)

            #expect(try await manager.patch(material, "{\"amount\": 40}").status == 200)
            let again = try await send(material + "/adjust-quantity", "{\"delta\": -1}", "take")
            #expect(again.status == 200 && again.json["amount"] == 40 && again.header("ETag") == "\"3\"")
            #expect(try await send(material + "/adjust-quantity", "{\"delta\": -2}", "take").status == 422)
            let site2 = try await send(company.path + "/sites", Self.site(), "site")
            #expect(site2.status == 201 && site2.json["id"] == made.json["id"])
            #expect(try await manager.get(company.path + "/sites").json.list.count == 1)
            #expect(try await send(site + "/check-in", "{}", "in").json["id"] == entry.json["id"])
            #expect(try await send(company.path + "/users", person, "invite").json["id"] == invited.json["id"])
            #expect(try await send(user + "/invitation", "{}", "link").body == link.body)
            let movements = try await manager.get(material + "/movements").json.list
            #expect(movements.count == 3)
            #expect(try await manager.delete(material).status == 204)
            let gone = try await send(site + "/materials", Self.material, "material")
            #expect(gone.status == 404)
            #expect(try await manager.get(site + "/materials").json.list.isEmpty)
        }
    }

    /// As if a person had sent so many requests with a key.
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

    // MARK: Written down

    @Test(arguments: Engine.allCases)
    func operatorsSeeAndSetLimits(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try await RunningServer(url: url, folder: folder)
            let company = try await TestCompany.register(server.client, name: "Fliesen Süd")
            _ = try await company.site()
            func limits(_ arguments: String...) throws -> (code: Int32, output: String) {
                try Binary.run(
                    ["company", "limits"] + arguments, environment: ["POLIER_DATABASE_URL": url], in: folder.path)
            }
            func line(_ output: String, _ name: String) -> [Substring] {
                output.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: " ") ?? []
            }
            let shown = try limits(company.email)
            #expect(shown.code == 0 && shown.output.hasPrefix("Fliesen Süd, \(company.id)\n"), "\(shown.output)")
            #expect(line(shown.output, "people") == ["people", "1", "200"])
            #expect(line(shown.output, "sites") == ["sites", "1", "5000"])
            #expect(line(shown.output, "text") == ["text", "(MB)", "0", "20"])
            #expect(line(shown.output, "person-writes") == ["person-writes", "-", "600"])

            // Of the server that runs, at once.
            let lowered = try limits(company.id, "--people", "1", "--sites", "1")
            #expect(line(lowered.output, "people") == ["people", "1", "1", "(default", "200)"])
            #expect(try await company.manager.post(company.path + "/users", Self.person(1)).status == 409)
            #expect(try await company.manager.post(company.path + "/sites", Self.site()).status == 409)
            let raised = try limits(company.id, "--people", "default", "--sites", "2")
            #expect(line(raised.output, "people") == ["people", "1", "200"])
            #expect(try await company.manager.post(company.path + "/users", Self.person(1)).status == 201)
            #expect(try await company.manager.post(company.path + "/sites", Self.site()).status == 201)

            for (arguments, sentence) in [
                (["wer@anders.example"], "polier: there is no company with the id"),
                ([company.id, "--people", "viele"], "polier: --people is 'viele'; it must be a whole number"),
                ([company.id, "--text", "-1"], "--text"),
                ([company.id, "--daily-mails", "10001"], "polier: --daily-mails is '10001'"),
            ] {
                let wrong = try Binary.run(
                    ["company", "limits"] + arguments, environment: ["POLIER_DATABASE_URL": url], in: folder.path)
                #expect(wrong.code != 0 && wrong.output.contains(sentence), "\(wrong.output)")
            }
            #expect(server.terminate() == 0)
        }
    }

    @Test func everyLimitIsDocumented() async throws {
        let readme = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "../../README.md"), encoding: .utf8)
        let after = try #require(readme.components(separatedBy: "\n## Limits\n").last)
        let section = try #require(after.components(separatedBy: "\n## ").first)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") }.map {
            $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        try await TestServer.run(on: .sqlite) { server in
            let described = try await server.client.get("/api/v1/openapi.json").json["x-limits"]?.list ?? []
            #expect(described.compactMap { $0["name"]?.text } == Limit.allCases.map(\.rawValue))
            for (limit, description) in zip(Limit.allCases, described) {
                let row = try #require(rows.first { $0[0] == limit.rawValue }, "\(limit)")
                let number = row[1].filter(\.isNumber)
                #expect(number == "\(limit.standard)", "\(limit)")
                #expect(description["default"] == .number(Decimal(limit.standard)))
                #expect(row[1].contains("MB") == (limit.unit == .megabytes))
                if limit.range != nil {
                    #expect(LimitRefusal.allCases.contains { row[3].contains("`\($0.rawValue)`") }, "\(limit)")
                }
            }
            #expect(Set(LimitRefusal.allCases.map(\.limit)).isSubset(of: Set(Limit.allCases)))
        }
    }
}

extension TestServer {
    fileprivate func keysWithAnswers() async throws -> Int64 {
        try await database.fetch(
            Query("SELECT COUNT(*) FROM idempotency_keys WHERE answer IS NOT NULL") { try $0.next() as Int64 })[0]
    }
}

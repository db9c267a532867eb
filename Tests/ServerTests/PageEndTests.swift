import Core
import Foundation
import Storage
import Testing

@testable import Server

/// Pages end where nothing more fits, and the next page continues there.
@Suite struct PageEndTests {
    private static func with(
        _ engine: Engine, _ size: FullCompany.Size,
        _ body: @escaping @Sendable (TestServer, Client, FullCompany, DirectAccess) async throws -> Void
    ) async throws {
        try await TestServer.run(on: engine) { server in
            let direct = DirectAccess(database: try #require(server.database as? any BulkDatabase))
            let company = try await FullCompany.fill(direct, number: 1, size)
            server.clock.set(Runtime.live.now())
            try await body(server, server.client.with(token: company.tokens[0]), company, direct)
        }
    }

    /// All pages in order, and the size of the longest in bytes.
    private static func pages(_ path: String, _ client: Client) async throws -> (lists: [[JSON]], longest: Int) {
        var (lists, longest): ([[JSON]], Int) = ([], 0)
        var next: String? = path
        while let address = next {
            let reply = try await client.send("GET", address, headers: ["Accept-Encoding": "identity"])
            try #require(reply.status == 200, "\(reply.status) \(reply.text)")
            lists.append(reply.json.list)
            longest = max(longest, reply.text.utf8.count)
            next = reply.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
        }
        return (lists, longest)
    }

    private static func ids(_ lists: [[JSON]]) -> [String] { lists.flatMap { $0.compactMap { $0["id"]?.text } } }

    /// Notes of 40 kB: 26 of them make a mebibyte.
    @Test(arguments: Engine.allCases)
    func aPageEndsAtAMebibyteOfText(_ engine: Engine) async throws {
        let size = FullCompany.Size(
            people: 5, names: 0, sites: 60, notes: 10_000, stocked: 1, materials: 1, movements: 600, sessions: 1)
        try await Self.with(engine, size) { _, client, company, _ in
            for query in ["", "?status=ACTIVE", "?material=none&limit=27"] {
                let (lists, longest) = try await Self.pages(company.path + "/sites" + query, client)
                #expect(lists.map(\.count) == [26, 26, 8], "\(query)")
                #expect(longest < 3 << 19)
                #expect(Set(Self.ids(lists)).count == 60 && Self.ids(lists) == Self.ids(lists).sorted().reversed())
            }
            let few = try await Self.pages(company.path + "/sites?limit=20", client)
            #expect(few.lists.map(\.count) == [20, 20, 20])
            // Notes of 4 kB on movements.
            for path in [company.material(1, on: 60) + "/movements", company.site(60) + "/history"] {
                let (lists, longest) = try await Self.pages(path, client)
                #expect(lists.count == 3 && lists[0].count < 300 && lists[0].count > 200, "\(lists.map(\.count))")
                #expect(longest < 3 << 19 && Set(Self.ids(lists)).count == 600 && lists.joined().count == 600)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aPageEndsAtTwoThousandNestedItems(_ engine: Engine) async throws {
        let size = FullCompany.Size(
            people: 150, names: 0, sites: 45, notes: 10, stocked: 3, materials: 600, movements: 0, sessions: 1)
        try await Self.with(engine, size) { server, client, company, direct in
            let bare = try await Self.pages(company.path + "/sites?material=none", client).lists
            #expect(bare.map(\.count) == [13, 13, 13, 6])
            let (lists, _) = try await Self.pages(company.path + "/sites", client)
            // Three sites with 500 materials: they fit once into a page by their text, or three times by the number of items.
            #expect(
                lists.allSatisfy { list in
                    list.reduce(0) { $0 + ($1["material"]?.list.count ?? 0) + ($1["assignments"]?.list.count ?? 0) }
                        <= 2000
                })
            #expect(lists.joined().count == 45 && Set(Self.ids(lists)).count == 45)
            #expect(lists[0].allSatisfy { $0["materialTruncated"] == true && $0["materialInfo"]?["total"] == 600 })

            // Corrections, and changes of fields.
            let (id, user) = (company.id, company.site(1))
            let site = user.suffix(36)
            let person = try await client.get("/api/v1/users/me").json["id"]?.text ?? ""
            try await direct.run(
                """
                INSERT INTO time_entries
                    (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 30)
                SELECT '\(id)', '\(site)', '00000019-0000-7000-8000-0000000000' || (n + 10), '\(person)',
                    n * 1000000, n * 1000000 + 60000, 0, 0 FROM numbers
                """)
            try await direct.run(
                """
                INSERT INTO time_corrections
                    (company_id, site_id, entry_id, number, checked_in_at, reason, user_id, created_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 90)
                SELECT '\(id)', '\(site)', t.id, n, 0, CASE WHEN t.checked_in_at > 10000000 THEN 'Tor' ELSE $1 END, '\(person)', 0
                FROM numbers CROSS JOIN time_entries t WHERE t.company_id = '\(id)'
                """, [.text(FullCompany.text(1000))])
            for path in [company.path + "/time-entries", company.site(1) + "/time-entries"] {
                let (entries, longest) = try await Self.pages(path, client)
                // Twenty with short reasons; each of the others has 360 kB, and two fit on a page.
                #expect(entries.map(\.count) == [22, 2, 2, 2, 2], "\(path)")
                #expect(Set(Self.ids(entries)).count == 30 && longest < 3 << 19)
                #expect(entries.joined().allSatisfy { $0["corrections"]?.list.count == 90 })
            }
            let changes = (0..<8).map { "{\"field\":\"f\($0)\",\"from\":\"1\",\"to\":\"2\"}" }.joined(separator: ",")
            try await direct.run(
                """
                INSERT INTO audit_entries (company_id, id, at, user_id, action, subject_id, changes)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 400)
                SELECT '\(id)', '00000018-0000-7000-8000-000000000' || (n + 100), n, '\(person)', 'site.changed', '\(site)', $1
                FROM numbers
                """, [.text("[\(changes)]")])
            for path in [company.path + "/audit", company.site(1) + "/audit", company.site(1) + "/history"] {
                let entries = try await Self.pages(path, client).lists
                #expect(entries.map(\.count) == [250, 150], "\(path)")
                #expect(Set(Self.ids(entries)).count == 400)
            }
            #expect(try await Self.pages(company.path + "/audit?limit=60", client).lists.map(\.count).max() == 60)
        }
    }

    /// The material listed with a site, in every response that contains a site.
    @Test(arguments: Engine.allCases)
    func aSiteNamesTheFirst500Materials(_ engine: Engine) async throws {
        let size = FullCompany.Size(
            people: 6, names: 0, sites: 3, notes: 10, stocked: 2, materials: 620, movements: 0, sessions: 6)
        try await Self.with(engine, size) { server, client, company, direct in
            try await direct.run(
                "DELETE FROM materials WHERE site_id = '\(company.site(2).suffix(36))' AND name LIKE 'Art 5__%'")
            let exact = try await client.get(company.site(2)).json["material"]?.list.count
            #expect(exact == 500)
            let worker = server.client.with(token: company.tokens[5])
            let answers = [
                try await client.get(company.site(3)),
                try await client.patch(company.site(3), "{\"priority\": \"low\"}"),
                try await worker.get(company.site(3)),
            ].map(\.json)
            let lists = [
                try await client.get(company.path + "/sites"),
                try await worker.get(company.path + "/sites?status=ACTIVE"),
            ].map(\.json.list)
            for site in answers + lists.map({ $0[0] }) {
                #expect(site["material"]?.list.count == 500 && site["materialTruncated"] == true)
                #expect(site["materialInfo"] == .object(["total": 620, "warnings": 62]))
                #expect(site["material"]?[0]?["name"]?.text?.hasPrefix("Art 1") == true)
            }
            // 520 of the second site's were left.
            for site in lists.map({ $0[1] }) {
                #expect(site["material"]?.list.count == 500 && site["materialInfo"]?["total"] == 520)
            }
            for site in lists.map({ $0[2] }) {
                #expect(site["material"] == .list([]) && site["materialTruncated"] == false)
            }
            let all = try await Self.pages(company.site(3) + "/materials", client).lists
            #expect(all.map(\.count) == [500, 120] && Set(Self.ids(all)).count == 620)
            #expect(Array(all[0]) == answers[0]["material"]?.list)
            // Exactly as many as are listed with a site: the list is complete.
            try await direct.run(
                "DELETE FROM materials WHERE site_id = '\(company.site(2).suffix(36))' AND name LIKE 'Art 60_%'")
            try await direct.run(
                "DELETE FROM materials WHERE site_id = '\(company.site(2).suffix(36))' AND name LIKE 'Art 61_%'")
            let whole = try await client.get(company.site(2)).json
            #expect(whole["material"]?.list.count == 500 && whole["materialTruncated"] == false)
            #expect(whole["materialInfo"]?["total"] == 500)
            // A search continues after the first 500.
            let found = try await Self.pages(company.site(3) + "/materials?search=art%206&limit=10", client).lists
            #expect(found.map(\.count).first == 10 && Set(Self.ids(found)).count == found.joined().count)
            #expect(found.joined().contains { $0["name"]?.text?.hasPrefix("Art 620") == true })
            let last = try await Self.pages(company.site(3) + "/materials?search=art%20620", client).lists
            #expect(last.map(\.count) == [1])
        }
    }

    /// The copy of a person's own data is written while it is read, and matches its description.
    @Test(arguments: Engine.allCases)
    func aCopyOfOnesDataIsWritten(_ engine: Engine) async throws {
        let size = FullCompany.Size(
            people: 5, names: 0, sites: 30, notes: 10, stocked: 2, materials: 3, movements: 230, sessions: 2)
        try await Self.with(engine, size) { server, client, company, direct in
            let site = company.site(30)
            for number in 1...3 {
                let path = company.material(number, on: 29) + "/adjust-quantity"
                #expect(try await client.post(path, "{\"delta\": 1}").status == 200)
            }
            #expect(try await client.patch(site, "{\"priority\": \"high\"}").status == 200)
            #expect(try await client.post(site + "/check-in", "{}").status == 201 || true)
            let copy = try await client.get("/api/v1/users/me/export")
            #expect(copy.status == 200 && copy.header("Content-Type") == "application/json")
            let described = try await server.client.get("/api/v1/openapi.json").json
            let schema = described["components"]?["schemas"]?["PersonalData"]?["properties"]
            #expect(copy.json.keys == schema?.keys && copy.json.keys.count == 19)
            let movements = copy.json["movements"]?.list ?? []
            #expect(movements.count == 233 && Set(movements.compactMap { $0["movement"]?["id"]?.text }).count == 233)
            #expect(copy.json["assignments"]?.list.count == 30 && copy.json["audit"]?.list.count == 1)
            #expect(copy.json["mails"] == .list([]) && copy.json["timeEntries"]?.list.count == 1)
            #expect(copy.json["user"]?["role"] == "MANAGER")
        }
    }

    @Test(arguments: Engine.allCases)
    func anEntryIsCorrectedAHundredTimes(_ engine: Engine) async throws {
        let size = FullCompany.Size(
            people: 5, names: 0, sites: 1, notes: 1, stocked: 0, movements: 0, sessions: 1)
        try await Self.with(engine, size) { server, client, company, direct in
            let entry = try await client.post(company.site(1) + "/check-in", "{}").json["id"]?.text ?? ""
            try await direct.run(
                """
                INSERT INTO time_corrections
                    (company_id, site_id, entry_id, number, checked_in_at, reason, user_id, created_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99)
                SELECT '\(company.id)', '\(company.site(1).suffix(36))', '\(entry)', n - 200, 0, 'Tor', u.id, 0
                FROM numbers CROSS JOIN users u WHERE u.company_id = '\(company.id)' AND u.role = 'MANAGER' AND u.email LIKE 'u1@%'
                """)
            let path = company.site(1) + "/time-entries/\(entry)"
            func correct(_ hour: Int) async throws -> Reply {
                try await client.send(
                    "PATCH", path, body: "{\"checkedInAt\": \"2026-01-0\(hour)T07:00:00Z\", \"reason\": \"Tor\"}",
                    headers: ["Accept-Encoding": "identity"])
            }
            let last = try await correct(1)
            #expect(last.status == 200 && last.json["corrections"]?.list.count == 100)
            let refused = try await correct(2)
            #expect(refused.status == 409)
            Limited.expectRefused(refused, "too-many-corrections", "entry-corrections", 100)
        }
    }
}

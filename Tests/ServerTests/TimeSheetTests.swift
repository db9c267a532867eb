import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What the server computes of a person's days, and who sees it.
@Suite struct TimeSheetTests {
    /// A company in Berlin, a week after the days of the tests, with a worker on a site.
    private struct Crew {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String

        init(_ server: TestServer) async throws {
            self.server = server
            server.clock.set(try #require(Instant("2026-11-30T09:00:00Z")))
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Vogt")
            site = try await company.site(users: [worker.id])
        }

        var sheets: String { company.path + "/time-sheets" }

        func visit(_ from: String, _ to: String?) async throws {
            try await server.visit(site, by: worker.id, from: from, to: to)
        }

        /// Enters hours, and returns the entry's id.
        func enter(_ from: String, _ to: String, more: String = "") async throws -> String {
            let reply = try await company.manager.post(
                site + "/time-entries",
                """
                {"userIds": ["\(worker.id)"], "checkedInAt": "\(from)", "checkedOutAt": "\(to)", "reason": "Zettel"\(more)}
                """)
            return try #require(reply.json[0]?["id"]?.text, "\(reply.text)")
        }

        /// The worker's sheet, as the manager sees it.
        func sheet(_ from: String, _ to: String) async throws -> JSON {
            let reply = try await company.manager.get("\(sheets)?from=\(from)&to=\(to)&userId=\(worker.id)")
            #expect(reply.status == 200, "\(reply.text)")
            return try #require(reply.json[0], "\(reply.text)")
        }

        func set(_ rule: String) async throws {
            let reply = try await company.manager.patch(company.path, "{\"breakRule\": \"\(rule)\"}")
            #expect(reply.status == 200 && reply.json["breakRule"]?.text == rule, "\(reply.text)")
        }
    }

    /// A day's numbers: presence, gaps, breaks, work.
    private static func numbers(_ day: JSON) -> [Decimal?] {
        ["presenceMinutes", "gapMinutes", "breakMinutes", "minutes"].map { day[$0]?.number }
    }

    /// All pages in order. Uncompressed: sheets that are alike are compressed further than the client takes.
    private static func pages(_ path: String, _ client: Client) async throws -> [[JSON]] {
        var (lists, next): ([[JSON]], String?) = ([], path)
        while let address = next {
            let reply = try await client.send("GET", address, headers: ["Accept-Encoding": "identity"])
            try #require(reply.status == 200 && reply.text.utf8.count < 2 << 20, "\(reply.text.prefix(500))")
            lists.append(reply.json.list)
            next = reply.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
        }
        return lists
    }

    private static func warnings(_ day: JSON?) -> [String] { day?["warnings"]?.list.compactMap(\.text) ?? [] }

    @Test(arguments: Engine.allCases)
    func daysAreComputedAsTheLawCounts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            // In Berlin's winter time an hour later.
            for (from, to) in [
                ("02T06:43", "02T15:44"), ("04T05:00", "04T11:00"), ("04T12:00", "04T14:00"), ("05T06:00", "05T12:00"),
                ("06T06:00", "06T12:01"), ("10T06:00", "10T15:30"), ("11T06:00", "11T15:31"), ("12T05:00", "12T07:00"),
                ("12T07:10", "12T08:10"), ("12T08:20", "12T09:20"), ("12T09:30", "12T11:30"),
            ] { try await crew.visit("2026-11-\(from):00Z", "2026-11-\(to):59Z") }

            let plain = try await crew.sheet("2026-11-01", "2026-11-30")
            #expect(plain["userName"] == "Kai Vogt" && plain["personnelNumber"] == .null)
            let days = plain["days"]?.list ?? []
            #expect(
                days.map { $0["day"]?.text?.suffix(2) } == ["02", "04", "05", "06", "10", "11", "12"], "\(days)")
            #expect(
                days.map(Self.numbers) == [
                    [541, 0, 0, 541], [480, 60, 0, 480], [360, 0, 0, 360], [361, 0, 0, 361], [570, 0, 0, 570],
                    [571, 0, 0, 571], [360, 0, 0, 360],
                ])
            #expect(days.allSatisfy { $0["breakSource"] == .null && $0["isOpen"] == false })
            #expect(days[1]["from"] == "2026-11-04T05:00:00.000Z" && days[1]["to"] == "2026-11-04T14:00:59.000Z")
            #expect(days[1]["entries"]?.list.count == 2 && days[6]["entries"]?.list.count == 4)
            #expect(Self.warnings(days[0]) == ["no-break", "over-8-hours"] && Self.warnings(days[1]) == [])
            #expect(plain["total"]?["minutes"]?.number == 3243 && plain["total"]?["presenceMinutes"]?.number == 3243)

            // The rule counts at once, for what was recorded before, too.
            try await crew.set("LEGAL")
            let ruled = try await crew.sheet("2026-11-01", "2026-11-30")
            let other = ruled["days"]?.list ?? []
            #expect(
                other.map(Self.numbers) == [
                    [541, 0, 30, 511], [480, 60, 0, 480], [360, 0, 0, 360], [361, 0, 30, 331], [570, 0, 30, 540],
                    [571, 0, 45, 526], [360, 0, 0, 360],
                ])
            #expect(
                other.map { $0["breakSource"] } == ["RULE", nil, nil, "RULE", "RULE", "RULE", nil].map { $0 ?? .null })
            #expect(Self.warnings(other[0]) == ["over-8-hours"])
            let total: [String: JSON] = [
                "presenceMinutes": 3243, "breakMinutes": 135, "minutes": 3108, "travelMinutes": 0,
                "targetMinutes": .null,
                "creditMinutes": 0, "balanceMinutes": .null, "runningMinutes": .null,
            ]
            #expect(ruled["total"] == .object(total))
            try await crew.set("NONE")
            #expect(try await crew.sheet("2026-11-01", "2026-11-30") == plain)
        }
    }

    @Test(arguments: Engine.allCases)
    func nightsOnWhichTheClocksChangeHaveTheirHours(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            // 22:00 to 06:00 in Berlin, in October and in March.
            try await crew.visit("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z")
            try await crew.visit("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z")
            // 02:10 to 02:40, an hour apart.
            try await crew.visit("2025-10-26T00:10:00Z", "2025-10-26T01:40:00Z")
            for (day, minutes) in [("2026-10-24", 540), ("2026-03-28", 420), ("2025-10-26", 90)] as [(String, Decimal)]
            {
                let days = try await crew.sheet(day, day)["days"]?.list ?? []
                #expect(days.map { $0["minutes"]?.number } == [minutes] && days.first?["day"]?.text == day, "\(days)")
                #expect(Self.warnings(days.first).contains("sunday-or-holiday"))
            }
            #expect(try await crew.sheet("2026-10-25", "2026-10-31")["days"] == [])
            // The same night begins on another day elsewhere.
            _ = try await crew.company.manager.patch(crew.company.path, "{\"timeZone\": \"Pacific/Auckland\"}")
            #expect(try await crew.sheet("2026-10-25", "2026-10-25")["days"]?.list.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func breaksTravelVoidAndOpenEntriesCount(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.set("LEGAL")
            // The day before the period: its end leaves ten hours of rest.
            _ = try await crew.enter("2026-11-23T12:00:00Z", "2026-11-23T19:00:00Z")
            _ = try await crew.enter(
                "2026-11-24T05:00:00Z", "2026-11-24T12:00:00Z", more: ", \"breaks\": [{\"minutes\": 10}]")
            _ = try await crew.enter("2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", more: ", \"kind\": \"TRAVEL\"")
            let wrong = try await crew.enter("2026-11-24T14:00:00Z", "2026-11-24T16:00:00Z")
            let void = try await crew.company.manager.post(
                crew.site + "/time-entries/\(wrong)/void", "{\"reason\": \"War nicht da\"}")
            #expect(void.status == 200, "\(void.text)")
            server.clock.set(try #require(Instant("2026-11-30T06:00:00Z")))
            #expect(try await crew.worker.client.post(crew.site + "/check-in").status == 200)

            let sheet = try await crew.sheet("2026-11-24", "2026-11-30")
            let days = sheet["days"]?.list ?? []
            try #require(days.count == 2, "\(sheet)")
            #expect(Self.numbers(days[0]) == [480, 0, 10, 470] && days[0]["breakSource"] == "STATED")
            #expect(days[0]["travelMinutes"]?.number == 60 && days[0]["entries"]?.list.contains(.text(wrong)) == false)
            #expect(Self.warnings(days[0]) == ["short-break", "short-rest"])
            #expect(Self.numbers(days[1]) == [0, 0, 0, 0] && days[1]["isOpen"] == true && days[1]["to"] == .null)
            #expect(sheet["total"]?["minutes"]?.number == 470 && sheet["total"]?["travelMinutes"]?.number == 60)
            // Recorded late, long open, long in all.
            #expect(Self.warnings(days[1]) == [])
            server.clock.set(try #require(Instant("2026-11-30T20:00:01Z")))
            #expect(Self.warnings(try await crew.sheet("2026-11-30", "2026-11-30")["days"]?[0]) == ["open-too-long"])
            _ = try await crew.enter(
                "2026-11-10T06:00:00Z", "2026-11-11T06:01:00Z",
                more: ", \"confirm\": true, \"breaks\": [{\"minutes\": 45}]")
            #expect(
                Self.warnings(try await crew.sheet("2026-11-09", "2026-11-12")["days"]?[0])
                    == ["over-8-hours", "over-10-hours", "late-record", "over-24-hours"])
        }
    }

    @Test(arguments: Engine.allCases)
    func eachRoleSeesWhatIsTheirs(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let book = try await server.person(.bookkeeper, in: crew.company.id)
            let foreman = try await server.person(.worker, in: crew.company.id, name: "Polier")
            let gone = try await server.person(.worker, in: crew.company.id, name: "Weg")
            let former = try await server.person(.worker, in: crew.company.id, name: "Alt")
            let idle = try await server.person(.worker, in: crew.company.id, name: "Aus")
            _ = try await crew.company.manager.patch(
                crew.site, "{\"users\": [\"\(crew.worker.id)\", \"\(foreman.id)\"], \"foremen\": [\"\(foreman.id)\"]}")
            for user in [crew.worker.id, foreman.id, gone.id] {
                try await server.visit(
                    crew.site, by: user, from: "2026-11-24T06:00:00Z", to: "2026-11-24T10:00:00Z")
            }
            try await server.visit(crew.site, by: former.id, from: "2026-10-24T06:00:00Z", to: "2026-10-24T10:00:00Z")
            for left in [gone.id, former.id] {
                #expect(try await crew.company.manager.delete("\(crew.company.path)/users/\(left)").status == 204)
            }
            _ = try await crew.company.manager.put(
                "\(crew.company.path)/users/\(idle.id)", "{\"status\": \"INACTIVE\"}")
            _ = try await crew.company.manager.put(
                "\(crew.company.path)/users/\(crew.worker.id)", "{\"personnelNumber\": \"1004\"}")
            let week = crew.sheets + "?from=2026-11-23&to=2026-11-29"
            let all = try await crew.company.manager.get(week).json.list
            // Who has hours, who is active, and who left in that week.
            let shown = Set([crew.company.managerID, crew.worker.id, book.id, foreman.id, gone.id, former.id])
            #expect(Set(all.compactMap { $0["userId"]?.text }) == shown && all.count == 6, "\(all)")
            let later = try await crew.company.manager.get(crew.sheets + "?from=2026-12-07&to=2026-12-13").json.list
            #expect(!later.contains { [gone.id, former.id].contains($0["userId"]?.text) }, "\(later)")
            let named = all.first { $0["userId"]?.text == gone.id }
            #expect(named?["userName"] == "Kai Weg" && named?["total"]?["minutes"]?.number == 240)
            #expect(all.first { $0["userId"]?.text == crew.worker.id }?["personnelNumber"] == "1004")
            #expect(all.first { $0["userId"]?.text == book.id }?["days"] == [])
            let admin = try await server.person(.admin)
            for client in [book.client, admin.client] { #expect(try await client.get(week).json.list == all) }
            for person in [crew.worker, foreman] {
                let own = try await person.client.get(week).json.list
                #expect(own.map { $0["userId"]?.text } == [person.id] && own[0]["days"]?.list.count == 1)
                #expect(try await person.client.get(week + "&userId=\(person.id)").json.list == own)
                #expect(try await person.client.get(week + "&userId=\(gone.id)").status == 404)
            }
            // Of a person who has none, an empty one.
            let empty = try await crew.company.manager.get(week + "&userId=\(former.id)").json
            #expect(empty.list.count == 1 && empty[0]?["days"] == [] && empty[0]?["total"]?["minutes"]?.number == 0)

            let other = try await TestCompany.register(server.client)
            #expect(try await other.manager.get(week).status == 404)
            let theirs = other.path + "/time-sheets?from=2026-11-23&to=2026-11-29"
            #expect(try await other.manager.get(theirs + "&userId=\(crew.worker.id)").status == 404)
            #expect(try await other.manager.get(theirs).json.list.map { $0["userId"]?.text } == [other.managerID])
            #expect(try await server.client.get(week).status == 401)
        }
    }

    @Test(arguments: Engine.allCases)
    func periodsHaveLimits(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            func flaw(_ query: String, as client: Client? = nil) async throws -> String? {
                let reply = try await (client ?? crew.company.manager).get(crew.sheets + "?" + query)
                guard reply.status == 400, let field = reply.json["fields"]?[0] else { return "\(reply.status)" }
                return
                    "\(field["field"]?.text ?? "") \(field["code"]?.text ?? "") \(field["params"]?["days"]?.number ?? 0)"
            }
            let one = "&userId=\(crew.worker.id)"
            #expect(try await flaw("from=2026-10-27&to=2026-11-30") == "200")
            #expect(try await flaw("from=2026-10-26&to=2026-11-30") == "to period-too-long 35")
            #expect(try await flaw("from=2025-11-30&to=2026-11-30" + one) == "200")
            #expect(try await flaw("from=2025-11-29&to=2026-11-30" + one) == "to period-too-long 366")
            #expect(try await flaw("from=2025-11-30&to=2026-11-30", as: crew.worker.client) == "200")
            #expect(try await flaw("from=2026-11-30&to=2026-11-29") == "to before-from 0")
            #expect(try await flaw("from=heute&to=2026-11-29") == "from not-a-day 0")
            #expect(try await flaw("from=2026-11-29&to=2026-11-29&userId=x") == "userId not-an-id 0")
            #expect(try await flaw("from=2026-11-29&to=2026-11-29&cursor=x") == "cursor not-a-cursor 0")
            for edge in ["from=0001-01-01&to=0001-01-31", "from=9999-12-01&to=9999-12-31"] {
                #expect(try await flaw(edge) == "200")
            }
            // The month so far, in the company's time zone.
            for (from, to) in [("10-31T22", "10-31T23"), ("10-31T23", "11-01T00"), ("11-29T23", "11-30T00")] {
                try await crew.visit("2026-\(from):30:00Z", "2026-\(to):00:00Z")
            }
            server.clock.set(try #require(Instant("2026-11-30T01:00:00Z")))
            let month = try await crew.company.manager.get(crew.sheets + "?" + one.dropFirst()).json
            #expect(month[0]?["days"]?.list.compactMap { $0["day"]?.text } == ["2026-11-01", "2026-11-30"])
            #expect(try await flaw("from=2026-10-01") == "to period-too-long 35")
        }
    }

    /// A company of so many people and one site, and its manager's client.
    private static func crowd(of people: Int, _ server: TestServer) async throws -> (
        direct: DirectAccess, company: FullCompany, client: Client
    ) {
        let direct = DirectAccess(database: try #require(server.database as? any BulkDatabase))
        let size = FullCompany.Size(
            people: people, names: 0, sites: 1, notes: 1, stocked: 1, materials: 1, movements: 0, sessions: 1)
        let company = try await FullCompany.fill(direct, number: 1, size)
        server.clock.set(Runtime.live.now())
        return (direct, company, server.client.with(token: company.tokens[0]))
    }

    /// 150 people with an entry on each of 30 days: 66 of them have 1980 days.
    @Test(arguments: Engine.allCases)
    func pagesEndAtTwoThousandDays(_ engine: Engine) async throws {
        let recorder = Recorder()
        try await TestServer.run(on: engine, recorder: recorder) { server in
            let (direct, company, client) = try await Self.crowd(of: 150, server)
            let first = try #require(Day("2026-06-01")).start.milliseconds
            try await direct.run(
                """
                INSERT INTO time_entries
                    (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
                WITH RECURSIVE days (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 32)
                SELECT u.company_id, '\(company.site(1).lastSegment)',
                    '00000019-0000-7' || SUBSTR(u.id, 34, 3) || '-8000-0000000000' || (n + 10), u.id,
                    \(first) + CAST(n - 2 AS BIGINT) * 86400000 + 21600000, \(first) + CAST(n - 2 AS BIGINT) * 86400000 + 43200000, 0, 0
                FROM users u CROSS JOIN days WHERE u.company_id = '\(company.id)'
                """)
            let path = company.path + "/time-sheets?from=2026-06-01&to=2026-06-30"
            let before = recorder.count(of: "people.since")
            let lists = try await Self.pages(path, client)
            #expect(lists.map(\.count) == [66, 66, 18])
            let all = Array(lists.joined())
            // Two statements a page: one reads the people who would fill it.
            #expect(recorder.count(of: "people.since") - before <= 6)
            let ids = all.compactMap { $0["userId"]?.text }
            try #require(Set(ids).count == 150 && ids == ids.sorted())
            #expect(
                all.allSatisfy {
                    $0["days"]?.list.count == 30 && $0["total"]?["minutes"]?.number == 30 * 360
                })
            let few = try await Self.pages(path + "&limit=40", client)
            #expect(Array(few.joined()) == all && few.map(\.count) == [40, 40, 40, 30])
            let own = try await client.get(path + "&userId=\(ids[70])").json.list
            #expect(own == [all[70]])
            #expect(try await client.get(path + "&userId=\(ids[70])&cursor=\(ids[70])").json == [])
        }
    }

    /// The most that a person may have on a day, for 35 days: a page ends by the size of the answer, too.
    @Test(arguments: Engine.allCases)
    func pagesEndAtAMebibyteOfIds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (direct, company, client) = try await Self.crowd(of: 20, server)
            let first = try #require(Day("2026-06-01")).start.milliseconds
            try await direct.run(
                """
                INSERT INTO time_entries
                    (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
                WITH RECURSIVE entries (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM entries WHERE n < 2099)
                SELECT u.company_id, '\(company.site(1).lastSegment)',
                    '00000019-0000-7' || SUBSTR(u.id, 34, 3) || '-8000-00000000' || (n + 1000), u.id,
                    \(first) + CAST(n / 60 AS BIGINT) * 86400000 + n % 60 * 600000, \(first) + CAST(n / 60 AS BIGINT) * 86400000 + n % 60 * 600000 + 300000, 0, 0
                FROM users u CROSS JOIN entries WHERE u.company_id = '\(company.id)'
                """)
            let path = company.path + "/time-sheets?from=2026-06-01&to=2026-07-05"
            let lists = try await Self.pages(path, client)
            // 13 people with 2,100 ids of 36 characters.
            #expect(lists.map(\.count) == [13, 7])
            let all = lists.joined()
            #expect(Set(all.compactMap { $0["userId"]?.text }).count == 20)
            #expect(
                all.allSatisfy { sheet in
                    (sheet["days"]?.list.reduce(0) { $0 + ($1["entries"]?.list.count ?? 0) }) == 2100
                })
        }
    }

    @Test(arguments: Engine.allCases)
    func aCompanyIsAskedForItsBreakRule(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let plain = try await TestCompany.register(server.client)
            #expect(try await plain.manager.get(plain.path).json["breakRule"] == "NONE")
            let body = TestCompany.registration(email: "ada@regel.example")
            let asked = body.replacing("{\"email\"", with: "{\"breakRule\": \"LEGAL\", \"email\"", maxReplacements: 1)
            let founded = try await server.client.post("/api/v1/auth/register", asked)
            #expect(founded.status == 201, "\(founded.text)")
            let company = "/api/v1/companies/" + (founded.json["user"]?["companyId"]?.text ?? "")
            let token = try await TestCompany.signIn(server.client, email: "ada@regel.example")
            #expect(try await server.client.with(token: token).get(company).json["breakRule"] == "LEGAL")
            let unknown = body.replacing("{\"email\"", with: "{\"breakRule\": \"LONG\", \"email\"", maxReplacements: 1)
            let refused = try await server.client.post("/api/v1/auth/register", unknown)
            #expect(refused.status == 400 && refused.json["fields"]?[0]?["code"] == "not-one-of", "\(refused.text)")

            for (value, code) in [("\"LONG\"", "not-one-of"), ("null", "must-not-be-null")] {
                let wrong = try await plain.manager.patch(plain.path, "{\"breakRule\": \(value)}")
                #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["code"]?.text == code, "\(wrong.text)")
            }
            let worker = try await server.person(.worker, in: plain.id)
            #expect(try await worker.client.patch(plain.path, "{\"breakRule\": \"LEGAL\"}").status == 403)
            server.clock.advance(by: .seconds(1))
            #expect(try await plain.manager.patch(plain.path, "{\"breakRule\": \"LEGAL\"}").status == 200)
            let change = try await plain.manager.get(plain.path + "/audit").json[0]
            let field: [String: JSON] = ["field": "breakRule", "from": "NONE", "to": "LEGAL"]
            #expect(
                change?["action"] == "company.changed" && change?["changes"]?[0]?.keys == Set(field.keys),
                "\(change ?? .null)")
            #expect(change?["changes"]?[0] == .object(field))
        }
    }
}

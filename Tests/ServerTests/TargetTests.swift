import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What people are to work, what holidays and absences make of it, and the balance, in time sheets.
@Suite struct TargetTests {
    /// Monday, 2026-12-28, after Christmas on Friday and Saturday, in Hesse.
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String
        var manager: Client { company.manager }
        var targets: String { "\(company.path)/users/\(worker.id)/targets" }

        init(_ server: TestServer) async throws {
            self.server = server
            server.clock.set(try #require(Instant("2026-12-28T09:00:00Z")))
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Vogt")
            site = try await company.site(users: [worker.id])
            _ = try await company.manager.patch(company.path, "{\"region\": \"DE-HE\"}")
        }

        func set(_ from: String, opening: Int? = nil) async throws {
            let week = ["monday", "tuesday", "wednesday", "thursday", "friday"].map { "\"\($0)\": 480" }
            let body =
                "{\"from\": \"\(from)\", \(week.joined(separator: ", ")), \"openingMinutes\": \(opening.map(String.init) ?? "null")}"
            let reply = try await manager.put(targets, "{\"targets\": [\(body)]}")
            #expect(reply.status == 200, "\(reply.text)")
        }

        func sheet(_ from: String, _ to: String, as client: Client? = nil, of user: String? = nil) async throws -> JSON
        {
            let whose = user ?? worker.id
            let reply = try await (client ?? manager).get(
                "\(company.path)/time-sheets?from=\(from)&to=\(to)&userId=\(whose)")
            return try #require(reply.json[0], "\(reply.text)")
        }

        func away(_ kind: String, _ from: String, _ to: String, _ more: String = "") async throws -> String {
            let reply = try await manager.post(
                company.path + "/absences",
                "{\"userId\": \"\(worker.id)\", \"kind\": \"\(kind)\", \"from\": \"\(from)\", \"to\": \"\(to)\"\(more)}"
            )
            return try #require(reply.json["id"]?.text, "\(reply.text)")
        }

        func visit(_ day: String, _ minutes: Int) async throws {
            let from = try #require(Instant("\(day)T07:00:00Z"))
            try await server.visit(site, by: worker.id, from: from.text, to: (from + .seconds(60 * minutes)).text)
        }
    }

    private static func run(_ engine: Engine, _ body: @escaping @Sendable (Place) async throws -> Void) async throws {
        try await TestServer.run(on: engine) { try await body(try await Place($0)) }
    }

    private static func numbers(_ value: JSON?, _ names: String...) -> [Decimal?] { names.map { value?[$0]?.number } }

    @Test(arguments: Engine.allCases)
    func aWeekAddsUp(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            // Without targets nothing is listed that wasn't worked.
            try await place.visit("2026-12-21", 500)
            #expect(try await place.sheet("2026-12-21", "2026-12-27")["days"]?.list.count == 1)
            try await place.set("2026-12-01", opening: 90)
            let sick = try await place.away("SICK", "2026-12-22", "2026-12-22")
            _ = try await place.away("VACATION", "2026-12-23", "2026-12-23", ", \"half\": true")
            _ = try await place.away("UNPAID", "2026-12-24", "2026-12-25")
            let sheet = try await place.sheet("2026-12-21", "2026-12-27")
            let days = sheet["days"]?.list ?? []
            #expect(days.compactMap { $0["day"]?.text?.suffix(2) } == ["21", "22", "23", "24", "25"])
            #expect(days.map { $0["targetMinutes"]?.number } == [480, 480, 480, 0, 480], "\(days)")
            #expect(days.map { $0["creditMinutes"]?.number } == [0, 480, 240, 0, 480])
            #expect(days.map { $0["holiday"]?.text } == [nil, nil, nil, nil, "1. Weihnachtstag"])
            #expect(days[1]["absences"]?[0]?["id"]?.text == sick && days[1]["absences"]?[0]?["kind"] == "SICK")
            #expect(days[2]["absences"]?[0]?["half"] == true && days[2]["absences"]?[0]?["minutes"] == 240)
            #expect(days[1]["from"] == "2026-12-21T23:00:00.000Z" && days[1]["to"] == .null && days[1]["entries"] == [])
            #expect(
                Self.numbers(sheet["total"], "minutes", "targetMinutes", "creditMinutes", "balanceMinutes")
                    == [500, 1920, 1200, -220])
            // The first three weeks of December were never worked: 14 days of 480.
            #expect(sheet["total"]?["runningMinutes"]?.number == Decimal(90 - 14 * 480 - 220))
            // The person sees the same.
            #expect(try await place.sheet("2026-12-21", "2026-12-27", as: place.worker.client) == sheet)
            // Everyone's list has all but what goes on from the opening.
            let all = try await place.manager.get(place.company.path + "/time-sheets?from=2026-12-21&to=2026-12-27")
                .json
            let own = all.list.first { $0["userId"]?.text == place.worker.id }
            #expect(own?["days"] == sheet["days"] && own?["total"]?["runningMinutes"] == .null)
            #expect(own?["total"]?["balanceMinutes"] == -220)
            // A person without targets has none.
            let other = all.list.first { $0["userId"]?.text == place.company.managerID }
            #expect(other?["total"]?["targetMinutes"] == .null && other?["days"] == [])
        }
    }

    @Test(arguments: Engine.allCases)
    func theBalanceGoesOnFromItsOpening(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.set("2026-12-21", opening: -30)
            for day in ["21", "22", "23", "24"] { try await place.visit("2026-12-\(day)", 490) }
            func running(_ from: String, _ to: String) async throws -> Decimal? {
                try await place.sheet(from, to)["total"]?["runningMinutes"]?.number
            }
            #expect(try await running("2026-12-21", "2026-12-22") == -10)
            #expect(try await running("2026-12-24", "2026-12-27") == 10)
            // Today, and what is yet to come, is owed by no one.
            let month = try await place.sheet("2026-12-01", "2026-12-31")
            #expect(month["total"]?["runningMinutes"] == 10 && month["total"]?["balanceMinutes"] == 40, "\(month)")
            #expect(month["total"]?["targetMinutes"]?.number == 4320)
            // Before the opening there is none, and long after it none any more.
            #expect(try await running("2026-12-01", "2026-12-20") == nil)
            #expect(try await running("2027-12-01", "2028-01-24") != nil)
            #expect(try await running("2027-12-01", "2028-01-25") == nil)
            // Another week, from another day on.
            let reply = try await place.manager.put(
                place.targets,
                """
                {"targets": [{"from": "2026-12-23", "wednesday": 60, "openingMinutes": 0}, {"from": "2026-12-21", "monday": 480}]}
                """)
            #expect(reply.json["targets"]?.list.map { $0["from"] } == ["2026-12-21", "2026-12-23"], "\(reply.text)")
            #expect(try await running("2026-12-01", "2026-12-31") == 490 - 60 + 490)
            #expect(try await place.worker.client.get(place.targets).json == reply.json)
            let other = try await place.server.person(.worker, in: place.company.id)
            #expect(try await other.client.get(place.targets).status == 404)
            #expect(try await place.worker.client.put(place.targets, "{\"targets\": []}").status == 403)
            let book = try await place.server.person(.bookkeeper, in: place.company.id)
            #expect(try await book.client.put(place.targets, "{\"targets\": []}").json["targets"] == [])
            #expect(try await place.manager.get(place.targets).json["targets"] == [])
            #expect(
                try await place.manager.get(place.company.path + "/audit").json.list.contains {
                    $0["action"] == "user.targets-changed" && $0["subjectId"]?.text == place.worker.id
                })
            #expect(try await place.worker.client.get("/api/v1/users/me/export").json["workTargets"] == [])
        }
    }

    @Test(arguments: Engine.allCases)
    func holidaysAreThoseOfThePlaceOfWork(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.set("2026-11-01")
            // A Wednesday that only Saxony keeps.
            try await place.visit("2026-11-18", 60)
            func day() async throws -> JSON? { try await place.sheet("2026-11-18", "2026-11-18")["days"]?[0] }
            #expect(try await day()?["holiday"] == .null)
            let site = try await place.manager.patch(place.site, "{\"region\": \"DE-SN\"}")
            #expect(site.json["region"] == "DE-SN", "\(site.text)")
            #expect(try await day()?["holiday"] == "Buß- und Bettag")
            #expect(try await day()?["warnings"]?.list.contains("sunday-or-holiday") == true)
            #expect(try await day()?["creditMinutes"] == 480)
            #expect(try await place.manager.patch(place.site, "{\"region\": null}").json["region"] == .null)
            #expect(try await day()?["holiday"] == .null)
            // A day of the company's own.
            let local = "{\"localHolidays\": [{\"day\": \"2026-11-18\", \"name\": \"Kirchweih\"}]}"
            let company = try await place.manager.patch(place.company.path, local)
            #expect(company.json["localHolidays"]?[0]?["name"] == "Kirchweih" && company.json["region"] == "DE-HE")
            #expect(try await day()?["holiday"] == "Kirchweih")
            #expect(try await place.worker.client.get(place.company.path).json["localHolidays"]?.list.count == 1)
            #expect(
                try await place.manager.patch(place.company.path, "{\"region\": null, \"localHolidays\": []}").status
                    == 200)
            #expect(try await day()?["holiday"] == .null)
            let most = (0...LocalHolidays.most).map { _ in "{\"day\": \"2026-11-18\", \"name\": \"x\"}" }
            let many = try await place.manager.patch(
                place.company.path, "{\"localHolidays\": [\(most.joined(separator: ","))]}")
            #expect(many.status == 400 && many.json["fields"]?[0]?["code"] == "too-many-entries", "\(many.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func workOnADayOffAndOfTheYoungIsMarked(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visit("2026-12-21", 300)
            _ = try await place.away("VACATION", "2026-12-21", "2026-12-22")
            let sheet = try await place.sheet("2026-12-21", "2026-12-22")
            #expect(sheet["days"]?[0]?["warnings"]?.list == ["absence-with-entries"])
            #expect(sheet["days"]?[1]?["warnings"]?.list == [] && sheet["total"]?["targetMinutes"] == .null)
            // More than four and a half hours without a break.
            let path = "\(place.company.path)/users/\(place.worker.id)"
            let young = try await place.manager.put(path, "{\"youthUntil\": \"2026-12-21\"}")
            #expect(young.json["youthUntil"] == "2026-12-21", "\(young.text)")
            let marked = try await place.sheet("2026-12-21", "2026-12-21")
            #expect(marked["days"]?[0]?["warnings"]?.list == ["youth", "absence-with-entries"])
            #expect(try await place.manager.put(path, "{\"youthUntil\": null}").json["youthUntil"] == .null)
        }
    }

    /// More than 40 hours in a week from Monday on, of which the period may have only the end.
    @Test(arguments: Engine.allCases)
    func theWeekOfTheYoungIsMarked(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            for day in 14...18 {
                // Eight hours with an hour between them: nothing that a single day would be marked for.
                for (from, to) in [("07", "11"), ("12", "16")] {
                    try await place.server.visit(
                        place.site, by: place.worker.id, from: "2026-12-\(day)T\(from):00:00.000Z",
                        to: "2026-12-\(day)T\(to):00:00.000Z")
                }
            }
            try await place.visit("2026-12-19", 60)
            try await place.visit("2026-12-21", 240)
            let path = "\(place.company.path)/users/\(place.worker.id)"
            func marked(_ from: String, _ to: String) async throws -> [String?] {
                let own = try await place.sheet("2026-12-\(from)", "2026-12-\(to)")
                let days = own["days"]?.list.filter { $0["warnings"]?.list.contains("youth") == true } ?? []
                // The sheets of everyone say the same.
                let all = try await place.manager.get(
                    "\(place.company.path)/time-sheets?from=2026-12-\(from)&to=2026-12-\(to)")
                let same = all.json.list.first { $0["userId"]?.text == place.worker.id }
                #expect(same?["days"]?.list.map { $0["warnings"] } == own["days"]?.list.map { $0["warnings"] })
                return days.map { $0["day"]?.text }
            }
            #expect(try await marked("14", "21") == [])
            #expect(try await place.manager.put(path, "{\"youthUntil\": \"2026-12-31\"}").status == 200)
            for (from, to) in [("14", "21"), ("16", "19"), ("19", "19"), ("19", "23")] {
                #expect(try await marked(from, to) == ["2026-12-19"], "\(from) to \(to)")
            }
            #expect(try await marked("14", "18") == [])
            #expect(try await marked("20", "21") == [])
            #expect(try await place.manager.put(path, "{\"youthUntil\": \"2026-12-18\"}").status == 200)
            #expect(try await marked("14", "21") == [])
        }
    }
}

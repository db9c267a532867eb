import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Days of hours that are submitted, approved and reopened: what is approved is closed to every writer.
@Suite struct DayApprovalTests {
    /// A company in Berlin on Monday, 30 November 2026, 10:00, with a worker on two sites.
    private struct Crew {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let (site, other): (String, String)
        var manager: Client { company.manager }
        var sheets: String { company.path + "/time-sheets" }

        init(_ server: TestServer) async throws {
            self.server = server
            server.clock.set(try #require(Instant("2026-11-30T09:00:00Z")))
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Vogt")
            site = try await company.site(users: [worker.id])
            other = try await company.site("Dach", users: [worker.id])
        }

        func body(_ from: String, _ until: String?, _ users: [String]?, _ more: String = "") -> String {
            let ids = users.map { "\"userIds\": [\($0.map { "\"\($0)\"" }.joined(separator: ", "))], " } ?? ""
            return "{\(ids)\"from\": \"2026-11-\(from)\", \"until\": \"2026-11-\(until ?? from)\"\(more)}"
        }

        /// As the worker, for themselves, unless it says otherwise.
        func submit(_ from: String, _ until: String? = nil, _ users: [String]? = nil, as client: Client? = nil)
            async throws -> Reply
        {
            try await (client ?? worker.client).post(sheets + "/submit", body(from, until, users))
        }

        /// As the manager, of the worker, unless it says otherwise.
        func approve(_ from: String, _ until: String? = nil, _ users: [String]? = nil, as client: Client? = nil)
            async throws -> Reply
        {
            try await (client ?? manager).post(sheets + "/approve", body(from, until, users ?? [worker.id]))
        }

        func reopen(_ from: String, _ until: String? = nil, as client: Client? = nil) async throws -> Reply {
            try await (client ?? manager).post(
                sheets + "/reopen", body(from, until, [worker.id], ", \"reason\": \"Fahrt fehlt\""))
        }

        /// Enters hours of a day of November in UTC.
        func enter(_ day: String, _ from: String = "06:00", _ to: String = "14:00", on site: String? = nil)
            async throws -> Reply
        {
            try await manager.post(
                (site ?? self.site) + "/time-entries",
                """
                {"userIds": ["\(worker.id)"], "checkedInAt": "2026-11-\(day)T\(from):00Z",
                 "checkedOutAt": "2026-11-\(day)T\(to):00Z", "reason": "Zettel"}
                """)
        }

        /// The path of hours that were entered.
        func entry(_ day: String, _ from: String = "06:00", _ to: String = "14:00") async throws -> String {
            let reply = try await enter(day, from, to)
            return site + "/time-entries/" + (try #require(reply.json[0]?["id"]?.text, "\(reply.text)"))
        }

        func days(as client: Client? = nil) async throws -> [JSON] {
            let path = "\(sheets)?from=2026-11-01&to=2026-11-30&userId=\(worker.id)"
            return try await (client ?? manager).get(path).json[0]?["days"]?.list ?? []
        }

        func approval(_ day: String) async throws -> JSON? {
            try await days().first { $0["day"]?.text == "2026-11-\(day)" }?["approval"]
        }
    }

    private static func run(_ engine: Engine, _ body: @escaping @Sendable (Crew) async throws -> Void) async throws {
        try await TestServer.run(on: engine) { try await body(try await Crew($0)) }
    }

    /// The days that changed, and the codes of those that didn't.
    private static func outcome(_ reply: Reply) -> String {
        let skipped = reply.json["skipped"]?.list ?? []
        let codes = skipped.map { "\($0["day"]?.text?.suffix(2) ?? "") \($0["code"]?.text ?? "")" }
        return (["\(reply.json["days"]?.number ?? -1)"] + codes).joined(separator: ", ")
    }

    private static func isClosed(_ reply: Reply, _ day: String, _ status: Int = 409) -> Bool {
        reply.status == status && reply.json["code"] == "day-approved"
            && reply.json["params"]?["day"]?.text == "2026-11-\(day)" && reply.json["params"]?["name"] == "Kai Vogt"
    }

    @Test(arguments: Engine.allCases)
    func daysAreSubmittedApprovedAndReopened(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            _ = try await crew.entry("24")
            let submitted = try await crew.submit("23", "29")
            #expect(submitted.status == 200 && Self.outcome(submitted) == "7", "\(submitted.text)")
            #expect(submitted.json["until"] == "2026-11-29" && submitted.json["isOwn"] == false)
            #expect(Self.outcome(try await crew.submit("23", "29")) == "0")
            let days = try await crew.days()
            #expect(days.map { $0["day"]?.text?.suffix(2) } == ["23", "24", "25", "26", "27", "28", "29"])
            #expect(days.allSatisfy { $0["approval"]?["state"] == "SUBMITTED" })
            let empty = days[0]
            #expect(empty["from"] == "2026-11-22T23:00:00.000Z" && empty["to"] == .null)
            #expect(empty["minutes"] == 0 && empty["entries"] == [])
            #expect(empty["approval"]?["submittedByName"] == "Kai Vogt")
            #expect(empty["approval"]?["submittedAt"] == "2026-11-30T09:00:00.000Z")
            #expect(empty["approval"]?["approvedAt"] == .null && empty["approval"]?["changedSince"] == false)
            #expect(days[1]["minutes"] == 480)
            #expect(try await crew.days(as: crew.worker.client) == days)
            let everyone = try await crew.manager.get(crew.sheets + "?from=2026-11-01&to=2026-11-30").json.list
            #expect(everyone.first { $0["userId"]?.text == crew.worker.id }?["days"]?.list == days)

            // What changes afterwards shows, on the day it left and on the day it came to; submitting again covers it.
            let second = try await crew.entry("25")
            #expect(try await crew.approval("25")?["changedSince"] == true)
            #expect(Self.outcome(try await crew.submit("23", "29")) == "1")
            #expect(try await crew.approval("25")?["changedSince"] == false)
            let moving =
                "{\"checkedInAt\": \"2026-11-26T06:00:00Z\", \"checkedOutAt\": \"2026-11-26T14:00:00Z\", \"reason\": \"Tag\"}"
            #expect(try await crew.manager.patch(second, moving).status == 200)
            for day in ["25", "26"] { #expect(try await crew.approval(day)?["changedSince"] == true, "\(day)") }
            #expect(try await crew.approval("24")?["changedSince"] == false)
            #expect(try await crew.manager.post(second + "/void", "{\"reason\": \"doppelt\"}").status == 200)

            crew.server.clock.advance(by: .seconds(60))
            #expect(Self.outcome(try await crew.approve("20", "26")) == "7")
            #expect(Self.outcome(try await crew.approve("20", "26")) == "0")
            let approved = try await crew.approval("26")
            #expect(approved?["state"] == "APPROVED" && approved?["approvedByName"] == "Ada Kern")
            #expect(approved?["approvedAt"] == "2026-11-30T09:01:00.000Z" && approved?["changedSince"] == true)
            let unsubmitted = try await crew.approval("20")
            #expect(unsubmitted?["state"] == "APPROVED" && unsubmitted?["submittedAt"] == .null)
            #expect(Self.outcome(try await crew.submit("20", "29")) == "0")

            #expect(Self.outcome(try await crew.reopen("25", "29")) == "2")
            #expect(Self.outcome(try await crew.reopen("25", "29")) == "0")
            let reopened = try await crew.approval("26")
            #expect(reopened?["state"] == "REOPENED" && reopened?["reopenReason"] == "Fahrt fehlt")
            #expect(reopened?["reopenedByName"] == "Ada Kern" && reopened?["submittedAt"] == .null)
            #expect(reopened?["approvedAt"] == .null && reopened?["changedSince"] == false)
            #expect(Self.outcome(try await crew.submit("25", "29")) == "2")
            #expect(try await crew.approval("26")?["state"] == "SUBMITTED")

            let audit = try await crew.manager.get(crew.company.path + "/audit").json.list.filter {
                $0["action"]?.text?.hasPrefix("time-sheet.") == true
            }
            let told = audit.map { entry -> String in
                let changes = entry["changes"]?.list ?? []
                return (entry["action"]?.text ?? "")
                    + changes.map { " \($0["field"]?.text ?? "")=\($0["to"]?.text ?? "")" }.joined()
            }
            // Ids of one millisecond have no order.
            #expect(
                told.sorted() == [
                    "time-sheet.approved days=2026-11-20/2026-11-26",
                    "time-sheet.reopened days=2026-11-25/2026-11-26 reason=Fahrt fehlt",
                    "time-sheet.submitted days=2026-11-23/2026-11-29", "time-sheet.submitted days=2026-11-25",
                    "time-sheet.submitted days=2026-11-25/2026-11-26",
                ], "\(told)")
            #expect(audit.allSatisfy { $0["subjectName"] == "Kai Vogt" })
        }
    }

    @Test(arguments: Engine.allCases)
    func anApprovedDayIsClosedToEveryWriter(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            let (manager, worker) = (crew.manager, crew.worker.client)
            let (closed, open) = (try await crew.entry("24"), try await crew.entry("26"))
            #expect(Self.outcome(try await crew.approve("23", "25")) == "3")
            func act(_ name: String, _ at: String, _ more: String = "") async throws -> Reply {
                try await worker.post("\(crew.site)/\(name)", "{\"at\": \"2026-11-\(at):00Z\"\(more)}")
            }
            // By hand; a day begins at 23:00 in UTC.
            #expect(Self.isClosed(try await crew.enter("24", "15:00", "16:00"), "24"))
            #expect(Self.isClosed(try await crew.enter("24", "22:59", "23:30"), "24"))
            #expect(Self.isClosed(try await crew.enter("22", "23:00", "23:30"), "23"))
            #expect(try await crew.enter("25", "23:00", "23:30").status == 201)
            for change in [
                "\"checkedOutAt\": \"2026-11-24T13:00:00Z\"", "\"kind\": \"TRAVEL\"", "\"breaks\": [{\"minutes\": 30}]",
                "\"siteId\": \"\(crew.other.lastSegment)\"", "\"checkedOutAt\": null",
                "\"checkedInAt\": \"2026-11-20T06:00:00Z\", \"checkedOutAt\": \"2026-11-20T07:00:00Z\"",
            ] {
                let reply = try await manager.patch(closed, "{\(change), \"reason\": \"x\"}")
                #expect(Self.isClosed(reply, "24"), "\(change): \(reply.text)")
            }
            let into = "\"checkedInAt\": \"2026-11-25T06:00:00Z\", \"checkedOutAt\": \"2026-11-25T07:00:00Z\""
            #expect(Self.isClosed(try await manager.patch(open, "{\(into), \"reason\": \"x\"}"), "25"))
            let moved = "{\(into), \"siteId\": \"\(crew.other.lastSegment)\", \"reason\": \"x\"}"
            #expect(Self.isClosed(try await manager.patch(open, moved), "25"))
            #expect(Self.isClosed(try await manager.post(closed + "/void", "{\"reason\": \"x\"}"), "24"))
            // What changes nothing isn't refused, and the entry can be read.
            #expect(try await manager.patch(closed, "{\"kind\": \"WORK\", \"reason\": \"x\"}").status == 200)

            // What a phone hands in late waits, and so does what is entered late; booking it needs an open day.
            let late = try await act("check-in", "25T10:00")
            #expect(Self.isClosed(late, "25", 202), "\(late.text)")
            let stated = try await act("break-stated", "24T20:00", ", \"minutes\": 30")
            #expect(Self.isClosed(stated, "24", 202), "\(stated.text)")
            let list = crew.company.path + "/clarifications"
            func book(_ reply: Reply, _ body: String = "{}") async throws -> Reply {
                try await manager.post("\(list)/\(reply.json["id"]?.text ?? "")/book", body)
            }
            let until = "{\"checkedOutAt\": \"2026-11-25T11:00:00Z\"}"
            #expect(Self.isClosed(try await book(late, until), "25"))
            #expect(Self.isClosed(try await book(stated), "24"))
            #expect(try await manager.get(list + "?state=OPEN").json.list.count == 2)
            // Elsewhere it can be booked.
            let elsewhere = "{\"checkedInAt\": \"2026-11-27T10:00:00Z\", \"checkedOutAt\": \"2026-11-27T11:00:00Z\"}"
            #expect(try await book(late, elsewhere).status == 200)
            #expect(Self.outcome(try await crew.reopen("24")) == "1")
            #expect(try await book(stated).status == 200)
            #expect(try await manager.patch(closed, "{\"kind\": \"TRAVEL\", \"reason\": \"x\"}").status == 200)
            #expect(try await crew.approval("24")?["state"] == "REOPENED")
            // Today goes on as ever.
            #expect(try await worker.post(crew.site + "/check-in").status == 200)
            #expect(try await worker.post(crew.site + "/check-out").status == 200)
        }
    }

    /// The true end of hours that were ended for a person.
    @Test(arguments: Engine.allCases)
    func anEndThatWasReplacedIsAWriteToo(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            crew.server.clock.set(try #require(Instant("2026-11-24T06:00:00Z")))
            #expect(try await crew.worker.client.post(crew.other + "/check-in").status == 200)
            crew.server.clock.set(try #require(Instant("2026-11-24T14:00:00Z")))
            try await crew.manager.confirm()
            #expect(try await crew.manager.delete(crew.other).status == 204)
            crew.server.clock.set(try #require(Instant("2026-11-25T09:00:00Z")))
            #expect(Self.outcome(try await crew.submit("24")) == "1")
            #expect(Self.outcome(try await crew.approve("24")) == "1")
            let left = "{\"at\": \"2026-11-24T12:00:00Z\"}"
            let late = try await crew.worker.client.post(crew.other + "/check-out", left)
            #expect(Self.isClosed(late, "24", 202), "\(late.text)")
            let book = "\(crew.company.path)/clarifications/\(late.json["id"]?.text ?? "")/book"
            #expect(Self.isClosed(try await crew.manager.post(book, "{}"), "24"))
            // It waits, so the day can't be approved again.
            #expect(Self.outcome(try await crew.reopen("24")) == "1")
            #expect(Self.outcome(try await crew.approve("24")) == "0, 24 clarification-open")
            #expect(Self.outcome(try await crew.submit("24")) == "1")
            #expect(try await crew.manager.post(book, "{}").status == 200)
            #expect(try await crew.approval("24")?["changedSince"] == true)
            #expect(Self.outcome(try await crew.approve("24")) == "1")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatCantBeApprovedIsNamed(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            let (manager, worker) = (crew.manager, crew.worker.client)
            // Open since Tuesday; a check-in on Wednesday waits because of it.
            let came = try await worker.post(crew.site + "/check-in", "{\"at\": \"2026-11-24T06:00:00Z\"}")
            #expect(came.status == 200, "\(came.text)")
            let late = try await worker.post(crew.other + "/check-in", "{\"at\": \"2026-11-25T06:00:00Z\"}")
            #expect(late.status == 202)
            // Material that waits is no hours.
            let material = try await crew.company.material(crew.site)
            crew.server.clock.advance(by: .seconds(3600))
            let taken = try await worker.post(
                material + "/adjust-quantity", "{\"delta\": -99, \"at\": \"2026-11-30T09:10:00Z\"}")
            #expect(taken.status == 202, "\(taken.text)")
            #expect(Self.outcome(try await crew.submit("23", "30")) == "6, 24 entry-open")
            let week = try await crew.approve("23", "30")
            #expect(Self.outcome(week) == "5, 24 entry-open, 25 clarification-open")
            #expect(week.json["skippedDays"] == 2 && week.json["until"] == "2026-11-29")
            #expect(week.json["skipped"]?[0]?["userId"]?.text == crew.worker.id)
            #expect(Self.outcome(try await crew.approve("23", "29")) == "0, 24 entry-open, 25 clarification-open")

            // What a foreman reported of others is about their days: entered, and corrected from one day to another.
            let foreman = try await crew.server.person(.worker, in: crew.company.id, name: "Polier")
            let team = "{\"users\": [\"\(crew.worker.id)\", \"\(foreman.id)\"], \"foremen\": [\"\(foreman.id)\"]}"
            #expect(try await manager.patch(crew.site, team).status == 200)
            let entry = try await crew.entry("17")
            let at = ", \"reason\": \"Kolonne\", \"at\": \"2026-11-30T09:30:00Z\"}"
            let entered = try await foreman.client.post(
                crew.site + "/time-entries",
                """
                {"userIds": ["\(crew.worker.id)"], "checkedInAt": "2026-11-16T06:00:00Z",
                 "checkedOutAt": "2026-11-16T07:00:00Z"\(at)
                """)
            let corrected = try await foreman.client.patch(
                entry,
                "{\"checkedInAt\": \"2026-11-18T06:00:00Z\", \"checkedOutAt\": \"2026-11-18T07:00:00Z\"\(at)")
            #expect(entered.status == 202 && corrected.status == 202, "\(entered.text) \(corrected.text)")
            #expect(
                Self.outcome(try await crew.approve("16", "19"))
                    == "1, 16 clarification-open, 17 clarification-open, 18 clarification-open")
            // The foreman's own days aren't concerned.
            #expect(Self.outcome(try await crew.approve("16", "19", [foreman.id])) == "4")
        }
    }

    @Test(arguments: Engine.allCases)
    func nobodyApprovesTheirOwnIfAnotherCan(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            let own = crew.company.managerID
            let alone = try await crew.approve("23", nil, [own, crew.worker.id])
            #expect(Self.outcome(alone) == "2" && alone.json["isOwn"] == true, "\(alone.text)")
            let audit = try await crew.manager.get(crew.company.path + "/audit").json.list
            let said = audit.filter { $0["changes"]?.list.contains { $0["field"] == "isOwn" } == true }
            #expect(said.map { $0["subjectId"]?.text } == [own], "\(said)")
            let bookkeeper = try await crew.server.person(.bookkeeper, in: crew.company.id)
            let left = try await crew.approve("24", nil, [own, crew.worker.id])
            #expect(Self.outcome(left) == "1, 24 own-hours" && left.json["isOwn"] == false, "\(left.text)")
            let other = try await crew.approve("24", nil, [own, bookkeeper.id], as: bookkeeper.client)
            #expect(Self.outcome(other) == "1, 24 own-hours", "\(other.text)")
            #expect(try await crew.reopen("24", as: bookkeeper.client).json["days"] == 1)
            #expect(
                Self.outcome(try await crew.submit("25", nil, [own, crew.worker.id], as: bookkeeper.client)) == "2")
            // Once they are gone, no one else can.
            let path = "\(crew.company.path)/users/\(bookkeeper.id)"
            #expect(try await crew.manager.put(path, "{\"status\": \"INACTIVE\"}").status == 200)
            #expect(try await crew.approve("25", nil, [own]).json["isOwn"] == true)
            // The days of a person who left can still be approved.
            try await crew.manager.confirm()
            #expect(try await crew.manager.delete(path).status == 204)
            #expect(Self.outcome(try await crew.approve("25", nil, [bookkeeper.id])) == "1")
        }
    }

    @Test(arguments: Engine.allCases)
    func whoMayAndWhatIsRefused(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            let stranger = try await crew.server.person(.worker, in: crew.company.id)
            #expect(try await crew.submit("23", nil, [crew.worker.id]).json["days"] == 1)
            #expect(try await crew.submit("23", nil, [crew.worker.id], as: stranger.client).status == 404)
            for client in [crew.worker.client, stranger.client] {
                #expect(try await crew.approve("23", as: client).status == 403)
                #expect(try await crew.reopen("23", as: client).status == 403)
            }
            let elsewhere = try await TestCompany.register(crew.server.client)
            for name in ["submit", "approve"] {
                let path = "\(crew.sheets)/\(name)"
                #expect(
                    try await elsewhere.manager.post(path, crew.body("23", nil, [crew.worker.id])).status == 404)
                let foreign = try await crew.manager.post(path, crew.body("23", nil, [elsewhere.managerID]))
                #expect(foreign.status == 400 && foreign.json["fields"]?[0]?["code"] == "not-of-this-company")
            }
            let admin = try await crew.server.person(.admin)
            #expect(try await crew.approve("22", as: admin.client).json["days"] == 1)
            #expect(try await crew.approval("22")?["approvedByName"] == "Kai Roth")

            func flaw(_ body: String, _ name: String = "approve") async throws -> String {
                let reply = try await crew.manager.post("\(crew.sheets)/\(name)", body)
                let field = reply.json["fields"]?[0]
                return "\(reply.status) \(field?["field"]?.text ?? "") \(field?["code"]?.text ?? "")"
            }
            func days(_ from: String, _ until: String) -> String {
                "{\"userIds\": [\"\(crew.worker.id)\"], \"from\": \"\(from)\", \"until\": \"\(until)\"}"
            }
            #expect(try await flaw(days("2026-11-24", "2026-11-23")) == "400 until before-from")
            #expect(try await flaw(days("2026-10-25", "2026-11-29")) == "400 until period-too-long")
            #expect(try await flaw(days("2026-10-26", "2026-11-29")) == "200  ")
            #expect(try await flaw(days("2026-11-30", "2026-11-30")) == "400 from day-not-over")
            #expect(try await flaw(days("9999-12-31", "9999-12-31")) == "400 from day-not-over")
            #expect(try await flaw(days("0001-01-01", "0001-01-02")) == "400 from too-old")
            #expect(try await flaw(days("2024-02-29", "2024-02-29")) == "200  ")
            #expect(try await flaw(days("2025-02-29", "2025-02-29")) == "400 from not-a-day")
            #expect(try await flaw(days("2026-11-23T00:00:00Z", "2026-11-23")) == "400 from not-a-day")
            #expect(try await flaw(crew.body("23", nil, [])) == "400 userIds must-not-be-empty")
            #expect(try await flaw(crew.body("23", nil, nil)) == "400 userIds missing")
            #expect(
                try await flaw(crew.body("23", nil, Array(repeating: crew.worker.id, count: 101)))
                    == "400 userIds too-many-entries")
            #expect(
                try await flaw(crew.body("23", nil, Array(repeating: crew.worker.id, count: 100))) == "200  ")
            #expect(try await flaw(crew.body("23", nil, [crew.worker.id]), "reopen") == "400 reason missing")
            // Yesterday is over in Berlin, and not yet at Honolulu, where it is 23:00.
            _ = try await crew.manager.patch(crew.company.path, "{\"timeZone\": \"Pacific/Honolulu\"}")
            #expect(try await flaw(days("2026-11-29", "2026-11-29")) == "400 from day-not-over")
        }
    }

    @Test(arguments: Engine.allCases)
    func aRepetitionUnderAKeyGetsTheFirstAnswer(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            let body = crew.body("23", "29", [crew.worker.id])
            for _ in 0..<2 {
                let reply = try await crew.manager.send(
                    "POST", crew.sheets + "/approve", body: body, headers: ["Idempotency-Key": "a"])
                #expect(reply.status == 200 && Self.outcome(reply) == "7")
            }
            let copy = try await crew.worker.client.confirmedExport()
            let kept = copy.json["approvals"]?.list ?? []
            #expect(kept.map { $0["day"]?.text?.suffix(2) } == ["23", "24", "25", "26", "27", "28", "29"])
            #expect(kept.first?["approval"]?["approvedByName"] == "Ada Kern")
        }
    }

    /// Fifteen people's month is approved at once, and a hundred people's 35 days.
    @Test(arguments: Engine.allCases)
    func aMonthOfManyIsOneCall(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            var people = [crew.worker.id]
            for number in 0..<24 {
                let added = try await crew.manager.post(
                    crew.company.path + "/users",
                    "{\"firstName\": \"Kai\", \"lastName\": \"Nummer \(number)\", \"role\": \"WORKER\"}")
                people.append(try #require(added.json["id"]?.text, "\(added.text)"))
            }
            let body = crew.body("01", "29", people)
            for days in [25 * 29, 0] {
                let reply = try await crew.manager.post(crew.sheets + "/approve", body)
                #expect(reply.json["days"]?.number == Decimal(days), "\(reply.text)")
            }
            for person in [people[0], people[24]] {
                // Days that are alike are compressed further than the client takes.
                let sheet = try await crew.manager.send(
                    "GET", "\(crew.sheets)?from=2026-11-01&to=2026-11-30&userId=\(person)",
                    headers: ["Accept-Encoding": "identity"])
                #expect(sheet.json[0]?["days"]?.list.count == 29, "\(sheet.text)")
            }
            let reopened = try await crew.manager.post(
                crew.sheets + "/reopen", crew.body("01", "29", people, ", \"reason\": \"Neu\""))
            #expect(reopened.json["days"]?.number == Decimal(25 * 29), "\(reopened.text)")
        }
    }

    /// Approving while hours are written: no approved day has an entry without an end, and what was refused isn't there.
    @Test(arguments: Engine.allCases)
    func approvingAndWritingAtOnce(_ engine: Engine) async throws {
        try await Self.run(engine) { crew in
            var (writes, refusals) = (0, 0)
            for round in 0..<60 {
                let day = String(format: "%02d", 1 + round % 28)
                _ = try await crew.reopen(day)
                let before = try await crew.manager.get(
                    "\(crew.company.path)/time-entries?from=2026-11-\(day)&to=2026-11-\(day)"
                ).json.list
                let acts: [@Sendable () async throws -> Reply] = [
                    { try await crew.approve(day) },
                    {
                        try await crew.manager.post(
                            crew.site + "/time-entries",
                            """
                            {"userIds": ["\(crew.worker.id)"], "checkedInAt": "2026-11-\(day)T16:00:00Z", "reason": "da"}
                            """)
                    },
                    { try await crew.enter(day, String(format: "%02d:00", 4 + round / 28), "06:30") },
                    {
                        guard let entry = before.first else { return try await crew.enter(day, "03:00", "03:30") }
                        return try await crew.manager.post(
                            "\(crew.site)/time-entries/\(entry["id"]?.text ?? "")/void", "{\"reason\": \"x\"}")
                    },
                ]
                let replies = try await withThrowingTaskGroup(of: (Int, Reply).self) { group in
                    for (number, act) in acts.enumerated() { group.addTask { (number, try await act()) } }
                    return try await group.reduce(into: [Int: Reply]()) { $0[$1.0] = $1.1 }
                }
                let approved = try await crew.approval(day)?["state"] == "APPROVED"
                let shown = try await crew.days().first { $0["day"]?.text == "2026-11-\(day)" }
                #expect(!(approved && shown?["isOpen"] == true), "round \(round): \(shown ?? .null)")
                #expect(approved == (replies[0]?.json["days"] == 1), "round \(round): \(replies[0]?.text ?? "")")
                for reply in replies.values where reply.json["code"] == "day-approved" {
                    refusals += 1
                    #expect(approved)
                }
                writes += replies.filter { $0.key > 0 && $0.value.status < 300 }.count
                // The open one ends, so that the next day can have one.
                _ = try await crew.reopen(day)
                for entry in try await crew.manager.get(crew.company.path + "/time-entries?open=true").json.list {
                    _ = try await crew.manager.post(
                        "\(crew.site)/time-entries/\(entry["id"]?.text ?? "")/void", "{\"reason\": \"x\"}")
                }
            }
            // Otherwise nothing met.
            #expect(writes > 20 && refusals > 5, "\(writes) \(refusals)")
        }
    }
}

extension Client {
    fileprivate func confirmedExport() async throws -> Reply {
        try await confirm()
        return try await get("/api/v1/users/me/export")
    }
}

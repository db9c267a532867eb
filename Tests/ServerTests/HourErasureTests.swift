import Foundation
import Storage
import Synchronization
import Testing

@testable import Core
@testable import Server

/// Hours that a company no longer keeps: which ones go, what stays, and that the chain holds.
@Suite struct HourErasureTests {
    /// A company in Berlin; a test begins at 2026-11-23T12:00:00Z, so with two years 2023 goes.
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String
        let id: Company.ID
        var manager: Client { company.manager }
        var erasures: HourErasures { HourErasures(server.database, runtime: server.runtime) }

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Vogt")
            site = try await company.site(users: [worker.id])
            id = try #require(Company.ID(company.id))
        }

        func visit(_ from: String, _ to: String?) async throws {
            try await server.visit(site, by: worker.id, from: from, to: to)
        }

        /// Half an hour each, from 2023-01-02 on.
        func visits(_ count: Int) async throws {
            let first = try #require(Instant("2023-01-02T06:00:00Z"))
            for number in 0..<count {
                let from = first + .seconds(3600 * number)
                try await visit(from.text, (from + .seconds(1800)).text)
            }
        }

        func keep(_ years: String, _ place: SourceLocation = #_sourceLocation) async throws {
            let reply = try await manager.patch(company.path, "{\"hoursKeptYears\": \(years)}")
            #expect(
                reply.status == 200
                    && reply.json["hoursKeptYears"] == (Decimal(string: years).map { .number($0) } ?? .null),
                "\(reply.text)", sourceLocation: place)
        }

        func erase() async throws -> [HourErasures.Report] {
            try await erasures.run { Issue.record("\($0): \($1)") }
        }

        /// Whatever there is of before 2024 was written then, too.
        func age() async throws {
            let then = try #require(Instant("2023-12-31T22:00:00Z")).milliseconds
            for (table, column) in [
                ("time_entries", "updated_at"), ("absences", "updated_at"), ("clarifications", "reported_at"),
                ("wage_exports", "made_at"),
            ] { try await run("UPDATE \(table) SET \(column) = \(then)") }
        }

        func nextDay() { server.clock.advance(by: .seconds(24 * 3600)) }

        func numbers(_ sql: String) async throws -> [Int64] {
            try await server.database.fetch(Query(SQL(unchecked: sql)) { try $0.next() as Int64 })
        }

        func run(_ sql: String) async throws {
            try await server.database.transaction { try $0.execute(Statement(SQL(unchecked: sql))) }
        }

        func entries() async throws -> Int64 {
            try await numbers("SELECT COUNT(*) FROM time_entries WHERE company_id = '\(company.id)'")[0]
        }

        func report() async throws -> HoursCheck.Report {
            try await HoursCheck(server.database, runtime: server.runtime).all(of: id)
        }

        /// The audit entries about what went, oldest first: each as `field value, …`.
        func audit() async throws -> [String] {
            try await manager.get(company.path + "/audit").json.list.filter { $0["action"] == "company.hours-erased" }
                .reversed().map { entry in
                    (entry["changes"]?.list ?? []).map { "\($0["field"]?.text ?? "") \($0["to"]?.text ?? "")" }
                        .joined(separator: ", ")
                }
        }

        func clarification(_ id: Int, at: String, act: String = "CHECK_IN", state: String = "OPEN") async throws {
            let at = try #require(Instant(at)).milliseconds
            try await run(
                """
                INSERT INTO clarifications (company_id, id, user_id, site_id, act, body, at, reported_at, code, params, state)
                VALUES ('\(company.id)', '00000000-0000-7000-8000-00000000000\(id)', '\(worker.id)', '\(site.lastSegment)',
                    '\(act)', '{}', \(at), \(at), 'too-old', '[]', '\(state)')
                """)
        }
    }

    private static func run(_ engine: Engine, _ body: @escaping @Sendable (Place) async throws -> Void) async throws {
        try await TestServer.run(on: engine) { try await body(try await Place($0)) }
    }

    // MARK: What goes

    /// Years go as a whole, by the company's clocks: nothing on the day on which the rule was set, and no later one is touched.
    @Test(arguments: Engine.allCases)
    func wholeYearsGo(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            // 2020 on a leap day, the last minutes of 2023 in Berlin, and the first ones of 2024.
            try await place.visit("2020-02-29T07:00:00Z", "2020-02-29T08:00:00Z")
            try await place.visit("2023-12-31T22:30:00Z", "2024-01-01T01:00:00Z")
            try await place.visit("2023-12-31T23:00:00Z", "2023-12-31T23:10:00Z")
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            let list = try await place.manager.get(place.site + "/time-entries").json.list
            #expect(list.count == 4)
            func path(_ from: String) throws -> String {
                let found = list.first { $0["checkedInAt"]?.text?.hasPrefix(from) == true }
                return place.site + "/time-entries/" + (try #require(found?["id"]?.text))
            }
            let correction = "{\"checkedOutAt\": \"2023-12-31T22:50:00Z\", \"reason\": \"Zettel vergessen\"}"
            #expect(try await place.manager.patch(try path("2023-12-31T22:30"), correction).status == 200)
            try await place.visit("2022-05-01T07:00:00Z", "2022-05-01T09:00:00Z")
            let voided = try #require(
                try await place.manager.get(place.site + "/time-entries").json.list.first {
                    $0["checkedInAt"]?.text?.hasPrefix("2022") == true
                }?["id"]?.text)
            let voiding = try await place.manager.post(
                "\(place.site)/time-entries/\(voided)/void", "{\"reason\": \"Doppelt\"}")
            #expect(voiding.status == 200, "\(voiding.text)")
            let days = "\"userIds\": [\"\(place.worker.id)\"], \"from\": \"2023-12-30\", \"until\": \"2024-01-02\""
            #expect(
                try await place.manager.post(place.company.path + "/time-sheets/approve", "{\(days)}").json["days"] == 4
            )
            let reopening =
                "{\"userIds\": [\"\(place.worker.id)\"], \"from\": \"2023-12-30\", \"until\": \"2023-12-30\", \"reason\": \"Fahrt\"}"
            #expect(
                try await place.manager.post(place.company.path + "/time-sheets/reopen", reopening).json["days"] == 1)
            for (from, to) in [("2023-12-20", "2023-12-31"), ("2023-12-30", "2024-01-02")] {
                let body =
                    "\"userId\": \"\(place.worker.id)\", \"kind\": \"SICK\", \"from\": \"\(from)\", \"to\": \"\(to)\""
                let half = from == "2023-12-30" ? ", \"half\": true" : ", \"half\": true, \"note\": \"Grippe\""
                // The days were approved before: as an older server left them.
                _ = try await place.manager.post(
                    place.company.path + "/time-sheets/reopen",
                    reopening.replacing("\"2023-12-30\", \"reason\"", with: "\"2024-01-02\", \"reason\""))
                let made = try await place.manager.post(place.company.path + "/absences", "{\(body)\(half)}")
                #expect(made.status == 201, "\(made.text)")
            }
            try await place.run(
                """
                INSERT INTO absences (company_id, id, user_id, kind, from_day, to_day, part, state, asked_by, asked_at, updated_at)
                SELECT company_id, '00000000-0000-7000-8000-000000000001', user_id, 'VACATION', '2022-01-01', '2022-01-02', 'WHOLE',
                    'ASKED', asked_by, asked_at, updated_at FROM absences LIMIT 1
                """)
            try await place.clarification(1, at: "2023-03-01T06:00:00Z", state: "DECLINED")
            try await place.clarification(2, at: "2024-03-01T06:00:00Z", state: "DECLINED")
            try await place.clarification(3, at: "2023-03-01T06:00:00Z", act: "ADJUST_QUANTITY", state: "BOOKED")
            for month in ["2023-12", "2024-01"] {
                _ = try await place.server.wageExport(place.company.id, by: place.company.managerID, month: month)
            }
            let logged = try await place.manager.get(place.site).json["hoursLogged"]
            #expect(logged?.number == Decimal(60 + 20 + 10 + 60) / 60)
            let written = try await place.manager.get(place.company.path + "/hours/forecast?years=2")
            // The others were written just now.
            #expect(written.json["timeEntries"] == 1 && written.json["absences"] == 0, "\(written.text)")
            #expect(written.json["wageExports"] == 0)
            try await place.age()
            let before = try await place.report()

            let forecast = try await place.manager.get(place.company.path + "/hours/forecast?years=2")
            #expect(forecast.status == 200 && forecast.json["hoursFrom"] == "2024-01-01", "\(forecast.text)")
            #expect(forecast.json["timeEntries"] == 3 && forecast.json["days"] == 2 && forecast.json["absences"] == 1)
            #expect(forecast.json["clarifications"] == 1 && forecast.json["wageExports"] == 1)
            #expect(
                try await place.manager.get(place.company.path + "/hours/forecast?years=30").json["timeEntries"] == 0)

            #expect(try await place.erase().isEmpty)
            try await place.keep("2")
            // There is the rest of the day to take it back.
            #expect(try await place.erase().isEmpty)
            #expect(try await place.entries() == 5)
            place.nextDay()
            let reports = try await place.erase()
            #expect(
                reports.count == 1 && reports[0].first.text == "2024-01-01" && reports[0].counts.all == 8, "\(reports)")
            #expect(try await place.erase().isEmpty)

            let left = try await place.manager.get(place.site + "/time-entries").json.list.compactMap {
                $0["checkedInAt"]?.text
            }
            #expect(left.map { $0.prefix(16) }.sorted() == ["2023-12-31T23:00", "2026-11-22T06:00"])
            #expect(try await place.numbers("SELECT COUNT(*) FROM time_corrections") == [0])
            #expect(try await place.numbers("SELECT COUNT(*) FROM day_approvals WHERE day < '2024'") == [0])
            #expect(try await place.numbers("SELECT COUNT(*) FROM day_approvals") == [2])
            #expect(try await place.numbers("SELECT COUNT(*) FROM absences") == [2])
            #expect(try await place.numbers("SELECT COUNT(*) FROM clarifications") == [2])
            #expect(try await place.numbers("SELECT COUNT(*) FROM wage_exports") == [1])
            #expect(try await place.manager.get(place.site).json["hoursLogged"] == logged)
            #expect(
                try await place.audit() == [
                    "hoursFrom 2024-01-01, timeEntries 3, approvals 2, absences 1, clarifications 1, wageExports 1"
                ])
            let shown = try await place.manager.get(place.company.path).json
            #expect(shown["hoursFrom"] == "2024-01-01")
            let report = try await place.report()
            #expect(report.holds && report.isSealed && report.links == before.links + 3, "\(report)")
            // What is left is what is counted.
            let texts = """
                SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM (
                    SELECT LENGTH(reopen_reason) AS n FROM day_approvals UNION ALL SELECT LENGTH(reason) FROM absences
                    UNION ALL SELECT LENGTH(note) FROM absences UNION ALL SELECT LENGTH(reason) FROM time_entries) AS texts
                """
            let counted = try await place.numbers("SELECT CAST(SUM(bytes) AS BIGINT) FROM company_texts")
            // The three clarifications came in by hand: the one that went was never counted.
            #expect(try await place.numbers(texts).map { $0 - 2 } == counted)
        }
    }

    /// What was written later isn't of that time: a year that someone mistyped erases nothing. Neither goes what ended later.
    @Test(arguments: Engine.allCases)
    func onlyWhatIsAllOfThatTimeGoes(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visit("2023-11-28T06:00:00Z", "2023-11-28T07:00:00Z")
            try await place.visit("2023-12-31T22:00:00Z", "2024-01-01T05:00:00Z")
            try await place.visit("2026-11-20T06:00:00Z", "2026-11-20T07:00:00Z")
            let list = try await place.manager.get(place.site + "/time-entries").json.list
            let path = "\(place.site)/time-entries/\(list[0]["id"]?.text ?? "")"
            let mistake = """
                {"checkedInAt": "2023-11-20T06:00:00Z", "checkedOutAt": "2023-11-20T07:00:00Z", "reason": "Tippfehler"}
                """
            #expect(try await place.manager.patch(path, mistake).status == 200)
            try await place.keep("2")
            place.nextDay()
            #expect(try await place.erase().map(\.counts.entries) == [1])
            let left = try await place.manager.get(place.site + "/time-entries").json.list
            #expect(left.compactMap { $0["checkedInAt"]?.text?.prefix(10) } == ["2023-12-31", "2023-11-20"])
            let corrections = left.last?["corrections"]?.list ?? []
            #expect(corrections.count == 1 && corrections[0]["checkedInAt"]?.text?.hasPrefix("2026") == true)
        }
    }

    /// After a week without a run, or a clock that was wrong, there is another night to take the rule back, and after other clocks, too.
    @Test(arguments: Engine.allCases)
    func aRuleThatSleptHasAnotherNight(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(1)
            try await place.keep("2")
            place.server.clock.advance(by: .seconds(10 * 24 * 3600))
            #expect(try await place.erase().isEmpty)
            place.nextDay()
            let other = try await place.manager.patch(place.company.path, "{\"timeZone\": \"Pacific/Kiritimati\"}")
            #expect(other.status == 200, "\(other.text)")
            #expect(try await place.erase().isEmpty)
            // Someone sets the clock of a server to 2040, and back.
            try await place.run("UPDATE hour_erasures SET done_day = '2040-01-01'")
            #expect(try await place.erase().isEmpty)
            place.nextDay()
            try await place.erasures.postpone()
            #expect(try await place.erase().isEmpty)
            #expect(try await place.entries() == 1)
            place.nextDay()
            place.nextDay()
            #expect(try await place.erase().map(\.counts.entries) == [1])
        }
    }

    /// A company whose run fails keeps no other from its own.
    @Test(arguments: Engine.allCases)
    func othersGoOn(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(1)
            try await place.keep("2")
            let other = try await TestCompany.register(place.server.client)
            #expect(try await other.manager.patch(other.path, "{\"hoursKeptYears\": 3}").status == 200)
            try await place.run(
                "UPDATE hour_erasures SET done_day = '2026-11-22', set_by = set_by WHERE company_id = '\(other.id)'")
            try await place.run(
                "UPDATE hour_erasures SET entries = \(Int64.max) WHERE company_id = '\(place.company.id)'")
            place.nextDay()
            let failed = Mutex<[String]>([])
            let reports = try await place.erasures.run { company, _ in failed.withLock { $0.append(company.text) } }
            #expect(reports.isEmpty && failed.withLock { $0 } == [place.company.id])
            let done = try await place.server.database.fetch(
                Query("SELECT e.done_day FROM hour_erasures e ORDER BY e.done_day") { try $0.next() as String })
            #expect(done == ["2026-11-23", "2026-11-24"])
        }
    }

    /// The rule of the years, on the last and the first day of one, by the clocks of the place.
    @Test func theFirstDayIsTheFirstOfAYear() throws {
        func first(_ now: String, in zone: String, years: Int64, done: String) throws -> String? {
            HourErasure(
                company: ID(), companyName: "", years: years, timeZone: zone, hoursFrom: nil, isSuspended: false,
                doneDay: try #require(Day(done)), setBy: ID(), counts: .init()
            )
            .firstDue(at: try #require(Instant(now)))?.text
        }
        #expect(try first("2026-12-31T22:59:59Z", in: "Europe/Berlin", years: 2, done: "2026-12-30") == "2024-01-01")
        #expect(try first("2026-12-31T23:00:00Z", in: "Europe/Berlin", years: 2, done: "2026-12-30") == "2025-01-01")
        #expect(try first("2027-01-01T04:00:00Z", in: "America/New_York", years: 2, done: "2026-12-30") == "2024-01-01")
        #expect(try first("2028-02-29T12:00:00Z", in: "UTC", years: 10, done: "2028-02-28") == "2018-01-01")
        #expect(try first("2028-02-29T12:00:00Z", in: "UTC", years: 10, done: "2028-02-29") == nil)
    }

    /// What waits for a decision holds all hours of that time of the person; an open entry stays by itself.
    @Test(arguments: Engine.allCases)
    func whatWaitsStays(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(2)
            try await place.visit("2023-06-01T06:00:00Z", nil)
            try await place.clarification(1, at: "2023-05-01T06:00:00Z")
            try await place.keep("2")
            place.nextDay()
            #expect(try await place.erase().isEmpty)
            #expect(try await place.entries() == 3)
            #expect(try await place.audit().isEmpty)
            try await place.run("UPDATE clarifications SET state = 'DECLINED'")
            place.nextDay()
            #expect(try await place.erase().map(\.counts.entries) == [2])
            #expect(try await place.entries() == 1)
            #expect(try await place.audit() == ["hoursFrom 2024-01-01, timeEntries 2, clarifications 1"])
            #expect(try await place.report().holds)
            // A suspended company keeps everything.
            try await place.visits(1)
            try await place.run("UPDATE companies SET suspended_at = 1 WHERE id = '\(place.company.id)'")
            place.nextDay()
            #expect(try await place.erase().isEmpty)
        }
    }

    // MARK: Runs

    @Test(arguments: Engine.allCases)
    func twoServersEraseOnce(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(230)
            try await place.keep("2")
            place.nextDay()
            let paths = try await place.manager.get(place.site + "/time-entries?limit=100").json.list.compactMap {
                $0["id"]?.text
            }
            #expect(paths.count == 100)
            let found = try await withThrowingTaskGroup(of: [HourErasures.Report].self) { group in
                for _ in 0..<3 { group.addTask { try await place.erase() } }
                // Corrections beside it come before, and then the entry stays, or find nothing.
                for id in paths {
                    group.addTask {
                        let reply = try await place.manager.patch(
                            place.site + "/time-entries/" + id, "{\"kind\": \"TRAVEL\", \"reason\": \"Anfahrt\"}")
                        #expect(reply.status == 200 || reply.status == 404, "\(reply.text)")
                        return []
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let left = try await place.entries()
            #expect(left <= 100 && found.map(\.counts.entries) == [230 - left])
            #expect(try await place.audit() == ["hoursFrom 2024-01-01, timeEntries \(230 - left)"])
            let report = try await place.report()
            #expect(report.holds && report.links >= 460, "\(report)")
            #expect(try await place.numbers("SELECT COUNT(*) FROM time_corrections") == [left])
            #expect(
                try await place.numbers("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM company_texts")
                    == [left * Int64("Anfahrt".utf8.count)])
            #expect(try await place.manager.get(place.site).json["hoursLogged"] == 115)
        }
    }

    /// A database whose task is cancelled once it has committed some transactions, as when a server stops.
    private struct Stopping: Database {
        let database: any Database
        let left: Counter

        final class Counter: Sendable {
            private let count: Atomic<Int>
            init(_ count: Int) { self.count = Atomic(count) }
            func take() -> Bool { count.subtract(1, ordering: .relaxed).newValue == 0 }
        }

        var dialect: Dialect { database.dialect }
        func read(_ readings: [any Reading]) async throws { try await database.read(readings) }
        func transaction<Result: Sendable>(
            _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
        ) async throws -> Result {
            let result = try await database.transaction(body)
            if left.take() { withUnsafeCurrentTask { $0?.cancel() } }
            return result
        }
        func executeAlone(_ statement: Statement) async throws { try await database.executeAlone(statement) }
        var metrics: [Metric] { database.metrics }
        var size: Int64 { get async throws { try await database.size } }
        func close() async { await database.close() }
    }

    /// After an interruption the chain holds; the next run continues, and one audit entry counts both.
    @Test(arguments: Engine.allCases)
    func anInterruptedRunGoesOn(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(250)
            try await place.keep("2")
            place.nextDay()
            let (database, runtime) = (place.server.database, place.server.runtime)
            let stopped = Task {
                try await HourErasures(Stopping(database: database, left: .init(3)), runtime: runtime).run {
                    Issue.record("\($0): \($1)")
                }
            }
            await #expect(throws: CancellationError.self) { try await stopped.value }
            #expect(try await place.entries() == 50)
            #expect(try await place.audit().isEmpty)
            var report = try await place.report()
            #expect(report.holds && report.links == 450, "\(report)")
            #expect(try await place.manager.get(place.company.path).json["hoursFrom"] == "2024-01-01")
            #expect(try await place.manager.get(place.site).json["hoursLogged"] == 125)
            #expect(try await place.erase().map(\.counts.entries) == [250])
            #expect(try await place.audit() == ["hoursFrom 2024-01-01, timeEntries 250"])
            report = try await place.report()
            #expect(report.holds && report.links == 500, "\(report)")

            // Someone takes the rule back in between: what went is told all the same, and nothing more goes.
            try await place.visits(150)
            place.nextDay()
            let again = Task {
                try await HourErasures(Stopping(database: database, left: .init(2)), runtime: runtime).run {
                    Issue.record("\($0): \($1)")
                }
            }
            await #expect(throws: CancellationError.self) { try await again.value }
            try await place.keep("null")
            #expect(try await place.audit().last == "hoursFrom 2024-01-01, timeEntries 100")
            place.nextDay()
            #expect(try await place.erase().isEmpty)
            #expect(try await place.entries() == 50)
            #expect(try await place.numbers("SELECT COUNT(*) FROM hour_erasures") == [0])
        }
    }

    // MARK: The chain

    @Test(arguments: Engine.allCases)
    func onlyWhatTheRuleErasedMayBeMissing(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(2)
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            let kept = try await place.manager.get(place.site + "/time-entries").json[0]?["id"]?.text ?? ""
            let gone = try await place.manager.get(place.site + "/time-entries").json[1]?["id"]?.text ?? ""
            let copied = "SELECT * FROM time_entries WHERE id = '\(gone)'"
            try await place.run("CREATE TABLE copied AS \(copied)")
            try await place.keep("2")
            place.nextDay()
            _ = try await place.erase()
            #expect(try await place.report().holds)
            // An erased entry comes back.
            try await place.run("INSERT INTO time_entries SELECT * FROM copied")
            let back = try await place.report()
            #expect(back.broken.contains { $0.reason == .entryChanged && $0.entry?.text == gone }, "\(back)")
            try await place.run("DELETE FROM time_entries WHERE id = '\(gone)'")
            try await place.run("DROP TABLE copied")
            #expect(try await place.report().holds)
            // One goes without a link.
            try await place.run("DELETE FROM time_entries WHERE id = '\(kept)'")
            #expect(try await place.report().broken == [.init(.entryMissing, number: 3, entry: TimeEntry.ID(kept))])
        }
    }

    /// Without the entry the chain would hold again.
    @Test(arguments: Engine.allCases)
    func nothingGoesWhereTheChainIsBroken(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(2)
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            try await place.keep("2")
            try await place.run(
                """
                UPDATE time_entries SET checked_in_at = checked_in_at - 94608000000, checked_out_at = checked_out_at - 94608000000,
                    updated_at = updated_at - 94608000000 WHERE checked_in_at > 1760000000000
                """)
            for _ in 0..<2 {
                place.nextDay()
                let reports = try await place.erase()
                #expect(reports.map(\.broken?.reason) == [.entryChanged], "\(reports)")
                #expect(try await place.erase().isEmpty)
            }
            #expect(try await place.entries() == 3)
            #expect(try await !place.report().holds)
        }
    }

    @Test(arguments: Engine.allCases)
    func anExportHoldsAndKeepsTheRule(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visits(3)
            try await place.visit("2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z")
            try await place.keep("2")
            place.nextDay()
            _ = try await place.erase()
            let before = try await place.report()
            let site = try await place.manager.get(place.site).json["hoursLogged"]
            let admin = try await place.server.person(.admin)
            let lines = try await admin.client.get(place.company.path + "/export").text.split(separator: "\n").map {
                Array($0.utf8)
            }
            #expect(try await admin.client.delete(place.company.path).status == 200)
            let operates = try #require(try await Operators(place.server.database, runtime: .live).actors().first)
            _ = try await CompanyRestore(place.server.database, runtime: place.server.runtime).run(as: operates) {
                var rest = lines[...]
                return { rest.popFirst() }
            }
            let after = try await place.report()
            #expect(after.holds && after.isSealed && after.links == before.links && after.head == before.head)
            let company = try await admin.client.get(place.company.path).json
            #expect(company["hoursKeptYears"] == 2 && company["hoursFrom"] == "2024-01-01")
            #expect(try await admin.client.get(place.site).json["hoursLogged"] == site)
            try await place.visits(1)
            // There is the rest of the day to take the rule back.
            #expect(try await place.erase().isEmpty)
            place.nextDay()
            #expect(try await place.erase().map(\.counts.entries) == [1])
        }
    }

    // MARK: What depends on hours

    @Test(arguments: Engine.allCases)
    func balancesDoNotCountWhatIsGone(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            try await place.visit("2023-12-29T07:00:00Z", "2023-12-29T15:00:00Z")
            try await place.visit("2024-01-02T07:00:00Z", "2024-01-02T15:00:00Z")
            let week = ["monday", "tuesday", "wednesday", "thursday", "friday"].map { "\"\($0)\": 480" }.joined(
                separator: ", ")
            func set(_ from: String) async throws {
                let body = "{\"targets\": [{\"from\": \"\(from)\", \(week), \"openingMinutes\": 60}]}"
                #expect(
                    try await place.manager.put("\(place.company.path)/users/\(place.worker.id)/targets", body).status
                        == 200)
            }
            func sheet() async throws -> JSON {
                let days = "from=2023-12-28&to=2024-01-02&userId=\(place.worker.id)"
                return try #require(try await place.manager.get("\(place.company.path)/time-sheets?\(days)").json[0])
            }
            try await set("2023-12-27")
            var found = try await sheet()
            // Thursday, Friday with eight hours, Monday, Tuesday with eight.
            #expect(found["total"]?["runningMinutes"]?.number == Decimal(60 - 3 * 480))
            try await place.keep("2")
            place.nextDay()
            _ = try await place.erase()
            found = try await sheet()
            #expect(found["total"]?["runningMinutes"] == .null, "\(found)")
            #expect(found["days"]?.list.compactMap { $0["day"]?.text } == ["2024-01-01", "2024-01-02"])
            #expect(found["total"]?["balanceMinutes"]?.number == Decimal(-480))
            try await set("2024-01-01")
            found = try await sheet()
            #expect(found["total"]?["runningMinutes"]?.number == Decimal(60 - 480))
            for path in [
                "time-sheets/export?month=2023-12&format=csv", "time-sheets/export/check?month=2023-12&format=lodas",
            ] {
                let refused = try await place.manager.get("\(place.company.path)/\(path)")
                #expect(refused.status == 400 && refused.text.contains("hours-erased"), "\(refused.text)")
            }
            let made = try await place.manager.post(
                place.company.path + "/wage-exports", "{\"month\": \"2023-12\", \"format\": \"lodas\"}")
            #expect(made.status == 400 && made.text.contains("hours-erased"), "\(made.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func onlyManagersSetTheRule(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            for value in ["1", "31", "2.5", "\"2\"", "0", "-2"] {
                let reply = try await place.manager.patch(place.company.path, "{\"hoursKeptYears\": \(value)}")
                #expect(reply.status == 400, "\(value): \(reply.text)")
            }
            let bookkeeper = try await place.server.person(.bookkeeper, in: place.company.id)
            for client in [place.worker.client, bookkeeper.client] {
                #expect(try await client.patch(place.company.path, "{\"hoursKeptYears\": 5}").status == 403)
                #expect(try await client.get(place.company.path + "/hours/forecast?years=5").status == 403)
            }
            for query in ["", "?years=", "?years=1", "?years=31", "?years=x"] {
                #expect(try await place.manager.get(place.company.path + "/hours/forecast" + query).status == 400)
            }
            try await place.keep("10")
            let entry = try await place.manager.get(place.company.path + "/audit").json.list.first {
                $0["action"] == "company.changed"
            }
            let field: [String: JSON] = ["field": "hoursKeptYears", "from": .null, "to": "10"]
            #expect(entry?["changes"]?[0] == .object(field))
            // A session that is open somewhere isn't the person.
            place.server.clock.advance(by: .seconds(1200))
            let unconfirmed = try await place.manager.patch(place.company.path, "{\"hoursKeptYears\": 9}")
            #expect(unconfirmed.status == 403 && unconfirmed.json["code"] == "confirm-again", "\(unconfirmed.text)")
            try await place.keep("11")
            try await place.keep("null")
        }
    }

    /// The owner is told of the rule, no matter who set it: one mail for several changes at once.
    @Test(arguments: Engine.allCases)
    func theOwnerIsToldOfTheRule(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let postbox = Postbox()
            let service = try place.server.mailService(by: postbox)
            let other = try await place.server.person(.manager, in: place.company.id, name: "Lenz")
            while try await service.sendDue() > 0 {}
            let before = postbox.letters.count
            func keep(_ years: String, by client: Client? = nil) async throws {
                place.server.clock.advance(by: .milliseconds(1))
                let client = client ?? place.manager
                _ = try await client.post("/api/v1/auth/confirm", "{\"password\": \"\(TestCompany.password)\"}")
                let reply = try await client.patch(place.company.path, "{\"hoursKeptYears\": \(years)}")
                #expect(reply.status == 200, "\(reply.text)")
            }
            func send(after seconds: Int) async throws -> [Letter] {
                let known = postbox.letters.count
                place.server.clock.advance(by: .seconds(seconds))
                while try await service.sendDue() > 0 {}
                return Array(postbox.letters.dropFirst(known))
            }
            try await keep("10", by: other.client)
            try await keep("3", by: other.client)
            // What changes nothing of it is told to no one.
            _ = try await place.manager.patch(place.company.path, "{\"hoursKeptYears\": 3}")
            #expect(postbox.letters.count == before)
            let set = try await send(after: 60)
            #expect(set.count == 1 && set[0].tag == "hours-kept", "\(set.map(\.subject))")
            let text = try #require(set.first?.text)
            #expect(text.contains("Kai Lenz hat geändert, wie lange"), "\(text)")
            #expect(text.contains("aufhebt: 3 ganze Jahre nach dem Kalenderjahr. Vorher: für immer."), "\(text)")
            #expect(
                text.contains("ab der nächsten Nacht gelöscht") && text.contains("https://polier.example.de/company\n"))
            let owner = try await place.server.database.fetch(
                Query(
                    "SELECT u.email FROM users u WHERE u.company_id = $1 AND u.owner_since IS NOT NULL",
                    place.company.id
                ) {
                    try $0.next() as String
                })
            #expect(set.map(\.to) == owner)

            // By themselves too, and not more often than every ten minutes.
            try await keep("5")
            #expect(try await send(after: 500).isEmpty)
            try await keep("null")
            let cleared = try await send(after: 100)
            #expect(cleared.count == 1)
            #expect(
                cleared.first?.text.contains("aufhebt: für immer. Vorher: 3 ganze Jahre.") == true
                    && cleared.first?.text.contains("Es wird nichts mehr gelöscht.") == true, "\(cleared.map(\.text))")
            #expect(try await place.manager.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            try await keep("2")
            let english = try await send(after: 700)
            #expect(
                english.first?.text.contains("keeps hours: 2 whole years after the calendar year. Before: for ever.")
                    == true,
                "\(english.map(\.text))")
        }
    }

    /// A site's costs keep what was erased as one sum without names, where the period has all of it.
    @Test(arguments: Engine.allCases)
    func costsKeepTheSumOfErasedHours(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            func costs(_ query: String = "") async throws -> JSON {
                let reply = try await place.manager.get(place.site + "/costs" + query)
                #expect(reply.status == 200, "\(reply.text)")
                return reply.json
            }
            try await place.visits(3)
            try await place.visit("2026-11-20T07:00:00Z", "2026-11-20T08:00:00Z")
            let whole = try await costs()
            #expect(whole["erasedMinutes"] == 0 && whole["minutes"] == 150)
            #expect(whole["people"]?.list.map { $0["minutes"]?.number } == [150])
            try await place.keep("2")
            try await place.age()
            place.nextDay()
            #expect(try await place.erase().map(\.counts.entries) == [3])
            for (query, erased) in [
                ("", 90), ("?to=2023-12-31", 90), ("?to=2024-05-01", 90), ("?from=2024-01-01", 0),
                ("?to=2023-12-30", nil), ("?from=2023-12-31", nil), ("?from=2020-01-01&to=2026-12-31", nil),
            ] as [(String, Decimal?)] {
                let read = try await costs(query)
                #expect(read["erasedMinutes"] == erased.map { .number($0) } ?? .null, "\(query): \(read)")
                let listed = read["people"]?.list.reduce(Decimal(0)) { $0 + ($1["minutes"]?.number ?? .nan) }
                #expect(read["minutes"]?.number == (listed ?? .nan) + (erased ?? 0), "\(query): \(read)")
            }
            let after = try await costs()
            #expect(after["minutes"] == 150 && after["people"]?.list.map { $0["minutes"]?.number } == [60])
        }
    }
}

import Foundation
import Storage
import Synchronization
import Testing

@testable import Core
@testable import Server

/// Hours that a company no longer keeps: which ones go, and what stays.
@Suite struct HourErasureTests {
    /// Years go as a whole, by the company's clocks: nothing on the day on which the rule was set, and no later one is touched.
    @Test(arguments: Engine.allCases)
    func wholeYearsGo(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
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
        try await ErasurePlace.run(engine) { place in
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
        try await ErasurePlace.run(engine) { place in
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
        try await ErasurePlace.run(engine) { place in
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
        try await ErasurePlace.run(engine) { place in
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

    @Test(arguments: Engine.allCases)
    func balancesDoNotCountWhatIsGone(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
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

    /// A site's costs keep what was erased as one sum without names, where the period has all of it.
    @Test(arguments: Engine.allCases)
    func costsKeepTheSumOfErasedHours(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
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

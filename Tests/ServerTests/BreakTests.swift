import Foundation
import Testing

@testable import Core
@testable import Server

/// Breaks that people clock, state and are told.
@Suite struct BreakTests {
    private struct Shift {
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String

        /// Whose worker came at 07:00.
        init(_ server: TestServer) async throws {
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Maurer")
            site = try await company.site(users: [worker.id])
            guard try await worker.client.post(site + "/check-in", BreakTests.at("07:00")).status == 200 else {
                throw CancellationError()
            }
        }

        func post(_ verb: String, _ body: String? = nil) async throws -> Reply {
            try await worker.client.post("\(site)/\(verb)", body)
        }

        var entry: JSON {
            get async throws { try await company.manager.get(site + "/time-entries").json[0] ?? .null }
        }

        func correct(_ fields: String) async throws -> Reply {
            let id = try await entry["id"]?.text ?? ""
            return try await company.manager.patch("\(site)/time-entries/\(id)", "{\(fields), \"reason\": \"Zettel\"}")
        }
    }

    private static func at(_ time: String) -> String { "{\"at\": \"2026-11-23T\(time):00Z\"}" }
    private static func instant(_ time: String) -> JSON { .text("2026-11-23T\(time):00.000Z") }
    private static func timed(_ from: String, _ to: String) -> String {
        "{\"from\": \"2026-11-23T\(from):00Z\", \"to\": \"2026-11-23T\(to):00Z\"}"
    }
    private static func code(_ reply: Reply) -> String {
        "\(reply.json["fields"]?[0]?["field"]?.text ?? "")\(reply.json["fields"] == nil ? "" : " ")"
            + (reply.json["fields"]?[0]?["code"]?.text ?? reply.json["code"]?.text ?? "")
    }

    @Test(arguments: Engine.allCases)
    func aBreakIsClocked(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let shift = try await Shift(server)
            #expect(Self.code(try await shift.post("break-end")) == "not-on-break")
            // What was done so long ago waits for a manager.
            #expect(Self.code(try await shift.post("break-start", Self.at("06:59"))) == "outside-entry")
            let begun = try await shift.post("break-start", Self.at("09:00"))
            #expect(begun.status == 200 && begun.json["state"] == "OPEN", "\(begun.text)")
            #expect(
                begun.json["breaks"]
                    == .list([
                        .object(["from": Self.instant("09:00"), "to": .null, "minutes": .null, "source": "TAKEN"])
                    ]))
            let twice = try await shift.post("break-start", Self.at("09:05"))
            #expect(twice.status == 202 && Self.code(twice) == "on-break-already")
            #expect(twice.json["params"]?["from"] == Self.instant("09:00"))
            #expect(Self.code(try await shift.post("break-end", Self.at("08:59"))) == "before-break")
            #expect(
                try await shift.post("break-end", "{\"at\": \"2026-11-23T09:29:59Z\"}").json["breaks"]?[0]?["minutes"]
                    == 29)
            #expect(Self.code(try await shift.post("break-start", Self.at("09:10"))) == "breaks-overlap")
            // One that lasts ends with the visit, which can't end before it began.
            #expect(try await shift.post("break-start", Self.at("11:00")).status == 200)
            #expect(Self.code(try await shift.post("check-out", Self.at("10:59"))) == "before-break")
            let left = try await shift.post("check-out", Self.at("11:20"))
            #expect(left.json["breaks"]?.list.map { $0["minutes"] } == [29, 20], "\(left.text)")
            #expect(left.json["minutes"] == 260)
            for verb in ["break-start", "break-end"] {
                #expect(Self.code(try await shift.post(verb)) == "not-checked-in")
            }
            let other = try await server.person(.worker, in: shift.company.id)
            #expect(try await other.client.post(shift.site + "/break-start").status == 404)
        }
    }

    /// Of two phones: a break that was begun on one of them, and reported after one that came later. No minute is subtracted twice,
    /// whichever way the entry ends.
    @Test(arguments: Engine.allCases)
    func aBreakThatLastsEndsWhereTheNextBegins(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for ending in ["check-out", "correction", "removal"] {
                let shift = try await Shift(server)
                for (verb, time) in [("break-start", "10:00"), ("break-end", "10:30"), ("break-start", "09:50")] {
                    #expect(try await shift.post(verb, Self.at(time)).status == 200)
                }
                #expect(Self.code(try await shift.post("break-end", Self.at("10:10"))) == "breaks-overlap")
                switch ending {
                case "check-out": #expect(try await shift.post("check-out", Self.at("11:00")).status == 200)
                case "correction":
                    let end = Self.instant("11:00").text ?? ""
                    let corrected = try await shift.correct("\"checkedOutAt\": \"\(end)\"")
                    #expect(corrected.status == 200, "\(corrected.text)")
                default: #expect(try await shift.company.manager.delete(shift.site).status == 204)
                }
                let entries = try await shift.company.manager.get(shift.company.path + "/time-entries")
                let entry = entries.json[0]
                #expect(entry?["breaks"]?.list.map { $0["minutes"] } == [10, 30], "\(ending): \(entries.text)")
            }
        }
    }

    /// What was answered with success isn't dropped.
    @Test(arguments: Engine.allCases)
    func aBreakThatBeginsWithTheEndIsKept(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let shift = try await Shift(server)
            #expect(try await shift.post("break-start", Self.at("11:00")).status == 200)
            let left = try await shift.post("check-out", Self.at("11:00"))
            #expect(left.json["breaks"]?.list.map { $0["minutes"] } == [0], "\(left.text)")
            #expect(left.json["minutes"] == 240)

            // The server ends it, at once.
            let other = try await Shift(server)
            #expect(try await other.post("break-start").status == 200)
            #expect(try await other.company.manager.delete(other.site).status == 204)
            let entries = try await other.company.manager.get(other.company.path + "/time-entries")
            #expect(entries.json[0]?["breaks"]?.list.map { $0["minutes"] } == [0], "\(entries.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aBreakIsStatedAfterwards(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let shift = try await Shift(server)
            _ = try await shift.post("break-start", Self.at("09:00"))
            _ = try await shift.post("break-end", Self.at("09:10"))
            _ = try await shift.post("check-out", Self.at("11:30"))
            func stated(_ body: String) async throws -> [JSON?] {
                let reply = try await shift.post("break-stated", body)
                #expect(reply.status == 200, "\(reply.text)")
                return reply.json["breaks"]?.list.flatMap { [$0["minutes"], $0["source"], $0["from"]] } ?? []
            }
            let taken: [JSON?] = [10, "TAKEN", Self.instant("09:00")]
            #expect(try await stated("{\"minutes\": 30}") == taken + [30, "STATED", .null])
            #expect(try await stated("{\"minutes\": 45}") == taken + [45, "STATED", .null])
            // That there was none is kept, too.
            #expect(
                try await stated("{\"minutes\": 0, \"at\": \"2026-11-23T11:30:00Z\"}") == taken + [0, "STATED", .null])
            #expect(
                Self.code(try await shift.post("break-stated", "{\"minutes\": 261}")) == "minutes longer-than-entry")
            for wrong in ["{}", "{\"minutes\": -1}", "{\"minutes\": 1441}", "{\"minutes\": 1.5}"] {
                #expect(try await shift.post("break-stated", wrong).status == 400, "\(wrong)")
            }
            // Of the day before, but not of two days before.
            server.clock.advance(by: .seconds(18 * 3600))
            #expect(try await shift.post("break-stated", "{\"minutes\": 30}").status == 200)
            server.clock.advance(by: .seconds(2 * 3600))
            #expect(Self.code(try await shift.post("break-stated", "{\"minutes\": 30}")) == "not-checked-in")
        }
    }

    @Test(arguments: Engine.allCases)
    func breaksAreEnteredAndCorrected(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let shift = try await Shift(server)
            _ = try await shift.post("break-start", Self.at("09:00"))
            _ = try await shift.post("break-end", Self.at("09:30"))
            _ = try await shift.post("check-out", Self.at("11:30"))
            for (breaks, expected) in [
                (Self.timed("06:50", "07:10"), "breaks[0] outside-entry"),
                (Self.timed("11:00", "11:31"), "breaks[0] outside-entry"),
                ("\(Self.timed("08:00", "08:30")), \(Self.timed("08:29", "08:40"))", "breaks[1] breaks-overlap"),
                ("{\"minutes\": 271}", "breaks longer-than-entry"),
                (Self.timed("09:00", "08:00"), "breaks[0].to before-from"),
                ("{\"from\": \"2026-11-23T09:00:00Z\"}", "breaks[0].to missing"),
                ("{}", "breaks[0].from one-of-two"),
                ("{\"minutes\": 30, \"from\": \"2026-11-23T09:00:00Z\"}", "breaks[0].from one-of-two"),
                ("{\"minutes\": 30, \"source\": \"TAKEN\"}", "breaks[0].source unknown-field"),
                (Array(repeating: "{\"minutes\": 1}", count: 21).joined(separator: ","), "breaks too-many-entries"),
            ] {
                let refused = try await shift.correct("\"breaks\": [\(breaks)]")
                #expect(
                    refused.status == 400 && Self.code(refused) == expected, "\(breaks.prefix(60)): \(refused.text)")
            }
            // A correction of the times leaves no break outside.
            #expect(
                Self.code(try await shift.correct("\"checkedOutAt\": \"2026-11-23T09:15:00Z\""))
                    == "breaks outside-entry")
            let both = try await shift.correct(
                "\"checkedOutAt\": \"2026-11-23T09:45:00Z\", \"breaks\": [\(Self.timed("09:00", "09:30")), {\"minutes\": 5}]"
            )
            #expect(both.status == 200, "\(both.text)")
            // What was clocked stays so.
            #expect(both.json["breaks"]?.list.map { $0["source"] } == ["TAKEN", "STATED"])
            #expect(both.json["breaks"]?.list.map { $0["minutes"] } == [30, 5] && both.json["minutes"] == 165)
            server.clock.advance(by: .seconds(60))
            let none = try await shift.correct("\"breaks\": [], \"kind\": \"TRAVEL\"")
            #expect(none.json["breaks"] == .list([]) && none.json["kind"] == "TRAVEL")
            let last = none.json["corrections"]?[1]
            #expect(last?["kind"] == "WORK" && last?["breaks"] == both.json["breaks"], "\(none.text)")
            #expect(try await shift.entry == none.json)
            let changes = try await shift.company.manager.get(shift.company.path + "/audit").json[0]?["changes"]?.list
            #expect(changes?.map { $0["field"] } == ["kind", "breaks", "userId"], "\(changes ?? [])")
            #expect(try await shift.correct("\"kind\": \"REST\"").status == 400)

            let entered = try await shift.company.manager.post(
                shift.site + "/time-entries",
                """
                {"userIds": ["\(shift.worker.id)", "\(shift.company.managerID)"], "checkedInAt": "2026-11-20T07:00:00Z",
                 "checkedOutAt": "2026-11-20T15:30:00Z", "kind": "TRAVEL", "reason": "Zettel",
                 "breaks": [{"minutes": 15}, {"from": "2026-11-20T11:00:00Z", "to": "2026-11-20T11:30:00Z"}]}
                """)
            #expect(entered.status == 201, "\(entered.text)")
            for entry in entered.json.list {
                #expect(entry["source"] == "MANUAL" && entry["kind"] == "TRAVEL" && entry["minutes"] == 510)
                #expect(entry["breaks"]?.list.map { $0["minutes"] } == [30, 15] && entry["state"] == "CLOSED")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anEntryHasTwentyBreaksAndADaySixtyEntries(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let shift = try await Shift(server)
            for number in 0..<20 {
                #expect(try await shift.post("break-start", Self.at("08:\(10 + number)")).status == 200)
                #expect(try await shift.post("break-end", Self.at("08:\(10 + number)")).status == 200)
            }
            Limited.expectRefused(
                try await shift.post("break-start", Self.at("09:00")), "too-many-breaks", "entry-breaks", 20)
            Limited.expectRefused(
                try await shift.post("break-stated", "{\"minutes\": 30}"), "too-many-breaks", "entry-breaks", 20)
            #expect(try await shift.post("check-out").status == 200)
            // In Berlin, 23:00 UTC begins the next day. A voided one counts.
            func enter(_ minute: Int) async throws -> Reply {
                let (hour, rest) = (minute / 60, String(format: "%02d", minute % 60))
                return try await shift.company.manager.post(
                    shift.site + "/time-entries",
                    """
                    {"userIds": ["\(shift.worker.id)"], "checkedInAt": "2026-11-20T0\(hour):\(rest):00Z",
                     "checkedOutAt": "2026-11-20T0\(hour):\(rest):30Z", "reason": "x"}
                    """)
            }
            let id = try await enter(0).json[0]?["id"]?.text ?? ""
            _ = try await shift.company.manager.post("\(shift.site)/time-entries/\(id)/void", "{\"reason\": \"x\"}")
            for minute in 1..<60 { #expect(try await enter(minute).status == 201) }
            Limited.expectRefused(try await enter(60), "too-many-daily-entries", "daily-entries", 60)
        }
    }

    /// What was stated before the person left early takes nothing from the rest of the day.
    @Test(arguments: Engine.allCases)
    func aStatedBreakFitsItsEntry(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let shift = try await Shift(server)
            #expect(try await shift.post("break-start", Self.at("07:05")).status == 200)
            #expect(try await shift.post("break-end", Self.at("07:11")).status == 200)
            #expect(try await shift.post("break-stated", "{\"minutes\": 480}").status == 200)
            let left = try await shift.post("check-out", Self.at("07:20"))
            #expect(left.json["breaks"]?.list.map { $0["minutes"] } == [6, 14], "\(left.text)")
            // Its times can still be corrected.
            #expect(try await shift.correct("\"checkedOutAt\": \"2026-11-23T07:30:00Z\"").status == 200)
            let other = try await shift.company.site("Halle", users: [shift.worker.id])
            #expect(try await shift.worker.client.post(other + "/check-in", Self.at("07:30")).status == 200)
            #expect(try await shift.worker.client.post(other + "/check-out", Self.at("11:30")).status == 200)
            let sheets = try await shift.company.manager.get(
                "\(shift.company.path)/time-sheets?from=2026-11-23&to=2026-11-23&userId=\(shift.worker.id)")
            let day = sheets.json[0]?["days"]?[0]
            #expect(day?["minutes"] == 250 && day?["breakMinutes"] == 20, "\(sheets.text)")
            // Neither does one of an entry that ends because its site is removed.
            #expect(try await shift.worker.client.post(other + "/check-in", Self.at("11:50")).status == 200)
            #expect(try await shift.worker.client.post(other + "/break-stated", "{\"minutes\": 300}").status == 200)
            #expect(try await shift.company.manager.delete(other).status == 204)
            let entries = try await shift.worker.client.get(shift.company.path + "/time-entries").json
            #expect(entries[0]?["minutes"] == 10 && entries[0]?["breaks"]?[0]?["minutes"] == 10, "\(entries)")
        }
    }
}

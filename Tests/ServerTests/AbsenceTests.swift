import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// When people are away: who asks, who answers, and who sees what.
@Suite struct AbsenceTests {
    /// A test begins at 2026-11-23T12:00:00Z.
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let other: (client: Client, id: String)
        let foreman: (client: Client, id: String)
        let bookkeeper: (client: Client, id: String)
        var manager: Client { company.manager }
        var list: String { company.path + "/absences" }

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Vogt")
            other = try await server.person(.worker, in: company.id, name: "Adler")
            foreman = try await server.person(.worker, in: company.id, name: "Polier")
            bookkeeper = try await server.person(.bookkeeper, in: company.id, name: "Buch")
            let site = try await company.site(users: [worker.id, foreman.id])
            _ = try await company.manager.patch(
                site, "{\"users\": [\"\(worker.id)\", \"\(foreman.id)\"], \"foremen\": [\"\(foreman.id)\"]}")
        }

        /// Asks for days of December 2026, and of whatever else `more` says.
        func ask(
            _ kind: String, _ from: String, _ to: String? = nil, _ more: String = "", as client: Client? = nil,
            for user: String? = nil, key: String? = nil
        ) async throws -> Reply {
            server.clock.advance(by: .milliseconds(1))
            var body = "\"kind\": \"\(kind)\", \"from\": \"2026-12-\(from)\""
            if let to { body += ", \"to\": \"2026-12-\(to)\"" }
            if let user { body += ", \"userId\": \"\(user)\"" }
            return try await (client ?? worker.client).send(
                "POST", list, body: "{\(body)\(more)}", headers: key.map { ["Idempotency-Key": $0] } ?? [:])
        }

        func made(_ reply: Reply, _ state: String, _ place: SourceLocation = #_sourceLocation) throws -> String {
            #expect(
                reply.status == 201 && reply.json["state"]?.text == state && reply.header("ETag") == "\"1\"",
                "\(reply.text)", sourceLocation: place)
            return list + "/" + (try #require(reply.json["id"]?.text, "\(reply.text)", sourceLocation: place))
        }

        func refused(
            _ reply: Reply, _ status: Int, _ code: String, _ place: SourceLocation = #_sourceLocation
        ) {
            #expect(reply.status == status && reply.json["code"]?.text == code, "\(reply.text)", sourceLocation: place)
        }

        func days(_ client: Client, _ query: String = "") async throws -> [String] {
            try await client.get(list + query).json.list.map { one in
                "\(one["from"]?.text?.suffix(2) ?? "")-\(one["to"]?.text?.suffix(2) ?? "") \(one["kind"]?.text ?? "away")"
            }
        }

        /// The latest audit entries, latest first.
        func actions(_ count: Int) async throws -> [String] {
            try await manager.get(company.path + "/audit").json.list.prefix(count).compactMap { $0["action"]?.text }
        }
    }

    private static func run(
        _ engine: Engine, _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        try await TestServer.run(on: engine) { try await body(try await Place($0)) }
    }

    @Test(arguments: Engine.allCases)
    func aWorkerAsksAndTheOfficeAnswers(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let path = try place.made(
                try await place.ask("VACATION", "21", "23", ", \"note\": \"Familie\"", key: "a"), "ASKED")
            // A repetition isn't another one.
            #expect(try await place.ask("VACATION", "21", "23", ", \"note\": \"Familie\"", key: "a").status == 201)
            #expect(try await place.days(place.manager, "?state=ASKED") == ["21-23 VACATION"])
            #expect(try await place.manager.get(place.company.path + "/overview").json["askedAbsences"] == 1)
            #expect(try await place.worker.client.get(place.company.path + "/overview").json["askedAbsences"] == .null)

            // It can be changed while it waits, and not answered by the person.
            #expect(try await place.worker.client.patch(path, "{\"to\": \"2026-12-24\"}").json["to"] == "2026-12-24")
            for body in ["{\"state\": \"OK\"}", "{\"reason\": \"So\"}"] {
                place.refused(try await place.worker.client.patch(path, body), 403, "role-forbids")
            }
            place.refused(
                try await place.other.client.patch(path, "{\"to\": \"2026-12-24\"}"), 404, "absence-not-found")
            let stale = try await place.manager.send(
                "PATCH", path, body: "{\"state\": \"OK\"}", headers: ["If-Match": "\"1\""])
            #expect(stale.status == 412, "\(stale.text)")
            let no = try await place.bookkeeper.client.patch(path, "{\"state\": \"NO\", \"reason\": \"Zu viele weg\"}")
            #expect(no.json["state"] == "NO" && no.json["decidedByName"] == "Kai Buch", "\(no.text)")
            // Which the person reads.
            let read = try await place.worker.client.get(path)
            #expect(read.json["reason"] == "Zu viele weg" && read.json["note"] == "Familie")
            place.refused(
                try await place.worker.client.patch(path, "{\"to\": \"2026-12-24\"}"), 409, "absence-decided")
            place.refused(try await place.worker.client.delete(path), 409, "absence-decided")
            // The office thinks again.
            let yes = try await place.manager.patch(path, "{\"state\": \"OK\", \"reason\": null}")
            #expect(yes.json["state"] == "OK" && yes.json["reason"] == .null, "\(yes.text)")
            // The same answer again changes nothing that the audit tells.
            #expect(try await place.manager.patch(path, "{\"state\": \"OK\"}").status == 200)
            #expect(try await place.manager.delete(path).status == 204)
            // Ids of one millisecond have no order.
            #expect(
                try await place.actions(5).sorted() == [
                    "absence.asked", "absence.changed", "absence.declined", "absence.granted", "absence.removed",
                ])
            place.refused(try await place.manager.delete(path), 404, "absence-not-found")
            #expect(try await place.days(place.worker.client) == [])

            // What waits is withdrawn by the person.
            let second = try place.made(try await place.ask("COMP_TIME", "28", nil, ", \"half\": true"), "ASKED")
            #expect(try await place.worker.client.delete(second).status == 204)
        }
    }

    @Test(arguments: Engine.allCases)
    func sicknessNeedsNoAnswerAndFewSeeIt(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let sick = try place.made(
                try await place.ask("SICK", "01", "04", ", \"note\": \"Grippe\""), "OK")
            #expect(try await place.manager.get(sick).json["decidedBy"] == .null)
            _ = try place.made(try await place.ask("SCHOOL", "08"), "ASKED")
            _ = try place.made(try await place.ask("UNPAID", "09", as: place.other.client), "ASKED")
            for client in [place.manager, place.bookkeeper.client] {
                #expect(try await place.days(client) == ["09-09 UNPAID", "08-08 SCHOOL", "01-04 SICK"])
            }
            #expect(try await place.days(place.worker.client) == ["08-08 SCHOOL", "01-04 SICK"])
            #expect(try await place.days(place.other.client) == ["09-09 UNPAID"])

            // A foreman sees of the crew who is away, and nothing of what is only asked for.
            #expect(try await place.days(place.foreman.client) == ["01-04 away"])
            let away = try await place.foreman.client.get(place.list + "?userId=\(place.worker.id)")
            #expect(away.json[0]?["kind"] == .null && away.json[0]?["note"] == .null && !away.text.contains("Grippe"))
            #expect(away.json[0]?["userName"] == "Kai Vogt")
            #expect(try await place.days(place.foreman.client, "?userId=\(place.other.id)") == [])
            place.refused(try await place.foreman.client.get(sick), 404, "absence-not-found")
            place.refused(
                try await place.foreman.client.patch(sick, "{\"to\": \"2026-12-05\"}"), 404, "absence-not-found")
            // Nor does the audit tell what it was.
            let audit = try await place.manager.get(place.company.path + "/audit").text
            #expect(!audit.contains("SICK") && !audit.contains("Grippe"))

            // Another kind becomes sickness: what was asked for is no question any more.
            let asked = try place.made(try await place.ask("VACATION", "14"), "ASKED")
            #expect(try await place.worker.client.patch(asked, "{\"kind\": \"SICK\"}").json["state"] == "OK")
        }
    }

    @Test(arguments: Engine.allCases)
    func theOfficeEntersForAnyone(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            for (client, day) in [(place.manager, "01"), (place.bookkeeper.client, "02")] {
                let entered = try await place.ask(
                    "WEATHER", day, nil, ", \"minutes\": 150", as: client, for: place.worker.id)
                _ = try place.made(entered, "OK")
                #expect(entered.json["minutes"] == 150 && entered.json["half"] == false, "\(entered.text)")
            }
            _ = try place.made(try await place.ask("HOLIDAY", "03", as: place.manager), "OK")
            #expect(try await place.actions(3) == Array(repeating: "absence.entered", count: 3))
            place.refused(
                try await place.ask("VACATION", "07", as: place.other.client, for: place.worker.id), 404,
                "user-not-found")
            let unknown = Runtime.live.newID(User.self).text
            place.refused(try await place.ask("VACATION", "07", as: place.manager, for: unknown), 404, "user-not-found")
            let admin = try await place.server.person(.admin)
            place.refused(try await place.ask("VACATION", "07", as: admin.client), 404, "user-not-found")
            _ = try place.made(try await place.ask("VACATION", "07", as: admin.client, for: place.other.id), "OK")

            // A person who left keeps what they had, and their name.
            #expect(try await place.manager.delete("\(place.company.path)/users/\(place.worker.id)").status == 204)
            let kept = try await place.manager.get(place.list + "?userId=\(place.worker.id)").json.list
            #expect(kept.map { $0["userName"] } == ["Kai Vogt", "Kai Vogt"])
            // Sickness until the last day is entered afterwards.
            _ = try place.made(try await place.ask("SICK", "04", as: place.manager, for: place.worker.id), "OK")

            let change = try await place.manager.patch(
                place.list + "/" + (kept[0]["id"]?.text ?? ""), "{\"half\": true, \"minutes\": null}")
            #expect(change.json["half"] == true && change.json["minutes"] == .null, "\(change.text)")
            let whole = try await place.manager.patch(
                place.list + "/" + (kept[0]["id"]?.text ?? ""), "{\"half\": false}")
            #expect(whole.json["half"] == false && whole.json["minutes"] == .null, "\(whole.text)")
        }
    }

    /// What was granted stays as it is on days that are approved; sickness that is reported for them waits for an answer.
    @Test(arguments: Engine.allCases)
    func approvedDaysKeepTheirAbsences(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            place.server.clock.set(try #require(Instant("2026-12-14T09:00:00Z")))
            func decide(_ what: String, _ from: String, _ until: String, _ more: String = "") async throws {
                let reply = try await place.manager.post(
                    "\(place.company.path)/time-sheets/\(what)",
                    "{\"userIds\": [\"\(place.worker.id)\"], \"from\": \"2026-12-\(from)\", \"until\": \"2026-12-\(until)\"\(more)}"
                )
                #expect(reply.status == 200, "\(reply.text)")
            }
            let granted = try place.made(
                try await place.ask("VACATION", "03", "04", as: place.manager, for: place.worker.id), "OK")
            let asked = try place.made(try await place.ask("VACATION", "08"), "ASKED")
            try await decide("approve", "04", "08")
            let enter = try await place.ask("OTHER", "07", as: place.manager, for: place.worker.id)
            place.refused(enter, 409, "day-approved")
            #expect(enter.json["params"]?["name"] == "Kai Vogt" && enter.json["params"]?["day"] == "2026-12-07")
            for body in ["{\"to\": \"2026-12-05\"}", "{\"kind\": \"UNPAID\"}", "{\"state\": \"NO\"}"] {
                place.refused(try await place.manager.patch(granted, body), 409, "day-approved")
            }
            place.refused(try await place.manager.delete(granted), 409, "day-approved")
            // Nothing that is paid.
            #expect(try await place.manager.patch(granted, "{\"note\": \"Kur\"}").status == 200)
            #expect(try await place.worker.client.patch(asked, "{\"note\": \"Kur\"}").status == 200)
            place.refused(try await place.manager.patch(asked, "{\"state\": \"OK\"}"), 409, "day-approved")
            #expect(try await place.manager.patch(asked, "{\"state\": \"NO\"}").status == 200)
            let sick = try place.made(try await place.ask("SICK", "07", "09"), "ASKED")
            #expect(try await place.worker.client.patch(sick, "{\"to\": \"2026-12-10\"}").json["state"] == "ASKED")
            _ = try place.made(try await place.ask("SICK", "11"), "OK")
            place.refused(try await place.manager.patch(sick, "{\"state\": \"OK\"}"), 409, "day-approved")
            try await decide("reopen", "04", "08", ", \"reason\": \"Krank\"")
            #expect(try await place.manager.patch(sick, "{\"state\": \"OK\"}").json["state"] == "OK")
            #expect(try await place.manager.delete(granted).status == 204)
            // A longer absence leaves the approved days as they are.
            let long = try place.made(
                try await place.ask("OTHER", "01", "02", as: place.manager, for: place.worker.id), "OK")
            try await decide("approve", "01", "01")
            place.refused(try await place.manager.patch(long, "{\"from\": \"2026-12-02\"}"), 409, "day-approved")
            #expect(try await place.manager.patch(long, "{\"to\": \"2026-12-03\"}").status == 200)
        }
    }

    /// A foreman can't tell sickness from other absences, and parts of a day aren't more than the day.
    @Test(arguments: Engine.allCases)
    func foremenSeeNoReasonInAnything(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try place.made(try await place.ask("SICK", "01"), "OK")
            let asked = try place.made(try await place.ask("VACATION", "02"), "ASKED")
            #expect(
                try await place.manager.patch(asked, "{\"state\": \"OK\", \"reason\": \"Gern\"}").status == 200)
            let seen = try await place.foreman.client.get(place.list).json.list
            #expect(seen.count == 2)
            for field in seen.first?.keys ?? [] where !["id", "from", "to", "askedAt", "updatedAt"].contains(field) {
                #expect(seen[0][field] == seen[1][field], "\(field)")
            }
            #expect(seen.allSatisfy { $0["updatedAt"] == $0["askedAt"] })
            _ = try place.made(try await place.ask("SICK", "04", nil, ", \"minutes\": 1000"), "OK")
            place.refused(try await place.ask("SICK", "04", nil, ", \"minutes\": 441"), 409, "absence-overlaps")
            place.refused(try await place.ask("SICK", "04", nil, ", \"half\": true"), 409, "absence-overlaps")
            _ = try place.made(try await place.ask("SICK", "04", nil, ", \"minutes\": 440"), "OK")
        }
    }

    @Test(arguments: Engine.allCases)
    func daysAreSharedByPartsOnly(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let long = try place.made(try await place.ask("VACATION", "07", "11"), "ASKED")
            for (from, to, more) in [
                ("11", "14", ""), ("01", "07", ""), ("09", "09", ", \"half\": true"), ("01", "31", ", \"minutes\": 60"),
            ] {
                let refused = try await place.ask("COMP_TIME", from, to, more)
                place.refused(refused, 409, "absence-overlaps")
                #expect(
                    refused.json["params"]
                        == .object(["name": "Kai Vogt", "from": "2026-12-07", "to": "2026-12-11"]))
            }
            // Another person's days, and those beside it, are free.
            _ = try place.made(try await place.ask("VACATION", "07", "11", as: place.other.client), "ASKED")
            let half = ", \"half\": true"
            let morning = try place.made(try await place.ask("VACATION", "14", "16", half), "ASKED")
            let afternoon = try place.made(try await place.ask("SCHOOL", "16", "18", half), "ASKED")
            place.refused(try await place.ask("OTHER", "16", nil, half), 409, "absence-overlaps")
            place.refused(try await place.ask("OTHER", "14", "18", ", \"minutes\": 1"), 409, "absence-overlaps")
            _ = try place.made(try await place.ask("OTHER", "14", "15", half), "ASKED")
            // One of the parts can't become a whole day, nor longer.
            for body in ["{\"half\": false}", "{\"from\": \"2026-12-15\"}"] {
                place.refused(try await place.worker.client.patch(afternoon, body), 409, "absence-overlaps")
            }
            // What was declined takes no days, and takes them again when it is granted after all.
            #expect(try await place.manager.patch(long, "{\"state\": \"NO\"}").status == 200)
            let again = try place.made(try await place.ask("VACATION", "08"), "ASKED")
            place.refused(try await place.manager.patch(long, "{\"state\": \"OK\"}"), 409, "absence-overlaps")
            #expect(try await place.worker.client.delete(again).status == 204)
            #expect(try await place.manager.patch(long, "{\"state\": \"OK\"}").status == 200)
            #expect(try await place.manager.delete(morning).status == 204)
        }
    }

    /// Two who enter the same days at once: one of them is refused.
    @Test(arguments: Engine.allCases)
    func noTwoTakeTheSameDayAtOnce(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            for day in ["01", "02", "03", "04", "05"] {
                let replies = try await withThrowingTaskGroup(of: Int.self) { group in
                    for client in [place.manager, place.bookkeeper.client, place.worker.client] {
                        group.addTask {
                            try await place.ask("OTHER", day, as: client, for: place.worker.id).status
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(replies.sorted() == [201, 409, 409], "\(replies)")
            }
            #expect(try await place.days(place.worker.client).count == 5)
        }
    }

    @Test(arguments: Engine.allCases)
    func listsHavePeriodsAndPages(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            for day in ["01", "03", "05", "07"] { _ = try await place.ask("VACATION", day, as: place.worker.client) }
            for day in ["02", "04", "06"] { _ = try await place.ask("SICK", day, as: place.other.client) }
            _ = try await place.ask("OTHER", "10", "20", as: place.worker.client)
            let all = ["10-20", "07-07", "06-06", "05-05", "04-04", "03-03", "02-02", "01-01"]
            func listed(_ client: Client, _ query: String) async throws -> [String] {
                try await place.days(client, query).map { String($0.prefix(5)) }
            }
            #expect(try await listed(place.manager, "") == all)
            #expect(try await listed(place.manager, "?from=2026-12-06&to=2026-12-12") == ["10-20", "07-07", "06-06"])
            #expect(try await listed(place.manager, "?from=2026-12-15&to=2026-12-15") == ["10-20"])
            #expect(try await listed(place.manager, "?to=2026-12-02") == ["02-02", "01-01"])
            #expect(try await listed(place.manager, "?from=2026-12-21") == [])
            #expect(try await listed(place.manager, "?state=OK&from=2026-12-03") == ["06-06", "04-04"])
            #expect(try await listed(place.manager, "?userId=\(place.other.id)&to=2026-12-05") == ["04-04", "02-02"])
            #expect(try await listed(place.worker.client, "?state=OK") == [])
            #expect(try await listed(place.worker.client, "?from=2026-12-05") == ["10-20", "07-07", "05-05"])
            for (client, query, expected) in [
                (place.manager, "", all),
                (place.manager, "&state=ASKED", ["10-20", "07-07", "05-05", "03-03", "01-01"]),
                (place.manager, "&userId=\(place.other.id)", ["06-06", "04-04", "02-02"]),
                (place.worker.client, "", ["10-20", "07-07", "05-05", "03-03", "01-01"]),
            ] {
                var (found, next): ([String], String?) = ([], "\(place.list)?limit=2\(query)")
                while let path = next {
                    let reply = try await client.get(path)
                    found += reply.json.list.map {
                        "\($0["from"]?.text?.suffix(2) ?? "")-\($0["to"]?.text?.suffix(2) ?? "")"
                    }
                    next = reply.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
                }
                #expect(found == expected, "\(query)")
            }
            let stranger = try await TestCompany.register(place.server.client)
            #expect(try await stranger.manager.get(place.list).status == 404)
            #expect(
                try await stranger.manager.get("\(stranger.path)/absences?userId=\(place.worker.id)").status == 404)
            // The person's copy has them all.
            let copy = try await place.worker.client.get("/api/v1/users/me/export").json
            #expect(copy["absences"]?.list.count == 5 && copy["absences"]?[4]?["from"] == "2026-12-10")
        }
    }

    @Test(arguments: Engine.allCases)
    func aPersonHasSoMany(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let direct = DirectAccess(database: try #require(place.server.database as? any BulkDatabase))
            try await direct.run(
                """
                INSERT INTO absences (company_id, id, user_id, kind, from_day, to_day, part, state, asked_by, asked_at, updated_at)
                WITH RECURSIVE days (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 1999)
                SELECT u.company_id, '00000019-0000-7000-8000-00000000' || (n + 1000), u.id, 'OTHER', '2024-01-01', '2024-01-01',
                    'WHOLE', 'NO', u.id, 0, 0
                FROM users u CROSS JOIN days WHERE u.id = '\(place.worker.id)'
                """)
            _ = try place.made(try await place.ask("VACATION", "01"), "ASKED")
            let refused = try await place.ask("VACATION", "02")
            Limited.expectRefused(refused, "too-many-absences", "person-absences", 2_000)
            _ = try place.made(try await place.ask("VACATION", "02", as: place.other.client), "ASKED")
        }
    }
}

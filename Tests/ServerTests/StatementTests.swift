import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Statements of hours as PDF, read with poppler; and the record that is divided at midnight.
@Suite struct StatementTests {

    private static func statement(_ client: Client, _ crew: WageCrew, _ more: String = "", month: String = "2026-11")
        async throws -> PDFText
    {
        let reply = try await client.get("\(crew.company.path)/time-sheets/statement?month=\(month)\(more)")
        try #require(reply.status == 200, "\(reply.text)")
        #expect(reply.header("Content-Type") == "application/pdf")
        #expect(reply.header("Content-Disposition")?.contains("polier-\(month).pdf") == true)
        return try PDFText(reply.body)
    }

    private static func duration(_ minutes: Decimal?) -> String {
        let minutes = NSDecimalNumber(decimal: minutes ?? -1).intValue
        return "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }

    private static func name(_ user: String, _ first: String, _ last: String, _ crew: WageCrew) async throws {
        let reply = try await crew.company.manager.put(
            "\(crew.company.path)/users/\(user)", "{\"firstName\": \"\(first)\", \"lastName\": \"\(last)\"}")
        #expect(reply.status == 200, "\(reply.text)")
    }

    @Test(arguments: Engine.allCases)
    func itSaysAllThatIsKnown(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let manager = crew.company.manager
            try await Self.name(crew.kai.id, "Łukasz", "Őry-Ștefănescu", crew)
            try await Self.name(crew.uwe.id, "Ελένη", "Щукина", crew)
            try await crew.number(crew.kai.id, "101")
            try await crew.work()
            func enter(_ day: String, _ from: String, _ to: String, _ breaks: String) async throws -> String {
                let reply = try await manager.post(
                    crew.bad + "/time-entries",
                    """
                    {"userIds": ["\(crew.kai.id)"], "checkedInAt": "2026-11-\(day)T\(from)Z", "checkedOutAt": "2026-11-\(day)T\(to)Z",
                     "reason": "Zettel vom Chef", "breaks": [\(breaks)]}
                    """)
                return "\(crew.bad)/time-entries/" + (try #require(reply.json[0]?["id"]?.text, "\(reply.text)"))
            }
            let placed = try await enter(
                "05", "06:00:00", "14:00:00", "{\"from\": \"2026-11-05T10:00:00Z\", \"to\": \"2026-11-05T10:40:00Z\"}")
            _ = try await enter("06", "06:00:00", "14:00:00", "{\"minutes\": 35}")
            let late = try await enter("09", "06:00:00", "07:00:00", "")
            let changed = try await manager.patch(
                placed, "{\"checkedOutAt\": \"2026-11-05T15:00:00Z\", \"reason\": \"Länger da gewesen\"}")
            #expect(changed.status == 200, "\(changed.text)")
            #expect(try await manager.post(late + "/void", "{\"reason\": \"War gar nicht da\"}").status == 200)
            let target = try await manager.put(
                "\(crew.company.path)/users/\(crew.kai.id)/targets",
                "{\"targets\": [{\"from\": \"2026-11-01\", \"monday\": 480, \"openingMinutes\": 600}]}")
            #expect(target.status == 200, "\(target.text)")
            let away = try await manager.post(
                crew.company.path + "/absences",
                "{\"userId\": \"\(crew.kai.id)\", \"kind\": \"VACATION\", \"from\": \"2026-11-16\", \"to\": \"2026-11-16\"}"
            )
            #expect(away.status == 201, "\(away.text)")
            try await crew.approve([crew.kai.id], until: "15")
            try await crew.reopen(crew.kai.id, "04")

            let file = try await Self.statement(manager, crew, "&userId=\(crew.kai.id)")
            let words = file.words
            #expect(file.title == "Stundennachweis November 2026")
            for text in [
                "Stundennachweis November 2026", "Łukasz Őry-Ștefănescu", "Personalnummer 101", "Seite 1 von",
                "=Halle; Nord", "Mo 02.11. 08:00 16:01", "30 min nach Regel", "11:00–11:40 angegeben",
                "35 min angegeben",
                "(Fahrt)", "Urlaub 8:00", "ja (1)", "NEIN", "NICHT FREIGEGEBEN: ", "(1) freigegeben von ",
                "vorher 07:00–15:00", "danach 07:00–16:00", "Grund: „Länger da gewesen“", "gestrichen: 07:00–08:00",
                "Grund: „War gar nicht da“", "Grund: „Zettel vom Chef“", "wieder geöffnet", "Grund: „Falsch“",
                "Unterschrift der beschäftigten Person", "Unterschrift der Firma", "So 01.11.", "Mo 30.11.",
                "das beweist keine Pause",
            ] { #expect(words.contains(text), "\(text) in \(words)") }
            // The company, and the head of its chain.
            let company = try await manager.get(crew.company.path).json
            #expect(words.contains(company["name"]?.text ?? "-"), "\(words)")
            let chain = try await manager.get(crew.company.path + "/hours/verify").json
            #expect(
                words.contains("Prüfkette \(chain["links"]?.number ?? 0):\(chain["head"]?.text ?? "-")"), "\(words)")
            // What it adds up to is the time sheet.
            let sheet = try await manager.get(
                "\(crew.company.path)/time-sheets?userId=\(crew.kai.id)&from=2026-11-01&to=2026-11-30"
            ).json[0]
            let total = sheet?["total"]
            #expect(words.contains("Arbeitszeit netto \(Self.duration(total?["minutes"]?.number))"), "\(words)")
            #expect(words.contains("Anwesenheit \(Self.duration(total?["presenceMinutes"]?.number))"))
            #expect(words.contains("Soll \(Self.duration(total?["targetMinutes"]?.number))"))
            #expect(words.contains("davon Fahrt 0:50") && words.contains("Saldo insgesamt"))
            for day in sheet?["days"]?.list ?? [] where day["entries"]?.list.isEmpty == false {
                let label = day["day"]?.text?.suffix(5).split(separator: "-").reversed().joined(separator: ".") ?? "-"
                let line = file.pages.joined().split(separator: "\n").first { $0.contains(" \(label).") } ?? ""
                #expect(line.contains(" \(Self.duration(day["minutes"]?.number)) "), "\(label): \(line)")
            }

            // Everyone's: each person begins a page.
            let all = try await Self.statement(manager, crew)
            #expect(all.pages.count { $0.contains("Seite 1 von") } == 3, "\(all.pages.count)")
            #expect(all.words.contains("Ελένη Щукина"))
            let export = try await manager.get(crew.company.path + "/time-sheets/export?month=2026-11&format=pdf")
            #expect(try PDFText(export.body).pages == all.pages && export.header("Content-Type") == "application/pdf")
            // All approved.
            let done = try await Self.statement(manager, crew, "&userId=\(crew.uwe.id)", month: "2026-10")
            #expect(done.words.contains("Keine Stunden in diesem Monat.") && done.pages.count == 1, "\(done.words)")
        }
    }

    @Test(arguments: Engine.allCases)
    func eachRoleGetsWhatItMay(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            try await crew.work()
            let own = try await Self.statement(crew.kai.client, crew)
            #expect(own.words.contains("Kai Vogt") && !own.words.contains("Kai Horn"), "\(own.words)")
            #expect(own.pages == (try await Self.statement(crew.kai.client, crew, "&userId=\(crew.kai.id)")).pages)
            let path = crew.company.path + "/time-sheets"
            for route in ["statement?month=2026-11&", "record?"] {
                let other = try await crew.kai.client.get("\(path)/\(route)userId=\(crew.uwe.id)")
                #expect(other.status == 404 && other.json["code"] == "user-not-found", "\(other.text)")
            }
            #expect(try await crew.kai.client.get(path + "/export?month=2026-11&format=pdf").status == 403)
            let book = try await server.person(.bookkeeper, in: crew.company.id, name: "Buch")
            #expect(try await Self.statement(book.client, crew).words.contains("Kai Horn"))
            let unknown = "&userId=\(UUID().uuidString.lowercased())"
            #expect(try await book.client.get("\(path)/statement?month=2026-11\(unknown)").status == 404)
            #expect(try await book.client.get(path + "/statement?month=2026-13").status == 400)
            let running = try await crew.kai.client.get(path + "/statement")
            #expect(running.header("Content-Disposition")?.contains("polier-2026-11.pdf") == true)
            let admin = try await server.person(.admin)
            let whose = try await admin.client.get(path + "/record")
            #expect(whose.status == 400 && whose.json["fields"]?[0]?["field"] == "userId", "\(whose.text)")
            // In the reader's language.
            _ = try await book.client.put("/api/v1/users/me", "{\"language\": \"en\"}")
            let english = try await Self.statement(book.client, crew, "&userId=\(crew.kai.id)")
            for text in [
                "Statement of hours November 2026", "NOT APPROVED: 3 days.", "by rule", "Page 1 of", "Mon 02/11",
                "Target Balance Approved",
            ] {
                #expect(english.words.contains(text), "\(text): \(english.words)")
            }
        }
    }

    @Test("as many entries as a day may have, with names of any length and letters")
    func muchOnOneDay() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let crew = try await WageCrew(server)
            let long = String(repeating: "Maßeinheitenumrechnung ", count: 4) + "漢字 😀 שלום ܫܠܡ"
            let site = try await crew.company.site(long, users: [crew.kai.id])
            for minute in 0..<60 {
                let start = (minute / 12 + 6, minute % 12 * 5)
                func clock(_ plus: Int) -> String { String(format: "%02d:%02d:00", start.0, start.1 + plus) }
                try await crew.enter(minute % 2 == 0 ? site : crew.bad, crew.kai.id, "10T\(clock(0))", "10T\(clock(4))")
            }
            let file = try await Self.statement(crew.company.manager, crew, "&userId=\(crew.kai.id)")
            #expect(
                file.pages.count > 2 && file.pages.allSatisfy { $0.contains("von \(file.pages.count)") },
                "\(file.pages.count)")
            #expect(file.words.contains("Arbeitszeit netto 4:00"), "\(file.words)")
            #expect(file.pages.dropFirst().allSatisfy { $0.contains("Kai Vogt") })
            // A day that continues on the next page has its name there too, and the signed page has the sums.
            #expect(file.pages[1].contains("Di 10.11."), "\(file.pages[1])")
            #expect(
                file.pages.filter { $0.contains("Unterschrift der Firma") }.map { $0.contains("Arbeitszeit netto") }
                    == [true])
            // Letters that the font lacks are boxes.
            #expect(file.words.contains("שלום") && file.words.contains("□□□"), "\(file.words)")
            for text in ["07:00 07:04", "11:55 11:59", "Maßeinheitenumrechnung"] {
                #expect(file.words.contains(text), "\(text)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWasErasedIsOnNoPaper(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            try await crew.enter(crew.bad, crew.kai.id, "20T06:00:00", "20T10:00:00", month: "2026-10")
            try await crew.work()
            let path = crew.company.path + "/time-sheets"
            let before = try await crew.kai.client.get(path + "/record").json
            #expect(before["hoursFrom"] == .null && before["from"] == "2026-09-01", "\(before)")
            try await server.database.transaction {
                try $0.execute(Statement(SQL(unchecked: "UPDATE companies SET hours_from = '2026-11-01'")))
            }
            for client in [crew.company.manager, crew.kai.client] {
                let refused = try await client.get(path + "/statement?month=2026-10")
                #expect(
                    refused.status == 400 && refused.json["fields"]?[0]?["code"] == "hours-erased"
                        && refused.json["fields"]?[0]?["field"] == "month", "\(refused.text)")
            }
            let export = try await crew.company.manager.get(path + "/export?month=2026-10&format=pdf")
            #expect(export.status == 400 && export.text.contains("\"hours-erased\""), "\(export.text)")
            #expect(try await Self.statement(crew.kai.client, crew).pages.count == 1)
            // The record has what is left, and says so.
            let record = try await crew.kai.client.get(path + "/record").json
            #expect(record["from"] == "2026-11-01" && record["hoursFrom"] == "2026-11-01", "\(record)")
            #expect(record["days"]?.list.map { $0["day"] } == ["2026-11-02", "2026-11-03", "2026-11-04"], "\(record)")
            let gone = try await crew.kai.client.get(path + "/record?from=2026-10-01&to=2026-10-31")
            #expect(
                gone.status == 400 && gone.json["fields"]?[0]?["code"] == "hours-erased"
                    && gone.json["fields"]?[0]?["field"] == "to", "\(gone.text)")
        }
    }

    /// 23 days with two breaks each, and a site whose name is of the usual length.
    @Test(arguments: Engine.allCases)
    func aUsualMonthFitsAPage(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let site = try await crew.company.site("Altbau Plagwitz, zwölf Bäder", users: [crew.kai.id])
            let target = try await crew.company.manager.put(
                "\(crew.company.path)/users/\(crew.kai.id)/targets",
                """
                {"targets": [{"from": "2026-07-01", "monday": 480, "tuesday": 480, "wednesday": 480, "thursday": 480, "friday": 480,
                 "openingMinutes": 600}]}
                """)
            #expect(target.status == 200, "\(target.text)")
            let first = try #require(Day("2026-07-01"))
            for day in (0..<31).map({ first + $0 }) where day.weekday < 5 {
                let reply = try await crew.company.manager.post(
                    site + "/time-entries",
                    """
                    {"userIds": ["\(crew.kai.id)"], "checkedInAt": "\(day.text)T05:00:00Z", "checkedOutAt": "\(day.text)T14:00:00Z",
                     "reason": "Stundenzettel", "breaks": [{"from": "\(day.text)T07:00:00Z", "to": "\(day.text)T07:15:00Z"},
                     {"from": "\(day.text)T10:00:00Z", "to": "\(day.text)T10:30:00Z"}]}
                    """)
                try #require(reply.status == 201, "\(reply.text)")
            }
            let approved = try await crew.company.manager.post(
                crew.company.path + "/time-sheets/approve",
                "{\"userIds\": [\"\(crew.kai.id)\"], \"from\": \"2026-07-01\", \"until\": \"2026-07-31\"}")
            #expect(approved.status == 200, "\(approved.text)")
            let file = try await Self.statement(
                crew.company.manager, crew, "&userId=\(crew.kai.id)", month: "2026-07")
            #expect(file.pages.count == 1, "\(file.pages)")
            let words = file.words
            #expect(words.contains("Mi 01.07. 07:00 16:00 Altbau Plagwitz, zwölf Bäder"), "\(words)")
            // What was entered in the same way is one note, with all days.
            #expect(words.contains("07:00–16:00: 01.07., 02.07., 03.07., 06.07."), "\(words)")
            #expect(words.contains("(23 Einträge)") && words.count(of: "Stundenzettel") == 1, "\(words)")
        }
    }

    @Test(arguments: Engine.allCases)
    func nothingOfANameIsCut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let first = String(repeating: "Maximiliane-", count: 8) + "Eva"
            let last = String(repeating: "Wittgenstein", count: 8) + "-End"
            try await Self.name(crew.kai.id, first, last, crew)
            let company = String(repeating: "Wärmedämmverbundsysteme und ", count: 7) + "GmbH"
            let renamed = try await crew.company.manager.patch(crew.company.path, "{\"name\": \"\(company)\"}")
            #expect(renamed.status == 200, "\(renamed.text)")
            let file = try await Self.statement(crew.company.manager, crew, "&userId=\(crew.kai.id)")
            #expect(file.pages.count == 1, "\(file.pages)")
            let text = file.pages[0].filter { !$0.isWhitespace }.replacing("StundennachweisNovember2026", with: "")
            for name in [first + last, company.filter { !$0.isWhitespace }] {
                #expect(text.contains(name), "\(name) in \(text)")
            }
            // Lines break after hyphens.
            #expect(file.pages[0].contains("Maximiliane-\n"), "\(file.pages[0])")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsFarAwayHasItsDate(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let entry = try await crew.enter(crew.bad, crew.kai.id, "20T06:00:00", "20T07:00:00")
            let moved = try await crew.company.manager.patch(
                entry,
                """
                {"checkedInAt": "2026-11-12T06:00:00Z", "checkedOutAt": "2026-11-12T08:00:00Z", "reason": "Falscher Tag"}
                """)
            #expect(moved.status == 200, "\(moved.text)")
            let target = try await crew.company.manager.put(
                "\(crew.company.path)/users/\(crew.kai.id)/targets",
                "{\"targets\": [{\"from\": \"2026-11-01\", \"monday\": 437}]}")
            #expect(target.status == 200, "\(target.text)")
            let words = try await Self.statement(crew.kai.client, crew).words
            #expect(words.contains("vorher 07:00 (20.11.)–08:00 (20.11.)"), "\(words)")
            #expect(words.contains("danach 07:00–09:00,") && words.contains("7:17"), "\(words)")
            // A month that hasn't begun has no targets yet.
            let next = try await Self.statement(crew.kai.client, crew, month: "2026-12").words
            #expect(next.contains("Der Monat hat noch nicht begonnen."), "\(next)")
            #expect(!next.contains("7:17") && !next.contains("Angerechnet"), "\(next)")
        }
    }

    /// What is written while the sheets are read is under the head, too.
    @Test(arguments: Engine.allCases)
    func theHeadAttestsAllOfThePaper(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            try await crew.work()
            let scope = try await crew.scope()
            let statements = HourStatements(server.database, runtime: server.runtime)
            let reading = try await statements.reading(Month("2026-11"), of: nil, in: scope)
            var late: [TimeEntry.ID] = []
            let head = try await statements.read(reading) { statement in
                if statement.sheet.userName == "Kai Vogt" {
                    try await crew.enter(crew.bad, crew.uwe.id, "10T06:00:00", "10T07:00:00")
                } else {
                    late += statement.entries.map(\.id)
                }
            }
            #expect(late.count == 2)
            let chain = try await crew.company.manager.get(crew.company.path + "/hours/verify").json
            #expect(chain["head"]?.text == head.hash && chain["links"] == .number(Decimal(head.number)), "\(chain)")
        }
    }

    /// Who reads slowly keeps no one's statement waiting.
    @Test(arguments: Engine.allCases)
    func aStatementHoldsNoPlaceWhileItIsSent(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            try await crew.work()
            let scope = try await crew.scope()
            let answers = LargeAnswers(timeout: .milliseconds(30))
            var answer = try await HourStatements(server.database, runtime: server.runtime).download(
                Month("2026-11"), of: User.ID(crew.kai.id), in: scope)
            answer.hold(try await answers.place(.copy, for: scope.actor))
            #expect(answers.count.taken == 0)
            withExtendedLifetime(answer) {}
        }
    }

    @Test(arguments: Engine.allCases)
    func aRecordIsDividedAtMidnight(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            // From Berlin's 30 October, over its first of November.
            let long = try await crew.company.manager.post(
                crew.bad + "/time-entries",
                """
                {"userIds": ["\(crew.kai.id)"], "checkedInAt": "2026-10-30T20:00:00Z", "checkedOutAt": "2026-10-31T23:30:00Z",
                 "reason": "Zettel", "confirm": true}
                """)
            #expect(long.status == 201, "\(long.text)")
            try await crew.enter(crew.hall, crew.kai.id, "29T21:00:00", "30T01:00:00", kind: "TRAVEL")
            try await crew.enter(crew.bad, crew.kai.id, "30T06:00:00", nil)
            let path = crew.company.path + "/time-sheets/record"
            let all = try await crew.kai.client.get(path).json
            #expect(all["from"] == "2026-09-01" && all["to"] == "2026-11-30" && all["userName"] == "Kai Vogt", "\(all)")
            #expect(all["companyName"] != nil && all["asOf"]?.text?.hasPrefix("2026-11-30T09:00") == true)
            let days = all["days"]?.list ?? []
            #expect(
                days.map { $0["day"]?.text ?? "" } == [
                    "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-29", "2026-11-30",
                ])
            // 27:30 hours with 45 minutes by rule, off the whole day in between.
            #expect(days.map { $0["minutes"]?.number ?? -1 } == [180, 1395, 30, 120, 120], "\(all)")
            let pieces = days.flatMap { $0["pieces"]?.list ?? [] }
            #expect(
                pieces.map { "\($0["fromClock"]?.text ?? "?")-\($0["toClock"]?.text ?? "?")" } == [
                    "21:00-24:00", "00:00-24:00", "00:00-00:30", "22:00-24:00", "00:00-02:00", "07:00-?",
                ])
            #expect(pieces[1]["breakSource"] == "RULE" && pieces[3]["kind"] == "TRAVEL" && pieces[5]["minutes"] == 0)
            #expect(days[4]["isOpen"] == true && days[3]["isOpen"] == false)
            let sheet = try await crew.kai.client.get(
                crew.company.path + "/time-sheets?userId=\(crew.kai.id)&from=2026-10-01&to=2026-11-30"
            ).json[0]
            #expect(sheet?["total"]?["minutes"] == all["minutes"], "\(all)")
            // What began before goes on into the period.
            let november = try await crew.company.manager.get(
                "\(path)?userId=\(crew.kai.id)&from=2026-11-01&to=2026-11-02")
            #expect(november.json["days"]?.list.map { $0["minutes"] } == [30], "\(november.text)")
            #expect(try await crew.company.manager.get(path).json["days"] == [])
            for (query, code) in [
                ("from=2026-11-02&to=2026-11-01", "before-from"), ("from=2026-01-01&to=2026-11-01", "period-too-long"),
                ("to=gestern", "not-a-day"),
            ] {
                let refused = try await crew.kai.client.get("\(path)?\(query)")
                #expect(refused.status == 400 && refused.text.contains("\"\(code)\""), "\(refused.text)")
            }
        }
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}

extension WageCrew {
    /// As the company's manager reads hours.
    fileprivate func scope() async throws -> CompanyScope {
        let me = try await company.manager.get("/api/v1/users/me").json
        let id = try #require(me["id"]?.text.flatMap { User.ID($0) })
        let user = try #require(try await server.database.fetch(User.one(anywhere: id, now: server.clock.now)).first)
        return try Actor(session: server.runtime.newID(), user: user).scope(user.companyID, for: .readTimes)
    }
}

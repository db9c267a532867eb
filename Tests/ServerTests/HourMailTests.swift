import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Mails about days and absences: one for each act and person, to who wants them.
@Suite struct HourMailTests {
    /// A test begins at 2026-11-23T12:00:00Z.
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let other: (client: Client, id: String)
        let bookkeeper: (client: Client, id: String)
        let postbox = Postbox()
        let service: MailService
        var manager: Client { company.manager }

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Vogt")
            other = try await server.person(.worker, in: company.id, name: "Adler")
            bookkeeper = try await server.person(.bookkeeper, in: company.id, name: "Buch")
            service = try server.mailService(by: postbox)
        }

        func want(_ what: String, _ client: Client) async throws {
            let reply = try await client.put("/api/v1/users/me", "{\"hourMails\": \"\(what)\"}")
            #expect(reply.status == 200 && reply.json["hourMails"]?.text == what, "\(reply.text)")
        }

        func act(
            _ verb: String, _ from: String, _ until: String, _ users: [String], as client: Client, _ more: String = ""
        ) async throws -> Reply {
            server.clock.advance(by: .milliseconds(1))
            let ids = users.map { "\"\($0)\"" }.joined(separator: ", ")
            return try await client.post(
                company.path + "/time-sheets/\(verb)",
                "{\"userIds\": [\(ids)], \"from\": \"2026-11-\(from)\", \"until\": \"2026-11-\(until)\"\(more)}")
        }

        /// An absence that a worker asks for in December.
        func ask(_ kind: String, _ day: String, _ last: String? = nil, by client: Client? = nil) async throws -> String
        {
            server.clock.advance(by: .milliseconds(1))
            let days = "\"from\": \"2026-12-\(day)\", \"to\": \"2026-12-\(last ?? day)\""
            let made = try await (client ?? worker.client).post(
                company.path + "/absences", "{\"kind\": \"\(kind)\", \(days), \"note\": \"Grippe\"}")
            #expect(made.status == 201, "\(made.text)")
            return company.path + "/absences/" + (made.json["id"]?.text ?? "")
        }

        /// How many mails of a kind there are in each state, with the reason.
        func states(_ kind: String) async throws -> [String: Int] {
            let all = try await manager.all(company.path + "/mails?limit=100").filter { $0["kind"]?.text == kind }
            return Dictionary(
                all.map { ("\($0["state"]?.text ?? "") \($0["reasonCode"]?.text ?? "")", 1) }, uniquingKeysWith: +)
        }

        /// Sends what is due by then, and returns the new letters.
        func send(after seconds: Int) async throws -> [Letter] {
            let before = postbox.letters.count
            server.clock.advance(by: .seconds(seconds))
            while try await service.sendDue() > 0 {}
            return Array(postbox.letters.dropFirst(before))
        }

        /// The mails about hours that were queued since the last call: `kind person`, in order.
        func mails() async throws -> [String] {
            server.clock.advance(by: .seconds(60))
            let all = try await manager.get(company.path + "/mails").json.list.reversed()
            let (names, before) = (
                [worker.id: "worker", other.id: "other", bookkeeper.id: "bookkeeper"], postbox.letters.count
            )
            let found = all.filter { $0["state"] == "queued" }.map {
                "\($0["kind"]?.text ?? "") \(names[$0["userId"]?.text ?? ""] ?? "manager")"
            }
            for _ in 0...found.count { try await service.sendDue() }
            #expect(postbox.letters.count == before + found.count)
            return found.sorted()
        }
    }

    private static func run(_ engine: Engine, _ body: @escaping @Sendable (Place) async throws -> Void) async throws {
        try await TestServer.run(on: engine) { try await body(try await Place($0)) }
    }

    @Test(arguments: Engine.allCases)
    func daysAreToldToWhoWantsIt(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            let both = [place.worker.id, place.other.id]
            // What needs nothing is told to no one who didn't ask for it.
            #expect(
                try await place.act("submit", "16", "18", [place.worker.id], as: place.worker.client).json["days"] == 3)
            #expect(try await place.act("approve", "16", "17", both, as: place.manager).json["days"] == 4)
            #expect(try await place.mails() == [])

            try await place.want("ALL", place.worker.client)
            try await place.want("ALL", place.bookkeeper.client)
            #expect(
                try await place.act("submit", "19", "20", [place.worker.id], as: place.worker.client).json["days"] == 2)
            #expect(try await place.mails() == ["days-submitted bookkeeper"])
            let submitted = try #require(place.postbox.letters.last)
            #expect(submitted.subject == "Stunden eingereicht: Kai Vogt", "\(submitted.subject)")
            #expect(submitted.text.contains("19.11.2026 – 20.11.2026"), "\(submitted.text)")
            // Their own office isn't told what it did itself.
            #expect(
                try await place.act("submit", "16", "16", [place.bookkeeper.id], as: place.bookkeeper.client).json[
                    "days"] == 1)
            #expect(try await place.mails() == [])

            // One mail for each act and person, with the days that changed.
            #expect(try await place.act("approve", "16", "20", both, as: place.manager).json["days"] == 6)
            #expect(try await place.mails() == ["days-approved worker"])
            let approved = try #require(place.postbox.letters.last)
            #expect(approved.subject == "Deine Stunden sind freigegeben")
            #expect(approved.text.contains("deine Stunden freigegeben: 18.11.2026 – 20.11.2026."), "\(approved.text)")
            #expect(approved.text.contains("https://polier.example.de/"))
            #expect(try await place.act("approve", "16", "20", both, as: place.manager).json["days"] == 0)
            #expect(try await place.mails() == [])

            let reason = ", \"reason\": \"Fahrt nach <Leipzig> fehlt\""
            #expect(try await place.act("reopen", "17", "17", both, as: place.manager, reason).json["days"] == 2)
            #expect(try await place.mails() == ["days-reopened other", "days-reopened worker"])
            let reopened = try #require(place.postbox.letters.last)
            #expect(
                reopened.text.contains("17.11.2026.\n")
                    && reopened.text.contains("Der Grund: Fahrt nach <Leipzig> fehlt"))
            #expect(reopened.html.contains("&lt;Leipzig&gt;"), "\(reopened.html)")

            try await place.want("NONE", place.worker.client)
            _ = try await place.act("reopen", "16", "16", both, as: place.manager, reason)
            #expect(try await place.mails() == ["days-reopened other"])
            // A refused act sends no mail.
            #expect(try await place.act("reopen", "18", "18", both, as: place.manager).status == 400)
            #expect(
                try await place.act("approve", "18", "18", [place.worker.id], as: place.worker.client).status == 403)
            #expect(try await place.mails() == [])
        }
    }

    @Test(arguments: Engine.allCases)
    func absencesAreToldWithoutWhatFor(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            let asked = try await place.ask("VACATION", "01")
            #expect(try await place.mails() == ["absence-asked bookkeeper", "absence-asked manager"])
            place.server.clock.advance(by: .seconds(600))
            _ = try await place.ask("SICK", "02")
            #expect(try await place.mails() == ["absence-asked bookkeeper", "absence-asked manager"])
            for letter in place.postbox.letters.suffix(4) {
                #expect(letter.subject == "Abwesenheit: Kai Vogt")
                // Sickness needs no answer: the words are right for both.
                #expect(letter.text.contains("Kai Vogt hat Abwesenheit gemeldet: 0"), "\(letter.text)")
                #expect(letter.text.contains("https://polier.example.de/absences\n"), "\(letter.text)")
                #expect(letter.html.contains("href=\"https://polier.example.de/absences\""))
                for word in ["krank", "Krank", "SICK", "Grippe", "Urlaub", "ntwort"] {
                    #expect(
                        !letter.text.contains(word) && !letter.html.contains(word) && !letter.subject.contains(word))
                }
            }
            #expect(try await place.worker.client.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            #expect(try await place.manager.patch(asked, "{\"state\": \"OK\"}").status == 200)
            #expect(try await place.mails() == ["absence-answered worker"])
            let granted = try #require(place.postbox.letters.last)
            #expect(granted.subject == "Your absence is granted" && !granted.text.contains("With the answer"))
            #expect(granted.text.contains(": 2026-12-01."), "\(granted.text)")
            #expect(granted.text.contains("https://polier.example.de/absences"))
            // A change that is no answer.
            #expect(try await place.manager.patch(asked, "{\"note\": \"Gern\"}").status == 200)
            #expect(try await place.mails() == [])
            #expect(
                try await place.manager.patch(asked, "{\"state\": \"NO\", \"reason\": \"Doch\\nnicht\"}").status == 200)
            #expect(try await place.mails() == ["absence-answered worker"])
            let declined = try #require(place.postbox.letters.last)
            #expect(declined.subject == "Your absence is declined", "\(declined.subject)")
            #expect(declined.text.contains("With the answer: Doch nicht"), "\(declined.text)")

            for client in [place.manager, place.bookkeeper.client] { try await place.want("NONE", client) }
            _ = try await place.ask("OTHER", "03")
            #expect(try await place.mails() == [])
            // What the office enters itself is told to no one.
            let entered = try await place.manager.post(
                place.company.path + "/absences",
                "{\"userId\": \"\(place.worker.id)\", \"kind\": \"VACATION\", \"from\": \"2026-12-10\", \"to\": \"2026-12-11\"}"
            )
            #expect(entered.status == 201, "\(entered.text)")
            #expect(try await place.mails() == [])
        }
    }

    /// Asking and withdrawing again and again sends one mail, and an answer before it is sent cancels it.
    @Test(arguments: Engine.allCases)
    func requestsOfOnePersonAreCollected(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            for _ in 0..<12 {
                let asked = try await place.ask("VACATION", "01")
                #expect(try await place.worker.client.delete(asked).status == 204)
            }
            #expect(try await place.states("absence-asked") == ["queued ": 2])
            #expect(try await place.send(after: 60) == [])
            #expect(try await place.states("absence-asked") == ["cancelled no-longer-asked": 2])

            // One mail with all of it, ten minutes after the last one.
            let first = try await place.ask("VACATION", "01", "04")
            for day in 10...20 { _ = try await place.ask("SICK", "\(day)") }
            #expect(try await place.states("absence-asked") == ["cancelled no-longer-asked": 2, "queued ": 2])
            #expect(try await place.send(after: 540) == [])
            // Another person isn't held up.
            _ = try await place.ask("OTHER", "01", by: place.other.client)
            let letters = try await place.send(after: 60)
            #expect(
                letters.map(\.subject).sorted()
                    == ["Adler", "Adler", "Vogt", "Vogt"].map { "Abwesenheit: Kai \($0)" })
            let vogt = try #require(letters.first { $0.subject.hasSuffix("Vogt") })
            #expect(
                vogt.text.contains(": 01.12.2026 – 04.12.2026, 10.12.2026, ")
                    && vogt.text.contains(", 18.12.2026 und 2 weitere.\n"), "\(vogt.text)")

            // What was told isn't told again, and what is answered needs no mail.
            let last = try await place.ask("VACATION", "22")
            #expect(try await place.send(after: 590) == [])
            let told = try await place.send(after: 20)
            #expect(told.count == 2 && told.allSatisfy { $0.text.contains(": 22.12.2026.\n") }, "\(told)")
            _ = try await place.ask("VACATION", "23")
            for path in [first, last] {
                #expect(try await place.manager.patch(path, "{\"state\": \"OK\"}").status == 200)
            }
            let next = try await place.worker.client.get(place.company.path + "/absences?from=2026-12-23&to=2026-12-23")
            let path = place.company.path + "/absences/" + (next.json[0]?["id"]?.text ?? "")
            #expect(try await place.bookkeeper.client.patch(path, "{\"state\": \"NO\"}").status == 200)
            #expect(try await place.send(after: 700).map(\.tag) == Array(repeating: "absence-answered", count: 3))
            #expect(try await place.states("absence-asked")["cancelled no-longer-asked"] == 4)
        }
    }

    /// Who submits one day after the other sends one mail, and what is approved before it is sent is in none.
    @Test(arguments: Engine.allCases)
    func singleDaysOfOnePersonAreCollected(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            try await place.want("ALL", place.bookkeeper.client)
            func submit(_ day: String, by person: (client: Client, id: String)? = nil) async throws {
                let person = person ?? place.worker
                #expect(try await place.act("submit", day, day, [person.id], as: person.client).json["days"] == 1)
            }
            for day in ["16", "18", "17", "10"] { try await submit(day) }
            #expect(try await place.states("days-submitted") == ["queued ": 1])
            let letters = try await place.send(after: 60)
            #expect(letters.map(\.subject) == ["Stunden eingereicht: Kai Vogt"])
            #expect(
                letters.first?.text.contains(
                    "von Kai Vogt sind Stunden eingereicht: 10.11.2026, 16.11.2026 – 18.11.2026.\n") == true,
                "\(letters.map(\.text))")

            // The next ones ten minutes after that, and another person isn't held up.
            for day in ["19", "20"] { try await submit(day) }
            try await submit("19", by: place.other)
            #expect(try await place.send(after: 60).map(\.subject) == ["Stunden eingereicht: Kai Adler"])
            #expect(try await place.send(after: 480).isEmpty)
            #expect(try await place.act("approve", "20", "20", [place.worker.id], as: place.manager).json["days"] == 1)
            let later = try await place.send(after: 60)
            #expect(later.count == 1 && later[0].text.contains("eingereicht: 19.11.2026.\n"), "\(later.map(\.text))")

            try await submit("11")
            #expect(try await place.act("approve", "11", "11", [place.worker.id], as: place.manager).json["days"] == 1)
            #expect(try await place.send(after: 700).isEmpty)
            #expect(try await place.states("days-submitted")["cancelled no-longer-asked"] == 1)

            // The office that submits a person's days one by one sends one mail, too, and none to itself.
            for day in ["12", "13"] {
                #expect(
                    try await place.act("submit", day, day, [place.worker.id], as: place.manager).json["days"] == 1)
            }
            #expect(try await place.send(after: 700).map(\.to).count == 1)

            // Many days are cut.
            for month in [9, 8, 7, 6] {
                place.server.clock.advance(by: .milliseconds(1))
                let path = place.company.path + "/time-sheets/submit"
                let month = String(format: "2026-%02d", month)
                let reply = try await place.worker.client.post(
                    path, "{\"from\": \"\(month)-01\", \"until\": \"\(month)-30\"}")
                #expect(reply.json["days"] == 30, "\(reply.text)")
            }
            let many = try await place.send(after: 700)
            #expect(
                many.count == 1
                    && many[0].text.contains(
                        "01.06.2026 – 30.07.2026, 01.08.2026 – 30.08.2026")
                    && many[0].text.contains("01.09.2026 – 10.09.2026 und weitere.\n"), "\(many.map(\.text))")
        }
    }

    /// One mail to each recipient, and at most 50.
    @Test(arguments: Engine.allCases)
    func daysOfManyAreOneMail(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            try await place.want("ALL", place.bookkeeper.client)
            var people = [place.worker.id, place.other.id, place.bookkeeper.id]
            for number in 1...4 {
                people.append(try await place.server.person(.worker, in: place.company.id, name: "N\(number)").id)
            }
            #expect(try await place.act("submit", "02", "13", people, as: place.manager).json["days"] == 84)
            #expect(try await place.mails() == ["days-submitted bookkeeper"])
            let many = try #require(place.postbox.letters.last)
            #expect(many.subject == "Stunden eingereicht: 7 Personen")
            let named =
                /von 7 Personen \(Kai \w+, Kai \w+, Kai \w+ und 4 weiteren\) sind Stunden eingereicht: 02\.11\.2026 – 13\.11\.2026\.\n/
            #expect(many.text.contains(named), "\(many.text)")

            // Two, whose days differ.
            #expect(try await place.act("submit", "17", "17", [people[0]], as: place.worker.client).json["days"] == 1)
            #expect(try await place.mails() == ["days-submitted bookkeeper"])
            #expect(
                try await place.bookkeeper.client.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            #expect(
                try await place.act("submit", "16", "18", Array(people[0...1]), as: place.manager).json["days"] == 5)
            #expect(try await place.mails() == ["days-submitted bookkeeper"])
            let two = try #require(place.postbox.letters.last)
            #expect(two.subject == "Hours submitted: 2 people")
            let both = /Hours of 2 people \(Kai \w+, Kai \w+\) were submitted: 2026-11-16 – 2026-11-18\.\n/
            #expect(two.text.contains(both) && two.text.contains("Kai Adler"), "\(two.text)")

            for _ in 0..<51 { _ = try await place.server.person(.bookkeeper, in: place.company.id) }
            try await place.server.database.transaction {
                try $0.execute(Statement("UPDATE users SET hour_mails = 'ALL' WHERE company_id = $1", place.company.id))
            }
            let before = try await place.states("days-submitted")["sent "] ?? 0
            #expect(try await place.act("submit", "19", "20", people, as: place.manager).json["days"] == 14)
            #expect(try await place.states("days-submitted") == ["sent ": before, "queued ": 49])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatTheOfficeChangesIsTold(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            for client in [place.manager, place.bookkeeper.client] { try await place.want("NONE", client) }
            let vacation = try await place.ask("VACATION", "01", "11")
            // While it is asked for, it isn't theirs yet.
            #expect(try await place.manager.patch(vacation, "{\"to\": \"2026-12-10\"}").status == 200)
            #expect(try await place.mails() == [])
            #expect(try await place.manager.patch(vacation, "{\"state\": \"OK\"}").status == 200)
            #expect(try await place.mails() == ["absence-answered worker"])

            #expect(try await place.manager.patch(vacation, "{\"to\": \"2026-12-04\"}").status == 200)
            #expect(try await place.mails() == ["absence-changed worker"])
            let shorter = try #require(place.postbox.letters.last)
            #expect(shorter.subject == "Deine Abwesenheit ist geändert")
            #expect(
                shorter.text.contains(
                    "hat deine Abwesenheit geändert: 01.12.2026 – 04.12.2026.\n\nVorher: 01.12.2026 – 10.12.2026.\n"),
                "\(shorter.text)")
            #expect(shorter.html.contains("Vorher: 01.12.2026 – 10.12.2026.") && shorter.text.contains("/absences\n"))
            // What for is changed, and not said.
            #expect(try await place.bookkeeper.client.patch(vacation, "{\"kind\": \"UNPAID\"}").status == 200)
            #expect(try await place.mails() == ["absence-changed worker"])
            let other = try #require(place.postbox.letters.last)
            #expect(other.text.contains(": 01.12.2026 – 04.12.2026.\n") && !other.text.contains("Vorher"))
            #expect(try await place.manager.patch(vacation, "{\"note\": \"Gern\"}").status == 200)
            #expect(try await place.mails() == [])

            #expect(try await place.manager.delete(vacation).status == 204)
            #expect(try await place.mails() == ["absence-changed worker"])
            let gone = try #require(place.postbox.letters.last)
            #expect(gone.subject == "Deine Abwesenheit ist gestrichen")
            #expect(
                gone.text.contains("hat deine Abwesenheit gestrichen.\n\nVorher: 01.12.2026 – 04.12.2026.\n"),
                "\(gone.text)")

            #expect(try await place.worker.client.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            let sick = try await place.ask("SICK", "01", "02")
            #expect(try await place.manager.patch(sick, "{\"from\": \"2026-12-02\"}").status == 200)
            #expect(try await place.mails() == ["absence-changed worker"])
            #expect(place.postbox.letters.last?.subject == "Your absence was changed")
            #expect(place.postbox.letters.last?.text.contains("Before: 2026-12-01 – 2026-12-02.\n") == true)
            #expect(try await place.manager.delete(sick).status == 204)
            #expect(try await place.mails() == ["absence-changed worker"])
            #expect(place.postbox.letters.last?.subject == "Your absence was removed")
            for letter in place.postbox.letters {
                for word in ["krank", "Krank", "sick", "SICK", "Grippe", "UNPAID", "Urlaub", "nbezahlt"] {
                    #expect(!letter.text.contains(word) && !letter.html.contains(word))
                }
            }

            // Who wants none, and what was never granted.
            #expect(try await place.manager.delete(try await place.ask("VACATION", "20")).status == 204)
            let quiet = try await place.ask("SICK", "21")
            try await place.want("NONE", place.worker.client)
            #expect(try await place.manager.delete(quiet).status == 204)
            #expect(try await place.mails() == [])
        }
    }

    /// Who has no address, was switched off, or is of a company that waits for its founder's proof gets none.
    @Test(arguments: Engine.allCases)
    func whoCanGetNoMailGetsNone(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.mails()
            let (reason, database) = (", \"reason\": \"Fehlt\"", place.server.database)
            func run(_ sql: String) async throws {
                try await database.transaction { try $0.execute(Statement(SQL(unchecked: sql))) }
            }
            #expect(
                try await place.act("approve", "16", "20", [place.worker.id, place.other.id], as: place.manager).json[
                    "days"] == 10)
            try await run("UPDATE users SET email = NULL, email_folded = NULL WHERE id = '\(place.worker.id)'")
            try await run("UPDATE users SET status = 'INACTIVE' WHERE id = '\(place.other.id)'")
            let both = [place.worker.id, place.other.id]
            #expect(try await place.act("reopen", "16", "16", both, as: place.manager, reason).json["days"] == 2)
            #expect(try await place.mails() == [])
            try await run("UPDATE users SET status = 'ACTIVE' WHERE id = '\(place.other.id)'")
            #expect(try await place.act("reopen", "17", "17", both, as: place.manager, reason).json["days"] == 2)
            #expect(try await place.mails() == ["days-reopened other"])
            let manager = place.company.managerID
            try await database.transaction {
                try $0.execute(
                    Statement(
                        """
                        INSERT INTO unproven_founders (company_id, user_id, email_folded, token_hash, expires_at, created_at)
                        SELECT u.company_id, u.id, u.email_folded, $2, 0, 0 FROM users u WHERE u.id = $1
                        """,
                        manager, [UInt8](repeating: 0, count: 32)))
            }
            #expect(try await place.act("reopen", "18", "18", both, as: place.manager, reason).json["days"] == 2)
            #expect(try await place.mails() == [])
        }
    }

    @Test(arguments: Engine.allCases)
    func onlyThePersonChooses(_ engine: Engine) async throws {
        try await Self.run(engine) { place async throws in
            #expect(try await place.worker.client.get("/api/v1/users/me").json["hourMails"] == "NEEDED")
            #expect(try await place.worker.client.put("/api/v1/users/me", "{\"hourMails\": \"SOME\"}").status == 400)
            #expect(try await place.worker.client.put("/api/v1/users/me", "{\"hourMails\": null}").status == 400)
            let path = "\(place.company.path)/users/\(place.worker.id)"
            #expect(try await place.manager.put(path, "{\"hourMails\": \"NONE\"}").status == 400)
            // It is forgotten with the person's address.
            try await place.want("NONE", place.worker.client)
            #expect(try await place.manager.get(path).json["hourMails"] == "NONE")
            #expect(try await place.manager.delete(path).status == 204)
            #expect(try await place.manager.get(path).json["hourMails"] == "NEEDED")
        }
    }
}

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

        /// The mails about hours that were queued since the last call: `kind person`, in order.
        func mails() async throws -> [String] {
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
            // What is refused tells no one.
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
            func ask(_ kind: String, _ day: String) async throws -> String {
                place.server.clock.advance(by: .milliseconds(1))
                let made = try await place.worker.client.post(
                    place.company.path + "/absences",
                    "{\"kind\": \"\(kind)\", \"from\": \"2026-12-\(day)\", \"to\": \"2026-12-\(day)\", \"note\": \"Grippe\"}"
                )
                #expect(made.status == 201, "\(made.text)")
                return place.company.path + "/absences/" + (made.json["id"]?.text ?? "")
            }
            let asked = try await ask("VACATION", "01")
            #expect(try await place.mails() == ["absence-asked bookkeeper", "absence-asked manager"])
            _ = try await ask("SICK", "02")
            #expect(try await place.mails() == ["absence-asked bookkeeper", "absence-asked manager"])
            for letter in place.postbox.letters.suffix(4) {
                #expect(letter.subject == "Abwesenheit: Kai Vogt")
                for word in ["krank", "Krank", "SICK", "Grippe", "Urlaub"] {
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
            _ = try await ask("OTHER", "03")
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
        }
    }
}

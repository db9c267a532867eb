import Storage
import Testing

@testable import Core
@testable import Server

/// Who has been on a site for more than ten hours is asked whether they are still there, once.
@Suite struct StillThereTests {
    /// A company, a site and people who came to it.
    private struct Scene {
        let server: TestServer
        let company: TestCompany
        let site: String
        let postbox = Postbox()
        let service: MailService

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            site = try await company.site("Bad „Müller & Söhne“")
            service = try server.mailService(by: postbox)
        }

        var asking: StillThere { StillThere(server.database, provesAddresses: false, runtime: server.runtime) }

        /// A worker who has been on the site for so long.
        func worker(_ here: Duration) async throws -> (client: Client, id: String) {
            let worker = try await server.person(.worker, in: company.id)
            try await server.visit(site, by: worker.id, from: (server.clock.now - here).text, to: nil)
            return worker
        }

        func mails() async throws -> [JSON] {
            try await company.manager.get(company.path + "/mails").json.list.filter { $0["kind"] == "still-there" }
        }

        /// How many entries were marked as asked.
        func marked() async throws -> Int64? {
            try await server.database.fetch(
                Query("SELECT COUNT(*) FROM time_entries WHERE asked_at IS NOT NULL") { try $0.next() as Int64 }
            ).first
        }
    }

    private static let long = Duration.seconds(11 * 3600)

    /// However many servers look for them at once, and without a change of the entry.
    @Test(arguments: Engine.allCases)
    func everyoneIsAskedOnceForAnEntry(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            var people: [(client: Client, id: String)] = []
            for _ in 0..<12 { people.append(try await scene.worker(Self.long)) }
            _ = try await scene.worker(TimeEntry.askedAfter)
            let before = try await scene.company.manager.get(scene.site + "/time-entries").json

            let asked = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await scene.asking.run() } }
                return try await group.reduce(0, +)
            }
            #expect(asked == people.count)
            #expect(try await scene.mails().count == people.count)
            #expect(try await scene.asking.run() == 0, "the last one has been there for ten hours and no longer")
            #expect(try await scene.company.manager.get(scene.site + "/time-entries").json == before)
            for _ in 0..<3 { try await scene.service.sendDue() }
            #expect(Set(scene.postbox.letters.map(\.to)).count == people.count)
            #expect(scene.postbox.letters.count == people.count)

            server.clock.advance(by: .milliseconds(1))
            #expect(try await scene.asking.run() == 1)
            server.clock.advance(by: .seconds(24 * 3600))
            #expect(try await scene.asking.run() == 0)

            // Another entry is another question.
            #expect(try await people[0].client.post(scene.site + "/check-out").status == 200)
            let again = server.clock.now.text
            server.clock.advance(by: Self.long)
            try await server.visit(scene.site, by: people[0].id, from: again, to: nil)
            #expect(try await scene.asking.run() == 1)
            #expect(try await scene.mails().count == people.count + 2)
        }
    }

    /// On which site, since when by the company's clocks, and where to answer; in the person's language.
    @Test(arguments: Engine.allCases)
    func theMailSaysWhereAndSinceWhen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            let worker = try await scene.worker(Self.long)
            try await scene.asking.run()
            try await scene.service.sendDue()
            let german = try #require(scene.postbox.letters.first)
            #expect(german.subject == "Noch auf der Baustelle?" && german.tag == "still-there")
            // 01:00Z.
            #expect(
                german.text.contains(
                    "seit Montag, 23.11., 02:00 Uhr auf der Baustelle „Bad „Müller & Söhne““ eingestempelt"),
                "\(german.text)")
            #expect(german.text.contains("https://polier.example.de/\n"), "\(german.text)")
            #expect(german.html.contains("href=\"https://polier.example.de/\"") && german.html.contains("&amp; Söhne"))

            _ = try await worker.client.post(scene.site + "/check-out")
            server.clock.advance(by: .seconds(60))
            #expect(try await worker.client.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            let since = server.clock.now.text
            server.clock.advance(by: Self.long)
            try await server.visit(scene.site, by: worker.id, from: since, to: nil)
            try await scene.asking.run()
            try await scene.service.sendDue()
            let english = try #require(scene.postbox.letters.last)
            #expect(english.subject == "Are you still on site?")
            #expect(english.text.contains("since Monday, 23 November, 13:01."), "\(english.text)")
        }
    }

    /// Even if it was queued, or tried and postponed.
    @Test(arguments: Engine.allCases)
    func whoLeftMeanwhileIsntAsked(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            let (left, voided, late, off) = (
                try await scene.worker(Self.long), try await scene.worker(Self.long),
                try await scene.worker(Self.long), try await scene.worker(Self.long)
            )
            try await scene.asking.run()
            let entries = try await scene.company.manager.get(scene.site + "/time-entries").json.list
            let entry = entries.first { $0["userId"]?.text == voided.id }?["id"]?.text ?? ""
            let leaving = [
                try await left.client.post(scene.site + "/check-out"),
                try await scene.company.manager.post(
                    "\(scene.site)/time-entries/\(entry)/void", "{\"reason\": \"Doppelt\"}"),
                try await scene.company.manager.put(
                    "\(scene.company.path)/users/\(off.id)", "{\"status\": \"INACTIVE\"}"),
            ]
            #expect(leaving.map(\.status) == [200, 200, 200], "\(leaving.map(\.text))")
            scene.postbox.answer(.postponed(MailReason(.postponed, "later"), retryAfter: .seconds(60)))
            try await scene.service.sendDue()
            #expect(scene.postbox.letters.count == 1, "one is still there, and the transport takes it later")
            _ = try await late.client.post(scene.site + "/check-out")
            scene.postbox.answer(.accepted)
            server.clock.advance(by: .seconds(60))
            try await scene.service.sendDue()
            #expect(scene.postbox.letters.count == 1)
            let mails = try await scene.mails()
            #expect(mails.map { $0["state"] } == Array(repeating: "cancelled", count: 4), "\(mails)")
            #expect(mails.map { $0["reasonCode"] } == Array(repeating: "no-longer-open", count: 4), "\(mails)")

            // Who left before anything was queued.
            let gone = try await scene.worker(Self.long)
            _ = try await gone.client.post(scene.site + "/check-out")
            #expect(try await scene.asking.run() == 0)
            #expect(try await scene.mails().count == 4)
        }
    }

    /// A person without an address is asked by the app, and one whose company can't be used or may not write isn't written to.
    @Test(arguments: Engine.allCases)
    func whoCantGetMailGetsNone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let scene = try await Scene(server)
            let holder = try await scene.worker(Self.long)
            try await server.database.transaction {
                try $0.execute(Statement("UPDATE users SET email = NULL, email_folded = NULL WHERE id = $1", holder.id))
            }
            #expect(try await scene.asking.run() == 1)
            #expect(try await scene.marked() == 1)

            _ = try await scene.worker(Self.long)
            try await server.database.transaction {
                try $0.execute(Statement("UPDATE companies SET suspended_at = 1 WHERE id = $1", scene.company.id))
            }
            #expect(try await scene.asking.run() == 1)
            try await server.database.transaction {
                try $0.execute(Statement("UPDATE companies SET suspended_at = NULL WHERE id = $1", scene.company.id))
            }

            // The founder hasn't confirmed the address.
            _ = try await scene.worker(Self.long)
            let proving = StillThere(server.database, provesAddresses: true, runtime: server.runtime)
            #expect(try await proving.run() == 1)
            #expect(try await scene.marked() == 3)
            #expect(try await scene.mails().isEmpty)
            _ = try await scene.worker(Self.long)
            #expect(try await scene.asking.run() == 1)
            #expect(try await scene.mails().count == 1)
        }
    }

    /// Who has been there longest is first, and the server says from when on someone is asked.
    @Test(arguments: Engine.allCases)
    func theAppIsTold(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            let (short, long) = (try await scene.worker(.seconds(60)), try await scene.worker(Self.long))
            let manager = scene.company.manager
            let overview = try await manager.get(scene.company.path + "/overview").json
            #expect(overview["askAfterMinutes"] == 600)
            let present = overview["present"]?.list ?? []
            #expect(present.map { $0["userId"]?.text } == [long.id, short.id])
            #expect(present.map { $0["askAt"]?.text } == ["2026-11-23T11:00:00.000Z", "2026-11-23T21:59:00.000Z"])
            let entries = try await manager.get(scene.site + "/time-entries").json.list
            #expect(entries.map { $0["askAt"]?.text } == ["2026-11-23T21:59:00.000Z", "2026-11-23T11:00:00.000Z"])
            let ended = try await long.client.post(scene.site + "/check-out").json
            #expect(ended["askAt"] == .null)
            #expect(try await manager.get(scene.company.path + "/overview").json["present"]?.list.count == 1)
        }
    }

    /// Ten hours are ten hours on the night on which the clocks change, and what clocks show is the company's.
    @Test func clocksThatChangeChangeNoHours() throws {
        func moment(_ instant: String, _ timeZone: String, _ language: Language) throws -> String {
            OpenEntry.Stay(siteName: "", since: try #require(Instant(instant)), timeZone: timeZone).moment(in: language)
        }
        #expect(try moment("2026-10-24T20:00:00Z", "Europe/Berlin", .german) == "Samstag, 24.10., 22:00 Uhr")
        #expect(try moment("2026-10-25T00:30:00Z", "Europe/Berlin", .german) == "Sonntag, 25.10., 02:30 Uhr")
        #expect(try moment("2026-10-25T01:30:00Z", "Europe/Berlin", .english) == "Sunday, 25 October, 02:30")
        #expect(try moment("2026-03-29T01:00:00Z", "Europe/Berlin", .english) == "Sunday, 29 March, 03:00")
        #expect(try moment("2026-12-31T23:59:59.999Z", "Europe/Berlin", .german) == "Freitag, 1.1., 00:59 Uhr")
        #expect(try moment("2026-03-01T02:00:00Z", "America/New_York", .english) == "Saturday, 28 February, 21:00")
        #expect(try moment("2026-03-01T02:00:00Z", "Nowhere/Land", .english) == "Sunday, 1 March, 02:00")

        let since = try #require(Instant("2026-10-24T20:00:00Z"))
        let entry = TimeEntry(
            id: Runtime.live.newID(), site: Runtime.live.newID(), siteName: "", user: Runtime.live.newID(),
            userName: "",
            checkedInAt: since, checkedOutAt: nil, recordedAt: since)
        // 07:00 by the clocks there: one of the hours came twice.
        #expect(entry.askAt?.text == "2026-10-25T06:00:00.000Z")
    }
}

import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The chain of hashes over a company's hours: changes behind the server's back are detected.
@Suite struct HoursChainTests {
    /// A company with hours of every kind; a test begins at 2026-11-23T12:00:00Z.
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let (site, other): (String, String)
        let id: Company.ID
        var manager: Client { company.manager }
        var check: HoursCheck { HoursCheck(server.database, runtime: server.runtime) }

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id)
            site = try await company.site(users: [worker.id])
            other = try await company.site("Dach", users: [worker.id])
            id = try #require(Company.ID(company.id))
        }

        /// One entry, corrected, that ends at 09:00 of the test's day.
        func fill() async throws -> String {
            try await server.visit(
                site, by: worker.id, from: "2026-11-23T06:00:00Z", to: "2026-11-23T08:00:00Z")
            let entry = try await manager.get(site + "/time-entries").json[0]?["id"]?.text ?? ""
            let correction = "{\"checkedOutAt\": \"2026-11-23T09:00:00Z\", \"reason\": \"vergessen\"}"
            #expect(try await manager.patch(site + "/time-entries/" + entry, correction).status == 200)
            return entry
        }

        func run(_ sql: String) async throws {
            try await server.database.transaction { try $0.execute(Statement(SQL(unchecked: sql))) }
        }

        func numbers(_ sql: String) async throws -> [Int64] {
            try await server.database.fetch(Query(SQL(unchecked: sql)) { try $0.next() as Int64 })
        }

        func sweep() async throws { try await Housekeeping(server.database, runtime: server.runtime).run() }

        /// As a server that had no chain left it.
        func forgetChain() async throws {
            for sql in [
                "DELETE FROM hour_links", "UPDATE time_entries SET salt = ''",
                "UPDATE hour_heads SET number = 0, hash = '', opened_at = NULL, checkpoint_number = 0, checkpoint_hash = ''",
            ] { try await run(sql) }
        }
    }

    private static func run(
        _ engine: Engine, _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        try await TestServer.run(on: engine) { try await body(try await Place($0)) }
    }

    private static func verify(_ url: String, _ more: [String] = []) async throws -> (code: Int32, output: String) {
        try await Binary.run(["verify", "hours"] + more, environment: ["POLIER_DATABASE_URL": url])
    }

    // MARK: Writing

    @Test(arguments: Engine.allCases)
    func everyActAddsLinks(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let (worker, manager, server) = (place.worker.client, place.manager, place.server)
            var links: Int64 = 0
            /// An act that must be carried out, and add as many links.
            func act(_ name: String, _ count: Int64, _ reply: Reply, at place: SourceLocation = #_sourceLocation) {
                #expect(reply.status < 300, "\(name): \(reply.text)", sourceLocation: place)
                links += count
            }
            func held(_ name: String) async throws {
                server.clock.advance(by: .seconds(60))
                let report = try await place.check.all(of: place.id)
                #expect(report.holds && report.isSealed && report.links == links, "\(name): \(report), not \(links)")
                links = report.links
            }
            try await held("nothing")
            act("check-in", 1, try await worker.post(place.site + "/check-in"))
            try await held("check-in")
            for verb in ["break-start", "break-end"] { act(verb, 1, try await worker.post("\(place.site)/\(verb)")) }
            act("break-stated", 1, try await worker.post(place.site + "/break-stated", "{\"minutes\": 3}"))
            try await held("breaks")
            act("check-out", 1, try await worker.post(place.site + "/check-out"))
            try await held("check-out")
            let people = "\"userIds\": [\"\(place.worker.id)\", \"\(place.company.managerID)\"]"
            let hours = "\"checkedInAt\": \"2026-11-22T06:00:00Z\", \"checkedOutAt\": \"2026-11-22T07:00:00Z\""
            let entered = try await manager.post(
                place.site + "/time-entries", "{\(people), \(hours), \"reason\": \"Zettel\"}")
            act("enter", 2, entered)
            try await held("enter")
            let paths = entered.json.list.compactMap { $0["id"]?.text }.map { "\(place.site)/time-entries/\($0)" }
            act("correct", 2, try await manager.patch(paths[0], "{\"kind\": \"TRAVEL\", \"reason\": \"Anfahrt\"}"))
            try await held("correct")
            let moving = "{\"siteId\": \"\(place.other.lastSegment)\", \"reason\": \"Falsche Baustelle\"}"
            act("move", 2, try await manager.patch(paths[0], moving))
            try await held("move")
            act("void", 1, try await manager.post(paths[1] + "/void", "{\"reason\": \"Doppelt\"}"))
            act("void again", 0, try await manager.post(paths[1] + "/void", "{\"reason\": \"Doppelt\"}"))
            try await held("void")

            // What is late waits, and adds links once it is booked.
            let late = try await worker.post(place.site + "/check-in", "{\"at\": \"2026-10-01T06:00:00Z\"}")
            act("late", 0, late)
            try await held("late")
            let booking = "\(place.company.path)/clarifications/\(late.json["id"]?.text ?? "")/book"
            act("book", 1, try await manager.post(booking, "{\"checkedOutAt\": \"2026-10-01T07:00:00Z\"}"))
            try await held("book")

            // What ends for people: a correction, and the entry.
            try await manager.confirm()
            act("check-in", 1, try await worker.post(place.other + "/check-in"))
            act("remove site", 2, try await manager.delete(place.other))
            try await held("remove site")
            act("check-in", 1, try await worker.post(place.site + "/check-in"))
            let user = "\(place.company.path)/users/\(place.worker.id)"
            act("deactivate", 2, try await manager.put(user, "{\"status\": \"INACTIVE\"}"))
            try await held("deactivate")
            act("remove person", 0, try await manager.delete(user))
            try await held("remove person")
            try await server.visit(place.site, by: place.company.managerID, from: "2026-11-01T06:00:00Z", to: nil)
            links += 1
            try await held("visit")
        }
    }

    /// Hours are written in two files only, whose functions add links.
    @Test func noOtherFileWritesHours() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Sources"
        )
        .standardizedFileURL
        let files =
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? []
        var found: Set<String> = []
        for file in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let writes = /(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+time_(entries|corrections)|StoredWrites<TimeEntry/
            if text.contains(writes) { found.insert(file.lastPathComponent) }
        }
        // When a person was asked is no part of their hours.
        #expect(
            found == [
                "TimeEntry+queries.swift", "HourRecord.swift", "HourErasure+queries.swift", "StillThere.swift",
            ])
    }

    @Test(arguments: Engine.allCases)
    func numbersHaveNoGapsHoweverManyWriteAtOnce(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            var workers = [place.worker]
            for _ in 0..<5 { workers.append(try await place.server.person(.worker, in: place.company.id)) }
            let users = workers.map { "\"\($0.id)\"" }.joined(separator: ", ")
            #expect(try await place.manager.patch(place.site, "{\"users\": [\(users)]}").status == 200)
            let rounds = engine == .postgres ? 200 : 60
            for round in 0..<rounds {
                place.server.clock.advance(by: .seconds(3600))
                let verb = round.isMultiple(of: 2) ? "check-in" : "check-out"
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for worker in workers {
                        group.addTask { try await worker.client.post("\(place.site)/\(verb)").status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.allSatisfy { $0 == 200 }, "\(round): \(statuses)")
            }
            let report = try await place.check.all(of: place.id)
            #expect(report.holds && report.links == Int64(rounds * workers.count), "\(report)")
            let counted = try await place.numbers(
                "SELECT COUNT(*) FROM hour_links WHERE company_id = '\(place.id.text)'")
            #expect(counted == [report.links])
        }
    }

    // MARK: Tampering

    @Test(arguments: Engine.allCases)
    func tamperingIsNamed(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let entry = try await place.fill()
            for hour in 10..<14 {
                try await place.server.visit(
                    place.site, by: place.worker.id, from: "2026-11-22T\(hour):00:00Z", to: "2026-11-22T\(hour):30:00Z")
            }
            let last = try await place.manager.get(place.site + "/time-entries").json[1]?["id"]?.text ?? ""
            #expect(try await place.check.all(of: place.id).links == 7)
            let (of, one) = ("company_id = '\(place.id.text)'", "id = '\(entry)'")
            let hash = "(SELECT l.hash FROM hour_links l WHERE l.number ="
            // What someone does, what undoes it, and how it is named: reason, link and whether the entry is.
            let cases: [(act: String, undo: String, reason: HoursCheck.Flaw, number: Int64?, entry: String?)] = [
                (
                    "UPDATE time_entries SET checked_in_at = checked_in_at - 60000 WHERE \(one)",
                    "UPDATE time_entries SET checked_in_at = checked_in_at + 60000 WHERE \(one)", .entryChanged, 3,
                    entry
                ),
                (
                    "UPDATE time_entries SET version = version - 1 WHERE \(one)",
                    "UPDATE time_entries SET version = version + 1 WHERE \(one)", .entryChanged, 1, entry
                ),
                (
                    "UPDATE time_entries SET version = version + 1 WHERE \(one)",
                    "UPDATE time_entries SET version = version - 1 WHERE \(one)", .entryUnlinked, nil, entry
                ),
                (
                    "UPDATE time_entries SET kind = 'TRAVEL' WHERE \(one)",
                    "UPDATE time_entries SET kind = 'WORK' WHERE \(one)", .entryChanged, 3, entry
                ),
                (
                    "UPDATE time_entries SET user_id = '\(place.company.managerID)' WHERE \(one)",
                    "UPDATE time_entries SET user_id = '\(place.worker.id)' WHERE \(one)", .entryChanged, 3, entry
                ),
                (
                    "UPDATE time_entries SET id = '01936b7e-5c2a-7d41-9f3e-000000000001' WHERE id = '\(last)'",
                    "UPDATE time_entries SET id = '\(last)' WHERE id = '01936b7e-5c2a-7d41-9f3e-000000000001'",
                    .entryMissing, 7, last
                ),
                (
                    "UPDATE time_corrections SET reason = 'war so' WHERE \(of)",
                    "UPDATE time_corrections SET reason = 'vergessen' WHERE \(of)", .correctionChanged, 2, entry
                ),
                (
                    "UPDATE time_corrections SET number = 9 WHERE \(of)",
                    "UPDATE time_corrections SET number = 1 WHERE \(of)", .correctionMissing, 2, entry
                ),
                (
                    "UPDATE hour_links SET version = 9 WHERE number = 4 AND \(of)",
                    "UPDATE hour_links SET version = 1 WHERE number = 4 AND \(of)", .linkChanged, 4, nil
                ),
                (
                    "UPDATE hour_links SET created_at = created_at + 1 WHERE number = 1 AND \(of)",
                    "UPDATE hour_links SET created_at = created_at - 1 WHERE number = 1 AND \(of)", .linkChanged, 1,
                    entry
                ),
                (
                    "UPDATE hour_links SET number = 99 WHERE number = 5 AND \(of)",
                    "UPDATE hour_links SET number = 5 WHERE number = 99 AND \(of)", .linkMissing, 5, nil
                ),
                (
                    "UPDATE hour_links SET number = 99 WHERE number = 7 AND \(of)",
                    "UPDATE hour_links SET number = 7 WHERE number = 99 AND \(of)", .linkMissing, 7, nil
                ),
                (
                    "UPDATE hour_heads SET number = 6, hash = \(hash) 6) WHERE \(of)",
                    "UPDATE hour_heads SET number = 7, hash = \(hash) 7) WHERE \(of)", .headChanged, 6, nil
                ),
                (
                    "UPDATE hour_heads SET hash = \(hash) 6) WHERE \(of)",
                    "UPDATE hour_heads SET hash = \(hash) 7) WHERE \(of)", .headChanged, 7, nil
                ),
                (
                    """
                    INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at, salt)
                    SELECT company_id, site_id, '01936b7e-5c2a-7d41-9f3e-000000000002', user_id, 1, 2, 3, 3, salt FROM time_entries WHERE \(one)
                    """,
                    "DELETE FROM time_entries WHERE id = '01936b7e-5c2a-7d41-9f3e-000000000002'", .entryUnlinked, nil,
                    "01936b7e-5c2a-7d41-9f3e-000000000002"
                ),
                (
                    """
                    INSERT INTO time_corrections (company_id, site_id, entry_id, number, checked_in_at, reason, user_id, created_at)
                    SELECT company_id, site_id, entry_id, 2, 1, 'x', user_id, 3 FROM time_corrections WHERE \(of)
                    """, "DELETE FROM time_corrections WHERE number = 2 AND \(of)", .correctionUnlinked, nil, entry
                ),
            ]
            for one in cases {
                try await place.run(one.act)
                let report = try await place.check.all(of: place.id)
                let first = report.broken.first
                #expect(!report.holds && first?.reason == one.reason, "\(one.act): \(report.broken)")
                #expect(first?.number == one.number, "\(one.act): \(report.broken)")
                if let entry = one.entry { #expect(first?.entry?.text == entry, "\(one.act): \(report.broken)") }
                try await place.run(one.undo)
                let mended = try await place.check.all(of: place.id)
                #expect(mended.holds, "\(one.undo): \(mended.broken)")
            }
            // What can't be undone.
            try await place.run("DELETE FROM time_corrections WHERE \(of)")
            #expect(try await place.check.all(of: place.id).broken.map(\.reason) == [.correctionMissing])
            try await place.run("DELETE FROM time_entries WHERE id = '\(last)'")
            #expect(
                try await place.check.all(of: place.id).broken.map(\.reason) == [.correctionMissing, .entryMissing])
            try await place.run("DELETE FROM hour_links WHERE number = 7 AND \(of)")
            try await place.run("UPDATE hour_heads SET number = 6, hash = \(hash) 6) WHERE \(of)")
            #expect(
                try await place.check.all(of: place.id).broken.map(\.reason) == [.correctionMissing],
                "only a head that was kept elsewhere shows that there was a seventh")
            try await place.run("DELETE FROM hour_heads WHERE \(of)")
            #expect(try await place.check.all(of: place.id).broken.map(\.reason) == [.headMissing])
        }
    }

    /// Whatever was done to the chain, people can check in, and the damage stays visible.
    @Test(arguments: Engine.allCases)
    func aBrokenChainRefusesNothing(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            _ = try await place.fill()
            for sql in [
                "UPDATE hour_heads SET number = 1, hash = 'x'", "DELETE FROM hour_heads",
                "DELETE FROM hour_links WHERE number = 2",
            ] {
                try await place.run(sql)
                for verb in ["check-in", "check-out"] {
                    place.server.clock.advance(by: .seconds(60))
                    let reply = try await place.worker.client.post("\(place.site)/\(verb)")
                    #expect(reply.status == 200, "\(sql): \(reply.text)")
                }
                let report = try await place.check.all(of: place.id)
                #expect(!report.holds, "\(sql)")
            }
        }
    }

    // MARK: Comparing every day

    @Test(arguments: Engine.allCases)
    func theRouteBeginsWhereTheDailyComparisonEnded(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let entry = try await place.fill()
            let path = place.company.path + "/hours/verify"
            let bookkeeper = try await place.server.person(.bookkeeper, in: place.company.id)
            func verified() async throws -> JSON {
                let reply = try await bookkeeper.client.get(path)
                #expect(reply.status == 200 && reply.json["links"] == 3, "\(reply.text)")
                return reply.json
            }
            #expect(try await place.worker.client.get(path).status == 403)
            var report = try await verified()
            #expect(report["holds"] == true && report["sealed"] == true && !report.keys.contains("broken"))
            #expect(report["checkedFrom"] == 0 && report["checkedTo"] == 3)
            #expect(report["head"]?.text?.count == 64)
            let change = "UPDATE time_entries SET checked_in_at = checked_in_at"
            try await place.run("\(change) - 1 WHERE id = '\(entry)'")
            report = try await verified()
            #expect(report["holds"] == false && report["broken"]?["reason"] == "entry-changed")
            #expect(report["broken"]?["entryId"]?.text == entry && report["broken"]?["number"] == 3)
            try await place.run("\(change) + 1 WHERE id = '\(entry)'")

            // One of the servers compares, a day later.
            let early = try await place.check.next()
            #expect(early?.report.company == nil)
            place.server.clock.advance(by: .seconds(24 * 3600))
            let found = try await withThrowingTaskGroup(of: Bool?.self) { group in
                for _ in 0..<3 { group.addTask { try await place.check.next().map { $0.report.holds && $0.isNews } } }
                return try await group.reduce(into: [Bool]()) { if let one = $1 { $0.append(one) } }
            }
            #expect(found == [true])
            #expect(try await verified()["checkedFrom"] == 3)

            // What was compared already is compared again the next day.
            try await place.run("\(change) - 1 WHERE id = '\(entry)'")
            #expect(try await verified()["holds"] == true)
            place.server.clock.advance(by: .seconds(24 * 3600))
            #expect(try await place.check.next()?.report.holds == false)
            report = try await verified()
            #expect(report["holds"] == false && report["broken"]?["entryId"]?.text == entry)
            #expect(report["broken"]?["reason"] == "entry-changed")
            try await place.run("\(change) + 1 WHERE id = '\(entry)'")
            place.server.clock.advance(by: .seconds(24 * 3600))
            let again = try await place.check.next()
            #expect(again?.report.holds == true && again?.isNews == false)
            #expect(try await verified()["holds"] == true)
            try await place.run("UPDATE hour_heads SET number = 2")
            #expect(try await bookkeeper.client.get(path).json["broken"]?["reason"] == "head-changed")
        }
    }

    @Test(arguments: Engine.allCases)
    func theHeadLeavesTheHouseOnceAMonth(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let postbox = Postbox()
            let service = try place.server.mailService(by: postbox)
            func sweepAtOnce() async throws -> [Letter] {
                let before = postbox.letters.count
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 { group.addTask { try await place.sweep() } }
                    try await group.waitForAll()
                }
                place.server.clock.advance(by: .seconds(1))
                while try await service.sendDue() > 0 {}
                return Array(postbox.letters.dropFirst(before))
            }
            // A company without hours gets none, and a new one not in its first month.
            place.server.clock.set(try #require(Instant("2026-12-01T00:00:01Z")))
            #expect(try await sweepAtOnce().isEmpty)
            _ = try await place.fill()
            let letters = try await sweepAtOnce()
            #expect(letters.map(\.to) == [place.company.email])
            let text = letters.first?.text ?? ""
            let report = try await place.check.all(of: place.id)
            #expect(letters.first?.subject == "Stunden: Prüfkette vom 01.12.2026", "\(letters)")
            #expect(text.contains("Glied Nummer 3\n\(report.head)") && text.contains("Hallo Ada"), "\(text)")
            #expect(try await sweepAtOnce().isEmpty)
            place.server.clock.set(try #require(Instant("2027-01-01T00:00:01Z")))
            try await place.run("UPDATE users SET language = 'en'")
            let next = try await sweepAtOnce()
            #expect(next.map(\.subject) == ["Hours: the chain on 2027-01-01"], "\(next)")
        }
    }

    // MARK: Hours from before the chain

    @Test(arguments: Engine.allCases)
    func olderHoursGetTheirLinks(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
            let entry = try await place.fill()
            try await place.run(
                """
                INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
                WITH RECURSIVE numbers (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM numbers WHERE n < 399)
                SELECT company_id, site_id, '01936b7e-5c2a-7d41-9f3e-000000000' || n, user_id, n, n, n, n
                FROM numbers CROSS JOIN time_entries
                """)
            try await place.forgetChain()
            var report = try await place.check.all(of: place.id)
            #expect(report.holds && !report.isSealed && report.links == 0)

            // Interrupted after its first transaction; hours are written meanwhile, old ones too.
            let now = place.server.clock.now
            #expect(try await place.server.database.transaction { try HourChain.sweep.step($0, now) } == 100)
            let correction = "{\"checkedOutAt\": \"2026-11-23T09:30:00Z\", \"reason\": \"doch länger\"}"
            let old = "\(place.site)/time-entries/\(entry)"
            #expect(try await place.manager.patch(old, correction).status == 200)
            #expect(try await place.worker.client.post(place.site + "/check-in").status == 200)
            report = try await place.check.all(of: place.id)
            #expect(report.holds && !report.isSealed && report.links == 104, "\(report)")
            #expect(try await place.manager.get(place.company.path + "/hours/verify").json["sealed"] == false)

            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { try await place.sweep() } }
                try await group.waitForAll()
            }
            report = try await place.check.all(of: place.id)
            // 302 entries, two corrections, and the opening.
            #expect(report.holds && report.isSealed && report.links == 305, "\(report)")
            let openings = "SELECT version FROM hour_links WHERE kind = 'OPENING' ORDER BY number"
            #expect(try await place.numbers(openings) == [302])
            #expect(try await place.numbers("SELECT COUNT(*) FROM time_entries WHERE salt = ''") == [0])
            try await place.sweep()
            #expect(try await place.numbers(openings) == [302])
            try await place.run("UPDATE time_corrections SET reason = 'x' WHERE number = 1")
            #expect(try await place.check.all(of: place.id).broken.map(\.reason) == [.correctionChanged])
        }
    }

    @Test(arguments: Engine.allCases)
    func theMigrationLeavesCompaniesUnopened(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let company = "0191a0b0-0000-7000-8000-000000000001"
            try await DirectAccess.at(url) { direct in
                let before = try Migration.embedded().filter { $0.version < 26 }
                _ = try await Migrator(direct.database, migrations: before).migrate()
                for sql in [
                    """
                    INSERT INTO companies
                        (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
                    VALUES ('\(company)', 'Kern', '', '', '', '', '', 'Europe/Berlin', 'de', 0, 0)
                    """,
                    """
                    INSERT INTO users (company_id, id, email, first_name, last_name, role, status, language, created_at, updated_at)
                    VALUES ('\(company)', 'u', '', '', '', 'MANAGER', 'ACTIVE', 'de', 0, 0)
                    """,
                    """
                    INSERT INTO sites (company_id, id, name, street_number, street, city, postal_code, country, priority, status,
                        start_date, created_at, updated_at)
                    VALUES ('\(company)', 's', '', '', '', '', '', '', 'low', 'ACTIVE', '2026-01-01', 0, 0)
                    """,
                    """
                    INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, created_at, updated_at)
                    VALUES ('\(company)', 's', 'e', 'u', 1, 1, 1)
                    """,
                ] { try await direct.run(sql) }
                _ = try await Migrator(direct.database, migrations: try Migration.embedded()).migrate()
                let heads = "SELECT COUNT(*) FROM hour_heads WHERE opened_at IS NULL AND number = 0"
                #expect(try await direct.numbers(heads) == [1])
                try await Housekeeping(direct.database, runtime: .live).run()
                #expect(try await direct.numbers("SELECT COUNT(*) FROM hour_links") == [2])
            }
            let verified = try await Self.verify(url, ["--company", company])
            #expect(verified.code == 0 && verified.output.contains(": 2 links, head "), "\(verified.output)")
            #expect(!verified.output.contains("not sealed"))
        }
    }

    // MARK: Copies

    @Test(arguments: Engine.allCases)
    func copiesAndBackupsHold(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await CopyTests.withDatabases([engine, other, other]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await TestServer.run(on: engine, at: urls[0]) { server in
                let place = try await Place(server)
                let entry = try await place.fill()
                #expect(try await place.worker.client.post(place.site + "/check-in").status == 200)
                let report = try await place.check.all(of: place.id)
                let copied = try await CopyTests.copy(from: urls[0], to: urls[1])
                #expect(copied.code == 0, "\(copied.output)")
                let file = folder.path + "/backup.gz"
                let taken = try await Binary.run(["backup", file], environment: ["POLIER_DATABASE_URL": urls[0]])
                #expect(taken.code == 0, "\(taken.output)")
                let restored = try await BackupTests.restore(file, urls[2])
                #expect(restored.code == 0, "\(restored.output)")
                let kept = "\(report.links):\(report.head)"
                for url in urls {
                    let line = "ok    \(place.id.text) Fliesen Nord: 4 links, head \(report.head)\n"
                    let all = try await Self.verify(url)
                    #expect(all.code == 0 && all.output.contains(line), "\(all.output)")
                    let one = try await Self.verify(url, ["--company", place.id.text, "--head", kept])
                    #expect(
                        one.code == 0 && one.output.contains("ok    link 4 is the head that was kept"), "\(one.output)")
                    let wrong = try await Self.verify(url, ["--company", place.id.text, "--head", "3:\(report.head)"])
                    #expect(wrong.code == 1 && wrong.output.contains("WRONG link 3 is not the head"), "\(wrong.output)")
                }
                #expect(try await Self.verify(urls[0], ["--head", kept]).code == 64)
                #expect(try await Self.verify(urls[0], ["--company", place.id.text, "--head", "4:ab"]).code == 64)
                try await DirectAccess.at(urls[1]) { try await $0.run("UPDATE time_entries SET checked_in_at = 1") }
                let tampered = try await Self.verify(urls[1])
                #expect(tampered.code == 1 && tampered.output.contains("WRONG \(place.id.text) Fliesen Nord: 4 links"))
                #expect(tampered.output.contains("      entry \(entry), link 3: entry-changed\n"), "\(tampered.output)")
                #expect(tampered.output.contains("the hours of a company don't hold"))
            }
        }
    }

    private static func restore(
        _ lines: [[UInt8]], of company: Company.ID, _ server: TestServer
    ) async throws -> HoursCheck.Report {
        _ = try await server.person(.admin)
        let operates = try #require(try await Operators(server.database, runtime: .live).actors().first)
        _ = try await CompanyRestore(server.database, runtime: server.runtime).run(as: operates) {
            var rest = lines[...]
            return { rest.popFirst() }
        }
        return try await HoursCheck(server.database, runtime: server.runtime).all(of: company)
    }

    @Test(arguments: Engine.allCases)
    func aRestoredCompanyHolds(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await CopyTests.withDatabases([engine, other, other]) { urls async throws in
            try await TestServer.run(on: engine, at: urls[0]) { server in
                let place = try await Place(server)
                let entry = try await place.fill()
                let admin = try await server.person(.admin)
                let lines = try await admin.client.get(place.company.path + "/export").text.split(separator: "\n").map {
                    Array($0.utf8)
                }
                let report = try await place.check.all(of: place.id)
                // Where it was, after nothing of it was left.
                #expect(try await admin.client.delete(place.company.path).status == 200)
                #expect(try await place.numbers("SELECT COUNT(*) FROM hour_links") == [0])
                #expect(try await place.numbers("SELECT COUNT(*) FROM hour_heads") == [0])
                let restored = try await Self.restore(lines, of: place.id, server)
                #expect(restored.holds && restored.isSealed && restored.links == 3 && restored.head == report.head)

                // On another engine, from a file that someone changed.
                let texts = lines.map { String(decoding: $0, as: UTF8.self) }
                let changed = texts.map { Array($0.replacing("\"vergessen\"", with: "\"war so\"").utf8) }
                try await TestServer.run(on: other, at: urls[1]) { second in
                    let found = try await Self.restore(changed, of: place.id, second)
                    #expect(found.broken == [.init(.correctionChanged, number: 2, entry: TimeEntry.ID(entry))])
                }
                // From a server that had no chain.
                let old = try OldExport.withoutKinds(texts).map { Array($0.utf8) }
                try await TestServer.run(on: other, at: urls[2]) { third in
                    var found = try await Self.restore(old, of: place.id, third)
                    #expect(found.holds && !found.isSealed && found.links == 0)
                    try await Housekeeping(third.database, runtime: third.runtime).run()
                    found = try await HoursCheck(third.database, runtime: third.runtime).all(of: place.id)
                    #expect(found.holds && found.isSealed && found.links == 3, "\(found)")
                }
            }
        }
    }
}

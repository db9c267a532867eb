import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The demo company: what it shows, on any day.
@Suite struct DemoTests {
    @Test(arguments: Engine.allCases)
    func theDemoIsServedAndSurvivesARestart(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let seeded = try await Binary.run(["seed-demo"], environment: ["POLIER_DATABASE_URL": url], in: folder.path)
            #expect(seeded.code == 0, "\(seeded.output)")
            #expect(seeded.output.contains("sabine@fliesen-brandt.example"))
            #expect(try await Binary.run(["seed-demo"], environment: ["POLIER_DATABASE_URL": url]).code == 1)
            #expect(
                try await Binary.run(["seed-demo", "--if-empty"], environment: ["POLIER_DATABASE_URL": url]).code == 0)
            #expect(try await Binary.run(["check"], environment: ["POLIER_DATABASE_URL": url]).code == 0)

            var server = try await RunningServer(url: url, folder: folder)
            let token = try await TestCompany.signIn(
                server.client, email: "sabine@fliesen-brandt.example", password: "polier-demo")
            let sabine = server.client.with(token: token)
            let company = try await sabine.get("/api/v1/users/me").json["companyId"]?.text ?? ""
            let sites = try await sabine.get("/api/v1/companies/\(company)/sites").json
            #expect(sites.list.count == 5 && sites.list.filter { $0["status"] == "FINISHED" }.count == 2)
            #expect(sites.list.reduce(0) { $0 + ($1["material"]?.list.count ?? 0) } == 22)
            let depot = try await sabine.get("/api/v1/companies/\(company)/sites?kind=DEPOT").json[0]
            let stock = depot?["material"]?.list.map { $0["amount"]?.number }
            // What was moved to a site, taken and left of a finished one.
            #expect(stock == [45.5, 12, 36, 60, 30], "\(stock as Any)")
            let finished = sites.list.first { $0["name"] == "Terrasse Gohlis" }?["id"]?.text ?? ""
            let costs = try await sabine.get("/api/v1/companies/\(company)/sites/\(finished)/costs").json
            // 14.5 × 18.90 and 32 × 9.75.
            #expect(costs["total"]?.number == 586.05, "\(costs)")
            let removed = try await sabine.get("/api/v1/companies/\(company)/sites?status=REMOVED").json
            #expect(removed.list.map { $0["name"] } == ["Fensterbänke Connewitz"])
            let warnings = sites.list.compactMap { $0["materialInfo"]?["warnings"]?.number }.reduce(0, +)
            #expect(warnings == 2)
            #expect(sites.list.allSatisfy { ($0["hoursLogged"]?.number ?? 0) > 0 && $0["lastVisited"] != .null })
            let visits = try await sabine.all("/api/v1/companies/\(company)/time-entries")
            // Three are at work, and one forgot to check out.
            #expect(visits.filter { $0["checkedOutAt"] == .null }.count == 4)
            try await Self.checkHours(of: "/api/v1/companies/\(company)", sabine)
            try await Self.checkPayroll(of: "/api/v1/companies/\(company)", sabine)
            // A day before midnight and an open time entry may have the same date, and still don't overlap.
            for own in Dictionary(grouping: visits, by: { $0["userId"]?.text }).values {
                let inOrder = own.sorted { ($0["checkedInAt"]?.text ?? "") < ($1["checkedInAt"]?.text ?? "") }
                for (earlier, later) in zip(inOrder, inOrder.dropFirst()) {
                    let (end, next) = (earlier["checkedOutAt"]?.text, later["checkedInAt"]?.text)
                    #expect(end != nil && next != nil && end ?? "" <= next ?? "", "no one is on two sites at once")
                }
            }

            await server.kill()
            server = try await RunningServer(url: url, folder: folder)
            #expect(try await server.client.with(token: token).get("/api/v1/companies/\(company)/sites").json == sites)
            #expect(await server.terminate() == 0)
        }
    }

    /// Whenever the demo is seeded: in each of a year's months, on first and last days and in the middle.
    @Test(arguments: [
        "2026-01-01", "2026-01-07", "2026-02-28", "2026-03-01", "2026-04-14", "2026-05-31", "2026-06-12", "2026-10-26",
        "2026-12-31", "2028-02-29",
    ])
    func theDemoHasAPaidMonthOnAnyDay(_ day: String) async throws {
        try await Engine.sqlite.withDatabase { url in
            let database = try Engine.open(url)
            _ = try await Migrator(database, migrations: try Migration.embedded()).migrate()
            let start = try #require(Instant(day + "T05:30:00Z"))
            let hasher = PasswordHasher(width: 2)
            let seed = DemoSeed(database, hasher: hasher, at: start)
            try await seed.run()
            // No mail of it goes out once the server runs.
            let mails = try await database.fetch(
                Query("SELECT m.kind, m.state FROM mails m") { "\(try $0.next() as String) \(try $0.next() as String)" }
            )
            #expect(!mails.isEmpty && mails.allSatisfy { $0.hasSuffix(" failed") }, "\(mails)")
            await hasher.close()
            await database.close()
            #expect(seed.paidMonth.last < start.day && seed.sickDays.count == 2)
        }
    }

    /// An approved and exported month, with the days before and after it.
    private static func checkPayroll(of company: String, _ manager: Client) async throws {
        let exports = try await manager.get(company + "/wage-exports").json
        let month = exports[0]?["month"]?.text ?? ""
        #expect(exports.list.count == 1 && exports[0]?["people"]?.number == 5, "\(exports)")
        let check = try await manager.get("\(company)/time-sheets/export/check?month=\(month)&format=lodas").json
        #expect(check["gaps"] == [] && check["differenceCount"]?.number == 0, "\(check)")
        let absences = try await manager.get(company + "/absences").json.list
        #expect(absences.filter { $0["state"] == "ASKED" }.count == 1 && absences.count == 5, "\(absences)")
        let today = Runtime.live.now().day
        let sheets = try await manager.get("\(company)/time-sheets?from=\((today + -14).text)&to=\(today.text)").json
            .list
        let states = sheets.flatMap { $0["days"]?.list ?? [] }.compactMap { $0["approval"]?["state"]?.text }
        #expect(states.filter { $0 == "SUBMITTED" }.count >= 5 * 5, "\(states)")
        #expect(sheets.contains { ($0["total"]?["targetMinutes"]?.number ?? 0) > 0 })
    }

    /// Three months in which everything occurs that hours can show.
    private static func checkHours(of company: String, _ manager: Client) async throws {
        let entries = try await manager.all(company + "/time-entries?void=true&limit=100")
        #expect(Set(entries.compactMap { $0["userId"]?.text }).count == 5 && entries.count > 250)
        let earliest = try #require(entries.compactMap { $0["checkedInAt"]?.text }.min().flatMap { Instant($0) })
        #expect(earliest < Runtime.live.now() + .seconds(-90 * 86_400))
        func few(_ name: String, _ isOne: (JSON) -> Bool) {
            let count = entries.filter(isOne).count
            #expect((1...9).contains(count), "\(name): \(count)")
        }
        few("voided") { $0["state"] == "VOID" && $0["voidReason"] == "Aus Versehen eingestempelt" }
        few("moved") { $0["movedFrom"] != .null }
        few("entered by the foreman") { $0["source"] == "FOREMAN" && $0["enteredByName"] == "Mehmet Yıldız" }
        few("corrected") { $0["corrections"]?.list.isEmpty == false }
        let trips = entries.filter { $0["kind"] == "TRAVEL" }
        #expect(trips.count > 5)
        let waiting = try await manager.get(company + "/clarifications?state=OPEN").json.list
        #expect(waiting.compactMap { $0["act"]?.text }.sorted() == ["ADJUST_QUANTITY", "CHECK_IN", "CHECK_OUT"])
        #expect(Set(waiting.compactMap { $0["code"]?.text }) == ["not-enough", "site-not-found"], "\(waiting)")
        let today = Runtime.live.now().day
        let sheets = try await manager.all(company + "/time-sheets?from=\((today + -34).text)&to=\(today.text)")
        // What is open may be on a Sunday today.
        let days = sheets.flatMap { $0["days"]?.list ?? [] }.filter { $0["isOpen"] == false }
        let sources = Set(days.compactMap { $0["breakSource"]?.text })
        #expect(sources == ["TAKEN", "STATED", "RULE"])
        let warnings = days.flatMap { $0["warnings"]?.list.compactMap(\.text) ?? [] }
        #expect(Set(warnings).isSuperset(of: ["no-break", "over-10-hours"]))
        // Few enough to be noticed.
        #expect(warnings.count <= 9, "\(warnings)")
        let forgotten = sheets.flatMap { $0["days"]?.list ?? [] }.filter { $0["isOpen"] == true }
        let remarks = forgotten.flatMap { $0["warnings"]?.list ?? [] }
        #expect(remarks.contains("open-too-long"))
    }
}

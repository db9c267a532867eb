import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Every request that a server takes, once accepted and once refused, so that every statement is recorded.
enum Tour {
    static func walk(_ server: TestServer, database: any Database) async throws {
        let world = try await World(server, mark: "Wir")
        let (company, manager) = (world.company.path, world.company.manager)
        let site = company + "/sites/" + (world.ids["siteId"] ?? "")
        let material = site + "/materials/" + (world.ids["materialId"] ?? "")
        let entry = site + "/time-entries/" + (world.ids["entryId"] ?? "")
        let admin = try await server.person(.admin)
        let key = ["Idempotency-Key": "tour"]

        // People and accounts.
        _ = try await server.client.post(
            "/api/v1/auth/signin", "{\"email\": \"\(world.company.email)\", \"password\": \"falsch\"}")
        let zeros = String(repeating: "0", count: 64)
        _ = try await server.signInAnew(from: "\(zeros); polier-browser=\(zeros)")
        let invitee = "{\"email\": \"l@v.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}"
        for _ in 0..<2 { _ = try await manager.send("POST", company + "/users", body: invitee, headers: key) }
        let users = try await manager.get(company + "/users?limit=2")
        _ = try await manager.get(next(users))
        let invited = try await manager.get(company + "/users").json.list.first { $0["email"] == "l@v.example" }
        let path = company + "/users/" + (invited?["id"]?.text ?? "")
        _ = try await manager.put(path, "{\"status\": \"ACTIVE\"}")
        let link = try await manager.post(path + "/invitation").json["link"]?.text ?? ""
        let token = String(link.split(separator: "=").last ?? "")
        _ = try await server.client.with(token: token).post(
            "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
        _ = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \"l@v.example\"}")
        _ = try await manager.put(path, "{\"status\": \"INACTIVE\"}")
        try await useCards(server, world.company)
        try await useTokens(server, world.company)
        _ = try await admin.client.put(company + "/users/" + world.company.managerID, "{\"role\": \"WORKER\"}")
        try await manager.confirm()
        try await server.useAsCookie(try #require(manager.token))
        _ = try await manager.put(
            "/api/v1/users/me", "{\"password\": \"Neue Kelle 2026\", \"currentPassword\": \"\(TestCompany.password)\"}")
        try await changeAddresses(server, world, admin.client)
        _ = try await admin.client.get("/api/v1/users/" + world.worker.id)
        for text in ["\"Wartung\"", "null"] {
            let until = (server.clock.now + .seconds(3600)).text
            _ = try await admin.client.put("/api/v1/notice", "{\"text\": \(text), \"until\": \"\(until)\"}")
        }
        for isSuspended in [true, false] {
            _ = try await admin.client.put(company + "/suspension", "{\"isSuspended\": \(isSuspended)}")
            _ = try? await TestCompany.signIn(
                server.client, email: world.company.email, password: "Neue Kelle 2026")
        }
        for path in ["/api/v1/notice", "/api/v1/operator/status", "/api/v1/operator/companies?limit=1"] {
            _ = try await admin.client.get(path)
        }
        for path in ["/api/v1/auth/sessions", "/api/v1/companies", company, company + "/audit", company + "/export"] {
            _ = try await admin.client.get(path)
        }

        // The owner, and another manager.
        let second = company + "/users/" + (try await server.person(.manager, in: world.company.id).id)
        _ = try await manager.put(second, "{\"personnelNumber\": \"1\", \"isOwner\": true}")
        _ = try await admin.client.put(company + "/users/" + world.company.managerID, "{\"isOwner\": true}")
        _ = try await manager.put(second, "{\"status\": \"INACTIVE\"}")
        for role in ["BOOKKEEPER", "WORKER"] {
            _ = try await manager.put(company + "/users/" + world.other.id, "{\"role\": \"\(role)\"}")
        }

        // Sites, material, time entries.
        if let id = Company.ID(world.company.id) {
            // Every row is added to the day's count at once.
            try await CompanyLimits(database, runtime: server.runtime).set([.dailyRows: 500], of: id)
            server.clock.advance(by: LimitValues.age)
        }
        for notes in ["Klingel defekt", "Klingel"] { _ = try await manager.patch(site, "{\"notes\": \"\(notes)\"}") }
        _ = try await manager.get(site + "/audit")
        _ = try await manager.get(company + "/audit/security")
        try await server.watch.flush()
        _ = try await manager.patch(company, "{\"language\": \"en\"}")
        for years in ["3", "null", "2"] { _ = try await manager.patch(company, "{\"hoursKeptYears\": \(years)}") }
        for zone in ["Europe/Vienna", "Europe/Berlin"] {
            _ = try await manager.patch(company, "{\"timeZone\": \"\(zone)\"}")
        }
        _ = try await manager.get(company + "/hours/forecast?years=2")
        _ = try await manager.patch(site, "{\"users\": [\"\(world.other.id)\", \"\(world.worker.id)\"]}")
        _ = try await manager.patch(
            site, "{\"users\": [\"\(world.worker.id)\"], \"foremen\": [\"\(world.worker.id)\"]}")
        for _ in 0..<2 {
            server.clock.advance(by: .milliseconds(1))
            _ = try await manager.post(company + "/sites", "{\(Refused.site),\(Refused.address)}")
            _ = try await manager.post(site + "/materials", "{\(Refused.material),\"amount\":1,\"threshold\":1}")
            _ = try await manager.post(material + "/adjust-quantity", "{\"delta\": 1}")
        }
        _ = try await manager.post(material + "/adjust-quantity", "{\"delta\": -1000}")
        _ = try await manager.patch(material, "{\"amount\": 3}")
        _ = try await world.worker.client.post(site + "/check-in")
        _ = try await world.worker.client.post(site + "/check-out")
        _ = try await manager.patch(entry, "{\"checkedOutAt\": null, \"reason\": \"Ist noch da\"}")
        _ = try await manager.post(site + "/check-in")
        _ = try await manager.patch(material, "{\"threshold\": 100}")
        for client in [manager, world.worker.client] {
            _ = try await client.get(company + "/overview")
            _ = try await client.get(site + "/materials?search=m")
            for path in [
                "\(company)/sites", "\(company)/sites?status=ACTIVE", "\(company)/sites?status=INACTIVE",
                "\(company)/sites?status=ACTIVE&material=none", "\(company)/sites?material=none", "\(site)/materials",
                "\(site)/history", "\(material)/movements", "\(site)/time-entries",
                "\(company)/time-entries", "\(company)/time-entries?open=true",
                "\(company)/time-entries?userId=\(world.worker.id)", "\(company)/time-sheets",
                "\(company)/time-sheets?userId=\(world.worker.id)", "\(company)/sites/user/\(world.worker.id)", site,
            ] {
                let isPaged = path != site && !path.contains("?")
                let first = try await client.get(isPaged ? path + "?limit=1" : path)
                if path.contains("status=") {
                    let one = try await client.get(path + "&limit=1")
                    if one.header("Link") != nil { _ = try await client.get(next(one)) }
                }
                if first.header("Link") != nil { _ = try await client.get(next(first)) }
            }
            _ = try await client.get("/api/v1/users/me/export")
        }
        try await writeHours(server, world, site: site)
        try await approve(server, world, site: site)
        try await moveMaterial(world, site: site, material: material)
        _ = try await manager.patch(material, "{\"threshold\": 101}")
        try await clarify(server, world, site: site, material: material)
        try await takeOff(server, world)
        try await remind(server, world, site: site, database)
        try await pay(world, site: site)
        try await archive(server, world, material: material, site: site, database)
        _ = try await manager.delete(material)
        _ = try await manager.delete(company + "/users/" + world.other.id)
        _ = try await manager.delete(site)
        _ = try await manager.delete("/api/v1/auth/sessions/" + Runtime.live.newID(Session.self).text)
        _ = try await manager.send("POST", "/api/v1/auth/signout")

        _ = try await admin.client.get(company + "/mails")
        let outbox = Outbox(
            database, runtime: Runtime(now: { server.clock.now }, randomBytes: Runtime.live.randomBytes))
        _ = try await outbox.backlog
        server.clock.advance(by: .seconds(60))
        for mail in try await outbox.claim(atMost: 10) { try await outbox.record(.accepted, of: mail) }

        let mails = Mails(database)
        for (number, kind) in [DeliveryEvent.Kind.failed(isPermanent: false), .delivered].enumerated() {
            let event = DeliveryEvent(mail: Runtime.live.newID(), kind: kind, reason: nil)
            _ = try await mails.hear(
                event, signed: .signed(key: "k", token: "\(number)", now: server.clock.now), key: "k",
                runtime: Runtime(now: { server.clock.now }, randomBytes: Runtime.live.randomBytes))
        }

        _ = try await (mails.latest(5), mails.get(Runtime.live.newID()))
        _ = try await mails.retry(Runtime.live.newID(), now: server.clock.now)

        try await admin.client.confirm()
        try await useFactors(server, admin.client)

        // The work that only the server and the command line do.
        let limits = CompanyLimits(database, runtime: server.runtime)
        let all = Companies(database, runtime: server.runtime)
        _ = try await (all.find(world.company.email), all.find(world.company.id))
        _ = try await Factors(database, policy: .none, runtime: server.runtime).areUnreadable()
        let operators = Operators(database, runtime: server.runtime)
        _ = try await operators.list()
        if let person = try await operators.person(world.company.email) {
            _ = try await (operators.person(person.id.text), operators.sessions(of: person))
            _ = try await operators.endSessions(of: person, only: Runtime.live.newID())
            try await operators.unlock(person)
        }
        if let id = Company.ID(world.company.id) {
            try await limits.set([.people: 500, .sites: nil], of: id)
            _ = try await limits.report(of: id)
        }
        try await Upkeep(database).note(.backup, of: server.clock.now, at: server.clock.now)
        _ = try await Upkeep(database).moments
        _ = try await BackedUp(in: database, before: server.clock.now)
        if let id = Company.ID(world.company.id) {
            for table in CompanyData.tables {
                guard let row = try await database.fetch(table.rows(id, after: nil)).first else { continue }
                _ = try await database.fetch(table.rows(id, after: row))
            }
        }
        _ = try await Companies(database, runtime: .live).areNone()
        let founded = try await proveAddresses(server, database)
        server.clock.advance(by: .seconds(100 * 24 * 3600))
        try await forgetKeys(of: world.company.id, database)
        try await server.visit(site, by: world.worker.id, from: "2023-05-02T06:00:00Z", to: "2023-05-02T07:00:00Z")
        // After a hundred days there is another night.
        for erased in [[], [Int64(1)]] {
            let reports = try await HourErasures(database, runtime: server.runtime).run {
                Issue.record("\($0): \($1)")
            }
            #expect(reports.map(\.counts.entries) == erased)
            server.clock.advance(by: .seconds(2 * 24 * 3600))
        }
        try await Housekeeping(database, runtime: Runtime(now: { server.clock.now }, randomBytes: { _ in [] })).run()
        if let id = Company.ID(world.company.id) {
            let report = try await HoursCheck(database, runtime: server.runtime).all(of: id)
            #expect(report.holds && report.isSealed && report.links >= 20, "\(report)")
        }
        let again = try await server.person(.admin)
        let export = try await again.client.get(company + "/export").text
        for path in [company, founded] { _ = try await again.client.delete(path) }
        // As if an operator of another server had taken it.
        let text = export.replacingOccurrences(of: again.id, with: Runtime.live.newID(User.self).text)
        let lines = try OldExport.withoutKinds(text.split(separator: "\n").map(String.init)).map { Array($0.utf8) }
        let restorer = try #require(try await Operators(database, runtime: server.runtime).actors().first)
        _ = try await CompanyRestore(database, runtime: server.runtime).run(as: restorer) {
            var rest = lines[...]
            return { rest.popFirst() }
        }
        // Hours without links get them, one of them by a correction.
        try await verifyHours(world, again.client, database)
        let hours = HoursCheck(database, runtime: server.runtime)
        for isOpened in [false, true] {
            if isOpened { try await Housekeeping(database, runtime: server.runtime).run() }
            server.clock.advance(by: .seconds(2 * 24 * 3600))
            while let found = try await hours.next() { #expect(found.report.isSealed == isOpened) }
        }
        try await verifyHours(world, again.client, database)
        _ = try await again.client.delete(company)
    }

    private static func verifyHours(_ world: World, _ operates: Client, _ database: any Database) async throws {
        guard let id = Company.ID(world.company.id) else { return }
        let check = HoursCheck(database, runtime: .live)
        _ = try await operates.get(world.company.path + "/hours/verify")
        let entry =
            "\(world.company.path)/sites/\(world.ids["siteId"] ?? "")/time-entries/\(world.ids["entryId"] ?? "")"
        _ = try await operates.patch(entry, "{\"kind\": \"TRAVEL\", \"reason\": \"Anfahrt\"}")
        _ = try await operates.patch(entry, "{\"kind\": \"WORK\", \"reason\": \"Doch nicht\"}")
        let report = try await check.all(of: id)
        #expect(report.holds, "\(report)")
        _ = try await check.hash(of: 1, in: id)
        _ = try await check.all(of: Runtime.live.newID())
    }

    /// Breaks, and entries that are entered, voided, moved and ended late.
    private static func writeHours(_ server: TestServer, _ world: World, site: String) async throws {
        let (company, manager, worker) = (world.company, world.company.manager, world.worker.client)
        _ = try await manager.post(site + "/check-out")
        _ = try await worker.post(site + "/check-in")
        for verb in ["break-start", "break-end", "break-start"] { _ = try await worker.post("\(site)/\(verb)") }
        _ = try await worker.post(site + "/break-stated", "{\"minutes\": 30}")
        _ = try await worker.post(site + "/check-out")
        let earlier = (server.clock.now - .seconds(600)).text
        _ = try await worker.post(site + "/check-out", "{\"at\": \"\(earlier)\"}")
        let day = (server.clock.now - .seconds(3 * 24 * 3600)).text
        let entered = try await manager.post(
            site + "/time-entries",
            "{\"userIds\": [\"\(world.worker.id)\"], \"checkedInAt\": \"\(day)\", \"checkedOutAt\": \"\(day)\", \"reason\": \"Zettel\"}"
        )
        let entry = "\(site)/time-entries/\(entered.json[0]?["id"]?.text ?? "")"
        _ = try await manager.get(entry)
        _ = try await manager.patch(entry, "{\"siteId\": \"\(company.depot)\", \"reason\": \"Falsche Baustelle\"}")
        _ = try await manager.post(entry + "/void", "{\"reason\": \"Doppelt\"}")
        for client in [manager, worker] {
            for path in [site, company.path] { _ = try await client.get(path + "/time-entries?void=true&limit=1") }
        }
    }

    /// Days that are submitted, changed, approved and reopened.
    private static func approve(_ server: TestServer, _ world: World, site: String) async throws {
        let (manager, worker, sheets) = (world.company.manager, world.worker, world.company.path + "/time-sheets")
        let day = server.clock.now.day + -20
        let until = day + 6
        let days = "\"userIds\": [\"\(worker.id)\"], \"from\": \"\(day.text)\", \"until\": \"\(until.text)\""
        _ = try await worker.client.post(sheets + "/submit", "{\(days)}")
        // Told to the office: a single day of one person, and those of two.
        _ = try await manager.put("/api/v1/users/me", "{\"hourMails\": \"ALL\"}")
        let before = (day + -1).text
        _ = try await worker.client.post(sheets + "/submit", "{\"from\": \"\(before)\", \"until\": \"\(before)\"}")
        _ = try await manager.post(
            sheets + "/submit",
            "{\"userIds\": [\"\(worker.id)\", \"\(world.company.managerID)\"], \"from\": \"\((day + -2).text)\", \"until\": \"\(before)\"}"
        )
        let start = (day.start + .seconds(10 * 3600)).text
        _ = try await manager.post(
            site + "/time-entries",
            "{\"userIds\": [\"\(worker.id)\"], \"checkedInAt\": \"\(start)\", \"checkedOutAt\": \"\(start)\", \"reason\": \"Zettel\"}"
        )
        _ = try await manager.post(sheets + "/approve", "{\(days)}")
        for client in [manager, worker.client] {
            for whose in ["", "&userId=\(worker.id)"] {
                _ = try await client.get("\(sheets)?from=\(day.text)&to=\(until.text)\(whose)")
                _ = try await client.get("\(sheets)/record?from=\(day.text)&to=\(until.text)\(whose)")
                _ = try await client.get("\(sheets)/statement?month=\(day.text.prefix(7))\(whose)")
            }
        }
        _ = try await manager.post(sheets + "/reopen", "{\(days), \"reason\": \"Fahrt fehlt\"}")
    }

    /// A transfer, refused ones, and a site that is finished, with its costs.
    private static func moveMaterial(_ world: World, site: String, material: String) async throws {
        let (company, manager) = (world.company, world.company.manager)
        func move(_ amount: String, to target: String, _ material: String) -> String {
            """
            {"fromSiteId": "\(site.lastSegment)", "toSiteId": "\(target)", "note": "Rest",
             "lines": [{"materialId": "\(material)", "amount": \(amount)}]}
            """
        }
        let transfers = company.path + "/transfers"
        for amount in ["1", "0.5", "1000000"] {
            _ = try await manager.post(transfers, move(amount, to: company.depot, material.lastSegment))
        }
        _ = try await world.worker.client.post(transfers, move("0.1", to: company.depot, material.lastSegment))
        let pallet = try await company.material(site, name: "Palette")
        let two = "0.1}, {\"materialId\": \"\(pallet.lastSegment)\", \"amount\": 1"
        _ = try await manager.post(transfers, move(two, to: company.depot, material.lastSegment))
        for client in [manager, world.worker.client] {
            _ = try await client.get("\(transfers)/\(world.ids["transferId"] ?? "")")
        }
        let other = try await company.site("Zweite")
        let rest = try await company.material(other, name: "Rest")
        _ = try await manager.post(rest + "/adjust-quantity", "{\"delta\": -1}")
        let finish = "{\"lines\": [{\"materialId\": \"\(rest.lastSegment)\", \"scrap\": \"hart\"}]}"
        for _ in 0..<2 { _ = try await manager.post(other + "/finish", finish) }
        _ = try await manager.get(site + "/costs")
    }

    /// What was reported late, read, booked and declined by everyone who may.
    private static func clarify(_ server: TestServer, _ world: World, site: String, material: String) async throws {
        let (company, manager, worker) = (world.company.path, world.company.manager, world.worker)
        let list = company + "/clarifications"
        func late(_ minutes: Int) -> String { (server.clock.now - .seconds(60 * minutes)).text }
        for query in ["", "?state=OPEN", "?userId=\(worker.id)", "?userId=\(worker.id)&state=OPEN"] {
            for client in [manager, worker.client] { _ = try await client.get(list + query) }
        }
        _ = try await worker.client.post(site + "/check-out")
        for (act, body) in [
            ("/check-in", "{\"at\": \"\(late(50_000))\"}"), ("/check-out", "{\"at\": \"\(late(49_990))\"}"),
            ("/break-start", "{\"at\": \"\(late(49_996))\"}"),
            ("/check-in", "{\"at\": \"\(late(1_000))\"}"), ("/check-out", "{\"at\": \"\(late(990))\"}"),
            ("/materials/\(material.lastSegment)/adjust-quantity", "{\"delta\": -1000, \"at\": \"\(late(10))\"}"),
        ] { _ = try await worker.client.post(site + act, body) }
        let crew = "{\"userIds\": [\"\(worker.id)\"], \"checkedInAt\": \"\(late(20))\", \"reason\": \"Kolonne\""
        _ = try await worker.client.post(site + "/time-entries", "\(crew), \"at\": \"\(late(20))\"}")
        _ = try await worker.client.patch(
            site + "/time-entries/" + (world.ids["entryId"] ?? ""),
            "{\"checkedOutAt\": \"\(late(99_999))\", \"reason\": \"Kolonne\", \"at\": \"\(late(20))\"}")
        let (from, until) = (server.clock.now.day + -34, server.clock.now.day)
        _ = try await manager.post(
            company + "/time-sheets/approve",
            "{\"userIds\": [\"\(worker.id)\"], \"from\": \"\(from.text)\", \"until\": \"\(until.text)\"}")
        for one in try await manager.get(list + "?state=OPEN").json.list.reversed() {
            let id = one["id"]?.text ?? ""
            let body =
                switch one["act"]?.text {
                case "CHECK_IN": "{\"checkedOutAt\": \"\(late(49_990))\"}"
                case "BREAK_START": "{\"minutes\": 3}"
                case "ADJUST_QUANTITY": "{\"delta\": -0.001}"
                default: "{}"
                }
            for client in [worker.client, manager] { _ = try await client.post("\(list)/\(id)/book", body) }
            _ = try await manager.post("\(list)/\(id)/decline", "{\"reason\": \"Doppelt\"}")
        }
    }

    /// Absences, asked for, answered, changed, listed and removed by everyone who may.
    private static func takeOff(_ server: TestServer, _ world: World) async throws {
        let (list, manager, worker) = (world.company.path + "/absences", world.company.manager, world.worker)
        let period = "from=2026-12-01&to=2026-12-31"
        let sick = "{\"kind\": \"SICK\", \"from\": \"2026-12-07\", \"note\": \"Fieber\"}"
        for _ in 0..<2 { _ = try await worker.client.post(list, sick) }
        _ = try await manager.post(
            list, "{\"userId\": \"\(worker.id)\", \"kind\": \"OTHER\", \"from\": \"2026-12-08\", \"half\": true}")
        for query in [
            "limit=1", period, "\(period)&state=ASKED", "\(period)&userId=\(worker.id)", "state=OK&userId=\(worker.id)",
        ] {
            for client in [manager, worker.client] {
                let first = try await client.get("\(list)?\(query)")
                if first.header("Link") != nil { _ = try await client.get(next(first)) }
            }
        }
        let targets = "\(world.company.path)/users/\(worker.id)/targets"
        _ = try await manager.patch(world.company.path, "{\"region\": \"DE-SN\"}")
        for _ in 0..<2 {
            _ = try await manager.put(
                targets, "{\"targets\": [{\"from\": \"2026-11-01\", \"monday\": 480, \"openingMinutes\": 60}]}")
        }
        for client in [manager, worker.client] {
            for path in [
                targets, "\(world.company.path)/time-sheets", "\(world.company.path)/time-sheets?userId=\(worker.id)",
            ] {
                _ = try await client.get(path)
            }
        }
        let one = list + "/" + (world.ids["absenceId"] ?? "")
        for client in [manager, worker.client] { _ = try await client.get(one) }
        _ = try await worker.client.patch(one, "{\"to\": \"2026-12-22\"}")
        for state in ["NO", "OK"] { _ = try await manager.patch(one, "{\"state\": \"\(state)\", \"reason\": \"So\"}") }
        for client in [worker.client, manager] { _ = try await client.delete(one) }
        _ = try await manager.post(
            list, "{\"userId\": \"\(worker.id)\", \"kind\": \"VACATION\", \"from\": \"2026-12-28\"}")
    }

    /// Settings for payroll, tables and files of everyone and of one, one that is refused, and what changed since.
    private static func pay(_ world: World, site: String) async throws {
        let (company, manager, worker) = (world.company.path, world.company.manager, world.worker.id)
        for (path, number) in [("", "12"), ("/personnel-number", "13"), ("/personnel-number", "12")] {
            _ = try await manager.put("\(company)/users/\(worker)\(path)", "{\"personnelNumber\": \"\(number)\"}")
        }
        _ = try await manager.post(
            site + "/time-entries",
            """
            {"userIds": ["\(worker)"], "checkedInAt": "2026-10-05T06:00:00Z", "checkedOutAt": "2026-10-05T07:00:00Z",
             "reason": "Zettel"}
            """)
        _ = try await manager.post(
            company + "/time-sheets/approve",
            "{\"userIds\": [\"\(worker)\"], \"from\": \"2026-10-01\", \"until\": \"2026-10-31\"}")
        let (exports, settings) = (company + "/wage-exports", company + "/wage-settings")
        func file(_ more: String = "") -> String { "{\"month\": \"2026-10\", \"format\": \"lodas\"\(more)}" }
        _ = try await manager.post(exports, file())
        for centre in ["[{\"siteId\": \"\(site.lastSegment)\", \"costCentre\": \"7\"}]", "[]"] {
            _ = try await manager.put(
                settings,
                """
                {"consultantNumber": 1, "clientNumber": 1, "wageTypes": {"WORK": "1000"}, "costCentres": \(centre)}
                """)
        }
        _ = try await manager.get(settings)
        for more in ["", ", \"userId\": \"\(worker)\""] {
            let made = try await manager.post(exports, file(more))
            #expect(made.status == 201, "\(made.text)")
            _ = try await manager.get("\(exports)/\(made.json["id"]?.text ?? "")/file")
        }
        for one in ["", "&userId=\(worker)"] {
            _ = try await manager.get("\(company)/time-sheets/export/check?month=2026-10&format=lodas\(one)")
            for format in ["csv", "pdf"] {
                _ = try await manager.get("\(company)/time-sheets/export?month=2026-10&format=\(format)\(one)")
            }
            _ = try await manager.get("\(company)/time-sheets/record?from=2026-10-01&to=2026-10-31\(one)")
        }
        // Those of someone whose hours are gone.
        let fresh = "\(exports)/\(world.ids["exportId"] ?? "")"
        _ = try await manager.get(fresh + "/file")
        let first = try await manager.get(exports + "?limit=1")
        _ = try await manager.get(next(first))
    }

    /// A person who has been on a site for long is asked, by a mail that is claimed while they are still there.
    private static func remind(
        _ server: TestServer, _ world: World, site: String, _ database: any Database
    ) async throws {
        let person = try await server.person(.worker, in: world.company.id)
        let since = (server.clock.now - .seconds(11 * 3600)).text
        _ = try await world.company.manager.post(
            site + "/time-entries",
            "{\"userIds\": [\"\(person.id)\"], \"checkedInAt\": \"\(since)\", \"reason\": \"Zettel\"}")
        try await StillThere(database, provesAddresses: true, runtime: server.runtime).run()
        // What was asked for is told by now, collected for ten minutes.
        for wait in [60, 540] {
            server.clock.advance(by: .seconds(wait))
            _ = try await Outbox(database, runtime: server.runtime).claim(atMost: 100)
        }
    }

    /// What is converted, refused late, removed, read and restored.
    private static func archive(
        _ server: TestServer, _ world: World, material: String, site: String, _ database: any Database
    ) async throws {
        let (company, manager) = (world.company.path, world.company.manager)
        for body in ["{\"unit\": \"kg\"}", "{\"unit\": \"kg\", \"factor\": 2}"] {
            _ = try await manager.patch(material, body)
        }
        let late = (server.clock.now - .seconds(600)).text
        _ = try await world.worker.client.post(
            material + "/adjust-quantity", "{\"delta\": -1000, \"at\": \"\(late)\"}")
        let second = try await world.company.material(site, name: "Zweites")
        let other = try await world.company.site("Zweite")
        let person = company + "/users/" + world.other.id
        try await manager.confirm("Neue Kelle 2026")
        for path in [material, second, person, other, site] {
            _ = try await manager.get(path)
            if path == other { try await restore(material, second, site, world.company, database) }
            _ = try await manager.delete(path)
        }
        for status in ["ACTIVE", "INACTIVE", "REMOVED"] {
            _ = try await manager.get(company + "/users?status=\(status)")
        }
        for query in ["status=REMOVED", "search=e&status=REMOVED", "search=e", "search=e&status=ACTIVE"] {
            let first = try await manager.get(company + "/sites?limit=1&" + query)
            if first.header("Link") != nil { _ = try await manager.get(next(first)) }
        }
        for status in ["INACTIVE", "FINISHED"] {
            _ = try await manager.get("\(company)/sites?search=e&status=\(status)")
        }
        _ = try await manager.post(site + "/restore")
        let named = "{\"firstName\": \"T\", \"lastName\": \"K\", \"email\": \"zurueck@tour.example\"}"
        _ = try await manager.post(person + "/restore", named)
        _ = try await manager.patch(site, "{\"users\": [\"\(world.worker.id)\"]}")
    }

    private static func restore(
        _ material: String, _ second: String, _ site: String, _ company: TestCompany, _ database: any Database
    ) async throws {
        let manager = company.manager
        let first = try await manager.get(site + "/materials?status=REMOVED&limit=1")
        _ = try await manager.get(next(first))
        try await forgetKeys(of: company.id, database)
        for path in [material, second] { _ = try await manager.post(path + "/restore") }
    }

    /// As if the names were from before they were folded.
    private static func forgetKeys(of company: String, _ database: any Database) async throws {
        let id = Company.ID(company)
        try await database.transaction {
            try $0.execute(Statement("UPDATE materials SET name_key = NULL WHERE company_id = $1", id))
        }
    }

    /// Cards that are made, shown, used twice and guessed, and phones that are signed in on and ended in every way.
    private static func useCards(_ server: TestServer, _ company: TestCompany) async throws {
        let milan = try await company.cardHolder(server)
        _ = try await server.client.post("/api/v1/auth/card/holder", "{\"code\": \"\(milan.card.code)\"}")
        for pin in ["000000", CardHolder.pin, CardHolder.pin] { _ = try await milan.card.use(server.client, pin: pin) }
        _ = try await server.client.post("/api/v1/auth/card/holder", "{\"code\": \"2222-2222\"}")
        for pin in ["000000", CardHolder.pin] { _ = try await milan.signIn(server.client, pin: pin) }
        let device = server.client.with(token: milan.key)
        _ = try await device.get("/api/v1/auth/phone")
        for pin in ["000000", CardHolder.pin] {
            _ = try await milan.client.post("/api/v1/auth/confirm", "{\"pin\": \"\(pin)\"}")
        }
        let phones = "\(company.path)/users/\(milan.id)/phones"
        let first = try await company.manager.get(phones + "?limit=1")
        _ = try await company.manager.get(next(first))
        let next = try await company.card(of: milan.id)
        // In the same browser.
        _ = try await server.client.post(
            "/api/v1/auth/card",
            "{\"token\": \"\(next.token)\", \"pin\": \"\(CardHolder.pin)\", \"phoneKey\": \"\(milan.key)\"}")
        _ = try await device.delete("/api/v1/auth/phone/" + milan.id)
        for phone in try await company.manager.get(phones).json.list {
            _ = try await company.manager.delete("\(phones)/\(phone["id"]?.text ?? "")")
        }
        _ = try await company.card(of: milan.id, "{\"lostPhone\": true}")
        _ = try await company.manager.put("\(company.path)/users/\(milan.id)", "{\"status\": \"INACTIVE\"}")
    }

    /// API tokens that are made, listed, used, revoked, and as many as there may be, of which some expire.
    private static func useTokens(_ server: TestServer, _ company: TestCompany) async throws {
        let until = server.clock.now + .seconds(3600)
        let token = try await company.apiToken(["readTimes"], until: until)
        for page in ["?limit=1", ""] { _ = try await company.manager.get(company.path + "/tokens" + page) }
        _ = try await token.client.get(company.path + "/time-sheets")
        // The use is written in the background.
        for _ in 0..<500 {
            let listed = try await company.manager.get(company.path + "/tokens").json.list
            if listed.contains(where: { $0["lastUsedAt"]?.text != nil }) { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        _ = try await company.manager.delete(company.path + "/tokens/" + token.id)
        _ = try await token.client.get(company.path + "/time-sheets")
        while let made = try? await company.apiToken(["readTimes"], until: until) { _ = made }
    }

    /// Second factors that are added, asked for, guessed, confirmed with, lost, reset and removed.
    private static func useFactors(_ server: TestServer, _ admin: Client) async throws {
        let company = try await TestCompany.register(server.client, name: "Faktor")
        let own = "/api/v1/users/me/factors"
        _ = try await company.manager.patch(company.path, "{\"secondFactorFor\": \"MANAGERS\"}")
        let phone = try await server.enrol(company.manager)
        _ = try await company.manager.get(own)
        _ = try await company.manager.get("/api/v1/users/me/recovery-codes")
        server.clock.advance(by: .seconds(60))
        let challenge = try await server.challenge(company.email)
        for code in [phone.wrong(server.clock.now), phone.code(server.clock.now)] {
            _ = try await server.secondStep(challenge, code)
        }
        server.clock.advance(by: .seconds(60))
        for code in [phone.wrong(server.clock.now), phone.code(server.clock.now)] {
            _ = try await company.manager.post("/api/v1/auth/confirm", "{\"code\": \"\(code)\"}")
        }
        _ = try await server.secondStep(try await server.challenge(company.email), phone.recoveryCodes[0])
        _ = try await company.manager.post("/api/v1/users/me/recovery-codes")
        _ = try await company.manager.get("\(company.path)/users/\(company.managerID)/factors")
        _ = try await company.manager.delete("\(own)/\(phone.id)")
        for path in [
            "\(company.path)/users/\(company.managerID)/factors", "/api/v1/users/\(company.managerID)/factors",
        ] {
            let again = server.client.with(token: try await TestCompany.signIn(server.client, email: company.email))
            _ = try await server.enrol(again)
            _ = try await admin.delete(path)
        }
        try await usePasskeys(server, company)
        // Only one company is left for what comes later.
        _ = try await admin.delete(company.path)
    }

    /// Passkeys that are added, and sign in alone and after the password: right and wrong ones.
    private static func usePasskeys(_ server: TestServer, _ company: TestCompany) async throws {
        let manager = server.client.with(token: try await TestCompany.signIn(server.client, email: company.email))
        let passkey = try await server.enrolPasskey(manager, counter: 1)
        for counter in [1, 2] as [UInt32] {
            server.clock.advance(by: .milliseconds(1))
            _ = try await server.enter(try passkey.assertion(try await server.passkeyChallenge(), counter: counter))
        }
        server.clock.advance(by: .milliseconds(1))
        _ = try await server.secondStep(try await server.challenge(company.email), passkey: passkey, counter: 3)
        server.clock.advance(by: .milliseconds(1))
        let assertion = try passkey.assertion(try await server.passkeyChallenge(), counter: 4)
        _ = try await manager.post("/api/v1/auth/confirm", "{\"credential\": \(assertion)}")
        _ = try await manager.delete("/api/v1/users/me/factors/\(passkey.id)")
    }

    /// A new name, and addresses that are requested, requested again, withdrawn, confirmed and restored.
    private static func changeAddresses(_ server: TestServer, _ world: World, _ admin: Client) async throws {
        let (me, waiting) = ("/api/v1/users/me", "/api/v1/users/me/pending-email")
        let other = world.company.path + "/users/" + world.other.id
        let asking = "\"email\": \"tour@neu.example\", \"currentPassword\": \"\(TestCompany.password)\""
        let postbox = Postbox()
        let service = try server.mailService(by: postbox)
        _ = try await world.other.client.put(me, "{\"firstName\": \"Tora\", \(asking)}")
        _ = try await world.other.client.post(waiting + "/resend")
        _ = try await world.other.client.delete(waiting)
        _ = try await world.other.client.put(me, "{\(asking)}")
        while try await service.sendDue() > 0 {}
        for path in ["/former-names?limit=1", "/former-names"] { _ = try await admin.get(other + path) }
        _ = try await world.other.client.get(me + "/export")
        for (tag, path) in [("email-confirm", "confirm"), ("email-changing", "restore")] {
            let token = postbox.letters.last { $0.tag == tag }?.token ?? ""
            _ = try await server.client.post("/api/v1/auth/email/\(path)", "{\"token\": \"\(token)\"}")
        }
    }

    /// A founder confirms their address, and requests the link once more.
    /// - Returns: the path of the company.
    private static func proveAddresses(_ server: TestServer, _ database: any Database) async throws -> String {
        let hasher = PasswordHasher(cost: .init(rounds: 2, blockSize: 1, parallelism: 1), width: 1)
        let runtime = server.runtime
        let accounts = Accounts(database, hasher: hasher, provesAddresses: true, runtime: runtime)
        guard let email = EmailAddress("tour@gruender.example"),
            let password = try? Password(TestCompany.password, refusing: .embedded)
        else { return "" }
        let address = Address(streetNumber: "1", street: "Weg", city: "Köln", postalCode: "50667", country: "DE")
        let user = try await accounts.register(
            .init(email: email, password: password, firstName: "Tora", lastName: "Kern"), company: "Tour",
            address: address, language: .german, from: .init(network: "198.51.100.7", userAgent: nil))
        let actor = Actor(session: runtime.newID(), user: user)
        try await database.make(accounts.resendProof(as: actor))
        try await ProofGate(database, provesAddresses: true, runtime: runtime).admit(
            actor.scope(user.companyID, for: .changeSites))
        let companies = Companies(database, provesAddresses: true, runtime: runtime)
        _ = try await companies.abandoned()
        _ = try await companies.eraseAbandoned(user.companyID)
        let postbox = Postbox()
        let service = try server.mailService(by: postbox)
        while try await service.sendDue() > 0 {}
        let token = postbox.letters.last { $0.tag == "verify" }?.token ?? ""
        for _ in 0..<2 { _ = try? await accounts.proveAddress(token: token[...]) }
        await hasher.close()
        return "/api/v1/companies/\(user.companyID.text)"
    }

    private static func next(_ reply: Reply) -> String {
        String((reply.header("Link") ?? "").dropFirst().prefix { $0 != ">" })
    }
}

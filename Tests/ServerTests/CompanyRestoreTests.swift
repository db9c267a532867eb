import Foundation
import Testing

@testable import Core
@testable import Server

/// A company that was erased is restored from its export.
@Suite struct CompanyRestoreTests {
    private static func restore(_ lines: [String], _ url: String, in folder: TemporaryFolder) async throws -> (
        code: Int32, output: String
    ) {
        let file = folder.path + "/export.ndjson"
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        return try await Binary.run(
            ["company", "restore", file], environment: ["POLIER_DATABASE_URL": url], in: folder.path)
    }

    /// The content of an export, except for when it was taken and the record of taking it.
    private static func content(_ lines: [String], exports: Int) -> Set<String> {
        // The access of another server's operator is recorded, and so is the restore.
        let lines = lines.filter {
            !$0.contains("\"kind\":\"operator-access\"") && !$0.contains("\"kind\":\"company-restored\"")
        }
        let rows = lines.filter { !$0.contains("\"action\":\"company.exported\"") }
        #expect(lines.count == rows.count + exports)
        return Set(
            rows.dropLast().map { line in
                line.replacing(/"exportedAt":"[^"]*"/, with: "")
                    // What comes back has a night before its rule erases anything.
                    .replacing(/"done_day":"[^"]*"/, with: "")
                    .replacing(/"pending_email":"[^"]*"/, with: "\"pending_email\":null")
                    .replacing("\"state\":\"queued\"", with: "\"state\":\"cancelled\"")
            })
    }

    private static func export(_ path: String, _ admin: Client) async throws -> [String] {
        let copy = try await admin.get(path + "/export")
        #expect(copy.status == 200)
        return copy.text.split(separator: "\n").map(String.init)
    }

    private static func lines(of file: String) throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private static func textBytes(_ url: String) async throws -> [Int64] {
        try await DirectAccess.numbers("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM company_texts", at: url)
    }

    /// A company with a row in each exported table, and with data that isn't exported: waiting mail and a pending email address.
    private static func fill(_ world: World, _ server: TestServer, admin: Client) async throws {
        let (company, manager) = (world.company, world.company.manager)
        let site = company.path + "/sites/" + (world.ids["siteId"] ?? "")
        let material = site + "/materials/" + (world.ids["materialId"] ?? "")
        _ = try await manager.patch(site, "{\"users\": [\"\(world.worker.id)\", \"\(world.other.id)\"]}")
        _ = try await manager.patch(site, "{\"users\": [\"\(world.worker.id)\"]}")
        _ = try await manager.patch(site, "{\"notes\": \"Klingel defekt, Größe \u{1F477}\"}")
        _ = try await manager.patch(company.path, "{\"breakRule\": \"LEGAL\"}")
        for client in [admin, world.worker.client] {
            _ = try await client.post(material + "/adjust-quantity", "{\"delta\": -1, \"note\": \"Dusche\"}")
        }
        _ = try await manager.patch(
            site + "/time-entries/" + (world.ids["entryId"] ?? ""),
            "{\"checkedOutAt\": \"2026-11-23T12:00:00Z\", \"reason\": \"vergessen\"}")
        let hours = """
            "checkedInAt": "2026-11-22T07:00:00Z", "checkedOutAt": "2026-11-22T09:00:00Z", "reason": "Zettel"
            """
        let entered = try await admin.post(
            site + "/time-entries", "{\"userIds\": [\"\(world.worker.id)\"], \(hours)}")
        #expect(entered.status == 201, "\(entered.text)")
        let days = "\"userIds\": [\"\(world.worker.id)\"], \"from\": \"2026-11-20\", \"until\""
        for (act, client, rest) in [
            ("submit", world.worker.client, "\"2026-11-21\""), ("approve", manager, "\"2026-11-21\""),
            ("reopen", admin, "\"2026-11-20\", \"reason\": \"Fahrt fehlt\""),
        ] {
            let said = try await client.post("\(company.path)/time-sheets/\(act)", "{\(days): \(rest)}")
            #expect(said.status == 200, "\(said.text)")
        }
        _ = try await manager.put(company.path + "/users/" + world.other.id, "{\"firstName\": \"Karl\"}")
        let invitation =
            "{\"email\": \"l@geht.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}"
        #expect(try await manager.post(company.path + "/users", invitation).status == 201)
        let absence = company.path + "/absences/" + (world.ids["absenceId"] ?? "")
        #expect(
            try await manager.patch(absence, "{\"state\": \"OK\", \"half\": true, \"reason\": \"Gern\"}").status == 200)
        _ = try await manager.patch(
            company.path,
            "{\"hoursKeptYears\": 10, \"region\": \"DE-BY\", \"localHolidays\": [{\"day\": \"2026-08-15\", \"name\": \"Mariä Himmelfahrt\"}]}"
        )
        _ = try await manager.patch(site, "{\"region\": \"DE-SN\"}")
        _ = try await manager.put(company.path + "/users/" + world.other.id, "{\"youthUntil\": \"2027-03-01\"}")
        let targets = try await manager.put(
            company.path + "/users/" + world.other.id + "/targets",
            "{\"targets\": [{\"from\": \"2026-01-01\", \"monday\": 480, \"openingMinutes\": -30}]}")
        #expect(targets.status == 200, "\(targets.text)")
        let gone = try await server.person(.worker, in: company.id)
        #expect(try await manager.delete(company.path + "/users/" + gone.id).status == 204)
        let address = "{\"email\": \"neu@wartet.example\", \"currentPassword\": \"\(TestCompany.password)\"}"
        #expect(try await world.worker.client.put("/api/v1/users/me", address).status == 200)
        try await CompanyLimits(server.database, runtime: server.runtime).set(
            [.people: 77], of: try #require(Company.ID(company.id)))
    }

    /// An export from before sites and movements had kinds: what they are follows from the rows, as in the migration.
    @Test(arguments: Engine.allCases)
    func anExportOfAnEarlierServerComesBack(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let manager = company.manager
                let admin = try await server.person(.admin)
                let site = try await company.site()
                let material = try await company.material(site)
                let second = try await company.material(site, name: "Fugenmörtel")
                for path in [material, second] {
                    for delta in [-1, 2] {
                        server.clock.advance(by: .seconds(1))
                        _ = try await manager.post(path + "/adjust-quantity", "{\"delta\": \(delta)}")
                    }
                }
                let paths = [material + "/movements", second + "/movements", site, company.path + "/sites?kind=DEPOT"]
                var before: [JSON] = []
                for path in paths { before.append(try await manager.get(path).json) }
                #expect(before[0].list.map { $0["kind"] } == ["ADD", "TAKE", "ADD"])
                let lines = try OldExport.withoutKinds(try await Self.export(company.path, admin.client))
                #expect(!lines.contains { $0.contains("DEPOT") || $0.contains("\"unit\":\"Sack\",\"user_id\"") })
                #expect(try await admin.client.delete(company.path).status == 200)
                let restored = try await Self.restore(lines, url, in: folder)
                #expect(restored.code == 0, "\(restored.output)")
                for (path, before) in zip(paths, before) {
                    let after = try await admin.client.get(path).json
                    // The depot is made anew.
                    if path.hasSuffix("DEPOT") {
                        #expect(after[0]?["id"] == before[0]?["id"] && after[0]?["name"] == before[0]?["name"])
                        #expect(after.list.count == 1)
                    } else {
                        #expect(after == before, "\(path)")
                    }
                }
                // Its names are folded by the next housekeeping.
                let unfolded = "SELECT COUNT(*) FROM materials WHERE name_key IS NULL"
                #expect(try await DirectAccess.numbers(unfolded, at: url) == [2])
                try await Housekeeping(server.database, runtime: server.runtime).run()
                #expect(try await DirectAccess.numbers(unfolded, at: url) == [0])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWasErasedComesBack(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await CopyTests.withDatabases([engine, other]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let taken = folder.path + "/taken.ndjson"
            try await TestServer.run(on: engine, at: urls[0]) { server in
                let world = try await World(server, mark: "Geht")
                let company = world.company
                let admin = try await server.person(.admin)
                try await Self.fill(world, server, admin: admin.client)
                let lines = try await Self.export(company.path, admin.client)
                for table in CompanyData.tables where table.isExported {
                    #expect(
                        lines.contains { $0.contains("\"table\":\"\(table.name)\"") }
                            || table.name == "security_events", "\(table.name)")
                }
                let bytes = try await Self.textBytes(urls[0])
                let there = try await Self.restore(lines, urls[0], in: folder)
                #expect(
                    there.code == 1
                        && there.output
                            == "polier: the company Geht GmbH (\(company.id)) exists already: erase it before restoring it\n"
                )

                #expect(try await admin.client.delete(company.path).status == 200)
                // A person has registered again in the meantime.
                let new = try await TestCompany.register(server.client, email: company.email)
                let refused = try await Self.restore(lines, urls[0], in: folder)
                #expect(
                    refused.code == 1
                        && refused.output.contains(
                            "others have email addresses of this company's people: \(company.email);"),
                    "\(refused.output)")
                #expect(try await admin.client.get(company.path).status == 404)
                #expect(try await admin.client.delete(new.path).status == 200)

                let restored = try await Self.restore(lines, urls[0], in: folder)
                #expect(
                    restored.code == 0
                        && restored.output.contains("Restored Geht GmbH (\(company.id)), as exported at 2026-"),
                    "\(restored.output)")
                let who = "SELECT user_id FROM security_events WHERE kind = 'company-restored'"
                #expect(try await DirectAccess.at(urls[0]) { try await $0.texts(who) } == [admin.id])
                let back = try await Self.content(Self.export(company.path, admin.client), exports: 2)
                #expect(back.symmetricDifference(Self.content(lines, exports: 1)) == [])
                #expect(try await Self.textBytes(urls[0]) == bytes)
                #expect(
                    try await DirectAccess.numbers("SELECT COUNT(*) FROM mails WHERE state = 'queued'", at: urls[0])
                        == [0])

                // Neither the old password nor the old session is valid; a link is.
                #expect(try await company.manager.get("/api/v1/users/me").status == 401)
                #expect(try await server.signIn(company.email, cookie: "none").status == 401)
                let link = try await Binary.run(
                    ["password-link", company.email], environment: ["POLIER_DATABASE_URL": urls[0]]
                ).output
                let token = String(link.split(separator: "=").last ?? "").trimmingCharacters(
                    in: .whitespacesAndNewlines)
                #expect(
                    try await server.client.with(token: token).post(
                        "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}"
                    ).status
                        < 300)
                let manager = try await server.client.with(
                    token: TestCompany.signIn(server.client, email: company.email, password: "Mörtel und Kelle"))
                let material =
                    company.path + "/sites/" + (world.ids["siteId"] ?? "") + "/materials/"
                    + (world.ids["materialId"] ?? "")
                #expect(try await manager.post(material + "/adjust-quantity", "{\"delta\": -1}").status == 200)
                // A person who was only invited is invited again, by mail: no manager sees a link to an account that may have been
                // someone else's.
                let people = try await manager.get(company.path + "/users").json.list
                let invited = try #require(people.first { $0["email"] == "l@geht.example" }?["id"]?.text)
                let again = try await manager.post(company.path + "/users/" + invited + "/invitation")
                #expect(again.status < 300 && again.json["link"]?.text == nil, "\(again.text)")
                try lines.joined(separator: "\n").write(toFile: taken, atomically: false, encoding: .utf8)
            }

            let lines = try Self.lines(of: taken)
            let id = try #require(lines[0].firstMatch(of: /"id":"([^"]+)"/)).1
            let path = "/api/v1/companies/\(id)"
            // The database of another server, which knows none of the operators.
            try await TestServer.run(on: other, at: urls[1]) { server in
                let admin = try await server.person(.admin)
                let restored = try await Self.restore(lines, urls[1], in: folder)
                #expect(restored.code == 0, "\(restored.output)")
                let back = try await Self.content(Self.export(path, admin.client), exports: 2)
                #expect(back.symmetricDifference(Self.content(lines, exports: 1)) == [])
                #expect(
                    try await DirectAccess.at(urls[1]) {
                        try await $0.texts("SELECT status FROM users WHERE role = 'ADMIN' AND removed_at IS NOT NULL")
                    } == ["INACTIVE"])
                #expect(try await admin.client.delete(path).status == 200)
            }
        }
    }

    /// Any line that differs from what was written is refused with one sentence that says where, and nothing is kept.
    @Test(arguments: Engine.allCases)
    func whatIsNoWholeExportIsRefused(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let taken = folder.path + "/taken.ndjson"
            try await TestServer.run(on: engine, at: url) { server in
                let world = try await World(server, mark: "Geht")
                let admin = try await server.person(.admin)
                try await Self.fill(world, server, admin: admin.client)
                let lines = try await Self.export(world.company.path, admin.client)
                #expect(try await admin.client.delete(world.company.path).status == 200)
                let other = try await TestCompany.register(server.client, name: "Bleibt")
                try other.managerID.write(toFile: folder.path + "/other", atomically: false, encoding: .utf8)
                try lines.joined(separator: "\n").write(toFile: taken, atomically: false, encoding: .utf8)
            }
            let lines = try Self.lines(of: taken)
            func first(_ table: String) throws -> Int {
                try #require(lines.firstIndex { $0.contains("\"table\":\"\(table)\"") })
            }
            func changed(_ index: Int, _ old: String, _ new: String) -> [String] {
                var changed = lines
                changed[index] = changed[index].replacingOccurrences(of: old, with: new)
                #expect(changed != lines, "\(old) isn't in \(lines[index])")
                return changed
            }
            let (user, site, entry, movement) = (
                try first("users"), try first("sites"), try first("time_entries"), try first("movements")
            )
            let (settings, centre) = (try first("wage_settings"), try first("wage_cost_centres"))
            let export = try first("wage_exports")
            let manager = try #require(lines.firstIndex { $0.contains("\"role\":\"MANAGER\"") })
            let id = try #require(lines[0].firstMatch(of: /"id":"([^"]+)"/)).1
            let entered = try #require(lines.firstIndex { $0.contains(/"entered_by":"/) })
            let enterer = try #require(lines[entered].firstMatch(of: /"entered_by":"([^"]+)"/)).1
            let stranger = try String(contentsOfFile: folder.path + "/other", encoding: .utf8)
            let cases: [(lines: [String], sentence: String)] = [
                (changed(entered, String(enterer), stranger), "it names a person of another company"),
                (changed(entered, String(enterer), "x"), "its entered_by is no id"),
                ([], "this isn't a company's export"),
                (["{}"], "this isn't a company's export"),
                (
                    changed(0, "polier-company/1", "polier-company/2"),
                    "this isn't a company's export, or one of a later format"
                ),
                (
                    changed(0, String(id), Company.platform.text),
                    "line 1 can't be restored: it doesn't describe a company"
                ),
                (lines.dropLast(), "the export is incomplete"),
                (lines + ["{}"], "something stands behind the export's end"),
                (Array(lines[..<site] + lines[(site + 1)...]), "refers to something that neither"),
                (Array(lines[..<movement] + lines[(movement + 1)...]), "it says that it holds"),
                (Array(lines[...user] + lines[user...]), "line \(user + 2) can't be restored: the person"),
                (
                    Array(lines[...site] + lines[site...]),
                    "line \(site + 2) can't be restored: what it holds is there already (sites_pkey)"
                ),
                (
                    lines[..<entry] + [lines[user]] + lines[entry...],
                    "line \(entry + 1) can't be restored: the table users isn't known, or belongs elsewhere"
                ),
                (changed(user, "\"role\":\"", "\"role\":\"ADMIN\",\"x\":\""), "users has no column x"),
                (changed(manager, "\"MANAGER\"", "\"ADMIN\""), "it isn't a person of a company"),
                (changed(manager, "\"email\":\"", "\"email\":\"kein "), "is no email address"),
                (changed(site, "\"version\":", "\"version\":\"eins\",\"x\":"), "sites has no column x"),
                (changed(site, "\"priority\":\"medium\"", "\"priority\":7"), "its priority isn't a text"),
                (
                    changed(site, "\"priority\":\"medium\"", "\"priority\":\"egal\""),
                    "its values can't be (sites_priority)"
                ),
                (changed(site, "\"name\":\"", "\"name\":null,\"notes\":\""), "can't be restored: "),
                (changed(settings, "\"wage_types\":\"", "\"wage_types\":\"[]"), "it isn't what payroll has"),
                (changed(settings, "\"lodas\":\"", "\"lodas\":\"[]"), "it isn't what payroll has"),
                (changed(centre, "\"cost_centre\":\"", "\"cost_centre\":\"\\n"), "it isn't what payroll has"),
                (changed(export, "\"month\":\"2026-10\"", "\"month\":\"2026-1\""), "it isn't what payroll has"),
                (changed(export, "\"format\":\"lodas\"", "\"format\":\"x\""), "it isn't what payroll has"),
                (changed(export, "\"amounts\":\"", "\"amounts\":\"x"), "it isn't what payroll has"),
            ]
            for (lines, sentence) in cases {
                let (code, output) = try await Self.restore(Array(lines), url, in: folder)
                #expect(
                    code == 1 && output.contains(sentence) && output.split(separator: "\n").count == 1,
                    "\(sentence): \(output)")
                #expect(try await DirectAccess.numbers("SELECT COUNT(*) FROM companies", at: url) == [2])
            }
            // An earlier export has the address as a single text.
            var older = lines
            older[0] = older[0].replacing(/"addressParts":\{[^}]*\},/, with: "").replacing(
                /,"updatedAt":"[^"]*"/, with: ""
            ).replacing(/,"version":\d+/, with: "")
            #expect(
                !older[0].contains("addressParts") && !older[0].contains("updatedAt") && !older[0].contains("version"))
            // And no owner: the oldest active manager becomes it.
            older = older.map { $0.replacing(/"owner_since":\d+/, with: "\"owner_since\":null") }
            #expect(older[manager] != lines[manager])
            #expect(try await Self.restore(older, url, in: folder).code == 0)
            let owners = "SELECT COUNT(*) FROM users WHERE owner_since IS NOT NULL AND company_id = '\(id)'"
            #expect(try await DirectAccess.numbers(owners, at: url) == [1])
            let address = try #require(lines[0].firstMatch(of: /"address":"([^"]*)"/)).1
            #expect(
                try await DirectAccess.at(url) { try await $0.texts("SELECT street FROM companies WHERE id = '\(id)'") }
                    == [
                        String(address)
                    ])
        }
    }
}

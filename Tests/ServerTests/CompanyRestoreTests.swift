import Foundation
import Testing

@testable import Core
@testable import Server

/// One company that was erased comes back from its export.
@Suite struct CompanyRestoreTests {
    private static func restore(_ lines: [String], _ url: String, in folder: TemporaryFolder) throws -> (
        code: Int32, output: String
    ) {
        let file = folder.path + "/export.ndjson"
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        return try Binary.run(["company", "restore", file], environment: ["POLIER_DATABASE_URL": url], in: folder.path)
    }

    /// What an export says, but for when it was taken and that it was.
    private static func content(_ lines: [String], exports: Int) -> Set<String> {
        // Another server's operator is a visitor of their own.
        let lines = lines.filter { !$0.contains("\"kind\":\"operator-access\"") }
        let rows = lines.filter { !$0.contains("\"action\":\"company.exported\"") }
        #expect(lines.count == rows.count + exports)
        return Set(
            rows.dropLast().map { line in
                line.replacing(/"exportedAt":"[^"]*"/, with: "")
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
        try await Stock.numbers("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM company_texts", at: url)
    }

    /// A company with something in each table that is exported, and what isn't: mail that waits, and an address that does.
    private static func fill(_ world: World, _ server: TestServer, admin: Client) async throws {
        let (company, manager) = (world.company, world.company.manager)
        let site = company.path + "/sites/" + (world.ids["siteId"] ?? "")
        let material = site + "/materials/" + (world.ids["materialId"] ?? "")
        _ = try await manager.patch(site, "{\"notes\": \"Klingel defekt, Größe \u{1F477}\"}")
        for client in [admin, world.worker.client] {
            _ = try await client.post(material + "/adjust-quantity", "{\"delta\": -1, \"note\": \"Dusche\"}")
        }
        _ = try await manager.patch(
            site + "/time-entries/" + (world.ids["entryId"] ?? ""),
            "{\"checkedOutAt\": \"2026-11-23T12:00:00Z\", \"reason\": \"vergessen\"}")
        _ = try await manager.put(company.path + "/users/" + world.other.id, "{\"firstName\": \"Karl\"}")
        let invitation =
            "{\"email\": \"l@geht.example\", \"firstName\": \"L\", \"lastName\": \"V\", \"role\": \"WORKER\"}"
        #expect(try await manager.post(company.path + "/users", invitation).status == 201)
        let gone = try await server.person(.worker, in: company.id)
        #expect(try await manager.delete(company.path + "/users/" + gone.id).status == 204)
        let address = "{\"email\": \"neu@wartet.example\", \"currentPassword\": \"\(TestCompany.password)\"}"
        #expect(try await world.worker.client.put("/api/v1/users/me", address).status == 200)
        try await CompanyLimits(server.database, runtime: server.runtime).set(
            [.people: 77], of: try #require(Company.ID(company.id)))
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
                let there = try Self.restore(lines, urls[0], in: folder)
                #expect(
                    there.code == 1
                        && there.output
                            == "polier: the company Geht GmbH (\(company.id)) is there: only one that was erased can be restored\n"
                )

                #expect(try await admin.client.delete(company.path).status == 200)
                // Somebody has come back by themselves meanwhile.
                let new = try await TestCompany.register(server.client, email: company.email)
                let refused = try Self.restore(lines, urls[0], in: folder)
                #expect(
                    refused.code == 1
                        && refused.output.contains(
                            "others have e-mail addresses of this company's people: \(company.email);"),
                    "\(refused.output)")
                #expect(try await admin.client.get(company.path).status == 404)
                #expect(try await admin.client.delete(new.path).status == 200)

                let restored = try Self.restore(lines, urls[0], in: folder)
                #expect(
                    restored.code == 0
                        && restored.output.contains("Restored Geht GmbH (\(company.id)), as exported at 2026-"),
                    "\(restored.output)")
                let back = try await Self.content(Self.export(company.path, admin.client), exports: 2)
                #expect(back.symmetricDifference(Self.content(lines, exports: 1)) == [])
                #expect(try await Self.textBytes(urls[0]) == bytes)
                #expect(
                    try await Stock.numbers("SELECT COUNT(*) FROM mails WHERE state = 'queued'", at: urls[0]) == [0])

                // Neither the old password nor the old session is good; a link is.
                #expect(try await company.manager.get("/api/v1/users/me").status == 401)
                #expect(try await server.signIn(company.email, cookie: "none").status == 401)
                let link = try Binary.run(
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
                // Who was only invited is invited again, by mail: no manager sees a link to an account that may have been somebody's.
                let people = try await manager.get(company.path + "/users").json.list
                let invited = try #require(people.first { $0["email"] == "l@geht.example" }?["id"]?.text)
                let again = try await manager.post(company.path + "/users/" + invited + "/invitation")
                #expect(again.status < 300 && again.json["link"]?.text == nil, "\(again.text)")
                try lines.joined(separator: "\n").write(toFile: taken, atomically: false, encoding: .utf8)
            }

            let lines = try Self.lines(of: taken)
            let id = try #require(lines[0].firstMatch(of: /"id":"([^"]+)"/)).1
            let path = "/api/v1/companies/\(id)"
            // Another server's database, which knows none of the operators.
            try await TestServer.run(on: other, at: urls[1]) { server in
                let admin = try await server.person(.admin)
                let restored = try Self.restore(lines, urls[1], in: folder)
                #expect(restored.code == 0, "\(restored.output)")
                let back = try await Self.content(Self.export(path, admin.client), exports: 2)
                #expect(back.symmetricDifference(Self.content(lines, exports: 1)) == [])
                #expect(
                    try await Stock.at(urls[1]) {
                        try await $0.texts("SELECT status FROM users WHERE role = 'ADMIN' AND removed_at IS NOT NULL")
                    } == ["INACTIVE"])
                #expect(try await admin.client.delete(path).status == 200)
            }
        }
    }

    /// Whatever isn't as it was written is refused in one sentence that says where, and nothing of it is kept.
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
            let manager = try #require(lines.firstIndex { $0.contains("\"role\":\"MANAGER\"") })
            let id = try #require(lines[0].firstMatch(of: /"id":"([^"]+)"/)).1
            let cases: [(lines: [String], sentence: String)] = [
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
                    "line \(entry + 1) can't be restored: the table users isn't known, or stands elsewhere"
                ),
                (changed(user, "\"role\":\"", "\"role\":\"ADMIN\",\"x\":\""), "users has no column x"),
                (changed(manager, "\"MANAGER\"", "\"ADMIN\""), "it isn't a person of a company"),
                (changed(manager, "\"email\":\"", "\"email\":\"kein "), "is no e-mail address"),
                (changed(site, "\"version\":", "\"version\":\"eins\",\"x\":"), "sites has no column x"),
                (changed(site, "\"priority\":\"medium\"", "\"priority\":7"), "its priority isn't a text"),
                (
                    changed(site, "\"priority\":\"medium\"", "\"priority\":\"egal\""),
                    "its values can't be (sites_priority)"
                ),
                (changed(site, "\"name\":\"", "\"name\":null,\"notes\":\""), "can't be restored: "),
            ]
            for (lines, sentence) in cases {
                let (code, output) = try Self.restore(Array(lines), url, in: folder)
                #expect(
                    code == 1 && output.contains(sentence) && output.split(separator: "\n").count == 1,
                    "\(sentence): \(output)")
                #expect(try await Stock.numbers("SELECT COUNT(*) FROM companies", at: url) == [1])
            }
            // An export of before has the address as one text only.
            var older = lines
            older[0] = older[0].replacing(/"addressParts":\{[^}]*\},/, with: "").replacing(
                /,"updatedAt":"[^"]*"/, with: ""
            ).replacing(/,"version":\d+/, with: "")
            #expect(
                !older[0].contains("addressParts") && !older[0].contains("updatedAt") && !older[0].contains("version"))
            #expect(try Self.restore(older, url, in: folder).code == 0)
            let address = try #require(lines[0].firstMatch(of: /"address":"([^"]*)"/)).1
            #expect(
                try await Stock.at(url) { try await $0.texts("SELECT street FROM companies WHERE id = '\(id)'") } == [
                    String(address)
                ])
        }
    }
}

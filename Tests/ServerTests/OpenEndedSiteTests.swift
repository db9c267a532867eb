import Core
import Foundation
import Storage
import Testing

@testable import Server

/// Sites with little more than a name.
@Suite struct OpenEndedSiteTests {
    @Test(arguments: Engine.allCases)
    func aNameIsAWholeSite(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            // Noon in UTC is tomorrow in Auckland.
            _ = try await company.manager.patch(company.path, "{\"timeZone\": \"Pacific/Auckland\"}")
            let opened = try await company.manager.post(company.path + "/sites", "{\"name\": \"Neubau\"}")
            #expect(opened.status == 201)
            #expect(opened.json["startDate"] == "2026-11-24" && opened.json["endDate"] == .null)
            #expect(opened.json["address"] == "" && opened.json["progress"] == 0)
            let parts = ["streetNumber", "street", "city", "postalCode", "country"]
            #expect(parts.allSatisfy { opened.json["addressParts"]?[$0] == .null })
            let site = company.path + "/sites/" + (opened.json["id"]?.text ?? "")
            #expect(try await company.manager.get(site).json == opened.json)
            #expect(try await company.manager.get(company.path + "/sites").json[0] == opened.json)
            let overview = try await company.manager.get(company.path + "/overview").json["sites"]?[0]
            #expect(overview?["endDate"] == .null && overview?["address"] == "" && overview?["progress"] == 0)

            let nulls = try await company.manager.post(
                company.path + "/sites",
                "{\"name\": \"Anbau\", \"address\": null, \"startDate\": null, \"endDate\": null}")
            #expect(nulls.status == 201 && nulls.json["startDate"] == "2026-11-24")
            let past = try await company.manager.post(
                company.path + "/sites", "{\"name\": \"Anbau\", \"endDate\": \"2026-11-23\"}")
            #expect(past.status == 400 && past.json["fields"]?[0]?["code"] == "before-start-date")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsKnownLaterIsFilledInAndClearedAgain(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let opened = try await company.manager.post(company.path + "/sites", "{\"name\": \"Neubau\"}")
            let site = company.path + "/sites/" + (opened.json["id"]?.text ?? "")
            let street = try await company.manager.patch(
                site,
                "{\"address\": {\"street\": \"Am Markt\", \"city\": \"Bonn\", \"streetNumber\": \" \", \"country\": null}}"
            )
            #expect(street.json["address"] == "Am Markt, Bonn")
            #expect(
                street.json["addressParts"]?["street"] == "Am Markt" && street.json["addressParts"]?["country"] == .null
            )
            let tooLong = try await company.manager.patch(
                site, "{\"address\": {\"streetNumber\": \"\(String(repeating: "1", count: 21))\"}}")
            #expect(tooLong.status == 400 && tooLong.json["fields"]?[0]?["field"] == "address.streetNumber")
            server.clock.advance(by: .milliseconds(1))
            let ended = try await company.manager.patch(site, "{\"endDate\": \"2026-11-24\"}")
            #expect(ended.json["endDate"] == "2026-11-24" && ended.json["address"] == "Am Markt, Bonn")
            server.clock.advance(by: .milliseconds(1))
            let cleared = try await company.manager.patch(site, "{\"endDate\": null, \"address\": null}")
            #expect(cleared.json["endDate"] == .null && cleared.json["address"] == "")
            #expect(try await company.manager.patch(site, "{\"startDate\": null}").status == 400)

            let audit = try await company.manager.get(company.path + "/audit").json.list
            let changes = audit.filter { $0["action"] == "site.changed" }.compactMap { $0["changes"]?.list }
            #expect(
                changes.map { $0.compactMap { $0["field"]?.text } } == [
                    ["address", "endDate"], ["endDate"], ["address"],
                ])
            #expect(changes[0][0]["from"] == "Am Markt, Bonn" && changes[0][0]["to"] == .null)
            #expect(changes[1][0]["from"] == .null && changes[1][0]["to"] == "2026-11-24")
        }
    }

    /// Half of a two-day site has elapsed when the second day begins in the company's time zone.
    @Test(arguments: Engine.allCases)
    func progressGoesByTheCompanysDays(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let body = "{\"name\": \"Bad\", \"startDate\": \"2026-11-23\", \"endDate\": \"2026-11-24\"}"
            let opened = try await company.manager.post(company.path + "/sites", body)
            #expect(opened.json["progress"] == 0)
            let site = company.path + "/sites/" + (opened.json["id"]?.text ?? "")
            for (zone, progress) in [("Pacific/Auckland", 50), ("Europe/Berlin", 0), ("UTC", 0)] as [(String, JSON)] {
                _ = try await company.manager.patch(company.path, "{\"timeZone\": \"\(zone)\"}")
                #expect(try await company.manager.get(site).json["progress"] == progress)
                #expect(try await company.manager.get(company.path + "/sites").json[0]?["progress"] == progress)
                let overview = try await company.manager.get(company.path + "/overview").json
                #expect(overview["sites"]?[0]?["progress"] == progress)
            }
            // A quarter to midnight and a quarter past, in Berlin's winter time.
            _ = try await company.manager.patch(company.path, "{\"timeZone\": \"Europe/Berlin\"}")
            server.clock.advance(by: .seconds(10 * 3600 + 45 * 60))
            #expect(try await company.manager.get(site).json["progress"] == 0)
            server.clock.advance(by: .seconds(30 * 60))
            #expect(try await company.manager.get(site).json["progress"] == 50)
        }
    }

    /// Old sites keep their values through the migration that allows none, in copies of both engines and from old backups.
    @Test(arguments: Engine.allCases)
    func oldSitesKeepTheirPlace(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        let rows =
            "SELECT id || name || start_date || end_date || COALESCE(notes, '-') || version FROM sites WHERE name <> 'Lager' ORDER BY 1"
        try await CopyTests.withDatabases([engine, other, engine, .sqlite, .postgres]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            var before: [String] = []
            try await DirectAccess.at(urls[0]) { direct async throws in
                let older = try Migration.embedded().filter { $0.version < 16 }
                _ = try await Migrator(direct.database, migrations: older).migrate()
                try await direct.run(
                    """
                    INSERT INTO companies
                        (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
                    VALUES ('c', 'Kern', '', '', '', '', '', 'Europe/Berlin', 'de', 0, 0)
                    """)
                for number in 1...9 { try await direct.run(Self.insert("'s\(number)'", end: "'2026-12-0\(number)'")) }
                before = try await direct.texts(rows)
                await #expect(throws: StorageError.self) { try await direct.run(Self.insert("'t'", end: "NULL")) }
            }
            let backup = folder.path + "/old.gz"
            #expect(try await Binary.run(["backup", backup], environment: ["POLIER_DATABASE_URL": urls[0]]).code == 0)
            let migrated = try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": urls[0]])
            #expect(migrated.code == 0 && migrated.output.contains("0016_open_ended_sites"), "\(migrated.output)")

            func expectOpen(_ url: String) async throws {
                try await DirectAccess.at(url) { direct async throws in
                    #expect(try await direct.texts(rows) == before)
                    await #expect(throws: StorageError.self) {
                        try await direct.run(Self.insert("'u'", end: "'2026-10-31'"))
                    }
                    await #expect(throws: StorageError.self) { try await direct.run(Self.insert("'s1'", end: "NULL")) }
                }
            }
            try await expectOpen(urls[0])
            try await DirectAccess.at(urls[0]) { try await $0.run(Self.insert("'open'", end: "NULL")) }
            for (from, to) in [(urls[0], urls[1]), (urls[1], urls[2])] {
                let copied = try await CopyTests.copy(from: from, to: to)
                #expect(copied.output.hasSuffix("and both sides hold the same.\n"), "\(copied.output)")
                try await DirectAccess.at(to) { direct async throws in
                    #expect(
                        try await direct.texts("SELECT id FROM sites WHERE end_date IS NULL AND name <> 'Lager'") == [
                            "open"
                        ])
                }
            }
            for url in urls.suffix(2) {
                let restored = try await BackupTests.restore(backup, url)
                #expect(restored.code == 0, "\(restored.output)")
                try await expectOpen(url)
            }
        }
    }

    private static func insert(_ id: String, end: String) -> String {
        """
        INSERT INTO sites
            (company_id, id, name, street_number, street, city, postal_code, country, priority, status, start_date, end_date, notes,
            created_at, updated_at)
        VALUES ('c', \(id), 'Größe CHECK (', '', '', '', '', '', 'low', 'ACTIVE', '2026-11-01', \(end), NULL, 0, 0)
        """
    }
}

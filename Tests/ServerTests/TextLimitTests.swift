import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A company's limit on notes: exact to the byte, and including notes from before there was a limit.
@Suite struct TextLimitTests {
    /// Four-byte characters in notes once filled a disk. Concurrent movements with notes are possible, and the last byte counts.
    @Test(arguments: Engine.allCases)
    func theTextOfACompanyEnds(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await TestServer.run(on: engine, at: url) { server in
                let company = try await TestCompany.register(server.client)
                let manager = company.manager
                try await Limited.set([.text: 1], company, server)
                // Varied characters, which don't compress to less than a client needs for a response.
                let pictures = (0..<10_000).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0x1F400...0x1F4FC)) }
                let long = String(String.UnicodeScalarView(pictures))
                // Far from the limit, near it, and beyond it: 25 notes of 40,000 bytes are a megabyte.
                let sites = try await Limited.atOnce(40, engine, at: url, server, token: manager.token) { client, _ in
                    try await client.post(company.path + "/sites", Limited.site(",\"notes\":\"\(long)\""))
                }
                #expect(sites == [201: 25, 409: 15])
                let listed = try await manager.get(company.path + "/sites").json
                let site = company.path + "/sites/" + (listed[0]?["id"]?.text ?? "")
                let material = try await company.material(site)
                let path = material + "/adjust-quantity"
                Limited.expectRefused(
                    try await manager.post(path, "{\"delta\": -1, \"note\": \"x\"}"), "too-much-text", "text", 1)
                #expect(try await manager.post(path, "{\"delta\": -1}").status == 200)
                // A shorter note makes room; removed material is kept and counts.
                #expect(try await manager.patch(site, "{\"notes\": \"\(long.dropLast(1))\"}").status == 200)
                #expect(try await manager.post(path, "{\"delta\": -1, \"note\": \"abcde\"}").status == 409)
                #expect(try await manager.post(path, "{\"delta\": -1, \"note\": \"abcd\"}").status == 200)
                #expect(try await manager.delete(site).status == 204)
                let sum = try await server.database.fetch(TextUse.sum(try #require(Company.ID(company.id)))).first
                #expect(sum?.used == 1_000_000)
            }
        }
    }

    /// The notes that a company had before anything was counted.
    @Test(arguments: Engine.allCases)
    func textThatWasThereIsCountedAtTheMigration(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let database = try Engine.open(url)
            let migrations = try Migration.embedded()
            _ = try await Migrator(database, migrations: migrations.filter { $0.version < 7 }).migrate()
            let (company, user, site): (Company.ID, User.ID, Site.ID) = (
                Runtime.live.newID(), Runtime.live.newID(), Runtime.live.newID()
            )
            let note = "Größe: 2 m², innen \\ außen"
            try await database.transaction { transaction in
                for statement in Self.olderRows(company, user, site, note: note) { try transaction.enqueue(statement) }
            }
            _ = try await Migrator(database, migrations: migrations).migrate()
            let use = try await database.fetch(TextUse.sum(company)).first
            #expect(use?.used == Int64(2 * note.utf8.count) && use?.most == 20_000_000)
            await database.close()
        }
    }

    private static func olderRows(
        _ company: Company.ID, _ user: User.ID, _ site: Site.ID, note: String
    ) -> [Statement] {
        [
            Statement(
                """
                INSERT INTO companies (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at,
                    updated_at)
                VALUES ($1, 'Fliesen', '1', 'A', 'B', '1', 'D', 'Europe/Berlin', 'de', 0, 0)
                """, company),
            Statement(
                """
                INSERT INTO users (company_id, id, email, first_name, last_name, role, status, language, created_at, updated_at)
                VALUES ($1, $2, '', 'A', 'B', 'MANAGER', 'ACTIVE', 'de', 0, 0)
                """, company, user),
            Statement(
                """
                INSERT INTO sites (company_id, id, name, street_number, street, city, postal_code, country, priority, status, start_date,
                    end_date, notes, created_at, updated_at, removed_at)
                VALUES ($1, $2, 'Bad', '1', 'A', 'B', '1', 'D', 'low', 'ACTIVE', '2026-01-01', '2026-01-02', $3, 0, 0, 1)
                """, company, site, note),
            Statement(
                """
                INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
                VALUES ($1, $2, 'e', $3, 0, 1, 0, 0)
                """, company, site, user),
            Statement(
                """
                INSERT INTO time_corrections (company_id, site_id, entry_id, number, checked_in_at, reason, user_id, created_at)
                VALUES ($1, $2, 'e', 1, 0, $4, $3, 0)
                """, company, site, user, note),
        ]
    }
}

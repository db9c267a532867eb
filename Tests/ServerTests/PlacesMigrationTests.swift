import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A database with sites, material and movements from before they had kinds.
@Suite struct PlacesMigrationTests {
    private static let german = "0191a0b0-0000-7000-8000-000000000001"
    private static let english = "0191a0b0-0000-7000-8000-000000000002"

    private static let rows = """
        SELECT id || name || priority || status || start_date || version || COALESCE(notes, '-') FROM sites
        WHERE name NOT IN ('Lager', 'Depot')
        UNION ALL SELECT id || name || unit || amount || threshold || version || COALESCE(removed_at, 0) FROM materials
        UNION ALL SELECT id || number || delta || amount_after || COALESCE(note, '-') || at FROM movements ORDER BY 1
        """

    /// What the migration adds.
    private static let kinds = """
        SELECT id || ' ' || kind || ' ' || unit || ' ' || material_name || COALESCE(price, 0) || COALESCE(ref_id, '-') FROM movements
        ORDER BY 1
        """

    private static let depots = """
        SELECT company_id || ' ' || id || ' ' || name || ' ' || street || ' ' || status || start_date || version FROM sites
        WHERE kind = 'DEPOT' ORDER BY 1
        """

    private func fill(_ direct: DirectAccess) async throws {
        _ = try await Migrator(direct.database, migrations: Array(Migration.embedded().prefix(21))).migrate()
        for (id, language) in [(Self.german, "de"), (Self.english, "en")] {
            try await direct.run(
                """
                INSERT INTO companies
                    (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
                VALUES ($1, 'Kern', '1a', 'Größe', '', '', '', 'Europe/Berlin', $2, 7, 8)
                """, [.text(id), .text(language)])
            try await direct.run(
                """
                INSERT INTO users (company_id, id, email, first_name, last_name, role, status, language, created_at, updated_at)
                VALUES ($1, 'u' || $1, '', '', '', 'MANAGER', 'ACTIVE', 'de', 0, 0)
                """, [.text(id)])
            for status in ["ACTIVE", "INACTIVE"] {
                try await direct.run(
                    """
                    INSERT INTO sites (company_id, id, name, street_number, street, city, postal_code, country, priority, status,
                        start_date, end_date, notes, created_at, updated_at)
                    VALUES ($1, $2, 'Bau 👷🏽‍♀️', '', '', '', '', '', 'low', $3, '2026-01-01', NULL, 'CHECK ('';', 0, 0)
                    """, [.text(id), .text("s-\(status)-\(id)"), .text(status)])
                try await direct.run(
                    """
                    INSERT INTO materials (company_id, site_id, id, name, unit, amount, threshold, created_at, updated_at, removed_at)
                    VALUES ($1, $2, 'm' || $2, 'FLEXKLEBER  Größe', 'Sack', 1000, 0, 0, 0, $3)
                    """, [.text(id), .text("s-\(status)-\(id)"), status == "ACTIVE" ? .null(.integer) : .integer(9)])
                for (number, delta) in [3_000, -2_000].enumerated() {
                    try await direct.run(
                        """
                        INSERT INTO movements
                            (company_id, site_id, material_id, number, id, delta, amount_after, note, user_id, at, created_at)
                        VALUES ($1, $2, 'm' || $2, $3, 'v' || $3 || $2, $4, 1000, 'Dusche', 'u' || $1, 5, 6)
                        """,
                        [
                            .text(id), .text("s-\(status)-\(id)"), .integer(Int64(number + 1)), .integer(Int64(delta)),
                        ])
                }
            }
        }
    }

    private func expectPlaces(_ url: String, _ before: [String]) async throws {
        try await DirectAccess.at(url) { direct async throws in
            #expect(try await direct.texts(Self.rows) == before)
            let kinds = try await direct.texts(Self.kinds)
            #expect(kinds.count == 8)
            #expect(kinds.prefix(4).allSatisfy { $0.hasSuffix(" ADD Sack FLEXKLEBER  Größe0-") }, "\(kinds)")
            #expect(kinds.suffix(4).allSatisfy { $0.hasSuffix(" TAKE Sack FLEXKLEBER  Größe0-") }, "\(kinds)")
            let ids = [Self.german, Self.english].compactMap { Company.ID($0) }
            let depots = zip(ids, ["Lager", "Depot"]).map {
                "\($0.text) \(Site.depot(of: $0).text) \($1) Größe ACTIVE1970-01-011"
            }
            #expect(try await direct.texts(Self.depots) == depots)

            // What the schema refused is accepted, and the other rules hold.
            try await direct.run("UPDATE sites SET status = 'FINISHED' WHERE status = 'INACTIVE'")
            try await direct.run("UPDATE sites SET status = 'INACTIVE' WHERE status = 'FINISHED'")
            try await direct.run("UPDATE movements SET delta = 0 WHERE delta = 3000")
            try await direct.run("UPDATE movements SET delta = 3000 WHERE delta = 0")
            let ended = """
                INSERT INTO former_assignments (company_id, site_id, user_id, began_at, ended_at)
                SELECT company_id, id, 'u' || company_id, 1, 2 FROM sites WHERE status = 'INACTIVE'
                """
            try await direct.run(ended)
            let broken = [
                ended, "UPDATE sites SET kind = NULL", "UPDATE sites SET priority = 'lost'",
                "UPDATE movements SET kind = NULL", "UPDATE movements SET amount_after = -1",
                "UPDATE movements SET user_id = 'x'", "UPDATE materials SET amount = -1",
                "UPDATE former_assignments SET user_id = 'x'", "UPDATE former_assignments SET site_id = 'x'",
            ]
            for statement in broken {
                await #expect(throws: StorageError.self, "\(statement)") { try await direct.run(statement) }
            }
            try await direct.run("DELETE FROM former_assignments")
        }
    }

    @Test(arguments: Engine.allCases)
    func oldDataGetsKindsAndDepots(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await CopyTests.withDatabases([engine, other, engine, .sqlite, .postgres]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            var before: [String] = []
            try await DirectAccess.at(urls[0]) { direct async throws in
                try await fill(direct)
                before = try await direct.texts(Self.rows)
                #expect(before.count == 16)
                for statement in ["UPDATE sites SET status = 'FINISHED'", "UPDATE movements SET delta = 0"] {
                    await #expect(throws: StorageError.self) { try await direct.run(statement) }
                }
            }
            let backup = folder.path + "/old.gz"
            #expect(try await Binary.run(["backup", backup], environment: ["POLIER_DATABASE_URL": urls[0]]).code == 0)
            let migrated = try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": urls[0]])
            #expect(
                migrated.code == 0 && migrated.output.contains("0022_places_and_movements"), "\(migrated.output)")
            try await expectPlaces(urls[0], before)
            for (from, to) in [(urls[0], urls[1]), (urls[1], urls[2])] {
                let copied = try await CopyTests.copy(from: from, to: to)
                #expect(copied.output.hasSuffix("and both sides hold the same.\n"), "\(copied.output)")
                try await expectPlaces(to, before)
            }
            for url in urls.suffix(2) {
                let restored = try await BackupTests.restore(backup, url)
                #expect(restored.code == 0, "\(restored.output)")
                try await expectPlaces(url, before)
            }
        }
    }

    /// Housekeeping folds the names of old material, a few hundred in each transaction.
    @Test(arguments: Engine.allCases)
    func oldNamesAreFolded(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await DirectAccess.at(url) { direct async throws in
                _ = try await Migrator(direct.database, migrations: Array(Migration.embedded().prefix(21))).migrate()
                let site = "0191a0b0-0000-7000-8000-000000000003"
                try await direct.run(
                    """
                    INSERT INTO companies
                        (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
                    VALUES ($1, 'Kern', '', '', '', '', '', 'Europe/Berlin', 'de', 7, 8)
                    """, [.text(Self.german)])
                try await direct.run(
                    """
                    INSERT INTO sites (company_id, id, name, street_number, street, city, postal_code, country, priority, status,
                        start_date, created_at, updated_at)
                    VALUES ($1, $2, 'Bau', '', '', '', '', '', 'low', 'ACTIVE', '2026-01-01', 0, 0)
                    """, [.text(Self.german), .text(site)])
                try await direct.run(
                    """
                    INSERT INTO materials (company_id, site_id, id, name, unit, amount, threshold, created_at, updated_at)
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
                    SELECT $1, $2, '0191a0b0-0000-7000-8000-' || SUBSTR(CAST(1000000000000 + n AS VARCHAR(13)), 2), 'Größe  ' || n,
                        '', 0, 0, 0, 0 FROM numbers
                    """, [.text(Self.german), .text(site)])
                _ = try await Migrator(direct.database, migrations: Migration.embedded()).migrate()
                var steps: [Int] = []
                while steps.last != 0 {
                    steps.append(
                        try await direct.database.transaction { try Material.sweep.step($0, Instant(milliseconds: 0)) })
                }
                #expect(steps == [500, 500, 200, 0])
                let keys = "SELECT name_key FROM materials WHERE name = 'Größe  7'"
                #expect(try await direct.texts(keys) == ["grosse 7"])
                let versions = "SELECT COUNT(*) FROM materials WHERE version <> 1 OR name_key IS NULL"
                #expect(try await direct.numbers(versions) == [0])
            }
        }
    }
}

import Core
import Foundation
import Storage
import Testing

@testable import Server

/// A database with mails and links of the original kinds, migrated to a schema that allows others.
@Suite struct OpenKindsTests {
    private static let rows = """
        SELECT id || kind || address || details || COALESCE(token, '-') || state || COALESCE(reason, '-') || attempts
            || COALESCE(due_at, 0) || COALESCE(reason_code, '-') FROM mails
        UNION ALL SELECT user_id || purpose || created_at || expires_at FROM one_time_tokens ORDER BY 1
        """

    private func fill(_ direct: DirectAccess) async throws {
        _ = try await Migrator(direct.database, migrations: Array(Migration.embedded().prefix(6))).migrate()
        try await direct.run(
            """
            INSERT INTO companies
                (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
            VALUES ('c', 'Kern', '', '', '', '', '', 'Europe/Berlin', 'de', 0, 0)
            """)
        try await direct.run(
            """
            INSERT INTO users (company_id, id, email, first_name, last_name, role, status, language, created_at, updated_at)
            VALUES ('c', 'u', '', '', '', 'MANAGER', 'ACTIVE', 'de', 0, 0)
            """)
        let kinds = ["invitation", "reset", "password-changed", "email-changed", "low-stock"]
        for (number, kind) in kinds.enumerated() {
            for state in ["queued", "sent", "failed"] {
                try await direct.run(
                    """
                    INSERT INTO mails (company_id, id, user_id, address, kind, details, token, state, due_at, created_at, updated_at)
                    VALUES ('c', $1, 'u', $2, $3, $2, NULL, $4, $5, 1, 1)
                    """,
                    [
                        .text("\(number)-\(state)"), .text("Größe 👷🏽‍♀️\t\n'CHECK ("), .text(kind), .text(state),
                        state == "queued" ? .integer(7) : .null(.integer),
                    ])
            }
        }
        for purpose in ["invitation", "reset"] {
            try await direct.run(
                "INSERT INTO one_time_tokens VALUES ('c', 'u', $1, $2, 3, 4)", [.text(purpose), .bytes([0, 255])])
        }
    }

    /// New kinds are accepted, the other rules hold, and the existing rows are unchanged.
    private func expectOpen(_ url: String, _ before: [String]) async throws {
        try await DirectAccess.at(url) { direct async throws in
            #expect(try await direct.texts(Self.rows) == before)
            try await direct.run(
                """
                INSERT INTO mails (company_id, id, user_id, address, kind, details, state, created_at, updated_at)
                VALUES ('c', 'new', 'u', '', 'postcard', '', 'queued', 1, 1)
                """)
            try await direct.run("INSERT INTO one_time_tokens VALUES ('c', 'u', 'postcard', $1, 3, 4)", [.bytes([])])
            let broken = [
                "UPDATE mails SET state = 'lost'", "UPDATE mails SET kind = NULL", "UPDATE mails SET user_id = 'v'",
                "UPDATE one_time_tokens SET purpose = NULL", "UPDATE one_time_tokens SET user_id = 'v'",
                "UPDATE one_time_tokens SET purpose = 'reset'",
            ]
            for statement in broken {
                await #expect(throws: StorageError.self, "\(statement)") { try await direct.run(statement) }
            }
            try await direct.run("DELETE FROM mails WHERE kind = 'postcard'")
            try await direct.run("DELETE FROM one_time_tokens WHERE purpose = 'postcard'")
            #expect(try await direct.texts(Self.rows) == before)
        }
    }

    @Test(arguments: Engine.allCases)
    func oldDataKeepsItsPlace(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await CopyTests.withDatabases([engine, other, engine, .sqlite, .postgres]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            var before: [String] = []
            try await DirectAccess.at(urls[0]) { direct async throws in
                try await fill(direct)
                before = try await direct.texts(Self.rows)
                #expect(before.count == 17)
                await #expect(throws: StorageError.self) { try await direct.run("UPDATE mails SET kind = 'postcard'") }
            }
            let backup = folder.path + "/old.gz"
            #expect(try await Binary.run(["backup", backup], environment: ["POLIER_DATABASE_URL": urls[0]]).code == 0)

            let migrated = try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": urls[0]])
            #expect(migrated.code == 0 && migrated.output.contains("0010_open_kinds"), "\(migrated.output)")
            try await expectOpen(urls[0], before)

            for (from, to) in [(urls[0], urls[1]), (urls[1], urls[2])] {
                let copied = try await CopyTests.copy(from: from, to: to)
                #expect(copied.output.hasSuffix("and both sides hold the same.\n"), "\(copied.output)")
                try await expectOpen(to, before)
            }
            for url in urls.suffix(2) {
                let restored = try await BackupTests.restore(backup, url)
                #expect(restored.code == 0, "\(restored.output)")
                try await expectOpen(url, before)
            }
        }
    }
}

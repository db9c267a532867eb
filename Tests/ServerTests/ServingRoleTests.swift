import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A server whose role owns nothing in PostgreSQL, as `deploy/` sets it up: it serves everything, and changes no schema.
@Suite struct ServingRoleTests {
    @Test func everyStatementIsAllowedAndNoChangeOfTheSchema() async throws {
        try await Self.withRole { role in
            try await Engine.postgres.withDatabase { url in
                try await Self.prepare(url, for: role)
                let serving = url + "?options=-crole%3D" + role
                let recorder = Recorder()
                try await TestServer.run(on: .postgres, at: serving, flags: SoftPasskey.flags, recorder: recorder) {
                    server in
                    try await Tour.walk(server, database: RecordingDatabase(server.database, recorder))
                    for change in Self.changes {
                        let error = await #expect(throws: StorageError.self, "\(change)") {
                            try await server.database.executeAlone(Statement(SQL(unchecked: change)))
                        }
                        #expect(error?.detail.contains("SQLSTATE 42501") == true, "\(change): \(error?.detail ?? "")")
                    }
                }
                // EXPLAIN needs the same privileges as the statement itself.
                #expect(recorder.statements.count > 100)
                #expect(try await PlanTests.postgresScans(recorder.statements, serving, owner: url) == [])
            }
        }
    }

    private static let changes = [
        "CREATE TABLE extra (id INT)", "CREATE TEMPORARY TABLE extra (id INT)", "CREATE SCHEMA extra",
        "CREATE FUNCTION extra() RETURNS INT LANGUAGE SQL AS 'SELECT 1'", "CREATE INDEX extra ON sites (name)",
        "ALTER TABLE sites ADD COLUMN extra INT", "ALTER TABLE sites DISABLE TRIGGER ALL", "DROP TABLE sessions",
        "DROP INDEX users_email", "TRUNCATE sessions", "CREATE ROLE extra", "CREATE DATABASE extra",
    ]

    /// A role without any privileges, for as long as `body` runs.
    private static func withRole(_ body: (String) async throws -> Void) async throws {
        let admin = try Engine.open(Engine.postgresURL())
        let role = "serving_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        func run(_ sql: String) async throws { try await admin.executeAlone(Statement(SQL(unchecked: sql))) }
        do {
            try await run("CREATE ROLE \(role)")
            try await body(role)
        } catch {
            try? await run("DROP ROLE \(role)")
            await admin.close()
            throw error
        }
        try await run("DROP ROLE \(role)")
        await admin.close()
    }

    /// Grants the role what `polier.sql` grants the serving role, and then creates the schema.
    private static func prepare(_ url: String, for role: String) async throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../deploy/kubernetes/overlays/statefulset/polier.sql").standardizedFileURL
        let name = url.split(separator: "/").last ?? ""
        let rights = try String(contentsOf: script, encoding: .utf8).split(separator: "\n").compactMap { line in
            ["REVOKE ", "GRANT ", "ALTER DEFAULT "].contains(where: line.hasPrefix)
                ? line.replacing(" TO polier;", with: " TO \(role)").replacing(
                    "DATABASE polier ", with: "DATABASE \(name) "
                )
                .replacing("FOR ROLE polier_owner", with: "FOR ROLE CURRENT_USER") : nil
        }
        #expect(rights.count == 6)
        let owner = try Engine.open(url)
        do {
            for right in rights { try await owner.executeAlone(Statement(SQL(unchecked: String(right)))) }
            _ = try await Migrator(owner, migrations: Migration.embedded()).migrate()
        } catch {
            await owner.close()
            throw error
        }
        await owner.close()
    }
}

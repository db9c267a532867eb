import Core
import Foundation
import Storage
import Testing

@testable import Server

/// `polier copy`, as an operator runs it.
@Suite struct CopyTests {
    /// Source and target. The URLs are of databases that are dropped afterwards.
    static func withDatabases(
        _ engines: [Engine], _ body: ([String]) async throws -> Void
    ) async throws {
        guard let first = engines.first else { return try await body([]) }
        try await first.withDatabase { url in
            try await withDatabases(Array(engines.dropFirst())) { try await body([url] + $0) }
        }
    }

    static func copy(from: String, to: String) async throws -> (code: Int32, output: String) {
        try await Binary.run(["copy"], environment: ["POLIER_COPY_FROM": from, "POLIER_COPY_TO": to])
    }

    /// The lines that name a table, its rows and their hash.
    static func hashes(_ output: String) -> [String] {
        output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("  ") }
    }

    @Test(arguments: Engine.allCases)
    func thereAndBackAgainEverythingIsTheSame(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await Self.withDatabases([engine, other, engine]) { urls async throws in
            try await TestServer.run(on: engine, at: urls[0]) { server in
                _ = try await World(server, mark: "Größe 👷🏽‍♀️")
            }
            let bytes = [UInt8](0...255)
            try await DirectAccess.at(urls[0]) { direct async throws in
                try await direct.run(
                    "UPDATE sites SET notes = $1, city = '', version = $2, created_at = $3, removed_at = NULL",
                    [.text("\u{1}\t\r\n\\N \\. '\" Ende"), .integer(.max), .integer(.min)])
                for value in [bytes, []] {
                    try await direct.run(
                        """
                        INSERT INTO idempotency_keys (company_id, user_id, key_hash, body_hash, answer, expires_at)
                        SELECT company_id, id, $1, $1, $2, $3 FROM users
                        """, [.bytes(value), value.isEmpty ? .null(.bytes) : .bytes([]), .integer(-1)])
                }
            }
            let there = try await Self.copy(from: urls[0], to: urls[1])
            #expect(there.code == 0, "\(there.output)")
            let back = try await Self.copy(from: urls[1], to: urls[2])
            #expect(back.code == 0, "\(back.output)")
            #expect(Self.hashes(there.output) == Self.hashes(back.output))
            #expect(there.output.hasSuffix("and both sides hold the same.\n"))

            try await DirectAccess.at(urls[2]) { direct async throws in
                #expect(
                    try await direct.texts("SELECT notes FROM sites WHERE kind = 'SITE'") == [
                        "\u{1}\t\r\n\\N \\. '\" Ende"
                    ])
                #expect(try await direct.numbers("SELECT created_at FROM sites WHERE kind = 'SITE'") == [.min])
                let keys = try await direct.database.fetch(
                    Query("SELECT key_hash FROM idempotency_keys ORDER BY key_hash, user_id") {
                        try $0.next() as [UInt8]
                    })
                #expect(Set(keys) == [bytes, []] && keys.count > 2)
                let schema =
                    engine == .sqlite
                    ? "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                    : "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'"
                let copied = Self.hashes(there.output).compactMap { $0.split(separator: " ").first.map(String.init) }
                #expect(try await Set(direct.texts(schema)) == Set(copied + ["schema_migrations", "upkeep"]))
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aServerRunsOnTheCopyAndKnowsItsPeople(_ engine: Engine) async throws {
        let other = engine == .sqlite ? Engine.postgres : .sqlite
        try await Self.withDatabases([engine, other]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            var server = try await RunningServer(url: urls[0], folder: folder)
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(try await company.site(), amount: "24.5")
            #expect(await server.terminate() == 0)
            #expect(try await Self.copy(from: urls[0], to: urls[1]).code == 0)
            server = try await RunningServer(url: urls[1], folder: folder)
            let token = try await TestCompany.signIn(server.client, email: company.email)
            for token in [token, try #require(company.manager.token)] {
                let client = server.client.with(token: token)
                let adjusted = try await client.post(material + "/adjust-quantity", "{\"delta\": -2}")
                #expect(adjusted.status == 200, "\(adjusted.text)")
            }
            let shown = try await server.client.with(token: token).get(material + "/movements").json.list
            #expect(shown.count == 3 && shown.first?["amountAfter"]?.number == 20.5)
            #expect(await server.terminate() == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func aTargetThatIsNotEmptyIsRefused(_ engine: Engine) async throws {
        try await Self.withDatabases([.sqlite, engine, engine]) { urls async throws in
            try await DirectAccess.fill(urls[0], movements: 3)
            try await DirectAccess.fill(urls[1], movements: 5)
            let refused = try await Self.copy(from: urls[0], to: urls[1])
            #expect(refused.code == 1)
            #expect(refused.output == "polier: the target isn't empty: its table companies has rows\n")
            #expect(try await DirectAccess.numbers("SELECT COUNT(*) FROM movements", at: urls[1]) == [5])

            try await DirectAccess.at(urls[2]) { try await $0.run("CREATE TABLE letters (id BIGINT PRIMARY KEY)") }
            let foreign = try await Self.copy(from: urls[0], to: urls[2])
            #expect(foreign.output == "polier: the target isn't empty: it has a table letters of another program's\n")
            try await DirectAccess.at(urls[2]) { direct async throws in
                await #expect(throws: StorageError.self, "no schema was made") {
                    try await direct.numbers("SELECT 1 FROM users")
                }
            }
            let same = try await Self.copy(from: urls[0], to: urls[0])
            #expect(same.output.contains("the target isn't empty"))
        }
    }

    /// A server that ran on the target for a moment has counted failed sign-ins. They are discarded.
    @Test(arguments: Engine.allCases)
    func whoTriedToSignInAtTheTargetIsForgotten(_ engine: Engine) async throws {
        try await Self.withDatabases([.sqlite, engine]) { urls async throws in
            try await DirectAccess.fill(urls[0], movements: 3)
            #expect(try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": urls[1]]).code == 0)
            try await DirectAccess.at(urls[1]) {
                try await $0.run(
                    "INSERT INTO attempts (subject, instants, expires_at) VALUES ($1, $1, 1)", [.bytes([1])])
            }
            let copied = try await Self.copy(from: urls[0], to: urls[1])
            #expect(copied.code == 0, "\(copied.output)")
            #expect(try await DirectAccess.numbers("SELECT COUNT(*) FROM attempts", at: urls[1]) == [0])
        }
    }

    @Test func aSourceOfAnotherSchemaIsRefused() async throws {
        try await Self.withDatabases([.sqlite, .sqlite, .sqlite, .postgres]) { urls async throws in
            let embedded = try Migration.embedded()
            try await DirectAccess.at(urls[0]) {
                _ = try await Migrator($0.database, migrations: [embedded[0]]).migrate()
            }
            let later = try Migration(
                file: "9999_later.sql", text: "-- polier: runs-with 1\nCREATE TABLE l (id BIGINT);")
            try await DirectAccess.at(urls[1]) {
                _ = try await Migrator($0.database, migrations: embedded + [later]).migrate()
            }
            let older = try await Self.copy(from: urls[0], to: urls[3])
            let latest = try #require(Repository.migrations.last)
            #expect(
                older.output.hasPrefix(
                    "polier: the source's schema is at 0001_foundation and this polier's at \(latest)"),
                "\(older.output)")
            let newer = try await Self.copy(from: urls[1], to: urls[3])
            #expect(newer.output.hasPrefix("polier: the source's schema is at 9999_later"), "\(newer.output)")
            let none = try await Self.copy(from: urls[3], to: urls[2])
            #expect(none.output == "polier: the source has no schema: there is nothing to copy\n")
            #expect([older, newer, none].allSatisfy { $0.code == 1 })
            try await DirectAccess.at(urls[3]) { direct async throws in
                await #expect(throws: StorageError.self, "the target stays as it was") {
                    try await direct.numbers("SELECT 1 FROM companies")
                }
            }
        }
    }

    @Test func whatIsMissingOrWrongIsNamedWithoutThePassword() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let rows = [
            (["copy", "--from", "sqlite:a"], "polier: a copy needs both databases"),
            (["copy", "--from", "sqlite:a", "--to", "sqlite:b"], "there is no database file a"),
            (
                ["copy", "--from", "mysql://root:geheim@h/x", "--to", "sqlite:b"],
                "POLIER_COPY_FROM begins with 'mysql:'"
            ),
            (["copy", "--from", "postgres://p:geheim@127.0.0.1:1/x", "--to", "sqlite:b"], "127.0.0.1"),
        ]
        for (arguments, sentence) in rows {
            let (code, output) = try await Binary.run(arguments, in: folder.path)
            #expect(code != 0 && output.contains(sentence) && !output.contains("geheim"), "\(output)")
            #expect(output.split(separator: "\n").count == 1, "\(output)")
        }
        let file = folder.path + "/url"
        try "sqlite:nowhere\n".write(toFile: file, atomically: true, encoding: .utf8)
        let named = try await Binary.run(
            ["copy"], environment: ["POLIER_COPY_FROM_FILE": file, "POLIER_COPY_TO": "sqlite:b"], in: folder.path)
        #expect(named.output.contains("there is no database file nowhere"))
    }
}

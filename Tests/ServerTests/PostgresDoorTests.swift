import Core
import Foundation
import Storage
import Testing

@testable import Server

/// PostgreSQL databases that Polier can't use: each command refuses with one sentence that says what to do, and creates nothing.
@Suite struct PostgresDoorTests {
    /// A command that reads and writes a database at a URL: `polier migrate` and so on.
    struct Use: Sendable, CustomStringConvertible {
        let description: String
        let run: @Sendable (_ url: String, Place) async throws -> (code: Int32, output: String)

        init(_ name: String, _ run: @escaping @Sendable (String, Place) async throws -> (code: Int32, output: String)) {
            (description, self.run) = (name, run)
        }

        /// The commands that create a schema if there is none.
        static let makers = [
            Use("migrate") { url, _ in try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": url]) },
            Use("serve") {
                try await Binary.run(
                    ["serve", "--http-port", "0"], environment: ["POLIER_DATABASE_URL": $0], in: $1.folder)
            },
            Use("copy to it") { try await CopyTests.copy(from: $1.source, to: $0) },
            Use("restore") { try await BackupTests.restore($1.backup, $0) },
        ]
        static let check = Use("check") { url, _ in
            try await Binary.run(["check"], environment: ["POLIER_DATABASE_URL": url])
        }
        static let readers = [
            Use("backup") { url, place in
                try await Binary.run(["backup", place.folder + "/new.gz"], environment: ["POLIER_DATABASE_URL": url])
            },
            Use("copy from it") { url, place in
                try await CopyTests.copy(from: url, to: "sqlite:\(place.folder)/copied.sqlite")
            },
        ]
    }

    /// A folder with a database to copy and a backup to restore.
    struct Place: Sendable {
        let folder: String
        var source: String { "sqlite:\(folder)/source.sqlite" }
        var backup: String { folder + "/source.gz" }

        static func with(_ body: (Place) async throws -> Void) async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let place = Place(folder: folder.path)
            try await DirectAccess.fill(place.source, movements: 3)
            let taken = try await Binary.run(
                ["backup", place.backup], environment: ["POLIER_DATABASE_URL": place.source])
            try #require(taken.code == 0, "\(taken.output)")
            try await body(place)
        }
    }

    private func expectRefusal(
        _ use: Use, _ url: String, _ place: Place, says words: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let (code, output) = try await use.run(url, place)
        #expect(code == 1, "\(use): \(output)", sourceLocation: sourceLocation)
        let said = output.split(separator: "\n").filter { $0.hasPrefix("polier: ") }
        #expect(said.count == 1, "\(use): \(output)", sourceLocation: sourceLocation)
        for word in words { #expect(output.contains(word), "\(use): \(output)", sourceLocation: sourceLocation) }
        #expect(!output.contains("SQLSTATE"), "\(use): \(output)", sourceLocation: sourceLocation)
    }

    // MARK: The encoding

    @Test(arguments: ["LATIN1", "WIN1252", "SQL_ASCII"])
    func anotherEncodingIsRefusedBeforeAnythingIsMade(_ encoding: String) async throws {
        try await Place.with { place in
            try await Self.withDatabase("ENCODING '\(encoding)' LOCALE 'C' TEMPLATE template0") { url in
                for use in Use.makers + [Use.check] {
                    try await expectRefusal(use, url, place, says: [encoding, "ENCODING 'UTF8' TEMPLATE template0"])
                }
                let tables = try await Self.tables(at: url)
                #expect(tables == [])
            }
        }
    }

    /// A database that an earlier release accepted: its rows are copied completely.
    @Test func whatIsInAnotherEncodingCanBeBackedUpAndCopied() async throws {
        try await Place.with { place in
            try await Engine.postgres.withDatabase { url in
                try await DirectAccess.fill(url, movements: 1)
                let name = url.split(separator: "/").last ?? ""
                // So far the text is ASCII, which has the same bytes in both encodings.
                try await Self.run(
                    "UPDATE pg_database SET encoding = pg_char_to_encoding('LATIN1') WHERE datname = '\(name)'")
                try await DirectAccess.at(url) {
                    try await $0.run("UPDATE companies SET name = 'Größe & Söhne' WHERE id = 'c'")
                }
                for use in [Use.makers[0], Use.makers[1], Use.check] {
                    try await expectRefusal(use, url, place, says: ["LATIN1", "polier copy"])
                }
                for use in Use.readers {
                    let (code, output) = try await use.run(url, place)
                    #expect(code == 0, "\(use): \(output)")
                }
                let restored = "sqlite:\(place.folder)/restored.sqlite"
                #expect(try await BackupTests.restore(place.folder + "/new.gz", restored).code == 0)
                for url in [restored, "sqlite:\(place.folder)/copied.sqlite"] {
                    let names = try await DirectAccess.at(url) {
                        try await $0.texts("SELECT name FROM companies WHERE id = 'c'")
                    }
                    #expect(names == ["Größe & Söhne"])
                }
            }
        }
    }

    // MARK: The right to make something

    @Test func aRoleThatMayMakeNothingIsTold() async throws {
        try await Place.with { place in
            try await Self.withRole { role in
                try await Self.withDatabase("") { url in
                    let name = url.split(separator: "/").last ?? ""
                    try await DirectAccess.at(url) { try await $0.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC") }
                    let own = try Self.url(url, as: role)
                    for use in Use.makers + [Use.check] {
                        try await expectRefusal(
                            use, own, place,
                            says: [
                                "GRANT CREATE ON SCHEMA public TO \(role)", "ALTER DATABASE \(name) OWNER TO \(role)",
                            ])
                    }
                    let tables = try await Self.tables(at: url)
                    #expect(tables == [])
                    // The suggested remedy works.
                    try await DirectAccess.at(url) { try await $0.run("GRANT CREATE ON SCHEMA public TO \(role)") }
                    for use in [Use.makers[0], Use.check] {
                        let (code, output) = try await use.run(own, place)
                        #expect(code == 0, "\(output)")
                    }
                }
            }
        }
    }

    /// Nothing is pending, so nothing is created. Once a migration is pending, only the owner may run it.
    @Test func onlyWhatIsToBeMadeNeedsTheRight() async throws {
        try await Place.with { place in
            try await Self.withRole { role in
                try await Self.withDatabase("") { url in
                    try await DirectAccess.at(url) { direct async throws in
                        _ = try await Migrator(direct.database, migrations: Migration.embedded()).migrate()
                        try await direct.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
                    }
                    let own = try Self.url(url, as: role)
                    // As if the wrong role had restored a backup. The suggested remedy works.
                    let rights = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \(role)"
                    for use in [Use.makers[0], Use.makers[1], Use.check] + Use.readers {
                        try await expectRefusal(use, own, place, says: ["belong to the role \"polier\"", rights])
                    }
                    try await DirectAccess.at(url) { try await $0.run(rights) }
                    for use in [Use.makers[0], Use.check] + Use.readers {
                        let (code, output) = try await use.run(own, place)
                        #expect(code == 0, "\(use): \(output)")
                    }
                    let folder = try TemporaryFolder()
                    defer { folder.remove() }
                    let server = try await RunningServer(url: own, folder: folder)
                    #expect(await server.terminate() == 0)

                    try await DirectAccess.at(url) {
                        try await $0.run("DELETE FROM schema_migrations WHERE version = 16")
                        try await $0.run("GRANT CREATE ON SCHEMA public TO \(role)")
                    }
                    for use in Use.makers.prefix(2) {
                        try await expectRefusal(
                            use, own, place, says: ["belong to the role \"polier\"", "'polier migrate'"])
                    }
                }
            }
        }
    }

    // MARK: The schema

    @Test(arguments: ["other,public", "other"])
    func tablesInAnotherSchemaAreFound(_ path: String) async throws {
        try await Place.with { place in
            try await Self.withDatabase("") { url in
                try await DirectAccess.fill(url, movements: 1)
                try await DirectAccess.at(url) { try await $0.run("CREATE SCHEMA other") }
                let wrong = url + "?options=-csearch_path%3D" + path
                for use in Use.makers + [Use.check] + Use.readers {
                    try await expectRefusal(
                        use, wrong, place, says: ["schema \"public\"", "\"other\"", "search_path = public"])
                }
                let tables = try await Self.tables(at: url)
                #expect(tables.allSatisfy { $0.hasPrefix("public.") }, "something was made in the other")
            }
        }
    }

    @Test func aPathThatLeadsNowhereIsNamed() async throws {
        try await Place.with { place in
            try await Self.withDatabase("") { url in
                for use in Use.makers + [Use.check] + Use.readers {
                    try await expectRefusal(
                        use, url + "?options=-csearch_path%3Dnowhere", place,
                        says: ["search_path", "nowhere", "CREATE SCHEMA"])
                }
            }
        }
    }

    /// A schema created for Polier is as good as `public`, even beside another program's tables.
    @Test func aSchemaOfItsOwnIsTaken() async throws {
        try await Place.with { place in
            try await Self.withDatabase("") { url in
                try await DirectAccess.at(url) {
                    try await $0.run("CREATE SCHEMA polier_own")
                    try await $0.run("CREATE TABLE schema_migrations (version TEXT)")
                }
                let own = url + "?options=-csearch_path%3Dpolier_own"
                for use in [Use.makers[3], Use.check, Use.readers[0]] {
                    let (code, output) = try await use.run(own, place)
                    #expect(code == 0, "\(use): \(output)")
                }
                let tables = try await Self.tables(at: url)
                #expect(tables.filter { $0.hasPrefix("public.") } == ["public.schema_migrations"])
            }
        }
    }

    // MARK: Databases and roles

    private static func run(_ sql: String) async throws {
        let server = try Engine.open(Engine.postgresURL())
        do {
            try await server.executeAlone(Statement(SQL(unchecked: sql)))
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    private static func name() -> String { "t_" + UUID().uuidString.lowercased().filter { $0 != "-" } }

    /// Runs `body` with an empty database created with these options.
    private static func withDatabase(_ options: String, _ body: (_ url: String) async throws -> Void) async throws {
        let name = name()
        try await run("CREATE DATABASE \(name) \(options)")
        var url = try #require(URLComponents(string: try Engine.postgresURL()))
        url.path = "/\(name)"
        try await body(url.string ?? "")
        try await run("DROP DATABASE \(name) WITH (FORCE)")
    }

    /// A role with nothing but a password.
    private static func withRole(_ body: (_ name: String) async throws -> Void) async throws {
        let name = name()
        try await run("CREATE ROLE \(name) LOGIN PASSWORD 'own'")
        try await body(name)
        try await run("DROP ROLE \(name)")
    }

    private static func url(_ url: String, as role: String) throws -> String {
        var parts = try #require(URLComponents(string: url))
        (parts.user, parts.password) = (role, "own")
        return parts.string ?? ""
    }

    /// In all schemas.
    private static func tables(at url: String) async throws -> [String] {
        try await DirectAccess.at(url) {
            try await $0.texts(
                """
                SELECT schemaname || '.' || tablename FROM pg_tables
                WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
                """)
        }
    }
}

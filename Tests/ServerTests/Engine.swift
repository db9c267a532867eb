import Core
import Foundation
import Storage
import StorePostgres
import StoreSQLite

@testable import Server

/// The engines that every test runs on, with an empty database of each.
enum Engine: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// Behind PgBouncer only PostgreSQL: SQLite has been tested without it.
    static let allCases: [Engine] = {
        let only = ProcessInfo.processInfo.environment["POLIER_TEST_ENGINE"].flatMap(Engine.init)
        return only.map { [$0] } ?? [.sqlite, .postgres]
    }()

    /// Runs `body` with the URL of an empty database that is dropped afterwards.
    /// - Parameter isMigrated: whether it has all tables. They are made once and copied, since migrations take longer than most tests.
    func withDatabase<Result>(
        isMigrated: Bool = false, _ body: (_ url: String) async throws -> Result
    ) async throws -> Result {
        switch self {
        case .sqlite:
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let file = "\(folder.path)/test.sqlite"
            if isMigrated { try await Self.migratedFile.value.write(to: URL(fileURLWithPath: file)) }
            return try await body("sqlite:\(file)")
        case .postgres:
            let name = Self.newName
            let template = isMigrated ? try await Self.migratedDatabase.value : "template1"
            return try await Self.asAdministrator { run in
                try await run("CREATE DATABASE \(name) TEMPLATE \(template)")
                let result = try await body(try Self.postgresURL(of: name))
                try await run("DROP DATABASE \(name) WITH (FORCE)")
                return result
            }
        }
    }

    /// Gives `body` what runs a statement outside of transactions, on a connection of its own.
    private static func asAdministrator<Result>(
        _ body: (_ run: (String) async throws -> Void) async throws -> Result
    ) async throws -> Result {
        var options = PostgresDatabase.Options(url: try postgresURL())
        options.prepared = postgresSettings.isEmpty
        let admin = try PostgresDatabase(options)
        do {
            let result = try await body { try await admin.executeAlone(Statement(SQL(unchecked: $0))) }
            await admin.close()
            return result
        } catch {
            await admin.close()
            throw error
        }
    }

    private static var newName: String { "t_" + UUID().uuidString.lowercased().filter { $0 != "-" } }

    /// The bytes of an SQLite file with all tables.
    private static let migratedFile = Task {
        try await Engine.sqlite.withDatabase { url in
            try await migrate(url)
            return try Data(contentsOf: URL(fileURLWithPath: String(url.dropFirst("sqlite:".count))))
        }
    }

    /// The name of a PostgreSQL database with all tables. It stays, as the server is thrown away.
    private static let migratedDatabase = Task {
        let name = newName
        try await asAdministrator { run in
            try await run("CREATE DATABASE \(name)")
            try await migrate(try postgresURL(of: name))
            // A database that is in use can't be copied, and a pooler in between keeps its connections.
            try await run("ALTER DATABASE \(name) ALLOW_CONNECTIONS false")
            try await run(
                """
                DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'; END $$
                """)
        }
        return name
    }

    /// Parsed once.
    static let migrations = Result { try Migration.embedded() }

    private static func migrate(_ url: String) async throws {
        let database = try open(url)
        do {
            _ = try await Migrator(database, migrations: migrations.get()).migrate()
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }

    /// Further settings for the PostgreSQL that the tests run on: an old PgBouncer in front of it doesn't support prepared statements.
    static var postgresSettings: [String: String] {
        let prepared = ProcessInfo.processInfo.environment["POLIER_TEST_POSTGRES_PREPARED"]
        return prepared == "false" ? ["POLIER_DATABASE_PREPARED": "false"] : [:]
    }

    /// Opens the database at the URL as a server with this setting does.
    static func open(_ url: String) throws -> any BulkDatabase {
        try Stores.open(
            Settings(
                flags: ["POLIER_DATABASE_URL": url, "POLIER_DATABASE_POOL": "3"].merging(postgresSettings) { $1 },
                environment: [:]))
    }

    static func postgresURL(of database: String) throws -> String {
        guard var url = URLComponents(string: try postgresURL()) else { throw MissingPostgres() }
        url.path = "/\(database)"
        return url.string ?? ""
    }

    static func postgresURL() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["POLIER_TEST_POSTGRES_URL"] else { throw MissingPostgres() }
        return url
    }
}

struct MissingPostgres: Error, CustomStringConvertible {
    let description = "POLIER_TEST_POSTGRES_URL names no PostgreSQL server: run the tests with 'make test'"
}

struct TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("polier-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

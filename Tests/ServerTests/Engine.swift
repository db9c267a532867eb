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
    func withDatabase<Result>(_ body: (_ url: String) async throws -> Result) async throws -> Result {
        switch self {
        case .sqlite:
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            return try await body("sqlite:\(folder.path)/test.sqlite")
        case .postgres:
            var options = PostgresDatabase.Options(url: try Self.postgresURL())
            options.prepared = Self.postgresSettings.isEmpty
            let admin = try PostgresDatabase(options)
            let name = "t_" + UUID().uuidString.lowercased().filter { $0 != "-" }
            do {
                try await admin.executeAlone(Statement(SQL(unchecked: "CREATE DATABASE \(name)")))
                guard var url = URLComponents(string: try Self.postgresURL()) else { throw MissingPostgres() }
                url.path = "/\(name)"
                let result = try await body(url.string ?? "")
                try await admin.executeAlone(Statement(SQL(unchecked: "DROP DATABASE \(name) WITH (FORCE)")))
                await admin.close()
                return result
            } catch {
                await admin.close()
                throw error
            }
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

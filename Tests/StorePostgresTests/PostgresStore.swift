import Core
import Foundation
import Storage
import StoreContract
import StorePostgres

/// A database of its own on the tests' server.
struct PostgresStore: EmptyStore {
    let url: String
    let name: String

    init() async throws {
        name = "contract_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        url = try Self.url(database: name)
        try await Self.onServer(
            "CREATE DATABASE \(name)",
            // Otherwise each deadlock that a case brings about takes a second.
            "ALTER DATABASE \(name) SET deadlock_timeout = '50ms'")
    }

    func open(waitTimeout: Duration) async throws -> any BulkDatabase {
        var options = PostgresDatabase.Options(url: url)
        options.pool = 5
        options.waitTimeout = waitTimeout
        return try PostgresDatabase(options)
    }

    func remove() async throws { try await Self.onServer("DROP DATABASE \(name) WITH (FORCE)") }

    private static func onServer(_ statements: String...) async throws {
        var options = PostgresDatabase.Options(url: try serverURL())
        options.pool = 2
        let server = try PostgresDatabase(options)
        do {
            for text in statements { try await server.executeAlone(Statement(SQL(unchecked: text))) }
        } catch {
            await server.close()
            throw error
        }
        await server.close()
    }

    /// The URL of the tests' server, as a superuser.
    static func serverURL() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["POLIER_TEST_POSTGRES_URL"], !url.isEmpty else {
            throw MissingServer()
        }
        return url
    }

    /// The same URL with other parts.
    static func url(database: String? = nil, _ change: (inout URLComponents) -> Void = { _ in }) throws -> String {
        guard var url = URLComponents(string: try serverURL()) else { throw MissingServer() }
        if let database { url.path = "/" + database }
        change(&url)
        return url.string ?? ""
    }

    struct Factory: StoreFactory {
        func makeEmpty() async throws -> any EmptyStore { try await PostgresStore() }
    }
}

struct MissingServer: Error, CustomStringConvertible {
    let description = "POLIER_TEST_POSTGRES_URL names no PostgreSQL server: run the tests with 'make test'."
}

import Core
import Foundation

@testable import Server
import Storage

/// Direct access to a database, to look at it and to insert rows.
struct DirectAccess {
    let database: any BulkDatabase

    /// Opens the database at the URL for `body`, and closes it.
    @discardableResult
    static func at<Result>(_ url: String, _ body: (DirectAccess) async throws -> Result) async throws -> Result {
        let database = try Engine.open(url)
        do {
            let result = try await body(DirectAccess(database: database))
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }

    /// A migrated database with one company that has this many movements of one material.
    static func fill(_ url: String, movements: Int) async throws {
        try await at(url) { direct in
            _ = try await Migrator(direct.database, migrations: Migration.embedded()).migrate()
            try await direct.run(
                """
                INSERT INTO companies
                    (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
                VALUES ('c', 'Kern', '', '', '', '', '', 'Europe/Berlin', 'de', 0, 0)
                """)
            try await direct.run(
                """
                INSERT INTO users
                    (company_id, id, email, first_name, last_name, role, status, language, created_at, updated_at)
                VALUES ('c', 'u', '', '', '', 'MANAGER', 'ACTIVE', 'de', 0, 0)
                """)
            try await direct.run(
                """
                INSERT INTO sites
                    (company_id, id, name, street_number, street, city, postal_code, country, priority, status,
                    start_date, end_date, created_at, updated_at)
                VALUES ('c', 's', '', '', '', '', '', '', 'low', 'ACTIVE', '2026-01-01', '2026-01-02', 0, 0)
                """)
            try await direct.run(
                """
                INSERT INTO materials
                    (company_id, site_id, id, name, unit, amount, threshold, created_at, updated_at)
                VALUES ('c', 's', 'm', '', '', \(movements), 0, 0, 0)
                """)
            try await direct.run(
                """
                INSERT INTO movements
                    (company_id, site_id, material_id, number, id, delta, amount_after, note, user_id, at, created_at)
                WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(movements))
                SELECT 'c', 's', 'm', n, 'id-' || n, 1, n, 'Dusche, dritter Stock, Raum ' || n, 'u', n, n FROM numbers
                """)
        }
    }

    /// Without the limit of a request's statement: filling a table takes long on a busy machine.
    func run(_ sql: String, _ values: [SQLValue] = []) async throws {
        try await database.transaction { transaction in
            try transaction.liftTimeLimit()
            try transaction.execute(Statement(SQL(unchecked: sql), values: values))
        }
    }

    func numbers(_ sql: String) async throws -> [Int64] {
        try await database.fetch(Query(SQL(unchecked: sql)) { try $0.next() as Int64 })
    }

    func texts(_ sql: String) async throws -> [String] {
        try await database.fetch(Query(SQL(unchecked: sql)) { try $0.next() as String })
    }

    static func numbers(_ sql: String, at url: String) async throws -> [Int64] {
        try await at(url) { try await $0.numbers(sql) }
    }

    static func isEmpty(at url: String) async throws -> Bool { try await at(url) { try await $0.isEmpty() } }

    /// Whether the database holds at most an empty schema.
    func isEmpty() async throws -> Bool {
        do {
            return try await numbers(
                """
                SELECT (SELECT COUNT(*) FROM companies WHERE name <> 'Polier') + (SELECT COUNT(*) FROM users)
                    + (SELECT COUNT(*) FROM movements) + (SELECT COUNT(*) FROM materials)
                """) == [0]
        } catch let error as StorageError where error.kind == .noSuchTable {
            return true
        }
    }
}

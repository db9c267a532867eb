import Core
import Foundation
import Storage
import Testing

@testable import Server

/// A database with companies of one size and its SQLite statistics (ANALYZE), as a restored database has them. They were taken at night:
/// no one was on a site, so that there are none for the indexes of people present.
struct Spread: Sendable {
    let mark: String
    let companies: Int
    let people: Int

    /// One person with years of time entries, and no other company.
    static let lone = Spread(mark: "a lone person", companies: 1, people: 1)
    static let small = Spread(mark: "small companies", companies: 200, people: 1)
    static let large = Spread(mark: "large companies", companies: 6, people: 80)

    private static let sites = 20
    private static let materials = 5
    private static let movements = 4
    private static let entries = 300

    func fill(_ url: String) async throws {
        func numbers(_ name: String, _ count: Int) -> String {
            "\(name) (\(name)) AS (SELECT 0 UNION ALL SELECT \(name) + 1 FROM \(name) WHERE \(name) < \(count - 1))"
        }
        let company = "'c' || c"
        func rows(_ table: String, _ columns: String, per counts: [(String, Int)], _ values: String) -> String {
            let all = [("c", companies)] + counts
            return """
                INSERT INTO \(table) (\(columns))
                WITH RECURSIVE \(all.map { numbers($0.0, $0.1) }.joined(separator: ", "))
                SELECT \(values) FROM \(all.map(\.0).joined(separator: ", "))
                """
        }
        let address = "street_number, street, city, postal_code, country"
        let statements = [
            rows(
                "companies", "id, name, \(address), time_zone, language, created_at, updated_at", per: [],
                "\(company), 'Kern ' || c, '', '', '', '', '', 'Europe/Berlin', 'de', c, c"),
            rows(
                "users", "company_id, id, email, first_name, last_name, role, status, language, created_at, updated_at",
                per: [("u", people)],
                "\(company), \(company) || '-u-' || u, '', 'A', 'B', 'WORKER', 'ACTIVE', 'de', u, u"),
            rows(
                "sites",
                "company_id, id, name, \(address), priority, status, start_date, end_date, created_at, updated_at",
                per: [("s", Self.sites)],
                """
                \(company), \(company) || '-s-' || s, 'Bad ' || s, '', '', '', '', '', 'low',
                CASE WHEN s % 5 = 0 THEN 'ACTIVE' ELSE 'INACTIVE' END, '2026-01-01', '2026-01-02', s, s
                """),
            rows(
                "assignments", "company_id, site_id, user_id, created_at", per: [("s", Self.sites), ("u", people)],
                "\(company), \(company) || '-s-' || s, \(company) || '-u-' || u, s"),
            rows(
                "materials",
                "company_id, site_id, id, name, unit, amount, threshold, low_since, created_at, updated_at",
                per: [("s", Self.sites), ("m", Self.materials)],
                """
                \(company), \(company) || '-s-' || s, \(company) || '-m-' || s || '-' || m, 'Fliese ' || m, 'm²', 10, m,
                CASE WHEN m = 0 THEN s END, s, s
                """),
            rows(
                "movements",
                "company_id, site_id, material_id, number, id, delta, amount_after, user_id, at, created_at",
                per: [("s", Self.sites), ("m", Self.materials), ("n", Self.movements)],
                """
                \(company), \(company) || '-s-' || s, \(company) || '-m-' || s || '-' || m, n + 1,
                \(company) || '-' || s || '-' || m || '-' || n, 1, n + 1, \(company) || '-u-' || (n % \(people)), n, n
                """),
            rows(
                "time_entries",
                "company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at",
                per: [("e", Self.entries)],
                """
                \(company), \(company) || '-s-' || (e % \(Self.sites)), \(company) || '-e-' || e,
                \(company) || '-u-' || (e % \(people)), e * 1000, e * 1000 + 500, e, e
                """),
            "ANALYZE",
        ]
        try await DirectAccess.at(url) { direct in
            _ = try await Migrator(direct.database, migrations: Migration.embedded()).migrate()
            for statement in statements { try await direct.run(statement) }
        }
    }
}

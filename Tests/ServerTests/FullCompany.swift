import Foundation

@testable import Core
@testable import Server
import Storage

/// A company that uses its limits to the full, inserted directly into a database.
struct FullCompany: Sendable {
    let number: Int
    /// The tokens of some of its people, of whom the first is a manager.
    private(set) var tokens: [String] = []

    struct Size {
        var people = 200
        /// The number of four-byte characters in each of their names.
        var names = 90
        var sites = 300
        /// The number of four-byte characters in a site's notes.
        var notes = 10_000
        /// The number of sites with material, the newest ones.
        var stocked = 4
        var materials = 5_000
        /// The number of movements of the first material.
        var movements = 2_000
        var sessions = 10
    }

    var path: String { "/api/v1/companies/\(id)" }
    var id: String { uuid("0", 0, "1") }
    func site(_ index: Int) -> String { "\(path)/sites/\(uuid("2", 0, "\(index)"))" }
    func material(_ index: Int, on site: Int) -> String {
        "\(self.site(site))/materials/\(uuid("3", site, "\(index)"))"
    }

    private func uuid(_ kind: String, _ group: Int, _ index: String) -> String {
        let tail = String(repeating: "0", count: 12 - index.count) + index
        return "\(head(kind))-\(String(format: "%04d", group))-7000-8000-\(tail)"
    }

    private func head(_ kind: String) -> String { String(format: "%07d", number) + kind }

    /// SQL of an id that ends with the number `n`.
    private func id(_ kind: String, _ group: String = "0", _ n: String = "n") -> String {
        """
        '\(head(kind))-' || SUBSTR(CAST(10000 + \(group) AS VARCHAR(5)), 2) || '-7000-8000-'
            || SUBSTR(CAST(1000000000000 + \(n) AS VARCHAR(13)), 2)
        """
    }

    private static func numbers(_ count: Int, _ name: String = "numbers") -> String {
        "\(name) (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM \(name) WHERE n < \(count))"
    }

    /// Four-byte characters that compress badly.
    static func text(_ count: Int) -> String {
        var (state, text): (UInt32, String.UnicodeScalarView) = (7, .init())
        for _ in 0..<count {
            state = state &* 1_664_525 &+ 1_013_904_223
            text.append(Unicode.Scalar(0x20000 + (state >> 16)) ?? " ")
        }
        return String(text)
    }

    static func fill(_ direct: DirectAccess, number: Int, _ size: Size = Size()) async throws -> FullCompany {
        var company = FullCompany(number: number)
        let id = company.id
        try await direct.run(
            """
            INSERT INTO companies
                (id, name, street_number, street, city, postal_code, country, time_zone, language, created_at, updated_at)
            VALUES ('\(id)', 'Gier \(number)', '', '', '', '', '', 'Europe/Berlin', 'de', 0, 0)
            """)
        try await direct.run(
            """
            INSERT INTO users
                (company_id, id, email, email_folded, first_name, last_name, role, status, language, created_at, updated_at)
            WITH RECURSIVE \(numbers(size.people))
            SELECT '\(id)', \(company.id("1")), 'u' || n || '@g\(number).example', 'u' || n || '@g\(number).example',
                $1, $1, CASE WHEN n <= 5 THEN 'MANAGER' ELSE 'WORKER' END, 'ACTIVE', 'de', 0, 0 FROM numbers
            """, [.text(size.names == 0 ? "P" : text(size.names))])
        let now = Runtime.live.now()
        for person in 1...min(size.sessions, size.people) {
            let token = Token(.live)
            company.tokens.append(token.text)
            try await direct.run(
                """
                INSERT INTO sessions (company_id, id, user_id, token_hash, created_at, expires_at, confirmed_at)
                VALUES ($1, $2, $3, $4, $5, $6, $5)
                """,
                [
                    .text(id), .text(company.uuid("4", 0, "\(person)")), .text(company.uuid("1", 0, "\(person)")),
                    .bytes(token.hash), .integer(now.milliseconds), .integer(now.milliseconds + 86_400_000),
                ])
        }
        try await direct.run(
            """
            INSERT INTO sites
                (company_id, id, name, street_number, street, city, postal_code, country, priority, status,
                start_date, end_date, notes, created_at, updated_at)
            WITH RECURSIVE \(numbers(size.sites))
            SELECT '\(id)', \(company.id("2")), 'Bau ' || n, '', '', '', '', '', 'low', 'ACTIVE', '2026-01-01', '2027-01-02',
                $1, 0, 0 FROM numbers
            """, [.text(text(size.notes))])
        try await direct.run(
            """
            INSERT INTO assignments (company_id, site_id, user_id, created_at)
            WITH RECURSIVE \(numbers(max(size.people, size.sites)))
            SELECT '\(id)', \(company.id("2", "0", "s.n")), \(company.id("1", "0", "p.n")), 0
            FROM numbers s CROSS JOIN numbers p WHERE s.n <= \(size.sites) AND p.n <= \(size.people)
            """)
        // Amounts differ, so that no answer compresses to almost nothing: a client would take it for an attack.
        try await direct.run(
            """
            INSERT INTO materials
                (company_id, site_id, id, name, unit, amount, threshold, low_since, created_at, updated_at)
            WITH RECURSIVE \(numbers(max(size.materials, size.stocked)))
            SELECT '\(id)', \(company.id("2", "0", "\(size.sites + 1) - s.n")),
                \(company.id("3", "\(size.sites + 1) - s.n", "m.n")), 'Art ' || m.n || $1, 'Sack', 1000 + m.n * 7919 % 997,
                CASE WHEN m.n % 10 = 0 THEN 2000 ELSE 0 END, CASE WHEN m.n % 10 = 0 THEN 1 END, 0, 0
            FROM numbers s CROSS JOIN numbers m WHERE s.n <= \(size.stocked) AND m.n <= \(size.materials)
            """, [.text(text(size.names))])
        guard size.movements > 0 else { return company }
        try await direct.run(
            """
            INSERT INTO movements
                (company_id, site_id, material_id, number, id, delta, amount_after, note, user_id, at, created_at)
            WITH RECURSIVE \(numbers(size.movements))
            SELECT '\(id)', '\(company.uuid("2", 0, "\(size.sites)"))', '\(company.uuid("3", size.sites, "1"))', n,
                \(company.id("5")), 1, n, $1, '\(company.uuid("1", 0, "1"))', n, n FROM numbers
            """, [.text(text(1000))])
        return company
    }
}

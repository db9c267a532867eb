import Storage

extension SiteCosts {
    private static let ever: SQL = """
        SELECT s.name, c.time_zone, s.erased_minutes, c.hours_from FROM sites s JOIN companies c ON c.id = s.company_id WHERE s.company_id = $1 AND s.id = $2
        """

    private static let byPerson: SQL = """
        SELECT u.id, u.first_name, u.last_name, hours.minutes
        FROM (
            SELECT t.user_id, CAST(SUM(t.checked_out_at / 60000 - t.checked_in_at / 60000) AS BIGINT) AS minutes FROM time_entries t
            WHERE t.company_id = $1 AND t.site_id = $2 AND t.checked_in_at >= $3 AND t.checked_in_at < $4
                AND t.checked_out_at IS NOT NULL AND t.voided_at IS NULL
            GROUP BY t.user_id) AS hours
            JOIN users u ON u.company_id = $1 AND u.id = hours.user_id
        ORDER BY u.last_name, u.first_name, u.id
        """

    /// A sum of amounts in two halves, because SQLite refuses a sum beyond 64 bits: the millions, and what is left.
    private static func sum(_ kind: Movement.Kind) -> SQL {
        let amount = SQL(unchecked: "CASE WHEN v.kind = '\(kind.rawValue)' THEN -v.delta ELSE 0 END")
        return "CAST(SUM((\(amount)) / 1000000) AS BIGINT), CAST(SUM((\(amount)) % 1000000) AS BIGINT)"
    }

    private static let byMaterial: SQL = """
        SELECT v.material_id, MAX(m.name), v.unit, v.price, \(sum(.take)), \(sum(.scrap)), \(sum(.count))
        FROM movements v CROSS JOIN materials m
        WHERE v.company_id = $1 AND v.site_id = $2 AND v.at >= $3 AND v.at < $4 AND v.kind IN ('TAKE', 'SCRAP', 'COUNT')
            AND m.company_id = v.company_id AND m.site_id = v.site_id AND m.id = v.material_id
        GROUP BY v.material_id, v.unit, v.price
        ORDER BY v.material_id, v.unit, v.price
        """

    /// A site, even a removed one.
    struct Place: Sendable {
        let name: String
        /// Of the company.
        let timeZone: String
        /// Of the hours that were erased: all of them were before `hoursFrom`.
        fileprivate let erasedMinutes: Int
        fileprivate let hoursFrom: Day?

        /// The minutes of erased hours in a period; nil if only some of them may be in it.
        func erased(from: Day?, to: Day?) -> Int? {
            guard erasedMinutes > 0 else { return 0 }
            if let from, let hoursFrom, from >= hoursFrom { return 0 }
            let hasEnd = to.map { to in hoursFrom.map { to >= $0 + -1 } ?? false } ?? true
            return from == nil && hasEnd ? erasedMinutes : nil
        }
    }

    static func place(_ scope: SiteScope) -> Query<Place> {
        Query(ever, scope.company, scope.site) { row in
            Place(
                name: try row.next(), timeZone: try row.next(), erasedMinutes: Int(clamping: try row.next() as Int64),
                hoursFrom: try row.next())
        }
    }

    struct Hours: Sendable {
        var first: [Person] = []
        var (count, minutes) = (0, 0)
    }

    struct Uses: Sendable {
        var first: [Use] = []
        var (count, unpriced) = (0, 0)
        var total: Int128 = 0
    }

    /// At most one value, whatever the number of rows.
    static func people(from start: Instant, to end: Instant, _ scope: SiteScope) -> Query<Hours> {
        folded(Statement(byPerson, scope.company, scope.site, start, end), into: Hours()) { row, hours in
            let (user, first, last): (User.ID, String, String) = (try row.next(), try row.next(), try row.next())
            let minutes = Int(try row.next() as Int64)
            hours.count += 1
            hours.minutes = hours.minutes.addingReportingOverflow(minutes).partialValue
            guard hours.first.count < mostLines else { return }
            hours.first.append(Person(user: user, name: "\(first) \(last)", minutes: minutes))
        }
    }

    /// At most one value, whatever the number of rows.
    static func uses(from start: Instant, to end: Instant, _ scope: SiteScope) -> Query<Uses> {
        folded(Statement(byMaterial, scope.company, scope.site, start, end), into: Uses()) { row, uses in
            let use = Use(
                material: try row.next(), name: try row.next(), unit: try row.next(), price: try row.next(),
                taken: try halves(&row), scrapped: try halves(&row), counted: try halves(&row))
            uses.count += 1
            if let cost = use.cost { uses.total += Int128(cost.thousandths) } else { uses.unpriced += 1 }
            if uses.first.count < mostLines { uses.first.append(use) }
        }
    }

    private static func halves(_ row: inout Row) throws -> Int128 {
        let (millions, rest): (Int64, Int64) = (try row.next(), try row.next())
        return Int128(millions) * 1_000_000 + Int128(rest)
    }

    private static func folded<Sum: Sendable>(
        _ statement: Statement, into empty: Sum, _ add: @escaping @Sendable (inout Row, inout Sum) throws -> Void
    ) -> Query<Sum> {
        Query(
            statement,
            row: { row in
                var sum = empty
                try add(&row, &sum)
                return sum
            },
            collecting: { row, sums in
                if sums.isEmpty { sums.append(empty) }
                try add(&row, &sums[0])
            })
    }
}

import Storage

/// The absences of a company to list.
public struct AbsenceFilter: Sendable {
    public let user: User.ID?
    public let state: Absence.State?
    /// Only absences with a day in this period; nil leaves an end open.
    public let from: Day?
    public let to: Day?

    public init(user: User.ID?, state: Absence.State?, from: Day?, to: Day?) {
        (self.user, self.state, self.from, self.to) = (user, state, from, to)
    }
}

extension Absence {
    private static let columns = columns(of: "a")

    private static let selection: SQL = """
        SELECT \(columns), u.first_name, u.last_name,
            (SELECT k.first_name FROM users k WHERE k.id = a.asked_by),
            (SELECT k.last_name FROM users k WHERE k.id = a.asked_by),
            (SELECT d.first_name FROM users d WHERE d.id = a.decided_by),
            (SELECT d.last_name FROM users d WHERE d.id = a.decided_by)
        FROM absences a CROSS JOIN users u
        WHERE u.company_id = a.company_id AND u.id = a.user_id
        """

    private static let byID: SQL = "\(selection) AND a.company_id = $1 AND a.id = $2"

    /// The condition of every list: latest first, after `$2` and `$3`, with a day from `$6` to `$7`. None is longer than `$5` allows for.
    private static let latestFirst: SQL = """
        AND a.company_id = $1 AND (a.from_day, a.id) < ($2, $3) AND a.from_day >= $5 AND a.to_day >= $6 AND a.from_day <= $7
        """

    private static let all: SQL = """
        \(selection) \(latestFirst) ORDER BY a.company_id DESC, a.from_day DESC, a.id DESC LIMIT $4
        """

    private static let allOfState: SQL = """
        \(selection) \(latestFirst) AND a.state = $8
        ORDER BY a.company_id DESC, a.state DESC, a.from_day DESC, a.id DESC LIMIT $4
        """

    private static let allOfUser: SQL = """
        \(selection) \(latestFirst) AND a.user_id = $8 AND ($9 IS NULL OR a.state = $9)
        ORDER BY a.company_id DESC, a.user_id DESC, a.from_day DESC, a.id DESC LIMIT $4
        """

    /// A worker's own, and those that were granted to people who are assigned to a site whose foreman the worker is.
    private static let forWorker: SQL = """
        \(selection) \(latestFirst) AND ($9 IS NULL OR a.user_id = $9) AND ($10 IS NULL OR a.state = $10) AND a.id IN (
            SELECT o.id FROM absences o WHERE o.company_id = $1 AND o.user_id = $8 AND o.from_day >= $5 AND o.from_day <= $7
            UNION
            SELECT l.id FROM assignments f CROSS JOIN assignments m CROSS JOIN absences l
            WHERE f.company_id = $1 AND f.user_id = $8 AND f.foreman_since IS NOT NULL AND m.company_id = f.company_id
                AND m.site_id = f.site_id AND l.company_id = m.company_id AND l.user_id = m.user_id AND l.state = 'OK'
                AND l.from_day >= $5 AND l.from_day <= $7)
        ORDER BY a.from_day DESC, a.id DESC LIMIT $4
        """

    /// Latest first day first; for a scope for own records, the person's own and those of the crews that they lead.
    static func list(_ scope: CompanyScope, _ filter: AbsenceFilter, _ page: PageRequest<Key>) -> Query<Absence> {
        // "g" sorts after every id and every day.
        let (first, last) = (page.after?.from.text ?? "g", page.after?.id.text ?? "g")
        let head: [SQLValue] = [
            scope.company.sqlValue, first.sqlValue, last.sqlValue, page.fetchLimit.sqlValue,
            (filter.from?.earliestFirstDay ?? "").sqlValue, (filter.from?.text ?? "").sqlValue,
            (filter.to?.text ?? "g").sqlValue,
        ]
        let (user, state) = (filter.user, filter.state)
        let statement =
            switch (scope.person, user) {
            case (let person?, _):
                Statement(forWorker, values: head + [person.sqlValue, user.sqlValue, state.sqlValue])
            case (nil, let user?): Statement(allOfUser, values: head + [user.sqlValue, state.sqlValue])
            case (nil, nil):
                state.map { Statement(allOfState, values: head + [$0.sqlValue]) } ?? Statement(all, values: head)
            }
        return Query(statement, row: Absence.init(named:))
    }

    static func one(_ id: ID, in company: Company.ID) -> Query<Absence> {
        Query(byID, company, id, row: Absence.init(named:))
    }

    private static let sharing: SQL = """
        \(selection) AND a.company_id = $1 AND a.user_id = $2 AND a.from_day >= $3 AND a.from_day <= $5 AND a.to_day >= $4
            AND a.state <> 'NO' AND a.id <> $6
        ORDER BY a.company_id, a.user_id, a.from_day, a.id
        """

    /// The person's other ones that weren't declined and have a day in common with this one: at most two for each day.
    func sharing(in company: Company.ID) -> Query<Absence> {
        Query(
            Self.sharing, company, user, from.earliestFirstDay, from, to, id, row: Absence.init(named:))
    }

    private static let counting: SQL = """
        SELECT COUNT(*) FROM (
            SELECT a.id FROM absences a WHERE a.company_id = $1 AND a.user_id = $2 LIMIT $3) AS waiting
        """

    /// How many a person has: exact up to a number.
    static func count(of user: User.ID, in company: Company.ID, upTo most: Int64) -> Query<Int64> {
        Query(counting, company, user, most) { try $0.next() }
    }

    private static let countingAsked: SQL = """
        SELECT COUNT(*) FROM (
            SELECT a.id FROM absences a WHERE a.company_id = $1 AND a.state = 'ASKED' LIMIT $2) AS waiting
        """

    /// How many wait for an answer: exact up to a number, and one more than that for all others.
    static func askedCount(in company: Company.ID, upTo most: Int64) -> Query<Int64> {
        Query(countingAsked, company, most.adding(1)) { try $0.next() }
    }

    private static let someOfUser: SQL = """
        \(selection) AND a.company_id = $1 AND a.user_id = $2 AND (a.from_day, a.id) > ($3, $4)
        ORDER BY a.company_id, a.user_id, a.from_day, a.id LIMIT $5
        """

    /// All of a person's, earliest first.
    static func some(of user: User, after: Key?, atMost limit: Int) -> Query<Absence> {
        Query(
            someOfUser, user.companyID, user.id, after?.from.text ?? "", after?.id.text ?? "", Int64(limit),
            row: Absence.init(named:))
    }

    /// What a time sheet needs to know of an absence.
    typealias Away = (user: User.ID, away: WorkPlan.Away)

    private static let granted: SQL = """
        SELECT a.user_id, a.id, a.kind, a.part, a.from_day, a.to_day FROM absences a
        WHERE a.company_id = $1 AND a.state = 'OK' AND a.from_day >= $2 AND a.to_day >= $3 AND a.from_day <= $4
        ORDER BY a.company_id, a.state, a.from_day, a.id
        """

    private static let grantedToUser: SQL = """
        SELECT a.user_id, a.id, a.kind, a.part, a.from_day, a.to_day FROM absences a
        WHERE a.company_id = $1 AND a.user_id = $5 AND a.from_day >= $2 AND a.to_day >= $3 AND a.from_day <= $4
            AND a.state = 'OK'
        ORDER BY a.company_id, a.user_id, a.from_day, a.id
        """

    /// The granted absences with a day in a period, in the order of their first days.
    /// - Parameter user: whose; nil for everyone's.
    static func granted(to user: User.ID?, in company: Company.ID, _ period: ClosedRange<Day>) -> Query<Away> {
        let head = [
            company.sqlValue, period.lowerBound.earliestFirstDay.sqlValue, period.lowerBound.sqlValue,
            period.upperBound.sqlValue,
        ]
        let statement =
            user.map { Statement(grantedToUser, values: head + [$0.sqlValue]) } ?? Statement(granted, values: head)
        return Query(statement) { row in
            let (user, id): (User.ID, ID) = (try row.next(), try row.next())
            let (kind, part): (Kind, Part) = (try row.next(), try row.next())
            let (from, to): (Day, Day) = (try row.next(), try row.next())
            return (user, WorkPlan.Away(id, kind, part, from...max(from, to)))
        }
    }

    private static let asked: SQL = """
        SELECT a.user_id, a.from_day FROM absences a
        WHERE a.company_id = $1 AND a.state = 'ASKED' AND a.from_day >= $2 AND a.to_day >= $3 AND a.from_day <= $4
        ORDER BY a.company_id, a.state, a.from_day, a.id
        """

    /// Who waits for an answer about a day in a period, in the order of the first days.
    static func asked(in company: Company.ID, _ period: ClosedRange<Day>) -> Query<(user: User.ID, from: Day)> {
        Query(asked, company, period.lowerBound.earliestFirstDay, period.lowerBound, period.upperBound) {
            (try $0.next(), try $0.next())
        }
    }

    // MARK: Writing

    private static let writes = StoredWrites<Absence>()

    func insert(in company: Company.ID) -> Statement { Self.writes.insert(self, in: [company.sqlValue]) }

    func update(in company: Company.ID) -> Statement { Self.writes.update(self, in: [company.sqlValue]) }

    func delete(in company: Company.ID) -> Statement {
        Statement("DELETE FROM absences WHERE company_id = $1 AND id = $2", company, id)
    }
}

extension Day {
    /// As text: none that begins earlier lasts until this day.
    var earliestFirstDay: String {
        max(Day(daysSince1970: Self.first.daysSince1970 + Absence.mostDays), self).adding(1 - Absence.mostDays).text
    }

    /// 0001-01-01.
    private static let first = Day(daysSince1970: -719_162)

    private func adding(_ days: Int) -> Day { self + days }
}

import Storage

/// The clarifications of a company to list.
public struct ClarificationFilter: Sendable {
    public let user: User.ID?
    public let state: Clarification.State?

    public init(user: User.ID?, state: Clarification.State?) { (self.user, self.state) = (user, state) }
}

extension Clarification {
    private static let columns = columns(of: "c")

    private static let selection: SQL = """
        SELECT \(columns), s.name, u.first_name, u.last_name,
            (SELECT d.first_name FROM users d WHERE d.id = c.decided_by),
            (SELECT d.last_name FROM users d WHERE d.id = c.decided_by)
        FROM clarifications c CROSS JOIN users u CROSS JOIN sites s
        WHERE u.id = c.user_id AND s.company_id = c.company_id AND s.id = c.site_id
        """

    private static let byID: SQL = "\(selection) AND c.company_id = $1 AND c.id = $2"

    private static let all: SQL = """
        \(selection) AND c.company_id = $1 AND c.id < $2 ORDER BY c.company_id DESC, c.id DESC LIMIT $3
        """

    private static let allOfState: SQL = """
        \(selection) AND c.company_id = $1 AND c.id < $2 AND c.state = $4
        ORDER BY c.company_id DESC, c.state DESC, c.id DESC LIMIT $3
        """

    private static let allOfUser: SQL = """
        \(selection) AND c.company_id = $1 AND c.id < $2 AND c.user_id = $4
        ORDER BY c.user_id DESC, c.company_id DESC, c.id DESC LIMIT $3
        """

    private static let allOfUserAndState: SQL = """
        \(selection) AND c.company_id = $1 AND c.id < $2 AND c.user_id = $4 AND c.state = $5
        ORDER BY c.company_id DESC, c.user_id DESC, c.state DESC, c.id DESC LIMIT $3
        """

    /// A worker's own, and those of the sites whose foreman they are.
    private static let forWorker: SQL = """
        \(selection) AND c.company_id = $1 AND ($6 IS NULL OR c.user_id = $6) AND c.id IN (
            SELECT o.id FROM clarifications o
            WHERE o.company_id = $1 AND o.user_id = $4 AND o.id < $2 AND ($5 IS NULL OR o.state = $5)
            UNION
            SELECT l.id FROM assignments a CROSS JOIN clarifications l
            WHERE a.company_id = $1 AND a.user_id = $4 AND a.foreman_since IS NOT NULL
                AND l.company_id = a.company_id AND l.site_id = a.site_id AND l.id < $2 AND ($5 IS NULL OR l.state = $5))
        ORDER BY c.company_id DESC, c.id DESC LIMIT $3
        """

    /// Newest first; for a scope for own records, the person's own and those of the sites whose foreman they are.
    static func list(_ scope: CompanyScope, _ filter: ClarificationFilter, _ page: PageRequest<ID>) -> Query<
        Clarification
    > {
        // "g" sorts after every id, because ids begin with a hexadecimal digit.
        let (after, limit) = (page.after?.text ?? "g", page.fetchLimit)
        if let person = scope.person {
            return Query(
                forWorker, scope.company, after, limit, person, filter.state, filter.user,
                row: Clarification.init(named:))
        }
        return switch (filter.user, filter.state) {
        case (nil, nil): Query(all, scope.company, after, limit, row: Clarification.init(named:))
        case (nil, let state?): Query(allOfState, scope.company, after, limit, state, row: Clarification.init(named:))
        case (let user?, nil): Query(allOfUser, scope.company, after, limit, user, row: Clarification.init(named:))
        case (let user?, let state?):
            Query(allOfUserAndState, scope.company, after, limit, user, state, row: Clarification.init(named:))
        }
    }

    static func one(_ id: ID, in company: Company.ID) -> Query<Clarification> {
        Query(byID, company, id, row: Clarification.init(named:))
    }

    private static let openOfUser: SQL = """
        \(selection) AND c.company_id = $1 AND c.user_id = $2 AND c.state = 'OPEN'
        ORDER BY c.company_id, c.user_id, c.state, c.id
        """

    /// The person's open ones: at most as many as the limit allows.
    static func open(of user: User.ID, in company: Company.ID) -> Query<Clarification> {
        Query(openOfUser, company, user, row: Clarification.init(named:))
    }

    /// How many open ones a company has: exact up to a number, and one more than that for all others.
    static func openCount(in company: Company.ID, upTo most: Int64) -> Query<Int64> {
        Query(
            """
            SELECT COUNT(*) FROM (
                SELECT c.id FROM clarifications c WHERE c.company_id = $1 AND c.state = 'OPEN' LIMIT $2) AS waiting
            """,
            company, most.adding(1)
        ) { try $0.next() }
    }

    private static let openOfCrew: SQL = """
        SELECT (SELECT COUNT(*) FROM assignments f WHERE f.company_id = $1 AND f.user_id = $2 AND f.foreman_since IS NOT NULL),
            (SELECT COUNT(*) FROM (
                SELECT l.id FROM assignments a CROSS JOIN clarifications l
                WHERE a.company_id = $1 AND a.user_id = $2 AND a.foreman_since IS NOT NULL AND l.company_id = a.company_id
                    AND l.site_id = a.site_id AND l.state = 'OPEN' AND l.user_id <> $2 LIMIT $3) AS waiting)
        """

    /// The same of others on the sites that a person leads; nil for who leads none.
    static func openCount(forForeman user: User.ID, in company: Company.ID, upTo most: Int64) -> Query<Int64?> {
        Query(openOfCrew, company, user, most.adding(1)) { row in
            let (led, count): (Int64, Int64) = (try row.next(), try row.next())
            return led > 0 ? count : nil
        }
    }

    private static let someOfUser: SQL = """
        \(selection) AND c.company_id = $1 AND c.user_id = $2 AND c.id > $3
        ORDER BY c.user_id, c.company_id, c.id LIMIT $4
        """

    /// All of a person's, oldest first.
    static func some(of user: User, after: ID?, atMost limit: Int) -> Query<Clarification> {
        Query(
            someOfUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: Clarification.init(named:))
    }

    // MARK: Writing

    private static let writes = StoredWrites<Clarification>()

    func insert(in company: Company.ID) -> Statement { Self.writes.insert(self, in: [company.sqlValue]) }

    func update(in company: Company.ID) -> Statement { Self.writes.update(self, in: [company.sqlValue]) }

    /// Locks the row until the transaction ends.
    static func lock(_ id: ID, in company: Company.ID) -> Statement {
        Statement("UPDATE clarifications SET state = state WHERE company_id = $1 AND id = $2", company, id)
    }
}

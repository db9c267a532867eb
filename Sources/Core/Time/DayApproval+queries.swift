import Storage

extension DayApproval {
    private static let columns = columns(of: "a")

    private static let ofUser: SQL = """
        SELECT \(columns) FROM day_approvals a
        WHERE a.company_id = $1 AND a.user_id = $2 AND a.day >= $3 AND a.day <= $4
        ORDER BY a.company_id, a.user_id, a.day
        """

    private static let inPeriod: SQL = """
        SELECT \(columns) FROM day_approvals a WHERE a.company_id = $1 AND a.day >= $2 AND a.day <= $3
        ORDER BY a.company_id, a.day
        """

    /// A person's, in the order of the days.
    static func all(of user: User.ID, _ days: ClosedRange<Day>, in company: Company.ID) -> Query<DayApproval> {
        Query(ofUser, company, user, days.lowerBound, days.upperBound) { try DayApproval(&$0) }
    }

    /// Everyone's, in the order of the days: as many as people and days.
    static func all(_ days: ClosedRange<Day>, in company: Company.ID) -> Query<DayApproval> {
        Query(inPeriod, company, days.lowerBound, days.upperBound) { try DayApproval(&$0) }
    }

    private static let approvedFirst: SQL = """
        SELECT a.day FROM day_approvals a
        WHERE a.company_id = $1 AND a.user_id = $2 AND a.day >= $3 AND a.day <= $4 AND a.approved_at IS NOT NULL
        ORDER BY a.company_id, a.user_id, a.day LIMIT 1
        """

    /// The first approved day of a person in a period.
    static func firstApproved(of user: User.ID, _ days: ClosedRange<Day>, in company: Company.ID) -> Query<Day> {
        Query(approvedFirst, company, user, days.lowerBound, days.upperBound) { try $0.next() }
    }

    /// The name of a person of the company, or of an operator.
    static func name(of user: User.ID, in company: Company.ID) -> Query<String> {
        Query(
            """
            SELECT u.first_name, u.last_name FROM users u
            WHERE u.id = $2 AND (u.company_id = $1 OR u.company_id = $3)
            """,
            company, user, Company.platform
        ) { "\(try $0.next() as String) \(try $0.next() as String)" }
    }

    private static let someOfUser: SQL = """
        SELECT \(columns), (SELECT s.first_name FROM users s WHERE s.id = a.submitted_by),
            (SELECT s.last_name FROM users s WHERE s.id = a.submitted_by),
            (SELECT p.first_name FROM users p WHERE p.id = a.approved_by),
            (SELECT p.last_name FROM users p WHERE p.id = a.approved_by),
            (SELECT r.first_name FROM users r WHERE r.id = a.reopened_by),
            (SELECT r.last_name FROM users r WHERE r.id = a.reopened_by)
        FROM day_approvals a
        WHERE a.company_id = $1 AND a.user_id = $2 AND a.day > $3
        ORDER BY a.company_id, a.user_id, a.day LIMIT $4
        """

    /// All of a person's, in the order of the days.
    static func some(of user: User, after: Day?, atMost limit: Int) -> Query<DayApproval> {
        Query(
            someOfUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: DayApproval.init(named:))
    }

    // MARK: Writing

    private static let writes = StoredWrites<DayApproval>(atOnce: [20])

    static func insert(_ new: [DayApproval], in company: Company.ID) -> [Statement] {
        writes.insert(new.map { ($0, [company.sqlValue]) })
    }

    func update(in company: Company.ID) -> Statement { Self.writes.update(self, in: [company.sqlValue]) }

    // MARK: What writers of hours ask

    /// A day of a person, beside the instants at which hours of theirs are written, that was submitted, approved or reopened.
    struct Near: Sendable {
        let day: Day
        let isApproved: Bool
        /// The company's.
        let timeZone: String
    }

    private static let around: SQL = """
        SELECT a.day, a.approved_at, c.time_zone FROM companies c CROSS JOIN day_approvals a
        WHERE c.id = $1 AND a.company_id = $1 AND a.user_id = $2 AND a.day >= $3 AND a.day <= $4
        """

    /// The days of a person around an entry's beginning, in any time zone. The person is held.
    /// - Parameter end: the latest instant at which the entry may begin, if it isn't known yet.
    static func near(
        _ start: Instant, to end: Instant? = nil, of user: User.ID, in company: Company.ID
    ) -> Query<Near> {
        Query(around, company, user, start.day + -1, (end ?? start).day + 1) { row in
            let (day, approvedAt): (Day, Instant?) = (try row.next(), try row.next())
            return Near(day: day, isApproved: approvedAt != nil, timeZone: try row.next())
        }
    }

    private static func change(_ user: User.ID, _ day: Day, in company: Company.ID, at now: Instant) -> Statement {
        Statement(
            """
            UPDATE day_approvals SET changed_at = $4
            WHERE company_id = $1 AND user_id = $2 AND day = $3 AND submitted_at IS NOT NULL
            """,
            company, user, day, now)
    }

    /// Notes that hours changed which begin at an instant, if their day was submitted.
    static func change(
        _ near: [Near], at start: Instant, of user: User.ID, in company: Company.ID,
        _ transaction: borrowing Transaction, now: Instant
    ) throws {
        guard let found = near.first(where: { $0.has(start) }) else { return }
        try transaction.enqueue(change(user, found.day, in: company, at: now))
    }
}

extension DayApproval.Near {
    /// Whether an entry that begins at the instant is one of this day.
    fileprivate func has(_ start: Instant) -> Bool { start.day(in: timeZone) == day }
}

extension [DayApproval.Near] {
    /// Checks that hours may change which begin at an instant.
    /// - Parameter name: the person's.
    /// - Throws: `TimeEntryRefusal.dayApproved`.
    func check(_ start: Instant, of name: String) throws {
        guard let closed = first(where: { $0.isApproved && $0.has(start) }) else { return }
        throw Refusal(TimeEntryRefusal.dayApproved, ["name": .text(name), "day": .text(closed.day.text)])
    }
}

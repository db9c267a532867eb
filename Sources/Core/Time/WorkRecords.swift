public import Storage

/// The use case of records for checks by authorities.
public struct WorkRecords: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// How many days at once.
    public static let mostDays = 100

    /// A person's record of some days.
    public struct Found: Sendable {
        public let user: User.ID
        public let userName: String
        public let companyName: String
        public let companyAddress: String
        public let days: ClosedRange<Day>
        /// Hours of earlier days were erased by the company's rule; nil if none were.
        public let hoursFrom: Day?
        /// The company's.
        public let timeZone: String
        public let asOf: Instant
        public let record: WorkRecord

        package init(
            user: User.ID, userName: String, companyName: String, companyAddress: String, days: ClosedRange<Day>,
            hoursFrom: Day?, timeZone: String, asOf: Instant, record: WorkRecord
        ) {
            (self.user, self.userName) = (user, userName)
            (self.companyName, self.companyAddress) = (companyName, companyAddress)
            (self.days, self.hoursFrom) = (days, hoursFrom)
            (self.timeZone, self.asOf, self.record) = (timeZone, asOf, record)
        }
    }

    /// The record of the days whose hours are kept.
    /// - Parameters:
    ///   - user: whose; nil for the caller's, who is of the company then.
    ///   - from: nil for the first day of the month two months before that of `to`.
    ///   - to: nil for today.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `UserRefusal.notFound` for an unknown person, or a
    ///   worker's who asks for someone else's; a refusal of the field `to`, `.beforeFrom`, `.periodTooLong` or, if no such hours are kept,
    ///   `.hoursErased`, or of `userId`, `.missing`, for
    ///   an operator, who has no hours; `CompanyRefusal.notFound`;
    ///   `StorageError`.
    public func one(of user: User.ID?, from: Day?, to: Day?, in scope: CompanyScope) async throws -> Found {
        try scope.check(.readTimes)
        guard user != nil || scope.actor.user.companyID == scope.company else { throw Refusal("userId", .missing) }
        let user = user ?? scope.actor.user.id
        if let person = scope.person, user != person { throw User.notFound }
        let (companies, names) = try await database.fetch(Company.one(scope), WageExport.name(of: user, scope))
        guard let company = companies.first else { throw Company.notFound }
        guard let name = names.first else { throw User.notFound }
        let now = runtime.now()
        let to = to ?? now.day(in: company.timeZone)
        var from = from ?? ((to.startOfMonth + -1).startOfMonth + -1).startOfMonth
        guard to >= from else { throw Refusal("to", .beforeFrom) }
        guard (from...to).count <= Self.mostDays else {
            throw Refusal("to", .periodTooLong, ["days": .integer(Self.mostDays)])
        }
        if let kept = company.hoursFrom, to < kept { throw Refusal("to", .hoursErased, ["day": .text(kept.text)]) }
        from = max(from, company.hoursFrom ?? from)
        let days = ZoneDays.kept(company.timeZone, knowing: from...to)
        // No two entries share time: only the last one before may go on into the period. Its whole day says what its break is.
        let before = try await database.fetch(WorkRecord.last(of: user, before: days.start(of: from), scope))
        let start = before.first.map { days.start(of: days.day(of: $0)) } ?? days.start(of: from)
        let stretches = try await database.fetch(
            WorkRecord.stretches(of: user, in: start..<max(start, days.start(of: to + 1)), scope))
        return Found(
            user: user, userName: name, companyName: company.name, companyAddress: company.address.text,
            days: from...to, hoursFrom: company.hoursFrom, timeZone: company.timeZone, asOf: now,
            record: WorkRecord(stretches, of: from...to, in: days, rule: company.breakRule, now: now))
    }
}

extension WorkRecord {
    private static let lastBefore: SQL = """
        SELECT t.checked_in_at FROM time_entries t
        WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_in_at < $3 AND t.voided_at IS NULL
        ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC LIMIT 1
        """

    /// When the person's last entry before an instant began.
    fileprivate static func last(of user: User.ID, before at: Instant, _ scope: CompanyScope) -> Query<Instant> {
        Query(lastBefore, scope.company, user, at) { try $0.next() }
    }

    private static let ofPerson: SQL = """
        SELECT t.id, t.checked_in_at, t.checked_out_at, t.kind, t.breaks, t.created_at, s.name
        FROM time_entries t CROSS JOIN sites s
        WHERE t.company_id = $1 AND t.user_id = $2 AND t.checked_in_at >= $3 AND t.checked_in_at < $4 AND t.voided_at IS NULL
            AND s.company_id = t.company_id AND s.id = t.site_id
        ORDER BY t.company_id, t.user_id, t.checked_in_at
        """

    /// The person's entries that began in a period. Their limit by day bounds them.
    fileprivate static func stretches(
        of user: User.ID, in period: Range<Instant>, _ scope: CompanyScope
    ) -> Query<Stretch> {
        Query(ofPerson, scope.company, user, period.lowerBound, period.upperBound) { row in
            let id: TimeEntry.ID = try row.next()
            let (from, to): (Instant, Instant?) = (try row.next(), try row.next())
            let (kind, breaks): (TimeEntry.Kind, Breaks) = (try row.next(), try row.next())
            let recordedAt: Instant = try row.next()
            return Stretch(
                WorkStretch(
                    id, from: from, to: to, isTravel: kind == .travel, breaks: breaks.list, recordedAt: recordedAt),
                siteName: try row.next())
        }
    }
}

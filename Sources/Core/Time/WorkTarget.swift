public import Storage

/// How long a person is to work on each day of a week, from a day on.
public struct WorkTarget: Stored {
    public internal(set) var user = User.ID()
    /// The first day that it holds for.
    public internal(set) var from = Day(daysSince1970: 0)
    /// In minutes, from Monday to Sunday.
    private var days: [Int64] = Array(repeating: 0, count: 7)
    private var opening: Int64?

    /// How many a person has at most.
    public static let most = 50
    /// The most minutes of a day.
    public static let mostMinutes = 1440
    /// The most minutes of a balance to begin with, 10,000 hours.
    public static let mostOpening = 600_000

    /// The balance of hours that the person begins the day with, in minutes; nil if it goes on as it was.
    public var openingMinutes: Int? {
        opening.map { min(max(Int(clamping: $0), -Self.mostOpening), Self.mostOpening) }
    }

    /// - Parameter weekday: 0 is a Monday.
    public func minutes(on weekday: Int) -> Int {
        // A restored backup may hold anything.
        days.indices.contains(weekday) ? min(max(Int(clamping: days[weekday]), 0), Self.mostMinutes) : 0
    }

    package init() {}

    /// - Parameter week: minutes from Monday to Sunday.
    public init(from: Day, _ week: [Int], openingMinutes: Int?) {
        self.from = from
        for (day, minutes) in zip(days.indices, week) { days[day] = Int64(minutes) }
        opening = openingMinutes.map { Int64($0) }
    }

    package static let table = "work_targets"

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("user_id", .key, &user)
        try columns.column("from_day", .key, &from)
        try columns.column("monday", .changing, &days[0])
        try columns.column("tuesday", .changing, &days[1])
        try columns.column("wednesday", .changing, &days[2])
        try columns.column("thursday", .changing, &days[3])
        try columns.column("friday", .changing, &days[4])
        try columns.column("saturday", .changing, &days[5])
        try columns.column("sunday", .changing, &days[6])
        try columns.column("opening_minutes", .changing, &opening)
    }

    func of(_ user: User.ID) -> WorkTarget {
        var target = self
        target.user = user
        return target
    }
}

extension WorkTarget {
    private static let columns = columns(of: "g")

    private static let ofUser: SQL = """
        SELECT \(columns) FROM work_targets g WHERE g.company_id = $1 AND g.user_id = $2
        ORDER BY g.company_id, g.user_id, g.from_day
        """

    /// All of a person's, earliest first; none without a person.
    static func all(of user: User.ID?, in company: Company.ID) -> Query<WorkTarget> {
        Query(ofUser, company, user, row: WorkTarget.init)
    }

    private static let ofPeriod: SQL = """
        SELECT \(columns) FROM work_targets g
        WHERE g.company_id = $1 AND g.from_day <= $3 AND g.from_day >= COALESCE((
            SELECT MAX(b.from_day) FROM work_targets b
            WHERE b.company_id = g.company_id AND b.user_id = g.user_id AND b.from_day <= $2), $2)
        ORDER BY g.company_id, g.user_id, g.from_day
        """

    /// Everyone's that hold in a period, earliest first.
    static func all(in company: Company.ID, of period: ClosedRange<Day>) -> Query<WorkTarget> {
        Query(ofPeriod, company, period.lowerBound, period.upperBound, row: WorkTarget.init)
    }

    private static let writes = StoredWrites<WorkTarget>()

    func insert(in company: Company.ID) -> Statement { Self.writes.insert(self, in: [company.sqlValue]) }

    static func deleteAll(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM work_targets WHERE company_id = $1 AND user_id = $2", company, user)
    }
}

/// How long a person is to work.
public struct PersonTargets: Sendable {
    public let user: User.ID
    /// Earliest first.
    public let list: [WorkTarget]

    package init(user: User.ID, _ list: [WorkTarget]) { (self.user, self.list) = (user, list) }
}

/// The use cases of how long people are to work.
public struct WorkTargets: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// A person's, even after they were removed. A worker reads their own.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `UserRefusal.notFound`; the database's `StorageError`.
    public func get(of user: User.ID, in scope: CompanyScope) async throws -> PersonTargets {
        try scope.check(.readTimes)
        guard scope.person == nil || scope.person == user else { throw User.notFound }
        let (users, targets) = try await database.fetch(
            User.exists(user, scope), WorkTarget.all(of: user, in: scope.company))
        guard !users.isEmpty else { throw User.notFound }
        return PersonTargets(user: user, targets)
    }

    /// Replaces all of a person's.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `targets`, `.namedTwice`, for two that begin
    ///   on one day. Making the change throws `UserRefusal.notFound`.
    public func set(_ targets: [WorkTarget], of user: User.ID, in scope: CompanyScope) throws -> Change<PersonTargets> {
        try scope.check(.changeTargets)
        var days: Set<Day> = []
        for (index, target) in targets.enumerated() where !days.insert(target.from).inserted {
            throw Refusal("targets[\(index)].from", .namedTwice)
        }
        let (all, runtime) = (targets.map { $0.of(user) }.sorted { $0.from < $1.from }, runtime)
        return Change { transaction in
            try transaction.enqueue(User.lockEver(user, in: scope.company))
            guard try !transaction.fetch(User.exists(user, scope)).isEmpty else { throw User.notFound }
            try transaction.enqueue(WorkTarget.deleteAll(of: user, in: scope.company))
            for target in all { try transaction.enqueue(target.insert(in: scope.company)) }
            var differences = Differences()
            differences.note(only: "targets", false, true)
            try Audit(scope, runtime).write(.targetsChanged, user, differences.details, in: transaction)
            return PersonTargets(user: user, all)
        }
    }
}

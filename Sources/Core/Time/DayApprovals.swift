public import Storage

/// People and days, to be submitted, approved or reopened.
public struct PersonDays: Sendable {
    public let users: [User.ID]
    /// Both inclusive, in the company's time zone.
    public let from: Day
    public let until: Day

    /// How many at once.
    public static let most = (users: 100, days: 35)

    public init(users: [User.ID], from: Day, until: Day) { (self.users, self.from, self.until) = (users, from, until) }

    /// The days that are over.
    /// - Throws: a flaw of `until`, `.beforeFrom` or `.periodTooLong`; of `from`, `.dayNotOver` or `.tooOld`.
    fileprivate func days(today: Day) throws -> ClosedRange<Day> {
        guard until >= from else { throw Refusal("until", .beforeFrom) }
        guard (from...until).count <= Self.most.days else {
            throw Refusal("until", .periodTooLong, ["days": .integer(Self.most.days)])
        }
        guard from < today else { throw Refusal("from", .dayNotOver) }
        let oldest = TimeEntries.oldestDays
        guard from >= today + -oldest else { throw Refusal("from", .tooOld, ["days": .integer(oldest)]) }
        return from...min(until, today + -1)
    }
}

/// The use cases of submitting, approving and reopening days. Each holds the people first, as every writer of hours does.
public struct DayApprovals: Sendable {
    let runtime: Runtime

    public init(runtime: Runtime) { self.runtime = runtime }

    /// Why a day stays as it is.
    public enum SkipReason: String, Sendable, CaseIterable {
        case entryOpen = "entry-open"
        /// Something that was reported late about the day waits for a decision.
        case clarificationOpen = "clarification-open"
        /// The caller's own day, which someone else can approve.
        case ownHours = "own-hours"
    }

    public struct Skipped: Sendable, Equatable {
        public let user: User.ID
        public let day: Day
        public let code: SkipReason

        package init(_ user: User.ID, _ day: Day, _ code: SkipReason) {
            (self.user, self.day, self.code) = (user, day, code)
        }
    }

    public struct Outcome: Sendable {
        /// How many days changed.
        public internal(set) var days = 0
        /// Whether the caller approved their own hours, because no one else can.
        public internal(set) var isOwn = false
        /// The last day that was looked at: the given one, else yesterday.
        public internal(set) var until: Day
        /// How many days stay as they are, although they were asked for.
        public internal(set) var skippedDays = 0
        /// The first `mostSkipped` of them.
        public internal(set) var skipped: [Skipped] = []

        static let mostSkipped = 500

        fileprivate init(until: Day) { self.until = until }

        package init(days: Int, until: Day, skipped: [Skipped]) {
            (self.days, self.until, self.skipped, skippedDays) = (days, until, skipped, skipped.count)
        }

        fileprivate mutating func skip(_ user: User.ID, _ day: Day, _ code: SkipReason) {
            skippedDays += 1
            if skipped.count < Self.mostSkipped { skipped.append(Skipped(user, day, code)) }
        }
    }

    fileprivate enum Act {
        case submit
        case approve
        case reopen(because: String)

        var action: AuditEntry.Action {
            switch self {
            case .submit: .daysSubmitted
            case .approve: .daysApproved
            case .reopen: .daysReopened
            }
        }
    }

    /// Submits days, also those without hours. A day with an open entry stays as it is.
    /// - Parameter days: without people for the caller's own.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `UserRefusal.notFound` if a worker names someone else.
    ///   Making the change throws `CompanyRefusal.notFound`; flaws of `from` and `until`; a flaw of `userIds`, `.notOfCompany`.
    public func submit(_ days: PersonDays, in scope: CompanyScope) throws -> Change<Outcome> {
        try scope.check(.submitTimes)
        let users = days.users.isEmpty ? [scope.actor.user.id] : days.users
        if let person = scope.person, users.contains(where: { $0 != person }) { throw User.notFound }
        return act(.submit, PersonDays(users: users, from: days.from, until: days.until), in: scope)
    }

    /// Approves days, also those without hours, and those that weren't submitted. Days that can't be approved stay as they are. The
    /// caller's own are left to others, if there is another active manager or bookkeeper.
    /// - Throws: as `submit`.
    public func approve(_ days: PersonDays, in scope: CompanyScope) throws -> Change<Outcome> {
        try scope.check(.approveTimes)
        return act(.approve, days, in: scope)
    }

    /// Reopens approved days.
    /// - Throws: as `submit`, and `LimitRefusal.text`.
    public func reopen(_ days: PersonDays, because reason: String, in scope: CompanyScope) throws -> Change<Outcome> {
        try scope.check(.approveTimes)
        return act(.reopen(because: reason), days, in: scope)
    }

    private func act(_ act: Act, _ asked: PersonDays, in scope: CompanyScope) -> Change<Outcome> {
        let (now, runtime) = (runtime.now(), runtime)
        // In one order, so that two who name the same people don't wait for each other.
        let people = Set(asked.users).sorted()
        return Change { transaction in
            for user in people { try transaction.enqueue(User.lockEver(user, in: scope.company)) }
            guard let timeZone = try transaction.fetch(Company.timeZone(scope)).first else { throw Company.notFound }
            let days = try asked.days(today: now.day(in: timeZone))
            let records = people.map { PersonRecord($0, days, scope) }
            try transaction.read(records.flatMap(\.readings))
            if let missing = zip(people, records).first(where: { $1.ids.rows.isEmpty }) {
                throw Refusal("userIds", .notOfCompany, ["id": .text(missing.0.text)])
            }
            var waiting: Set<PersonDay> = []
            if case .approve = act {
                waiting = try Self.waiting(of: Set(people), timeZone, in: scope.company, transaction)
            }
            let own = scope.actor.user.id
            var leavesOwn = false
            if act.leavesOwn, people.contains(own) { leavesOwn = try Self.isAnother(scope, transaction) }
            var outcome = Outcome(until: days.upperBound)
            var changes = Changes()
            var submitted: [(user: User.ID, name: String, days: [Day])] = []
            for (user, record) in zip(people, records) {
                let (open, old) = (record.open.rows.map { $0.day(in: timeZone) }, record.byDay)
                var changed: [Day] = []
                for number in 0..<days.count {
                    let day = days.lowerBound + number
                    var one = old[day] ?? DayApproval(of: user, day)
                    guard one.take(act, by: own, at: now) else { continue }
                    if act.needsEnds, open.contains(day) {
                        outcome.skip(user, day, .entryOpen)
                        continue
                    }
                    if waiting.contains(PersonDay(user: user, day: day)) {
                        outcome.skip(user, day, .clarificationOpen)
                        continue
                    }
                    if leavesOwn, user == own {
                        outcome.skip(user, day, .ownHours)
                        continue
                    }
                    changed.append(day)
                    changes.add(one, replacing: old[day])
                }
                guard !changed.isEmpty else { continue }
                outcome.days += changed.count
                let isOwn = act.leavesOwn && user == own
                outcome.isOwn = outcome.isOwn || isOwn
                let runs = Self.runs(changed)
                try Audit(scope, runtime).write(
                    act.action, user, Self.details(act, runs, isOwn: isOwn), in: transaction)
                let name = record.names.rows.first ?? ""
                if case .submit = act { submitted.append((user, name, changed)) }
                try act.tell(user, runs, in: scope, transaction, runtime)
            }
            if !submitted.isEmpty {
                let all = Self.runs(Set(submitted.flatMap(\.days)).sorted())
                if submitted.count == 1 {
                    // Single days of one person are collected.
                    try HourNews.tellOffice(
                        .daysSubmitted, of: submitted[0].user, at: now, in: scope, transaction, runtime)
                } else {
                    try HourNews(submitted: all, of: submitted.map(\.name)).tellOffice(
                        about: submitted.map(\.user), in: scope, transaction, runtime)
                }
            }
            try TextUse.add(changes.textBytes, of: own, in: scope, transaction)
            for statement in changes.statements(in: scope.company) { try transaction.enqueue(statement) }
            return outcome
        }
    }

    /// Days in order as runs.
    static func runs(_ days: [Day]) -> [ClosedRange<Day>] {
        var runs: [ClosedRange<Day>] = []
        for day in days {
            if let last = runs.last, last.upperBound + 1 == day {
                runs[runs.count - 1] = last.lowerBound...day
            } else {
                runs.append(day...day)
            }
        }
        return runs
    }

    private static func details(_ act: Act, _ runs: [ClosedRange<Day>], isOwn: Bool) -> [AuditEntry.Detail] {
        var differences = Differences()
        differences.note("days", nil, HourNews.text(of: runs))
        if case .reopen(let reason) = act { differences.note("reason", nil, reason) }
        if isOwn { differences.note("isOwn", nil, "true") }
        return differences.details
    }

    /// Whether someone else can approve the caller's days. An operator has none.
    private static func isAnother(_ scope: CompanyScope, _ transaction: borrowing Transaction) throws -> Bool {
        let own = scope.actor.user.id
        let (managers, bookkeepers) = try transaction.fetch(
            User.active(.manager, besides: own, scope.company), User.active(.bookkeeper, besides: own, scope.company))
        return !managers.isEmpty || !bookkeepers.isEmpty
    }

    // MARK: What waits

    private struct PersonDay: Hashable {
        let user: User.ID
        let day: Day
    }

    /// The days about which something that was reported late waits for a decision: those on which it happened, and that of the entry that
    /// it would change.
    private static func waiting(
        of people: Set<User.ID>, _ timeZone: String, in company: Company.ID, _ transaction: borrowing Transaction
    ) throws -> Set<PersonDay> {
        var found: Set<PersonDay> = []
        func add(_ user: User.ID, _ start: Instant) {
            guard people.contains(user) else { return }
            found.insert(PersonDay(user: user, day: start.day(in: timeZone)))
        }
        var entries: [Collector<EntryStart>] = []
        let open: [Clarification.Open] = try transaction.fetch(Clarification.openHours(in: company))
        for one in open {
            switch one.act {
            case .enter:
                for user in one.content.people { add(user, one.content.checkedInAt ?? one.at) }
            case .correct:
                guard let entry = one.content.entry else { continue }
                entries.append(Collector(TimeEntry.start(of: entry, on: one.site, one.content.checkedInAt, company)))
            default:
                add(one.user, one.at)
                guard one.act != .checkIn, people.contains(one.user) else { continue }
                entries.append(Collector(TimeEntry.start(of: one.user, on: one.site, before: one.at, company)))
            }
        }
        if !entries.isEmpty { try transaction.read(entries) }
        for one in entries.flatMap(\.rows) {
            add(one.user, one.start)
            if let other = one.other { add(one.user, other) }
        }
        return found
    }

    /// Whether something that was reported late about a person's hours of before a day waits for a decision.
    static func isWaiting(
        about user: User.ID, before day: Day, _ timeZone: String, in company: Company.ID,
        _ transaction: borrowing Transaction
    ) throws -> Bool {
        try waiting(of: [user], timeZone, in: company, transaction).contains { $0.day < day }
    }

    fileprivate struct PersonRecord {
        let ids: Collector<User.ID>
        let open: Collector<Instant>
        let names: Collector<String>
        private let known: Collector<DayApproval>

        init(_ user: User.ID, _ days: ClosedRange<Day>, _ scope: CompanyScope) {
            ids = Collector(User.exists(user, scope))
            open = Collector(TimeEntry.openStart(of: user, in: scope.company))
            names = Collector(User.name(of: user, in: scope.company))
            known = Collector(DayApproval.all(of: user, days, in: scope.company))
        }

        var readings: [any Reading] { [ids, open, names, known] }
        var byDay: [Day: DayApproval] { Dictionary(known.rows.map { ($0.day, $0) }) { first, _ in first } }
    }

    private struct Changes {
        private var new: [DayApproval] = []
        private var changed: [DayApproval] = []
        private(set) var textBytes: Int64 = 0

        mutating func add(_ one: DayApproval, replacing old: DayApproval?) {
            if old == nil { new.append(one) } else { changed.append(one) }
            textBytes = textBytes.adding(one.reopenReason.textBytes).subtracting((old?.reopenReason).textBytes)
        }

        func statements(in company: Company.ID) -> [Statement] {
            DayApproval.insert(new, in: company) + changed.map { $0.update(in: company) }
        }
    }
}

extension DayApprovals.Act {
    /// Whether people leave it to others to do it with their own days.
    fileprivate var leavesOwn: Bool { if case .approve = self { true } else { false } }
    /// Whether a day with an open entry stays as it is.
    fileprivate var needsEnds: Bool { if case .reopen = self { false } else { true } }
}

extension DayApprovals.Act {
    /// Mails what was done with a person's days to them, if they want to know.
    fileprivate func tell(
        _ user: User.ID, _ days: [ClosedRange<Day>], in scope: CompanyScope, _ transaction: borrowing Transaction,
        _ runtime: Runtime
    ) throws {
        let caller = scope.actor.user.name
        switch self {
        case .submit: break
        case .approve: try HourNews(.daysApproved, days, by: caller).tell(user, in: scope, transaction, runtime)
        case .reopen(let reason):
            try HourNews(.daysReopened, days, by: caller, reason: reason).tell(user, in: scope, transaction, runtime)
        }
    }
}

extension DayApproval {
    /// - Returns: whether it changed.
    fileprivate mutating func take(_ act: DayApprovals.Act, by user: User.ID, at now: Instant) -> Bool {
        switch act {
        case .submit: submit(by: user, at: now)
        case .approve: approve(by: user, at: now)
        case .reopen(let reason): reopen(by: user, because: reason, at: now)
        }
    }
}

/// When an entry of a person began, or is to begin.
private struct EntryStart: Sendable {
    let user: User.ID
    let start: Instant
    let other: Instant?
}

extension TimeEntry {
    /// When the person's open entry began.
    fileprivate static func openStart(of user: User.ID, in company: Company.ID) -> Query<Instant> {
        Query(
            """
            SELECT o.checked_in_at FROM time_entries o
            WHERE o.company_id = $1 AND o.user_id = $2 AND o.checked_out_at IS NULL AND o.voided_at IS NULL
            """,
            company, user
        ) { try $0.next() }
    }

    /// - Parameter other: when the entry is to begin instead.
    fileprivate static func start(
        of entry: ID, on site: Site.ID, _ other: Instant?, _ company: Company.ID
    ) -> Query<EntryStart> {
        Query(
            """
            SELECT t.user_id, t.checked_in_at FROM time_entries t
            WHERE t.company_id = $1 AND t.site_id = $2 AND t.id = $3
            """,
            company, site, entry
        ) { EntryStart(user: try $0.next(), start: try $0.next(), other: other) }
    }

    /// The person's latest entry on a site that began within the day before an instant: what was done then may belong to it.
    fileprivate static func start(
        of user: User.ID, on site: Site.ID, before at: Instant, _ company: Company.ID
    ) -> Query<EntryStart> {
        Query(
            """
            SELECT t.user_id, t.checked_in_at FROM time_entries t
            WHERE t.company_id = $1 AND t.user_id = $2 AND t.site_id = $3 AND t.checked_in_at <= $4
                AND t.checked_in_at > $5 AND t.voided_at IS NULL
            ORDER BY t.company_id DESC, t.user_id DESC, t.checked_in_at DESC LIMIT 1
            """,
            company, user, site, at, at - .seconds(24 * 3600)
        ) { EntryStart(user: try $0.next(), start: try $0.next(), other: nil) }
    }
}

extension Clarification {
    fileprivate struct Open: Sendable {
        let user: User.ID
        let site: Site.ID
        let act: Act
        let at: Instant
        let content: Content
    }

    /// What waits in a company about hours: at most as many as the limit allows.
    fileprivate static func openHours(in company: Company.ID) -> Query<Open> {
        Query(
            """
            SELECT c.user_id, c.site_id, c.act, c.at, c.body FROM clarifications c
            WHERE c.company_id = $1 AND c.state = 'OPEN' AND c.act <> 'ADJUST_QUANTITY'
            ORDER BY c.company_id, c.state, c.id
            """,
            company
        ) { row in
            Open(
                user: try row.next(), site: try row.next(), act: try row.next(), at: try row.next(),
                content: try row.next())
        }
    }
}

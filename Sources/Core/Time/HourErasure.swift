public import Storage

/// Erases hours for which a company's rule has ended (`Company.hoursKeptYears`): the time entries of whole calendar years with their
/// corrections, and what was said about them. Each entry leaves a link in the company's chain.
public struct HourErasures: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// For how many years a company may keep hours.
    public static let years: ClosedRange<Int> = 2...30

    /// How many rows of each kind.
    public struct Counts: Sendable, Equatable {
        public internal(set) var entries: Int64 = 0
        /// Days that were submitted, approved or reopened.
        public internal(set) var days: Int64 = 0
        public internal(set) var absences: Int64 = 0
        public internal(set) var clarifications: Int64 = 0
        /// Payroll files.
        public internal(set) var files: Int64 = 0

        package init() {}

        package static func filled(entries: Int64, days: Int64) -> Counts {
            var counts = Counts()
            (counts.entries, counts.days) = (entries, days)
            return counts
        }

        public var all: Int64 { [entries, days, absences, clarifications, files].reduce(0) { $0.adding($1) } }
    }

    /// What went, or would go.
    public struct Report: Sendable {
        public let company: Company.ID
        /// The first day whose hours stay, in the company's time zone.
        public let first: Day
        public let counts: Counts
        /// Why nothing goes: hours and chain don't agree. Nil if they do, and in a forecast.
        public let broken: HoursCheck.Broken?

        package init(company: Company.ID, first: Day, counts: Counts, broken: HoursCheck.Broken? = nil) {
            (self.company, self.first, self.counts, self.broken) = (company, first, counts, broken)
        }
    }

    /// The most rows of each kind that a forecast counts.
    public static let mostCounted: Int64 = 100_000

    /// What a rule would erase in the coming night: at most `mostCounted` of each kind, and including what waits for a decision.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeCompany`; `CompanyRefusal.notFound`; `StorageError`.
    public func forecast(years: Int, in scope: CompanyScope) async throws -> Report {
        try scope.check(.changeCompany)
        guard let timeZone = try await database.fetch(Company.timeZone(scope)).first else { throw Company.notFound }
        let today = runtime.now().day(in: timeZone)
        // The run of the coming night takes place tomorrow.
        guard let first = HourErasure.first(years: Int64(years), on: today + 1),
            let counts = try await database.fetch(
                HourErasure.forecast(first.start(in: timeZone), first, in: scope.company)
            ).first
        else { throw Company.notFound }
        return Report(company: scope.company, first: first, counts: counts)
    }

    /// For how many nights a run is made up for. After more of them a server was off, a company suspended or a clock wrong, and there is
    /// another night before anything goes.
    static let mostNights = 7

    /// Gives every company another night before anything goes: what a backup brought back may be what someone restores it for.
    /// - Throws: `StorageError`.
    public func postpone() async throws {
        let today = HourErasure.latestDay(at: runtime.now())
        try await database.transaction { try $0.enqueue(HourErasure.postponeAll(before: today, to: today)) }
    }

    /// Erases what is due of all companies, a few rows at a time. Any number of servers may run it at the same time: each company's run is
    /// recorded once, even if it was interrupted. Nothing goes of a company whose hours and chain don't agree: without the hours the chain
    /// would hold again.
    /// - Parameter failed: takes a company whose run failed, and why. The others go on.
    /// - Returns: the runs that ended and erased something, or found that the chain is broken.
    /// - Throws: `StorageError` if no run can begin; `CancellationError` between two transactions. What was erased stays so, and the next
    ///   run continues.
    @discardableResult
    public func run(orElse failed: (Company.ID, any Error) -> Void) async throws -> [Report] {
        let now = runtime.now()
        let latest = HourErasure.latestDay(at: now)
        try await database.transaction { transaction in
            try transaction.enqueue(HourErasure.postponeAll(before: latest + -Self.mostNights, to: latest))
            try transaction.enqueue(HourErasure.postponeAll(after: latest))
        }
        var reports: [Report] = []
        var last: HourErasure.Due?
        repeat {
            let due = try await database.fetch(HourErasure.due(at: now, after: last))
            for one in due {
                do {
                    if let report = try await run(one.company, now: now) { reports.append(report) }
                } catch let error as CancellationError {
                    throw error
                } catch {
                    failed(one.company, error)
                }
                try Task.checkCancellation()
            }
            last = due.count < HourErasure.dueAtOnce ? nil : due.last
        } while last != nil
        return reports
    }

    private func run(_ company: Company.ID, now: Instant) async throws -> Report? {
        guard let rule = try await database.fetch(HourErasure.one(company)).first, let first = rule.firstDue(at: now)
        else { return nil }
        let cut = first.start(in: rule.timeZone)
        let (database, runtime) = (database, runtime)
        if try await !database.fetch(HourErasure.person(cut, first, in: company, after: nil)).isEmpty {
            let check = try await HoursCheck(database, runtime: runtime).all(of: company)
            if let broken = check.broken.first {
                let today = now.day(in: rule.timeZone)
                try await database.transaction { try $0.enqueue(HourErasure.postpone(company, to: today)) }
                return Report(company: company, first: first, counts: .init(), broken: broken)
            }
        }
        func batches(_ erase: @escaping @Sendable (HourErasure, borrowing Transaction) throws -> Int) async throws {
            var count: Int
            repeat {
                count = try await database.transaction { transaction in
                    // Who changes the rule locks the company too, and this lock comes before those of people, as everywhere.
                    try transaction.enqueue(Company.lock(company))
                    guard let rule = try transaction.fetch(HourErasure.one(company)).first,
                        rule.firstDue(at: now) == first
                    else { return 0 }
                    return try erase(rule, transaction)
                }
                try Task.checkCancellation()
            } while count > 0
        }
        var person: User.ID?
        while let next = try await database.fetch(HourErasure.person(cut, first, in: company, after: person)).first {
            try await batches { try $0.erase(of: next, before: first, $1, now: now) }
            person = next
        }
        try await batches { try $0.eraseFiles(before: first, $1, now: now) }
        return try await database.transaction { transaction in
            try transaction.enqueue(Company.lock(company))
            guard let rule = try transaction.fetch(HourErasure.one(company)).first, rule.firstDue(at: now) == first
            else { return nil }
            try rule.record(transaction, runtime)
            try transaction.enqueue(HourErasure.end(company, on: now.day(in: rule.timeZone)))
            return rule.counts.all > 0 ? Report(company: company, first: first, counts: rule.counts) : nil
        }
    }
}

/// A company's rule, and what was erased since its last run ended.
struct HourErasure: Sendable {
    let company: Company.ID
    let companyName: String
    /// Nil if the rule was cleared.
    let years: Int64?
    let timeZone: String
    let hoursFrom: Day?
    let isSuspended: Bool
    let doneDay: Day
    let setBy: User.ID
    let counts: HourErasures.Counts

    /// The first day whose hours stay: the first of a year, so that no month is split.
    static func first(years: Int64, on today: Day) -> Day? {
        Day(year: today.year - Int(clamping: years), month: 1, day: 1)
    }

    /// The first day whose hours stay; nil if no run is due. Suspended companies have none: all of their data stays.
    func firstDue(at now: Instant) -> Day? {
        let today = now.day(in: timeZone)
        guard let years, !isSuspended, doneDay < today else { return nil }
        return Self.first(years: years, on: today)
    }

    /// A company's rule changed. The company is locked.
    static func ruleChanged(
        to new: Company, by user: User.ID, _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        // What an interrupted run erased.
        try transaction.fetch(one(new.id)).first?.record(transaction, runtime)
        try transaction.enqueue(remove(of: new.id))
        guard new.hoursKeptYears != nil else { return }
        try transaction.enqueue(insert(of: new.id, by: user, on: runtime.now().day(in: new.timeZone)))
    }

    /// Nothing goes on the day on which the company's clocks were changed, or it was resumed. The company is locked.
    static func postpone(of company: Company, _ transaction: borrowing Transaction, now: Instant) throws {
        guard company.hoursKeptYears != nil else { return }
        try transaction.enqueue(postpone(company.id, to: now.day(in: company.timeZone)))
    }

    /// Writes the audit entry about what went, in the name of the person who set the rule.
    fileprivate func record(_ transaction: borrowing Transaction, _ runtime: Runtime) throws {
        guard counts.all > 0 else { return }
        var differences = Differences()
        differences.note("hoursFrom", nil, hoursFrom?.text)
        for (field, count) in [
            ("timeEntries", counts.entries), ("approvals", counts.days), ("absences", counts.absences),
            ("clarifications", counts.clarifications), ("wageExports", counts.files),
        ] where count > 0 { differences.note(field, nil, "\(count)") }
        try Audit(of: company, by: setBy, runtime).write(
            .hoursErased, company, named: companyName, differences.details, in: transaction)
    }

    // MARK: One transaction

    /// Erases some of what a person has from before a day. The company is locked. Nothing while something waits for a decision that is
    /// about hours of that time.
    /// - Returns: the number of rows; 0 once nothing is left.
    fileprivate func erase(
        of user: User.ID, before first: Day, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Int {
        try transaction.enqueue(User.lockEver(user, in: company))
        guard
            try !DayApprovals.isWaiting(about: user, before: first, timeZone, in: company, transaction)
        else { return 0 }
        let old = try transaction.fetch(OldEntry.some(of: user, before: first.start(in: timeZone), in: company))
        var (erased, bytes) = (HourErasures.Counts(), Int64(0))
        if old.isEmpty {
            let cut = first.start(in: timeZone)
            let (days, absences, clarifications) = try transaction.fetch(
                Self.eraseDays(of: user, before: first, in: company),
                Self.eraseAbsences(of: user, before: first, cut, in: company),
                Self.eraseClarifications(of: user, before: cut, in: company))
            (erased.days, erased.absences) = (Int64(days.count), Int64(absences.count))
            erased.clarifications = Int64(clarifications.count)
            bytes = (days + absences + clarifications).reduce(0) { $0.adding($1) }
        } else {
            let corrections = old.map { Collector($0.eraseCorrections(in: company)) }
            try transaction.read(corrections)
            let chain = transaction.last(HourChain.self)
            var minutes: [String: Int64] = [:]
            for one in old {
                try transaction.enqueue(one.erase(in: company))
                chain.erase(HourKey(company: company, site: one.site, entry: one.entry), version: one.version, at: now)
                minutes[one.site, default: 0] = minutes[one.site, default: 0].adding(one.minutes)
            }
            for (site, minutes) in minutes.sorted(by: { $0.key < $1.key }) where minutes > 0 {
                try transaction.enqueue(Self.keepSum(minutes, of: site, in: company))
            }
            erased.entries = Int64(old.count)
            bytes = (old.map(\.textBytes) + corrections.flatMap(\.rows)).reduce(0) { $0.adding($1) }
        }
        if bytes > 0 { try transaction.enqueue(TextUse.remove(bytes, of: user, company)) }
        return try note(erased, first, transaction, now: now)
    }

    fileprivate func eraseFiles(before first: Day, _ transaction: borrowing Transaction, now: Instant) throws -> Int {
        var erased = HourErasures.Counts()
        let files = Self.eraseFiles(before: Month(of: first), first.start(in: timeZone), in: company)
        erased.files = Int64(try transaction.fetch(files).count)
        return try note(erased, first, transaction, now: now)
    }

    private func note(
        _ erased: HourErasures.Counts, _ first: Day, _ transaction: borrowing Transaction, now: Instant
    ) throws -> Int {
        guard erased.all > 0 else { return 0 }
        try transaction.enqueue(Self.add(erased, company))
        if hoursFrom.map({ $0 < first }) ?? true { try transaction.enqueue(Self.begin(first, company, now: now)) }
        return Int(clamping: erased.all)
    }
}

/// An entry that is to be erased.
struct OldEntry: Sendable {
    let site: String
    let entry: String
    let version: Int64
    /// What it adds to its site's sum.
    let minutes: Int64
    let textBytes: Int64
}

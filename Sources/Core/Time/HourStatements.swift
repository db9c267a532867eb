public import Storage

/// A person's hours of a month, with all that a statement says of them.
public struct HourStatement: Sendable {
    /// As the time sheet of the person has them: what it adds up to, the statement does.
    public let sheet: TimeSheet
    /// Those that began in the month, oldest first, with their corrections; the voided ones, too.
    public let entries: [TimeEntry]

    package init(_ sheet: TimeSheet, _ entries: [TimeEntry]) { (self.sheet, self.entries) = (sheet, entries) }
}

/// The use case of statements.
public struct HourStatements: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// What is needed to read a month's statements, and what all of them say.
    public struct Reading: Sendable {
        public let month: Month
        public let companyName: String
        public let companyAddress: String
        /// The company's.
        public let timeZone: String
        /// When the reading began: what was written before is in it.
        public let asOf: Instant
        fileprivate let user: User.ID?
        fileprivate let scope: CompanyScope

        /// Whether there is at most one statement.
        public var isOfOne: Bool { user != nil }

        /// The company's day on which the reading began.
        public var today: Day { asOf.day(in: timeZone) }
    }

    /// The number of the last link of a company's chain, and its hash, as `hours/verify` names them: 0 and empty without links.
    public typealias Head = (number: Int64, hash: String)

    /// Checks that a month's statements can be read.
    /// - Parameters:
    ///   - month: nil for the running one, in the company's time zone.
    ///   - user: whose; nil for everyone's whom the caller may see: a worker has only their own.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is neither for reading nor for exporting hours; `CompanyRefusal.notFound`;
    ///   `UserRefusal.notFound` for an unknown person, or a worker's who asks for someone else's; a flaw of `month`, `.hoursErased`;
    ///   `StorageError`.
    public func reading(_ month: Month?, of user: User.ID?, in scope: CompanyScope) async throws -> Reading {
        try scope.check(scope.permission == .exportHours ? .exportHours : .readTimes)
        let scope = try scope.actor.scope(scope.company, for: .readTimes)
        if let person = scope.person, let user, user != person { throw User.notFound }
        let (companies, users) = try await database.fetch(Company.one(scope), User.exists(user, scope))
        guard let company = companies.first else { throw Company.notFound }
        guard user == nil || !users.isEmpty else { throw User.notFound }
        let now = runtime.now()
        let month = month ?? Month(of: now.day(in: company.timeZone))
        try month.checkHours(from: company.hoursFrom)
        return Reading(
            month: month, companyName: company.name, companyAddress: company.address.text, timeZone: company.timeZone,
            asOf: now, user: scope.person ?? user, scope: scope)
    }

    /// Reads the statements one by one, in the order of time sheets. They are a consistent snapshot only if no one writes hours meanwhile.
    /// - Returns: the chain's head, read last: it attests whatever was taken.
    /// - Throws: `StorageError`; the errors of `take`.
    public func read(_ reading: Reading, _ take: (HourStatement) async throws -> Void) async throws -> Head {
        try await readAll(reading, take)
        let states = try await database.fetch(ChainState.one(reading.scope.company))
        let head = states.first?.place ?? .start
        return (head.number, head.hash)
    }

    private func readAll(_ reading: Reading, _ take: (HourStatement) async throws -> Void) async throws {
        let sheets = TimeSheets(database, runtime: runtime)
        if let user = reading.user { return try await read(user, reading, sheets, take) }
        let filter = TimeSheetFilter(user: nil, from: reading.month.first, to: reading.month.last)
        var last: User.ID?
        repeat {
            let page = try await sheets.list(
                filter, PageRequest(limit: PageRequest<User.ID>.largest, after: last), in: reading.scope)
            for sheet in page.items { try await read(sheet.user, reading, sheets, take) }
            last = page.next
        } while last != nil
    }

    /// The sheet of one person has their balance since the opening, which the sheets of everyone lack.
    private func read(
        _ user: User.ID, _ reading: Reading, _ sheets: TimeSheets, _ take: (HourStatement) async throws -> Void
    ) async throws {
        let (month, scope) = (reading.month, reading.scope)
        let sheet = try await sheets.list(
            TimeSheetFilter(user: user, from: month.first, to: month.last), PageRequest(limit: 1, after: nil), in: scope
        )
        guard let sheet = sheet.items.first else { return }
        let filter = TimeEntryFilter(
            user: user, from: .day(month.first), to: .day(month.last), isOpen: false, withVoided: true)
        let times = TimeEntries(database, runtime: runtime)
        var (entries, last) = ([TimeEntry](), TimeEntry.Key?.none)
        repeat {
            let page = try await times.list(
                filter, PageRequest(limit: PageRequest<TimeEntry.Key>.largest, after: last), in: scope)
            entries += page.items
            last = page.next
        } while last != nil
        try await take(HourStatement(sheet, entries.reversed()))
    }
}

public enum StatementRefusal: String, RefusalCode {
    /// The statements of everyone have more pages than one file may have.
    case tooLong = "statements-too-long"

    public var kind: Refusal.Kind { .conflict }

    public var sentence: String {
        "The statements would have more than {max} pages: ask for those of one person with userId."
    }
}

public import Storage
import Synchronization

/// Counts the rows that each company adds per UTC day. A server counts in memory and writes its count every hundred rows (or fewer, if
/// the limit is low), so that counting costs a hundredth of a write. The limit is therefore exact to a hundred rows per server, and rows
/// that a killed server hadn't written yet aren't counted.
public final class RowMeter: Sendable {
    private let database: any Database
    private let values: LimitValues
    private let runtime: Runtime
    private let days = Mutex<[Company.ID: Today]>([:])

    private struct Today {
        let day: Day
        /// The number last read from the database, including what this server has written since.
        var written: Int64
        /// The rows counted by this server and not written yet.
        var counted: Int64 = 0
        var readAt: Instant
    }

    public init(_ database: any Database, _ values: LimitValues, runtime: Runtime) {
        (self.database, self.values, self.runtime) = (database, values, runtime)
    }

    /// Makes a change of a company's data, and counts the rows that it adds.
    /// - Parameter isRemoval: a removal is counted but never refused.
    /// - Throws: `LimitRefusal.dailyRows` if the change adds rows and the day's limit is reached; what the change throws; the database's
    ///   `StorageError`.
    public func make<Result>(
        _ change: Change<Result>, in company: Company.ID, isRemoval: Bool = false
    ) async throws -> Result {
        try await make(change, in: company, isRemoval: isRemoval) { $0 }
    }

    /// Makes a change that is part of another one; rows that the rest adds aren't counted.
    /// - Throws: as the other `make` does.
    public func make<Part, Result>(
        _ change: Change<Part>, in company: Company.ID, isRemoval: Bool = false,
        as whole: (Change<Part>) -> Change<Result>
    ) async throws -> Result {
        let most = try await values.values(of: company)[.dailyRows] ?? Limit.dailyRows.standard
        let now = runtime.now()
        let left = isRemoval ? Int64.max : most.subtracting(try await used(by: company, most: most, now: now))
        let full = LimitRefusal.dailyRows.refusal(most, retryAfter: now.untilNextDay)
        let tally = Tally()
        let counted = Change(reading: change.reading) { transaction in
            let session = CountingSession(transaction.session)
            let result = try change.body(Transaction(session, transaction.aftermath))
            guard session.insertions == 0 || session.insertions <= left else { throw full }
            // The body may run again.
            tally.added.withLock { $0 = session.insertions }
            return result
        }
        let result = try await database.make(whole(counted))
        let added = tally.added.withLock { $0 }
        if added > 0 { await count(added, of: company, most: most, now: now) }
        return result
    }

    private final class Tally: Sendable {
        let added = Mutex<Int64>(0)
    }

    /// The rows added so far today.
    private func used(by company: Company.ID, most: Int64, now: Instant) async throws -> Int64 {
        if let today = days.withLock({ $0[company] }), today.day == now.day {
            let used = today.written.adding(today.counted)
            // The count may have been deleted, or an operator may have set another limit: a full day is read again.
            if used < most || now < today.readAt + .seconds(10) { return used }
        }
        let written: Int64 = try await database.fetch(RowMeter.written(company, now.day)).first ?? 0
        return days.withLock { days in
            let counted = days[company].flatMap { $0.day == now.day ? $0.counted : nil } ?? 0
            days[company] = Today(day: now.day, written: written, counted: counted, readAt: now)
            if days.count > 10_000 { days = days.filter { $0.value.day == now.day } }
            return written.adding(counted)
        }
    }

    private func count(_ added: Int64, of company: Company.ID, most: Int64, now: Instant) async {
        let batch = min(100, max(1, most / 500))
        let due: Int64? = days.withLock { days in
            guard var today = days[company], today.day == now.day else { return added }
            today.counted = today.counted.adding(added)
            let due = today.counted >= batch ? today.counted : nil
            if due != nil {
                today.written = today.written.adding(today.counted)
                today.counted = 0
            }
            days[company] = today
            return due
        }
        guard let due else { return }
        // The change is committed, whether or not its count can be written.
        let written = try? await database.transaction { transaction in
            try transaction.enqueue(RowMeter.forgetEarlier(than: now.day + -1, company))
            return try transaction.fetch(RowMeter.add(due, company, now.day))
        }
        days.withLock { days in
            guard var today = days[company], today.day == now.day else { return }
            if let written = written?.first { today.written = max(today.written, written) }
            today.readAt = now
            days[company] = today
        }
    }

    static func written(_ company: Company.ID, _ day: Day) -> Query<Int64> {
        Query("SELECT r.added FROM company_rows r WHERE r.company_id = $1 AND r.day = $2", company, day) {
            try $0.next()
        }
    }

    private static func forgetEarlier(than day: Day, _ company: Company.ID) -> Statement {
        Statement("DELETE FROM company_rows WHERE company_id = $1 AND day < $2", company, day)
    }

    /// Adds nothing to a company that was erased.
    private static func add(_ rows: Int64, _ company: Company.ID, _ day: Day) -> Query<Int64> {
        Query(
            """
            INSERT INTO company_rows (company_id, day, added) SELECT c.id, $2, $3 FROM companies c WHERE c.id = $1
            ON CONFLICT (company_id, day) DO UPDATE SET added = company_rows.added + excluded.added
            RETURNING added
            """,
            company, day, rows
        ) { try $0.next() }
    }
}

/// Counts the INSERTs of a transaction, including those that insert nothing because the row exists.
private final class CountingSession: TransactionSession {
    private let session: any TransactionSession
    private(set) var insertions: Int64 = 0

    init(_ session: any TransactionSession) { self.session = session }

    func read(_ readings: [any Reading]) throws {
        for reading in readings { insertions += reading.statement.sql.insertions }
        try session.read(readings)
    }

    func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int {
        for reading in readings { insertions += reading.statement.sql.insertions }
        insertions += statement.sql.insertions
        return try session.execute(statement, after: readings)
    }

    func enqueue(_ statement: Statement) throws {
        insertions += statement.sql.insertions
        try session.enqueue(statement)
    }

    func liftTimeLimit() throws { try session.liftTimeLimit() }
    func relax(_ relaxation: Relaxation) throws { try session.relax(relaxation) }
}

extension Instant {
    /// The time until midnight UTC.
    fileprivate var untilNextDay: Duration {
        let day: Int64 = 24 * 3600 * 1000
        return .milliseconds(day - ((milliseconds % day) + day) % day)
    }
}

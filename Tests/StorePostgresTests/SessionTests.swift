import Core
import Storage
import StoreContract
import StorePostgres
import Synchronization
import Testing

/// What only PostgreSQL does: conflicts between transactions, limits of time, sessions that a pooler may exchange.
@Suite("Sessions on PostgreSQL", .serialized)
struct SessionTests {
    private static let tables = """
        CREATE TABLE stock (id BIGINT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL);
        INSERT INTO stock VALUES (1, 0), (2, 0);
        """

    private static let amounts = Query("SELECT amount FROM stock ORDER BY id") { try $0.next() as Int64 }

    private func add(_ id: Int64) -> Statement { Statement("UPDATE stock SET amount = amount + 1 WHERE id = $1", id) }

    @Test("two transactions that lock two rows crosswise both succeed", .timeLimit(.minutes(1)))
    func deadlock() async throws {
        try await withStore(PostgresStore()) { database in
            try await database.make(Self.tables)
            let runs = Atomic(0)
            let bothLocked = Gate()
            let arrivals = Atomic(0)
            let results = await atOnce(2) { number in
                let (first, second): (Int64, Int64) = number == 0 ? (1, 2) : (2, 1)
                try await database.transaction { transaction in
                    runs.add(1, ordering: .sequentiallyConsistent)
                    try transaction.execute(add(first))
                    // Goes on when both have their first row, and at once when it runs again.
                    if arrivals.add(1, ordering: .sequentiallyConsistent).newValue == 2 { bothLocked.open() }
                    bothLocked.pass()
                    try transaction.execute(add(second))
                }
            }
            for result in results { #expect(result.isSuccess, "\(result)") }
            #expect(runs.load(ordering: .sequentiallyConsistent) > 2, "one of them ran again")
            #expect(try await database.rows(of: Self.amounts) == [2, 2])
        }
    }

    @Test("a serialization failure runs the body again, until it goes well")
    func serializationFailure() async throws {
        try await withStore(PostgresStore()) { database in
            try await database.make(Self.tables)
            let runs = Atomic(0)
            try await database.transaction { transaction in
                let run = runs.add(1, ordering: .sequentiallyConsistent).newValue
                try transaction.execute(add(1))
                if run < 4 {
                    try transaction.execute(
                        Statement(
                            "DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = 'serialization_failure'; END $$"))
                }
            }
            #expect(runs.load(ordering: .sequentiallyConsistent) == 4)
            #expect(try await database.rows(of: Self.amounts) == [1, 0], "the runs that failed left nothing")

            runs.store(0, ordering: .sequentiallyConsistent)
            await expectError(.timeout, "one that never goes well") {
                try await database.transaction { transaction in
                    runs.add(1, ordering: .sequentiallyConsistent)
                    try transaction.execute(
                        Statement(
                            "DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = 'deadlock_detected'; END $$"))
                }
            }
            let all = runs.load(ordering: .sequentiallyConsistent)
            #expect(all > 1 && all < 100)
        }
    }

    @Test("a statement that takes too long is ended", .timeLimit(.minutes(1)))
    func statementTimeout() async throws {
        try await withStore(PostgresStore()) {
            $0.statementTimeout = .milliseconds(500)
        } _: { database in
            try await database.make(Self.tables)
            let sleep = Query("SELECT CAST(pg_sleep(60) AS TEXT)") { try $0.next() as String }
            let start = ContinuousClock.now
            await expectError(.timeout, "read") { _ = try await database.fetch(sleep) }
            await expectError(.timeout, "transaction") {
                try await database.transaction { transaction in
                    try transaction.execute(add(1))
                    _ = try transaction.fetch(sleep)
                }
            }
            await expectError(.timeout, "enqueued") {
                try await database.transaction { transaction in
                    try transaction.enqueue(add(1))
                    try transaction.enqueue(Statement("SELECT pg_sleep(60)"))
                }
            }
            #expect(.now - start < .seconds(8))
            #expect(try await database.rows(of: Self.amounts) == [0, 0], "it had no effect")
            let sleepers = try await database.fetchOne(
                Query(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1", "%pg_sleep(60)%"
                ) {
                    try $0.next() as Int64
                })
            #expect(sleepers <= 1, "the server stopped it too (this question itself is the one)")
        }
    }

    @Test("a migration takes as long as it takes", .timeLimit(.minutes(1)))
    func liftedTimeLimit() async throws {
        try await withStore(PostgresStore()) {
            $0.statementTimeout = .milliseconds(300)
        } _: { database in
            try await database.make(Self.tables)
            // Longer than the limit and the time in which the server should say so.
            let sleep = Query("SELECT CAST(pg_sleep(1.6) AS TEXT)") { try $0.next() as String }
            try await database.transaction { transaction in
                try transaction.liftTimeLimit()
                _ = try transaction.fetch(sleep)
                try transaction.execute(add(1))
            }
            await expectError(.timeout, "and the next one doesn't") {
                try await database.transaction { _ = try $0.fetch(sleep) }
            }
            #expect(try await database.rows(of: Self.amounts) == [1, 0])
        }
    }

    @Test("a slow read keeps the others waiting for a moment only", .timeLimit(.minutes(1)))
    func slowReads() async throws {
        try await withStore(PostgresStore()) { database in
            let slow = (0..<3).map { _ in
                Task {
                    try await database.fetch(Query("SELECT CAST(pg_sleep(2.5) AS TEXT)") { try $0.next() as String })
                }
            }
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            let quick = await atOnce(100) { number in
                try await database.fetchOne(Query("SELECT $1", Int64(number)) { try $0.next() as Int64 })
            }
            #expect(ContinuousClock.now - start < .seconds(4.5))
            for (number, result) in quick.enumerated() { #expect(try result.get() == Int64(number)) }
            for task in slow { _ = await task.result }
        }
    }

    @Test("a read whose second statement is stopped in place of its first is answered", .timeLimit(.minutes(1)))
    func stopsThatComeTooLate() async throws {
        try await withStore(PostgresStore()) { database in
            // Around a reader's limit for one statement, so that some of the stops arrive a moment too late.
            let results = await atOnce(2) { lane in
                for step in 0..<12 {
                    let first = 0.5 + Double(step) / 4000
                    _ = try await database.fetch(
                        Query(
                            SQL(unchecked: "SELECT CAST(pg_sleep(\(first)) AS TEXT)")
                        ) { try $0.next() as String },
                        Query("SELECT CAST(pg_sleep(0.05) AS TEXT)") { try $0.next() as String })
                }
            }
            for result in results { #expect(result.isSuccess, "\(result)") }
        }
    }

    @Test("a row that someone holds is waited for, but not for ever", .timeLimit(.minutes(1)))
    func lockTimeout() async throws {
        try await withStore(PostgresStore()) {
            $0.waitTimeout = .milliseconds(500)
        } _: { database in
            try await database.make(Self.tables)
            let gate = Gate()
            let holder = Task {
                try await database.transaction { transaction in
                    try transaction.execute(add(1))
                    gate.pass()
                }
            }
            try await gate.waitForArrival()
            let start = ContinuousClock.now
            await expectError(.timeout) { try await database.transaction { try $0.execute(add(1)) } }
            #expect(.now - start > .milliseconds(400) && .now - start < .seconds(4))
            gate.open()
            _ = try await holder.value
            #expect(try await database.rows(of: Self.amounts) == [1, 0])
        }
    }

    @Test("without prepared statements everything goes as well", .timeLimit(.minutes(1)))
    func unprepared() async throws {
        try await withStore(PostgresStore()) {
            $0.prepared = false
        } _: { database in
            try await database.make(Self.tables)
            let results = await atOnce(100) { number in
                try await database.transaction { transaction in
                    try transaction.enqueue(add(Int64(number % 2 + 1)))
                    if number % 10 == 0 { try transaction.execute(Statement("SELECT 1 FROM missing")) }
                }
            }
            #expect(results.filter(\.isSuccess).count == 90)
            #expect(results.filter { $0.failureKind == .noSuchTable }.count == 10)
            #expect(try await database.rows(of: Self.amounts) == [40, 50])
            let prepared = try await database.fetchOne(
                Query("SELECT count(*) FROM pg_prepared_statements") { try $0.next() as Int64 })
            #expect(prepared == 0)
        }
    }

    @Test("nothing of a transaction stays behind in its session")
    func noSessionState() async throws {
        try await withStore(PostgresStore()) {
            $0.pool = 2
        } _: { database in
            let settings = Query(
                """
                SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                    current_setting('transaction_read_only')
                """
            ) { [try $0.next() as String, try $0.next() as String, try $0.next() as String] }
            let inside = try await database.transaction { try $0.fetch(settings) }
            #expect(inside.first?.first != "0", "inside there is a limit")
            _ = try? await database.transaction { try $0.execute(Statement("DELETE FROM missing")) }
            let after = try await database.fetchOne(settings)
            #expect(after == ["0", "0", "off"])
            let held = try await database.fetchOne(
                Query(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
                    """
                ) { try $0.next() as Int64 })
            #expect(held == 0)
        }
    }

    @Test("what the server says of a value never shows it")
    func noValuesInWords() async throws {
        try await withStore(PostgresStore()) { database in
            let error = await expectError(.failed) {
                _ = try await database.fetch(Query("SELECT CAST($1 AS BIGINT)", "geheim") { try $0.next() as Int64 })
            }
            #expect(error?.detail.contains("geheim") == false, "\(error as Any)")
        }
    }
}

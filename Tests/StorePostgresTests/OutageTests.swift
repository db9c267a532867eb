import Core
import Storage
import StoreContract
import StorePostgres
import Synchronization
import Testing

/// A server that goes away and comes back.
@Suite("A PostgreSQL that goes away", .serialized)
struct OutageTests {
    private static let tables = "CREATE TABLE marks (id BIGINT NOT NULL PRIMARY KEY, half BIGINT NOT NULL);"

    /// What the clients of one test met, while they worked as hard as they could.
    private final class Load: Sendable {
        private struct Notes {
            var acknowledged: [Int64] = []
            /// Those whose commit may have taken effect or not.
            var unknown: Set<Int64> = []
            var refusals: [StorageError] = []
            var others: [String] = []
            var slowest = Duration.zero
            var lastSuccess = ContinuousClock.now
        }

        private let notes = Mutex(Notes())
        private let isOver = Atomic(false)

        var acknowledged: [Int64] { notes.withLock { $0.acknowledged } }
        var unknown: Set<Int64> { notes.withLock { $0.unknown } }
        var refusals: [StorageError] { notes.withLock { $0.refusals } }
        var others: [String] { notes.withLock { $0.others } }
        var slowest: Duration { notes.withLock { $0.slowest } }
        var lastSuccess: ContinuousClock.Instant { notes.withLock { $0.lastSuccess } }

        func end() { isOver.store(true, ordering: .sequentiallyConsistent) }

        /// Works until `end`: every other call writes.
        func run(_ client: Int, on database: any Database) async {
            var id = Int64(client) * 1_000_000
            while !isOver.load(ordering: .sequentiallyConsistent) {
                id += 1
                let writes = id % 2 == 0
                let start = ContinuousClock.now
                do {
                    if writes { try await write(id, to: database) } else { _ = try await database.count("marks") }
                    notes.withLock { notes in
                        if writes { notes.acknowledged.append(id) }
                        notes.lastSuccess = .now
                    }
                } catch {
                    notes.withLock { notes in
                        if writes { notes.unknown.insert(id) }
                        if let error = error as? StorageError, error.kind == .unavailable {
                            notes.refusals.append(error)
                        } else {
                            notes.others.append("\(error)")
                        }
                    }
                    // As a client would, that was asked to come again.
                    try? await Task.sleep(for: .milliseconds(5))
                }
                let took = ContinuousClock.now - start
                notes.withLock { $0.slowest = max($0.slowest, took) }
            }
        }

        private func write(_ id: Int64, to database: any Database) async throws {
            try await database.transaction { transaction in
                try transaction.enqueue(Statement("INSERT INTO marks VALUES ($1, 1)", id))
                _ = try transaction.fetch(
                    Query("SELECT count(*) FROM marks WHERE id = $1", id) { try $0.next() as Int64 })
                try transaction.execute(Statement("UPDATE marks SET half = 2 WHERE id = $1", id))
            }
        }
    }

    @Test(
        "everyone is told at once, and served again soon after it is back", .timeLimit(.minutes(1)),
        arguments: ["immediate", "fast"])
    func goesAndComesBack(mode: String) async throws {
        try await withCluster { cluster in
            let database = try PostgresDatabase(PostgresDatabase.Options(url: cluster.url))
            try await database.make(Self.tables)
            let load = Load()
            let clients = (0..<16).map { client in Task { await load.run(client, on: database) } }
            // On a busy machine the first ones take a while.
            for _ in 0..<40 where load.acknowledged.count == 0 { try await Task.sleep(for: .milliseconds(250)) }
            let before = load.acknowledged.count
            #expect(before > 0 && load.refusals.isEmpty && load.others.isEmpty, "\(load.others.first ?? "")")

            try await cluster.stop(mode)
            let gone = ContinuousClock.now
            try await Task.sleep(for: .milliseconds(1500))
            #expect(load.lastSuccess < gone + .seconds(1))
            #expect(!load.refusals.isEmpty)
            let start = ContinuousClock.now
            await expectError(.unavailable, "read") { _ = try await database.count("marks") }
            await expectError(.unavailable, "transaction") {
                try await database.transaction { try $0.execute(Statement("DELETE FROM marks")) }
            }
            await expectError(.unavailable, "alone") { try await database.executeAlone(Statement("DELETE FROM marks")) }
            #expect(ContinuousClock.now - start < .seconds(2), "a server that refuses connections is not waited for")

            try await cluster.start()
            let back = ContinuousClock.now
            while load.lastSuccess < back, .now < back + .seconds(10) { try await Task.sleep(for: .milliseconds(10)) }
            #expect(load.lastSuccess >= back && load.lastSuccess - back < .seconds(3), "\(load.lastSuccess - back)")
            try await Task.sleep(for: .milliseconds(300))
            load.end()
            for client in clients { await client.value }

            #expect(load.others.isEmpty, "\(load.others.count): \(load.others.first ?? "")")
            #expect(load.slowest < .seconds(6), "no one hangs: \(load.slowest)")
            #expect(load.acknowledged.count > before)
            try await expectWhole(load, in: database)
            await database.close()
        }
    }

    /// Every acknowledged mark is there, and no half one.
    private func expectWhole(_ load: Load, in database: any Database) async throws {
        let rows = try await database.rows(
            of: Query("SELECT id, half FROM marks ORDER BY id") { (try $0.next() as Int64, try $0.next() as Int64) })
        #expect(rows.allSatisfy { $0.1 == 2 })
        let ids = Set(rows.map(\.0))
        let acknowledged = Set(load.acknowledged)
        #expect(acknowledged.isSubset(of: ids), "lost: \(acknowledged.subtracting(ids).count)")
        #expect(ids.isSubset(of: acknowledged.union(load.unknown)))
    }

    @Test("a server whose connections are cut one by one is hardly noticed", .timeLimit(.minutes(1)))
    func cutConnections() async throws {
        let store = try await PostgresStore()
        try await withStore(store) { database in
            try await database.make(Self.tables)
            let load = Load()
            let clients = (0..<8).map { client in Task { await load.run(client, on: database) } }
            let other = try await store.open()
            for _ in 0..<10 {
                try await Task.sleep(for: .milliseconds(60))
                _ = try? await other.rows(
                    of: Query(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()
                        """
                    ) { try $0.next() as Bool })
            }
            await other.close()
            try await Task.sleep(for: .milliseconds(200))
            load.end()
            for client in clients { await client.value }
            #expect(load.others.isEmpty, "\(load.others.first ?? "")")
            #expect(load.slowest < .seconds(6))
            try await expectWhole(load, in: database)
        }
    }

    @Test("a server that isn't there yet is found when it comes", .timeLimit(.minutes(1)))
    func startsLater() async throws {
        try await withCluster { cluster in
            try await cluster.stop("fast")
            let database = try PostgresDatabase(PostgresDatabase.Options(url: cluster.url))
            let error = await expectError(.unavailable) {
                _ = try await database.fetchOne(Query("SELECT 1") { try $0.next() as Int64 })
            }
            #expect(error?.detail.hasSuffix(".") == true, "\(error as Any)")
            try await cluster.start()
            let back = ContinuousClock.now
            var found = false
            while !found, .now < back + .seconds(3) {
                found = (try? await database.fetchOne(Query("SELECT 1") { try $0.next() as Int64 })) == 1
            }
            #expect(found)
            await database.close()
        }
    }
}

/// Opens a store for a test, and removes it whatever happens.
func withStore(
    _ store: PostgresStore, _ change: (inout PostgresDatabase.Options) -> Void = { _ in },
    _ body: (PostgresDatabase) async throws -> Void
) async throws {
    var options = PostgresDatabase.Options(url: store.url)
    change(&options)
    let database = try PostgresDatabase(options)
    let result: Result<Void, any Error>
    do {
        result = .success(try await body(database))
    } catch {
        result = .failure(error)
    }
    await database.close()
    try await store.remove()
    try result.get()
}

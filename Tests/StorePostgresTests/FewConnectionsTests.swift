import Core
import Foundation
import Storage
import StoreContract
import StorePostgres
import Synchronization
import Testing

/// A server that gives fewer connections than the pool may have.
@Suite("A PostgreSQL with few connections")
struct FewConnectionsTests {
    /// At the first start, and whatever the readers and writers took first.
    @Test(
        "what there is does all the work, and more is taken when there is more", .timeLimit(.minutes(1)),
        arguments: [2, 3, 5])
    func worksWithWhatThereIs(limit: Int) async throws {
        try await Self.withRole(limit: limit) { url, setLimit in
            let warnings = Mutex<[String]>([])
            var options = PostgresDatabase.Options(url: url)
            options.warn = { sentence in warnings.withLock { $0.append(sentence) } }
            let database = try PostgresDatabase(options)
            try await database.executeAlone(Statement("CREATE TABLE marks (id BIGINT NOT NULL PRIMARY KEY)"))
            try await Self.work(on: database, from: 0)
            #expect(try await database.count("marks") == 400)
            // One that is just being tried counts, too.
            var open = Self.connections(database)
            let settled = ContinuousClock.now + .seconds(5)
            while open > limit, .now < settled {
                try await Task.sleep(for: .milliseconds(20))
                open = Self.connections(database)
            }
            #expect(open <= limit && open >= 2)
            #expect(Self.metric("polier_postgres_connections_refused_total", database) > 0)
            let said = warnings.withLock { $0 }
            #expect(said.count == 1, "once a minute")
            #expect(said.first?.contains("gives no more connections: too many connections for role") == true, "\(said)")

            try await setLimit(-1)
            let end = ContinuousClock.now + .seconds(15)
            var next: Int64 = 1000
            while Self.connections(database) <= limit + 1, .now < end {
                try await Self.work(on: database, from: next)
                next += 1000
            }
            #expect(Self.connections(database) > limit + 1)
            await database.close()
        }
    }

    /// Eight clients write and read, 400 rows in all; one after the other at the end.
    private static func work(on database: any Database, from first: Int64) async throws {
        func write(_ id: Int64) async throws {
            try await database.transaction { try $0.execute(Statement("INSERT INTO marks VALUES ($1)", id)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<Int64(8) {
                group.addTask {
                    for number in 0..<Int64(45) {
                        try await write(first + client * 45 + number)
                        _ = try await database.count("marks")
                    }
                }
            }
            try await group.waitForAll()
        }
        for id in first + 360..<first + 400 { try await write(id) }
    }

    private static func connections(_ database: PostgresDatabase) -> Int {
        Int(metric("polier_database_connections", database))
    }

    /// The sum over all labels.
    private static func metric(_ name: String, _ database: PostgresDatabase) -> Double {
        database.metrics.filter { $0.name == name }.reduce(0) { sum, metric in
            switch metric.value {
            case .gauge(let value), .counter(let value): sum + value
            default: sum
            }
        }
    }

    private static func withRole(
        limit: Int, _ body: (_ url: String, _ setLimit: (Int) async throws -> Void) async throws -> Void
    ) async throws {
        let name = "few_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let server = try PostgresDatabase(.init(url: try PostgresStore.serverURL()))
        func run(_ text: String) async throws { try await server.executeAlone(Statement(SQL(unchecked: text))) }
        try await run("CREATE ROLE \(name) LOGIN PASSWORD 'few' CONNECTION LIMIT \(limit)")
        try await run("CREATE DATABASE \(name) OWNER \(name)")
        let url = try PostgresStore.url(database: name) { ($0.user, $0.password) = (name, "few") }
        do {
            try await body(url) { try await run("ALTER ROLE \(name) CONNECTION LIMIT \($0)") }
        } catch {
            await server.close()
            throw error
        }
        try await run("DROP DATABASE \(name) WITH (FORCE)")
        try await run("DROP ROLE \(name)")
        await server.close()
    }
}

internal import Storage
internal import Synchronization
internal import Testing

private let tables = """
    CREATE TABLE keys (id BIGINT NOT NULL PRIMARY KEY, holder BIGINT NOT NULL) {keyed};
    INSERT INTO keys VALUES (1, 7);
    """

private let holders = Query("SELECT holder FROM keys WHERE id = 1") { try $0.next() as Int64 }
private let ids = Query("SELECT id FROM keys ORDER BY id") { try $0.next() as Int64 }

private let unchanged: [Int64] = [1]

private func insert(_ id: Int64) -> Statement { Statement("INSERT INTO keys VALUES ($1, 0)", id) }

private func holder(is one: Int64) -> Assumption { Assumption(holders) { $0 == [one] } }

/// What a transaction's body may do, once or twice: with the first answer the assumption is tested.
private let bodies: [(name: String, body: @Sendable (borrowing Transaction) throws -> Void)] = [
    (
        "reads",
        {
            _ = try $0.fetch(ids); try $0.enqueue(insert(2))
        }
    ),
    ("executes", { try $0.execute(insert(2)) }),
    (
        "enqueues before it executes",
        {
            try $0.enqueue(insert(2)); try $0.execute(insert(3))
        }
    ),
    ("has no answer", { try $0.enqueue(insert(2)) }),
    (
        "catches",
        {
            _ = try? $0.fetch(ids); try? $0.enqueue(insert(2))
        }
    ),
]

extension StoreContract {
    static var assumptionCases: [ContractCase] {
        [
            ContractCase("an assumption that holds changes nothing, and costs no call", tables: tables) { database in
                let calls = CallCount(database)
                let assuming = AssumingDatabase(calls)
                let assumption = holder(is: 7)
                try await Assumption.$current.withValue(assumption) {
                    #expect(try await assuming.fetch(ids) == unchanged)
                    #expect(calls.count == 1)
                    for (number, (_, body)) in bodies.dropLast().enumerated() {
                        try await assuming.transaction(body)
                        #expect(calls.count == number + 2)
                        try await database.transaction { try $0.execute(Statement("DELETE FROM keys WHERE id > 1")) }
                    }
                    try await assumption.check(in: assuming)
                }
                #expect(calls.count == bodies.count, "it was found to hold, and isn't asked again")
            },
            ContractCase("a transaction is kept whose assumption holds", tables: tables) { database in
                for (name, body) in bodies {
                    try await Assumption.$current.withValue(holder(is: 7)) {
                        try await AssumingDatabase(database).transaction(body)
                    }
                    #expect(try await database.rows(of: ids).count > 1, "a body that \(name)")
                    try await database.transaction { try $0.execute(Statement("DELETE FROM keys WHERE id > 1")) }
                }
            },
            ContractCase("nothing is read or kept whose assumption is wrong", tables: tables) { database in
                let assuming = AssumingDatabase(database)
                for assumption in [holder(is: 8), Assumption(holders) { $0.isEmpty }] {
                    await Assumption.$current.withValue(assumption) {
                        await #expect(throws: Assumption.Wrong.self) { try await assuming.fetch(ids) }
                        await #expect(throws: Assumption.Wrong.self) { try await assumption.check(in: database) }
                        await #expect(throws: Assumption.Wrong.self) {
                            try await assuming.executeAlone(Statement("DELETE FROM keys"))
                        }
                    }
                }
                for (name, body) in bodies {
                    await Assumption.$current.withValue(holder(is: 8)) {
                        await #expect(throws: Assumption.Wrong.self, "a body that \(name)") {
                            try await assuming.transaction(body)
                        }
                    }
                    let kept = try await database.rows(of: ids)
                    #expect(kept == unchanged, "a body that \(name)")
                }
                #expect(try await assuming.fetch(ids) == unchanged, "a task without an assumption isn't asked")
            },
            ContractCase("a failure before the answer leaves an assumption open", tables: tables) { database in
                let assuming = AssumingDatabase(database)
                for (number, isRight) in [(7 as Int64, true), (8, false)] {
                    let assumption = holder(is: number)
                    await Assumption.$current.withValue(assumption) {
                        await expectError(.unique("keys_pkey")) {
                            try await assuming.transaction { transaction in
                                try transaction.enqueue(insert(1))
                                _ = try transaction.fetch(ids)
                            }
                        }
                    }
                    var holds = true
                    do {
                        try await assumption.check(in: database)
                    } catch is Assumption.Wrong {
                        holds = false
                    }
                    #expect(holds == isRight)
                }
            },
            ContractCase("many calls at once are all tested", tables: tables) { database in
                let assuming = AssumingDatabase(database)
                await Assumption.$current.withValue(holder(is: 8)) {
                    let read = await atOnce(20) { _ in try await assuming.fetch(ids) }
                    #expect(read.allSatisfy { !$0.isSuccess })
                    let written = await atOnce(20) { number in
                        try await assuming.transaction { try $0.enqueue(insert(Int64(number + 2))) }
                    }
                    #expect(written.allSatisfy { !$0.isSuccess })
                }
                let kept = try await database.rows(of: ids)
                #expect(kept == unchanged)
            },
        ]
    }
}

/// A database that counts the calls.
private final class CallCount: Database {
    private let database: any Database
    private let calls = Mutex(0)

    init(_ database: any Database) { self.database = database }

    var count: Int { calls.withLock { $0 } }
    var dialect: Dialect { database.dialect }
    var metrics: [Metric] { database.metrics }
    var size: Int64 { get async throws { try await database.size } }

    func read(_ readings: [any Reading]) async throws {
        calls.withLock { $0 += 1 }
        try await database.read(readings)
    }

    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        calls.withLock { $0 += 1 }
        return try await database.transaction(body)
    }

    func executeAlone(_ statement: Statement) async throws { try await database.executeAlone(statement) }
    func close() async {}
}

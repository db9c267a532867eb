internal import Storage
internal import Synchronization
internal import Testing

private let tables = """
    CREATE TABLE tools (
        id BIGINT NOT NULL PRIMARY KEY,
        name {text} NOT NULL,
        amount BIGINT NOT NULL CONSTRAINT tools_amount_positive CHECK (amount >= 0)
    ) {keyed};
    INSERT INTO tools VALUES (1, 'Kelle', 10), (2, 'Eimer', 20);
    """

private func insert(_ id: Int64, _ name: String = "Quast", _ amount: Int64 = 1) -> Statement {
    Statement("INSERT INTO tools VALUES ($1, $2, $3)", id, name, amount)
}

private let ids = Query("SELECT id FROM tools ORDER BY id") { try $0.next() as Int64 }

private struct ChangedMyMind: Error {}

extension StoreContract {
    static var transactionCases: [ContractCase] {
        [
            ContractCase("a transaction is kept, and brings what its body returns", tables: tables) { database in
                let returned = try await database.transaction { transaction in
                    try transaction.execute(insert(3))
                    try transaction.enqueue(insert(4))
                    return (try transaction.fetch(ids), "done")
                }
                #expect(returned.0 == [1, 2, 3, 4], "it sees its own changes, enqueued ones too")
                #expect(returned.1 == "done")
                #expect(try await database.rows(of: ids) == [1, 2, 3, 4])
                #expect(try await database.transaction { _ in 7 } == 7, "a body may do nothing")
            },
            ContractCase(
                "what is left for after the commit is done once that is durable, and never otherwise", tables: tables
            ) {
                database in
                let steps = Mutex<[String]>([])
                @Sendable func note(_ step: String) { steps.withLock { $0.append(step) } }
                try await database.transaction { transaction in
                    transaction.afterCommit { note("kept") }
                    try transaction.enqueue(insert(3))
                    note("ran")
                }
                #expect(steps.withLock { $0 } == ["ran", "kept"])
                _ = try? await database.transaction { transaction in
                    transaction.afterCommit { note("refused by the body") }
                    throw ChangedMyMind()
                }
                _ = try? await database.transaction { transaction in
                    transaction.afterCommit { note("refused by the engine") }
                    try transaction.enqueue(insert(3))
                }
                #expect(steps.withLock { $0 } == ["ran", "kept"])
            },
            ContractCase("execute tells how many rows it changed", tables: tables) { database in
                try await database.transaction { transaction in
                    #expect(
                        try transaction.execute(
                            Statement("INSERT INTO tools VALUES (3, 'a', 1), (4, 'b', 1), (5, 'c', 1)")) == 3)
                    #expect(try transaction.execute(Statement("UPDATE tools SET amount = 2 WHERE id > 3")) == 2)
                    #expect(try transaction.execute(Statement("UPDATE tools SET amount = amount")) == 5)
                    #expect(
                        try transaction.execute(Statement("UPDATE tools SET amount = 3 WHERE id > $1", 99 as Int64))
                            == 0)
                    try transaction.enqueue(Statement("DELETE FROM tools WHERE id = 1"))
                    #expect(try transaction.execute(Statement("DELETE FROM tools WHERE id IN (2, 3)")) == 2)
                    #expect(try transaction.execute(Statement("CREATE TABLE more (id BIGINT)")) == 0)
                    #expect(try transaction.execute(Statement("INSERT INTO more SELECT id FROM tools")) == 2)
                    #expect(try transaction.execute(Statement("INSERT INTO more SELECT 1 WHERE $1", false)) == 0)
                }
            },
            ContractCase("RETURNING brings rows as they have become", tables: tables) { database in
                try await database.transaction { transaction in
                    let amounts = try transaction.fetch(
                        Query(
                            """
                            UPDATE tools SET amount = amount + $1
                            WHERE name = $2 AND amount + $1 >= 0 RETURNING amount, id
                            """, -4 as Int64, "Kelle"
                        ) { (try $0.next() as Int64, try $0.next() as Int64) })
                    #expect(amounts.count == 1 && amounts.first?.0 == 6 && amounts.first?.1 == 1)
                    let gone = try transaction.fetch(
                        Query("DELETE FROM tools WHERE id = 2 RETURNING name") { try $0.next() as String })
                    #expect(gone == ["Eimer"])
                    let upserted = try transaction.fetch(
                        Query(
                            """
                            INSERT INTO tools VALUES (1, 'Kelle', 1), (7, 'Sieb', 2)
                            ON CONFLICT (id) DO UPDATE SET amount = tools.amount + excluded.amount RETURNING amount
                            """
                        ) { try $0.next() as Int64 })
                    #expect(upserted.sorted() == [2, 7])
                    let none = try transaction.fetch(
                        Query("UPDATE tools SET amount = 0 WHERE id = 99 RETURNING id") { try $0.next() as Int64 })
                    #expect(none == [])
                }
            },
            ContractCase("a body that throws leaves nothing", tables: tables) { database async throws in
                await #expect(throws: ChangedMyMind.self) {
                    try await database.transaction { transaction in
                        try transaction.execute(insert(3))
                        try transaction.enqueue(insert(4))
                        throw ChangedMyMind()
                    }
                }
                await #expect(throws: ChangedMyMind.self) {
                    try await database.transaction { _ in throw ChangedMyMind() }
                }
                await #expect(throws: ChangedMyMind.self) {
                    try await database.transaction { transaction in
                        try transaction.enqueue(insert(5))
                        throw ChangedMyMind()
                    }
                }
                #expect(try await database.rows(of: ids) == [1, 2])
            },
            ContractCase("a large transaction", tables: tables) { database in
                try await database.transaction { transaction in
                    for id in 100..<3100 {
                        try transaction.enqueue(insert(Int64(id), String(repeating: "x", count: id)))
                    }
                    #expect(try transaction.execute(Statement("UPDATE tools SET amount = 5 WHERE id >= 100")) == 3000)
                }
                let (sum, length) = try await database.fetch(
                    Query("SELECT CAST(sum(amount) AS BIGINT) FROM tools") { try $0.next() as Int64 },
                    Query("SELECT CAST(sum(length(name)) AS BIGINT) FROM tools WHERE id >= 100") {
                        try $0.next() as Int64
                    })
                #expect(sum == [15_030])
                #expect(length == [(100..<3100).reduce(0, +)])
            },
            ContractCase("a commit is visible at once, to its caller and to everyone else", tables: tables) {
                database in
                let results = await atOnce(8) { writer in
                    for round in 0..<25 {
                        let id = Int64(1000 * writer + 100 + round)
                        try await database.transaction { try $0.execute(insert(id)) }
                        let (mine, count) = try await database.fetch(
                            Query("SELECT id FROM tools WHERE id = $1", id) { try $0.next() as Int64 },
                            Query("SELECT count(*) FROM tools WHERE id / 1000 = $1 AND id % 1000 >= 100", Int64(writer))
                            {
                                try $0.next() as Int64
                            })
                        #expect(mine == [id])
                        #expect(count == [Int64(round + 1)])
                    }
                }
                for result in results { try result.get() }
            },
            ContractCase("a read doesn't see what isn't committed, and doesn't wait for it", tables: tables) {
                database in
                let gate = Gate()
                let writing = Task {
                    try await database.transaction { transaction in
                        try transaction.execute(Statement("UPDATE tools SET amount = 99"))
                        gate.pass()
                    }
                }
                try await gate.waitForArrival()
                let during = try await database.fetch(
                    Query("SELECT amount FROM tools ORDER BY id") { try $0.next() as Int64 })
                gate.open()
                try await writing.value
                #expect(during == [10, 20])
                let after = try await database.fetch(
                    Query("SELECT amount FROM tools ORDER BY id") { try $0.next() as Int64 })
                #expect(after == [99, 99])
            },
        ]
    }
}

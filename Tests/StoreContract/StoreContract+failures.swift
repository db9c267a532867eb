internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE tools (id BIGINT NOT NULL PRIMARY KEY, name {text} NOT NULL) {keyed};
    CREATE TABLE parts (tool_id BIGINT NOT NULL REFERENCES tools (id), number BIGINT NOT NULL);
    CREATE UNIQUE INDEX tools_name ON tools (name);
    INSERT INTO tools VALUES (1, 'Kelle');
    """

private func insert(_ id: Int64, _ name: String) -> Statement {
    Statement("INSERT INTO tools VALUES ($1, $2)", id, name)
}

private let ids = Query("SELECT id FROM tools ORDER BY id") { try $0.next() as Int64 }

private struct AnotherError: Error {}

extension StoreContract {
    static var failureCases: [ContractCase] {
        [
            ContractCase("a statement's error fails the transaction, even if the body catches it", tables: tables) {
                database async throws in
                await expectError(.unique("tools_name"), "execute") {
                    try await database.transaction { transaction in
                        try transaction.execute(insert(2, "Eimer"))
                        _ = try? transaction.execute(insert(3, "Kelle"))
                        try transaction.execute(insert(4, "Quast"))
                    }
                }
                await expectError(.unique("tools_name"), "the body goes on as if nothing had happened") {
                    try await database.transaction { transaction in
                        try transaction.execute(insert(2, "Eimer"))
                        _ = try? transaction.execute(insert(3, "Kelle"))
                        _ = try? transaction.execute(insert(4, "Quast"))
                        try? transaction.enqueue(insert(5, "Sieb"))
                        _ = try? transaction.fetch(ids)
                    }
                }
                await expectError(.noSuchTable, "fetch") {
                    try await database.transaction { transaction in
                        try transaction.execute(insert(2, "Eimer"))
                        _ = try? transaction.fetch(Query("SELECT 1 FROM missing") { _ in })
                    }
                }
                await expectError(.noSuchTable, "the body throws something else") {
                    try await database.transaction { transaction in
                        do { try transaction.execute(Statement("DELETE FROM missing")) } catch { throw AnotherError() }
                    }
                }
                await expectError(.unstorable, "a value that can't be bound") {
                    try await database.transaction { transaction in
                        try transaction.execute(insert(2, "Eimer"))
                        _ = try? transaction.execute(insert(3, "\0"))
                    }
                }
                #expect(try await database.rows(of: ids) == [1])
            },
            ContractCase("an enqueued statement's error fails the transaction", tables: tables) {
                database async throws in
                await expectError(.unique("tools_pkey"), "at the commit") {
                    try await database.transaction { transaction in
                        try transaction.enqueue(insert(2, "Eimer"))
                        try transaction.enqueue(insert(1, "Quast"))
                        try transaction.enqueue(insert(3, "Sieb"))
                    }
                }
                await expectError(.unique("tools_pkey"), "at the next call") {
                    try await database.transaction { transaction in
                        try transaction.enqueue(insert(2, "Eimer"))
                        try transaction.enqueue(insert(1, "Quast"))
                        _ = try transaction.fetch(ids)
                        Issue.record("the fetch went well")
                    }
                }
                await expectError(.foreignKey, "caught") {
                    try await database.transaction { transaction in
                        try? transaction.enqueue(Statement("INSERT INTO parts VALUES (99, 1)"))
                        _ = try? transaction.execute(insert(2, "Eimer"))
                    }
                }
                await expectError(.noSuchTable, "the first of two errors counts") {
                    try await database.transaction { transaction in
                        try? transaction.enqueue(Statement("INSERT INTO missing VALUES (99, 1)"))
                        try? transaction.enqueue(insert(1, "Kelle"))
                    }
                }
                #expect(try await database.rows(of: ids) == [1])
                #expect(try await database.count("parts") == 0)
            },
            ContractCase("after a failure everything works as before", tables: tables) { database in
                let count = Query("SELECT count(*) FROM tools WHERE name <> $1", "x") { try $0.next() as Int64 }
                for round in 0..<20 {
                    // The statements are new to their connection when the transaction fails.
                    await expectError(.unique("tools_pkey")) {
                        try await database.transaction { transaction in
                            _ = try transaction.fetch(count)
                            try transaction.execute(Statement("UPDATE tools SET name = name WHERE id = $1", 1 as Int64))
                            try transaction.enqueue(insert(1, "Eimer"))
                            try transaction.enqueue(Statement("DELETE FROM parts WHERE number = $1", 1 as Int64))
                        }
                    }
                    try await database.transaction { transaction in
                        #expect(try transaction.fetch(count) == [Int64(round + 1)])
                        try transaction.enqueue(Statement("DELETE FROM parts WHERE number = $1", 1 as Int64))
                        #expect(
                            try transaction.execute(Statement("UPDATE tools SET name = name WHERE id = $1", 1 as Int64))
                                == 1)
                        try transaction.enqueue(insert(Int64(100 + round), "tool \(round)"))
                    }
                }
                #expect(try await database.rows(of: count) == [21])
            },
            ContractCase("of two hundred transactions at once every third fails, alone", tables: tables) {
                database async throws in
                let results = await atOnce(200) { number in
                    try await database.transaction { transaction in
                        try transaction.execute(insert(Int64(1000 + number), "tool \(number)"))
                        try transaction.enqueue(Statement("INSERT INTO parts VALUES ($1, 1)", Int64(1000 + number)))
                        guard number % 3 == 0 else { return }
                        switch number % 4 {
                        case 0: try transaction.execute(insert(1, "twice"))
                        case 1: try transaction.enqueue(Statement("INSERT INTO parts VALUES (99, 1)"))
                        case 2: try transaction.execute(Statement("INSERT INTO missing VALUES (1)"))
                        default: throw AnotherError()
                        }
                    }
                }
                let kinds: [StorageError.Kind?] = [.unique("tools_pkey"), .foreignKey, .noSuchTable, nil]
                for (number, result) in results.enumerated() {
                    #expect(result.isSuccess == (number % 3 != 0), "\(number): \(result)")
                    if number % 3 == 0 { #expect(result.failureKind == kinds[number % 4], "\(number): \(result)") }
                }
                let kept = (0..<200).filter { $0 % 3 != 0 }.map { Int64(1000 + $0) }
                #expect(try await database.rows(of: ids) == [1] + kept)
                #expect(
                    try await database.rows(
                        of: Query("SELECT tool_id FROM parts ORDER BY tool_id") { try $0.next() as Int64 })
                        == kept)
            },
        ]
    }
}

internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE tools (id BIGINT NOT NULL PRIMARY KEY, name {text} NOT NULL) {keyed};
    INSERT INTO tools VALUES (1, 'Kelle');
    """

extension StoreContract {
    static var refusalCases: [ContractCase] {
        [
            ContractCase("a statement that writes is no read", tables: tables) { database async throws in
                let writes: [SQL] = [
                    "INSERT INTO tools VALUES (2, 'Eimer')", "INSERT INTO tools VALUES (2, 'Eimer') RETURNING id",
                    "UPDATE tools SET name = 'Eimer' RETURNING id", "DELETE FROM tools RETURNING id",
                    " \n delete from tools", "/* SELECT */ DELETE FROM tools",
                    "WITH one AS (SELECT 2 AS id) INSERT INTO tools SELECT id, 'Eimer' FROM one RETURNING id",
                    "CREATE TABLE more (id BIGINT)", "DROP TABLE tools",
                ]
                for sql in writes {
                    await expectError(.failed, sql.text) {
                        _ = try await database.fetch(Query(sql) { try $0.next() as Int64 })
                    }
                }
                #expect(
                    try await database.rows(of: Query("SELECT name FROM tools") { try $0.next() as String }) == [
                        "Kelle"
                    ])
            },
            ContractCase("two statements in one text are refused, and none runs", tables: tables) { database in
                let pairs: [SQL] = [
                    "INSERT INTO tools VALUES (2, 'Eimer'); INSERT INTO tools VALUES (3, 'Quast')",
                    "SELECT 1; DELETE FROM tools", "DELETE FROM tools; SELECT 1",
                ]
                for sql in pairs {
                    await expectError(.failed, "read: \(sql.text)") {
                        _ = try await database.fetch(Query(sql) { _ in })
                    }
                    await expectError(.failed, "execute: \(sql.text)") {
                        try await database.transaction { try $0.execute(Statement(sql)) }
                    }
                    await expectError(.failed, "enqueue: \(sql.text)") {
                        try await database.transaction { try $0.enqueue(Statement(sql)) }
                    }
                }
                #expect(try await database.count("tools") == 1)
                try await database.transaction { try $0.execute(Statement("INSERT INTO tools VALUES (4, 'Eimer'); ")) }
                #expect(try await database.count("tools") == 2, "one statement may end with a semicolon")
            },
            ContractCase("only the driver begins and ends transactions", tables: tables) { database in
                let controls: [SQL] = [
                    "BEGIN", "begin immediate", "START TRANSACTION", "COMMIT", "commit;", "END", "ROLLBACK",
                    " \n\tROLLBACK",
                    "SAVEPOINT mine", "RELEASE SAVEPOINT mine", "ROLLBACK TO SAVEPOINT mine",
                    "-- a remark\nCOMMIT", "/* a remark */ COMMIT", "; COMMIT",
                ]
                for sql in controls {
                    await expectError(.failed, "read: \(sql.text)") {
                        _ = try await database.fetch(Query(sql) { _ in })
                    }
                    await expectError(.failed, "execute: \(sql.text)") {
                        try await database.transaction { transaction in
                            try transaction.execute(Statement("INSERT INTO tools VALUES (2, 'Eimer')"))
                            try transaction.execute(Statement(sql))
                        }
                    }
                    await expectError(.failed, "enqueue: \(sql.text)") {
                        try await database.transaction { transaction in
                            try transaction.enqueue(Statement("INSERT INTO tools VALUES (3, 'Eimer')"))
                            try transaction.enqueue(Statement(sql))
                        }
                    }
                    await expectError(.failed, "fetch in a transaction: \(sql.text)") {
                        try await database.transaction { transaction in
                            try transaction.execute(Statement("INSERT INTO tools VALUES (4, 'Eimer')"))
                            _ = try transaction.fetch(Query(sql) { _ in })
                        }
                    }
                    #expect(try await database.count("tools") == 1, "\(sql.text)")
                }
                try await database.transaction { try $0.execute(Statement("INSERT INTO tools VALUES (5, 'Quast')")) }
                #expect(try await database.count("tools") == 2)
            },
        ]
    }
}

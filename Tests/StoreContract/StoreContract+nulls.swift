internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE samples (
        id BIGINT NOT NULL PRIMARY KEY,
        integer_value BIGINT,
        boolean_value BOOLEAN,
        text_value {text},
        bytes_value {bytes}
    ) {keyed};
    """

extension StoreContract {
    static var nullCases: [ContractCase] {
        [
            ContractCase("nulls of every type come back as null", tables: tables) { database in
                try await database.transaction {
                    try $0.execute(
                        Statement(
                            "INSERT INTO samples VALUES ($1, $2, $3, $4, $5)", 1 as Int64, Int64?.none, Bool?.none,
                            String?.none,
                            [UInt8]?.none))
                }
                let allNull = try await database.fetchOne(
                    Query("SELECT integer_value, boolean_value, text_value, bytes_value, id FROM samples") { row in
                        let nulls = (
                            try row.next() as Int64?, try row.next() as Bool?, try row.next() as String?,
                            try row.next() as [UInt8]?
                        )
                        // The column after the nulls: skipping one skips exactly one.
                        return (
                            nulls.0 == nil && nulls.1 == nil && nulls.2 == nil && nulls.3 == nil,
                            try row.next() as Int64
                        )
                    })
                #expect(allNull == (true, 1))
            },
            ContractCase("a null read as a value is an error of ours", tables: tables) { database in
                try await database.transaction { try $0.execute(Statement("INSERT INTO samples (id) VALUES (1)")) }
                func expectNull<Value: Column>(_ column: SQL, as _: Value.Type) async {
                    await expectError(.failed, column.text) {
                        _ = try await database.fetch(Query("SELECT \(column) FROM samples") { try $0.next() as Value })
                    }
                }
                await expectNull("integer_value", as: Int64.self)
                await expectNull("boolean_value", as: Bool.self)
                await expectNull("text_value", as: String.self)
                await expectNull("bytes_value", as: [UInt8].self)
            },
            ContractCase("a bound null carries its type", tables: tables) { database async throws in
                func isNull<Value: Column>(_ value: Value) async throws -> Bool {
                    try await database.fetchOne(
                        Query("SELECT CASE WHEN $1 IS NULL THEN $2 ELSE $3 END", value, 1 as Int64, 0 as Int64) {
                            try $0.next() as Int64
                        }) == 1
                }
                // One text with different types each time: prepared statements must not be mixed up.
                #expect(try await isNull(Int64?.none))
                #expect(try await isNull(String?.none))
                #expect(try await isNull(Bool?.none))
                #expect(try await isNull([UInt8]?.none))
                #expect(try await !isNull(0 as Int64?))
                #expect(try await !isNull("" as String?))
                #expect(try await !isNull(false as Bool?))
                #expect(try await !isNull([] as [UInt8]?))
                #expect(try await isNull(String?.none))
            },
            ContractCase("a bound null leaves a filter out", tables: tables) { database in
                try await database.transaction { transaction in
                    for (id, text) in [(1, "a"), (2, "b"), (3, nil)] as [(Int64, String?)] {
                        try transaction.execute(
                            Statement("INSERT INTO samples (id, text_value) VALUES ($1, $2)", id, text))
                    }
                }
                func ids(_ text: String?, _ id: Int64?) async throws -> [Int64] {
                    try await database.fetch(
                        Query(
                            """
                            SELECT id FROM samples
                            WHERE ($1 IS NULL OR text_value = $1) AND ($2 IS NULL OR id > $2) ORDER BY id
                            """, text, id
                        ) { try $0.next() })
                }
                #expect(try await ids(nil, nil) == [1, 2, 3])
                #expect(try await ids("a", nil) == [1])
                #expect(try await ids(nil, 1) == [2, 3])
                #expect(try await ids("b", 2) == [])
            },
        ]
    }
}

internal import Core
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

/// Stores each sample, and expects it back: from the store, as a returned parameter, and in a WHERE clause.
private func roundTrip<Value: Column & Equatable>(
    _ samples: [Value], _ column: SQL, _ database: any Database
) async throws {
    for (index, sample) in samples.enumerated() {
        let id = Int64(index)
        let returned = try await database.transaction { transaction in
            try transaction.fetch(
                Query("INSERT INTO samples (id, \(column)) VALUES ($1, $2) RETURNING \(column)", id, sample) {
                    try $0.next() as Value
                })
        }
        #expect(returned == [sample], "RETURNING, sample \(index)")
        let (stored, found, echoed) = try await database.fetch(
            Query("SELECT \(column) FROM samples WHERE id = $1", id) { try $0.next() as Value },
            Query("SELECT count(*) FROM samples WHERE \(column) = $1", sample) { try $0.next() as Int64 },
            Query("SELECT \(column) FROM samples WHERE id = $1", id) { try $0.next() as Value? })
        #expect(stored == [sample], "sample \(index)")
        #expect(found == [1], "looked for by its value, sample \(index)")
        #expect(echoed == [sample], "read as an optional, sample \(index)")
    }
}

extension StoreContract {
    static var columnCases: [ContractCase] {
        [
            ContractCase("integers come back, to their limits", tables: tables) { database in
                let samples: [Int64] = [
                    .min, .min + 1, -4_294_967_297, -1, 0, 1, 2_147_483_648, 9_007_199_254_740_993, .max - 1, .max,
                ]
                try await roundTrip(samples, "integer_value", database)
            },
            ContractCase("booleans come back", tables: tables) { database in
                try await roundTrip([true, false], "boolean_value", database)
                let yes = try await database.fetch(
                    Query("SELECT id FROM samples WHERE boolean_value ORDER BY id") { try $0.next() as Int64 })
                #expect(yes == [0], "a boolean column is a condition")
            },
            ContractCase("texts come back byte for byte, from empty to 1 MB", tables: tables) { database in
                let texts: [String] = [
                    "", " ", "a", "0", "NULL", "'", "''; DROP TABLE samples; --", "\"", "\\", "\\x00", "$1", "?1", "%",
                    "\u{1}\t\r\n\u{7F}",
                    "Fliesenkleber 25 kg, 3,5 m²", "Größe", "Gro\u{308}ße", "ẞ", "👷🏽‍♀️🧱", "🏳️‍🌈", "\u{200F}עברית",
                    "e\u{301}\u{302}\u{323}",
                    "\u{FEFF}mark", "\u{FFFD}", "\u{FFFF}", "\u{10FFFF}",
                ]
                let long = [String(repeating: "x", count: 1 << 20), String(repeating: "äöü👷", count: 100_000)]
                for (index, text) in (texts + long).enumerated() {
                    let id = Int64(index)
                    try await database.transaction {
                        try $0.execute(Statement("INSERT INTO samples (id, text_value) VALUES ($1, $2)", id, text))
                    }
                    let back = try await database.fetchOne(
                        Query("SELECT text_value FROM samples WHERE text_value = $1", text) { try $0.next() as String })
                    // Two spellings of one text are equal to Swift, so the bytes are compared.
                    #expect(Array(back.utf8) == Array(text.utf8), "text \(index)")
                }
            },
            ContractCase("bytes come back, from none to 1 MB, with every value", tables: tables) { database in
                let all = [UInt8](0...255)
                let large: [UInt8] = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 * 31) }
                let samples: [[UInt8]] = [
                    [], [0], [0, 0, 0], [0xFF], [0x5C, 0x78, 0x34, 0x31], all, all.reversed(), large,
                ]
                try await roundTrip(samples, "bytes_value", database)
            },
            ContractCase("values of Core's own types come back", tables: tables) { database in
                let id = ID<Int>("0192d3a4-5b6c-7d8e-9f01-23456789abcd")
                let day = Day("2024-02-29")
                let instant = Instant(milliseconds: -1)
                let quantity = Quantity(thousandths: -2_500)
                let role = Role.worker
                let found = try await database.fetchOne(
                    Query(
                        "SELECT $1, $2, $3, $4, $5, $6", id, day, instant, quantity, role, Role?.none
                    ) { row in
                        let values = (
                            try row.next() as ID<Int>, try row.next() as Day, try row.next() as Instant,
                            try row.next() as Quantity, try row.next() as Role
                        )
                        #expect(try row.next() as Role? == nil)
                        return values
                    })
                #expect(found.0 == id && found.1 == day && found.2 == instant && found.3 == quantity && found.4 == role)
            },
            ContractCase("a column of another type is an error of ours", tables: tables) { database in
                try await database.transaction {
                    try $0.execute(
                        Statement(
                            "INSERT INTO samples VALUES (1, $1, $2, $3, $4)", 2 as Int64, true, "text",
                            [1, 2] as [UInt8]))
                }
                func expectMismatch<Value: Column>(_ column: SQL, as _: Value.Type) async {
                    await expectError(.failed, "\(column.text) as \(Value.self)") {
                        _ = try await database.fetch(Query("SELECT \(column) FROM samples") { try $0.next() as Value })
                    }
                    await expectError(.failed, "\(column.text) as \(Value.self)?") {
                        _ = try await database.fetch(Query("SELECT \(column) FROM samples") { try $0.next() as Value? })
                    }
                }
                await expectMismatch("integer_value", as: String.self)
                await expectMismatch("integer_value", as: Bool.self)
                await expectMismatch("integer_value", as: [UInt8].self)
                await expectMismatch("boolean_value", as: String.self)
                await expectMismatch("boolean_value", as: [UInt8].self)
                await expectMismatch("text_value", as: Int64.self)
                await expectMismatch("text_value", as: Bool.self)
                await expectMismatch("text_value", as: [UInt8].self)
                await expectMismatch("text_value", as: Role.self)
                await expectMismatch("bytes_value", as: String.self)
                await expectMismatch("bytes_value", as: Int64.self)
                await expectError(.failed, "a column behind the last") {
                    _ = try await database.fetch(
                        Query("SELECT id FROM samples") { (try $0.next() as Int64, try $0.next() as Int64) })
                }
            },
        ]
    }
}

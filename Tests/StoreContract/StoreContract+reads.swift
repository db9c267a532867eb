internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE tools (id BIGINT NOT NULL PRIMARY KEY, name {text} NOT NULL) {keyed};
    INSERT INTO tools VALUES (1, 'Kelle'), (2, 'Fuchsschwanz'), (3, 'Wasserwaage');
    """

private let toolNames = Query("SELECT name FROM tools ORDER BY id") { try $0.next() as String }

private struct Unreadable: Error {}

extension StoreContract {
    static var readCases: [ContractCase] {
        [
            ContractCase("several queries are answered in one call, each with its rows", tables: tables) { database in
                let (names, count, none, pairs) = try await database.fetch(
                    toolNames,
                    Query("SELECT count(*) FROM tools") { try $0.next() as Int64 },
                    Query("SELECT id FROM tools WHERE id > $1", 3 as Int64) { try $0.next() as Int64 },
                    Query("SELECT id, name FROM tools WHERE name = $1", "Kelle") {
                        (try $0.next() as Int64, try $0.next() as String)
                    })
                #expect(names == ["Kelle", "Fuchsschwanz", "Wasserwaage"])
                #expect(count == [3])
                #expect(none == [])
                #expect(pairs.count == 1 && pairs.first?.0 == 1 && pairs.first?.1 == "Kelle")
                let inside = try await database.transaction { transaction in
                    try transaction.execute(Statement("INSERT INTO tools VALUES (4, 'Eimer')"))
                    let (names, added) = try transaction.fetch(
                        toolNames,
                        Query("INSERT INTO tools VALUES (5, 'Quast') RETURNING id") { try $0.next() as Int64 })
                    return (names.count, added)
                }
                #expect(inside == (4, [5]))
            },
            ContractCase("a read may be a WITH or VALUES, and many rows", tables: tables) { database in
                let names = try await database.fetch(
                    Query(
                        "WITH late AS (SELECT id FROM tools WHERE id > $1) SELECT name FROM tools JOIN late USING (id)",
                        2 as Int64
                    ) {
                        try $0.next() as String
                    })
                #expect(names == ["Wasserwaage"])
                #expect(try await database.rows(of: Query("VALUES (1), (2)") { try $0.next() as Int64 }) == [1, 2])
                let numbers = try await database.fetch(
                    Query(
                        """
                        WITH RECURSIVE numbers (number) AS (
                            SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $1
                        )
                        SELECT number, 'number ' || CAST(number AS TEXT) FROM numbers ORDER BY number
                        """, 50_000 as Int64
                    ) { row in
                        let number = try row.next() as Int64
                        return try row.next() as String == "number \(number)" ? number : -1
                    })
                #expect(numbers == (1...50_000).map { Int64($0) })
            },
            ContractCase("an error of the reading reaches the caller as it is", tables: tables) {
                database async throws in
                let unreadable = Query("SELECT id FROM tools") { _ throws -> Int64 in throw Unreadable() }
                await #expect(throws: Unreadable.self) { _ = try await database.fetch(unreadable) }
                await #expect(throws: Unreadable.self) { _ = try await database.fetch(toolNames, unreadable) }
                await #expect(throws: Unreadable.self) {
                    try await database.transaction { _ = try $0.fetch(unreadable) }
                }
                #expect(try await database.rows(of: toolNames).count == 3)
            },
            ContractCase("a failing query among others at once fails its caller only", tables: tables) {
                database async throws in
                let results = await atOnce(300) { number in
                    switch number % 10 {
                    case 3: try await database.fetch(Query("SELECT name FROM missing") { try $0.next() as String })
                    case 5: try await database.fetch(Query("SELECT missing FROM tools") { try $0.next() as String })
                    case 7:
                        try await database.fetch(
                            Query("SELECT name FROM tools WHERE id = $1") { try $0.next() as String })
                    case 9:
                        try await database.fetch(
                            toolNames, Query("SELECT $1 FROM missing", Int64(number)) { try $0.next() as Int64 }
                        ).0
                    default: try await database.fetch(Query("SELECT $1", "\(number)") { try $0.next() as String })
                    }
                }
                for (number, result) in results.enumerated() {
                    switch number % 10 {
                    case 3, 9: #expect(result.failureKind == .noSuchTable, "\(number): \(result)")
                    case 5, 7: #expect(result.failureKind == .failed, "\(number): \(result)")
                    default:
                        let echo = try result.get()
                        #expect(echo == ["\(number)"])
                    }
                }
            },
            ContractCase("a thousand reads at once", tables: tables) { database in
                let results = await atOnce(1000) { number in
                    let id = Int64(number % 3 + 1)
                    let (name, echo) = try await database.fetch(
                        Query("SELECT name FROM tools WHERE id = $1", id) { try $0.next() as String },
                        Query("SELECT $1", Int64(number)) { try $0.next() as Int64 })
                    return (name, echo)
                }
                let names = ["Kelle", "Fuchsschwanz", "Wasserwaage"]
                for (number, result) in results.enumerated() {
                    let (name, echo) = try result.get()
                    #expect(name == [names[number % 3]] && echo == [Int64(number)])
                }
            },
        ]
    }
}

internal import Storage
internal import Testing

extension StoreContract {
    static var placeCases: [ContractCase] {
        [
            ContractCase("places are numbered, in any order and more than once") { database in
                let row = try await database.fetchOne(
                    Query("SELECT $3, $1, $2, $1", "one", 2 as Int64, true) {
                        (
                            try $0.next() as Bool, try $0.next() as String, try $0.next() as Int64,
                            try $0.next() as String
                        )
                    })
                #expect(row == (true, "one", 2, "one"))
            },
            ContractCase("a place within a string, a name or a comment is none") { database in
                let row = try await database.fetchOne(
                    Query(
                        """
                        SELECT '$1 it''s $2' AS "a$3", $1 -- $4 isn't one
                        /* nor $5 */, '--', $2
                        """, "x", 7 as Int64
                    ) {
                        (
                            try $0.next() as String, try $0.next() as String, try $0.next() as String,
                            try $0.next() as Int64
                        )
                    })
                #expect(row == ("$1 it's $2", "x", "--", 7))
            },
            ContractCase("a hundred texts and a thousand numbers are bound") { database in
                let texts = (0..<100).map { "text \($0)" }
                let joined = texts.indices.map { "$\($0 + 1)" }.joined(separator: " || ',' || ")
                let statement = Statement(SQL(unchecked: "SELECT \(joined)"), values: texts.map { .text($0) })
                let text = FirstColumn<String>(of: statement)

                let numbers = (1...1000).map { Int64($0) }
                let sum = numbers.map { "$\($0)" }.joined(separator: " + ")
                let adding = Statement(SQL(unchecked: "SELECT \(sum)"), values: numbers.map { .integer($0) })
                let total = FirstColumn<Int64>(of: adding)
                try await database.read([text, total])
                #expect(text.values == [texts.joined(separator: ",")])
                #expect(total.values == [500_500])
            },
            ContractCase("too few or too many values are an error of ours") { database async throws in
                await expectError(.failed, "one too few") {
                    _ = try await database.fetch(Query("SELECT $1, $2", "a") { try $0.next() as String })
                }
                await expectError(.failed, "none") {
                    _ = try await database.fetch(Query("SELECT $1") { try $0.next() as String })
                }
                await expectError(.failed, "one too many") {
                    _ = try await database.fetch(Query("SELECT $1", "a", "b") { try $0.next() as String })
                }
                await expectError(.failed, "in a transaction") {
                    try await database.transaction {
                        _ = try $0.fetch(Query("SELECT $1, $2", "a") { try $0.next() as String })
                    }
                }
                #expect(try await database.fetchOne(Query("SELECT $1", "a") { try $0.next() as String }) == "a")
            },
            ContractCase("more different statements than any cache holds") { database in
                for round in 1...2 {
                    for number in 0..<600 {
                        let sql = SQL(unchecked: "SELECT $1 + \(number)")
                        let sum = try await database.fetchOne(Query(sql, 1 as Int64) { try $0.next() as Int64 })
                        #expect(sum == Int64(number + 1), "round \(round)")
                    }
                }
                try await database.transaction { transaction in
                    for number in 0..<600 {
                        let sql = SQL(unchecked: "SELECT $1 - \(number)")
                        let difference = try transaction.fetch(Query(sql, 1 as Int64) { try $0.next() as Int64 })
                        #expect(difference == [Int64(1 - number)])
                    }
                }
            },
            ContractCase(
                "a statement still runs after its table was altered", tables: "CREATE TABLE notes (id BIGINT NOT NULL);"
            ) {
                database in
                let all = Query("SELECT * FROM notes") { try $0.next() as Int64 }
                try await database.transaction { transaction in
                    try transaction.execute(Statement("INSERT INTO notes VALUES (1)"))
                    _ = try transaction.fetch(all)
                }
                #expect(try await database.rows(of: all) == [1])
                try await database.transaction {
                    try $0.execute(Statement("ALTER TABLE notes ADD COLUMN note BIGINT"))
                }
                #expect(try await database.rows(of: all) == [1])
                let inside: [Int64] = try await database.transaction { try $0.fetch(all) }
                #expect(inside == [1])
            },
        ]
    }
}

/// Returns the first column of each row of a statement with composed values.
private final class FirstColumn<Value: Column>: Reading {
    let statement: Statement
    private(set) var values: [Value] = []

    init(of statement: Statement) { self.statement = statement }

    func take(_ source: any RowSource) throws {
        var row = Row(source)
        values.append(try row.next())
    }

    func reset() { values.removeAll() }
}

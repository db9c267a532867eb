internal import Foundation
internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE stock (
        id BIGINT NOT NULL PRIMARY KEY,
        amount BIGINT NOT NULL CONSTRAINT stock_amount_positive CHECK (amount >= 0),
        owner {text}
    ) {keyed};
    CREATE TABLE movements (
        stock_id BIGINT NOT NULL REFERENCES stock (id),
        delta BIGINT NOT NULL,
        amount_after BIGINT NOT NULL
    );
    INSERT INTO stock VALUES (1, 0, NULL), (2, 0, NULL);
    """

/// Changes an amount and records the movement. Nil if it would fall below zero.
private func adjust(_ id: Int64, by delta: Int64, in database: any Database) async throws -> Int64? {
    try await database.transaction { transaction in
        let amount = try transaction.fetch(
            Query(
                "UPDATE stock SET amount = amount + $1 WHERE id = $2 AND amount + $1 >= 0 RETURNING amount", delta, id
            ) { try $0.next() as Int64 }
        ).first
        if let amount {
            try transaction.enqueue(Statement("INSERT INTO movements VALUES ($1, $2, $3)", id, delta, amount))
        }
        return amount
    }
}

/// What an amount is right after its row is shared, and when another transaction could have ended.
private func amountsWhileShared(_ id: Int64, in database: any Database) async throws -> [Int64] {
    try await database.transaction { transaction in
        try transaction.enqueue(Statement("SELECT s.id FROM stock s WHERE s.id = $1 FOR SHARE", id))
        let amount = Query("SELECT amount FROM stock WHERE id = $1", id) { try $0.next() as Int64 }
        let before = try transaction.fetch(amount)
        Thread.sleep(forTimeInterval: 0.02)
        return before + (try transaction.fetch(amount))
    }
}

private func amounts(in database: any Database) async throws -> [Int64] {
    try await database.fetch(Query("SELECT amount FROM stock ORDER BY id") { try $0.next() as Int64 })
}

extension StoreContract {
    static var concurrencyCases: [ContractCase] {
        [
            ContractCase("64 writers on one row lose no update", tables: tables) { database in
                let results = await atOnce(64) { _ in
                    var seen: [Int64] = []
                    for _ in 0..<5 { seen.append(try await adjust(1, by: 1, in: database) ?? -1) }
                    return seen
                }
                let seen = try results.flatMap { try $0.get() }
                #expect(seen.sorted() == (1...320).map { Int64($0) }, "each saw an amount of its own")
                #expect(try await amounts(in: database) == [320, 0])
                let sum = try await database.fetchOne(
                    Query("SELECT CAST(sum(delta) AS BIGINT) FROM movements") { try $0.next() as Int64 })
                #expect(sum == 320, "the amount is the sum of its movements")
            },
            ContractCase("an amount never falls below zero, however many take at once", tables: tables) { database in
                #expect(try await adjust(1, by: 100, in: database) == 100)
                let results = await atOnce(64) { number in
                    try await adjust(1, by: -Int64(number % 7 + 1), in: database)
                }
                let taken = results.enumerated().reduce(Int64(0)) { sum, result in
                    if case .success(.some) = result.element { sum + Int64(result.offset % 7 + 1) } else { sum }
                }
                for result in results { _ = try result.get() }
                let left = try await amounts(in: database)[0]
                #expect(left >= 0 && left == 100 - taken)
                let lowest = try await database.fetchOne(
                    Query("SELECT min(amount_after) FROM movements") { try $0.next() as Int64 })
                #expect(lowest == left)
            },
            ContractCase("a row that is shared stays as it is until all who share it are done", tables: tables) {
                database async throws in
                let results = await atOnce(32) { number in
                    try await number % 4 == 0
                        ? [adjust(1, by: 1, in: database) ?? -1] : amountsWhileShared(1, in: database)
                }
                for result in results { #expect(Set(try result.get()).count == 1) }
                #expect(try await amounts(in: database) == [8, 0])
            },
            ContractCase("a claim is won once", tables: tables) { database in
                for id in [1, 2] as [Int64] {
                    let results = await atOnce(32) { number in
                        try await database.transaction { transaction in
                            try transaction.execute(
                                Statement(
                                    "UPDATE stock SET owner = $1 WHERE id = $2 AND owner IS NULL", "worker \(number)",
                                    id))
                        }
                    }
                    let winners = try results.enumerated().filter { try $0.element.get() == 1 }.map(\.offset)
                    #expect(winners.count == 1)
                    let owner = try await database.fetchOne(
                        Query("SELECT owner FROM stock WHERE id = $1", id) { try $0.next() as String })
                    #expect(owner == winners.first.map { "worker \($0)" })
                }
            },
            ContractCase("one and the same row is made once", tables: tables) { database in
                let results = await atOnce(32) { _ in
                    try await database.transaction {
                        try $0.execute(Statement("INSERT INTO stock VALUES (7, 1, NULL)"))
                    }
                }
                #expect(results.filter(\.isSuccess).count == 1)
                #expect(results.filter { $0.failureKind == .unique("stock_pkey") }.count == 31)
            },
            ContractCase("transactions that lock rows crosswise all come through", tables: tables) {
                database async throws in
                let results = await atOnce(12) { number in
                    let (first, second): (Int64, Int64) = number % 2 == 0 ? (1, 2) : (2, 1)
                    try await database.transaction { transaction in
                        try transaction.execute(Statement("UPDATE stock SET amount = amount + 1 WHERE id = $1", first))
                        try transaction.execute(Statement("UPDATE stock SET amount = amount + 1 WHERE id = $1", second))
                    }
                }
                for (number, result) in results.enumerated() {
                    #expect(result.isSuccess, "\(number): \(result)")
                }
                #expect(try await amounts(in: database) == [12, 12])
            },
            ContractCase("readers see whole transactions while writers work", tables: tables) { database in
                try await database.transaction { try $0.execute(Statement("UPDATE stock SET amount = 500")) }
                let results = await atOnce(16) { number in
                    for round in 0..<20 {
                        if number % 4 == 0 {
                            let delta = Int64(round % 9 - 4)
                            try await database.transaction { transaction in
                                // Always in the same order, so that there is no deadlock.
                                try transaction.enqueue(
                                    Statement("UPDATE stock SET amount = amount + $1 WHERE id = 1", delta))
                                try transaction.enqueue(
                                    Statement("UPDATE stock SET amount = amount - $1 WHERE id = 2", delta))
                            }
                        } else {
                            let sum = try await database.fetchOne(
                                Query("SELECT CAST(sum(amount) AS BIGINT) FROM stock") { try $0.next() as Int64 })
                            #expect(sum == 1000)
                        }
                    }
                }
                for result in results { try result.get() }
            },
        ]
    }
}

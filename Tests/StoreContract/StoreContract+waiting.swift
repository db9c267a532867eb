internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE marks (number BIGINT NOT NULL, half BIGINT NOT NULL, PRIMARY KEY (number, half)) {keyed};
    """

private func mark(_ number: Int, in database: any Database) async throws {
    try await database.transaction { transaction in
        try transaction.enqueue(Statement("INSERT INTO marks VALUES ($1, 1)", Int64(number)))
        try transaction.execute(Statement("INSERT INTO marks VALUES ($1, 2)", Int64(number)))
    }
}

private let marks = Query("SELECT number FROM marks ORDER BY number, half") { try $0.next() as Int64 }

extension StoreContract {
    static var waitingCases: [ContractCase] {
        [
            ContractCase("a task that was cancelled before does nothing", tables: tables) { database async throws in
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    await #expect(throws: CancellationError.self) { _ = try await database.fetch(marks) }
                    await #expect(throws: CancellationError.self) { try await mark(1, in: database) }
                    await #expect(throws: CancellationError.self) {
                        try await database.executeAlone(Statement("INSERT INTO marks VALUES (2, 1)"))
                    }
                }
                await task.value
                #expect(try await database.rows(of: marks) == [])
            },
            ContractCase(opening: "a task that is cancelled while it waits leaves at once, and its work isn't done") {
                store in
                try await store.withDatabase { database in
                    try await database.make(tables)
                    try await whileAllAreBusy(database) { release in
                        let waiting = (0..<10).map { number in Task { try await mark(number, in: database) } }
                        try await Task.sleep(for: .milliseconds(50))
                        let start = ContinuousClock.now
                        for number in 0..<5 { waiting[number].cancel() }
                        for number in 0..<5 {
                            await #expect(throws: CancellationError.self) { try await waiting[number].value }
                        }
                        #expect(.now - start < .seconds(3))
                        release()
                        for number in 5..<10 { try await waiting[number].value }
                    }
                    #expect(try await database.rows(of: marks) == [5, 5, 6, 6, 7, 7, 8, 8, 9, 9])
                }
            },
            ContractCase("cancelled at any moment, work is done whole or not at all", tables: tables) { database in
                let tasks = (0..<200).map { number in Task { try await mark(number, in: database) } }
                for (number, task) in tasks.enumerated() where number % 2 == 0 {
                    if number % 20 == 0 { try await Task.sleep(for: .microseconds(300)) }
                    task.cancel()
                }
                var expected: [Int64] = []
                for (number, task) in tasks.enumerated() {
                    switch await task.result {
                    case .success: expected += [Int64(number), Int64(number)]
                    case .failure(let error):
                        #expect(error is CancellationError && number % 2 == 0, "\(number): \(error)")
                    }
                }
                #expect(try await database.rows(of: marks) == expected)
            },
            ContractCase(opening: "work that waits too long for its turn gets a timeout, and isn't done") {
                store in
                try await store.withDatabase(waitTimeout: .milliseconds(800)) { database async throws in
                    try await database.make(tables)
                    try await whileAllAreBusy(database) { _ async throws in
                        let start = ContinuousClock.now
                        let results = await atOnce(20) { try await mark($0, in: database) }
                        let waited = .now - start
                        for result in results { #expect(result.failureKind == .timeout, "\(result)") }
                        #expect(waited > .milliseconds(700) && waited < .seconds(5), "\(waited)")
                        #expect(try await database.rows(of: marks) == [], "reads don't wait for the writers")
                    }
                    #expect(try await database.rows(of: marks) == [])
                    try await mark(1, in: database)
                }
            },
        ]
    }

    static var closingCases: [ContractCase] {
        [
            ContractCase(opening: "closing finishes what is under way, and lets nothing more in") {
                store async throws in
                let database = try await store.open()
                try await database.make(tables)
                let gate = Gate()
                let running = Task {
                    try await database.transaction { transaction in
                        try transaction.execute(Statement("INSERT INTO marks VALUES (1, 1)"))
                        gate.pass()
                    }
                }
                try await gate.waitForArrival()
                let closing = Task { await database.close() }
                try await Task.sleep(for: .milliseconds(50))
                await expectError(.unavailable, "while it closes") { try await mark(2, in: database) }
                gate.open()
                try await running.value
                await closing.value
                await expectError(.unavailable, "transaction") { try await mark(3, in: database) }
                await expectError(.unavailable, "read") { _ = try await database.fetch(marks) }
                await expectError(.unavailable, "executeAlone") {
                    try await database.executeAlone(Statement("INSERT INTO marks VALUES (4, 1)"))
                }
                await database.close()
                try await store.withDatabase { again async throws in #expect(try await again.rows(of: marks) == [1]) }
            },
            ContractCase(opening: "what was committed is there after closing and opening again") { store in
                for round in 0..<3 {
                    try await store.withDatabase { database in
                        if round == 0 { try await database.make(tables) }
                        try await mark(round, in: database)
                        #expect(try await database.count("marks") == Int64(2 * round + 2))
                    }
                }
            },
            ContractCase(opening: "two servers on one store see each other's commits") { store in
                try await store.withDatabase { one in
                    try await one.make(tables)
                    try await store.withDatabase { other in
                        let results = await atOnce(40) { number in
                            try await mark(number, in: number % 2 == 0 ? one : other)
                            let seen = try await (number % 2 == 0 ? other : one).fetch(
                                Query("SELECT half FROM marks WHERE number = $1", Int64(number)) {
                                    try $0.next() as Int64
                                })
                            #expect(seen.count == 2)
                        }
                        for (number, result) in results.enumerated() {
                            #expect(result.isSuccess, "\(number): \(result)")
                        }
                    }
                }
            },
            ContractCase("a statement may run outside any transaction", tables: tables) { database in
                try await database.executeAlone(Statement("INSERT INTO marks VALUES ($1, 1)", 1 as Int64))
                try await database.executeAlone(Statement("CREATE INDEX marks_half ON marks (half)"))
                #expect(try await database.rows(of: marks) == [1])
                await expectError(.unique("marks_pkey")) {
                    try await database.executeAlone(Statement("INSERT INTO marks VALUES (2, 1), (1, 1)"))
                }
                await expectError(.noSuchTable) { try await database.executeAlone(Statement("DELETE FROM missing")) }
                await expectError(.failed) { try await database.executeAlone(Statement("BEGIN")) }
                #expect(try await database.rows(of: marks) == [1])
                try await mark(3, in: database)
            },
        ]
    }
}

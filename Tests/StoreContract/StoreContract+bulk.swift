internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE tools (
        place {text} NOT NULL, id BIGINT NOT NULL, name {text}, photo {bytes}, is_sharp BOOLEAN,
        PRIMARY KEY (place, id)
    ) {keyed};
    CREATE UNIQUE INDEX tools_name ON tools (name);
    CREATE TABLE loans (
        tool_place {text} NOT NULL, tool_id BIGINT NOT NULL, since BIGINT NOT NULL,
        PRIMARY KEY (since), FOREIGN KEY (tool_place, tool_id) REFERENCES tools (place, id)
    ) {keyed};
    CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, text {text} NOT NULL) {keyed};
    CREATE TABLE agreements (id {bytes} NOT NULL, loan BIGINT NOT NULL REFERENCES loans (since), PRIMARY KEY (id)) {keyed};
    """

/// All kinds of values, as they are stored.
private let insertion = """
    INSERT INTO tools VALUES
        ('b', 2, 'Kelle', NULL, TRUE), ('b', -9223372036854775808, '', NULL, FALSE),
        ('ä', 9223372036854775807, NULL, NULL, NULL), ('', 0, 'Ö 👷🏽‍♀️ \\N \\. ''"', NULL, TRUE), ('Z', 10, 'NULL', NULL, NULL)
    """

/// The same as lines of a copy, in the order of their key's bytes.
private let lines = #"""
    \#t0\#tÖ 👷🏽‍♀️ \\N \\. '"\#t\\x\#tt
    Z\#t10\#tNULL\#t\\x00ff5c0a09\#t\N
    b\#t-9223372036854775808\#t\#t\N\#tf
    b\#t2\#tKelle\#t\N\#tt
    c\#t1\#t\b\t\n\v\f\r\\\u{1}\u{7F}\#t\N\#t\N
    ä\#t9223372036854775807\#t\N\#t\N\#t\N

    """#.replacing("\\u{1}", with: "\u{1}").replacing("\\u{7F}", with: "\u{7F}")

extension BulkDatabase {
    /// Runs a body of a copy on a thread of its own, as copies do.
    fileprivate func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (any BulkSession) throws -> Value
    ) async throws -> Value {
        try await BlockingThread.run(name: "snapshot") { try withSnapshot(body) }
    }

    fileprivate func load<Value: Sendable>(
        _ body: @escaping @Sendable (any BulkSession) throws -> Value
    ) async throws -> Value {
        try await BlockingThread.run(name: "load") { try withLoad(body) }
    }

    fileprivate func fill() async throws {
        try await transaction { transaction in
            try transaction.execute(Statement(SQL(unchecked: insertion)))
            try transaction.execute(
                Statement("UPDATE tools SET photo = $1 WHERE place = 'Z'", [0, 255, 0x5C, 10, 9] as [UInt8]))
            try transaction.execute(Statement("UPDATE tools SET photo = $1 WHERE place = ''", [] as [UInt8]))
            try transaction.execute(
                Statement("INSERT INTO tools VALUES ('c', 1, $1, NULL, NULL)", "\u{8}\t\n\u{B}\u{C}\r\\\u{1}\u{7F}"))
        }
    }
}

extension BulkSession {
    fileprivate func table(_ name: String) throws -> Table {
        guard let table = try tables().first(where: { $0.name == name }) else {
            throw StorageError(.failed, "the catalog has no table \(name)")
        }
        return table
    }

    fileprivate func text(_ name: String) throws -> String {
        var text: [UInt8] = []
        try read(table(name)) { text += $0 }
        return String(decoding: text, as: UTF8.self)
    }

    fileprivate func write(_ text: String, into name: String) throws {
        let table = try table(name)
        try Array(text.utf8).withUnsafeBytes { try write($0, into: table) }
    }
}

extension StoreContract {
    static var bulkCases: [ContractCase] {
        [
            ContractCase("tables come after those they refer to, with their columns in order", tables: tables) {
                database in
                let found = try await database.snapshot { try $0.tables() }
                #expect(
                    found.map(\.name) == ["notes", "tools", "loans", "agreements"], "and the migrator's own stays out")
                #expect(found[1].target == "tools (place, id, name, photo, is_sharp)")
                #expect(found[1].columns.map(\.type) == [.text, .integer, .text, .bytes, .boolean])
                #expect(found[1].rowsInOrder.text.hasSuffix("FROM tools ORDER BY place, id"))
            },
            ContractCase("rows travel as the same lines on every engine, and back", tables: tables) { database in
                try await database.fill()
                #expect(try await database.snapshot { try $0.text("tools") } == lines)
                #expect(try await database.snapshot { try $0.text("loans") } == "")
                let again = try await database.load { session in
                    _ = try session.execute(Statement("DELETE FROM tools"))
                    let emptied = try session.text("tools")
                    try session.write(lines, into: "tools")
                    return (emptied, try session.text("tools"))
                }
                #expect(again == ("", lines), "a load reads what it wrote")
                #expect(try await database.snapshot { try $0.text("tools") } == lines)
                let (names, photos) = try await database.fetch(
                    Query("SELECT name FROM tools WHERE place = 'c'") { try $0.next() as String },
                    Query("SELECT photo FROM tools WHERE photo IS NOT NULL ORDER BY place") { try $0.next() as [UInt8] }
                )
                #expect(names == ["\u{8}\t\n\u{B}\u{C}\r\\\u{1}\u{7F}"])
                #expect(photos == [[], [0, 255, 0x5C, 10, 9]])
            },
            ContractCase("more than one piece goes through, in order", tables: tables) { database in
                // Each line has half a megabyte, a piece slightly more.
                let note = String(repeating: "Mörtel\t", count: 65_536)
                try await database.transaction { transaction in
                    for id in 0..<12 as Range<Int64> {
                        try transaction.execute(Statement("INSERT INTO notes VALUES ($1, $2)", id, "\(id)" + note))
                    }
                }
                let pieces = try await database.snapshot { session in
                    var pieces: [String] = []
                    try session.read(session.table("notes")) { pieces.append(String(decoding: $0, as: UTF8.self)) }
                    return pieces
                }
                #expect(pieces.count > 1 && pieces.allSatisfy { $0.hasSuffix("\n") })
                let kept = try await database.load { session in
                    _ = try session.execute(Statement("DELETE FROM notes"))
                    for piece in pieces { try session.write(piece, into: "notes") }
                    return try session.text("notes")
                }
                #expect(kept == pieces.joined() && kept.utf8.count > 6_000_000)
            },
            ContractCase("a snapshot stays one picture, and can't write", tables: tables) { database async throws in
                try await database.fill()
                let gate = Gate()
                let reading = Task {
                    try await database.snapshot { session in
                        let before = try session.text("tools")
                        gate.pass()
                        return (before, try session.text("tools"), try session.text("loans"))
                    }
                }
                try await gate.waitForArrival()
                try await database.transaction { transaction in
                    try transaction.execute(Statement("UPDATE tools SET name = 'Fuchsschwanz' WHERE id = 2"))
                    try transaction.execute(Statement("INSERT INTO loans VALUES ('b', 2, 1)"))
                }
                gate.open()
                let seen = try await reading.value
                #expect(seen == (lines, lines, ""))
                #expect(try await database.snapshot { try $0.text("loans") } == "b\t2\t1\n")
                await #expect(throws: StorageError.self) {
                    try await database.snapshot { _ = try $0.execute(Statement("DELETE FROM loans")) }
                }
                await #expect(throws: StorageError.self) {
                    try await database.snapshot { try $0.write("b\t2\t2\n", into: "loans") }
                }
                #expect(try await database.count("loans") == 1)
            },
        ] + loadCases
    }

    private static var loadCases: [ContractCase] {
        [
            ContractCase("a load that throws keeps nothing", tables: tables) { database async throws in
                struct Interrupted: Error {}
                await #expect(throws: Interrupted.self) {
                    try await database.load { session in
                        try session.write(lines, into: "tools")
                        _ = try session.text("tools")
                        throw Interrupted()
                    }
                }
                #expect(try await database.count("tools") == 0)
                try await database.load { try $0.write(lines, into: "tools") }
                #expect(try await database.count("tools") == 6)
            },
            ContractCase("a rule that is broken ends a load, by its name and the table's", tables: tables) { database in
                try await database.fill()
                let row = "d\t1\tKelle\t\\N\t\\N\n"
                let error = await expectError(.unique("tools_name")) {
                    try await database.load { try $0.write("d\t0\tEimer\t\\N\t\\N\n" + row, into: "tools") }
                }
                #expect(error?.detail.contains("tools") == true && error?.detail.contains("Kelle") == false)
                await expectError(.foreignKey) { try await database.load { try $0.write("b\t3\t1\n", into: "loans") } }
                await expectError(.notNull) { try await database.load { try $0.write("b\t2\t\\N\n", into: "loans") } }
                await expectError(.unique("tools_name"), "also where the body goes on") {
                    try await database.load { session in
                        try? session.write(row, into: "tools")
                        try session.write("b\t2\t7\n", into: "loans")
                    }
                }
                #expect(try await database.count("tools") == 6)
                #expect(try await database.count("loans") == 0)
            },
            ContractCase("lines that aren't rows of the table are refused", tables: tables) { database async throws in
                for line in [
                    "b\t1\n", "b\t1\tx\t\\N\tt\tt\n", "b\teins\tx\t\\N\tt\n", "b\t9223372036854775808\tx\t\\N\tt\n",
                    "b\t1\tx\t\\N\tt\u{1}\n", "b\t1\tx\t\\\\xf\tt\n", "b\t1\tx\t\\\\xgg\tt\n", "b\t1\tx\t\\N\tja?\n",
                ] {
                    await expectError(.failed, line) {
                        try await database.load { try $0.write(line, into: "tools") }
                    }
                }
                #expect(try await database.count("tools") == 0)
            },
            ContractCase(opening: "no one writes into claimed tables until the load ends") { store in
                try await store.withDatabase { database in
                    try await database.make(tables)
                    try await store.withDatabase { other in
                        let gate = Gate()
                        let loading = Task {
                            try await database.load { session in
                                try session.claim(session.tables())
                                gate.pass()
                                try session.write(lines, into: "tools")
                            }
                        }
                        try await gate.waitForArrival()
                        let late = Task {
                            try await other.transaction {
                                try $0.execute(Statement("UPDATE tools SET is_sharp = TRUE WHERE place = 'Z'"))
                            }
                        }
                        try await Task.sleep(for: .milliseconds(500))
                        gate.open()
                        try await loading.value
                        let changed = try await late.value
                        #expect(changed == 1, "it waited for the rows")
                    }
                }
            },
        ]
    }
}

internal import Storage
internal import Synchronization
internal import Testing

private let tables = (
    file: "0001_tools.sql",
    text: """
    CREATE TABLE tools (id BIGINT NOT NULL PRIMARY KEY, name {text} NOT NULL) {keyed};
    INSERT INTO tools VALUES (1, 'Kelle'), (2, 'Kelle');
    """
)

/// An index created outside a transaction, which PostgreSQL leaves behind, invalid, if it fails.
private func index(_ dialect: Dialect) -> (file: String, text: String) {
    let concurrently = dialect == .postgres ? "CONCURRENTLY " : ""
    return (
        file: "0002_index.sql",
        text: """
        -- polier: alone, undo DROP INDEX \(concurrently)IF EXISTS tools_name
        CREATE UNIQUE INDEX \(concurrently)tools_name ON tools (name);
        """
    )
}

private func migrations(_ files: [(file: String, text: String)]) throws -> [Migration] {
    try files.map { try Migration(file: $0.file, text: $0.text) }
}

/// A clock that a case moves.
private final class Clock: Sendable {
    private let milliseconds = Atomic<Int64>(1_700_000_000_000)

    var runtime: Runtime {
        Runtime(
            now: { Instant(milliseconds: self.milliseconds.load(ordering: .sequentiallyConsistent)) },
            randomBytes: { [UInt8](repeating: 0, count: $0) })
    }

    func advance(by duration: Duration) { milliseconds.add(duration.milliseconds, ordering: .sequentiallyConsistent) }
}

extension StoreContract {
    static var migrationLockCases: [ContractCase] {
        [
            ContractCase(opening: "three servers that start at once migrate once") { store in
                let files = try (1...6).map { number in
                    try Migration(
                        file: "000\(number)_step.sql",
                        text: number == 4
                            ? "-- polier: alone, undo DROP INDEX IF EXISTS one\nCREATE INDEX one ON step1 (id);"
                            : "CREATE TABLE step\(number) (id BIGINT);\nINSERT INTO step\(number) VALUES (1);")
                }
                let databases = [try await store.open(), try await store.open(), try await store.open()]
                let ran = await atOnce(3) { try await Migrator(databases[$0], migrations: files).migrate() }
                let names = try ran.flatMap { try $0.get() }
                #expect(names.sorted() == files.map(\.name), "each file ran once: \(ran)")
                for database in databases { #expect(try await Migrator(database, migrations: files).state() == .fits) }
                #expect(try await databases[0].count("step6") == 1)
                for database in databases { await database.close() }
            },
            ContractCase(
                "a statement alone is tried again after its claim has run out, and what it left is cleared away"
            ) {
                database in
                let clock = Clock()
                let files = try migrations([tables, index(database.dialect)])
                let migrator = Migrator(database, migrations: files, runtime: clock.runtime)
                let failure = await #expect(throws: StorageError.self, "two tools have one name") {
                    try await migrator.migrate()
                }
                guard case .unique? = failure?.kind else {
                    throw StorageError(.failed, "not a unique rule's: \(failure as Any)")
                }
                #expect(try await migrator.state() == .older(pending: ["0002_index"]))
                let history = try await migrator.history()
                #expect(history.last?.appliedAt == nil && history.last?.claimedUntil != nil)

                try await database.transaction {
                    try $0.execute(Statement("UPDATE tools SET name = 'Eimer' WHERE id = 2"))
                }
                clock.advance(by: .seconds(61))
                #expect(try await migrator.migrate() == ["0002_index"])
                #expect(try await migrator.state() == .fits)
                #expect(try await migrator.migrate() == [])
                await expectError(.unique("tools_name"), "the index is a whole one") {
                    try await database.transaction {
                        try $0.execute(Statement("INSERT INTO tools VALUES (3, 'Eimer')"))
                    }
                }
            },
            ContractCase("a server waits for another's statement alone") { database in
                let clock = Clock()
                let ready = [(file: tables.file, text: tables.text + "\nUPDATE tools SET name = 'Eimer' WHERE id = 2;")]
                _ = try await Migrator(database, migrations: migrations(ready)).migrate()
                let files = try migrations(ready + [index(database.dialect)])
                // Another server's claim, as it is in the table while its statement runs.
                try await database.transaction {
                    try $0.execute(
                        Statement(
                            """
                            INSERT INTO schema_migrations (version, name, checksum, runs_with, claimed_until)
                            VALUES (2, $1, $2, 2, $3)
                            """, files[1].name, files[1].checksum, clock.runtime.now() + .seconds(60)))
                }
                let waiting = Task { try await Migrator(database, migrations: files, runtime: clock.runtime).migrate() }
                try await Task.sleep(for: .milliseconds(200))
                #expect(try await Migrator(database, migrations: files).state() == .older(pending: ["0002_index"]))
                // The other server has finished.
                try await database.transaction {
                    try $0.execute(
                        Statement("UPDATE schema_migrations SET applied_at = 1, claimed_until = NULL WHERE version = 2")
                    )
                }
                #expect(try await waiting.value == [])
            },
            ContractCase("a statement alone for the other engine is only noted") { database in
                let other = database.dialect == .postgres ? Dialect.sqlite : .postgres
                let alone = (
                    file: "0002_other.sql",
                    text:
                        """
                    -- polier: alone, undo DROP INDEX IF EXISTS x
                    -- polier: only \(other.rawValue)
                    CREATE INDEX x ON missing (id);
                    """
                )
                let migrator = Migrator(database, migrations: try migrations([tables, alone]))
                #expect(try await migrator.migrate() == ["0001_tools", "0002_other"])
                #expect(try await migrator.state() == .fits)
            },
        ]
    }
}

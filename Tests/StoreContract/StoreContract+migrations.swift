internal import Storage
internal import Testing

private let first = (
    file: "0001_sites.sql",
    text: """
    -- The sites, and who may see them; a remark may hold a semicolon;
    CREATE TABLE sites (
        id {text} NOT NULL,
        -- Notes: what people write.
        note {text},
        photo {bytes},
        amount BIGINT NOT NULL DEFAULT 0,
        is_open BOOLEAN NOT NULL DEFAULT TRUE,
        PRIMARY KEY (id)
    ) {keyed};

    CREATE UNIQUE INDEX sites_note ON sites (note);
    INSERT INTO sites (id, note) VALUES ('s1', 'one; two');
    """
)
private let second = (
    file: "0002_tools.sql",
    text: """
    -- polier: runs-with 1
    CREATE TABLE tools (id BIGINT NOT NULL PRIMARY KEY, name {text});
    -- polier: only sqlite
    INSERT INTO tools VALUES (1, 'sqlite');
    -- polier: only postgres
    INSERT INTO tools VALUES (2, 'postgres');
    INSERT INTO tools VALUES (3, 'both');
    """
)
private let third = (file: "0003_more.sql", text: "ALTER TABLE tools ADD COLUMN weight BIGINT;\n")

private func migrator(_ database: any Database, _ files: [(file: String, text: String)]) throws -> Migrator {
    Migrator(database, migrations: try files.map { try Migration(file: $0.file, text: $0.text) })
}

extension StoreContract {
    static var migrationCases: [ContractCase] {
        [
            ContractCase("an empty database is brought up to date once") { database in
                let migrator = try migrator(database, [third, first, second])
                let names = ["0001_sites", "0002_tools", "0003_more"]
                #expect(try await migrator.state() == .older(pending: names))
                #expect(try await migrator.history() == [])
                #expect(try await migrator.migrate() == names)
                #expect(try await migrator.state() == .fits)
                #expect(try await migrator.migrate() == [])
                let history = try await migrator.history()
                #expect(history.map(\.version) == [1, 2, 3])
                #expect(history.map(\.name) == names)
                #expect(history.map(\.runsWith) == [1, 1, 3])
                #expect(history.allSatisfy { $0.appliedAt != nil && $0.checksum.count == 64 })
                try await database.transaction {
                    try $0.execute(
                        Statement("INSERT INTO sites VALUES ('s2', $1, $2, 1, $3)", "ä", [0, 255] as [UInt8], false))
                }
                #expect(try await database.count("sites") == 2)
            },
            ContractCase("a statement for one engine runs on that one only") { database in
                _ = try await migrator(database, [first, second]).migrate()
                let names = try await database.fetch(
                    Query("SELECT name FROM tools ORDER BY id") { try $0.next() as String })
                #expect(names == [database.dialect.rawValue, "both"])
            },
            ContractCase("an older schema is told, and what is missing runs") { database in
                #expect(try await migrator(database, [first]).migrate() == ["0001_sites"])
                let newServer = try migrator(database, [first, second, third])
                #expect(try await newServer.state() == .older(pending: ["0002_tools", "0003_more"]))
                #expect(try await newServer.migrate() == ["0002_tools", "0003_more"])
            },
            ContractCase("a newer schema fits only the servers that it says it fits") { database in
                _ = try await migrator(database, [first, second]).migrate()
                let oldServer = try migrator(database, [first])
                #expect(try await oldServer.state() == .fits, "0002 runs with 1")
                #expect(try await oldServer.migrate() == [])
                _ = try await migrator(database, [first, second, third]).migrate()
                #expect(try await oldServer.state() == .newer(version: 3, oldestServer: 3))
                #expect(try await oldServer.migrate() == [])
                #expect(try await migrator(database, [first, second]).state() == .newer(version: 3, oldestServer: 3))
                let fourth = (file: "0004_wide.sql", text: "-- polier: runs-with 1\nCREATE TABLE wide (id BIGINT);")
                _ = try await migrator(database, [first, second, third, fourth]).migrate()
                #expect(
                    try await oldServer.state() == .newer(version: 4, oldestServer: 3),
                    "a wide step doesn't undo a narrow one")
                #expect(try await migrator(database, [first, second, third]).state() == .fits)
            },
            ContractCase("a file that was changed after it ran is told, and nothing runs") { database in
                _ = try await migrator(database, [first]).migrate()
                let edited = try migrator(database, [(file: first.file, text: first.text + "\n-- later"), second])
                #expect(try await edited.state() == .changed(file: "0001_sites"))
                #expect(try await edited.migrate() == [])
                await expectError(.noSuchTable) { _ = try await database.count("tools") }
            },
            ContractCase("a migration that fails leaves nothing, and says why") { database in
                let broken = (
                    file: "0002_broken.sql",
                    text: """
                    CREATE TABLE tools (id BIGINT NOT NULL PRIMARY KEY);
                    INSERT INTO tools VALUES (1);
                    INSERT INTO tools VALUES (1);
                    """
                )
                let migrator = try migrator(database, [first, broken, third])
                await expectError(.unique("tools_pkey")) { _ = try await migrator.migrate() }
                await expectError(.noSuchTable) { _ = try await database.count("tools") }
                #expect(try await migrator.state() == .older(pending: ["0002_broken", "0003_more"]))
                #expect(try await database.count("sites") == 1, "what ran before stays")
                let nonsense = (file: "0002_nonsense.sql", text: "CREATE TABEL tools (id BIGINT);")
                await expectError(.failed) { _ = try await StoreContract.run(database, [first, nonsense]) }
            },
        ]
    }

    private static func run(_ database: any Database, _ files: [(file: String, text: String)]) async throws -> [String]
    {
        try await migrator(database, files).migrate()
    }
}

internal import Storage
internal import Testing

/// Two tables with rules of all kinds, and rows; their names also occur in other rules, strings and comments.
private let tables = (
    file: "0001_tables.sql",
    text: """
    CREATE TABLE depots (id {text} NOT NULL, PRIMARY KEY (id)) {keyed};
    CREATE TABLE tools (
        depot {text} NOT NULL REFERENCES depots (id),
        id BIGINT NOT NULL,
        kind {text} NOT NULL DEFAULT 'CONSTRAINT tools_kind CHECK (' CONSTRAINT tools_kind CHECK (
            kind IN ('saw', 'a) "(', 'it''s') OR kind = 'CONSTRAINT tools_kind CHECK ('),
        state {text} NOT NULL CONSTRAINT tools_state CHECK (state IN ('there', 'lent')), -- the kind) of its state
        amount BIGINT NOT NULL CONSTRAINT tools_amount CHECK (amount BETWEEN 1 AND 9),
        note {text} CONSTRAINT tools_note CHECK (note IS NOT NULL OR amount < 5),
        PRIMARY KEY (depot, id),
        CONSTRAINT tools_pair CHECK (amount < 9 OR state = 'there'),
        CONSTRAINT tools_note_kind CHECK (note <> kind)
    ) {keyed};
    CREATE INDEX tools_by_kind ON tools (kind, id);
    CREATE UNIQUE INDEX tools_by_note ON tools (note);
    CREATE TABLE loans (
        depot {text} NOT NULL, tool BIGINT NOT NULL, person {text} NOT NULL,
        PRIMARY KEY (depot, tool), FOREIGN KEY (depot, tool) REFERENCES tools (depot, id)) {keyed};
    ALTER TABLE tools ADD COLUMN weight BIGINT CONSTRAINT tools_weight CHECK (weight > 0);
    INSERT INTO depots VALUES ('d');
    INSERT INTO tools VALUES
        ('d', 1, 'saw', 'there', 9, 'rostig', NULL), ('d', 2, 'it''s', 'lent', 1, NULL, 7),
        ('d', 3, 'a) "(', 'lent', 4, 'ä', 1);
    INSERT INTO loans VALUES ('d', 2, 'Mia');
    """
)

private func widening(_ statements: String...) -> (file: String, text: String) {
    ("0002_wider.sql", statements.map { "-- polier: widen\n\($0);\n" }.joined())
}

private func migrate(_ database: any Database, _ files: (file: String, text: String)...) async throws {
    _ = try await Migrator(database, migrations: files.map { try Migration(file: $0.file, text: $0.text) }).migrate()
}

/// The rules of the tables, each with a row that breaks only that one.
private let breaches: [(kind: StorageError.Kind, row: SQL)] = [
    (.check("tools_kind"), "'d', 4, 'lamp', 'there', 1, NULL, NULL"),
    (.check("tools_state"), "'d', 4, 'saw', 'lost', 1, NULL, NULL"),
    (.check("tools_amount"), "'d', 4, 'saw', 'there', 0, NULL, NULL"),
    (.check("tools_note"), "'d', 4, 'saw', 'there', 5, NULL, NULL"),
    (.check("tools_pair"), "'d', 4, 'saw', 'lent', 9, 'x', NULL"),
    (.check("tools_note_kind"), "'d', 4, 'saw', 'there', 1, 'saw', NULL"),
    (.check("tools_weight"), "'d', 4, 'saw', 'there', 1, NULL, 0"),
    (.notNull, "'d', 4, 'saw', NULL, 1, NULL, NULL"),
    (.unique("tools_pkey"), "'d', 1, 'saw', 'there', 1, NULL, NULL"),
    (.unique("tools_by_note"), "'d', 4, 'saw', 'there', 1, 'ä', NULL"),
    (.foreignKey, "'e', 4, 'saw', 'there', 1, NULL, NULL"),
]

/// Tries a row that breaks each rule.
private func expectRules(of database: any Database, except gone: StorageError.Kind?) async throws {
    for breach in breaches where breach.kind != gone {
        await expectError(breach.kind, breach.row.text) {
            try await database.transaction { try $0.execute(Statement("INSERT INTO tools VALUES (\(breach.row))")) }
        }
    }
    for breach in breaches where breach.kind == gone {
        try await database.transaction { transaction in
            try transaction.execute(Statement("INSERT INTO tools VALUES (\(breach.row))"))
            try transaction.execute(Statement("DELETE FROM tools WHERE id = 4"))
        }
    }
}

private let rows = Query<String>(
    "SELECT id, kind, state, amount, note, weight FROM tools ORDER BY id"
) { row in
    let values: [String?] = [
        "\(try row.next() as Int64)", try row.next(), try row.next(), "\(try row.next() as Int64)", try row.next(),
        (try row.next() as Int64?).map(String.init),
    ]
    return values.map { $0 ?? "-" }.joined(separator: "|")
}

private let oldRows = ["1|saw|there|9|rostig|-", "2|it's|lent|1|-|7", "3|a) \"(|lent|4|ä|1"]

extension StoreContract {
    static var relaxationCases: [ContractCase] {
        let rules = [
            "tools_kind", "tools_state", "tools_amount", "tools_note", "tools_pair", "tools_note_kind", "tools_weight",
        ]
        let dropped = rules.map { rule in
            ContractCase("a migration drops the CHECK \(rule) alone, whatever rows there are") { database in
                try await migrate(database, tables)
                try await expectRules(of: database, except: nil)
                try await migrate(database, tables, widening("ALTER TABLE tools DROP CONSTRAINT \(rule)"))
                try await expectRules(of: database, except: .check(rule))
                #expect(try await database.fetch(rows) == oldRows)
                #expect(try await database.count("loans") == 1)
            }
        }
        return dropped + [
            ContractCase("a column may be null, and keeps its default, its CHECK and its rows") { database in
                try await migrate(database, tables, widening("ALTER TABLE tools ALTER COLUMN state DROP NOT NULL"))
                try await expectRules(of: database, except: .notNull)
                #expect(try await database.fetch(rows) == oldRows)
                try await migrate(
                    database, tables, widening("ALTER TABLE tools ALTER COLUMN state DROP NOT NULL"),
                    ("0003_kind.sql", "-- polier: widen\nALTER TABLE tools ALTER COLUMN kind DROP NOT NULL;"))
                try await database.transaction { transaction in
                    try transaction.execute(Statement("INSERT INTO tools VALUES ('d', 5, NULL, NULL, 1, NULL, NULL)"))
                    try transaction.execute(Statement("INSERT INTO tools (depot, id, amount) VALUES ('d', 6, 1)"))
                }
                #expect(
                    try await database.fetch(rows) == oldRows + [
                        "5|-|-|1|-|-", "6|CONSTRAINT tools_kind CHECK (|-|1|-|-",
                    ])
                try await expectRules(of: database, except: .notNull)
            },
            ContractCase("a wider CHECK takes the place of one, under its name") { database in
                try await migrate(
                    database, tables,
                    widening(
                        """
                        ALTER TABLE tools DROP CONSTRAINT tools_kind,
                            ADD CONSTRAINT tools_kind CHECK (kind <> 'rope; (')
                        """,
                        "ALTER TABLE tools DROP CONSTRAINT tools_pair, ADD CONSTRAINT tools_pair CHECK (amount < 10)"))
                try await database.transaction {
                    try $0.execute(Statement("INSERT INTO tools VALUES ('d', 4, 'lamp', 'lent', 9, 'x', NULL)"))
                }
                await expectError(.check("tools_kind")) {
                    try await database.transaction { try $0.execute(Statement("UPDATE tools SET kind = 'rope; ('")) }
                }
                #expect(try await database.fetch(rows) == oldRows + ["4|lamp|lent|9|x|-"])
            },
            ContractCase("a rule that isn't there, or that the rows don't keep, ends the migration and leaves nothing")
            {
                database async throws in
                try await migrate(database, tables)
                let reasons: [(statement: String, kind: StorageError.Kind?, sentence: String)] = [
                    ("DROP CONSTRAINT tools_knid", .failed, "the table tools has no CHECK constraint tools_knid"),
                    ("DROP CONSTRAINT tools_pkey", .failed, "the table tools has no CHECK constraint tools_pkey"),
                    ("ALTER COLUMN note DROP NOT NULL", .failed, "the table tools has no column note with NOT NULL"),
                    ("ALTER COLUMN noet DROP NOT NULL", .failed, "the table tools has no column noet with NOT NULL"),
                    ("ALTER COLUMN id DROP NOT NULL", nil, ""),
                    ("DROP CONSTRAINT tools_kind, ADD CONSTRAINT tools_kind CHECK (kind = 'saw')", nil, ""),
                    ("DROP CONSTRAINT tools_kind, ADD CONSTRAINT tools_kind CHECK (knid = 'saw')", nil, ""),
                    ("DROP CONSTRAINT tools_kind, ADD CONSTRAINT tools_kind CHECK (kind = ))", nil, ""),
                ]
                for reason in reasons {
                    let error = await #expect(throws: StorageError.self, "\(reason.statement)") {
                        try await migrate(
                            database, tables,
                            widening(
                                "ALTER TABLE tools DROP CONSTRAINT tools_state",
                                "ALTER TABLE tools \(reason.statement)"))
                    }
                    #expect(reason.kind == nil || error?.kind == reason.kind)
                    let detail = error?.detail ?? ""
                    #expect(detail.contains("migration 0002_wider: \(reason.sentence)"), "\(detail)")
                    try await expectRules(of: database, except: nil)
                }
                await expectError(.noSuchTable) {
                    try await migrate(database, tables, widening("ALTER TABLE toosl DROP CONSTRAINT tools_kind"))
                }
                #expect(try await database.fetch(rows) == oldRows)
                // An earlier failure is no obstacle.
                try await migrate(database, tables, widening("ALTER TABLE tools DROP CONSTRAINT tools_kind"))
                try await expectRules(of: database, except: .check("tools_kind"))
            },
            ContractCase("what was widened is narrow again where the migration fails later") { database in
                try await migrate(database, tables)
                for end in ["INSERT INTO depots VALUES ('d');", "-- polier: widen\nALTER TABLE x DROP CONSTRAINT y;"] {
                    await #expect(throws: StorageError.self) {
                        try await migrate(
                            database, tables,
                            (
                                "0002_wider.sql",
                                """
                                -- polier: widen
                                ALTER TABLE tools DROP CONSTRAINT tools_kind;
                                -- polier: widen
                                ALTER TABLE tools ALTER COLUMN state DROP NOT NULL;
                                INSERT INTO tools VALUES ('d', 4, 'lamp', NULL, 1, NULL, NULL);
                                CREATE TABLE more (id BIGINT);
                                \(end)
                                """
                            ))
                    }
                    try await expectRules(of: database, except: nil)
                    #expect(try await database.fetch(rows) == oldRows)
                    await expectError(.noSuchTable) { try await database.count("more") }
                }
            },
            ContractCase(opening: "every connection that is open sees what was widened") { store in
                try await store.withDatabase { database in
                    try await migrate(database, tables)
                    try await store.withDatabase { other in
                        // Their connections and prepared statements know the old schema.
                        try await expectRules(of: other, except: nil)
                        #expect(try await other.fetch(rows) == oldRows)
                        try await migrate(database, tables, widening("ALTER TABLE tools DROP CONSTRAINT tools_kind"))
                        try await expectRules(of: other, except: .check("tools_kind"))
                        try await expectRules(of: database, except: .check("tools_kind"))
                        #expect(try await other.fetch(rows) == oldRows)
                    }
                }
            },
        ]
    }
}

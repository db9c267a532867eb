internal import Storage
internal import Testing

private let tables = """
    CREATE TABLE companies (
        id {text} NOT NULL,
        name {text} NOT NULL CONSTRAINT companies_name_given CHECK (name <> ''),
        PRIMARY KEY (id)
    ) {keyed};
    CREATE TABLE sites (
        company_id {text} NOT NULL REFERENCES companies (id),
        id {text} NOT NULL,
        code {text},
        state {text} NOT NULL DEFAULT 'ACTIVE' CONSTRAINT sites_state_known CHECK (state IN ('ACTIVE', 'INACTIVE')),
        amount BIGINT NOT NULL DEFAULT 0 CONSTRAINT sites_amount_positive CHECK (amount >= 0),
        PRIMARY KEY (company_id, id)
    ) {keyed};
    CREATE TABLE visits (
        company_id {text} NOT NULL,
        site_id {text} NOT NULL,
        number BIGINT NOT NULL PRIMARY KEY,
        visitor {text} NOT NULL,
        gone_at BIGINT,
        badge {text} UNIQUE,
        FOREIGN KEY (company_id, site_id) REFERENCES sites (company_id, id)
    );
    CREATE UNIQUE INDEX sites_code ON sites (company_id, code);
    CREATE UNIQUE INDEX visits_open ON visits (company_id, visitor) WHERE gone_at IS NULL;
    INSERT INTO companies VALUES ('a', 'Fliesen Adler'), ('b', 'Bau Bär');
    INSERT INTO sites VALUES
        ('a', 's1', 'X', 'ACTIVE', 5), ('a', 's2', NULL, 'ACTIVE', 0), ('b', 's1', 'X', 'ACTIVE', 0);
    INSERT INTO visits VALUES ('a', 's1', 1, 'geheim@x.de', NULL, 'red');
    """

private func expectRefusal(
    _ kind: StorageError.Kind, _ sql: SQL, by database: any Database, sourceLocation: SourceLocation = #_sourceLocation
) async {
    let error = await expectError(kind, sql.text, sourceLocation: sourceLocation) {
        try await database.transaction { try $0.execute(Statement(sql)) }
    }
    #expect(error?.detail.contains("geheim") != true, "the words repeat a value", sourceLocation: sourceLocation)
    let enqueued = await expectError(kind, "enqueued: \(sql.text)", sourceLocation: sourceLocation) {
        try await database.transaction { try $0.enqueue(Statement(sql)) }
    }
    #expect(enqueued?.detail.contains("geheim") != true, "the words repeat a value", sourceLocation: sourceLocation)
}

extension StoreContract {
    static var constraintCases: [ContractCase] {
        [
            ContractCase("a unique rule is named by its index, a primary key by its table", tables: tables) {
                database in
                await expectRefusal(
                    .unique("companies_pkey"), "INSERT INTO companies VALUES ('a', 'Twice')", by: database)
                await expectRefusal(
                    .unique("sites_pkey"), "INSERT INTO sites (company_id, id) VALUES ('a', 's1')", by: database)
                await expectRefusal(
                    .unique("visits_pkey"), "INSERT INTO visits VALUES ('a', 's2', 1, 'else', 9, 'blue')", by: database)
                await expectRefusal(.unique("sites_pkey"), "UPDATE sites SET id = 's1' WHERE id = 's2'", by: database)
                await expectRefusal(
                    .unique("sites_code"), "INSERT INTO sites (company_id, id, code) VALUES ('a', 's3', 'X')",
                    by: database)
                await expectRefusal(.unique("sites_code"), "UPDATE sites SET code = 'X' WHERE id = 's2'", by: database)
                await expectRefusal(
                    .unique("visits_open"), "INSERT INTO visits VALUES ('a', 's2', 2, 'geheim@x.de', NULL, 'blue')",
                    by: database)
                await expectRefusal(
                    .unique("visits_badge_key"), "INSERT INTO visits VALUES ('a', 's2', 2, 'else', NULL, 'red')",
                    by: database)
                try await database.transaction { transaction in
                    try transaction.execute(Statement("INSERT INTO sites (company_id, id) VALUES ('a', 's3')"))
                    // Rows outside a partial index, and nulls in a unique one, are unrestricted.
                    try transaction.execute(
                        Statement("INSERT INTO visits VALUES ('a', 's2', 2, 'geheim@x.de', 9, NULL)"))
                    try transaction.execute(
                        Statement("INSERT INTO visits VALUES ('a', 's2', 3, 'geheim@x.de', 9, NULL)"))
                }
            },
            ContractCase(
                "a unique index on an expression, and one that was added later, are named too",
                tables: """
                    CREATE TABLE words (word {text} NOT NULL, language {text} NOT NULL);
                    CREATE UNIQUE INDEX words_lower ON words (lower(word));
                    INSERT INTO words VALUES ('Fuge', 'de');
                    """
            ) { database in
                await expectRefusal(.unique("words_lower"), "INSERT INTO words VALUES ('FUGE', 'en')", by: database)
                try await database.transaction {
                    try $0.execute(Statement("CREATE UNIQUE INDEX words_language ON words (language)"))
                }
                await expectRefusal(.unique("words_language"), "INSERT INTO words VALUES ('Kelle', 'de')", by: database)
                try await database.transaction { transaction in
                    try transaction.execute(Statement("DROP INDEX words_language"))
                    try transaction.execute(Statement("CREATE UNIQUE INDEX words_one_each ON words (language)"))
                }
                await expectRefusal(.unique("words_one_each"), "INSERT INTO words VALUES ('Kelle', 'de')", by: database)
            },
            ContractCase("a row that refers to nothing, and one that is still referred to", tables: tables) {
                database async throws in
                await expectRefusal(.foreignKey, "INSERT INTO sites (company_id, id) VALUES ('c', 's1')", by: database)
                await expectRefusal(
                    .foreignKey, "INSERT INTO visits VALUES ('b', 's2', 9, 'geheim', NULL, NULL)", by: database)
                await expectRefusal(.foreignKey, "UPDATE visits SET company_id = 'c'", by: database)
                await expectRefusal(.foreignKey, "DELETE FROM sites WHERE id = 's1' AND company_id = 'a'", by: database)
                await expectRefusal(
                    .foreignKey, "UPDATE sites SET id = 's9' WHERE company_id = 'a' AND id = 's1'", by: database)
                await expectRefusal(.foreignKey, "DELETE FROM companies", by: database)
                #expect(try await database.count("companies") == 2)
            },
            ContractCase("a CHECK is named, a missing value is told", tables: tables) { database in
                await expectRefusal(
                    .check("sites_state_known"),
                    "INSERT INTO sites (company_id, id, state) VALUES ('a', 's4', 'geheim')", by: database)
                await expectRefusal(
                    .check("sites_amount_positive"), "UPDATE sites SET amount = amount - 6", by: database)
                await expectRefusal(.check("companies_name_given"), "UPDATE companies SET name = ''", by: database)
                await expectRefusal(.notNull, "INSERT INTO companies VALUES ('c', NULL)", by: database)
                await expectRefusal(.notNull, "INSERT INTO companies (id) VALUES ('c')", by: database)
                await expectRefusal(.notNull, "UPDATE visits SET visitor = NULL", by: database)
                await expectRefusal(.notNull, "INSERT INTO sites (company_id, id) VALUES ('a', NULL)", by: database)
            },
            ContractCase("tables and columns that aren't there, and what isn't SQL", tables: tables) { database in
                await expectRefusal(.noSuchTable, "INSERT INTO missing VALUES (1)", by: database)
                await expectRefusal(.noSuchTable, "DELETE FROM missing", by: database)
                await expectError(.noSuchTable) {
                    _ = try await database.fetch(Query("SELECT 1 FROM missing") { _ in })
                }
                await expectRefusal(.failed, "UPDATE sites SET missing = 1", by: database)
                await expectError(.failed, "a misspelt name in quotes is no string") {
                    _ = try await database.fetch(Query("SELECT \"missing\" FROM sites") { _ in })
                }
                await expectRefusal(.failed, "DELETE sites", by: database)
                await expectRefusal(.failed, "", by: database)
            },
        ]
    }
}

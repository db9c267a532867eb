import Testing

@testable import Storage

@Suite("A migration's file")
struct MigrationFileTests {
    private func statements(_ text: String, _ dialect: Dialect = .sqlite) throws -> [String] {
        try Migration(file: "0001_x.sql", text: text).statements(for: dialect).map(\.text)
    }

    @Test(
        "its name tells the version",
        arguments: [("0001_a.sql", 1), ("42_b_c.sql", 42), ("0100_Ä.sql", 100)])
    func name(file: String, version: Int) throws {
        let migration = try Migration(file: file, text: "SELECT 1;\n")
        #expect(migration.version == version)
        #expect(migration.name + ".sql" == file)
        #expect(migration.runsWith == version)
    }

    @Test(
        "a name that tells no version is refused",
        arguments: [
            "a.sql", "0001.sql", "0000_a.sql", "-1_a.sql", "x1_a.sql", "0001_a.txt", "0001_a", "",
            "_a.sql", "1 _a.sql",
            "1e3_a.sql",
        ])
    func badName(file: String) {
        #expect(throws: StorageError.self) { try Migration(file: file, text: "SELECT 1;\n") }
    }

    @Test("statements end with a line's last semicolon; remarks and blank lines go")
    func splitting() throws {
        let text = """
            -- A remark; with a semicolon.
            CREATE TABLE a (
                -- Within a statement;
                id BIGINT, -- behind a column

                note {text} DEFAULT 'a; b'
            );

            INSERT INTO a VALUES (1, 'x;y'), (2, 'z');
            """
        #expect(
            try statements(text) == [
                "CREATE TABLE a (\n    id BIGINT, -- behind a column\n    note TEXT DEFAULT 'a; b'\n)",
                "INSERT INTO a VALUES (1, 'x;y'), (2, 'z')",
            ])
        #expect(try statements("INSERT INTO a VALUES (3, '{}');") == ["INSERT INTO a VALUES (3, '{}')"])
        #expect(try statements("") == [])
        #expect(try statements("-- nothing\n") == [])
    }

    @Test("placeholders are spelt as each engine has it")
    func placeholders() throws {
        let text = "CREATE TABLE a (x {text} NOT NULL, y {bytes}, z BIGINT) {keyed};\n"
        #expect(
            try statements(text, .sqlite) == [
                "CREATE TABLE a (x TEXT NOT NULL, y BLOB, z BIGINT) WITHOUT ROWID"
            ])
        #expect(
            try statements(text, .postgres) == [
                "CREATE TABLE a (x TEXT COLLATE \"C\" NOT NULL, y BYTEA, z BIGINT)"
            ])
    }

    @Test("an instruction for one engine holds for the next statement only")
    func oneEngine() throws {
        let text = """
            -- polier: only sqlite
            SELECT 1;
            SELECT 2;
            -- polier: only postgres
            -- And why.
            SELECT
            3;
            """
        #expect(try statements(text, .sqlite) == ["SELECT 1", "SELECT 2"])
        #expect(try statements(text, .postgres) == ["SELECT 2", "SELECT\n3"])
    }

    @Test(
        "however it is set, an instruction holds",
        arguments: [
            "-- polier: only sqlite", "-- polier:only sqlite", "--polier: only sqlite",
            "  -- polier:  only sqlite",
        ])
    func spacing(instruction: String) throws {
        #expect(try statements(instruction + "\nSELECT 1;", .sqlite) == ["SELECT 1"])
        #expect(try statements(instruction + "\nSELECT 1;", .postgres) == [])
    }

    @Test("lines may end as on Windows")
    func lineEnds() throws {
        #expect(
            try statements("-- A remark.\r\nSELECT 1;\r\n\r\nSELECT\r\n2;\r\n") == [
                "SELECT 1", "SELECT\n2",
            ])
    }

    @Test("it tells the oldest server that runs on it, and what runs outside a transaction")
    func instructions() throws {
        let wide = try Migration(file: "0007_x.sql", text: "-- polier: runs-with 5\nSELECT 1;\n")
        #expect(wide.runsWith == 5)
        #expect(wide.undo == nil)
        let alone = try Migration(
            file: "0007_x.sql",
            text: "-- polier: alone, undo DROP INDEX IF EXISTS a\nCREATE INDEX a ON b (c);\n")
        #expect(alone.undo?.text == "DROP INDEX IF EXISTS a")
        #expect(alone.runsWith == 7)
    }

    @Test(
        "what isn't understood is refused, not passed over",
        arguments: [
            "SELECT 1", "SELECT 1;\nSELECT 2", "-- polier: onyl sqlite\nSELECT 1;",
            "-- polier: only\nSELECT 1;",
            "-- polier: only mysql\nSELECT 1;", "-- polier: only sqlite postgres\nSELECT 1;",
            "-- polier: runs-with\nSELECT 1;",
            "-- polier: runs-with x\nSELECT 1;", "-- polier: runs-with 2\nSELECT 1;",
            "-- polier: runs-with 0\nSELECT 1;",
            "-- polier: alone\nSELECT 1;", "-- polier: alone, redo x\nSELECT 1;", "-- polier:\nSELECT 1;",
            "-- polier:onyl sqlite\nSELECT 1;", "--polier: onyl sqlite\nSELECT 1;",
            "  -- polier: onyl sqlite\nSELECT 1;",
            "SELECT 1;\n-- polier: only sqlite\n", "-- polier: alone, undo x\nSELECT 1;\nSELECT 2;",
            "-- polier: alone, undo x\n",
            "SELECT {txet};",
        ])
    func refused(text: String) {
        #expect(throws: StorageError.self) { try Migration(file: "0001_x.sql", text: text) }
    }

    @Test(
        "a rule is widened by one of three statements",
        arguments: [
            ("ALTER TABLE a DROP CONSTRAINT a_kind", Relaxation.Rule.check(name: "a_kind", replacement: nil)),
            (
                "ALTER TABLE a DROP CONSTRAINT a_kind,\n    ADD CONSTRAINT a_kind CHECK (\n        kind IN ('x', 'y; z'))",
                .check(name: "a_kind", replacement: "CHECK (\n        kind IN ('x', 'y; z'))")
            ),
            ("ALTER TABLE a\n    ALTER COLUMN kind DROP NOT NULL", .notNull(column: "kind")),
        ])
    func widening(statement: String, rule: Relaxation.Rule) throws {
        let text = "-- polier: widen\n\(statement);\nSELECT 1;"
        for dialect in [Dialect.sqlite, .postgres] {
            let steps = try Migration(file: "0001_x.sql", text: text).steps(for: dialect)
            guard case .relax(let relaxation)? = steps.first else {
                Issue.record("not read as a widening: \(steps)")
                continue
            }
            #expect(relaxation.table == "a" && relaxation.rule == rule && relaxation.statement.text == statement)
            #expect(steps.count == 2)
        }
    }

    @Test(
        "nothing else is widened",
        arguments: [
            "-- polier: widen\n", "-- polier: widen\nSELECT 1;", "-- polier: widen more\nSELECT 1;",
            "-- polier: widen\nALTER TABLE a DROP CONSTRAINT b CASCADE;",
            "-- polier: widen\nALTER TABLE a DROP COLUMN b;",
            "-- polier: widen\nALTER TABLE a DROP CONSTRAINT b, ADD CONSTRAINT c CHECK (x > 1);",
            "-- polier: widen\nALTER TABLE a ADD CONSTRAINT c CHECK (x > 1);",
            "-- polier: widen\nALTER TABLE \"a\" DROP CONSTRAINT b;",
            "-- polier: widen\nALTER TABLE a ALTER COLUMN b SET NOT NULL;",
            "-- polier: widen\n-- polier: only sqlite\nALTER TABLE a DROP CONSTRAINT b;",
            "-- polier: alone, undo x\n-- polier: widen\nALTER TABLE a DROP CONSTRAINT b;",
        ])
    func notWidened(text: String) {
        #expect(throws: StorageError.self) { try Migration(file: "0001_x.sql", text: text) }
    }

    @Test("its checksum is that of its text")
    func checksum() throws {
        let one = try Migration(file: "0001_x.sql", text: "")
        #expect(
            one.checksum == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "SHA-256 of nothing")
        let other = try Migration(file: "0001_x.sql", text: "-- \n")
        #expect(one.checksum != other.checksum)
    }
}

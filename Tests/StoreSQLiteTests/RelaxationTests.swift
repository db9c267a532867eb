import Core
import Foundation
import Storage
import StoreContract
import Testing

@testable import StoreSQLite

/// How SQLite drops and widens the rules of a table. What both engines promise of it is in the contract.
@Suite("Widening rules")
struct RelaxationTests {
    private static let tables = (
        file: "0001_notes.sql",
        text: """
        CREATE TABLE notes (
            id BIGINT NOT NULL,
            kind {text} NOT NULL CONSTRAINT notes_kind CHECK (kind IN ('a', 'b')),
            note {text} NOT NULL,
            PRIMARY KEY (id)
        ) {keyed};
        CREATE INDEX notes_kind_id ON notes (kind, id);
        INSERT INTO notes VALUES (1, 'a', 'x'), (2, 'b', 'y');
        """
    )
    private static let wider = (
        file: "0002_wider.sql",
        text: """
        -- polier: widen
        ALTER TABLE notes DROP CONSTRAINT notes_kind;
        -- polier: widen
        ALTER TABLE notes ALTER COLUMN note DROP NOT NULL;
        INSERT INTO notes VALUES (3, 'c', NULL);
        """
    )

    private func migrator(_ database: any Database, _ files: [(file: String, text: String)]) throws -> Migrator {
        Migrator(database, migrations: try files.map { try Migration(file: $0.file, text: $0.text) })
    }

    @Test("the text of a table loses one rule and nothing else")
    func texts() {
        let text = """
            CREATE TABLE "a" (x TEXT NOT NULL CONSTRAINT a_x CHECK (x IN ('(', ')')) DEFAULT 'NOT NULL',
            /* y */ y INT CHECK (x NOT NULL),
            z INT DEFAULT (1 + (2)) NOT NULL, CONSTRAINT a_y CHECK (y > 1 AND (x <> 'a_y')), -- the end
            CONSTRAINT a_z CHECK(z > 1) )
            """
        let rows: [(rule: Relaxation.Rule, old: String?, new: String)] = [
            (.check(name: "a_x", replacement: nil), " CONSTRAINT a_x CHECK (x IN ('(', ')'))", ""),
            (.check(name: "a_y", replacement: nil), ", CONSTRAINT a_y CHECK (y > 1 AND (x <> 'a_y'))", ""),
            (.check(name: "a_z", replacement: nil), ", -- the end\nCONSTRAINT a_z CHECK(z > 1)", ""),
            (.check(name: "a_z", replacement: "CHECK (z)"), "CHECK(z > 1)", "CHECK (z)"),
            (.check(name: "a", replacement: nil), nil, ""),
            (.notNull(column: "x"), "x TEXT NOT NULL", "x TEXT"),
            (.notNull(column: "y"), nil, ""),
            (.notNull(column: "z"), "(1 + (2)) NOT NULL", "(1 + (2))"),
            (.notNull(column: "CONSTRAINT"), nil, ""),
        ]
        for row in rows {
            let relaxed = TableText(text).relaxed(row.rule)
            #expect(relaxed == row.old.map { text.replacing($0, with: row.new, maxReplacements: 1) }, "\(row.rule)")
        }
    }

    @Test("texts that are cut off anywhere are read to their end")
    func brokenTexts() {
        let text = "CREATE TABLE a (x TEXT NOT NULL CONSTRAINT a_x CHECK (x IN ('(', \")\", [)], `)`)) /* ) */ -- )\n)"
        for length in 0...text.count {
            for text in [text.prefix(length), text.suffix(length)] {
                _ = TableText(String(text)).relaxed(.check(name: "a_x", replacement: nil))
                _ = TableText(String(text)).relaxed(.notNull(column: "x"))
            }
        }
    }

    @Test("a migration that failed leaves the schema closed to writing, and whole")
    func closedSchema() async throws {
        let store = try SQLiteStore()
        let database = try await store.open()
        _ = try await migrator(database, [Self.tables]).migrate()
        let broken = (file: "0002_broken.sql", text: Self.wider.text + "\nINSERT INTO notes VALUES (3, 'c', NULL);")
        await expectError(.unique("notes_pkey")) { try await migrator(database, [Self.tables, broken]).migrate() }
        for _ in 0..<2 {
            let written = await #expect(throws: StorageError.self) {
                try await database.transaction { try $0.execute(Statement("UPDATE sqlite_schema SET sql = ''")) }
            }
            #expect(written?.detail.contains("may not be modified") == true, "\(written as Any)")
            #expect(try await database.fetch(Query("PRAGMA integrity_check") { try $0.next() as String }) == ["ok"])
            _ = try await migrator(database, [Self.tables, Self.wider]).migrate()
        }
        #expect(try await database.count("notes") == 3)
        await database.close()
        try store.remove()
    }

    /// The process ends at each of the calls on its files in turn, and the power goes.
    @Test("a process that ends anywhere in it leaves the old rules or the new ones", arguments: PowerDisk.Loss.allCases)
    func interrupted(losing loss: PowerDisk.Loss) async throws {
        var seen: [Int64: Int] = [:]
        for calls in 0..<24 {
            let disk = PowerDisk(seed: UInt64(calls))
            var options = SQLiteDatabase.Options(path: "/disk/relaxing.sqlite")
            options.disk = disk.asDisk
            let first = try SQLiteDatabase(options)
            _ = try await migrator(first, [Self.tables]).migrate()
            disk.die(after: calls)
            _ = try? await migrator(first, [Self.tables, Self.wider]).migrate()
            disk.kill()
            await first.close()
            disk.cutPower(losing: loss)

            let database = try SQLiteDatabase(options)
            #expect(try await database.fetch(Query("PRAGMA integrity_check") { try $0.next() as String }) == ["ok"])
            let count = try await database.count("notes")
            seen[count, default: 0] += 1
            let state = try await migrator(database, [Self.tables, Self.wider]).state()
            #expect(state == (count == 3 ? .fits : .older(pending: ["0002_wider"])), "\(calls) calls")
            if count == 2 {
                await expectError(.check("notes_kind")) {
                    try await database.transaction {
                        try $0.execute(Statement("INSERT INTO notes VALUES (4, 'c', 'z')"))
                    }
                }
                _ = try await migrator(database, [Self.tables, Self.wider]).migrate()
            }
            try await database.transaction { try $0.execute(Statement("INSERT INTO notes VALUES (4, 'c', NULL)")) }
            #expect(try await database.count("notes") == 4)
            await database.close()
        }
        #expect(seen.keys.sorted() == [2, 3], "both sides of the commit were met: \(seen)")
    }
}

import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The API contract and the database schema are stored in the repository, so that a review sees every change of them.
@Suite struct SnapshotTests {
    @Test func theDescriptionIsInTheRepository() async throws {
        let document = try #require(await PrintedDescription.document)
        // A release alone doesn't change it.
        let unversioned = document.replacing(["info", "version"], with: "v1")
        try await Snapshot(path: "docs/openapi.json").check(unversioned.sortedText() + "\n")
    }

    @Test(arguments: Engine.allCases)
    func theSchemaIsInTheRepository(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let database = try Engine.open(url)
            _ = try await Migrator(database, migrations: try Migration.embedded()).migrate()
            let text = try await SchemaText.of(database, engine)
            await database.close()
            let path = engine == .postgres ? "docs/schema.sql" : "docs/schema.sqlite.sql"
            try await Snapshot(path: path).check(text)
        }
    }

    @Test func aDifferenceIsReadable() async throws {
        let difference = try await Snapshot.difference("a\nb\nc\n", "a\nB\nc\n", named: "docs/x")
        #expect(
            difference == """
                --- docs/x in the repository
                +++ docs/x as the code makes it
                @@ -1,3 +1,3 @@
                 a
                -b
                +B
                 c

                """)
        let sorted = JSON.object(["b": .list([.number(1), .null]), "a": .list([.object(["x": "y/z"])])]).sortedText()
        #expect(
            sorted == """
                {
                  "a": [
                    {
                      "x": "y/z"
                    }
                  ],
                  "b": [1, null]
                }
                """)
    }
}

/// A database's schema as statements: tables by name, each with its indexes.
private enum SchemaText {
    static func of(_ database: any Database, _ engine: Engine) async throws -> String {
        let name = engine == .postgres ? "PostgreSQL" : "SQLite"
        let head =
            "-- The schema on \(name) after all migrations. Made by 'make snapshots': edit migrations/ instead.\n"
        let statements = engine == .postgres ? try await postgres(database) : try await sqlite(database)
        return head + statements.map { "\n\($0);\n" }.joined()
    }

    /// SQLite keeps the statements themselves; a column added later is on the line of the previous one.
    private static func sqlite(_ database: any Database) async throws -> [String] {
        let statements = try await database.fetch(
            Query(
                """
                SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'
                ORDER BY tbl_name, type DESC, name
                """
            ) { try $0.next() as String })
        return statements.map { statement in
            guard statement.hasPrefix("CREATE TABLE"), let start = statement.firstIndex(of: "("),
                let end = statement.lastIndex(of: ")")
            else { return statement }
            let parts = parts(statement[statement.index(after: start)..<end])
            return statement[...start] + "\n    " + parts.joined(separator: ",\n    ") + "\n" + statement[end...]
        }
    }

    /// Columns and constraints, split at the commas outside parentheses.
    private static func parts(_ text: Substring) -> [String] {
        var (parts, depth) = ([""], 0)
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    }

    private static func postgres(_ database: any Database) async throws -> [String] {
        func rows(_ query: SQL) async throws -> [(table: String, text: String)] {
            try await database.fetch(Query(query) { (table: try $0.next(), text: try $0.next()) })
        }
        let tables = try await rows(
            """
            SELECT CAST(c.relname AS TEXT), COALESCE(array_to_string(c.reloptions, ', '), '') FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname
            """)
        let columns = try await rows(
            """
            SELECT CAST(c.relname AS TEXT), a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                || CASE WHEN l.collname <> 'default' THEN ' COLLATE "' || l.collname || '"' ELSE '' END
                || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
                || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
                LEFT JOIN pg_collation l ON l.oid = a.attcollation
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum
            """)
        let constraints = try await rows(
            """
            SELECT CAST(c.relname AS TEXT), 'CONSTRAINT ' || k.conname || ' ' || pg_get_constraintdef(k.oid, true)
            FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c')
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            ORDER BY c.relname, position(k.contype IN 'pufc'), k.conname
            """)
        let indexes = try await rows(
            """
            SELECT CAST(c.relname AS TEXT), pg_get_indexdef(i.indexrelid, 0, true)
            FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class n ON n.oid = i.indexrelid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = c.oid)
            ORDER BY c.relname, n.relname
            """)
        return tables.flatMap { name, options in
            let parts = (columns + constraints).filter { $0.table == name }.map(\.text)
            let table = "CREATE TABLE \(name) (\n    " + parts.joined(separator: ",\n    ") + "\n)"
            return [options.isEmpty ? table : "\(table) WITH (\(options))"]
                + indexes.filter { $0.table == name }.map(\.text)
        }
    }
}

import Foundation
import Testing

@testable import Core
@testable import Server

/// How the engines find what a statement asks for: never by reading a whole table of everybody's rows.
@Suite struct PlanTests {
    @Test(arguments: Engine.allCases)
    func noStatementScansATable(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let recorder = Recorder()
            try await TestServer.run(on: engine, at: url, recorder: recorder) { server in
                try await Tour.walk(server, database: RecordingDatabase(server.database, recorder))
            }
            let statements = recorder.statements
            let unheard = try Self.unheard(statements)
            for literal in unheard { Issue.record("The tour never runs \(literal)") }
            let scans =
                engine == .sqlite
                ? try await Self.sqliteScans(statements, url) : try Self.postgresScans(statements, url)
            for scan in scans { Issue.record("It reads a whole table: \(scan)") }
        }
    }

    // MARK: Coverage

    /// The SQL literals of Core that no statement contains: the tour must run them.
    private static func unheard(_ statements: [Statement]) throws -> [String] {
        let core = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Sources/Core"
        )
        .standardizedFileURL
        let heard = statements.map { squeezed($0.sql.text) }
        var unheard: [String] = []
        var count = 0
        let files =
            FileManager.default.enumerator(at: core, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        for file in files where file.pathExtension == "swift" {
            // The migrator's own tables are not a company's; a copy and a thorough check are there to read whole tables.
            let others = [
                "Migrator.swift", "Migrator+alone.swift", "AppliedMigration.swift", "Table.swift", "ForeignKey.swift",
                "DeepCheck.swift",
            ]
            if others.contains(file.lastPathComponent) { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /"""\n(?<long>(?:.|\n)*?)"""|"(?<short>(?:[^"\\\n]|\\.)*)"/) {
                let literal = squeezed(String(match.long ?? match.short ?? ""))
                guard literal.firstMatch(of: /^(SELECT|INSERT|UPDATE|DELETE) .*[$a-z]/) != nil else { continue }
                count += 1
                let parts = literal.split(separator: /\\\([^)]*\)/).map { squeezed(String($0)) }.filter { !$0.isEmpty }
                if !heard.contains(where: { containsInOrder($0, parts) }) {
                    unheard.append("\(file.lastPathComponent): \(literal)")
                }
            }
        }
        #expect(count > 60)
        return unheard
    }

    private static func containsInOrder(_ text: String, _ parts: [String]) -> Bool {
        var rest = text[...]
        for part in parts {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    private static func squeezed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    // MARK: SQLite

    /// What asks for what goes on now finds it by an index that holds nothing else, also before there are statistics.
    private static let now = [
        ("s.status = 'ACTIVE'", "INDEX sites_active"), ("low_since IS NOT NULL", "INDEX materials_short"),
        ("t.checked_out_at IS NULL ORDER BY", "INDEX time_entries_present"),
        ("IS NULL OR t.user_id = $3) AND t.checked_out_at IS NULL", "INDEX time_entries_present"),
    ]

    private static func sqliteScans(_ statements: [Statement], _ url: String) async throws -> [String] {
        let database = try Engine.open(url)
        var scans: [String] = []
        for statement in statements {
            let explained = Statement(
                SQL(unchecked: "EXPLAIN QUERY PLAN \(statement.sql.text)"), values: statement.values)
            let plan = try await database.transaction { transaction in
                try transaction.fetch(
                    Query<String>(explained) { row in
                        _ = (try row.next() as Int64, try row.next() as Int64, try row.next() as Int64)
                        return try row.next()
                    })
            }
            let text = squeezed(statement.sql.text)
            for (part, index) in now where text.contains(part) && !plan.contains(where: { $0.contains(index) }) {
                scans.append("SQLite: no \(index) in \(text)")
            }
            // "turns" is a recursion's own rows, which it bounds; "present" what a part of the statement has found.
            let own = ["SCAN CONSTANT ROW", "SCAN turns", "SCAN present"]
            scans += plan.filter { $0.hasPrefix("SCAN") && !own.contains($0) }.map {
                "SQLite: \($0) in \(squeezed(statement.sql.text))"
            }
        }
        await database.close()
        return scans
    }

    // MARK: PostgreSQL

    /// With generic plans, as prepared statements get them, and without sequential scans wherever there is another way: what
    /// still reads a whole table or a whole index has no way.
    static func postgresScans(_ statements: [Statement], _ url: String) throws -> [String] {
        var script = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;\n"
        for (number, statement) in statements.enumerated() {
            let types =
                statement.values.isEmpty ? "" : "(" + statement.values.map { type($0) }.joined(separator: ", ") + ")"
            let values =
                statement.values.isEmpty ? "" : "(" + statement.values.map { literal($0) }.joined(separator: ", ") + ")"
            script += "PREPARE s\(number) \(types) AS \(statement.sql.text);\n"
            script += "EXPLAIN (FORMAT JSON) EXECUTE s\(number) \(values);\n\\echo ---\n"
        }
        let psql = (ProcessInfo.processInfo.environment["POLIER_TEST_PG_BIN"] ?? "/usr/bin") + "/psql"
        let output = try run(psql, ["-qAtX", "-v", "ON_ERROR_STOP=1", url], input: script)
        let plans = output.components(separatedBy: "---\n").dropLast()
        #expect(plans.count == statements.count)
        return zip(statements, plans).flatMap { statement, plan -> [String] in
            guard let json = try? JSONDecoder().decode(JSON.self, from: Data(plan.utf8)) else {
                return ["no plan: \(plan)"]
            }
            return wholeReads(json[0]?["Plan"] ?? .null).map { "PostgreSQL: \($0) in \(squeezed(statement.sql.text))" }
        }
    }

    private static func wholeReads(_ node: JSON) -> [String] {
        let kind = node["Node Type"]?.text ?? ""
        let table = node["Relation Name"]?.text ?? node["Index Name"]?.text ?? ""
        let below = (node["Plans"]?.list ?? []).flatMap(wholeReads)
        let isWhole =
            kind == "Seq Scan" || (kind.contains("Index") && kind.contains("Scan") && node["Index Cond"] == nil)
        return isWhole ? ["\(kind) of \(table)"] + below : below
    }

    private static func type(_ value: SQLValue) -> String {
        switch value.type {
        case .text: "text"
        case .integer: "bigint"
        case .boolean: "boolean"
        case .bytes: "bytea"
        }
    }

    private static func literal(_ value: SQLValue) -> String {
        switch value {
        case .text(let text): "'\(text.replacingOccurrences(of: "'", with: "''"))'"
        case .integer(let integer): "'\(integer)'"
        case .boolean(let boolean): "\(boolean)"
        case .bytes(let bytes): "'\\x" + bytes.map { String(format: "%02x", $0) }.joined() + "'"
        case .null: "NULL"
        }
    }

    private static func run(_ program: String, _ arguments: [String], input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stdout
        try process.run()
        DispatchQueue.global().async {
            stdin.fileHandleForWriting.write(Data(input.utf8))
            try? stdin.fileHandleForWriting.close()
        }
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}

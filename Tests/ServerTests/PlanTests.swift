import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The query plans of both engines: no statement reads a whole table with rows of all companies.
@Suite struct PlanTests {
    @Test(arguments: Engine.allCases)
    func noStatementScansATable(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let recorder = Recorder()
            try await TestServer.run(on: engine, at: url, flags: SoftPasskey.flags, recorder: recorder) { server in
                try await Tour.walk(server, database: RecordingDatabase(server.database, recorder))
            }
            let statements = recorder.statements
            let unheard = try Self.unheard(statements)
            for literal in unheard { Issue.record("The tour never runs \(literal)") }
            for table in [Company.table, User.table, SiteRecord.table, Material.table, TimeEntry.table] {
                #expect(statements.contains { $0.sql.text.hasPrefix("UPDATE \(table) SET ") }, "\(table)")
                #expect(statements.contains { $0.sql.text.hasPrefix("INSERT INTO \(table) (") }, "\(table)")
            }
            for table in [Movement.table, TimeEntry.Correction.table] {
                #expect(statements.contains { $0.sql.text.hasPrefix("INSERT INTO \(table) (") }, "\(table)")
            }
            // They are of the tour's last rows, and there are none before a database is closed for the first time.
            if engine == .sqlite { try await Self.forgetStatistics(url) }
            let scans =
                await engine == .sqlite
                ? try await Self.sqliteScans(statements, url) : try Self.postgresScans(statements, url, owner: url)
            for scan in scans { Issue.record("It reads a whole table: \(scan)") }
            guard engine == .sqlite else { return }
            // A restored database comes with statistics, with which the planner begins elsewhere.
            for spread in [Spread.lone, .small, .large] {
                try await Engine.sqlite.withDatabase { url in
                    try await spread.fill(url)
                    for scan in try await Self.sqliteScans(statements, url) {
                        Issue.record("With the statistics of \(spread.mark): \(scan)")
                    }
                }
            }
        }
    }

    // MARK: Coverage

    /// The SQL literals of Core that no recorded statement contains: the tour must run them.
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
            // A deep check has to read whole tables, and the statements that nouns have in common are recorded as theirs.
            if ["DeepCheck.swift", "ColumnList.swift"].contains(file.lastPathComponent) { continue }
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

    /// Queries of what is current use an index that holds nothing else, even before there are statistics.
    private static let now = [
        ("s.status = 'ACTIVE' AND s.removed_at IS NULL", "INDEX sites_active"),
        ("low_since IS NOT NULL", "INDEX materials_short"),
        ("t.checked_out_at IS NULL AND t.voided_at IS NULL ORDER BY", "INDEX time_entries_present"),
        ("IS NULL OR t.user_id = $3) AND t.checked_out_at IS NULL", "INDEX time_entries_present"),
        ("t.salt = ''", "INDEX time_entries_unsalted"),
        ("a.day >= $2 AND a.day <= $3", "INDEX day_approvals_day"),
        ("t.checked_out_at > $3", "INDEX time_entries_ended"),
        ("o.user_id = $2 AND o.checked_out_at IS NULL", "INDEX time_entries_open"),
        ("IS NULL OR t.user_id = $7) AND t.checked_out_at IS NULL", "INDEX time_entries_present"),
    ]

    private static func forgetStatistics(_ url: String) async throws {
        let database = try Engine.open(url)
        try? await database.transaction { _ = try $0.execute(Statement("DELETE FROM sqlite_stat1")) }
        await database.close()
    }

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
                scans.append(
                    "SQLite: no \(index), but \(plan.filter { $0.hasPrefix("SEARCH t") || $0.hasPrefix("SEARCH o") }) in \(text)"
                )
            }
            // `turns` holds a recursion's own rows, which are bounded; `present`, `hours`, `waiting` and `people` the rows of a subquery, as a VALUES of several rows has them.
            let own = [
                "SCAN CONSTANT ROW", "SCAN 2 CONSTANT ROWS", "SCAN 20 CONSTANT ROWS", "SCAN turns", "SCAN present",
                "SCAN hours", "SCAN waiting",
                "SCAN people",
            ]
            scans += plan.filter { $0.hasPrefix("SCAN") && !own.contains($0) }.map {
                "SQLite: \($0) in \(squeezed(statement.sql.text))"
            }
        }
        await database.close()
        return scans
    }

    // MARK: PostgreSQL

    /// Uses generic plans, as prepared statements do, and no sequential scan if there is an alternative: a plan that still reads a whole
    /// table or a whole index has none.
    /// - Parameters:
    ///   - url: where the statements are prepared.
    ///   - owner: the same database for who may change everything.
    static func postgresScans(_ statements: [Statement], _ url: String, owner: String) async throws -> [String] {
        try await forgetPostgresStatistics(owner)
        var script = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;\n"
        for (number, statement) in statements.enumerated() {
            let types =
                statement.values.isEmpty ? "" : "(" + statement.values.map { type($0) }.joined(separator: ", ") + ")"
            let values =
                statement.values.isEmpty ? "" : "(" + statement.values.map { literal($0) }.joined(separator: ", ") + ")"
            script += "PREPARE s\(number) \(types) AS \(statement.sql.text);\n"
            script += "EXPLAIN (FORMAT JSON) EXECUTE s\(number) \(values);\n\\echo ---\n"
        }
        let output = try await psql(script, url)
        let plans = output.components(separatedBy: "---\n").dropLast()
        #expect(plans.count == statements.count)
        return zip(statements, plans).flatMap { statement, plan -> [String] in
            guard let json = try? JSONDecoder().decode(JSON.self, from: Data(plan.utf8)) else {
                return ["no plan: \(plan)"]
            }
            return wholeReads(json[0]?["Plan"] ?? .null).map { "PostgreSQL: \($0) in \(squeezed(statement.sql.text))" }
        }
    }

    /// Tables are as if they had never been analyzed: with the few rows of the tour, which may have been, a whole index is the shorter way.
    private static func forgetPostgresStatistics(_ url: String) async throws {
        _ = try await psql(
            """
            DELETE FROM pg_statistic WHERE starelid IN (
                SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace);
            UPDATE pg_class SET relpages = 0, reltuples = -1
                WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'i');
            """, url)
    }

    private static func psql(_ script: String, _ url: String) async throws -> String {
        let psql = (ProcessInfo.processInfo.environment["POLIER_TEST_PG_BIN"] ?? "/usr/bin") + "/psql"
        return try await run(psql, ["-qAtX", "-v", "ON_ERROR_STOP=1", url], input: script)
    }

    private static func wholeReads(_ node: JSON) -> [String] {
        let kind = node["Node Type"]?.text ?? ""
        let table = node["Relation Name"]?.text ?? node["Index Name"]?.text ?? ""
        let below = (node["Plans"]?.list ?? []).flatMap(wholeReads)
        // It has only the rows that are looked for.
        if node["Index Name"] == "time_entries_unsalted" { return below }
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

    private static func run(_ program: String, _ arguments: [String], input: String) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        return try await process.outcome(input: input).output
    }
}

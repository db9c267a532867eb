public import Storage

/// Checks everything that can be checked in a database while servers use it, for `check --deep`.
public struct DeepCheck: Sendable {
    let database: any BulkDatabase
    let runtime: Runtime

    /// The accepted error of a clock.
    private static let tolerance = Duration.seconds(5)

    public init(_ database: any BulkDatabase, runtime: Runtime = .live) {
        (self.database, self.runtime) = (database, runtime)
    }

    /// Runs all checks. Blocks for as long as reading everything takes: call it only on a dedicated thread.
    /// - Throws: the database's `StorageError` if the engine's own inspection can't run.
    public func run() throws -> [Inspection] {
        let inspected = try database.inspect()
        let tables = Result { try TableReading.all(of: database) }
        return inspected + [
            .of("rows") { try rows(tables.get()) },
            .of("foreign keys") { try foreignKeys(besides: Set(tables.get().filter { $0.error != nil }.map(\.table))) },
            .of("encoding", encoding), .of("clock", clock),
        ]
    }

    private func rows(_ tables: [TableReading]) throws -> Inspection {
        let bad = tables.filter { $0.error != nil }
        guard bad.isEmpty else {
            return Inspection("rows", isGood: false, bad.map(\.description).joined(separator: "; "))
        }
        let count = tables.reduce(0) { $0 + $1.rows }
        return Inspection("rows", isGood: true, "every row of \(tables.count) tables could be read, \(count) in all")
    }

    /// - Parameter unread: the tables that can't be read completely. An index may still hold their rows, and would be believed.
    private func foreignKeys(besides unread: Set<String>) throws -> Inspection {
        let keys = try database.withSnapshot { session in
            // This also checks the names: it refuses those of another program.
            _ = try session.tables()
            return try ForeignKey.all(session)
        }
        var bad: [String] = []
        var unchecked: Set<String> = []
        for key in keys {
            let damaged = unread.intersection([key.table, key.other])
            guard damaged.isEmpty else {
                unchecked.formUnion(damaged)
                continue
            }
            let orphans = try database.withSnapshot { try key.orphans($0) }
            guard orphans > 0 else { continue }
            let rows = orphans == 1 ? "1 row of \(key.table) refers" : "\(orphans) rows of \(key.table) refer"
            bad.append("\(rows) to \(key.other) that aren't there")
        }
        if !unchecked.isEmpty {
            bad.append("what refers to or from \(unchecked.sorted().joined(separator: ", ")) couldn't be checked")
        }
        return Inspection(
            "foreign keys", isGood: bad.isEmpty,
            bad.isEmpty
                ? "every row that one of the \(keys.count) keys refers to is there" : bad.joined(separator: "; "))
    }

    private func encoding() throws -> Inspection {
        let query: SQL =
            database.dialect == .postgres
            ? "SELECT current_setting('server_encoding')" : "SELECT encoding FROM pragma_encoding"
        let found = try fetch(Query<String>(query) { try $0.next() }).first ?? ""
        let isGood = found == "UTF8" || found == "UTF-8"
        return Inspection("encoding", isGood: isGood, isGood ? found : "\(found), and Polier keeps text in UTF8")
    }

    private func clock() throws -> Inspection {
        var finding = "the database's and this machine's agree"
        if database.dialect == .postgres {
            let before = runtime.now()
            let query: SQL = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
            let theirs = try fetch(Query<Int64>(query) { try $0.next() }).first ?? 0
            let after = runtime.now()
            // The database read its clock between the two.
            let off = max(theirs - after.milliseconds, before.milliseconds - theirs, 0)
            let seconds = "\(off / 1000).\(off % 1000 / 100) s"
            guard off <= Self.tolerance.milliseconds else {
                return Inspection(
                    "clock", isGood: false, "this machine's and the database's differ by \(seconds): set them by NTP")
            }
            finding = "this machine's and the database's differ by \(off < 100 ? "less than 0.1 s" : seconds)"
        }
        let limit = runtime.now() + Self.tolerance
        let future = try fetch(
            Query(
                """
                SELECT m.name, m.applied_at FROM schema_migrations m WHERE m.applied_at > $1
                UNION ALL SELECT u.task, u.done_at FROM upkeep u WHERE u.done_at > $1
                """, limit
            ) { (name: try $0.next() as String, at: try $0.next() as Instant) })
        guard let first = future.first else { return Inspection("clock", isGood: true, finding) }
        return Inspection(
            "clock", isGood: false,
            "the database says that \(first.name) was done \(first.at.text), which is to come: this clock is behind, or one was ahead then"
        )
    }

    private func fetch<Value: Sendable>(_ query: Query<Value>) throws -> [Value] {
        try database.withSnapshot { try Transaction($0, Aftermath()).fetch(query) }
    }
}

import Storage

/// A database to fill: empty before; afterwards equal to the source, or still empty.
struct LoadTarget: Sendable {
    let database: any BulkDatabase
    /// The migrations that make the source's schema.
    let migrations: [Migration]

    /// The table that failed sign-ins at an empty server write to. Its rows don't count.
    fileprivate static let strangers = "attempts"

    /// Creates the schema if the database is empty. An existing schema is kept.
    /// - Throws: `CopyRefusal` if the database isn't empty, or its schema can't become the source's; the database's `StorageError`.
    func prepare() async throws {
        let migrator = Migrator(database, migrations: migrations)
        let database = database
        if let door = try await migrator.door() {
            try door.checkEncoding()
            try door.checkPlace()
        }
        let there = SchemaMark.all(in: try await migrator.history())
        try await BlockingThread.run(name: "copy") {
            try database.withSnapshot { session in
                let tables = try session.tables()
                if there.isEmpty, let table = tables.first {
                    throw CopyRefusal("the target isn't empty: it has a table \(table.name) of another program's")
                }
                try session.checkEmpty(tables)
            }
        }
        let wanted = migrations.map(SchemaMark.init)
        guard wanted.starts(with: there) else {
            throw CopyRefusal(
                "the target's schema is at \(there.title), which can't become \(wanted.title): take a new database")
        }
        _ = try await migrator.migrate()
        guard SchemaMark.all(in: try await migrator.history()) == wanted else {
            throw CopyRefusal("another process changed the target's schema: try again")
        }
    }

    /// Runs `fill` in one exclusive transaction of the target, and commits only if what it wrote reads back the same.
    /// - Parameters:
    ///   - total: the number of rows to come.
    ///   - fill: writes all rows, and returns the content of each table.
    /// - Throws: `CopyRefusal` if the target is in use or not empty, or reads back differently; what `fill` throws; the database's
    ///   `StorageError`.
    func load(
        total: Int, _ tell: @escaping (CopyProgress) -> Void,
        _ fill: (any BulkSession, [Table], inout CopyWatch) throws -> [TableContents]
    ) throws -> [TableContents] {
        try database.withLoad { session in
            let tables = try session.tables()
            do {
                try session.claim(tables)
            } catch let error as StorageError where error.kind == .timeout {
                throw CopyRefusal("another connection is using the target: stop what uses it and try again")
            }
            try session.checkEmpty(tables)
            // The operators' own company, which the first migration creates; the source's row replaces it.
            _ = try session.execute(Statement("DELETE FROM companies WHERE id = $1", Company.platform))
            for table in tables where table.name == Self.strangers {
                _ = try session.execute(Statement("DELETE FROM attempts"))
            }
            var watch = CopyWatch(total: total, tell: tell)
            let written = try fill(session, tables, &watch)
            try session.compare(tables, with: written, total: total, tell)
            for table in tables { _ = try session.execute(Statement(SQL(unchecked: "ANALYZE \(table.name)"))) }
            return written
        }
    }
}

extension Table {
    /// Selects one row, if there is any. The hidden company of the operators, which the first migration creates, doesn't count.
    fileprivate var anyRow: SQL {
        let own = name == "companies" ? " WHERE id <> '\(Company.platform.text)'" : ""
        return SQL(unchecked: "SELECT 1 FROM \(name)\(own) LIMIT 1")
    }
}

extension BulkSession {
    /// - Throws: `CopyRefusal` if there are any rows other than those that migrations create.
    fileprivate func checkEmpty(_ tables: [Table]) throws {
        for table in tables where table.name != LoadTarget.strangers {
            let rows = try Transaction(self, Aftermath()).fetch(Query(table.anyRow) { try $0.next() as Int64 })
            guard rows.isEmpty else {
                throw CopyRefusal("the target isn't empty: its table \(table.name) has rows")
            }
        }
    }

    /// Reads everything back.
    /// - Throws: `CopyRefusal` if a table differs from what was written.
    fileprivate func compare(
        _ tables: [Table], with written: [TableContents], total: Int, _ tell: @escaping (CopyProgress) -> Void
    ) throws {
        var watch = CopyWatch(total: total, tell: tell)
        for (table, expected) in zip(tables, written) {
            let found = try fingerprint(of: table, .comparing, &watch) { _ in }
            guard found == expected.fingerprint else {
                throw CopyRefusal(
                    """
                    the table \(table.name) reads back differently than it was written (\(found.rows) rows of \
                    \(expected.fingerprint.rows)): nothing was kept
                    """)
            }
        }
    }

    /// Reads a table, passes its lines to `take`, and returns their fingerprint.
    func fingerprint(
        of table: Table, _ step: CopyProgress.Step, _ watch: inout CopyWatch,
        _ take: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Fingerprint {
        var hash = LineHash()
        try read(table) { lines in
            hash.add(lines)
            try take(lines)
            watch.saw(hash.rows, of: table.name, step)
        }
        watch.saw(hash.rows, of: table.name, step, isTableDone: true)
        return hash.fingerprint
    }

    /// The number of rows in all of the tables.
    func totalRows(_ tables: [Table]) throws -> Int {
        var total = 0
        for table in tables {
            let counts = try Transaction(self, Aftermath()).fetch(Query(table.count) { try $0.next() as Int64 })
            total += counts.reduce(0) { $0 + Int($1) }
        }
        return total
    }
}

/// A database that is to be filled: empty before, and afterwards what the source is, or empty still.
struct LoadTarget: Sendable {
    let database: any BulkDatabase
    /// Those that make the source's schema.
    let migrations: [Migration]

    /// What people leave who try to sign in at an empty server. It doesn't count.
    fileprivate static let strangers = "attempts"

    /// Makes the schema where the database is empty. What is there already is left alone.
    /// - Throws: `CopyRefusal` where the database isn't empty, or its schema can't become the source's.
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
            throw CopyRefusal("somebody else has changed the target's schema meanwhile: try again")
        }
    }

    /// Runs `fill` in one transaction of the target's, which nobody else's overlaps, and keeps what it wrote only if it can
    /// be read back as it was meant.
    /// - Parameters:
    ///   - total: how many rows will come.
    ///   - fill: writes all rows, and returns what they were.
    func load(
        total: Int, _ tell: @escaping (CopyProgress) -> Void,
        _ fill: (any BulkSession, [Table], inout CopyWatch) throws -> [TableContents]
    ) throws -> [TableContents] {
        try database.withLoad { session in
            let tables = try session.tables()
            do {
                try session.claim(tables)
            } catch let error as StorageError where error.kind == .timeout {
                throw CopyRefusal("somebody is at work in the target: stop what uses it and try again")
            }
            try session.checkEmpty(tables)
            // The operators' own company, which the first migration makes: the source's row takes its place.
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

extension BulkSession {
    /// - Throws: `CopyRefusal` where there is anything but what migrations make.
    fileprivate func checkEmpty(_ tables: [Table]) throws {
        for table in tables where table.name != LoadTarget.strangers {
            let rows = try Transaction(self, Aftermath()).fetch(Query(table.anyRow) { try $0.next() as Int64 })
            guard rows.isEmpty else {
                throw CopyRefusal("the target isn't empty: its table \(table.name) has rows")
            }
        }
    }

    /// Reads everything back.
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

    /// Reads a table, hands its lines on, and says what they were.
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

    /// How many rows all of the tables have.
    func totalRows(_ tables: [Table]) throws -> Int {
        var total = 0
        for table in tables {
            let counts = try Transaction(self, Aftermath()).fetch(Query(table.count) { try $0.next() as Int64 })
            total += counts.reduce(0) { $0 + Int($1) }
        }
        return total
    }
}

import Crypto

/// How a database's schema relates to the migrations that this server knows.
public enum SchemaState: Sendable, Equatable {
    /// This server runs on it.
    case fits
    /// Migrations are pending, named by their files. On a database without a schema all of them are.
    case older(pending: [String])
    /// A newer server has changed the schema so that only servers from version `oldestServer` on run on it.
    case newer(version: Int, oldestServer: Int)
    /// An applied migration differs from the file here: the file was edited, or the database belongs to another program.
    case changed(file: String)
}

/// Brings a database's schema up to date, exactly once, even if many servers start at the same time.
///
/// Each migration runs in one transaction that records it in `schema_migrations` with its checksum. On PostgreSQL the transaction holds
/// an advisory lock. It polls for the lock instead of waiting inside a statement, which would run into the statement's time limit. SQLite
/// has a single writer anyway.
public struct Migrator: Sendable {
    let database: any Database
    let migrations: [Migration]
    let runtime: Runtime

    public init(_ database: any Database, migrations: [Migration], runtime: Runtime = .live) {
        self.database = database
        self.migrations = migrations.sorted { $0.version < $1.version }
        self.runtime = runtime
    }

    /// The state of the schema.
    /// - Throws: the database's `StorageError`; `.misconfigured` if a PostgreSQL database can't hold Polier: its encoding isn't UTF8, the
    ///   tables are in a schema that isn't used, or there are none and the role may not create them.
    public func state() async throws -> SchemaState {
        if let door = try await door() {
            try door.checkEncoding()
            try door.checkPlace()
            if !door.hasSchema { try door.checkMayMake() }
        }
        do {
            return state(given: try await database.fetch(Applied.all))
        } catch let error as StorageError where error.kind == .noSuchTable {
            return .older(pending: migrations.map(\.name))
        }
    }

    /// The applied migrations, oldest first; none if the database has no schema.
    /// - Throws: the database's `StorageError`.
    public func history() async throws -> [AppliedMigration] {
        do {
            return try await database.fetch(Applied.all)
        } catch let error as StorageError where error.kind == .noSuchTable {
            return []
        }
    }

    /// Runs the pending migrations and returns the names of the files that this call ran. It does nothing if the database is newer than
    /// this server or a file was changed (see `state`), or if nothing is pending: a role that may not change the schema can call it.
    /// - Throws: as `state` does; `.misconfigured` if the role may not change the schema, and `.timeout` if another server migrates for
    ///   more than ten minutes.
    public func migrate() async throws -> [String] {
        guard case .older = try await state() else { return [] }
        try await door()?.checkMayMake()
        var ran: [String] = []
        try await exclusively { transaction in
            for statement in try AppliedMigration.createTable(for: database.dialect) {
                try transaction.execute(Statement(statement))
            }
        }
        for migration in migrations {
            guard case .older = try await state() else { break }
            do {
                let isNew = migration.undo == nil ? try await run(migration) : try await runAlone(migration)
                if isNew { ran.append(migration.name) }
            } catch let error as StorageError {
                throw StorageError(error.kind, "migration \(migration.name): \(error.detail)")
            }
        }
        return ran
    }

    private func state(given applied: [AppliedMigration]) -> SchemaState {
        let known = Dictionary(migrations.map { ($0.version, $0) }) { first, _ in first }
        for row in applied {
            if let migration = known[row.version], migration.checksum != row.checksum {
                return .changed(file: row.name)
            }
        }
        let finished = Set(applied.filter { $0.appliedAt != nil }.map(\.version))
        let pending = migrations.filter { !finished.contains($0.version) }.map(\.name)
        guard pending.isEmpty else { return .older(pending: pending) }
        let server = migrations.last?.version ?? 0
        let newer = applied.filter { $0.version > server && $0.appliedAt != nil }
        if let oldest = newer.map(\.runsWith).max(), oldest > server {
            return .newer(version: newer.map(\.version).max() ?? oldest, oldestServer: oldest)
        }
        return .fits
    }

    private func run(_ migration: Migration) async throws -> Bool {
        let now = runtime.now()
        return try await exclusively { transaction in
            guard try transaction.fetch(Applied.one(migration.version)).isEmpty else { return false }
            for step in migration.steps(for: database.dialect) {
                switch step {
                case .execute(let statement): try transaction.execute(Statement(statement))
                case .relax(let relaxation): try transaction.relax(relaxation)
                }
            }
            try transaction.execute(Applied.insert(migration, appliedAt: now))
            return true
        }
    }

    /// Runs `body` in a transaction that excludes all other migrators.
    /// - Throws: `StorageError` of kind `.timeout` if another one holds the lock for ten minutes.
    func exclusively<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result {
        let dialect = database.dialect
        for _ in 0..<3000 {
            let result: Result? = try await database.transaction { transaction in
                if dialect == .postgres {
                    let locked = try transaction.fetch(
                        Query("SELECT pg_try_advisory_xact_lock(7615433)") { try $0.next() as Bool })
                    guard locked == [true] else { return nil }
                }
                try transaction.liftTimeLimit()
                return try body(transaction)
            }
            if let result { return result }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw StorageError(.timeout, "another server has been migrating the schema for more than ten minutes")
    }
}

extension Migration {
    /// SHA-256 of the file, in hexadecimal.
    public var checksum: String { SHA256.hash(data: Array(text.utf8)).hexadecimal }
}

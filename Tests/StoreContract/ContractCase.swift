public import Storage

/// One thing that every driver must do.
public struct ContractCase: Sendable, CustomStringConvertible {
    public let name: String
    private let body: @Sendable (any EmptyStore) async throws -> Void

    /// - Parameter body: the case; it opens the store itself.
    init(opening name: String, _ body: @escaping @Sendable (any EmptyStore) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// - Parameters:
    ///   - tables: the statements that create the tables, as in a migration.
    ///   - body: the case.
    init(_ name: String, tables: String = "", _ body: @escaping @Sendable (any BulkDatabase) async throws -> Void) {
        self.init(opening: name) { store in
            try await store.withDatabase { database in
                if !tables.isEmpty { try await database.make(tables) }
                try await body(database)
            }
        }
    }

    public var description: String { name }

    /// Runs the case on a fresh store. Violations are reported as issues of the running test.
    public func run(on factory: any StoreFactory) async throws {
        let store = try await factory.makeEmpty()
        do {
            try await body(store)
        } catch {
            try? await store.remove()
            throw error
        }
        try await store.remove()
    }
}

extension EmptyStore {
    /// Opens the store for `body`, and always closes it.
    func withDatabase(
        waitTimeout: Duration = .seconds(20), _ body: (any BulkDatabase) async throws -> Void
    ) async throws {
        let database = try await open(waitTimeout: waitTimeout)
        do {
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}

extension Database {
    /// Creates tables from the portable text of a migration.
    public func make(_ tables: String) async throws {
        _ = try await Migrator(self, migrations: [Migration(file: "0001_tables.sql", text: tables)]).migrate()
    }

    /// The rows of one query.
    public func rows<Value: Sendable>(of query: Query<Value>) async throws -> [Value] { try await fetch(query) }

    /// The only row of a query.
    public func fetchOne<Value: Sendable>(_ query: Query<Value>) async throws -> Value {
        let rows = try await rows(of: query)
        guard let row = rows.first, rows.count == 1 else {
            throw StorageError(.failed, "\(rows.count) rows where the case expects one")
        }
        return row
    }

    /// How many rows a table has.
    /// - Parameter table: its name.
    public func count(_ table: SQL) async throws -> Int64 {
        try await fetchOne(Query("SELECT count(*) FROM \(table)") { try $0.next() })
    }
}

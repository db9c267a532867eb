public import Storage

/// Copies a whole database into an empty one, of any engine. Later writes to the source aren't part of the copy.
public struct DatabaseCopy: Sendable {
    let source: any BulkDatabase
    let target: LoadTarget

    /// - Parameter migrations: all that this program knows. Exactly these must have been applied to the source.
    public init(from source: any BulkDatabase, to target: any BulkDatabase, migrations: [Migration]) {
        self.source = source
        self.target = LoadTarget(
            database: target, migrations: migrations.sorted { $0.version < $1.version })
    }

    /// Creates the target's schema, copies every table in one transaction, reads the target back and compares it, and only then commits:
    /// if it is interrupted at any point, the target stays empty.
    /// - Returns: the content of each table, on both sides.
    /// - Throws: `CopyRefusal`, or the `StorageError` of either side.
    public func run(_ tell: @escaping @Sendable (CopyProgress) -> Void) async throws -> [TableContents] {
        let wanted = target.migrations.map(SchemaMark.init)
        let migrator = Migrator(source, migrations: target.migrations)
        // The source's encoding doesn't matter: a copy is the way to change it.
        try await migrator.door()?.checkPlace()
        let found = SchemaMark.all(in: try await migrator.history())
        guard !found.isEmpty else { throw CopyRefusal("the source has no schema: there is nothing to copy") }
        guard found == wanted else {
            throw CopyRefusal(
                """
                the source's schema is at \(found.title) and this polier's at \(wanted.title): run 'polier migrate' on the \
                source, or use the polier that runs on it
                """)
        }
        try await target.prepare()
        return try await BlockingThread.run(name: "copy") {
            try source.withSnapshot { snapshot in
                let tables = try snapshot.tables()
                return try target.load(total: try snapshot.totalRows(tables), tell) { load, targets, watch in
                    guard targets == tables else {
                        throw CopyRefusal("the source has other tables and columns than its migrations make")
                    }
                    return try tables.map { table in
                        TableContents(
                            table: table.name,
                            fingerprint: try snapshot.fingerprint(of: table, .copying, &watch) {
                                try load.write($0, into: table)
                            })
                    }
                }
            }
        }
    }
}

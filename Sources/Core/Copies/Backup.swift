import Foundation
public import Storage

/// A whole database as text, the same for every engine (a file's writer compresses it):
///
///     -- polier-backup/1 {"polier":"0.1.0","rows":5,"schema":[{"checksum":"…","name":"0001_foundation"}],"takenAt":"…"}
///     COPY companies (id, name) FROM stdin;
///     0192…<tab>Fliesen Kern
///     \.
///     -- table {"rows":1,"sha256":"…"}
///     COPY users (company_id, id, email) FROM stdin;
///     …
///     -- end {"sha256":"…"}
///
/// Each table comes after those that it refers to; rows come in the order of the primary key, as lines of `BulkSession`'s format. The
/// SHA-256 of a table covers its lines, the last one covers every byte before it. Everything other than tables is a comment in SQL, so
/// that `psql` can also load the text, into an empty schema.
public struct Backup: Sendable {
    /// The content of the first line.
    public struct Head: Sendable, Codable {
        /// The version of the program that took the backup.
        public let polier: String
        /// The migrations that the schema was made by, oldest first.
        public let schema: [SchemaMark]
        /// The time of the backup, as RFC 3339.
        public let takenAt: String
        /// The number of rows in all tables.
        public let rows: Int
    }

    struct End: Codable { let sha256: String }

    static let headMark = "-- polier-backup/1 "
    static let tableMark = "-- table "
    static let endMark = "-- end "
    static let rowsEnd = "\\."

    static func copyLine(_ table: Table) -> String { "COPY \(table.target) FROM stdin;" }

    // MARK: Taking one

    /// Writes one snapshot of the database, whatever its schema. Blocks: call it only on a dedicated thread.
    /// - Parameters:
    ///   - polier: the version of this program.
    ///   - write: receives the text in chunks, and must not keep them.
    /// - Returns: the content of each table.
    /// - Throws: `CopyRefusal` if there is no schema; the database's `StorageError`; what `write` throws.
    @discardableResult
    public static func take(
        from database: any BulkDatabase, polier: String, at now: Instant, tell: @escaping (CopyProgress) -> Void,
        to write: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> [TableContents] {
        try database.withSnapshot { session in
            if database.dialect == .postgres {
                try Transaction(session, Aftermath()).fetch(Door.query).first?.checkPlace()
            }
            let tables = try session.tables()
            guard !tables.isEmpty else { throw CopyRefusal("the database has no schema: there is nothing to back up") }
            let applied = try Transaction(session, Aftermath()).fetch(Applied.all)
            let rows = try session.totalRows(tables)
            var text = HashedText(write)
            let head = Head(polier: polier, schema: SchemaMark.all(in: applied), takenAt: now.text, rows: rows)
            try text.add(line: headMark, head)
            var watch = CopyWatch(total: rows, tell: tell)
            let contents = try tables.map { table in
                try text.add(line: copyLine(table))
                let fingerprint = try session.fingerprint(of: table, .copying, &watch) { try text.add($0) }
                try text.add(line: rowsEnd)
                try text.add(line: tableMark, fingerprint)
                return TableContents(table: table.name, fingerprint: fingerprint)
            }
            try text.add(line: endMark, End(sha256: text.sha256))
            return contents
        }
    }

    // MARK: Putting one back

    /// Creates the schema of the backup in an empty database, fills it in one transaction that reads back what it wrote, and then runs
    /// the later migrations: a backup of any earlier release can be restored.
    /// - Parameter migrations: all that this program knows.
    /// - Returns: the content of each table.
    /// - Throws: `CopyRefusal`; the database's `StorageError`; what reading the backup throws. The target stays empty then.
    public static func restore(
        _ text: BackupText, to target: any BulkDatabase, migrations: [Migration],
        tell: @escaping @Sendable (CopyProgress) -> Void
    ) async throws -> [TableContents] {
        let all = migrations.sorted { $0.version < $1.version }
        let schema = text.head.schema
        guard all.map(SchemaMark.init).starts(with: schema), !schema.isEmpty else {
            throw CopyRefusal(
                """
                the backup's schema is at \(schema.title), which this polier doesn't know: restore it with polier \
                \(text.head.polier) or a later one
                """)
        }
        let load = LoadTarget(database: target, migrations: Array(all.prefix(schema.count)))
        try await load.prepare()
        let contents = try await BlockingThread.run(name: "restore") {
            try load.load(total: text.head.rows, tell) { session, tables, watch in
                let contents = try tables.map { table in
                    guard try text.nextTable() == copyLine(table) else {
                        throw CopyRefusal(
                            "the backup doesn't hold the table \(table.name) where it should: it is damaged")
                    }
                    let fingerprint = try text.rows(of: table.name) { lines, rows in
                        try session.write(lines, into: table)
                        watch.saw(rows, of: table.name, .copying)
                    }
                    watch.saw(fingerprint.rows, of: table.name, .copying, isTableDone: true)
                    return TableContents(table: table.name, fingerprint: fingerprint)
                }
                guard try text.nextTable() == nil else {
                    throw CopyRefusal("the backup holds more tables than its schema")
                }
                return contents
            }
        }
        _ = try await Migrator(target, migrations: all).migrate()
        return contents
    }
}

/// Text that is written out, and hashed as a whole.
private struct HashedText {
    private var hash = LineHash()
    private let write: (UnsafeRawBufferPointer) throws -> Void

    init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.write = write }

    var sha256: String { hash.fingerprint.sha256 }

    mutating func add(_ bytes: UnsafeRawBufferPointer) throws {
        hash.add(bytes)
        try write(bytes)
    }

    mutating func add(line: String) throws { try Array("\(line)\n".utf8).withUnsafeBytes { try add($0) } }

    mutating func add(line mark: String, _ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try add(line: mark + String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

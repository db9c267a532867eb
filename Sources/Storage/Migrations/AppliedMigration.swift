/// A row of `schema_migrations`: a migration that was applied, or is being applied outside a transaction.
public struct AppliedMigration: Sendable, Equatable {
    public let version: Int
    public let name: String
    public let checksum: String
    public let runsWith: Int
    /// Nil while it is being applied.
    public let appliedAt: Instant?
    /// When the claim of the server that applies it outside a transaction expires.
    public let claimedUntil: Instant?

    init(_ row: inout Row) throws {
        version = Int(try row.next() as Int64)
        name = try row.next()
        checksum = try row.next()
        runsWith = Int(try row.next() as Int64)
        appliedAt = try row.next()
        claimedUntil = try row.next()
    }

    static func createTable(for dialect: Dialect) throws -> [SQL] {
        try Migration(
            file: "1_schema_migrations.sql",
            text: """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    version BIGINT NOT NULL PRIMARY KEY,
                    name {text} NOT NULL,
                    checksum {text} NOT NULL,
                    runs_with BIGINT NOT NULL,
                    applied_at BIGINT,
                    claimed_until BIGINT
                );
                """
        ).statements(for: dialect)
    }
}

package enum Applied {
    private static let columns: SQL = "version, name, checksum, runs_with, applied_at, claimed_until"

    package static var all: Query<AppliedMigration> {
        Query("SELECT \(columns) FROM schema_migrations ORDER BY version") { try AppliedMigration(&$0) }
    }

    static func one(_ version: Int) -> Query<AppliedMigration> {
        Query("SELECT \(columns) FROM schema_migrations WHERE version = $1", Int64(version)) {
            try AppliedMigration(&$0)
        }
    }

    static func insert(_ migration: Migration, appliedAt: Instant) -> Statement {
        Statement(
            """
            INSERT INTO schema_migrations (version, name, checksum, runs_with, applied_at)
            VALUES ($1, $2, $3, $4, $5)
            """,
            Int64(migration.version), migration.name, migration.checksum, Int64(migration.runsWith), appliedAt)
    }

    /// Claims a migration that runs outside a transaction; returns no row if another server holds it or it is done.
    static func claim(_ migration: Migration, now: Instant, until: Instant) -> Query<Int64> {
        Query(
            """
            INSERT INTO schema_migrations (version, name, checksum, runs_with, claimed_until)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (version) DO UPDATE SET claimed_until = excluded.claimed_until
            WHERE schema_migrations.applied_at IS NULL AND schema_migrations.claimed_until < $6
            RETURNING version
            """,
            Int64(migration.version), migration.name, migration.checksum, Int64(migration.runsWith), until, now
        ) { try $0.next() }
    }

    static func extend(_ migration: Migration, until: Instant) -> Statement {
        Statement(
            "UPDATE schema_migrations SET claimed_until = $1 WHERE version = $2 AND applied_at IS NULL",
            until, Int64(migration.version))
    }

    static func finish(_ migration: Migration, at: Instant) -> Statement {
        Statement(
            "UPDATE schema_migrations SET applied_at = $1, claimed_until = NULL WHERE version = $2",
            at, Int64(migration.version))
    }
}

/// When the database was last backed up, as it says itself: servers tell it, who takes backups notes it.
public struct LastBackup: Sendable {
    let database: any Database

    public init(_ database: any Database) { self.database = database }

    private static let task = "backup"

    /// Of which moment the last complete backup is; nil where there was none.
    public var moment: Instant? {
        get async throws {
            try await database.fetch(
                Query<Instant>("SELECT u.done_at FROM upkeep u WHERE u.task = $1", Self.task) { try $0.next() }
            ).first
        }
    }

    /// Notes a backup that is complete, and lies wherever it shall.
    /// - Parameters:
    ///   - moment: the one that it shows.
    ///   - now: an earlier note of a later moment came from a clock that was wrong.
    public func note(_ moment: Instant, at now: Instant) async throws {
        let statement = Statement(
            """
            INSERT INTO upkeep (task, done_at) VALUES ($1, $2)
            ON CONFLICT (task) DO UPDATE SET done_at = excluded.done_at 
            WHERE excluded.done_at > upkeep.done_at OR upkeep.done_at > $3
            """,
            Self.task, moment, now)
        try await database.transaction { try $0.enqueue(statement) }
    }

    /// Nothing where the database doesn't answer.
    public var metrics: [Metric] {
        get async {
            do {
                let moment = try await moment
                return [
                    Metric(
                        "polier_backup_timestamp_seconds",
                        "Of which moment the last complete backup is, in seconds since 1970; 0 where there was none.",
                        .gauge(Double((moment?.milliseconds ?? 0) / 1000)))
                ]
            } catch {
                return []
            }
        }
    }
}

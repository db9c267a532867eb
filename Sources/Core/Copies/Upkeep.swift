public import Storage

/// The tasks that keep a database safe, and when each was last done. The database itself holds the times: the command that does a task
/// records it, and servers report it.
public struct Upkeep: Sendable {
    public enum Kind: String, Column, CaseIterable {
        /// The time of the last complete backup: that of its snapshot.
        case backup
        /// The time of the last failure of a scheduled backup (`--keep`).
        case backupFailure = "backup-failed"
        /// The time of the last successful drill.
        case drill
        /// The time of the last failed drill.
        case drillFailure = "drill-failed"
    }

    let database: any Database

    public init(_ database: any Database) { self.database = database }

    /// The time of each task; a task that was never done is missing.
    /// - Throws: the database's `StorageError`.
    public var moments: [Kind: Instant] {
        get async throws {
            // The table may hold tasks of older or newer servers.
            let query = Query<(String, Instant)>(
                "SELECT u.task, u.done_at FROM upkeep u WHERE u.task > $1 ORDER BY u.task", ""
            ) { (try $0.next(), try $0.next()) }
            var moments: [Kind: Instant] = [:]
            let rows: [(String, Instant)] = try await database.fetch(query)
            for (name, moment) in rows {
                if let task = Kind(rawValue: name) { moments[task] = moment }
            }
            return moments
        }
    }

    /// Records a task.
    /// - Parameters:
    ///   - moment: for a backup, the time of its snapshot; recorded once the backup is complete and stored at its destination.
    ///   - now: a recorded time later than this came from a wrong clock, and is overwritten.
    /// - Throws: the database's `StorageError`, also if its schema is older than these records.
    public func note(_ task: Kind, of moment: Instant, at now: Instant) async throws {
        let statement = Statement(
            """
            INSERT INTO upkeep (task, done_at) VALUES ($1, $2)
            ON CONFLICT (task) DO UPDATE SET done_at = excluded.done_at
            WHERE excluded.done_at > upkeep.done_at OR upkeep.done_at > $3
            """,
            task, moment, now)
        try await database.transaction { try $0.enqueue(statement) }
    }

    /// Empty if the database doesn't respond.
    public var metrics: [Metric] {
        get async {
            guard let moments = try? await moments else { return [] }
            return Kind.allCases.map { task in
                let (name, help) =
                    switch task {
                    case .backup: ("backup", "The moment that the last complete backup shows")
                    case .backupFailure: ("backup_failure", "When a backup with --keep last failed")
                    case .drill: ("restore_drill", "When a backup was last restored to try it")
                    case .drillFailure: ("restore_drill_failure", "When restoring a backup to try it last failed")
                    }
                return Metric(
                    "polier_\(name)_timestamp_seconds", "\(help), in seconds since 1970; 0 for never.",
                    .gauge(Double((moments[task]?.milliseconds ?? 0) / 1000)))
            }
        }
    }
}

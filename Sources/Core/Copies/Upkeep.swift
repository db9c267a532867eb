/// What keeps a database safe, and when each was last done, as the database says itself: who does it notes it, servers tell it.
public struct Upkeep: Sendable {
    public enum Kind: String, Column, CaseIterable {
        /// The moment that the last complete backup shows.
        case backup
        /// When a backup of a timer's last failed.
        case backupFailure = "backup-failed"
        /// When a backup was last restored to try it.
        case drill
        /// When that last failed.
        case drillFailure = "drill-failed"
    }

    let database: any Database

    public init(_ database: any Database) { self.database = database }

    /// When each was last done; what never was isn't in it.
    public var moments: [Kind: Instant] {
        get async throws {
            // An older server's, or a newer one's, may be among them.
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

    /// Notes what was done.
    /// - Parameters:
    ///   - moment: of a backup the one that it shows, which is noted once it is complete and stored at its destination.
    ///   - now: an earlier note of a later moment came from a clock that was wrong.
    /// - Throws: the database's `StorageError`, also where its schema is older than these notes.
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

    /// Nothing where the database doesn't answer.
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

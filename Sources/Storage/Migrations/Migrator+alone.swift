extension Migrator {
    private static let lease = Duration.seconds(60)

    /// Runs a migration of one statement that is not allowed in a transaction (`CREATE INDEX CONCURRENTLY`). A row claims it for a minute
    /// at a time, so that servers that start together run it once and take it over from one that was killed.
    func runAlone(_ migration: Migration) async throws -> Bool {
        guard let statement = migration.statements(for: database.dialect).first else {
            return try await recordOnly(migration)
        }
        while true {
            let now = runtime.now()
            let claimed = try await exclusively { transaction in
                let before = try transaction.fetch(Applied.one(migration.version)).first
                let mine = try transaction.fetch(Applied.claim(migration, now: now, until: now + Self.lease))
                return (isDone: before?.appliedAt != nil, isMine: !mine.isEmpty, isSecondTry: before != nil)
            }
            if claimed.isDone { return false }
            if claimed.isMine {
                try await holding(migration) {
                    if claimed.isSecondTry, let undo = migration.undo {
                        try await database.executeAlone(Statement(undo))
                    }
                    try await database.executeAlone(Statement(statement))
                }
                let end = runtime.now()
                try await database.transaction { try $0.execute(Applied.finish(migration, at: end)) }
                return true
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Records a migration whose statement is for the other engine only.
    private func recordOnly(_ migration: Migration) async throws -> Bool {
        let now = runtime.now()
        return try await exclusively { transaction in
            guard try transaction.fetch(Applied.one(migration.version)).isEmpty else { return false }
            try transaction.execute(Applied.insert(migration, appliedAt: now))
            return true
        }
    }

    /// Extends the claim while `body` runs.
    private func holding(_ migration: Migration, _ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.lease / 4)
                    let until = runtime.now() + Self.lease
                    try await database.transaction { try $0.execute(Applied.extend(migration, until: until)) }
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
    }
}

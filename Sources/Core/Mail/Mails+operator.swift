public import Storage

extension Mails {
    /// The latest mails of all companies, without secrets, for the operator at the command line.
    /// - Throws: the database's `StorageError`.
    public func latest(_ count: Int) async throws -> [Mail] {
        try await database.fetch(Mail.latest(count))
    }

    /// The mail with this id, in any company; nil if there is none.
    /// - Throws: the database's `StorageError`.
    public func get(_ id: Mail.ID) async throws -> Mail? {
        try await database.fetch(Mail.one(anywhere: id)).first
    }

    /// Puts a failed mail back into the outbox, to be retried at once and for three more days. Returns false if there is no such failed
    /// mail, or its link is gone: then only a new invitation or link helps.
    /// - Throws: the database's `StorageError`.
    public func retry(_ id: Mail.ID, now: Instant) async throws -> Bool {
        try await database.transaction { try $0.execute(Mail.retry(id, now: now)) == 1 }
    }
}

extension Mail {
    private static let latest: SQL = "\(selection) WHERE m.id < $2 ORDER BY m.id DESC LIMIT $1"
    private static let anywhere: SQL = "\(selection) WHERE m.id = $1"

    fileprivate static func latest(_ count: Int) -> Query<Mail> {
        Query(latest, Int64(count), "g", row: Mail.init)
    }

    fileprivate static func one(anywhere id: ID) -> Query<Mail> { Query(anywhere, id, row: Mail.init) }

    fileprivate static func retry(_ id: ID, now: Instant) -> Statement {
        Statement(
            """
            UPDATE mails SET state = 'queued', reason = NULL, reason_code = NULL, attempts = 0, due_at = $2, created_at = $2, updated_at = $2
            WHERE id = $1 AND state = 'failed' AND address <> '' AND (
                token IS NOT NULL
                OR kind NOT IN ('invitation', 'reset', 'verify', 'email-confirm', 'email-changing', 'email-undone'))
            """,
            id, now)
    }
}

public import Storage

/// A sentence that an operator shows everyone until a given time.
public struct Notice: Sendable {
    /// The most characters of the text.
    public static let longest = 300
    /// The most days that it may be shown.
    public static let mostDays = 31

    public let text: String
    public let until: Instant

    package init(text: String, until: Instant) { (self.text, self.until) = (text, until) }
}

/// The use cases of notices.
public struct Notices: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// The notice shown now; nil if there is none.
    /// - Throws: the database's `StorageError`.
    public var current: Notice? {
        get async throws { try await database.fetch(Self.current(runtime.now())).first }
    }

    /// Replaces the notice; nil removes it.
    /// - Throws: `AccessRefusal.roleForbids` if the actor is no operator; a flaw of `until`, `.notInFuture`, or `.tooFarAhead` if it is
    ///   more than `Notice.mostDays` days ahead; the database's `StorageError`.
    public func tell(_ text: String?, until: Instant, as actor: Actor) async throws -> Notice? {
        try actor.check(.operate)
        let now = runtime.now()
        let record = SecurityRecord(actor, runtime)
        guard let text else {
            try await database.transaction { transaction in
                guard try transaction.execute(Self.deletion) > 0 else { return }
                try record.write(.noticeWithdrawn, in: transaction)
            }
            return nil
        }
        guard until > now else { throw Refusal("until", .notInFuture) }
        guard until <= now + .seconds(Notice.mostDays * 24 * 3600) else {
            throw Refusal("until", .tooFarAhead, ["days": .integer(Notice.mostDays)])
        }
        try await database.transaction { transaction in
            try transaction.enqueue(Self.upsert(text, until: until, now: now))
            try record.write(.noticeTold, in: transaction)
        }
        return Notice(text: text, until: until)
    }

    private static let deletion = Statement("DELETE FROM notices WHERE name = 'all'")

    private static func current(_ now: Instant) -> Query<Notice> {
        Query("SELECT n.body, n.until_at FROM notices n WHERE n.name = 'all' AND n.until_at > $1", now) {
            Notice(text: try $0.next(), until: try $0.next())
        }
    }

    private static func upsert(_ text: String, until: Instant, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO notices (name, body, until_at, created_at) VALUES ('all', $1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET body = excluded.body, until_at = excluded.until_at,
                created_at = excluded.created_at
            """,
            text, until, now)
    }
}

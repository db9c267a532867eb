/// A sentence that operators tell everyone who uses the server, until a time.
public struct Notice: Sendable {
    public static let longest = 300
    /// How far ahead it may end.
    public static let mostDays = 31

    public let text: String
    public let until: Instant

    package init(text: String, until: Instant) { (self.text, self.until) = (text, until) }
}

public struct Notices: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// What everyone is told now.
    public var current: Notice? {
        get async throws { try await database.fetch(Self.current(runtime.now())).first }
    }

    /// Tells everyone something in place of what they were told before; nil takes it back.
    /// - Throws: a flaw of `until` where that isn't ahead, or too far.
    public func tell(_ text: String?, until: Instant, as actor: Actor) async throws -> Notice? {
        try actor.check(.operate)
        let now = runtime.now()
        guard let text else {
            try await database.transaction { try $0.enqueue(Self.deletion) }
            return nil
        }
        guard until > now else { throw Refusal("until", .notInFuture) }
        guard until <= now + .seconds(Notice.mostDays * 24 * 3600) else {
            throw Refusal("until", .tooFarAhead, ["days": .integer(Notice.mostDays)])
        }
        try await database.transaction { try $0.enqueue(Self.upsert(text, until: until, now: now)) }
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

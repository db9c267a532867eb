/// Deletes what has expired and nobody asks for any more: sessions, one-time tokens, kept answers, counted attempts, the links of
/// mails that were never sent, and the networks of old security events. Any
/// number of servers may do it at once, and each statement deletes a few hundred rows at most.
public struct Housekeeping: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// Each up to the instant at which its oldest few hundred rows expired, so that one index leads to all of them.
    private static let deletions: [SQL] = [
        """
        DELETE FROM sessions WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """,
        """
        DELETE FROM sessions WHERE idle_at <= (SELECT MAX(o.idle_at) FROM (
            SELECT idle_at FROM sessions WHERE idle_at <= $1 ORDER BY idle_at LIMIT 500) AS o)
        """,
        """
        DELETE FROM known_browsers WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM known_browsers WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """,
        // An invitation stays, so that it shows as expired.
        """
        DELETE FROM one_time_tokens WHERE purpose <> 'invitation' AND expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM one_time_tokens WHERE expires_at <= $1 AND purpose <> 'invitation'
            ORDER BY expires_at LIMIT 500) AS o)
        """,
        """
        DELETE FROM former_emails WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM former_emails WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """,
        """
        UPDATE users SET pending_email = NULL, pending_email_hash = NULL, pending_email_until = NULL, pending_email_by = NULL
        WHERE pending_email_until <= (SELECT MAX(o.pending_email_until) FROM (
            SELECT pending_email_until FROM users WHERE pending_email_until <= $1
            ORDER BY pending_email_until LIMIT 500) AS o)
        """,
        """
        DELETE FROM idempotency_keys WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """,
        """
        DELETE FROM attempts WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM attempts WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """,
        """
        DELETE FROM spent_links WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM spent_links WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """,
    ]

    /// - Returns: how many rows were deleted, or lost something.
    @discardableResult
    public func run() async throws -> Int {
        let now = runtime.now()
        // No link is good for longer than this.
        let old = now - OneTimeToken.Purpose.invitation.lifetime - Duration.seconds(24 * 3600)
        var deleted = try await database.transaction {
            try $0.execute(
                Statement("UPDATE mails SET token = NULL WHERE token IS NOT NULL AND created_at <= $1", old))
        }
        for deletion in Self.deletions {
            var count: Int
            repeat {
                count = try await database.transaction { try $0.execute(Statement(deletion, now)) }
                deleted += count
                try Task.checkCancellation()
            } while count > 0
        }
        return try await deleted + forgetNetworks(now: now)
    }

    private func forgetNetworks(now: Instant) async throws -> Int {
        var forgotten = 0
        var count: Int
        repeat {
            count = try await database.transaction { transaction in
                guard let last = try transaction.fetch(SecurityEvent.oldNetworks(now: now)).last else { return 0 }
                return try transaction.execute(SecurityEvent.forgetNetworks(until: last))
            }
            forgotten += count
            try Task.checkCancellation()
        } while count > 0
        return forgotten
    }
}

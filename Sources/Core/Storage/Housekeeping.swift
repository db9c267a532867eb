/// Deletes what has expired and nobody asks for any more: sessions, one-time tokens, kept answers, counted attempts. Any
/// number of servers may do it at once, and each statement deletes a few hundred rows at most.
public struct Housekeeping: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    private static let deletions: [SQL] = [
        """
        DELETE FROM sessions WHERE (company_id, id) IN (
            SELECT company_id, id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500)
        """,
        // An invitation stays, so that it shows as expired.
        """
        DELETE FROM one_time_tokens WHERE (company_id, user_id, purpose) IN (
            SELECT company_id, user_id, purpose FROM one_time_tokens
            WHERE expires_at <= $1 AND purpose = 'reset' ORDER BY expires_at LIMIT 500)
        """,
        """
        DELETE FROM idempotency_keys WHERE (company_id, user_id, key_hash) IN (
            SELECT company_id, user_id, key_hash FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500)
        """,
        """
        DELETE FROM attempts WHERE subject IN (
            SELECT subject FROM attempts WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500)
        """,
    ]

    /// - Returns: how many rows were deleted.
    @discardableResult
    public func run() async throws -> Int {
        let now = runtime.now()
        var deleted = 0
        for deletion in Self.deletions {
            var count: Int
            repeat {
                count = try await database.transaction { try $0.execute(Statement(deletion, now)) }
                deleted += count
                try Task.checkCancellation()
            } while count > 0
        }
        return deleted
    }
}

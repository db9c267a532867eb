import Storage

/// Deletes or empties a noun's expired rows, or completes rows that a migration left incomplete. Each noun declares its sweep next to its queries, and `Housekeeping` runs them all.
struct Sweep: Sendable {
    /// Deletes or empties some of the rows, so few that no other statement waits long for them.
    /// - Returns: the number of rows; 0 once nothing is left to do.
    let step: @Sendable (_ transaction: borrowing Transaction, _ now: Instant) throws -> Int

    /// - Parameters:
    ///   - sql: changes each row at most once. `$1` is the instant up to which rows have expired.
    ///   - grace: how long rows are kept after that instant.
    init(_ sql: SQL, grace: Duration = .zero) {
        step = { try $0.execute(Statement(sql, $1 - grace)) }
    }

    init(step: @escaping @Sendable (_ transaction: borrowing Transaction, _ now: Instant) throws -> Int) {
        self.step = step
    }
}

internal import Storage

/// The compiled statements of one connection. When it is full, the least recently used one is dropped.
struct StatementCache {
    private let capacity: Int
    private var statements: [SQL: PreparedStatement] = [:]
    private var uses = 0

    init(capacity: Int) {
        self.capacity = capacity
        statements.reserveCapacity(64)
    }

    /// The compiled statement, from the cache or from `prepare`.
    mutating func statement(for sql: SQL, prepare: (SQL) throws -> PreparedStatement) throws -> PreparedStatement {
        uses &+= 1
        if let statement = statements[sql] {
            statement.lastUse = uses
            return statement
        }
        let statement = try prepare(sql)
        if statements.count >= capacity, let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            statements[oldest.key] = nil
        }
        statement.lastUse = uses
        statements[sql] = statement
        return statement
    }

    mutating func removeAll() { statements.removeAll() }
}

/// The statements that begin, nest and end transactions: the writer's alone.
struct TransactionControl {
    private let connection: Connection
    private let beginStatement, commitStatement, rollBackStatement: PreparedStatement
    private let markStatement, releaseStatement, rollBackToMarkStatement: PreparedStatement

    init(_ connection: Connection) throws {
        self.connection = connection
        func prepare(_ text: String) throws -> PreparedStatement { try connection.prepare(Array(text.utf8)) }
        // IMMEDIATE: the write lock comes first, so nothing within the transaction finds it taken.
        beginStatement = try prepare("BEGIN IMMEDIATE")
        commitStatement = try prepare("COMMIT")
        rollBackStatement = try prepare("ROLLBACK")
        markStatement = try prepare("SAVEPOINT unit")
        releaseStatement = try prepare("RELEASE unit")
        rollBackToMarkStatement = try prepare("ROLLBACK TO unit")
    }

    func begin() throws { try connection.run(beginStatement) }

    /// Durable when it returns. If it throws, none of it is visible; what a failed sync has left in the log is
    /// the writer's to erase.
    func commit() throws {
        do {
            try connection.run(commitStatement)
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends the transaction, if the engine hasn't.
    func rollBack() {
        // It can fail only where there is no transaction; the next `begin` would tell.
        if !connection.isOutsideTransaction { try? connection.run(rollBackStatement) }
    }

    func mark() throws { try connection.run(markStatement) }
    func release() throws { try connection.run(releaseStatement) }

    func rollBackToMark() throws {
        try connection.run(rollBackToMarkStatement)
        try release()
    }
}

import Storage

/// What was sent in pipeline mode and not answered yet, and the statements that the server knows by name.
struct Pipeline {
    enum Sent {
        /// The order to forget all prepared statements.
        case forgetting
        case preparing(SQL, name: String)
        case statement
        case sync
    }

    private var sent: [Sent] = []
    private var position = 0
    /// Why the statement whose answer comes next could not be prepared.
    var prepareFailure: Failure?
    var statements = PreparedStatements()

    var isEmpty: Bool { sent.isEmpty }
    var next: Sent? { position < sent.count ? sent[position] : nil }

    mutating func append(_ command: Sent) { sent.append(command) }

    mutating func advance() {
        position += 1
        if position == sent.count {
            sent.removeAll(keepingCapacity: true)
            position = 0
        }
    }
}

/// The answer to one statement.
enum Reply {
    case rows(QueryResult)
    case failed(Failure)
    /// A statement before it, since the last Sync, failed. Nothing of this one was done.
    case skipped
}

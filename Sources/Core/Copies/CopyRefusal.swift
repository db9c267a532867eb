/// Why a copy, a backup or its restoring wasn't made: one sentence for the operator. The target is as it was, but for an
/// empty schema.
public struct CopyRefusal: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// How far a copy has come.
public struct CopyProgress: Sendable {
    public enum Step: Sendable {
        /// Rows were read, and written where there is a target.
        case copying
        /// What was written was read back and compared.
        case comparing
    }

    public let step: Step
    public let table: String
    /// Of this table, so far.
    public let rows: Int
    /// Of all tables, so far, and how many there are.
    public let done: Int
    public let total: Int
    /// Whether this was the last of the table.
    public let isTableDone: Bool

    package init(step: Step, table: String, rows: Int, done: Int, total: Int, isTableDone: Bool) {
        (self.step, self.table, self.rows) = (step, table, rows)
        (self.done, self.total, self.isTableDone) = (done, total, isTableDone)
    }
}

/// Counts what passes and tells about it.
struct CopyWatch {
    let total: Int
    let tell: (CopyProgress) -> Void
    private var before = 0

    init(total: Int, tell: @escaping (CopyProgress) -> Void) { (self.total, self.tell) = (total, tell) }

    mutating func saw(_ rows: Int, of table: String, _ step: CopyProgress.Step, isTableDone: Bool = false) {
        tell(
            CopyProgress(
                step: step, table: table, rows: rows, done: before + rows, total: total, isTableDone: isTableDone))
        if isTableDone { before += rows }
    }
}

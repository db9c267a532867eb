/// Why a copy, a backup or a restore failed, as one sentence for the operator. The target is unchanged, except for an empty schema.
public struct CopyRefusal: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// The progress of a copy.
public struct CopyProgress: Sendable {
    public enum Step: Sendable {
        /// Rows were read, and written if there is a target.
        case copying
        /// Written rows were read back and compared.
        case comparing
    }

    public let step: Step
    public let table: String
    /// The rows of this table so far.
    public let rows: Int
    /// The rows of all tables so far, and their total.
    public let done: Int
    public let total: Int
    /// Whether the table is complete.
    public let isTableDone: Bool

    package init(step: Step, table: String, rows: Int, done: Int, total: Int, isTableDone: Bool) {
        (self.step, self.table, self.rows) = (step, table, rows)
        (self.done, self.total, self.isTableDone) = (done, total, isTableDone)
    }
}

/// Counts the rows that pass, and reports the progress.
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

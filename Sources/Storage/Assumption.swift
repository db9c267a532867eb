import Synchronization

/// What a task assumes of rows that it read before: that they are still the same. It lets the task begin with what it wants to know, and
/// saves the round trip of asking for those rows first.
///
/// Every call of an `AssumingDatabase` takes the query for the rows along, before its own statements, until one has found that the
/// assumption holds. If it doesn't, the call throws `Wrong`: a read hands out nothing, and a transaction keeps nothing. The task then has to
/// begin again without the assumption.
public final class Assumption: Sendable {
    /// The rows are no longer those that were assumed.
    public struct Wrong: Error {
        public init() {}
    }

    /// The assumption of the current task.
    @TaskLocal public static var current: Assumption?

    private enum State { case open, holds, wrong }

    private let state = Mutex(State.open)
    private let query: @Sendable () -> Test

    /// The query on its way through a driver, for one call.
    struct Test {
        let reading: any Reading
        fileprivate let holds: () -> Bool
    }

    /// - Parameter holds: whether the rows are those that are assumed.
    public init<Value: Sendable>(_ query: Query<Value>, holds: @escaping @Sendable ([Value]) -> Bool) {
        self.query = {
            let collector = Collector(query)
            return Test(reading: collector) { holds(collector.rows) }
        }
    }

    /// Nil once the assumption was found to hold.
    /// - Throws: `Wrong` once it was found not to.
    func test() throws -> Test? {
        switch state.withLock({ $0 }) {
        case .open: query()
        case .holds: nil
        case .wrong: throw Wrong()
        }
    }

    /// Decides by the rows that were read.
    /// - Throws: `Wrong`.
    func decide(_ test: Test) throws {
        let holds = test.holds()
        // Another call may have found earlier that it was wrong: that stays.
        let isWrong = state.withLock { state in
            if state != .wrong { state = holds ? .holds : .wrong }
            return state == .wrong
        }
        if isWrong { throw Wrong() }
    }

    /// Makes sure that the assumption holds, if no call has found out yet.
    /// - Throws: `Wrong`; the database's `StorageError`; `CancellationError`.
    public func check(in database: any Database) async throws {
        guard let test = try test() else { return }
        try await database.read([test.reading])
        try decide(test)
    }
}

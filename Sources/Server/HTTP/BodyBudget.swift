import Synchronization

/// How many bytes of requests' bodies a server holds for all connections together. Anyone can send them, and nothing else bounds their sum:
/// each connection may hold `RequestBody.largest`.
final class BodyBudget: Sendable {
    /// The part of a body that is taken even if there is no room: most bodies aren't longer.
    static let small = 4 << 10

    private let most: Int
    private let held = Atomic<Int>(0)

    init(most: Int = 64 << 20) { self.most = most }

    fileprivate func add(_ count: Int) -> Bool { held.add(count, ordering: .relaxed).newValue <= most }
    fileprivate func remove(_ count: Int) { held.subtract(count, ordering: .relaxed) }

    /// The bytes that one body holds, given back on release.
    final class Share {
        private let budget: BodyBudget
        private var count = 0

        init(_ budget: BodyBudget) { self.budget = budget }

        deinit { budget.remove(count) }

        /// Adds bytes. Returns whether there is room for them.
        func add(_ bytes: Int) -> Bool {
            count += bytes
            return budget.add(bytes) || count <= BodyBudget.small
        }
    }
}

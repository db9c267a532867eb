import Foundation

/// The reads and writes of one value whose writes have an order, with their times: whether it behaved as a single shared register,
/// however many servers there are (linearizability, Herlihy and Wing 1990).
///
/// Each write has a position in the order, from 1, and a read has the position of the write that it saw. As the order is known, it is
/// enough to compare pairs: an operation that began after another had ended comes after it.
struct Register {
    struct Operation {
        /// A description for people.
        let what: String
        let isWrite: Bool
        let place: Int
        let start, end: ContinuousClock.Instant
    }

    private let byStart: [Operation]
    private let byEnd: [Operation]

    init(_ operations: [Operation]) {
        byStart = operations.sorted { $0.start < $1.start }
        byEnd = operations.sorted { $0.end < $1.end }
    }

    /// The operations that no order explains in which each happened at one moment between its start and its end.
    var faults: [String] {
        var faults: [String] = []
        var latest: Operation?
        var ended = byEnd[...]
        for operation in byStart {
            while let next = ended.first, next.end < operation.start {
                if next.place > latest?.place ?? 0 { latest = next }
                ended.removeFirst()
            }
            guard let latest else { continue }
            let comesAfter = operation.isWrite ? operation.place > latest.place : operation.place >= latest.place
            if !comesAfter {
                let before = "\(latest.what), which had ended before, at \(latest.place)"
                faults.append("\(operation.what) is at \(operation.place), and \(before)")
            }
        }
        return faults
    }

    /// The positions that a read between two moments may have seen, of this many writes.
    func places(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant, of count: Int
    ) -> ClosedRange<Int>? {
        let least = byEnd.prefix { $0.end < start }.map(\.place).max() ?? 0
        let later = byStart.reversed().prefix { $0.start > end }
        let most = later.map { $0.isWrite ? $0.place - 1 : $0.place }.min() ?? count
        return least <= most ? least...most : nil
    }
}

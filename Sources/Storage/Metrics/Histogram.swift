import Synchronization

/// Counts observed values by size.
public final class Histogram: Sendable {
    public struct Snapshot: Sendable {
        /// The upper bound of each bucket, inclusive, except for the last, which has none.
        public let bounds: [Double]
        /// The number of values in each bucket; one element more than `bounds`.
        public let counts: [UInt64]
        public let sum: Double
    }

    private let bounds: [Double]
    private let state: Mutex<(counts: [UInt64], sum: Double)>

    /// - Parameter bounds: the inclusive upper bound of each bucket, in ascending order.
    public init(_ bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(([UInt64](repeating: 0, count: bounds.count + 1), 0))
    }

    /// Counts a value in the first bucket whose bound it doesn't exceed.
    public func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    public var snapshot: Snapshot {
        let (counts, sum) = state.withLock { $0 }
        return Snapshot(bounds: bounds, counts: counts, sum: sum)
    }
}

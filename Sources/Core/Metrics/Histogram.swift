import Synchronization

/// How often values of which size were seen.
public final class Histogram: Sendable {
    public struct Snapshot: Sendable {
        /// The largest value of each bucket but the last, which has no limit.
        public let bounds: [Double]
        /// How many values fell into each bucket, one more than there are bounds.
        public let counts: [UInt64]
        public let sum: Double
    }

    private let bounds: [Double]
    private let state: Mutex<(counts: [UInt64], sum: Double)>

    /// - Parameter bounds: the largest value of each bucket, in rising order.
    public init(_ bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(([UInt64](repeating: 0, count: bounds.count + 1), 0))
    }

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

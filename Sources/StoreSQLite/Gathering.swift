internal import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// A short pause between two groups, while the callers of the last one come back with their next transactions.
///
/// Without it the first caller to return would get an fsync alone, and all others would wait for that one and then
/// for theirs: of 64 callers in a loop, groups of 1 and 63 alternate. After a group of one there is no pause, and
/// none on a fast disk, where the pause would cost as much as the fsync it saves.
struct Gathering {
    private var lastGroup = 0
    private var lastCommit = Duration.zero

    /// A commit that takes no longer than this isn't worth waiting for.
    private static let fastCommit = Duration.microseconds(500)
    private static let slice = Duration.microseconds(100)

    mutating func committed(_ units: Int, in time: Duration) {
        lastGroup = units
        lastCommit = time
    }

    /// Pauses as long as more come, until there are as many as in the last group, and for at most half the time that
    /// its commit took.
    func pause(for queue: WorkQueue<TransactionJob>) {
        guard lastGroup > 1, lastCommit > Self.fastCommit else { return }
        let end = ContinuousClock.now + lastCommit / 2
        var waiting = -1
        while .now < end {
            let count = queue.count
            guard count < lastGroup, count > waiting else { return }
            waiting = count
            usleep(UInt32(Self.slice / .microseconds(1)))
        }
    }
}

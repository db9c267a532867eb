import NIOCore

/// Finds a peer that doesn't read its answers, or reads them very slowly: unsent bytes take memory and a place. Observed from the moment
/// that bytes wait; answers that the system accepts at once need no timer.
struct ReadingDeadline {
    struct Limits: Sendable {
        /// How long the peer may read nothing.
        var silence = TimeAmount.seconds(20)
        /// The time after which the average counts.
        var grace = TimeAmount.seconds(30)
        /// The least average rate, in bytes a second.
        var rate: Int64 = 4 << 10

        /// The time between two looks.
        var pause: TimeAmount { .nanoseconds(silence.nanoseconds / 4) }
    }

    private let start: NIODeadline
    private let takenBefore: Int
    private var taken: Int
    private var lastProgress: NIODeadline

    /// - Parameter taken: the number of the connection's bytes that the system has accepted.
    init(taken: Int, now: NIODeadline) {
        (start, takenBefore, self.taken, lastProgress) = (now, taken, taken, now)
    }

    /// Whether the peer's time is over.
    mutating func isOver(_ limits: Limits, taken: Int, now: NIODeadline) -> Bool {
        if taken != self.taken { (self.taken, lastProgress) = (taken, now) }
        let (silence, time) = (now - lastProgress, now - start)
        let least = limits.rate * (time.nanoseconds / 1_000_000_000)
        return silence >= limits.silence || time >= limits.grace && Int64(taken &- takenBefore) < least
    }

    /// Limits how much more than the peer has read the system accepts, so that accepted bytes show what was read.
    /// - Parameter channel: called on its event loop.
    static func bound(_ channel: any Channel) {
        #if os(Linux)
        // TCP_NOTSENT_LOWAT of linux/tcp.h. Where it is unknown, slow readers are only found later.
        try? channel.syncOptions?.setOption(
            .tcpOption(.init(rawValue: 25)), value: SocketOptionValue(AnswerPieces.length))
        #endif
    }
}

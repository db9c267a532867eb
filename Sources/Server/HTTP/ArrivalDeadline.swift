import NIOCore

/// How long a connection's peer may take to begin its next request, and to send its head and its body. The time that the answer takes
/// doesn't count.
struct ArrivalDeadline {
    struct Limits: Sendable {
        /// From the connection to the end of its first head, and from the first byte of a later head to its end; how long a body
        /// may pause; and how long connections may be idle while few are left.
        var arrival = TimeAmount.seconds(30)
        /// From the end of a head to the end of its body: enough for the largest body on the slowest line.
        var body = TimeAmount.seconds(60)
        /// How long a connection may be idle once it was used. Proxies send a request on it until their own time is over, so this
        /// is longer than theirs: nginx 60, Caddy 120, Google's load balancers 600, and Cloudflare 900 seconds.
        var idle = TimeAmount.seconds(930)

        /// Every deadline is at least this far away when it begins, so none that begins between two looks is missed.
        var shortest: TimeAmount { min(arrival, idle) }
    }

    /// What arrives next, or is arriving.
    private enum Reading {
        case nothing
        case head(since: NIODeadline)
        case body(since: NIODeadline)
    }

    private var reading: Reading
    private var lastBytes: NIODeadline
    /// When the last answer had ended.
    private var freeSince: NIODeadline
    /// Whether the bytes that arrived were parts of requests, and not only of a head.
    private var sawPart = false

    init(now: NIODeadline) { (reading, lastBytes, freeSince) = (.head(since: now), now, now) }

    mutating func sawHead(now: NIODeadline) { (reading, lastBytes, sawPart) = (.body(since: now), now, true) }
    mutating func sawBody() { sawPart = true }
    mutating func sawEnd() { (reading, sawPart) = (.nothing, true) }

    /// After bytes arrived and were parsed as far as possible: half a head shows nowhere else.
    mutating func sawBytes(now: NIODeadline) {
        lastBytes = now
        if !sawPart, case .nothing = reading { reading = .head(since: now) }
        sawPart = false
    }

    mutating func answered(now: NIODeadline) { freeSince = now }

    /// Reading goes on after this server has stopped it: the peer's time begins anew.
    mutating func resumed(now: NIODeadline) {
        lastBytes = now
        switch reading {
        case .nothing: break
        case .head: reading = .head(since: now)
        case .body: reading = .body(since: now)
        }
    }

    /// When the peer's time is over; nil while it waits for this server.
    /// - Parameters:
    ///   - isAnswering: whether the peer waits for an answer.
    ///   - isCrowded: whether few connections are left.
    func end(_ limits: Limits, isAnswering: Bool, isCrowded: Bool) -> NIODeadline? {
        switch reading {
        case .body(let since): min(since + limits.body, lastBytes + limits.arrival)
        case _ where isAnswering: nil
        case .head(let since): max(since, freeSince) + limits.arrival
        case .nothing: freeSince + (isCrowded ? limits.shortest : limits.idle)
        }
    }
}

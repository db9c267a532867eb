import CPostgres
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// One connection to the server. It belongs to the thread that opened it.
///
/// libpq never blocks here: every wait is a bounded `poll`.
final class Connection {
    let handle: OpaquePointer
    let prepared: Bool
    let parameters = Parameters()
    /// Commands that were sent and aren't answered yet; see `Connection+pipeline`.
    var pipeline = Pipeline()
    private let count: ConnectionCount
    /// Whether it is in use.
    var isBusy = false {
        didSet { if isBusy != oldValue { count.busy.add(isBusy ? 1 : -1, ordering: .relaxed) } }
    }

    /// Connects to one host.
    init(
        _ settings: [Target.Setting], prepared: Bool, until end: ContinuousClock.Instant, count: ConnectionCount
    ) throws(ConnectRefusal) {
        self.prepared = prepared
        guard let handle = Self.start(settings) else { throw ConnectRefusal(outOfMemory: ()) }
        self.handle = handle
        self.count = count
        count.open.add(1, ordering: .relaxed)
        _ = PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        // By default libpq prints the server's notices on stderr.
        _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
        guard PQstatus(handle) != CONNECTION_BAD else { throw ConnectRefusal(of: handle) }
        var next = PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            guard next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING else {
                throw ConnectRefusal(of: handle)
            }
            guard wait(for: next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: end) else {
                throw ConnectRefusal(silent: handle)
            }
            next = PQconnectPoll(handle)
        }
        guard PQsetnonblocking(handle, 1) == 0 else { throw ConnectRefusal(of: handle) }
    }

    /// Closes the connection, without waiting for the server.
    deinit {
        isBusy = false
        count.open.subtract(1, ordering: .relaxed)
        PQfinish(handle)
    }

    private static func start(_ settings: [Target.Setting]) -> OpaquePointer? {
        let copies = settings.flatMap { [strdup($0.keyword), strdup($0.value)] }
        defer { for copy in copies { free(copy) } }
        var keywords: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for index in stride(from: 0, to: copies.count, by: 2) {
            keywords.append(UnsafePointer(copies[index]))
            values.append(UnsafePointer(copies[index + 1]))
        }
        return PQconnectStartParams(keywords + [nil], values + [nil], 0)
    }

    /// Whether the server closed the connection while it was idle. Checks the socket only.
    var isStale: Bool {
        // The server's last message comes before the end; other unsolicited messages are short.
        for _ in 0..<3 {
            guard wait(for: POLLIN, until: nil) else { return false }
            if PQconsumeInput(handle) == 0 { return true }
        }
        return true
    }

    /// Whether the server is idle and not in a transaction.
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE && pipeline.isEmpty }

    /// Waits for something from the server, or for the connection to break. False at the end of the time.
    func waitForInput(until end: ContinuousClock.Instant) -> Bool { wait(for: POLLIN, until: end) }

    /// Waits until the socket can be read or written, or is broken. False at the end of the time; without a time,
    /// returns at once.
    func wait(for events: Int32, until end: ContinuousClock.Instant?) -> Bool {
        while true {
            var asked = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            let ready = poll(&asked, 1, end?.millisecondsLeft ?? 0)
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { return true }
            guard let end, .now < end else { return false }
        }
    }

    /// libpq's last error, as that of a lost connection.
    func lost() -> Failure {
        let words = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        return Failure(.lost, StorageError(.unavailable, firstLine(words, otherwise: "the connection was lost")))
    }
}

extension ContinuousClock.Instant {
    /// The time until then in milliseconds, rounded up, for `poll`.
    fileprivate var millisecondsLeft: Int32 {
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: self).components
        let whole = min(max(seconds, 0), 1 << 20) * 1000
        return Int32(whole + max(attoseconds, 0) / 1_000_000_000_000_000 + 1)
    }
}

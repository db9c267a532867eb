import CPostgres
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Opens the connections of one database, for all of its threads.
final class Connector: Sendable {
    private let target: Mutex<Target>
    let prepared: Bool
    private let timeout: Duration
    private let backoff = Backoff()
    private let connections = ConnectionCount()
    let shares: Shares
    /// The host that accepted the last connection. The next attempt begins there, not with a silent host.
    private let lastGood = Atomic(0)

    /// - Parameter timeout: for all hosts together. Name resolution has the system resolver's own limits.
    init(target: Target, prepared: Bool, timeout: Duration, shares: Shares) {
        self.shares = shares
        self.target = Mutex(target)
        self.prepared = prepared
        self.timeout = timeout
    }

    /// Opens a connection to the first host that accepts it. Blocks for at most the timeout, and throws the last
    /// error at once while the server is given time to recover. The thread that closes it must tell `shares`.
    func open(for use: ConnectionUse) throws(NoConnection) -> Connection {
        do throws(StorageError) { try backoff.permit() } catch { throw .failed(error) }
        do throws(NoConnection) {
            let connection = try openAny()
            backoff.succeeded()
            shares.opened(for: use)
            return connection
        } catch {
            switch error {
            // The server is up, and serves those who have a connection.
            case .full(let full):
                backoff.succeeded()
                shares.refused(use, full.detail)
            case .failed(let failure): backoff.failed(failure)
            }
            throw error
        }
    }

    /// Like `open`, but waits for a free place on the server, as long as the caller waits.
    func open(for use: ConnectionUse, until deadline: ContinuousClock.Instant) throws(StorageError) -> Connection {
        while true {
            do throws(NoConnection) {
                return try open(for: use)
            } catch {
                guard case .full = error, .now < deadline else { throw error.error }
                usleep(Self.pause)
            }
        }
    }

    /// Microseconds between two attempts.
    private static let pause: UInt32 = 200_000

    /// How many connections are in use, and how many are idle.
    var count: (busy: Int, idle: Int) {
        let (open, busy) = (connections.open.load(ordering: .relaxed), connections.busy.load(ordering: .relaxed))
        return (busy, max(0, open - busy))
    }

    /// From now on opens connections with another URL's credentials and parameters. Returns false, and changes nothing,
    /// if it names another database. Throws, and changes nothing, if PostgreSQL refuses it permanently. Blocks like
    /// `open`.
    func adopt(_ new: Target) throws(StorageError) -> Bool {
        guard new.isSameDatabase(as: target.withLock { $0 }) else { return false }
        do throws(NoConnection) {
            _ = try openAny(of: new)
        } catch {
            // An unreachable or full server proves nothing about the credentials.
            if error.error.kind == .misconfigured { throw error.error }
        }
        target.withLock { $0 = new }
        return true
    }

    private func openAny() throws(NoConnection) -> Connection { try openAny(of: target.withLock { $0 }) }

    private func openAny(of target: Target) throws(NoConnection) -> Connection {
        let end = ContinuousClock.now + timeout
        var refusals: [ConnectRefusal] = []
        let count = target.hosts.count
        let first = lastGood.load(ordering: .relaxed)
        for index in 0..<count {
            let host = (first + index) % count
            // The time left by a quick refusal goes to the next hosts.
            let share = (end - .now) / (count - index)
            do throws(ConnectRefusal) {
                let connection = try Connection(
                    target.hosts[host], prepared: prepared, until: .now + share, count: connections)
                lastGood.store(host, ordering: .relaxed)
                return connection
            } catch {
                refusals.append(error)
            }
        }
        let sentences = refusals.map(\.sentence).joined(separator: " ")
        let misconfigured = refusals.contains { $0.isMisconfigured }
        let error = StorageError(misconfigured ? .misconfigured : .unavailable, sentences)
        throw !misconfigured && refusals.contains { $0.isFull } ? .full(error) : .failed(error)
    }
}

/// Why there is no connection.
enum NoConnection: Error {
    /// The server is up, and allows this role no more connections now.
    case full(StorageError)
    case failed(StorageError)

    var error: StorageError {
        switch self {
        case .full(let error), .failed(let error): error
        }
    }
}

/// Why one host gave no connection.
struct ConnectRefusal: Error {
    let isMisconfigured: Bool
    /// Whether the only reason is a limit on connections: `max_connections`, the limit of the role or of the database,
    /// or of a pooler.
    let isFull: Bool
    /// A whole sentence for the operator; names the host, port, user and database, never the password.
    let sentence: String

    /// - Parameter connection: one whose opening failed, with the error verbosity PQERRORS_VERBOSE: libpq shows the
    ///   SQLSTATE of such a failure only in the text.
    init(of connection: OpaquePointer) {
        let words = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        // A name may have several addresses, each with its own line; the last one matters.
        let last = words.split(whereSeparator: \.isNewline).last { $0.contains(" failed: ") }
        let line = last.map(String.init) ?? firstLine(words, otherwise: "no reason was given")
        let reason = line.firstRange(of: " failed: ").map { String(line[$0.upperBound...]) } ?? line
        let (state, message) = Self.report(in: reason)
        let place = Self.place(of: connection)
        let user = PQuser(connection).map { String(cString: $0) } ?? ""
        let database = PQdb(connection).map { String(cString: $0) } ?? ""
        let lacksPassword = PQconnectionNeedsPassword(connection) == 1
        isMisconfigured = lacksPassword || Self.meansMisconfigured(state, message)
        isFull = state == "53300" || message.contains("no more connections allowed")
        if isMisconfigured {
            let message = lacksPassword ? "it asks for a password, and none was given" : message
            sentence = "PostgreSQL at \(place) refuses user \"\(user)\" for database \"\(database)\": \(message)."
        } else {
            sentence = "PostgreSQL at \(place) \(isFull ? "gives no more connections" : "can't be used"): \(message)."
        }
    }

    /// For a host that didn't answer in time.
    init(silent connection: OpaquePointer) {
        isMisconfigured = false
        isFull = false
        sentence = "PostgreSQL at \(Self.place(of: connection)) doesn't answer."
    }

    init(outOfMemory: Void) {
        isMisconfigured = false
        isFull = false
        sentence = "There is no memory for a connection to PostgreSQL."
    }

    private static func place(of connection: OpaquePointer) -> String {
        let host = PQhost(connection).map { String(cString: $0) } ?? ""
        let port = PQport(connection).map { String(cString: $0) } ?? ""
        return "\(host.isEmpty ? "the local socket" : host):\(port.isEmpty ? "5432" : port)"
    }

    /// Parses `FATAL:  28P01: password authentication failed…`. The first word is in the server's language.
    private static func report(in reason: String) -> (state: String, message: String) {
        guard let start = reason.firstRange(of: ":  ")?.upperBound else { return ("", reason) }
        let rest = reason[start...]
        guard let end = rest.firstRange(of: ": "), rest.distance(from: start, to: end.lowerBound) == 5 else {
            return ("", reason)
        }
        return (String(rest[..<end.lowerBound]), String(rest[end.upperBound...]))
    }

    /// Wrong credentials, no such database or no right to it. PgBouncer reports the first two as protocol violations.
    private static func meansMisconfigured(_ state: String, _ message: String) -> Bool {
        if state.hasPrefix("28") || state == "3D000" || state == "42501" { return true }
        // libpq's own refusal of a parameter's value.
        if state.isEmpty, message.hasPrefix("invalid "), message.contains(" value: ") { return true }
        return state == "08P01"
            && ["no such database", "no such user", "auth"].contains { message.contains($0) }
    }
}

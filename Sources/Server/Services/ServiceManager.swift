import Foundation
import Logging

/// The service manager that started this process and expects notifications: sd_notify(3), without its library.
struct ServiceManager: Sendable {
    /// A notification.
    enum State: String {
        /// The server is ready, after its start and after a reload.
        case ready = "READY=1"
        case reloading = "RELOADING=1"
        case stopping = "STOPPING=1"
        /// The process is alive, for the watchdog.
        case alive = "WATCHDOG=1"

        /// The start of a reload carries its time, so that the manager can tell it from an earlier one.
        fileprivate var datagram: String {
            guard self == .reloading else { return rawValue }
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return "\(rawValue)\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)"
        }
    }

    /// Nil if no manager expects notifications.
    private let socket: String?
    /// The interval of notifications to the watchdog: a quarter of its own. Nil without one.
    let watchdogPause: Duration?

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        socket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogPause = socket != nil && isMeant && limit > 0 ? .microseconds(max(limit / 4, 1000)) : nil
    }

    /// Sends one datagram. A manager that it doesn't reach ends the process after its time limit; the log says why.
    func tell(_ state: State, _ logger: Logger) {
        guard let socket else { return }
        guard Self.send(state.datagram, to: socket) else {
            return logger.error(
                "the service manager can't be told \(state.rawValue)",
                metadata: ["socket": .string(socket), "cause": .string(String(cString: strerror(errno)))])
        }
    }

    /// - Returns: false, with `errno` set, if it failed.
    private static func send(_ message: String, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A name that begins with @ is in the abstract namespace: its first byte is zero (unix(7)).
        let name = path.hasPrefix("@") ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return false
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + name.count
        #if os(Linux)
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        #else
        let descriptor = Foundation.socket(AF_UNIX, SOCK_DGRAM, 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.utf8.count, 0, $0, socklen_t(length)) == message.utf8.count
            }
        }
    }
}

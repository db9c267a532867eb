import Foundation

/// The other end of a connection to a server: bytes as the test sends them, and as they come.
///
/// `@unchecked Sendable`: it holds only a constant descriptor, which any thread may send on, receive from and close once.
final class PeerSocket: @unchecked Sendable {
    /// How receiving ended.
    enum End: Equatable {
        /// It got what it waited for.
        case open
        case closed
        case reset
        /// Nothing came for half a minute.
        case silent
    }

    private let descriptor: Int32

    convenience init(_ client: Client) throws { try self.init(port: URL(string: client.base)?.port ?? 0) }

    /// - Parameter buffer: roughly how many unread bytes the system keeps for it.
    init(port: Int, buffer: CInt? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var buffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<CInt>.size))
        }
        var wait = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in(loopback: port)
        let isOpen = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// The same for more than the system's buffers take: on a thread that may block, since the server uses the shared ones.
    @discardableResult func sendLong(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in continuation.resume(returning: send(text)) }
        }
    }

    /// Sends all of it. Returns whether that succeeded.
    @discardableResult func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends the end, and goes on receiving.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes so that the server sees a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        // Only the last close of a descriptor does it: the number stays taken by /dev/null.
        let null = Glibc.open("/dev/null", O_RDONLY)
        dup2(null, descriptor)
        close(null)
    }

    /// What arrives until `isDone`, or until the end.
    func receive(until isDone: @escaping @Sendable (String) -> Bool = { _ in false }) async -> (text: String, end: End)
    {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
                func text() -> String { String(decoding: bytes, as: UTF8.self) }
                while !isDone(text()) {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else {
                        let end: End = count == 0 ? .closed : errno == ECONNRESET ? .reset : .silent
                        return continuation.resume(returning: (text(), end))
                    }
                    bytes += buffer[..<count]
                }
                continuation.resume(returning: (text(), .open))
            }
        }
    }

    /// One response whose body has a length.
    func reply() async -> String {
        await receive { text in
            guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
            let length = text.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
            return text[end.upperBound...].utf8.count >= length
        }.text
    }
}

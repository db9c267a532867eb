import Foundation

/// A connection with a request whose response is read, if at all, when the test says so.
///
/// `@unchecked Sendable`: it holds only a constant descriptor, which any thread may send on, receive from and close once.
final class HeldConnection: @unchecked Sendable {
    private let descriptor: Int32

    /// - Parameter buffer: roughly how many unread bytes the system buffers for it.
    init(_ client: Client, buffer: CInt = 4096) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var size = buffer
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        var wait = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in(loopback: URL(string: client.base)?.port ?? 0)
        let isOpen = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    func ask(_ path: String, token: String?, gzip: Bool = false) {
        let text =
            "GET \(path) HTTP/1.1\r\nHost: a\r\n" + (token.map { "Authorization: Bearer \($0)\r\n" } ?? "")
            + (gzip ? "Accept-Encoding: gzip\r\n" : "") + "\r\n"
        _ = Array(text.utf8).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// The response's status, as far as it has arrived; nil if nothing has.
    var status: Int? {
        var head = [UInt8](repeating: 0, count: 12)
        guard recv(descriptor, &head, 12, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 12 else { return nil }
        return Int(String(decoding: head[9..<12], as: UTF8.self))
    }

    /// Reads some bytes, on a thread that may block. Returns their number; 0 at the end or where nothing comes for 30 seconds, and nil if
    /// the connection was cut off.
    func read(_ most: Int) async -> Int? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                var buffer = [UInt8](repeating: 0, count: most)
                let count = recv(descriptor, &buffer, most, 0)
                let isLate = count < 0 && errno == EAGAIN
                continuation.resume(returning: isLate ? 0 : count < 0 ? nil : count)
            }
        }
    }

    /// Reads to the end. Returns the number of bytes, and whether the connection was cut off before the end.
    func readAll() async -> (count: Int, isCutOff: Bool) {
        var sum = 0
        while true {
            guard let count = await read(1 << 16) else { return (sum, true) }
            guard count > 0 else { return (sum, false) }
            sum += count
        }
    }
}

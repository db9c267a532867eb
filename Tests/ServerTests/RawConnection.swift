import Foundation

/// Bytes to a server and back, with blocking calls: for heads that no HTTP library sends, and for code in which no task can run.
struct RawConnection {
    let port: Int

    init(_ client: Client) { port = URL(string: client.base)?.port ?? 0 }

    /// Returns what arrives until that many replies are complete, the server closes, or nothing more arrives for a while. It waits on a
    /// thread of its own, because the server uses the shared ones.
    func send(_ text: String, replies: Int = 1, timeout: Duration = .seconds(30)) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: exchange(text, replies: replies, timeout: timeout))
            }
        }
    }

    /// The same, for callers whose thread may block.
    func exchange(_ text: String, replies: Int = 1, timeout: Duration) -> String {
        let isHead = text.hasPrefix("HEAD ")
        let answer = exchange(Data(text.utf8), timeout: timeout) {
            Self.whole($0, isHead: isHead) >= replies
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// The number of complete replies in these bytes.
    private static func whole(_ bytes: Data, isHead: Bool) -> Int {
        var (rest, count) = (bytes[...], 0)
        while let end = rest.firstRange(of: Data("\r\n\r\n".utf8)) {
            let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            let length = head.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
            rest = rest[end.upperBound...].dropFirst(isHead ? 0 : length)
            if !isHead && bytes.endIndex < end.upperBound + length { return count }
            count += 1
        }
        return count
    }

    /// An open connection to a port of this machine; the caller sends and closes.
    static func open(to port: Int) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in(loopback: port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }

    private func exchange(_ bytes: Data, timeout: Duration, until isDone: (Data) -> Bool) -> Data {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var wait = timeval(
            tv_sec: Int(timeout.components.seconds),
            tv_usec: Int(timeout.components.attoseconds / 1_000_000_000_000))
        let isOpen = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else { return Data() }
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent <= 0 { break }
            rest = rest.dropFirst(sent)
        }
        var answer = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { return answer }
            answer.append(contentsOf: buffer[..<count])
            if isDone(answer) { return answer }
        }
    }
}

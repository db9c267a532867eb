import Foundation

/// Bytes to a server and back, by blocking calls: for heads that no HTTP library would send, and where no task can run.
struct RawConnection {
    let port: Int

    init(_ client: Client) { port = URL(string: client.base)?.port ?? 0 }

    /// All that comes back until the server closes, or nothing more comes for a while.
    func send(_ text: String, patience: Duration = .milliseconds(400)) -> String {
        String(decoding: send(Data(text.utf8), patience: patience), as: UTF8.self)
    }

    func send(_ bytes: Data, patience: Duration = .milliseconds(400)) -> Data {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var wait = timeval(
            tv_sec: Int(patience.components.seconds),
            tv_usec: Int(patience.components.attoseconds / 1_000_000_000_000))
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
        }
    }
}

import Foundation

/// Asks the server on this machine for `/readyz`, for containers without curl.
struct ReadyProbe {
    private let host: String
    private let port: Int

    private static let timeoutSeconds = 5

    /// - Parameter host: the address that the server listens on; if that is every address, the loopback address is asked.
    init(host: String, port: Int) {
        self.host = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
        self.port = port
    }

    /// - Throws: `SettingsError` if there is no response within five seconds, or one other than 200.
    func run() throws {
        let line = try firstLine()
        guard line.split(separator: " ").dropFirst().first == "200" else {
            throw SettingsError("the server at \(host), port \(port), is not ready: \(line)")
        }
    }

    private func firstLine() throws -> Substring {
        let descriptor = try connected()
        defer { close(descriptor) }
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let request = "GET /readyz HTTP/1.1\r\nHost: \(name)\r\nConnection: close\r\n\r\n"
        var answer = [UInt8](repeating: 0, count: 1024)
        guard send(descriptor, request, request.utf8.count, 0) == request.utf8.count,
            case let count = recv(descriptor, &answer, answer.count, 0), count > 0
        else { throw failure }
        // Our servers send the status line in the first packet.
        return String(decoding: answer.prefix(count), as: UTF8.self).prefix { !$0.isNewline }
    }

    private func connected() throws -> Int32 {
        let list = try HostAddresses(host, port)
        let address = list.first
        defer { list.free() }
        let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
        guard descriptor >= 0 else { throw failure }
        var limit = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else {
            defer { close(descriptor) }
            throw failure
        }
        return descriptor
    }

    private var failure: SettingsError {
        SettingsError("no answer from the server at \(host), port \(port): \(String(cString: strerror(errno)))")
    }
}

import Foundation
import Testing

@testable import Server

/// How long the real server keeps idle connections, and the headers that say so in every HTTP version.
@Suite struct IdleTests {
    /// Bytes to a server and back, over one connection.
    ///
    /// `@unchecked Sendable`: it holds only a constant descriptor, which any thread may send on, receive from and close once.
    private final class Line: @unchecked Sendable {
        private let descriptor: Int32

        init(_ client: Client) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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

        @discardableResult func send(_ text: String) -> Bool {
            Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count
        }

        /// Returns what arrives until `isDone`, the server closes, or half a minute passes without a byte, and whether the server has
        /// closed.
        func receive(until isDone: @escaping @Sendable (String) -> Bool = { _ in false }) async -> (
            text: String, isOver: Bool
        ) {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [self] in
                    var (text, buffer) = ("", [UInt8](repeating: 0, count: 1 << 16))
                    while !isDone(text) {
                        let count = recv(descriptor, &buffer, buffer.count, 0)
                        guard count > 0 else { return continuation.resume(returning: (text, count == 0)) }
                        text += String(decoding: buffer[..<count], as: UTF8.self)
                    }
                    continuation.resume(returning: (text, false))
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

    private static let post =
        "POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    /// As a proxy does that keeps connections for a minute or more. (The default is a quarter of an hour.)
    @Test func aRequestOnAConnectionThatWasIdleIsServed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(url: "sqlite:test.sqlite", folder: folder)
        let lines = try (0..<20).map { _ in try Line(server.client) }
        for line in lines {
            line.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await line.reply().hasPrefix("HTTP/1.1 200 "))
        }
        try await Task.sleep(for: .seconds(33))
        for line in lines {
            line.send(Self.post)
            #expect(await line.reply().hasPrefix("HTTP/1.1 400 "))
        }
        #expect(await server.terminate() == 0)
    }

    @Test func theTimeIsASetting() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(
            url: "sqlite:test.sqlite", folder: folder, settings: ["POLIER_IDLE_SECONDS": "5"])
        let line = try Line(server.client)
        line.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await line.reply().hasPrefix("HTTP/1.1 200 "))
        let start = ContinuousClock.now
        let rest = await line.receive()
        #expect(rest.isOver && rest.text.isEmpty && .now - start < .seconds(25))
        #expect(await server.terminate() == 0)
    }

    /// On the event loop, on the shared threads, and where the head is refused.
    @Test(arguments: ["/livez", "/api/v1/operator", "/ä"]) func http10IsAnsweredAndClosed(_ path: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            for headers in ["", "Connection: close\r\n", "Connection: upgrade\r\n"] {
                let line = try Line(server.client)
                let start = ContinuousClock.now
                line.send("GET \(path) HTTP/1.0\r\n\(headers)\r\n")
                let (text, isOver) = await line.receive()
                #expect(isOver && .now - start < .seconds(25), "\(text)")
                #expect(text.contains("\r\nConnection: close\r\n") && text.contains("\r\nContent-Length: "), "\(text)")
                #expect(!text.contains("ransfer-"))
            }
        }
    }

    @Test func http10MayAskForMore() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let line = try Line(server.client)
            for path in ["/livez", "/api/v1/operator", "/livez", "/"] {
                line.send("GET \(path) HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
                let reply = await line.reply()
                #expect(reply.contains("\r\nConnection: keep-alive\r\n") && reply.contains(" 200 OK\r\n"), "\(reply)")
            }
            line.send("GET /livez HTTP/1.0\r\n\r\n")
            #expect(await line.receive().isOver)
        }
    }

    /// A response of unknown length has no chunks for these clients, and ends with its connection, whether or not they asked to keep it.
    @Test(arguments: ["", "Connection: keep-alive\r\n"]) func http10KnowsNoChunks(_ headers: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            let token = try #require(try await TestCompany.register(server.client).manager.token)
            let ask = "GET /api/v1/users/me/export HTTP/"
            let end = "\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
            let line = try Line(server.client)
            line.send(ask + "1.0" + end + headers + "\r\n")
            let (text, isOver) = await line.receive()
            #expect(isOver && text.hasPrefix("HTTP/1.0 200 OK\r\n") && text.contains("\r\nConnection: close\r\n"))
            #expect(!text.contains("ransfer-") && text.hasSuffix("}"), "\(text.suffix(40))")
            let new = try Line(server.client)
            new.send(ask + "1.1" + end + "connection: Close\r\n\r\n")
            let chunked = await new.receive()
            #expect(chunked.isOver && chunked.text.lowercased().contains("\r\ntransfer-encoding: chunked\r\n"))
        }
    }
}
